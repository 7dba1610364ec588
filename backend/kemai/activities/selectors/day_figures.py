"""How many follow-ups fall into spans of time, from the kept figures of days: a year of a million costs what its days do (decisions/032).

To the minute: the figures are written by the statements that write follow-ups. A span of another time zone is its whole days from the
figures and the hours at its edges from the follow-ups themselves; what is only shared with the reader adds itself row by row.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from datetime import time as day_time
from typing import Any
from zoneinfo import ZoneInfo

from kemai.accounts.access import Actor, Ownership, branches
from kemai.activities.models.work import DAY_FIGURES, FIGURES_ZONE
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.read import run_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.select import Query, plan_list

#: By what follow-ups may be told apart and narrowed: columns the figures have.
KEPT = {"owner": "owner_id", "department": "department_id", "channel": "channel"}

Span = tuple[datetime, datetime]


def count_follow_ups(
    actor: Actor, filter_text: str, spans: list[Span], by: tuple[str, ...]
) -> dict[tuple[Any, ...], int]:
    """(number of the span, value of each of ``by``) → how many the reader sees. ``filter_text``: over fields of :data:`KEPT` only.

    One statement."""
    declaration = get_object("interactions")
    query = Query(filter=filter_text)
    plan = plan_list(actor, declaration, query)
    line, code = declaration.ownership, declaration.perm("view")
    kept = branches(actor, code, Ownership(owners=line.owners, departments=line.departments))
    condition = plan.compiled.sql or "TRUE"
    columns = "".join(f", t.{KEPT[name]}" for name in by)
    params = {**run_params(actor, plan, query), **kept.params}
    days, edges = _divide(spans)
    params.update(_bound("day", days), **_bound("edge", edges))
    parts = [
        f"SELECT s.n{columns}, t.count AS c FROM {_spans('day', 'date')} JOIN {DAY_FIGURES.table} t ON t.day >= s.a AND t.day < s.b "
        f"WHERE t.count <> 0 AND {kept.sql} AND {condition}"
    ]
    living = f"{declaration.table} t ON t.occurred_at >= s.a AND t.occurred_at < s.b WHERE t.deleted_at IS NULL AND {condition}"
    if line.shares and not kept.everything:
        shared = branches(actor, code, Ownership(shares=line.shares))
        params.update(shared.params, **_bound("whole", [(n, _start(a), _start(b)) for n, a, b in days]))
        parts.append(
            f"SELECT s.n{columns}, 1 FROM {_spans('whole', 'timestamptz')} JOIN {living} AND {shared.sql} AND NOT COALESCE({kept.sql}, FALSE)"
        )
    if edges:
        parts.append(f"SELECT s.n{columns}, 1 FROM {_spans('edge', 'timestamptz')} JOIN {living} AND {plan.scope.sql}")
    keys = ", ".join(str(n + 1) for n in range(len(by) + 1))
    rows = fetch_rows(
        f"SELECT n{''.join(f', {KEPT[name]}' for name in by)}, sum(c)::bigint FROM ({' UNION ALL '.join(parts)}) f GROUP BY {keys}",
        params,
    )
    return {row[:-1]: row[-1] for row in rows}


def _divide(spans: list[Span]) -> tuple[list[tuple[int, date, date]], list[tuple[int, datetime, datetime]]]:
    """Each span's whole days of :data:`FIGURES_ZONE`, and what is left of it before and after them."""
    zone = ZoneInfo(FIGURES_ZONE)
    days: list[tuple[int, date, date]] = []
    edges: list[tuple[int, datetime, datetime]] = []
    for n, (start, end) in enumerate(spans):
        first, after = start.astimezone(zone).date(), end.astimezone(zone).date()
        if _start(first) < start:
            first += timedelta(days=1)
        if first >= after:
            edges.append((n, start, end))
            continue
        days.append((n, first, after))
        edges += [(n, a, b) for a, b in ((start, _start(first)), (_start(after), end)) if a < b]
    return days, edges


def _start(day: date) -> datetime:
    return datetime.combine(day, day_time.min, ZoneInfo(FIGURES_ZONE))


def _bound(name: str, spans: list[tuple[int, Any, Any]]) -> dict[str, Any]:
    return {f"{name}_{part}": [span[at] for span in spans] for at, part in enumerate(("n", "a", "b"))}


def _spans(name: str, kind: str) -> str:
    return f"unnest(%({name}_n)s::int[], %({name}_a)s::{kind}[], %({name}_b)s::{kind}[]) s (n, a, b)"
