"""Whom to contact today: everything that speaks for a customer or a lead, ranked (ACT-3, SAL-1, PLT-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from kemai.accounts.access import Actor, branches
from kemai.accounts.models import User
from kemai.activities.worklist import LineKind, Reason, line_kinds, reasons
from kemai.kit.clock import now
from kemai.kit.errors import NotFound
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.read import day_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import on, output
from kemai.platform.objects.select import build_columns

LIMIT = 200
FAR = 20
"""Days late that still move a line up."""
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
    """The lines, best first, each with every reason for it; and how many there are in all. One statement ranks them, and one a kind
    of record reads what they show."""
    kinds = {name: kind for name, kind in line_kinds().items() if actor.has(get_object(name).perm("view"))}
    known = [r for r in reasons() if r.about in kinds and actor.has(get_object(r.object).perm("view"))]
    params: dict[str, Any] = {
        **day_params(actor),
        **actor.params,
        "now": now(),
        "zone": actor.time_zone,
        "people": whose.people,
        "limit": limit,
    }
    parts = [part for reason in known if (part := _branch(actor, reason, params))]
    if not parts:
        return {"items": [], "total": 0}
    rows = fetch_rows(_statement(parts, [_open_lines(actor, kind, params) for kind in kinds.values()]), params)
    shown = {name: _shown(actor, kind, [row[1] for row in rows if row[0] == name]) for name, kind in kinds.items()}
    by_code = {r.code: r for r in known}
    items = [
        {
            "object": about,
            "id": key,
            "record": shown[about][key],
            "reasons": _reasons(actor, raw, by_code, params["today"]),
        }
        for about, key, raw, _ in rows
        if key in shown[about]
    ]
    return {"items": items, "total": rows[0][3] if rows else 0}


def _shown(actor: Actor, kind: LineKind, keys: list[str]) -> dict[str, dict[str, Any]]:
    """What the lines of one kind show, by key."""
    if not keys:
        return {}
    declaration = get_object(kind.object)
    names = tuple(name for name in kind.shown if output(actor, declaration, declaration.by_name[name]))
    columns = build_columns(actor, declaration, names)
    rows = fetch_rows(
        f"SELECT {', '.join(columns.select)} FROM {declaration.table} t WHERE t.id = ANY(%(ids)s::uuid[])",
        {**actor.params, **columns.params, **day_params(actor), "ids": keys},
    )
    return {row[0]: columns.output.make(row) for row in rows}


def _branch(actor: Actor, reason: Reason, params: dict[str, Any]) -> str:
    branch = reason.branch(actor)
    if branch is None:
        return ""
    source = get_object(reason.object)
    title = output(actor, source, source.by_name[reason.title]) if reason.title else None
    params.update(branch.params)
    where = [f"x.{branch.person} = ANY(%(people)s)", "x.deleted_at IS NULL", branch.where]
    # What a line is about is asked for with the line; the other kinds of record each have a scope of their own.
    if reason.object != reason.about:
        scope = branches(actor, source.perm("view"), source.ownership, alias="x")
        params.update(scope.params)
        where.append(scope.sql)
    return (
        f"SELECT '{reason.about}' AS about, {reason.record} AS record_id, '{reason.code}' AS code, {reason.weight} AS weight, "
        f"{branch.at} AS at, {on('x', title) if title else 'NULL'}::text AS title, {branch.extra}::text AS extra, "
        f"'{source.name}' AS object, x.id AS id, x.version AS version FROM {source.table} x WHERE {' AND '.join(where)}"
    )


def _open_lines(actor: Actor, kind: LineKind, params: dict[str, Any]) -> str:
    """The lines of one kind the reader may see. A pause silences the whole line for who made it."""
    declaration = get_object(kind.object)
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    params.update(scope.params)
    return (
        f"SELECT l.* FROM lines l JOIN {declaration.table} t ON t.id = l.record_id WHERE l.about = '{kind.object}' "
        f"AND t.deleted_at IS NULL AND t.owner_id = ANY(%(people)s) AND {kind.open} AND {scope.sql} "
        "AND NOT EXISTS (SELECT 1 FROM activities_worklistpause p "
        "WHERE p.record_id = t.id AND p.user_id = t.owner_id AND p.until_on > %(today)s)"
    )


def _statement(parts: list[str], open_lines: list[str]) -> str:
    """Who has a reason, ranked; the reasons as one value, of those lines only that are answered with."""
    days = "(%(today)s::date - (r.at AT TIME ZONE %(zone)s)::date)"
    score = f"(r.weight + LEAST(GREATEST({days}, -{FAR}), {FAR}))"
    return (
        f"WITH r AS ({' UNION ALL '.join(parts)}), ranked AS MATERIALIZED (SELECT r.*, {score} AS score FROM r), "
        "lines AS (SELECT k.about, k.record_id, max(k.score) + count(DISTINCT k.code) - 1 AS score, min(k.at) AS at "
        "FROM ranked k GROUP BY k.about, k.record_id), "
        f"first AS (SELECT o.*, count(*) OVER () AS total FROM ({' UNION ALL '.join(open_lines)}) o "
        "ORDER BY o.score DESC, o.at, o.record_id LIMIT %(limit)s) "
        "SELECT f.about, f.record_id, jsonb_agg(jsonb_build_object('code', k.code, 'at', k.at, 'title', k.title, 'extra', k.extra, "
        "'object', k.object, 'id', k.id, 'version', k.version) ORDER BY k.score DESC, k.at)::text, f.total "
        "FROM first f JOIN ranked k ON k.record_id = f.record_id AND k.about = f.about "
        "GROUP BY f.about, f.record_id, f.total, f.score, f.at ORDER BY f.score DESC, f.at, f.record_id"
    )


def _reasons(actor: Actor, raw: str, known: dict[str, Reason], today: date) -> list[dict[str, Any]]:
    zone = ZoneInfo(actor.time_zone)
    found = []
    for fact in orjson.loads(raw):
        reason, at = known[fact["code"]], datetime.fromisoformat(fact["at"]).astimezone(zone)
        days = (today - at.date()).days
        found.append(
            {
                "code": reason.code,
                "label": reason.label.to(),
                "text": reason.words(
                    days=days,
                    day=f"{at:%m-%d}",
                    time=f"{at:%H:%M}",
                    title=fact["title"] or "",
                    extra=fact["extra"] or "",
                ),
                "at": at.isoformat(),
                "days_late": days,
                "object": fact["object"],
                "id": fact["id"],
                "version": fact["version"],
            }
        )
    return found
