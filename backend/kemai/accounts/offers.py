"""Questions whose answer is awaited: they go out sealed and come back with the answer, so nothing is stored meanwhile (ORG-7)."""

from __future__ import annotations

import json
from datetime import timedelta

from kemai.accounts.errors import OfferOver
from kemai.base.sealing import Unreadable, seal, unseal
from kemai.kit.clock import now


def seal_offer(purpose: str, content: str, *, whose: str = "", lasts: timedelta) -> str:
    """``content`` for one purpose and, where ``whose`` is given, one person, good for so long."""
    return seal(json.dumps([purpose, content, whose, (now() + lasts).timestamp()]))


def open_offer(purpose: str, offer: str, *, whose: str = "") -> str:
    """The content of an offer; :class:`OfferOver` when it is old, for something else, somebody else's or none of ours."""
    try:
        wanted, content, owner, until = json.loads(unseal(offer))
    except (Unreadable, ValueError, TypeError) as error:
        raise OfferOver from error
    if (wanted, owner) != (purpose, whose) or until < now().timestamp():
        raise OfferOver
    return str(content)
