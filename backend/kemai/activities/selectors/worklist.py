"""Whom to contact today: everything that speaks for a customer, ranked, one statement (ACT-3, PLT-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from kemai.accounts.access import Actor, branches
from kemai.accounts.models import User
from kemai.activities.worklist import Reason, reasons
from kemai.kit.errors import NotFound
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.read import day_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import on, output
from kemai.platform.objects.select import build_columns

LIMIT = 200
FAR = 20
"""Days late that still move a line up."""
SHOWN = ("name", "phone", "industry", "importance", "owner", "last_contact_at", "next_contact_at", "version")
VIEW = "customers.customer.view"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose list is asked for: one person's, or those of all in the reader's charge."""

    people: list[UUID]
    team: bool


def whose_list(actor: Actor, *, person: UUID | None = None, team: bool = False) -> Whose:
    """Oneself; another person or everybody where one's right to view customers reaches them (:class:`NotFound` otherwise)."""
    actor.require(VIEW)
    if not team and person in (None, actor.id):
        return Whose([actor.id], False)
    people = people_in_charge(actor)
    if team:
        return Whose([p["id"] for p in people], True)
    if person not in {p["id"] for p in people}:
        raise NotFound
    assert person is not None
    return Whose([person], False)


def people_in_charge(actor: Actor, permission: str = VIEW) -> list[dict[str, Any]]:
    """Active people of the departments a right reaches, oneself first; only oneself where it reaches no department."""
    reach = actor.reach(permission)
    rows = User.objects.filter(is_active=True, deleted_at__isnull=True)
    if reach is None or not (reach.everything or reach.departments):
        rows = rows.filter(pk=actor.id)
    elif not reach.everything:
        rows = rows.filter(department_id__in=reach.departments) | rows.filter(pk=actor.id)
    found = [
        {"id": r[0], "label": r[1], "department": r[2]}
        for r in rows.order_by("name_sort", "id").values_list("id", "name", "department__name")
    ]
    return sorted(found, key=lambda p: p["id"] != actor.id)


def worklist(actor: Actor, whose: Whose, *, limit: int = LIMIT) -> dict[str, Any]:
    """The lines, best first, each with every reason for it; and how many there are in all."""
    customers = get_object("customers")
    known = [r for r in reasons() if actor.has(get_object(r.object).perm("view"))]
    columns = build_columns(actor, customers, _readable(actor, customers))
    params: dict[str, Any] = {
        **day_params(actor),
        **actor.params,
        **columns.params,
        "zone": actor.time_zone,
        "people": whose.people,
        "limit": limit,
    }
    parts = [part for reason in known if (part := _branch(actor, reason, params))]
    if not parts:
        return {"items": [], "total": 0}
    scope = branches(actor, VIEW, customers.ownership)
    params.update(scope.params)
    rows = fetch_rows(_statement(columns.select, parts, scope.sql), params)
    by_code = {r.code: r for r in known}
    items = [_line(actor, row, columns.output.make(row[2:]), by_code, params["today"]) for row in rows]
    return {"items": items, "total": rows[0][1] if rows else 0}


def _readable(actor: Actor, customers: Any) -> tuple[str, ...]:
    return tuple(
        name
        for name in SHOWN
        if name != "version" and name in customers.by_name and output(actor, customers, customers.by_name[name])
    )


def _branch(actor: Actor, reason: Reason, params: dict[str, Any]) -> str:
    branch = reason.branch(actor)
    if branch is None:
        return ""
    source = get_object(reason.object)
    scope = branches(actor, source.perm("view"), source.ownership, alias="x")
    title = output(actor, source, source.by_name[reason.title]) if reason.title else None
    params.update(scope.params)
    params.update(branch.params)
    return (
        f"SELECT {reason.customer} AS customer_id, '{reason.code}' AS code, {reason.weight} AS weight, {branch.at} AS at, "
        f"{on('x', title) if title else 'NULL'}::text AS title, {branch.extra}::text AS extra, '{source.name}' AS object, x.id AS id, "
        f"x.version AS version FROM {source.table} x WHERE x.deleted_at IS NULL AND {branch.where} AND {scope.sql}"
    )


def _statement(select: list[str], parts: list[str], scope: str) -> str:
    """The customers with a reason, their reasons as one value, ranked. A pause silences the whole line for who made it."""
    days = "(%(today)s::date - (r.at AT TIME ZONE %(zone)s)::date)"
    score = f"(r.weight + LEAST(GREATEST({days}, -{FAR}), {FAR}))"
    return (
        f"WITH r AS MATERIALIZED ({' UNION ALL '.join(parts)}), ranked AS (SELECT r.*, {score} AS score FROM r), "
        "lines AS (SELECT k.customer_id AS id, max(k.score) + count(DISTINCT k.code) - 1 AS score, min(k.at) AS at, "
        "jsonb_agg(jsonb_build_object('code', k.code, 'at', k.at, 'title', k.title, 'extra', k.extra, 'object', k.object, "
        "'id', k.id, 'version', k.version) ORDER BY k.score DESC, k.at) AS reasons FROM ranked k GROUP BY k.customer_id) "
        f"SELECT l.reasons::text, count(*) OVER (), {', '.join(select)} FROM lines l JOIN customers_customer t ON t.id = l.id "
        f"WHERE t.deleted_at IS NULL AND t.owner_id = ANY(%(people)s) AND {scope} AND NOT EXISTS (SELECT 1 FROM activities_worklistpause p "
        "WHERE p.customer_id = t.id AND p.user_id = t.owner_id AND p.until_on > %(today)s) "
        "ORDER BY l.score DESC, l.at, t.id LIMIT %(limit)s"
    )


def _line(
    actor: Actor, row: tuple[Any, ...], customer: dict[str, Any], known: dict[str, Reason], today: date
) -> dict[str, Any]:
    zone = ZoneInfo(actor.time_zone)
    found = []
    for raw in orjson.loads(row[0]):
        reason, at = known[raw["code"]], datetime.fromisoformat(raw["at"]).astimezone(zone)
        days = (today - at.date()).days
        found.append(
            {
                "code": reason.code,
                "label": reason.label.to(),
                "text": reason.words(
                    days=days,
                    day=f"{at:%m-%d}",
                    time=f"{at:%H:%M}",
                    title=raw["title"] or "",
                    extra=raw["extra"] or "",
                ),
                "at": at.isoformat(),
                "days_late": days,
                "object": raw["object"],
                "id": raw["id"],
                "version": raw["version"],
            }
        )
    return {"id": customer["id"], "customer": customer, "reasons": found}
