"""Arranging the home page: for oneself, or (by an administrator) for the people of a role (PLT-15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from kemai.accounts.access import Actor
from kemai.accounts.models import Role
from kemai.analytics.home.asking import Counter
from kemai.analytics.home.cards import CARDS
from kemai.analytics.home.counters import COUNTERS
from kemai.analytics.home.ready import PLACES, READY, Arrangement, ready_for, ready_for_role
from kemai.analytics.home.shapes import Card
from kemai.analytics.models import HomeArrangement
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.errors import Invalid, NotFound, VersionStale
from kemai.kit.words import T

MOST = 16
"""Counters, and cards, on one page."""
SET_FOR_ROLES = "administration.role.edit"
_counters = {c.code: c for c in COUNTERS}
_cards = {c.code: c for c in CARDS}


@dataclass(frozen=True, slots=True)
class Held:
    """An arrangement in force. ``source``: whose it is, ``own``, ``role`` or ``ready``; ``version`` of one's own, 0 without one."""

    counters: tuple[Counter, ...]
    cards: tuple[tuple[Card, str], ...]
    source: str
    version: int = 0


def arrangement_for(actor: Actor) -> Held:
    """What stands on this person's page: his own, else the first of his roles', else the ready one. Only what he may have."""
    rows = {row.holder_id: row for row in HomeArrangement.objects.filter(holder_id__in=[actor.id, *actor.role_ids])}
    own = rows.get(actor.id)
    row = own or next((rows[key] for key in actor.role_ids if key in rows), None)
    chosen = _stored(row) if row else ready_for(actor).arrangement
    source = "own" if own else "role" if row else "ready"
    counters = tuple(c for code in chosen.counters if (c := _counters.get(code)) and c.open_to(actor))
    cards = tuple((k, place) for code, place in chosen.cards if (k := _cards.get(code)) and k.open_to(actor))
    return Held(counters, cards, source, own.version if own else 0)


def _stored(row: HomeArrangement) -> Arrangement:
    return Arrangement(tuple(row.counters), tuple((code, place) for code, place in row.cards))


def describe_own(actor: Actor) -> dict[str, Any]:
    """The arrangement as it is, what "back to the ready one" would give, and every counter and card this person may have."""
    held = arrangement_for(actor)
    counters = [c for c in COUNTERS if c.open_to(actor)]
    cards = [c for c in CARDS if c.open_to(actor)]
    return {
        "version": held.version,
        "source": held.source,
        "counters": [c.code for c in held.counters],
        "cards": [{"code": c.code, "place": place} for c, place in held.cards],
        **_catalogue(counters, cards),
    }


def _catalogue(counters: Iterable[Counter], cards: Iterable[Card]) -> dict[str, Any]:
    return {
        "known_counters": [{"code": c.code, "label": c.label.to(), "about": c.about.to()} for c in counters],
        "known_cards": [{"code": c.code, "label": c.label.to(), "about": c.about.to()} for c in cards],
    }


def arrange_own(
    actor: Actor, *, counters: list[str], cards: list[dict[str, str]], version: int | None
) -> dict[str, Any]:
    """Keep one's own arrangement; :class:`VersionStale` when it was changed since it was read (another tab, the phone)."""
    chosen = _checked(
        counters, cards, {c.code for c in COUNTERS if c.open_to(actor)}, {c.code for c in CARDS if c.open_to(actor)}
    )
    with act(actor, "home.arrange"):
        _keep("user", actor.id, chosen, version, lambda: describe_own(actor))
    return describe_own(actor)


def reset_own(actor: Actor) -> dict[str, Any]:
    """Forget one's own arrangement: that of the role holds again, or the ready one."""
    with act(actor, "home.arrange"):
        HomeArrangement.objects.filter(holder_id=actor.id).delete()
    return describe_own(actor)


def describe_roles(actor: Actor) -> list[dict[str, Any]]:
    """Every role, and whether its people begin with an arrangement made for it; which is shipped for it otherwise."""
    actor.require(SET_FOR_ROLES)
    roles = list(Role.objects.filter(deleted_at__isnull=True).order_by("name_sort", "id"))
    made = set(HomeArrangement.objects.filter(holder_kind="role").values_list("holder_id", flat=True))
    return [
        {
            "id": role.id,
            "label": T(role.name, role.name_en or role.name).to(),
            "arranged": role.id in made,
            "ready": _ready_label(role),
        }
        for role in roles
    ]


def _ready_label(role: Role) -> str:
    ready = ready_for_role(role.code)
    own_kind = ready is READY[-1] and role.code not in ready.roles
    return T("按各人权限", "By each one's rights").to() if own_kind else ready.label.to()


def describe_role(actor: Actor, role_id: UUID) -> dict[str, Any]:
    """The arrangement the people of a role begin with, and all there is to choose from: each gets of it what he may have."""
    actor.require(SET_FOR_ROLES)
    role = Role.objects.filter(pk=role_id, deleted_at__isnull=True).first()
    if role is None:
        raise NotFound
    row = HomeArrangement.objects.filter(holder_id=role_id).first()
    chosen = _stored(row) if row else ready_for_role(role.code).arrangement
    return {
        "version": row.version if row else 0,
        "source": "role" if row else "ready",
        "counters": [code for code in chosen.counters if code in _counters],
        "cards": [{"code": code, "place": place} for code, place in chosen.cards if code in _cards],
        **_catalogue(COUNTERS, CARDS),
    }


def arrange_role(
    actor: Actor, role_id: UUID, *, counters: list[str], cards: list[dict[str, str]], version: int | None
) -> dict[str, Any]:
    """Choose with what the people of a role begin; who arranged his own page keeps it."""
    describe_role(actor, role_id)
    chosen = _checked(counters, cards, set(_counters), set(_cards))
    with act(actor, "home.arrange", object="roles", record_id=role_id):
        _keep("role", role_id, chosen, version, lambda: describe_role(actor, role_id))
    return describe_role(actor, role_id)


def reset_role(actor: Actor, role_id: UUID) -> dict[str, Any]:
    """Back to what is shipped for the role."""
    describe_role(actor, role_id)
    with act(actor, "home.arrange", object="roles", record_id=role_id):
        HomeArrangement.objects.filter(holder_id=role_id).delete()
    return describe_role(actor, role_id)


def _checked(
    counters: list[str], cards: list[dict[str, str]], known_counters: set[str], known_cards: set[str]
) -> Arrangement:
    """The arrangement asked for; refused where it names what this person may not have: the same answer as for what there is not."""
    codes = [card.get("code", "") for card in cards]
    for field, asked, known in (("counters", counters, known_counters), ("cards", codes, known_cards)):
        if len(asked) > MOST:
            raise Invalid.one(field, "too_many", T("最多放 {limit} 个。", "At most {limit}."), limit=MOST)
        if len(set(asked)) != len(asked) or set(asked) - known:
            raise Invalid.one(field, "unknown_choice", T("没有这些卡片。", "There are no such cards."))
    if any(card.get("place") not in PLACES for card in cards):
        raise Invalid.one("cards", "place", T("位置应为左、右或通栏。", "A place is left, right or full."))
    return Arrangement(tuple(counters), tuple((card["code"], card["place"]) for card in cards))


def _keep(
    kind: str, holder: UUID, chosen: Arrangement, version: int | None, current: Callable[[], dict[str, Any]]
) -> None:
    """Write it over the version that was read; without a version, over whatever is there."""
    row = HomeArrangement.objects.select_for_update().filter(holder_id=holder).first()
    if version is not None and version != (row.version if row else 0):
        raise VersionStale(current())
    row = row or HomeArrangement(holder_kind=kind, holder_id=holder, version=0)
    row.counters, row.cards = list(chosen.counters), [list(card) for card in chosen.cards]
    row.version, row.updated_at = row.version + 1, now()
    try:
        with transaction.atomic():
            row.save(force_insert=row.version == 1)
    except IntegrityError as error:  # another tab was first with the first one
        raise VersionStale(current()) from error
