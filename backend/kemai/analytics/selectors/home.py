"""The work of today: the counters and cards a person has arranged, each as it is at this moment (PLT-15)."""

from __future__ import annotations

from functools import partial
from typing import Any

from kemai.accounts.access import Actor
from kemai.analytics.home.asking import Measured, answer, guarded
from kemai.analytics.home.shapes import Card
from kemai.analytics.services.home import arrangement_for
from kemai.platform.objects.read import NotIndexed


def home(actor: Actor) -> dict[str, Any]:
    """Only what stands on the page is read. A card that fails says so in its place, and the page stands."""
    held = arrangement_for(actor)
    chosen = held.source == "own"
    cards = [(card, place, guarded(card.code, partial(card.read, actor))) for card, place in held.cards]
    return {
        "greeting": actor.name,
        "source": held.source,
        "counters": answer(actor, list(held.counters), chosen=chosen),
        "cards": [
            _shown(actor, card, place, read)
            for card, place, read in cards
            if chosen or not isinstance(read.problem, NotIndexed)
        ],
    }


def _shown(actor: Actor, card: Card, place: str, read: Measured) -> dict[str, Any]:
    return {
        "code": card.code,
        "label": card.label.to(),
        "shape": card.shape,
        "place": place,
        "path": card.path(actor) or None,
        "empty": card.empty.to(),
        "data": read.value,
        "problem": read.problem.detail() if read.problem else None,
    }
