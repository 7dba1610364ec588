"""What somebody may still do with the pools today: claims, and records he may open (POOL-2, POOL-4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from datetime import time as day_time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from kemai.accounts.access import Actor
from kemai.base import audit
from kemai.customers import errors
from kemai.customers.models import Pool, PoolMember, PoolView
from kemai.customers.pooled import PooledKind
from kemai.customers.rules.pool import DAILY_VIEWS, RECLAIM_DAYS
from kemai.customers.services.ownership import claim_facts, limit_of, lock_person
from kemai.customers.services.pools import managed_pools, may_give_out
from kemai.kit.clock import now

UNLIMITED = ("reveal_pool", "assign")
"""Who may do one of these to the kind of record looks after the pools, and is not counted."""
KEEP_DAYS = 90


def count_opening(kind: PooledKind, actor: Actor, row: dict[str, Any]) -> None:
    """Count that somebody opens a record of a pool, once a day each; :class:`PoolViewsReached` beyond his quota."""
    pool = (row.get("pool") or {}).get("id") if isinstance(row.get("pool"), dict) else None
    if pool is None or actor.is_system or actor.viewer is not None or _looks_after(actor, kind):
        return
    day = now().astimezone(ZoneInfo(actor.time_zone)).date()
    with connection.cursor() as cursor:
        cursor.execute(
            _OPENING, {"pool": pool, "record": row["id"], "me": actor.id, "who": list(actor.principals), "day": day}
        )
        own, counted, manages = cursor.fetchone()
    limit = limit_of({"daily_views": own}, "daily_views", DAILY_VIEWS)
    if not limit or counted or manages:
        return
    try:
        _count(actor, UUID(row["id"]), UUID(str(pool)), day, limit)
    except errors.PoolViewsReached:
        audit.record(actor, "pool.views_refused", object=kind.object, record_id=UUID(row["id"]))
        raise


#: The pool's own quota, whether this opening is counted already, and whether he manages the pool.
_OPENING = """SELECT
    (SELECT p.daily_views FROM customers_pool p WHERE p.id = %(pool)s),
    EXISTS (SELECT FROM customers_poolview v WHERE v.user_id = %(me)s AND v.day = %(day)s AND v.record_id = %(record)s),
    EXISTS (SELECT FROM customers_poolmember m WHERE m.pool_id = %(pool)s AND m.manages AND m.member_id = ANY(%(who)s))"""


def _looks_after(actor: Actor, kind: PooledKind) -> bool:
    return any(actor.has(kind.perm(verb)) for verb in UNLIMITED)


def _count(actor: Actor, record: UUID, pool: UUID, day: date, limit: int) -> None:
    with transaction.atomic():
        lock_person(actor.id)  # two openings at once count each other
        if PoolView.objects.filter(user_id=actor.id, day=day).count() >= limit:
            midnight = datetime.combine(day + timedelta(days=1), day_time.min, ZoneInfo(actor.time_zone))
            raise errors.PoolViewsReached(int((midnight - now()).total_seconds()), limit=limit)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO customers_poolview (user_id, day, record_id, pool_id, at) VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                [actor.id, day, record, pool, now()],
            )


def forget_old_views() -> None:
    """The log of openings is kept for a quarter."""
    PoolView.objects.filter(day__lt=now().date() - timedelta(days=KEEP_DAYS)).delete()


def my_pools(actor: Actor, kind: PooledKind) -> dict[str, Any]:
    """The pools open to this person, how many of a kind lie in each, and what is left of his quotas today. Four statements."""
    actor.require(kind.perm("view"))
    reach = actor.reach(kind.perm("view"))
    pools = Pool.objects.filter(deleted_at__isnull=True).order_by("position", "name_sort")
    if reach is None or not reach.everything:
        pools = pools.filter(pk__in=PoolMember.objects.filter(member_id__in=actor.principals).values("pool_id"))
    rows = list(pools)
    counts = _counts(kind, [pool.pk for pool in rows])
    facts = claim_facts(kind, actor, None, None)
    day = now().astimezone(ZoneInfo(actor.time_zone)).date()
    viewed = PoolView.objects.filter(user_id=actor.id, day=day).count()
    claims, unlimited = actor.has(kind.perm("claim")), _looks_after(actor, kind)
    managed = managed_pools(actor)
    return {
        "held": facts.held,
        "claimed_today": facts.claimed_today,
        "viewed_today": viewed,
        "may_claim": claims,
        "items": [
            {
                "id": pool.pk,
                "label": (pool.name_en or pool.name) if actor.locale == "en" else pool.name,
                "description": pool.description,
                "count": counts.get(pool.pk, 0),
                **_left(kind, pool, facts.held, facts.claimed_today, viewed, free=unlimited or pool.pk in managed),
                "gives_out": pool.pk in managed or may_give_out(actor, kind, pool.pk),
                "manages": pool.pk in managed or actor.has("customers.pool.edit"),
            }
            for pool in rows
        ],
    }


def _left(kind: PooledKind, pool: Pool, held: int, claimed: int, viewed: int, *, free: bool) -> dict[str, Any]:
    """What is left under a pool's limits: null where there is none."""
    own = {n: getattr(pool, n) for n in ("hold_limit", "daily_claims", "daily_views", "reclaim_days")}
    hold, claims, views = (
        limit_of(own, name, parameter)
        for name, parameter in (
            ("hold_limit", kind.hold_limit),
            ("daily_claims", kind.daily_claims),
            ("daily_views", DAILY_VIEWS),
        )
    )
    room = [max(0, limit - used) for limit, used in ((hold, held), (claims, claimed)) if limit]
    return {
        "hold_limit": hold or None,
        "daily_claims": claims or None,
        "claims_left": min(room) if room else None,
        "views_left": None if free or not views else max(0, views - viewed),
        "reclaim_days": limit_of(own, "reclaim_days", RECLAIM_DAYS),
    }


def _counts(kind: PooledKind, pools: list[UUID]) -> dict[UUID, int]:
    """Records in each pool, up to 10,000 (beyond, a page says "more than")."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, (SELECT count(*) FROM (SELECT 1 FROM {kind.table} t WHERE t.pool_id = p.id AND t.deleted_at IS NULL "
            f"AND {kind.held} LIMIT 10001) n) FROM unnest(%s::uuid[]) p (id)",
            [pools],
        )
        return dict(cursor.fetchall())
