"""Taking back what moved many customers at once: a run of recycling, a distribution (PLT-9). Set by set, in steps of one act each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.customers.models import OwnershipChange
from kemai.customers.services.ownership import START_ANEW, hold_children
from kemai.customers.services.pools import may_give_out
from kemai.customers.services.recycle_rules import refresh
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden
from kemai.platform.objects.inverse import Outcome, Refusal
from kemai.platform.objects.undo import ChangedSince, undo_steps

STEP = 1_000

#: Customers that are still where this operation put them, and nothing happened to their holding since: (id, former owner, his
#: department, former pool).
_STILL = """
SELECT c.customer_id, c.from_user_id, u.department_id, c.from_pool_id
FROM customers_ownershipchange c JOIN customers_customer t ON t.id = c.customer_id AND t.deleted_at IS NULL
LEFT JOIN accounts_user u ON u.id = c.from_user_id AND u.is_active AND u.deleted_at IS NULL
WHERE c.operation_id = %(operation)s AND c.id = ANY(%(lines)s)
AND t.owner_id IS NOT DISTINCT FROM c.to_user_id AND (c.to_user_id IS NOT NULL OR t.pool_id = c.pool_id)
AND (c.from_user_id IS NULL OR u.id IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM customers_ownershipchange l WHERE l.customer_id = c.customer_id AND l.id > c.id)
ORDER BY t.id FOR NO KEY UPDATE OF t
"""
_BACK = f"""
WITH p AS (SELECT * FROM unnest(%(ids)s::uuid[], %(owners)s::uuid[], %(departments)s::uuid[], %(pools)s::uuid[]) p (id, owner, department, pool)),
moved AS (
    UPDATE customers_customer t SET owner_id = p.owner, department_id = p.department,
    pool_id = CASE WHEN p.owner IS NULL THEN p.pool END, claimed_at = %(now)s, version = t.version + 1, updated_at = now(),
    updated_by = %(by)s, {START_ANEW} FROM p WHERE t.id = p.id RETURNING t.id)
INSERT INTO customers_ownershipchange (customer_id, kind, to_user_id, pool_id, reason, by_id, at)
SELECT p.id, 'undo', p.owner, CASE WHEN p.owner IS NULL THEN p.pool END, '', %(by)s, %(now)s FROM p JOIN moved m ON m.id = p.id
"""


def _steps(operation: UUID, actor: Actor) -> Iterator[Callable[[], Outcome]]:
    last = OwnershipChange.objects.filter(operation_id=operation).order_by("-id").values_list("id", flat=True).first()
    while last is not None:
        lines = list(
            OwnershipChange.objects.filter(operation_id=operation, id__lte=last)
            .order_by("-id")
            .values_list("id", flat=True)[:STEP]
        )
        if not lines:
            return
        yield lambda lines=lines: _take_back(operation, actor, lines)  # type: ignore[misc]
        last = lines[-1] - 1


def _take_back(operation: UUID, actor: Actor, lines: list[int]) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute(_STILL, {"operation": operation, "lines": lines})
        rows = cursor.fetchall()
        ids = [row[0] for row in rows]
        cursor.execute(
            _BACK,
            {
                "ids": ids,
                "owners": [row[1] for row in rows],
                "departments": [row[2] for row in rows],
                "pools": [row[3] for row in rows],
                "now": now(),
                "by": actor.id,
            },
        )
        cursor.execute(
            "SELECT c.customer_id, COALESCE(t.name, '') FROM customers_ownershipchange c LEFT JOIN customers_customer t ON t.id = c.customer_id "
            "WHERE c.id = ANY(%s) AND NOT c.customer_id = ANY(%s)",
            [lines, ids],
        )
        left = cursor.fetchall()
    hold_children(ids)
    refresh(ids)
    return Outcome(done=len(ids), refused=[Refusal(key, name, ChangedSince(label=name)) for key, name in left])


@undo_steps("customers.recycling")
def recycling_back(actor: Actor, payload: dict[str, Any]) -> Iterator[Callable[[], Outcome]]:
    """Everything a run took goes back to whom it was taken from."""
    actor.require("customers.recycling.manage")
    return _steps(UUID(payload["run"]), actor)


@undo_steps("customers.distribution")
def distribution_back(actor: Actor, payload: dict[str, Any]) -> Iterator[Callable[[], Outcome]]:
    """Everything that was given out goes back to the pool it lay in."""
    if not may_give_out(actor, UUID(payload["pool"])):
        raise Forbidden
    return _steps(UUID(payload["run"]), actor)
