"""Figures of the home and manager pages. Every figure goes through the scope of the list it opens, so both show the same."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as day_time
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from kemai.accounts.access import Actor, branches, departments_below
from kemai.accounts.models import Department
from kemai.customers.rules.pool import HOLD_LIMIT
from kemai.customers.rules.recycling import FALLING_DAYS
from kemai.kit.clock import now
from kemai.kit.errors import Malformed
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.board import kept_figures
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.read import day_params, list_page
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.select import Query
from kemai.sales.services.opportunities import board_columns

TREND_MONTHS = 12


def list_path(object_name: str, filter_tree: dict[str, Any] | None = None, *, view: str = "", sort: str = "") -> str:
    """The in-app address of a list with a filter."""
    parts = []
    if view:
        parts.append(f"view={view}")
    if filter_tree:
        parts.append(f"filter={quote(orjson.dumps(filter_tree).decode())}")
    if sort:
        parts.append(f"sort={sort}")
    return f"/{object_name}" + (f"?{'&'.join(parts)}" if parts else "")


def leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


# ---------------------------------------------------------------- home


def home(actor: Actor) -> dict[str, Any]:
    """The work of today: counters that open lists, whom to contact, what to do, what was worked on last (PLT-15)."""
    return {
        "greeting": actor.name,
        "counters": _counters(actor),
        "today": {"contacts": _contacts_due(actor), "tasks": _tasks_due(actor)},
        "recent": _recent(actor),
    }


def _counters(actor: Actor) -> list[dict[str, Any]]:
    params = {**actor.params, **day_params(actor)}
    found: list[dict[str, Any]] = []
    if actor.has("customers.customer.view"):
        row = fetch_rows(
            "SELECT count(*), count(*) FILTER (WHERE next_contact_at < %(today_to)s), "
            "count(*) FILTER (WHERE last_contact_at IS NULL OR last_contact_at < %(today_from)s - interval '30 days'), "
            "count(*) FILTER (WHERE recycle_on < %(today)s::date + %(soon)s) "
            "FROM customers_customer WHERE owner_id = %(me)s AND deleted_at IS NULL",
            {**params, "soon": FALLING_DAYS + 1},
        )[0]
        limit = HOLD_LIMIT.value()
        found += [
            _counter(
                "due",
                T("今日待联系", "To contact today"),
                row[1],
                list_path("customers", view="due"),
                "warning" if row[1] else "calm",
            ),
            _counter(
                "silent",
                T("30 天未联系", "Silent for 30 days"),
                row[2],
                list_path("customers", view="silent"),
                "danger" if row[2] else "calm",
            ),
            _counter(
                "falling",
                T("即将掉入公海", "About to fall into the pool"),
                row[3],
                list_path("customers", view="falling"),
                "danger" if row[3] else "calm",
            ),
            _counter(
                "mine",
                T("我的客户", "My customers"),
                row[0],
                list_path("customers", view="mine"),
                "calm",
                of=limit or None,
            ),
        ]
    if actor.has("activities.task.view"):
        row = fetch_rows(
            "SELECT count(*) FILTER (WHERE due_at < %(today_to)s), count(*) FROM activities_task "
            "WHERE assignee_id = %(me)s AND status = 'open' AND deleted_at IS NULL",
            params,
        )[0]
        found.append(
            _counter(
                "tasks",
                T("今日任务", "Tasks today"),
                row[0],
                list_path("tasks", view="today"),
                "warning" if row[0] else "calm",
            )
        )
    if actor.has("sales.opportunity.view"):
        row = fetch_rows(
            "SELECT count(*), COALESCE(sum(amount), 0)::numeric(20,2) FROM sales_opportunity "
            "WHERE owner_id = %(me)s AND status = 'open' AND deleted_at IS NULL",
            params,
        )[0]
        found += [
            _counter(
                "open", T("进行中的商机", "Open opportunities"), row[0], list_path("opportunities", view="mine"), "calm"
            ),
            _counter(
                "pipeline",
                T("在谈金额", "Pipeline"),
                row[1],
                list_path("opportunities", view="mine"),
                "calm",
                unit="CNY",
            ),
        ]
    if actor.has("customers.customer.claim"):
        scope = branches(actor, "customers.customer.view", get_object("customers").ownership)
        row = fetch_rows(
            f"SELECT count(*) FROM (SELECT 1 FROM customers_customer t WHERE t.pool_id IS NOT NULL AND t.deleted_at IS NULL AND {scope.sql} LIMIT 10001) n",
            {**params, **scope.params},
        )[0]
        found.append(
            _counter("pool", T("公海可领取", "In the pool"), row[0], list_path("customers", view="pool"), "calm")
        )
    return found


def _counter(
    key: str, label: T, value: Any, path: str, tone: str, *, unit: str | None = None, of: int | None = None
) -> dict[str, Any]:
    return {"key": key, "label": label.to(), "value": value, "tone": tone, "path": path, "unit": unit, "of": of}


def _contacts_due(actor: Actor) -> list[dict[str, Any]]:
    if not actor.has("customers.customer.view"):
        return []
    tree = {"and": [leaf("owner", "eq", "me"), leaf("next_contact_at", "lte", "today")]}
    query = Query(
        fields=("name", "phone", "industry", "last_contact_at", "next_contact_at"),
        filter=orjson.dumps(tree).decode(),
        sort="next_contact_at",
        limit=8,
    )
    return list_page(actor, get_object("customers"), query)[0]


def _tasks_due(actor: Actor) -> list[dict[str, Any]]:
    if not actor.has("activities.task.view"):
        return []
    tree = {"and": [leaf("assignee", "eq", "me"), leaf("status", "eq", "open"), leaf("due_at", "lte", "today")]}
    query = Query(
        fields=("title", "due_at", "related", "priority", "status"),
        filter=orjson.dumps(tree).decode(),
        sort="due_at",
        limit=8,
    )
    return list_page(actor, get_object("tasks"), query)[0]


def _recent(actor: Actor) -> list[dict[str, Any]]:
    """The records this person wrote to last, those he may still see."""
    rows = fetch_rows(
        "SELECT object, record_id FROM (SELECT DISTINCT ON (record_id) object, record_id, id FROM ("
        "SELECT object, record_id, id FROM base_auditevent WHERE actor_id = %(me)s AND record_id IS NOT NULL AND object IN ('customers', 'opportunities') "
        "ORDER BY id DESC LIMIT 60) a ORDER BY record_id, id DESC) b ORDER BY id DESC LIMIT 8",
        actor.params,
    )
    found: dict[str, dict[str, Any]] = {}
    for name in {row[0] for row in rows}:
        declaration = get_object(name)
        if actor.has(declaration.perm("view")):
            scope = branches(actor, declaration.perm("view"), declaration.ownership)
            keys = [row[1] for row in rows if row[0] == name]
            for key, title in fetch_rows(
                f"SELECT t.id, t.name FROM {declaration.table} t WHERE t.id = ANY(%(keys)s::uuid[]) AND t.deleted_at IS NULL AND {scope.sql}",
                {**scope.params, "keys": keys},
            ):
                found[key] = {
                    "object": name,
                    "object_label": declaration.label.to(),
                    "id": key,
                    "label": title,
                    "path": f"/{name}/{key}",
                }
    return [found[row[1]] for row in rows if row[1] in found]


# ---------------------------------------------------------------- manager


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
