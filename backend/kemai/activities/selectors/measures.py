"""How promises are kept (ACT-10), how sequences go step by step (ACT-6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, branches, require_visible
from kemai.kit.clock import today
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.rows import fetch_rows


def promise_measures(actor: Actor, *, days: int) -> dict[str, Any]:
    """Of promises due in the last ``days`` days, by who gave them: kept in time, kept late, broken, still open past their day."""
    declaration = get_object("promises")
    actor.require(declaration.perm("view"))
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    until = today(actor.time_zone)
    rows = fetch_rows(
        "SELECT t.owner_id, (SELECT u.name FROM accounts_user u WHERE u.id = t.owner_id), "
        "count(*) FILTER (WHERE t.status = 'kept' AND t.settled_on <= t.due_on), "
        "count(*) FILTER (WHERE t.status = 'kept' AND t.settled_on > t.due_on), count(*) FILTER (WHERE t.status = 'broken'), "
        "count(*) FILTER (WHERE t.status = 'open' AND t.due_on < %(until)s) FROM activities_promise t WHERE t.deleted_at IS NULL "
        f"AND t.due_on > %(since)s AND t.due_on <= %(until)s AND {scope.sql} GROUP BY t.owner_id ORDER BY 2, 1",
        {**scope.params, "since": until - timedelta(days=days), "until": until},
    )
    items = []
    for person, name, in_time, late, broken, overdue in rows:
        settled = in_time + late + broken + overdue
        items.append(
            {
                "person": {"id": person, "label": name},
                "in_time": in_time,
                "late": late,
                "broken": broken,
                "overdue": overdue,
                "rate": round(100 * in_time / settled) if settled else None,
            }
        )
    return {"days": days, "since": until - timedelta(days=days - 1), "until": until, "items": items}


def sequence_report(actor: Actor, sequence_id: UUID) -> dict[str, Any]:
    """Customers in it by state, and each step: waiting, done, skipped, and how many days after its day it was done. Of those
    enrolments the reader sees."""
    sequences, enrollments = get_object("sequences"), get_object("enrollments")
    actor.require(sequences.perm("view"))
    actor.require(enrollments.perm("view"))
    require_visible(actor, sequences.perm("view"), sequences.ownership, table=sequences.table, key=sequence_id)
    scope = branches(actor, enrollments.perm("view"), enrollments.ownership)
    params = {**scope.params, "sequence": sequence_id, "zone": actor.time_zone}
    living = f"t.sequence_id = %(sequence)s AND t.deleted_at IS NULL AND {scope.sql}"
    states = dict(
        fetch_rows(f"SELECT t.status, count(*) FROM activities_enrollment t WHERE {living} GROUP BY 1", params)
    )
    rows = fetch_rows(
        "SELECT s.id, s.position, s.title, count(e.id) FILTER (WHERE e.state = 'open'), count(e.id) FILTER (WHERE e.state = 'done'), "
        "count(e.id) FILTER (WHERE e.state = 'skipped'), "
        "avg((e.ended_at AT TIME ZONE %(zone)s)::date - e.due_on) FILTER (WHERE e.state = 'done') FROM activities_sequencestep s "
        f"LEFT JOIN (activities_enrollmentstep e JOIN activities_enrollment t ON t.id = e.enrollment_id AND {living}) ON e.step_id = s.id "
        "WHERE s.sequence_id = %(sequence)s AND s.deleted_at IS NULL GROUP BY s.id ORDER BY s.position, s.id",
        params,
    )
    return {
        "states": {name: states.get(name, 0) for name in ("active", "paused", "done", "stopped")},
        "steps": [
            {
                "id": key,
                "position": position,
                "title": title,
                "open": waiting,
                "done": done,
                "skipped": skipped,
                "days_late": None if late is None else round(float(late), 1),
            }
            for key, position, title, waiting, done, skipped, late in rows
        ],
    }
