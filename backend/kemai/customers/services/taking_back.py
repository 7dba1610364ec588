"""Taking back what moved many records at once: a run of recycling, a distribution, bulk commands (PLT-9). Set by set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kemai.accounts.access import Actor, visible_among
from kemai.customers.models import OwnershipChange
from kemai.customers.pooled import PooledKind, kind_of
from kemai.customers.services.ownership import HOLDING, START_ANEW, carried_back, tell_taken_back
from kemai.customers.services.pools import may_give_out
from kemai.customers.services.recycle_rules import refresh
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, KemaiError, NotFound
from kemai.platform.objects.inverse import Outcome, Refusal
from kemai.platform.objects.undo import ChangedSince, undo_many, undo_steps
from kemai.platform.objects.write import OutOfScope, lock_rows

STEP = 1_000
#: A record, its former owner, his department, its former pool.
Back = tuple[UUID, UUID | None, UUID | None, UUID | None]

#: Records that are still where this operation put them, and nothing happened to their holding since: (id, former owner, his
#: department, former pool).
_STILL = """
SELECT c.record_id, c.from_user_id, u.department_id, c.from_pool_id
FROM customers_ownershipchange c JOIN {table} t ON t.id = c.record_id AND t.deleted_at IS NULL
LEFT JOIN accounts_user u ON u.id = c.from_user_id AND u.is_active AND u.deleted_at IS NULL
WHERE c.operation_id = %(operation)s AND c.id = ANY(%(lines)s)
AND t.owner_id IS NOT DISTINCT FROM c.to_user_id AND (c.to_user_id IS NOT NULL OR t.pool_id = c.pool_id)
AND (c.from_user_id IS NULL OR u.id IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM customers_ownershipchange l WHERE l.record_id = c.record_id AND l.id > c.id)
ORDER BY t.id FOR NO KEY UPDATE OF t
"""
_BACK = f"""
WITH p AS (SELECT * FROM unnest(%(ids)s::uuid[], %(owners)s::uuid[], %(departments)s::uuid[], %(pools)s::uuid[]) p (id, owner, department, pool)),
moved AS (
    UPDATE {{table}} t SET owner_id = p.owner, department_id = p.department,
    pool_id = CASE WHEN p.owner IS NULL THEN p.pool END, claimed_at = %(now)s, version = t.version + 1, updated_at = now(),
    updated_by = %(by)s, {START_ANEW} FROM p WHERE t.id = p.id RETURNING t.id)
INSERT INTO customers_ownershipchange (object, record_id, kind, to_user_id, pool_id, reason, by_id, at)
SELECT %(object)s, p.id, 'undo', p.owner, CASE WHEN p.owner IS NULL THEN p.pool END, '', %(by)s, %(now)s FROM p JOIN moved m ON m.id = p.id
"""


def _steps(kind: PooledKind, operation: UUID, actor: Actor) -> Iterator[Callable[[], Outcome]]:
    last = OwnershipChange.objects.filter(operation_id=operation).order_by("-id").values_list("id", flat=True).first()
    while last is not None:
        lines = list(
            OwnershipChange.objects.filter(operation_id=operation, id__lte=last)
            .order_by("-id")
            .values_list("id", flat=True)[:STEP]
        )
        if not lines:
            return
        yield lambda lines=lines: _take_back(kind, operation, actor, lines)  # type: ignore[misc]
        last = lines[-1] - 1


def _take_back(kind: PooledKind, operation: UUID, actor: Actor, lines: list[int]) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute(_STILL.format(table=kind.table), {"operation": operation, "lines": lines})
        rows = cursor.fetchall()
        ids = [row[0] for row in rows]
        _put_back(kind, actor, rows)
        cursor.execute(
            f"SELECT c.record_id, COALESCE(t.name, '') FROM customers_ownershipchange c LEFT JOIN {kind.table} t ON t.id = c.record_id "
            "WHERE c.id = ANY(%s) AND NOT c.record_id = ANY(%s)",
            [lines, ids],
        )
        left = cursor.fetchall()
    tell_taken_back(kind, ids)
    return Outcome(done=len(ids), refused=[Refusal(key, name, ChangedSince(label=name)) for key, name in left])


def _put_back(kind: PooledKind, actor: Actor, rows: list[Back]) -> None:
    """Records under lock, with what follows them, to whom or where they were."""
    ids = [row[0] for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            _BACK.format(table=kind.table),
            {
                "object": kind.object,
                "ids": ids,
                "owners": [row[1] for row in rows],
                "departments": [row[2] for row in rows],
                "pools": [row[3] for row in rows],
                "now": now(),
                "by": actor.id,
            },
        )
    kind.moved(ids)
    refresh(kind, ids)


@undo_many(HOLDING)
def holdings_back(actor: Actor, payloads: dict[UUID, dict[str, Any]]) -> dict[UUID, KemaiError]:
    """Claims, assignments, releases and moves done in bulk, by the rules of :func:`~kemai.customers.services.ownership.undo_holding`."""
    refused: dict[UUID, KemaiError] = {}
    for name, verb in sorted({(p["object"], p["verb"]) for p in payloads.values()}):
        alike = {key: p for key, p in payloads.items() if (p["object"], p["verb"]) == (name, verb)}
        refused |= _verb_back(kind_of(name), actor, verb, alike)
    return refused


def _verb_back(
    kind: PooledKind, actor: Actor, verb: str, payloads: dict[UUID, dict[str, Any]]
) -> dict[UUID, KemaiError]:
    declaration = kind.declaration
    permission, view = kind.perm("assign" if verb == "move-pool" else verb), kind.perm("view")
    if not actor.has(permission):
        return {key: Forbidden() for key in payloads}
    ids = [UUID(p["id"]) for p in payloads.values()]
    line, table = declaration.ownership, declaration.table
    locked = lock_rows(actor, declaration, ids, view if verb in ("release", "move-pool") else permission)
    seen = (
        visible_among(actor, view, line, table=table, keys=ids) if len(locked) < len(ids) and actor.has(view) else set()
    )
    refused: dict[UUID, KemaiError] = {}
    back: dict[UUID, Back] = {}
    for key, payload in payloads.items():
        record = UUID(payload["id"])
        row = locked.get(record)
        if row is None:
            refused[key] = Forbidden() if record in seen else NotFound()
        elif row["version"] != payload["version"]:
            refused[key] = ChangedSince(label=row["name"])
        else:
            owner, department, pool = (UUID(v) if (v := payload[n]) else None for n in ("owner", "department", "pool"))
            back[key] = (record, owner, department, pool)
    outside = _put_back_within(kind, actor, permission if verb == "release" else "", list(back.values()))
    for key, (record, *_) in back.items():
        if record not in outside:
            carried_back(kind, actor, payloads[key], locked[record]["owner_id"])
    tell_taken_back(kind, [record for record, *_ in back.values() if record not in outside])
    return refused | {key: OutOfScope() for key, row in back.items() if row[0] in outside}


def _put_back_within(kind: PooledKind, actor: Actor, permission: str, rows: list[Back]) -> set[UUID]:
    """Put records back, but those that would then lie outside ``permission`` (empty: none is asked for); returns these."""
    if not rows:
        return set()
    declaration, ids = kind.declaration, [row[0] for row in rows]
    with transaction.atomic():
        _put_back(kind, actor, rows)
        within = (
            visible_among(actor, permission, declaration.ownership, table=declaration.table, keys=ids)
            if permission
            else set(ids)
        )
        if len(within) < len(ids):
            transaction.set_rollback(True)
    if len(within) < len(ids):
        _put_back_within(kind, actor, "", [row for row in rows if row[0] in within])
    return set(ids) - within


@undo_steps("customers.recycling")
def recycling_back(actor: Actor, payload: dict[str, Any]) -> Iterator[Callable[[], Outcome]]:
    """Everything a run took goes back to whom it was taken from."""
    actor.require("customers.recycling.manage")
    return _steps(kind_of(payload.get("object", "customers")), UUID(payload["run"]), actor)


@undo_steps("customers.distribution")
def distribution_back(actor: Actor, payload: dict[str, Any]) -> Iterator[Callable[[], Outcome]]:
    """Everything that was given out goes back to the pool it lay in."""
    kind = kind_of(payload.get("object", "customers"))
    if not may_give_out(actor, kind, UUID(payload["pool"])):
        raise Forbidden
    return _steps(kind, UUID(payload["run"]), actor)
