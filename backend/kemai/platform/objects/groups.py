"""Groups with figures over exactly the rows a list would show: the grouped table, boards, the figures of pages.

Each group says by which filter its rows (or its inner groups) are read on as a list of their own, so that a screen opens it without
knowing what a month or an empty value means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as day_time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kemai.accounts.access import Actor
from kemai.kit.errors import Malformed
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.read import list_options, refuse_unindexed, run_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import comparable_field, row_secret
from kemai.platform.objects.select import Query, plan_list

MAX_GROUPS = 500
MAX_LEVELS = 3
MAX_MEASURES = 8
PERIODS = ("day", "week", "month", "quarter", "year")
MEASURES = ("sum", "avg", "min", "max")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of grouping: ``name`` as asked (``created_at:month``), its SQL, its field, its period (dates)."""

    name: str
    sql: str
    field: Field
    period: str = ""

    @property
    def ranked(self) -> dict[Any, int]:
        """Code → place, for a choice: groups stand in its dictionary's order."""
        return {item.value: n for n, item in enumerate(self.field.choice_items())}

    def condition(self, key: Any, zone: str) -> dict[str, Any]:
        """The filter of the rows whose group has this key."""
        if key is None or key == "":
            return {"field": self.field.name, "op": "is_null", "value": True}
        if not self.period:
            return {"field": self.field.name, "op": "eq", "value": key}
        first = date.fromisoformat(str(key))
        return _between(self.field, first, _next(first, self.period), ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: the name it has in the answer and its SQL."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Groups:
    """``total``: the figures over all rows (None unless asked); ``more``: there were more groups than ``limit``."""

    groups: list[dict[str, Any]]
    total: dict[str, Any] | None
    more: bool


def _between(field: Field, first: date, after: date, zone: ZoneInfo) -> dict[str, Any]:
    def edge(day: date) -> str:
        return (
            datetime.combine(day, day_time.min, zone).isoformat()
            if isinstance(field.type, types.Instant)
            else day.isoformat()
        )

    return {
        "and": [
            {"field": field.name, "op": "gte", "value": edge(first)},
            {"field": field.name, "op": "lt", "value": edge(after)},
        ]
    }


def _next(first: date, period: str) -> date:
    """The first day after the period that begins on ``first``."""
    days = {"day": 1, "week": 7}.get(period)
    if days:
        return first + timedelta(days=days)
    month = first.month - 1 + {"month": 1, "quarter": 3, "year": 12}[period]
    return date(first.year + month // 12, month % 12 + 1, 1)


def aggregate(
    actor: Actor, declaration: ObjectType, *, query: Query, group_by: list[str], measures: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The groups alone, most records first."""
    return group_records(actor, declaration, query=query, group_by=group_by, measures=measures).groups


def group_records(
    actor: Actor,
    declaration: ObjectType,
    *,
    query: Query,
    group_by: list[str],
    measures: list[dict[str, Any]],
    order: str = "-count",
    limit: int = MAX_GROUPS,
    with_total: bool = False,
) -> Groups:
    """Groups with figures. ``order``: ``key``, ``count`` or a measure's name, with ``-`` from the top. One statement, and one
    for the names of each reference grouped by."""
    if len(group_by) > MAX_LEVELS or len(measures) > MAX_MEASURES:
        raise Malformed(what=f"at most {MAX_LEVELS} groups and {MAX_MEASURES} measures")
    plan = plan_list(actor, declaration, query)
    refuse_unindexed(actor, plan)
    levels = [level_of(actor, declaration, name) for name in group_by]
    figures = [figure_of(actor, declaration, m) for m in measures]
    limit = max(1, min(limit, MAX_GROUPS))
    total_at = len(levels) + 1 + len(figures)
    select = [
        *(level.sql for level in levels),
        "count(*)",
        *(f.sql for f in figures),
        *([f"GROUPING({', '.join(level.sql for level in levels)}) <> 0"] if with_total and levels else []),
    ]
    sql = f"SELECT {', '.join(select)} FROM {declaration.table} t WHERE {plan.scope.sql} AND {plan.condition}"
    if levels:
        places = ", ".join(str(n + 1) for n in range(len(levels)))
        sets = f"GROUPING SETS (({', '.join(level.sql for level in levels)}), ())" if with_total else places
        first = f"{total_at + 1} DESC, " if with_total else ""
        sql += f" GROUP BY {sets} ORDER BY {first}{_order(order, levels, figures)}, {places} LIMIT %(groups_limit)s"
    params = {**run_params(actor, plan, query), "zone": actor.time_zone, "groups_limit": limit + 1 + with_total}
    rows = fetch_rows(sql, params)
    total = _figures(rows[0], len(levels), figures) if rows and with_total else None
    if levels and with_total:
        rows = rows[1:]
    shown = rows[:limit]
    groups = _labelled(actor, levels, figures, shown)
    if order.lstrip("-") == "key" and levels and levels[0].field.choice_items():
        known = levels[0].ranked
        groups.sort(key=lambda g: known.get(g["key"][levels[0].name], len(known)), reverse=order.startswith("-"))
    return Groups(groups, total, len(rows) > limit)


def _order(order: str, levels: list[Level], figures: list[Figure]) -> str:
    name, way = order.lstrip("-"), "DESC" if order.startswith("-") else "ASC"
    names = ["count", *(f.name for f in figures)]
    if name == "key":
        return ", ".join(f"{n + 1} {way} NULLS LAST" for n in range(len(levels)))
    if name not in names:
        raise Malformed(what=f"order {order[:60]!r}")
    return f"{len(levels) + 1 + names.index(name)} {way} NULLS LAST"


def _figures(row: tuple[Any, ...], at: int, figures: list[Figure]) -> dict[str, Any]:
    return {"count": row[at], **{f.name: row[at + 1 + n] for n, f in enumerate(figures)}}


def _labelled(
    actor: Actor, levels: list[Level], figures: list[Figure], rows: list[tuple[Any, ...]]
) -> list[dict[str, Any]]:
    labels = [_labels(actor, level.field, [row[n] for row in rows]) for n, level in enumerate(levels)]
    found = []
    for row in rows:
        conditions = [level.condition(row[n], actor.time_zone) for n, level in enumerate(levels)]
        found.append(
            {
                "key": {level.name: row[n] for n, level in enumerate(levels)},
                "label": {
                    level.name: labels[n].get(row[n], None if level.field.target else row[n])
                    for n, level in enumerate(levels)
                },
                "filter": conditions[0] if len(conditions) == 1 else {"and": conditions},
                **_figures(row, len(levels), figures),
            }
        )
    return found


def may_group(declaration: ObjectType, field: Field) -> bool:
    """Whether records may be grouped by the field: by a date with its period, by a short text unless it is what names each of them."""
    kinds = (types.Date, types.Text)
    return field.type.groupable or (isinstance(field.type, kinds) and field.name != declaration.title)


def level_of(actor: Actor, declaration: ObjectType, text: Any) -> Level:
    """``created_at:month`` → a level of grouping; :class:`Malformed` for what this person cannot group by."""
    name, _, period = str(text).partition(":")
    found = comparable_field(actor, declaration, name)
    if row_secret(actor, found):
        raise Malformed(what=f"group_by {name[:60]!r}")
    if isinstance(found.type, types.Date):
        if period not in PERIODS:
            raise Malformed(what=f"group_by {name}:{'|'.join(PERIODS)}")
        column = (
            f"({found.expression} AT TIME ZONE %(zone)s)" if isinstance(found.type, types.Instant) else found.expression
        )
        return Level(str(text), f"date_trunc('{period}', {column})::date", found, period)
    if period or not may_group(declaration, found):
        raise Malformed(what=f"group_by {str(text)[:60]!r}")
    return Level(name, found.expression, found)


def figure_of(actor: Actor, declaration: ObjectType, measure: Any) -> Figure:
    """``{"op", "field"}``, or in short ``"count"`` and ``"sum:amount"`` → a figure; :class:`Malformed` for what this person cannot measure."""
    if isinstance(measure, str):
        op, _, name = measure.partition(":")
        measure = {"op": op, "field": name}
    if not isinstance(measure, dict) or measure.get("op") not in (*MEASURES, "count"):
        raise Malformed(what=f'measures: [{{"op": "count"}}, {{"op": "{"|".join(MEASURES)}", "field": "…"}}]')
    if measure["op"] == "count":
        return Figure("count", "count(*)")
    found = comparable_field(actor, declaration, measure.get("field"))
    dated = isinstance(found.type, types.Date) and measure["op"] in ("min", "max")
    if not (dated or isinstance(found.type, types.Number)) or row_secret(actor, found):
        raise Malformed(what=f"measure of {found.name!r}")
    cast = (
        "::numeric(20,2)"
        if isinstance(found.type, types.Money)
        else "::numeric(30,4)"
        if measure["op"] == "avg"
        else ""
    )
    return Figure(f"{measure['op']}_{found.name}", f"{measure['op']}({found.measured}){cast}")


def _labels(actor: Actor, found: Field, keys: list[Any]) -> dict[Any, str]:
    if found.target:
        ids = [UUID(k) for k in keys if k]
        return {o["id"]: o["label"] for o in list_options(actor, get_object(found.target), ids=ids)} if ids else {}
    return {code: label.to() for code, label in found.choice_map().items()}
