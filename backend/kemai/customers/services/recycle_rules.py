"""The rules by which pooled kinds of record go back to a pool, put into SQL, and the day they give each record (POOL-3).

The day is kept on the record (``recycle_on``, the last day with its owner), so that lists, counters and the nightly run read an index.
Whoever changes a fact it depends on calls :func:`refresh`; the nightly :func:`refresh_all` catches what only time has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as day_time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from kemai.accounts.access import SystemActor
from kemai.base import epochs
from kemai.customers.models import RecycleRule
from kemai.customers.pooled import PooledKind
from kemai.customers.rules.recycling import DAYS_AHEAD, DAYS_BACK, working_offsets
from kemai.kit.errors import KemaiError
from kemai.platform.custom.computed import company_zone
from kemai.platform.objects.filters import compile_filter
from kemai.platform.workdays import company_today, work_calendar

RECYCLER = SystemActor("recycling")
BATCH = 20_000


# ---------------------------------------------------------------- rules into SQL


@dataclass(slots=True)
class DueSql:
    """All active rules as one relation over the record ``t``: (due, rule, warn, ord), ``due`` null where a rule does not apply."""

    rows: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The rule that decides: the earliest day, of equal ones the first rule."""
        return (
            "(SELECT GREATEST(d.due, t.protected_until) AS due, d.rule, d.warn FROM "
            f"(VALUES {', '.join(self.rows)}) d (due, rule, warn, ord) WHERE d.due IS NOT NULL ORDER BY d.due, d.ord LIMIT 1)"
        )


_compiled: dict[str, tuple[tuple[Any, ...], DueSql | None]] = {}


def due_sql(kind: PooledKind) -> DueSql | None:
    """The rules in force over a kind, None when there are none; compiled once a day and after each change of the rules."""
    today, zone = company_today(), company_zone()
    key = (epochs.current("recycle_rules"), kind.declaration.stamp, today, zone)
    known = _compiled.get(kind.object)
    if known is None or known[0] != key:
        rules = list(RecycleRule.objects.filter(object=kind.object, active=True).order_by("position", "id"))
        known = _compiled[kind.object] = (key, compile_rules(kind, rules, today=today, zone=zone) if rules else None)
    return known[1]


def forget_rules() -> None:
    """Compile anew at the next use: after a change of one's own, and in tests."""
    epochs.forget()
    _compiled.clear()


def compile_rules(kind: PooledKind, rules: list[RecycleRule], *, today: date, zone: str) -> DueSql:
    """Put rules into SQL. A condition that no longer compiles (its field was taken away) leaves its rule out."""
    out = DueSql(params=zone_params(today, zone))
    for n, rule in enumerate(rules):
        parts = [kind.held, *(f"NOT {kind.spares[code].sql}" for code in rule.spared_by if code in kind.spares)]
        if rule.reason not in kind.reasons:
            continue
        try:
            compiled = compile_filter(RECYCLER, kind.declaration, rule.condition)
        except KemaiError:
            continue
        if compiled.sql:
            parts.insert(0, _renamed(compiled.sql, compiled.params, n))
            out.params.update({f"{name}_r{n}": value for name, value in compiled.params.items()})
        moment = kind.reasons[rule.reason].sql
        day = _day(rule, moment, today)
        # Nobody loses a record without the days of warning: a rule that is new, or was changed, does not reach into the past.
        floor = f"(%(today)s::date + {int(rule.warn_days)})"
        due = f"GREATEST({day}, LEAST(t.recycle_on, {floor}))"
        applies = " AND ".join([f"({moment}) IS NOT NULL", *(f"COALESCE({p}, FALSE)" for p in parts)])
        out.rows.append(f"(CASE WHEN {applies} THEN {due} END, '{rule.id}'::uuid, {int(rule.warn_days)}, {n})")
    if not out.rows:
        out.rows.append("(NULL::date, NULL::uuid, 0, 0)")
    return out


def zone_params(today: date, zone: str) -> dict[str, Any]:
    """What conditions bind: today in the company's zone, and nobody for "me"."""
    start = datetime.combine(today, day_time.min, ZoneInfo(zone))
    return {
        **RECYCLER.params,
        "zone": zone,
        "today": today,
        "today_from": start,
        "today_to": datetime.combine(today + timedelta(days=1), day_time.min, ZoneInfo(zone)),
    }


def _renamed(sql: str, params: dict[str, Any], n: int) -> str:
    """Parameters of one rule's condition under names of their own: two rules number their leaves alike."""
    for name in params:
        sql = sql.replace(f"%({name})s", f"%({name}_r{n})s")
    return sql


def _day(rule: RecycleRule, moment: str, today: date) -> str:
    since = f"(({moment})::timestamptz AT TIME ZONE %(zone)s)::date"
    if not rule.working_days:
        return f"({since} + {int(rule.days)})"
    start, span = today - timedelta(days=DAYS_BACK), DAYS_BACK + DAYS_AHEAD
    offsets = ",".join(map(str, working_offsets(work_calendar(), start, span, int(rule.days))))
    at = f"GREATEST(LEAST({since} - DATE '{start}', {span - 1}), 0) + 1"
    return f"(DATE '{start}' + ('{{{offsets}}}'::int[])[{at}])"


# ---------------------------------------------------------------- the kept day

_REFRESH = """
WITH n AS (
    SELECT t.id, w.due, w.rule FROM {table} t LEFT JOIN LATERAL {first} w ON TRUE
    WHERE {which} AND t.owner_id IS NOT NULL AND t.deleted_at IS NULL
    AND (t.recycle_on, t.recycle_rule_id) IS DISTINCT FROM (w.due, w.rule) ORDER BY t.id FOR NO KEY UPDATE OF t {busy})
UPDATE {table} t SET recycle_on = n.due, recycle_rule_id = n.rule FROM n WHERE n.id = t.id
"""
_NO_RULES = "(SELECT NULL::date AS due, NULL::uuid AS rule, 0 AS warn)"


def refresh(kind: PooledKind, ids: list[UUID]) -> None:
    """Keep the day of these records right, in the transaction that changed what it follows from. One statement, none without rules."""
    due = due_sql(kind) if ids else None
    if due is None:
        return
    with connection.cursor() as cursor:
        sql = _REFRESH.format(table=kind.table, first=due.first, which="t.id = ANY(%(ids)s)", busy="")
        cursor.execute(sql, {**due.params, "ids": ids})


def refresh_all(kind: PooledKind, step: Callable[[int], None] | None = None) -> int:
    """Every record's day by the rules as they stand now, batch by batch; how many changed."""
    forget_rules()
    due = due_sql(kind)
    which = "t.id > %(after)s AND t.id <= %(upto)s"
    # Nobody is waited for: who writes to a record at this moment counts its day himself.
    sql = _REFRESH.format(table=kind.table, first=due.first if due else _NO_RULES, which=which, busy="SKIP LOCKED")
    params = due.params if due else {}
    changed, after = 0, UUID(int=0)
    while (upto := _batch_end(kind, after)) is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '5min'")
            cursor.execute(sql, {**params, "after": after, "upto": upto})
            changed += cursor.rowcount
        if step:
            step(BATCH)
        after = upto
    return changed


def _batch_end(kind: PooledKind, after: UUID) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(id::text)::uuid FROM (SELECT id FROM {kind.table} WHERE id > %s ORDER BY id LIMIT %s) b",
            [after, BATCH],
        )
        return cursor.fetchone()[0]


def count_stale(kind: PooledKind) -> int:
    """Records whose kept day is not what the rules give (``kemai verify``)."""
    forget_rules()
    due = due_sql(kind)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {kind.table} t LEFT JOIN LATERAL {due.first if due else _NO_RULES} w ON TRUE "
            "WHERE t.owner_id IS NOT NULL AND t.deleted_at IS NULL "
            "AND t.recycle_on IS DISTINCT FROM w.due",
            due.params if due else {},
        )
        return int(cursor.fetchone()[0])
