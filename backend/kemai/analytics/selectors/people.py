"""People and departments side by side: the ranking, and activity against result."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kemai.accounts.models import Department, User
from kemai.analytics.selectors.choice import Choice
from kemai.analytics.selectors.counted import (
    CONTACTS,
    CUSTOMERS,
    DEALS,
    FOLLOW_UPS,
    LOST_COUNT,
    NOTHING,
    WIN_RATE,
    WON_COUNT,
    WON_SUM,
    Measure,
    counted,
    may_measure,
)
from kemai.analytics.selectors.paths import leaf, leaf_or_none
from kemai.analytics.selectors.table import Column, Figure, Row, Table, share, withheld
from kemai.kit.errors import Malformed
from kemai.kit.words import T
from kemai.platform.objects.declare import get_object

RANKED = (WON_SUM, WON_COUNT, LOST_COUNT, DEALS, CUSTOMERS, CONTACTS)
RESULTS = (DEALS, WON_COUNT, LOST_COUNT)
ROWS = {"owner": T("姓名", "Person"), "department": T("部门", "Department")}
BY = {"person": "owner", "department": "department"}
MAX_ROWS = 500
NOBODY = T("（无部门）", "(no department)")

Found = dict[str, dict[Any, Any]]
"""Measure → value it is told apart by → figure."""


def ranking(choice: Choice) -> Table:
    """Everybody, or every department by itself, with what they achieved in the period."""
    field = BY.get(choice.by or "person")
    if field is None:
        raise Malformed(what=f"by: {' | '.join(BY)}")
    shown = [m for m in RANKED if may_measure(choice, m, field)]
    if not shown:
        return withheld(ROWS[field])
    table = Table(ROWS[field], _columns(shown), _rows(choice, field, shown, _gather(choice, field, shown)))
    table.more["by"] = choice.by or "person"
    return table


def activity(choice: Choice) -> Table:
    """Per person the follow-ups, the deals begun, won and lost, and the follow-ups by channel."""
    shown = [m for m in RESULTS if may_measure(choice, m, "owner")]
    if not may_measure(choice, CONTACTS, "owner", "channel"):
        return withheld(ROWS["owner"])
    by_channel = counted(choice, FOLLOW_UPS, by=("owner", "channel"))
    found = _gather(choice, "owner", shown)
    found[CONTACTS.key] = {}
    channels: dict[tuple[Any, Any], int] = {}
    for (_, owner, channel), (count, _) in by_channel.items():
        found[CONTACTS.key][owner] = found[CONTACTS.key].get(owner, 0) + count
        channels[owner, channel] = count
    used = {channel for _, channel in channels}
    named = {
        c: label.to() for c, label in get_object("interactions").by_name["channel"].choice_map().items() if c in used
    }
    named |= {c: c for c in used if c not in named}
    rows = _rows(choice, "owner", [CONTACTS, *shown], found)
    for row in rows:
        for channel in named:
            conditions = (leaf("owner", "eq", row.key), leaf("channel", "eq", channel))
            path = choice.path("interactions", *conditions, at="occurred_at")
            row.figures[f"channel_{channel}"] = Figure(channels.get((row.key, channel), 0), path)
    rows.sort(key=lambda r: (-int(r.figures[CONTACTS.key].value or 0), r.label))
    columns = [*_columns([CONTACTS, *shown]), *(Column(f"channel_{code}", label) for code, label in named.items())]
    return Table(ROWS["owner"], columns, rows)


def _gather(choice: Choice, field: str, shown: list[Measure]) -> Found:
    """Each measure by the field; measures of one source share a statement."""
    found: Found = {}
    sources: dict[Any, dict[Any, tuple[int, str]]] = {}
    for measure in shown:
        if measure.source not in sources:
            total = next((m.total for m in shown if m.source is measure.source and m.total), "")
            sources[measure.source] = counted(choice, measure.source, by=(field,), total=total)
        found[measure.key] = {key[1]: measure.of(figure) for key, figure in sources[measure.source].items()}
    return found


def _rows(choice: Choice, field: str, shown: list[Measure], found: Found) -> list[Row]:
    keys = {key for values in found.values() for key in values}
    if field == "owner":
        keys.discard(None)
    model: Any = User if field == "owner" else Department
    names = {str(key): name for key, name in model.objects.filter(pk__in=keys - {None}).values_list("id", "name")}
    rows = []
    for key in keys:
        condition = leaf_or_none(field, key)
        figures = {}
        for measure in shown:
            path = choice.path(measure.source.object, condition, *measure.source.conditions, at=measure.source.at)
            figures[measure.key] = Figure(found[measure.key].get(key, measure.of(NOTHING)), path)
        if {WON_COUNT.key, LOST_COUNT.key} <= figures.keys():
            won, lost = (int(figures[k].value or 0) for k in (WON_COUNT.key, LOST_COUNT.key))
            figures["win_rate"] = Figure(share(won, won + lost))
        rows.append(Row(key or "", names.get(key, "") if key else NOBODY.to(), figures))
    rows.sort(key=_by_result)
    return rows[:MAX_ROWS]


def _by_result(row: Row) -> tuple[Any, ...]:
    def figure(key: str) -> Decimal:
        found = row.figures.get(key)
        return Decimal(str(found.value or 0)) if found else Decimal(0)

    return -figure("won_sum"), -figure("won_count"), -figure("interactions"), row.label, row.key


def _columns(shown: list[Measure]) -> list[Column]:
    columns = [Column(m.key, m.label.to(), m.kind) for m in shown]
    if {WON_COUNT, LOST_COUNT} <= set(shown):
        columns.insert(shown.index(LOST_COUNT) + 1, Column("win_rate", WIN_RATE.to(), "percent"))
    return columns
