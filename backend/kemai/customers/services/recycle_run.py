"""The nightly recycling (POOL-3, F-5): warn, look whether the numbers can be believed, take, tell. In batches, one act each.

A record somebody writes to at that moment is locked, and passed over; who is met afterwards is asked by the facts as they are then, not
by the kept day. So a follow-up or a claim that races the run wins.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction

from kemai.accounts.access import Actor
from kemai.base.audit import act, emit
from kemai.base.beats import clock_trouble, trust_clock
from kemai.base.models import Operation
from kemai.customers import errors
from kemai.customers.events import CustomersPooled
from kemai.customers.models import RecycleCandidate, RecycleRun
from kemai.customers.pooled import PooledKind, kind_of
from kemai.customers.rules.recycling import SHARE, decide_brake
from kemai.customers.services.ownership import START_ANEW
from kemai.customers.services.recycle_rules import RECYCLER, DueSql, due_sql, forget_rules, refresh_all
from kemai.customers.services.routing import POOL_FOR
from kemai.kit.clock import now
from kemai.kit.words import T, language
from kemai.platform.notify import declare_kind, notify
from kemai.platform.objects.undo import note_event, open_operation
from kemai.platform.workdays import company_today

log = structlog.get_logger(__name__)

TAKE = 500
"""Records in one transaction: each takes a dozen others along, and whoever writes to one of them meanwhile waits."""
MANAGE = "customers.recycling.manage"
RECYCLING = "customers.recycling"
LABEL = T("公海回收 {day}（{what}）", "Recycling of {day} ({what}s)")
WARNED = declare_kind("recycle_warning", T("客户或线索即将掉入公海", "Customers or leads about to fall into the pool"))
TAKEN = declare_kind("recycled", T("客户或线索被回收至公海", "Customers or leads recycled to the pool"))
STOPPED = declare_kind(
    "recycle_stopped", T("公海回收已停下，等待确认", "Recycling stopped and waits for a decision"), right=MANAGE
)

#: Runs begin one at a time: two would each count what the other takes.
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('kemai.recycling'))"
#: A run that has said nothing for so long died with its worker, and another takes it up.
STALLED = timedelta(hours=1)


def run_nightly(kind: PooledKind) -> RecycleRun | None:
    """Tonight's run over a kind, once a day however often it is called; None when it was done already. Takes up one whose worker died."""
    found = RecycleRun.objects.filter(day=company_today(), object=kind.object, kind="nightly").first()
    if found is None:
        return run_recycling(kind, None)
    if found.state != "running" or found.started_at > now() - STALLED:
        return None
    RecycleRun.objects.filter(pk=found.pk).update(started_at=now())
    return _go(found, None)


def run_recycling(kind: PooledKind, actor: Actor | None, *, step: Callable[[int], None] | None = None) -> RecycleRun:
    """Go by the rules as they stand. ``actor``: the administrator who asked for it, None for the night."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ALONE)
        if RecycleRun.objects.filter(state="running", started_at__gt=now() - STALLED).exists():
            raise errors.RunGoingOn
        run = RecycleRun.objects.create(
            object=kind.object,
            day=company_today(),
            kind="manual" if actor else "nightly",
            actor_id=actor.id if actor else None,
        )
    return _go(run, actor, step=step)


def _go(run: RecycleRun, actor: Actor | None, *, step: Callable[[int], None] | None = None) -> RecycleRun:
    trouble = clock_trouble()
    if trouble:
        return _stop(run, "clock", {"reason": trouble.reason, "seconds": round(trouble.seconds)}, None)
    kind = kind_of(run.object)
    refresh_all(kind)
    due = due_sql(kind)
    run.due, run.owned = count_due(kind, run.day), count_owned(kind)
    brake = decide_brake(due=run.due, owned=run.owned, percent=SHARE.value(), clock_ok=True)
    if brake:
        return _stop(run, brake.reason, {"allowed": brake.allowed, "percent": SHARE.value()}, due)
    return _carry_out(run, actor, due, step=step)


def approve_run(actor: Actor, run: RecycleRun, *, step: Callable[[int], None] | None = None) -> RecycleRun:
    """Carry out a stopped run, its state set by who decided: what it named, as far as the rules still say so.

    Of a run the clock stopped nothing was counted yet: with the clock believed again it begins anew, and may meet the other brake.
    """
    if run.stopped_by == "clock":
        trust_clock()
        run.stopped_by, run.facts = "", {}
        return _go(run, actor, step=step)
    forget_rules()
    return _carry_out(run, actor, due_sql(kind_of(run.object)), candidates=True, step=step)


def count_due(kind: PooledKind, day: date) -> int:
    """Records whose last day with their owner lies before ``day``, by the kept days."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {kind.table} WHERE recycle_on < %s AND owner_id IS NOT NULL AND deleted_at IS NULL",
            [day],
        )
        return int(cursor.fetchone()[0])


def count_owned(kind: PooledKind) -> int:
    """Records somebody holds: what the share is taken of."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {kind.table} t WHERE owner_id IS NOT NULL AND deleted_at IS NULL AND {kind.held}"
        )
        return int(cursor.fetchone()[0])


# ---------------------------------------------------------------- the brake

_NAME = (
    "INSERT INTO customers_recyclecandidate (run_id, record_id) SELECT %(run)s, t.id FROM {table} t "
    "WHERE t.recycle_on < %(day)s AND t.owner_id IS NOT NULL AND t.deleted_at IS NULL"
)


def _stop(run: RecycleRun, reason: str, facts: dict[str, Any], due: DueSql | None) -> RecycleRun:
    """Refuse, remember what would have been taken, and tell those who may decide (F-5)."""
    run.state, run.stopped_by, run.facts, run.finished_at = "stopped", reason, facts, now()
    with transaction.atomic(), connection.cursor() as cursor:
        run.save()
        if due is not None:
            cursor.execute(_NAME.format(table=kind_of(run.object).table), {"run": run.id, "day": run.day})
        cursor.execute(
            "SELECT DISTINCT u.id FROM accounts_user u JOIN accounts_userrole r ON r.user_id = u.id "
            "JOIN accounts_rolegrant g ON g.role_id = r.role_id WHERE g.permission = %s AND u.is_active AND u.deleted_at IS NULL",
            [MANAGE],
        )
        titles = {
            "clock": T("系统时钟异常，今天的公海回收没有执行", "The clock is not to be trusted: no recycling today"),
            "share": T(
                f"公海回收停下：将回收{kind_of(run.object).noun.zh} {{due}} 个（在手 {{owned}} 个）",
                f"Recycling stopped: {{due}} {kind_of(run.object).noun.en}(s) would go (of {{owned}})",
            ),
        }
        for (user_id,) in cursor.fetchall():
            notify(
                user_id,
                kind=STOPPED,
                title=titles[reason],
                title_params={"due": run.due, "owned": run.owned},
                path="/admin/recycling",
            )
    log.warning("recycling stopped", reason=reason, due=run.due, owned=run.owned)
    return run


# ---------------------------------------------------------------- taking

_PICK = """
SELECT t.id, t.owner_id, w.rule, COALESCE(r.pool_id, {pool_for}), t.department_id
FROM {table} t JOIN LATERAL {first} w ON TRUE JOIN customers_recyclerule r ON r.id = w.rule
WHERE t.recycle_on < %(day)s AND w.due < %(day)s AND t.owner_id IS NOT NULL AND t.deleted_at IS NULL AND t.id > %(after)s{named}
ORDER BY t.id LIMIT {take} FOR NO KEY UPDATE OF t SKIP LOCKED
"""
_NAMED = " AND EXISTS (SELECT 1 FROM customers_recyclecandidate k WHERE k.run_id = %(run)s AND k.record_id = t.id)"
_TAKE = f"""
WITH p AS (SELECT * FROM unnest(%(ids)s::uuid[], %(owners)s::uuid[], %(rules)s::uuid[], %(pools)s::uuid[]) p (id, owner, rule, pool)),
moved AS (
    UPDATE {{table}} t SET owner_id = NULL, department_id = NULL, pool_id = p.pool, claimed_at = %(now)s,
    version = t.version + 1, updated_at = now(), updated_by = %(by)s, {START_ANEW} FROM p WHERE t.id = p.id RETURNING t.id)
INSERT INTO customers_ownershipchange (object, record_id, kind, from_user_id, pool_id, reason, by_id, at, operation_id)
SELECT %(object)s, p.id, 'recycle', p.owner, p.pool, COALESCE(r.name, ''), %(by)s, %(now)s, %(operation)s
FROM p JOIN moved m ON m.id = p.id LEFT JOIN customers_recyclerule r ON r.id = p.rule
"""


def _carry_out(
    run: RecycleRun,
    actor: Actor | None,
    due: DueSql | None,
    *,
    candidates: bool = False,
    step: Callable[[int], None] | None = None,
) -> RecycleRun:
    kind = kind_of(run.object)
    doer = actor or RECYCLER
    told: dict[UUID, int] = {}
    after = UUID(int=0)
    try:
        if not candidates:
            warn_owners(kind)
        if due is not None:
            _open(run, doer)
        while due is not None:
            after, owners = _take_batch(run, kind, doer, due, after, candidates=candidates)
            if not owners:
                break
            for owner in owners:
                told[owner] = told.get(owner, 0) + 1
            run.recycled += len(owners)
            RecycleRun.objects.filter(pk=run.pk).update(recycled=run.recycled)
            if step:
                step(len(owners))
        run.state = "done"
    except BaseException:
        run.state = "failed"
        raise
    finally:
        run.finished_at = now()
        run.save()
        _tell(kind, told)
        if run.recycled:
            Operation.objects.filter(pk=run.pk).update(succeeded=run.recycled)
        else:
            Operation.objects.filter(pk=run.pk).delete()
        if run.state == "done" and candidates:
            RecycleCandidate.objects.filter(run=run).delete()
    return run


def _open(run: RecycleRun, doer: Actor) -> None:
    """The run's line in the log of operations: its key is the run's."""
    with transaction.atomic():
        label = LABEL.to(language.get(), day=run.day, what=kind_of(run.object).noun.to(language.get()))
        row = open_operation(
            doer, run.id, action="recycle", object=run.object, label=label, kind=RECYCLING, job_id=None
        )
        row.payload = {"object": run.object, "run": str(run.id)}
        row.save(update_fields=["payload"])


def _take_batch(
    run: RecycleRun, kind: PooledKind, doer: Actor, due: DueSql, after: UUID, *, candidates: bool
) -> tuple[UUID, list[UUID]]:
    """Take some records in key order; the last key looked at and whose they were. Empty at the end."""
    sql = _PICK.format(
        table=kind.table, pool_for=POOL_FOR, first=due.first, take=TAKE, named=_NAMED if candidates else ""
    )
    with act(doer, "recycle", object=kind.object, reason=LABEL.to(day=run.day, what=kind.noun.to())) as opened:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**due.params, "day": run.day, "after": after, "run": run.id})
            rows = cursor.fetchall()
        if not rows:
            return after, []
        placed = [row for row in rows if row[3] is not None]
        if not placed:
            raise errors.NoPool
        _take(run, kind, doer, placed)
        note_event(run.id, opened.event_id)
    return rows[-1][0], [row[1] for row in placed]


def _take(run: RecycleRun, kind: PooledKind, doer: Actor, rows: list[tuple[Any, ...]]) -> None:
    ids = [row[0] for row in rows]
    params: dict[str, Any] = {
        "object": kind.object,
        "ids": ids,
        "owners": [row[1] for row in rows],
        "rules": [row[2] for row in rows],
        "pools": [row[3] for row in rows],
        "now": now(),
        "by": doer.id,
        "operation": run.id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(table=kind.table), params)
    kind.moved(ids)
    emit(kind.recycled([str(key) for key in ids]))
    for pool in {row[3] for row in rows}:
        emit(CustomersPooled(kind.object, None, [str(row[0]) for row in rows if row[3] == pool], str(pool)))


# ---------------------------------------------------------------- telling

_NEAR = """
FROM {table} t JOIN customers_recyclerule r ON r.id = t.recycle_rule_id
WHERE r.warn_days > 0 AND t.recycle_on >= %(today)s AND t.recycle_on <= %(today)s::date + r.warn_days
AND t.recycle_warned_on IS DISTINCT FROM t.recycle_on AND t.owner_id IS NOT NULL AND t.deleted_at IS NULL
"""
_WARN = f"""
WITH n AS (SELECT t.id {_NEAR} AND t.owner_id = ANY(%(owners)s) ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED),
w AS (
    UPDATE {{table}} t SET recycle_warned_on = t.recycle_on FROM n WHERE n.id = t.id
    RETURNING t.owner_id, t.recycle_on, t.id, t.name)
SELECT owner_id, count(*), min(recycle_on), (array_agg(name ORDER BY recycle_on, name))[1:5] FROM w GROUP BY owner_id
"""


def warn_owners(kind: PooledKind) -> int:
    """Tell owners what they are about to lose, once for each last day; one message a person. Returns how many were told."""
    today = company_today()
    with connection.cursor() as cursor:
        near = _NEAR.format(table=kind.table)
        cursor.execute(f"SELECT t.owner_id, count(*) {near} GROUP BY t.owner_id ORDER BY t.owner_id", {"today": today})
        waiting: list[tuple[UUID, int]] = cursor.fetchall()
    told = 0
    while waiting:
        # Some people at a time: a person's mark and his message are one transaction, and none grows beyond a batch or one person.
        owners: list[UUID] = []
        rows = 0
        while waiting and (not owners or rows + waiting[0][1] <= TAKE):
            owner, count = waiting.pop(0)
            owners.append(owner)
            rows += count
        told += _warn(kind, owners, today)
    return told


def _warn(kind: PooledKind, owners: list[UUID], today: date) -> int:
    with act(RECYCLER, "recycle.warn", object=kind.object):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '5min'")
            cursor.execute(_WARN.format(table=kind.table), {"today": today, "owners": owners})
            rows = cursor.fetchall()
        for owner, count, first, names in rows:
            notify(
                owner,
                kind=WARNED,
                title=T(
                    f"有 {kind.counted.zh}即将掉入公海，最早 {{first}}",
                    f"{kind.counted.en} about to fall into the pool, the first on {{first}}",
                ),
                title_params={"count": count, "first": first},
                text="\n".join(names),
                path=f"/{kind.object}?view=falling",
            )
    return len(rows)


def _tell(kind: PooledKind, told: dict[UUID, int]) -> None:
    if not told:
        return
    with act(RECYCLER, "recycle.tell", object=kind.object):
        for owner, count in told.items():
            notify(
                owner,
                kind=TAKEN,
                title=T(f"{kind.counted.zh}已回收至公海", f"{kind.counted.en} went back to the pool"),
                title_params={"count": count},
                path="/pool" if kind.object == "customers" else f"/pool?object={kind.object}",
            )
