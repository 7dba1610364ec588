"""Claim, assign, release, move between pools: with recycling and distribution the only code that changes who holds a pooled kind of record.

A claim is compare-and-set on the record, after the claimant's own row was locked so that two claims of one person count each other
(POOL-2, C-1, C-2). Everything that follows the record gets its holder in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, can
from kemai.accounts.models import User
from kemai.base.audit import act, emit
from kemai.base.parameters import Parameter
from kemai.customers import errors
from kemai.customers.events import CustomersPooled
from kemai.customers.models import OwnershipChange, Pool, PoolMember
from kemai.customers.pooled import PooledKind, kind_of
from kemai.customers.rules.pool import RECLAIM_DAYS, ClaimFacts, Refusal, decide_claim
from kemai.customers.services.carrying import bring_back, carry
from kemai.customers.services.kind import CUSTOMERS
from kemai.customers.services.recycle_rules import refresh
from kemai.customers.services.routing import pool_for
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, NotFound
from kemai.platform.objects.dictionaries import dictionary_items
from kemai.platform.objects.read import day_params
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import OutOfScope, lock_row

JUST_NOW = timedelta(minutes=10)
"""So long a pool's list may stand on somebody's screen."""


def claim(kind: PooledKind, actor: Actor, key: UUID) -> UUID:
    """Take a record out of its pool. 409 with the reason when a limit is reached or another was faster."""
    with act(actor, "claim", object=kind.object, record_id=key):
        lock_person(actor.id)
        # Seen through the scope first; the compare-and-set below settles who was first.
        try:
            row = _seen(kind, actor, key)
        except NotFound:
            if _just_taken(actor, key):
                raise errors.AlreadyClaimed(what=kind.noun) from None
            raise
        if row["pool_id"] is None:
            owned = errors.AlreadyYours if row["owner_id"] == actor.id else errors.AlreadyClaimed
            raise owned(what=kind.noun)
        kind.refuse("claim", row)
        refusal = decide_claim(claim_facts(kind, actor, key, row["pool_id"]))
        if refusal:
            raise _as_error(kind, refusal)
        if not _take(kind, key, to=actor.id, department=actor.department_id, pool=row["pool_id"], actor=actor):
            raise errors.AlreadyClaimed(what=kind.noun)
        _log(kind, key, "claim", None, actor.id, row["pool_id"], "", actor)
        emit(kind.claimed(key, actor.id))
        return offer_undo(actor, HOLDING, _before(kind, key, row, "claim"), label=row["name"])


_SEEN = ("owner_id", "department_id", "pool_id", "name", "version", "claimed_at")


def _seen(kind: PooledKind, actor: Actor, key: UUID) -> dict[str, Any]:
    declaration = kind.declaration
    if not can(actor, kind.perm("view"), declaration.ownership, table=kind.table, key=key):
        raise NotFound
    columns = (*_SEEN, *kind.reads)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {kind.table} WHERE id = %s", [key])
        return dict(zip(columns, cursor.fetchone(), strict=True))


def _just_taken(actor: Actor, key: UUID) -> bool:
    """Whether it left, minutes ago, a pool this person sees: he was looking at it and gets the clear answer (POOL-4), not "absent"."""
    last = (
        OwnershipChange.objects.filter(record_id=key, at__gt=now() - JUST_NOW)
        .order_by("-id")
        .values("kind", "pool_id")
        .first()
    )
    if last is None or last["pool_id"] is None or last["kind"] not in ("claim", "assign", "distribute"):
        return False
    return PoolMember.objects.filter(pool_id=last["pool_id"], member_id__in=actor.principals).exists()


def claim_facts(kind: PooledKind, actor: Actor, key: UUID | None, pool_id: UUID | None) -> ClaimFacts:
    """Gather what :func:`decide_claim` asks for."""
    day = day_params(actor)
    pool = (
        Pool.objects.filter(pk=pool_id).values("hold_limit", "daily_claims", "reclaim_days").first()
        if pool_id
        else None
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM {kind.table} t WHERE t.owner_id = %(me)s AND t.deleted_at IS NULL AND {kind.held}), "
            "(SELECT count(*) FROM customers_ownershipchange WHERE to_user_id = %(me)s AND kind = 'claim' AND at >= %(from)s "
            "AND object = %(object)s), "
            "(SELECT max(at) FROM customers_ownershipchange WHERE from_user_id = %(me)s AND record_id = %(key)s AND kind = 'release')",
            {"me": actor.id, "from": day["today_from"], "key": key, "object": kind.object},
        )
        held, claimed, released = cursor.fetchone()
    limits: Mapping[str, Any] = pool or {}
    return ClaimFacts(
        held=held,
        hold_limit=limit_of(limits, "hold_limit", kind.hold_limit),
        claimed_today=claimed,
        daily_claims=limit_of(limits, "daily_claims", kind.daily_claims),
        released_by_me_at=released,
        reclaim_days=limit_of(limits, "reclaim_days", RECLAIM_DAYS),
        now=now(),
    )


def limit_of(pool: Mapping[str, Any], name: str, parameter: Parameter) -> int:
    """A pool's own limit, the company's where it has none."""
    own = pool.get(name)
    return int(parameter.value() if own is None else own)


def _as_error(kind: PooledKind, refusal: Refusal) -> Conflict:
    kinds = {
        "hold_limit": errors.PoolLimitReached,
        "daily_claims": errors.DailyClaimsReached,
        "reclaim": errors.CoolingOff,
    }
    return kinds[refusal.reason](limit=refusal.limit, what=kind.noun)


def lock_person(user_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR NO KEY UPDATE", [user_id])


def _take(kind: PooledKind, key: UUID, *, to: UUID, department: UUID | None, pool: UUID, actor: Actor) -> bool:
    """Compare-and-set: from this pool to this person, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} t SET owner_id = %s, department_id = %s, pool_id = NULL, claimed_at = %s, version = version + 1, "
            f"updated_at = now(), updated_by = %s WHERE t.id = %s AND t.pool_id = %s AND t.owner_id IS NULL AND t.deleted_at IS NULL "
            f"AND {kind.held}",
            [to, department, now(), actor.id, key, pool],
        )
        if cursor.rowcount != 1:
            return False
    kind.moved([key])
    refresh(kind, [key])
    return True


def _log(
    kind: PooledKind,
    key: UUID,
    verb: str,
    from_user: UUID | None,
    to_user: UUID | None,
    pool: UUID | None,
    reason: str,
    actor: Actor,
    *,
    from_pool: UUID | None = None,
) -> None:
    OwnershipChange.objects.create(
        object=kind.object,
        record_id=key,
        kind=verb,
        from_user_id=from_user,
        to_user_id=to_user,
        pool_id=pool,
        from_pool_id=from_pool,
        reason=reason,
        by_id=actor.id,
        at=now(),
    )


def assign(
    kind: PooledKind,
    actor: Actor,
    key: UUID,
    *,
    owner: UUID,
    reason: str = "",
    wishes: frozenset[str] = frozenset(),
) -> UUID:
    """A manager gives a record (pooled or owned) to somebody. Limits of the pool do not bind a manager's decision.

    The former owner's plans, promises and open tasks for it go along, and what else is wished (POOL-5).
    """
    person = User.objects.filter(pk=owner).values("name", "department_id", "is_active").first()
    if person is None:
        raise NotFound
    if not person["is_active"]:
        raise errors.NobodyToAssign(name=person["name"], what=kind.noun)
    with act(actor, "assign", object=kind.object, record_id=key, reason=reason):
        lock_person(owner)
        row = _lock_for_assign(kind, actor, key)
        kind.refuse("assign", row)
        undo = _before(kind, key, row, "assign")
        hand_over(kind, actor, row, owner=owner, department=person["department_id"], reason=reason)
        if row["owner_id"] and row["owner_id"] != owner:
            undo["carried"] = carry(
                kind, actor.id, key, old=row["owner_id"], new=owner, department=person["department_id"], wishes=wishes
            )
        return offer_undo(actor, HOLDING, undo, label=row["name"])


def hand_over(
    kind: PooledKind, actor: Actor, row: dict[str, Any], *, owner: UUID, department: UUID | None, reason: str
) -> None:
    """Give a locked record to somebody, and say so in the log and outside."""
    key = row["id"]
    _move(kind, key, actor, owner=owner, department=department, pool=None)
    _log(kind, key, "assign", row["owner_id"], owner, row["pool_id"], reason, actor)
    emit(kind.assigned(key, row, owner, reason))


def _lock_for_assign(kind: PooledKind, actor: Actor, key: UUID) -> dict[str, Any]:
    """The row under lock: within the assigner's scope, or in a pool he sees."""
    row = _seen(kind, actor, key)
    return lock_row(actor, kind.declaration, key, kind.perm("assign" if row["pool_id"] is None else "view"))


def _move(
    kind: PooledKind, key: UUID, actor: Actor, *, owner: UUID | None, department: UUID | None, pool: UUID | None
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} SET owner_id = %(owner)s, department_id = %(department)s, pool_id = %(pool)s, claimed_at = %(now)s, "
            f"version = version + 1, updated_at = now(), updated_by = %(by)s, {START_ANEW} WHERE id = %(key)s",
            {"owner": owner, "department": department, "pool": pool, "now": now(), "by": actor.id, "key": key},
        )
    kind.moved([key])
    if owner:
        refresh(kind, [key])


#: With whom or where it now is, a record's days are counted anew; a protection ends with whom it was given to.
START_ANEW = "recycle_on = NULL, recycle_rule_id = NULL, recycle_warned_on = NULL, protected_until = NULL"


def release(kind: PooledKind, actor: Actor, key: UUID, *, reason: str, pool: UUID | None = None) -> UUID:
    """Give a record back to a pool, with a reason. Without one named it goes where its region and industry lead."""
    words = next((item.label.to() for item in dictionary_items("release_reason") if item.value == reason), reason)
    with act(actor, "release", object=kind.object, record_id=key, reason=words):
        row = lock_row(actor, kind.declaration, key, kind.perm("release"))
        if row["pool_id"]:
            raise errors.AlreadyInPool(what=kind.noun)
        kind.refuse("release", row)
        undo = _before(kind, key, row, "release")
        put_into(kind, actor, row, pool or pool_for(row["region"], row["industry"]), "release", reason)
        emit(kind.released(key, row, reason))
        return offer_undo(actor, HOLDING, undo, label=row["name"])


def put_into(kind: PooledKind, actor: Actor, row: dict[str, Any], pool: UUID, verb: str, reason: str) -> None:
    """Lay a locked record into a pool, and say so in the log and to what waits for arrivals."""
    _move(kind, row["id"], actor, owner=None, department=None, pool=pool)
    _log(kind, row["id"], verb, row["owner_id"], None, pool, reason, actor, from_pool=row["pool_id"])
    emit(CustomersPooled(kind.object, row["id"], [str(row["id"])], str(pool)))


def move_to_pool(kind: PooledKind, actor: Actor, key: UUID, *, pool: UUID, reason: str = "") -> UUID:
    """Move a record from the pool it lies in to another (POOL-4). For who assigns, and for managers of its pool."""
    with act(actor, "move-pool", object=kind.object, record_id=key, reason=reason):
        row = lock_row(actor, kind.declaration, key, kind.perm("view"))
        if row["pool_id"] is None:
            raise errors.NotInPool(what=kind.noun)
        if row["pool_id"] == pool:
            raise errors.SamePool(what=kind.noun)
        undo = _before(kind, key, row, "move-pool")
        put_into(kind, actor, row, pool, "move", reason)
        return offer_undo(actor, HOLDING, undo, label=row["name"])


HOLDING = "customers.holding"
"""The inverse of a claim, an assignment, a release or a move of one record."""


def _before(kind: PooledKind, key: UUID, row: dict[str, Any], verb: str) -> dict[str, Any]:
    return {
        "object": kind.object,
        "verb": verb,
        "id": str(key),
        "owner": str(row["owner_id"]) if row["owner_id"] else None,
        "department": str(row["department_id"]) if row["department_id"] else None,
        "pool": str(row["pool_id"]) if row["pool_id"] else None,
        "version": row["version"] + 1,
    }


@undo_kind(HOLDING)
def undo_holding(actor: Actor, payload: dict[str, Any]) -> None:
    """Put a record back where it was, when nobody moved or edited it since.

    Whoever takes it back needs now what the step itself asks for: the right, and the record within its scope; a release, which left it
    in a pool, must bring it back into his scope.
    """
    kind, key, verb = kind_of(payload["object"]), UUID(payload["id"]), payload["verb"]
    declaration = kind.declaration
    permission = kind.perm("assign" if verb == "move-pool" else verb)
    actor.require(permission)
    pooled = verb in ("release", "move-pool")
    row = lock_row(actor, declaration, key, kind.perm("view") if pooled else permission)
    if row["version"] != payload["version"]:
        raise ChangedSince(label=row["name"])
    owner, department, pool = (UUID(v) if (v := payload[n]) else None for n in ("owner", "department", "pool"))
    _move(kind, key, actor, owner=owner, department=department, pool=pool)
    carried_back(kind, actor, payload, row["owner_id"])
    if verb == "release" and not can(actor, permission, declaration.ownership, table=kind.table, key=key):
        raise OutOfScope
    _log(kind, key, "undo", row["owner_id"], owner, pool, "", actor)
    tell_taken_back(kind, [key])


def tell_taken_back(kind: PooledKind, keys: Iterable[UUID]) -> None:
    """Say outside that records are again where they were; nothing where none is."""
    names = [str(key) for key in keys]
    if names:
        emit(kind.taken_back(names))


def carried_back(kind: PooledKind, actor: Actor, payload: dict[str, Any], holder: UUID | None) -> None:
    """What an assignment carried along goes back with the record ``holder`` had until now."""
    if holder and payload.get("carried") and payload["owner"]:
        owner, department = UUID(payload["owner"]), payload["department"]
        bring_back(
            kind,
            actor.id,
            payload["carried"],
            old=owner,
            new=holder,
            department=UUID(department) if department else None,
        )


# ---------------------------------------------------------------- customers


def claim_customer(actor: Actor, customer_id: UUID) -> UUID:
    """See :func:`claim`."""
    return claim(CUSTOMERS, actor, customer_id)


def assign_customer(
    actor: Actor, customer_id: UUID, *, owner: UUID, reason: str = "", with_opportunities: bool = False
) -> UUID:
    """See :func:`assign`; its open opportunities go along where wished."""
    wishes = frozenset({"opportunities"} if with_opportunities else ())
    return assign(CUSTOMERS, actor, customer_id, owner=owner, reason=reason, wishes=wishes)


def release_customer(actor: Actor, customer_id: UUID, *, reason: str, pool: UUID | None = None) -> UUID:
    """See :func:`release`."""
    return release(CUSTOMERS, actor, customer_id, reason=reason, pool=pool)


def move_customer(actor: Actor, customer_id: UUID, *, pool: UUID, reason: str = "") -> UUID:
    """See :func:`move_to_pool`."""
    return move_to_pool(CUSTOMERS, actor, customer_id, pool=pool, reason=reason)


Contacted = tuple[UUID, datetime, datetime | None]
"""A customer, when it was contacted, and when it is to be next."""


def note_contacts(contacts: list[Contacted]) -> None:
    """Contacts took place: keeps the latest of each customer, and the next date agreed then. Computed columns: no version, no history."""
    latest = {key: (at, following) for key, at, following in sorted(contacts, key=lambda c: c[1])}
    _write_contacts(
        "last_contact_at = GREATEST(t.last_contact_at, v.at), "
        "next_contact_at = CASE WHEN t.last_contact_at > v.at THEN t.next_contact_at ELSE v.next END",
        latest,
    )


def set_contacts(latest: Mapping[UUID, tuple[datetime | None, datetime | None]]) -> None:
    """The last and next contact of customers as counted anew (a follow-up was deleted or came back)."""
    _write_contacts("last_contact_at = v.at, next_contact_at = v.next", latest)


def _write_contacts(sets: str, latest: Mapping[UUID, tuple[datetime | None, datetime | None]]) -> None:
    if not latest:
        return
    keys = sorted(latest)
    with connection.cursor() as cursor:
        # Locked in key order: two batches that meet wait for each other, never in a ring.
        cursor.execute(
            "WITH v AS MATERIALIZED (SELECT t.id, w.at, w.next FROM customers_customer t "
            "JOIN unnest(%(keys)s::uuid[], %(at)s::timestamptz[], %(next)s::timestamptz[]) w (id, at, next) ON w.id = t.id "
            "ORDER BY t.id FOR NO KEY UPDATE OF t) "
            f"UPDATE customers_customer t SET {sets} FROM v WHERE t.id = v.id",
            {"keys": keys, "at": [latest[k][0] for k in keys], "next": [latest[k][1] for k in keys]},
        )
    refresh(CUSTOMERS, keys)


def note_deals(customer_id: UUID, *, count: int, amount: Any, last_at: datetime | None) -> None:
    """Won deals of a customer as sales counts them (quantitative data are computed, never typed: CUS-1)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET deal_count = %s, deal_amount = %s, last_deal_at = %s WHERE id = %s",
            [count, amount, last_at, customer_id],
        )
    refresh(CUSTOMERS, [customer_id])
