"""Giving out what lies in a pool (POOL-6): the board, a plan to look at, doing just that plan, and doing it by itself on arrival."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, SystemActor
from kemai.base.audit import act, emit
from kemai.customers import errors
from kemai.customers.events import CustomersPooled
from kemai.customers.models import Pool
from kemai.customers.pooled import PooledKind
from kemai.customers.rules.distribution import METHODS, Lot, Taker, plan_distribution
from kemai.customers.rules.pool import RECLAIM_DAYS
from kemai.customers.services.load import Load, loads_of
from kemai.customers.services.ownership import START_ANEW
from kemai.customers.services.pools import get_pool, may_give_out
from kemai.customers.services.recycle_rules import refresh
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, Invalid, NotFound
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.notify import notify
from kemai.platform.objects.dictionaries import dictionary_items
from kemai.platform.objects.read import day_params
from kemai.platform.objects.undo import offer_undo

MOST = 1_000
DISTRIBUTION = "customers.distribution"
DISTRIBUTOR = SystemActor("distribution")


def _allowed(actor: Actor, kind: PooledKind, pool_id: UUID) -> Pool:
    pool = get_pool(pool_id)
    actor.require(kind.perm("view"))
    if not may_give_out(actor, kind, pool_id):
        raise Forbidden
    return pool


def board(actor: Actor, kind: PooledKind, pool_id: UUID) -> dict[str, Any]:
    """What of a kind lies in the pool by region and industry, and each member's load. A fixed number of statements."""
    pool = _allowed(actor, kind, pool_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT region, industry, count(*) FROM {kind.table} t WHERE pool_id = %s AND deleted_at IS NULL AND {kind.held} "
            "GROUP BY GROUPING SETS ((region), (industry), ())",
            [pool_id],
        )
        rows = cursor.fetchall()
    industries = {item.value: item.label.to() for item in dictionary_items("industry")}
    regions = [{"value": r, "count": n} for r, i, n in rows if r is not None]
    known = [{"value": i, "label": industries.get(i, i), "count": n} for r, i, n in rows if i is not None]
    return {
        "pool": {"id": pool.pk, "label": pool.name},
        "total": next(n for r, i, n in rows if r is None and i is None),
        "regions": sorted(regions, key=lambda line: -line["count"])[:50],
        "industries": sorted(known, key=lambda line: -line["count"]),
        "methods": [{"code": code, "label": label.to()} for code, label in METHODS.items()],
        "people": [_load_json(load) for load in loads_of(pool, kind, today_from=day_params(actor)["today_from"])],
    }


def _load_json(load: Load) -> dict[str, Any]:
    decided = load.figures.get("won", 0) + load.figures.get("lost", 0)
    return {
        "user": {"id": load.id, "label": load.name},
        "department": load.department,
        "held": load.held,
        "limit": load.limit or None,
        "room": load.room,
        "claimed_today": load.claimed_today,
        "open": load.figures.get("open", 0),
        "won": load.figures.get("won", 0),
        "lost": load.figures.get("lost", 0),
        "win_rate": round(load.figures.get("won", 0) / decided, 4) if decided else None,
        "areas": [{"regions": regions, "industries": industries} for regions, industries in load.areas],
    }


def plan(
    actor: Actor, kind: PooledKind, pool_id: UUID, *, ids: list[UUID], method: str, people: list[UUID] | None = None
) -> dict[str, Any]:
    """Who would get which of these records. Writes nothing; :func:`distribute` takes what this answers."""
    pool = _allowed(actor, kind, pool_id)
    if method not in METHODS:
        raise Invalid.one("method", "unknown_choice", T("请选择分配方式。", "Choose how to give out."))
    if not 1 <= len(ids) <= MOST:
        raise Invalid.one("ids", "too_many", T("一次分配 1 到 {n} 个。", "Give out 1 to {n} at once."), n=MOST)
    lots, names = _lots(pool, kind, ids)
    loads = loads_of(pool, kind, today_from=day_params(actor)["today_from"])
    if people is not None:
        loads = [load for load in loads if load.id in set(people)]
    if not loads:
        raise errors.NobodyToGive
    found = plan_distribution(lots, _takers(loads), method)
    lines: dict[UUID, list[UUID]] = {}
    for key, person in found.items():
        lines.setdefault(person, []).append(key)
    return {
        "lines": [
            {
                **_load_json(load),
                "records": [{"id": key, "label": names[key]} for key in lines.get(load.id, [])],
                "after": load.held + len(lines.get(load.id, [])),
            }
            for load in loads
        ],
        "left": [{"id": lot.id, "label": names[lot.id]} for lot in lots if lot.id not in found],
        "gone": len(set(ids)) - len(lots),
    }


def _lots(pool: Pool, kind: PooledKind, ids: list[UUID]) -> tuple[list[Lot], dict[UUID, str]]:
    """Those of ``ids`` that lie in the pool, in the order asked for; nobody gets back what he gave up a few days ago."""
    days = RECLAIM_DAYS.value() if pool.reclaim_days is None else pool.reclaim_days
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id, t.name, t.region, t.industry, ARRAY(SELECT c.from_user_id FROM customers_ownershipchange c "
            "WHERE c.record_id = t.id AND c.kind IN ('release', 'recycle') AND c.at > %(since)s AND c.from_user_id IS NOT NULL) "
            f"FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY i (id, n) JOIN {kind.table} t ON t.id = i.id "
            f"WHERE t.pool_id = %(pool)s AND t.deleted_at IS NULL AND {kind.held} ORDER BY i.n",
            {"ids": list(dict.fromkeys(ids)), "pool": pool.pk, "since": now() - timedelta(days=days)},
        )
        rows = cursor.fetchall()
    lots = [Lot(key, region, industry, frozenset(barred)) for key, _, region, industry, barred in rows]
    return lots, {row[0]: row[1] for row in rows}


def _takers(loads: list[Load]) -> list[Taker]:
    return [
        Taker(
            load.id,
            load=load.held,
            room=load.room,
            win_rate=load.win_rate,
            last_at=load.last_at,
            areas=tuple((frozenset(regions), frozenset(industries)) for regions, industries in load.areas),
        )
        for load in loads
    ]


# ---------------------------------------------------------------- doing it

_GIVE = f"""
WITH p AS (SELECT * FROM unnest(%(ids)s::uuid[], %(owners)s::uuid[]) p (id, owner)),
moved AS (
    UPDATE {{table}} t SET owner_id = p.owner, department_id = u.department_id, pool_id = NULL, claimed_at = %(now)s,
    version = t.version + 1, updated_at = now(), updated_by = %(by)s, {START_ANEW}
    FROM p JOIN accounts_user u ON u.id = p.owner AND u.is_active AND u.deleted_at IS NULL
    WHERE t.id = p.id AND t.pool_id = %(pool)s AND t.owner_id IS NULL AND t.deleted_at IS NULL AND {{held}} RETURNING t.id, t.owner_id),
logged AS (
    INSERT INTO customers_ownershipchange (object, record_id, kind, to_user_id, pool_id, from_pool_id, reason, by_id, at, operation_id)
    SELECT %(object)s, id, 'distribute', owner_id, %(pool)s, %(pool)s, %(reason)s, %(by)s, %(now)s, %(operation)s FROM moved)
SELECT id, owner_id FROM moved
"""


def distribute(
    actor: Actor, kind: PooledKind, pool_id: UUID, *, lines: list[tuple[UUID, list[UUID]]], reason: str = ""
) -> dict[str, Any]:
    """Give each person the records named. Those somebody claimed meanwhile stay his and are counted as ``missed``."""
    pool = _allowed(actor, kind, pool_id)
    pairs = {key: person for person, keys in lines for key in keys}
    if not 1 <= len(pairs) <= MOST:
        raise Invalid.one("lines", "too_many", T("一次分配 1 到 {n} 个。", "Give out 1 to {n} at once."), n=MOST)
    allowed = {load.id for load in loads_of(pool, kind, today_from=day_params(actor)["today_from"])}
    if not allowed.issuperset(pairs.values()):
        raise NotFound
    return _give(actor, kind, pool, pairs, reason)


def _give(actor: Actor, kind: PooledKind, pool: Pool, pairs: dict[UUID, UUID], reason: str) -> dict[str, Any]:
    keys = sorted(pairs)
    operation = new_id()
    given = T(f"从“{{pool}}”分配 {kind.counted.zh}", f'{kind.counted.en} given out from "{{pool}}"')
    with act(actor, "distribute", object=kind.object, reason=reason):
        with connection.cursor() as cursor:
            _lock(kind, keys)
            cursor.execute(
                _GIVE.format(table=kind.table, held=kind.held),
                {
                    "object": kind.object,
                    "ids": keys,
                    "owners": [pairs[key] for key in keys],
                    "pool": pool.pk,
                    "now": now(),
                    "by": actor.id,
                    "reason": reason,
                    "operation": operation,
                },
            )
            done = dict(cursor.fetchall())
        kind.moved(list(done))
        refresh(kind, list(done))
        token = None
        if done:
            emit(kind.distributed([str(key) for key in done]))
            _tell(actor, kind, done)
            token = offer_undo(
                actor,
                DISTRIBUTION,
                {"object": kind.object, "run": str(operation), "pool": str(pool.pk)},
                label=given.to(pool=pool.name, count=len(done)),
                key=operation,
                count=len(done),
            )
    return {"given": len(done), "missed": len(pairs) - len(done), "undo": token}


def _lock(kind: PooledKind, keys: list[UUID]) -> None:
    """In key order, as every work on many records: two of them cannot wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {kind.table} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [keys])


def _tell(actor: Actor, kind: PooledKind, done: dict[UUID, UUID]) -> None:
    given = T(f"分配给您 {kind.counted.zh}", f"{kind.counted.en} were given to you")
    for person in set(done.values()) - {actor.id}:
        count = sum(owner == person for owner in done.values())
        notify(
            person,
            kind="customer_assigned",
            title=given,
            title_params={"count": count},
            path=f"/{kind.object}?view=mine",
        )


_MOVE = f"""
WITH moved AS (
    UPDATE {{table}} t SET pool_id = %(to)s, claimed_at = %(now)s, version = t.version + 1, updated_at = now(),
    updated_by = %(by)s, {START_ANEW}
    WHERE t.id = ANY(%(ids)s) AND t.pool_id = %(pool)s AND t.owner_id IS NULL AND t.deleted_at IS NULL RETURNING t.id),
logged AS (
    INSERT INTO customers_ownershipchange (object, record_id, kind, pool_id, from_pool_id, reason, by_id, at, operation_id)
    SELECT %(object)s, id, 'move', %(to)s, %(pool)s, %(reason)s, %(by)s, %(now)s, %(operation)s FROM moved)
SELECT id FROM moved
"""


def move_many(
    actor: Actor, kind: PooledKind, pool_id: UUID, *, ids: list[UUID], to: UUID, reason: str = ""
) -> dict[str, Any]:
    """Move records of a pool to another; those that left it meanwhile are counted as ``missed``."""
    pool, target = _allowed(actor, kind, pool_id), get_pool(to)
    if not 1 <= len(ids) <= MOST:
        raise Invalid.one("ids", "too_many", T("一次移动 1 到 {n} 个。", "Move 1 to {n} at once."), n=MOST)
    if pool.pk == target.pk:
        raise errors.SamePool(what=kind.noun)
    operation, keys = new_id(), sorted(set(ids))
    moved = T(f"从“{{pool}}”移走 {kind.counted.zh}", f'{kind.counted.en} moved from "{{pool}}"')
    params: dict[str, Any] = {
        "object": kind.object,
        "to": to,
        "pool": pool_id,
        "ids": keys,
        "now": now(),
        "by": actor.id,
        "reason": reason,
        "operation": operation,
    }
    with act(actor, "move-pool", object=kind.object, reason=reason):
        with connection.cursor() as cursor:
            _lock(kind, keys)
            cursor.execute(_MOVE.format(table=kind.table), params)
            done = [row[0] for row in cursor.fetchall()]
        token = None
        if done:
            emit(CustomersPooled(kind.object, None, [str(key) for key in done], str(to)))
            token = offer_undo(
                actor,
                DISTRIBUTION,
                {"object": kind.object, "run": str(operation), "pool": str(pool_id)},
                label=moved.to(pool=pool.name, count=len(done)),
                key=operation,
                count=len(done),
            )
    return {"moved": len(done), "missed": len(keys) - len(done), "undo": token}


def give_out_arrivals(kind: PooledKind, pool_id: UUID, ids: list[UUID]) -> int:
    """What came into a pool that gives out by itself; how many were given. Those nobody can take stay where they are."""
    pool = Pool.objects.filter(pk=pool_id, deleted_at__isnull=True).exclude(distribution="").first()
    if pool is None or pool.distribution not in METHODS:
        return 0
    lots, _ = _lots(pool, kind, ids)
    loads = loads_of(pool, kind, today_from=day_params(DISTRIBUTOR)["today_from"])
    if not lots or not loads:
        return 0
    pairs = plan_distribution(lots, _takers(loads), pool.distribution)
    return int(_give(DISTRIBUTOR, kind, pool, pairs, METHODS[pool.distribution].to())["given"]) if pairs else 0
