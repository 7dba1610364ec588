"""The manager's page: funnel, months, ranking of the departments he may see (ANA-1, ANA-5)."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as day_time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kemai.accounts.access import Actor, branches, departments_below
from kemai.accounts.models import Department
from kemai.analytics.selectors.paths import leaf, list_path
from kemai.kit.clock import now
from kemai.kit.errors import Malformed
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.board import kept_figures
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.rows import fetch_rows
from kemai.sales.services.opportunities import board_columns

TREND_MONTHS = 12


def manager_page(actor: Actor, *, month: str, department: str) -> dict[str, Any]:
    """Funnel, twelve months' trend, ranking and totals of one month, of the departments the caller may see (ANA-1, ANA-5)."""
    actor.require("analytics.manager.view")
    zone = ZoneInfo(actor.time_zone)
    first = _month(month, now().astimezone(zone).date())
    chosen = _department(department)
    return {
        "month": f"{first:%Y-%m}",
        "department": {
            "id": chosen,
            "label": Department.objects.filter(pk=chosen).values_list("name", flat=True).first(),
        }
        if chosen
        else None,
        "departments": _departments(actor),
        "totals": _totals(actor, first, chosen, zone),
        "funnel": _funnel(actor, chosen),
        "trend": _trend(actor, first, chosen, zone),
        "ranking": _ranking(actor, first, chosen, zone),
    }


def _month(text: str, today: date) -> date:
    if not text:
        return today.replace(day=1)
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError as error:
        raise Malformed(what="month (2026-11)") from error


def _department(text: str) -> UUID | None:
    if not text:
        return None
    key = parse_id(text)
    if key is None or not Department.objects.filter(pk=key, deleted_at__isnull=True).exists():
        raise Malformed(what="department")
    return key


def _departments(actor: Actor) -> list[dict[str, Any]]:
    """Departments with people whose opportunities the caller may see."""
    reach = actor.reach("sales.opportunity.view")
    rows = (
        Department.objects.filter(deleted_at__isnull=True)
        .order_by("position", "name_sort")
        .values_list("id", "name", "parent_id")
    )
    return [
        {"id": r[0], "label": r[1], "parent": r[2]}
        for r in rows
        if reach and (reach.everything or r[0] in reach.departments)
    ]


def next_month(first: date, step: int = 1) -> date:
    """The first day of the month ``step`` months later (earlier when negative)."""
    index = first.year * 12 + first.month - 1 + step
    return date(index // 12, index % 12 + 1, 1)


def _span(start: date, end: date, zone: ZoneInfo) -> dict[str, datetime]:
    return {"start": datetime.combine(start, day_time.min, zone), "end": datetime.combine(end, day_time.min, zone)}


def _below(department: UUID) -> list[UUID]:
    tree = dict(Department.objects.filter(deleted_at__isnull=True).values_list("id", "parent_id"))
    return sorted(departments_below(department, tree))


def _scoped(
    actor: Actor, object_name: str, chosen: UUID | None, columns: tuple[str, ...] = ("department_id",)
) -> tuple[str, dict[str, Any]]:
    """The condition over ``t`` of what the caller may see of one kind of record, within the chosen department and below."""
    declaration = get_object(object_name)
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    params = {**scope.params, **actor.params}
    condition = f"t.deleted_at IS NULL AND {scope.sql}"
    if chosen:
        params["chosen"] = _below(chosen)
        condition += " AND (" + " OR ".join(f"t.{c} = ANY(%(chosen)s)" for c in columns) + ")"
    return condition, params


def _within(chosen: UUID | None, *leaves: dict[str, Any]) -> dict[str, Any]:
    return {"and": [*leaves, *([leaf("department", "under", str(chosen))] if chosen else [])]}


def _between(field: str, start: date, end: date, zone: ZoneInfo) -> list[dict[str, Any]]:
    edges = _span(start, end, zone)
    return [leaf(field, "gte", edges["start"].isoformat()), leaf(field, "lt", edges["end"].isoformat())]


def _funnel(actor: Actor, chosen: UUID | None) -> list[dict[str, Any]]:
    """Open and won opportunities by stage, as they lie now; from the kept figures."""
    columns = board_columns(actor, None)
    declaration = get_object("opportunities")
    assert declaration.board is not None
    condition, params = "", {}
    if chosen:
        condition, params = "t.department_id = ANY(%(chosen)s)", {"chosen": _below(chosen)}
    rows = kept_figures(actor, declaration, declaration.board, condition=condition, params=params)
    return [
        {
            "key": column["key"],
            "label": column["label"],
            "kind": column["kind"],
            "probability": column["probability"],
            "count": rows.get(str(column["key"]), (0, "0.00"))[0],
            "sum": rows.get(str(column["key"]), (0, "0.00"))[1],
            "path": list_path("opportunities", _within(chosen, leaf("stage", "eq", str(column["key"]))), view="all"),
        }
        for column in columns
    ]


def _monthly(
    actor: Actor,
    object_name: str,
    at: str,
    extra: str,
    select: str,
    start: date,
    end: date,
    chosen: UUID | None,
    zone: ZoneInfo,
    group: str,
) -> dict[str, tuple[Any, ...]]:
    condition, params = _scoped(actor, object_name, chosen)
    params.update(_span(start, end, zone), zone=str(zone))
    rows = fetch_rows(
        f"SELECT {group}::text, {select} FROM {get_object(object_name).table} t "
        f"WHERE {condition} AND t.{at} >= %(start)s AND t.{at} < %(end)s{extra} GROUP BY 1",
        params,
    )
    return {row[0]: row[1:] for row in rows}


_WON = ("opportunities", "closed_at", " AND t.status = 'won'", "count(*), COALESCE(sum(t.amount), 0)::numeric(20,2)")
_DONE = ("interactions", "occurred_at", "", "count(*)")
_NEW = ("customers", "created_at", "", "count(*)")


def _trend(actor: Actor, first: date, chosen: UUID | None, zone: ZoneInfo) -> list[dict[str, Any]]:
    start, end = next_month(first, 1 - TREND_MONTHS), next_month(first)

    def by_month(source: tuple[str, str, str, str]) -> dict[str, tuple[Any, ...]]:
        return _monthly(
            actor, *source, start, end, chosen, zone, f"to_char(t.{source[1]} AT TIME ZONE %(zone)s, 'YYYY-MM')"
        )

    won, done, new = by_month(_WON), by_month(_DONE), by_month(_NEW)
    months = []
    for n in range(TREND_MONTHS):
        month = next_month(start, n)
        key = f"{month:%Y-%m}"
        months.append(
            {
                "month": key,
                "won_count": won.get(key, (0, "0.00"))[0],
                "won_sum": won.get(key, (0, "0.00"))[1],
                "interactions": done.get(key, (0,))[0],
                "new_customers": new.get(key, (0,))[0],
                "path": list_path(
                    "opportunities",
                    _within(
                        chosen, leaf("status", "eq", "won"), *_between("closed_at", month, next_month(month), zone)
                    ),
                    view="all",
                ),
                "paths": {
                    "interactions": list_path(
                        "interactions",
                        _within(chosen, *_between("occurred_at", month, next_month(month), zone)),
                        view="all",
                    ),
                    "new_customers": list_path(
                        "customers",
                        _within(chosen, *_between("created_at", month, next_month(month), zone)),
                        view="all",
                    ),
                },
            }
        )
    return months


def _ranking(actor: Actor, first: date, chosen: UUID | None, zone: ZoneInfo) -> list[dict[str, Any]]:
    end = next_month(first)

    def by_person(source: tuple[str, str, str, str]) -> dict[str, tuple[Any, ...]]:
        return _monthly(actor, *source, first, end, chosen, zone, "t.owner_id")

    won, done, new = by_person(_WON), by_person(_DONE), by_person(_NEW)
    people = {k for k in {*won, *done, *new} if k}
    names = {
        row[0]: row[1]
        for row in fetch_rows(
            "SELECT id, name FROM accounts_user WHERE id = ANY(%(ids)s::uuid[])", {"ids": sorted(people)}
        )
    }
    rows = []
    for key in people:
        mine = leaf("owner", "eq", key)
        rows.append(
            {
                "user": {"id": key, "label": names.get(key)},
                "won_count": won.get(key, (0, "0.00"))[0],
                "won_sum": won.get(key, (0, "0.00"))[1],
                "interactions": done.get(key, (0,))[0],
                "new_customers": new.get(key, (0,))[0],
                "path": list_path(
                    "opportunities",
                    _within(chosen, mine, leaf("status", "eq", "won"), *_between("closed_at", first, end, zone)),
                    view="all",
                ),
                "paths": {
                    "interactions": list_path(
                        "interactions", _within(chosen, mine, *_between("occurred_at", first, end, zone)), view="all"
                    ),
                    "new_customers": list_path(
                        "customers", _within(chosen, mine, *_between("created_at", first, end, zone)), view="all"
                    ),
                },
            }
        )
    rows.sort(key=lambda r: (-Decimal(r["won_sum"]), -r["interactions"], r["user"]["label"] or ""))
    return rows[:50]


def _totals(actor: Actor, first: date, chosen: UUID | None, zone: ZoneInfo) -> list[dict[str, Any]]:
    end, before = next_month(first), next_month(first, -1)

    def both(source: tuple[str, str, str, str]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        rows = _monthly(
            actor, *source, before, end, chosen, zone, f"to_char(t.{source[1]} AT TIME ZONE %(zone)s, 'YYYY-MM')"
        )
        empty = (0, "0.00") if source is _WON else (0,)
        return rows.get(f"{first:%Y-%m}", empty), rows.get(f"{before:%Y-%m}", empty)

    won, done, new = both(_WON), both(_DONE), both(_NEW)
    won_path = list_path(
        "opportunities",
        _within(chosen, leaf("status", "eq", "won"), *_between("closed_at", first, end, zone)),
        view="all",
    )
    entries = (
        ("won_sum", T("赢单金额", "Won"), won[0][1], won[1][1], won_path, "CNY"),
        ("won_count", T("赢单数", "Deals won"), won[0][0], won[1][0], won_path, None),
        (
            "new_customers",
            T("新增客户", "New customers"),
            new[0][0],
            new[1][0],
            list_path("customers", _within(chosen, *_between("created_at", first, end, zone)), view="all"),
            None,
        ),
        (
            "interactions",
            T("跟进次数", "Follow-ups"),
            done[0][0],
            done[1][0],
            list_path("interactions", _within(chosen, *_between("occurred_at", first, end, zone)), view="all"),
            None,
        ),
    )
    return [
        {
            "key": key,
            "label": label.to(),
            "value": value,
            "previous": previous,
            "path": path,
            "unit": unit,
            "tone": "calm",
        }
        for key, label, value, previous, path, unit in entries
    ]
