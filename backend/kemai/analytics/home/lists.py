"""Lists that counters and cards of the home page ask, each named once, so that the figure and the card beside it cannot disagree (PLT-15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from kemai.accounts.access import Actor
from kemai.analytics.home.asking import Filter, Rows
from kemai.analytics.selectors.paths import leaf
from kemai.analytics.selectors.periods import add_months
from kemai.kit.clock import today
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.groups import level_of
from kemai.platform.quality.service import LOW
from kemai.sales.rules.leads import UNDECIDED

MINE = leaf("owner", "eq", "me")
OPEN = leaf("status", "eq", "open")
WON = leaf("status", "eq", "won")
LEAD_OPEN = leaf("status", "in", list(UNDECIDED))
ROTTING = leaf("rotting", "eq", True)


def month_begin(actor: Actor, ahead: int = 0) -> date:
    """The first day of the reader's month, or of one ``ahead`` of it (before it when negative)."""
    return add_months(today(actor.time_zone), ahead)


def in_month(object_name: str, field: str, *leaves: dict[str, Any], back: int = 0) -> Callable[[Actor], dict[str, Any]]:
    """The filter of records whose ``field`` lies in the reader's month, or in one before it."""

    def tree(actor: Actor) -> dict[str, Any]:
        level = level_of(actor, get_object(object_name), f"{field}:month")
        month = level.condition(month_begin(actor, -back).isoformat(), actor.time_zone)
        return {"and": [*leaves, *month["and"]]}

    return tree


def by_month_end(field: str, *leaves: dict[str, Any]) -> Callable[[Actor], dict[str, Any]]:
    """The filter of records whose date ``field`` comes before the month is over, those already past included."""

    def tree(actor: Actor) -> dict[str, Any]:
        return {"and": [*leaves, leaf(field, "lt", month_begin(actor, 1).isoformat())]}

    return tree


def all_of(*leaves: dict[str, Any]) -> Filter:
    return {"and": list(leaves)}


TASKS = Rows("tasks", "today")
FALLING = Rows("customers", "falling")
CONTRACT_ENDING = Rows("customers", "ending")
TO_IMPROVE = Rows("customers", "to_improve")
LOW_QUALITY = Rows("customers", filter=all_of(leaf("quality", "lt", LOW)))
LEADS_WAITING = Rows("leads", filter=all_of(MINE, LEAD_OPEN, leaf("responded_at", "is_null", True)))
LEADS_POOL = Rows("leads", filter=all_of(leaf("in_pool", "eq", True), LEAD_OPEN))
CLOSING = Rows("opportunities", filter=by_month_end("expected_close_on", MINE, OPEN))
TEAM_CLOSING = Rows("opportunities", filter=by_month_end("expected_close_on", OPEN))
STANDING = Rows("opportunities", filter=all_of(MINE, OPEN, ROTTING))
TO_DECIDE = Rows(
    "transfer-requests", filter=all_of(leaf("state", "eq", "pending"), {"not": leaf("requester", "eq", "me")})
)
