"""The work of today: counters, whom to contact, what to do (PLT-15)."""

from __future__ import annotations

from typing import Any

import orjson

from kemai.accounts.access import Actor, branches
from kemai.analytics.selectors.paths import leaf, list_path
from kemai.customers.rules.pool import HOLD_LIMIT
from kemai.customers.rules.recycling import FALLING_DAYS
from kemai.kit.words import T
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.read import day_params, list_page
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.select import Query


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
