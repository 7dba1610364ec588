"""Claim, assign, release, move between pools: with recycling and distribution the only code that changes who holds a customer.

A claim is compare-and-set on the customer, after the claimant's own row was locked so that two claims of one person count each other
(POOL-2, C-1, C-2). Everything that follows the customer gets its holder in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, can
from kemai.accounts.models import User
from kemai.base.audit import act, emit
from kemai.base.parameters import Parameter
from kemai.customers import errors
from kemai.customers.events import CustomerAssigned, CustomerClaimed, CustomerReleased, CustomersPooled
from kemai.customers.models import Held, OwnershipChange, Pool, PoolMember
from kemai.customers.rules.pool import DAILY_CLAIMS, HOLD_LIMIT, RECLAIM_DAYS, ClaimFacts, Refusal, decide_claim
from kemai.customers.services.carrying import bring_back, carry
from kemai.customers.services.recycle_rules import refresh
from kemai.customers.services.routing import pool_for
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, NotFound
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.dictionaries import dictionary_items
from kemai.platform.objects.read import day_params
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import OutOfScope, lock_row

JUST_NOW = timedelta(minutes=10)
"""So long a pool's list may stand on somebody's screen."""

_followers: list[type[Held]] = []


def follow_customers(*models: type[Held]) -> None:
    """Register tables whose holder columns follow their customer's owner (extension point of this domain)."""
    _followers.extend(models)


def followers() -> list[type[Held]]:
    """The registered tables."""
    return list(_followers)


def claim_customer(actor: Actor, customer_id: UUID) -> UUID:
    """Take a customer out of the pool. 409 with the reason when a limit is reached or another was faster."""
    declaration = get_object("customers")
    with act(actor, "claim", object="customers", record_id=customer_id):
        lock_person(actor.id)
        # Seen through the scope first; the compare-and-set below settles who was first.
        try:
            row = _seen(actor, customer_id)
        except NotFound:
            if _just_taken(actor, customer_id):
                raise errors.AlreadyClaimed from None
            raise
        if row["pool_id"] is None:
            raise errors.AlreadyYours if row["owner_id"] == actor.id else errors.AlreadyClaimed
        refusal = decide_claim(claim_facts(actor, customer_id, row["pool_id"]))
        if refusal:
            raise _as_error(refusal)
        if not _take(customer_id, to=actor.id, department=actor.department_id, pool=row["pool_id"], actor=actor):
            raise errors.AlreadyClaimed
        _log(customer_id, "claim", None, actor.id, row["pool_id"], "", actor)
        emit(CustomerClaimed(declaration.name, customer_id, str(actor.id)))
        return offer_undo(actor, "customers.holding", _before(customer_id, row, "claim"), label=row["name"])


def _seen(actor: Actor, customer_id: UUID) -> dict[str, Any]:
    declaration = get_object("customers")
    if not can(actor, declaration.perm("view"), declaration.ownership, table=declaration.table, key=customer_id):
        raise NotFound
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner_id, department_id, pool_id, name, version, claimed_at FROM customers_customer WHERE id = %s",
            [customer_id],
        )
        return dict(
            zip(
                ("owner_id", "department_id", "pool_id", "name", "version", "claimed_at"),
                cursor.fetchone(),
                strict=True,
            )
        )


def _just_taken(actor: Actor, customer_id: UUID) -> bool:
    """Whether it left, minutes ago, a pool this person sees: he was looking at it and gets the clear answer (POOL-4), not "absent"."""
    last = (
        OwnershipChange.objects.filter(customer_id=customer_id, at__gt=now() - JUST_NOW)
        .order_by("-id")
        .values("kind", "pool_id")
        .first()
    )
    if last is None or last["pool_id"] is None or last["kind"] not in ("claim", "assign", "distribute"):
        return False
    return PoolMember.objects.filter(pool_id=last["pool_id"], member_id__in=actor.principals).exists()


def claim_facts(actor: Actor, customer_id: UUID | None, pool_id: UUID | None) -> ClaimFacts:
    """Gather what :func:`decide_claim` asks for."""
    day = day_params(actor)
    pool = (
        Pool.objects.filter(pk=pool_id).values("hold_limit", "daily_claims", "reclaim_days").first()
        if pool_id
        else None
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM customers_customer WHERE owner_id = %(me)s AND deleted_at IS NULL), "
            "(SELECT count(*) FROM customers_ownershipchange WHERE to_user_id = %(me)s AND kind = 'claim' AND at >= %(from)s), "
            "(SELECT max(at) FROM customers_ownershipchange WHERE from_user_id = %(me)s AND customer_id = %(key)s AND kind = 'release')",
            {"me": actor.id, "from": day["today_from"], "key": customer_id},
        )
        held, claimed, released = cursor.fetchone()
    limits: Mapping[str, Any] = pool or {}
    return ClaimFacts(
        held=held,
        hold_limit=limit_of(limits, "hold_limit", HOLD_LIMIT),
        claimed_today=claimed,
        daily_claims=limit_of(limits, "daily_claims", DAILY_CLAIMS),
        released_by_me_at=released,
        reclaim_days=limit_of(limits, "reclaim_days", RECLAIM_DAYS),
        now=now(),
    )


def limit_of(pool: Mapping[str, Any], name: str, parameter: Parameter) -> int:
    """A pool's own limit, the company's where it has none."""
    own = pool.get(name)
    return int(parameter.value() if own is None else own)


def _as_error(refusal: Refusal) -> Conflict:
    kinds = {
        "hold_limit": errors.PoolLimitReached,
        "daily_claims": errors.DailyClaimsReached,
        "reclaim": errors.CoolingOff,
    }
    return kinds[refusal.reason](limit=refusal.limit)


def lock_person(user_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR NO KEY UPDATE", [user_id])


def _take(customer_id: UUID, *, to: UUID, department: UUID | None, pool: UUID, actor: Actor) -> bool:
    """Compare-and-set: from this pool to this person, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET owner_id = %s, department_id = %s, pool_id = NULL, claimed_at = %s, version = version + 1, "
            "updated_at = now(), updated_by = %s WHERE id = %s AND pool_id = %s AND owner_id IS NULL AND deleted_at IS NULL",
            [to, department, now(), actor.id, customer_id, pool],
        )
        if cursor.rowcount != 1:
            return False
    set_holder([customer_id], to, department)
    refresh([customer_id])
    return True


def set_holder(customer_ids: list[UUID], holder: UUID | None, department: UUID | None) -> None:
    """Give everything that follows these customers its holder, inside the transaction that moved them."""
    with connection.cursor() as cursor:
        for model in _followers:
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET holder_id = %s, holder_department_id = %s WHERE customer_id = ANY(%s)",
                [holder, department, customer_ids],
            )


def hold_children(customer_ids: list[UUID]) -> None:
    """Give everything that follows these customers their present holder, where it has another (after a merge)."""
    with connection.cursor() as cursor:
        for model in _followers:
            cursor.execute(
                f"UPDATE {model._meta.db_table} f SET holder_id = c.owner_id, holder_department_id = c.department_id FROM customers_customer c "
                "WHERE c.id = f.customer_id AND c.id = ANY(%s) AND (f.holder_id, f.holder_department_id) IS DISTINCT FROM (c.owner_id, c.department_id)",
                [customer_ids],
            )


def _log(
    customer_id: UUID,
    kind: str,
    from_user: UUID | None,
    to_user: UUID | None,
    pool: UUID | None,
    reason: str,
    actor: Actor,
    *,
    from_pool: UUID | None = None,
) -> None:
    OwnershipChange.objects.create(
        customer_id=customer_id,
        kind=kind,
        from_user_id=from_user,
        to_user_id=to_user,
        pool_id=pool,
        from_pool_id=from_pool,
        reason=reason,
        by_id=actor.id,
        at=now(),
    )


def assign_customer(
    actor: Actor, customer_id: UUID, *, owner: UUID, reason: str = "", with_opportunities: bool = False
) -> UUID:
    """A manager gives a customer (pooled or owned) to somebody. Limits of the pool do not bind a manager's decision.

    The former owner's plans, promises and open tasks for it go along, its open opportunities where wished (POOL-5).
    """
    person = User.objects.filter(pk=owner).values("name", "department_id", "is_active").first()
    if person is None:
        raise NotFound
    if not person["is_active"]:
        raise errors.NobodyToAssign(name=person["name"])
    declaration = get_object("customers")
    with act(actor, "assign", object="customers", record_id=customer_id, reason=reason):
        lock_person(owner)
        row = _lock_for_assign(actor, customer_id)
        undo = _before(customer_id, row, "assign")
        _move(customer_id, actor, owner=owner, department=person["department_id"], pool=None)
        if row["owner_id"] and row["owner_id"] != owner:
            undo["carried"] = carry(
                actor.id,
                customer_id,
                old=row["owner_id"],
                new=owner,
                department=person["department_id"],
                wishes=frozenset({"opportunities"} if with_opportunities else ()),
            )
        _log(customer_id, "assign", row["owner_id"], owner, row["pool_id"], reason, actor)
        emit(
            CustomerAssigned(
                declaration.name,
                customer_id,
                str(row["owner_id"]) if row["owner_id"] else None,
                str(owner),
                row["name"],
                reason,
            )
        )
        return offer_undo(actor, "customers.holding", undo, label=row["name"])


def _lock_for_assign(actor: Actor, customer_id: UUID) -> dict[str, Any]:
    """The row under lock: within the assigner's scope, or in a pool he sees."""
    declaration = get_object("customers")
    row = _seen(actor, customer_id)
    if row["pool_id"] is None:
        return lock_row(actor, declaration, customer_id, declaration.perm("assign"))
    return lock_row(actor, declaration, customer_id, declaration.perm("view"))


def _move(customer_id: UUID, actor: Actor, *, owner: UUID | None, department: UUID | None, pool: UUID | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET owner_id = %(owner)s, department_id = %(department)s, pool_id = %(pool)s, claimed_at = %(now)s, "
            f"version = version + 1, updated_at = now(), updated_by = %(by)s, {START_ANEW} WHERE id = %(key)s",
            {"owner": owner, "department": department, "pool": pool, "now": now(), "by": actor.id, "key": customer_id},
        )
    set_holder([customer_id], owner, department)
    if owner:
        refresh([customer_id])


#: With whom or where it now is, the customer's days are counted anew; a protection ends with whom it was given to.
START_ANEW = "recycle_on = NULL, recycle_rule_id = NULL, recycle_warned_on = NULL, protected_until = NULL"


def release_customer(actor: Actor, customer_id: UUID, *, reason: str, pool: UUID | None = None) -> UUID:
    """Give a customer back to a pool, with a reason. Without one named it goes where its region and industry lead."""
    declaration = get_object("customers")
    words = next((item.label.to() for item in dictionary_items("release_reason") if item.value == reason), reason)
    with act(actor, "release", object="customers", record_id=customer_id, reason=words):
        row = lock_row(actor, declaration, customer_id, declaration.perm("release"))
        if row["pool_id"]:
            raise errors.AlreadyInPool
        target = pool or pool_for(row["region"], row["industry"])
        undo = _before(customer_id, row, "release")
        _move(customer_id, actor, owner=None, department=None, pool=target)
        _log(customer_id, "release", row["owner_id"], None, target, reason, actor)
        emit(CustomerReleased(declaration.name, customer_id, str(row["owner_id"]), reason))
        emit(CustomersPooled(declaration.name, customer_id, [str(customer_id)], str(target)))
        return offer_undo(actor, "customers.holding", undo, label=row["name"])


def move_to_pool(actor: Actor, customer_id: UUID, *, pool: UUID, reason: str = "") -> UUID:
    """Move a customer from the pool it lies in to another (POOL-4). For who assigns customers, and for managers of its pool."""
    declaration = get_object("customers")
    with act(actor, "move-pool", object="customers", record_id=customer_id, reason=reason):
        row = lock_row(actor, declaration, customer_id, declaration.perm("view"))
        if row["pool_id"] is None:
            raise errors.NotInPool
        if row["pool_id"] == pool:
            raise errors.SamePool
        undo = _before(customer_id, row, "move-pool")
        _move(customer_id, actor, owner=None, department=None, pool=pool)
        _log(customer_id, "move", None, None, pool, reason, actor, from_pool=row["pool_id"])
        emit(CustomersPooled(declaration.name, customer_id, [str(customer_id)], str(pool)))
        return offer_undo(actor, "customers.holding", undo, label=row["name"])


def _before(customer_id: UUID, row: dict[str, Any], verb: str) -> dict[str, Any]:
    return {
        "verb": verb,
        "customer": str(customer_id),
        "owner": str(row["owner_id"]) if row["owner_id"] else None,
        "department": str(row["department_id"]) if row["department_id"] else None,
        "pool": str(row["pool_id"]) if row["pool_id"] else None,
        "version": row["version"] + 1,
    }


@undo_kind("customers.holding")
def undo_holding(actor: Actor, payload: dict[str, Any]) -> None:
    """Put a customer back where it was, when nobody moved or edited it since.

    Whoever takes it back needs now what the step itself asks for: the right, and the customer within its scope; a release, which left it
    in a pool, must bring it back into his scope.
    """
    key, verb = UUID(payload["customer"]), payload.get("verb", "assign")
    declaration = get_object("customers")
    permission = declaration.perm("assign" if verb == "move-pool" else verb)
    actor.require(permission)
    pooled = verb in ("release", "move-pool")
    row = lock_row(actor, declaration, key, declaration.perm("view") if pooled else permission)
    if row["version"] != payload["version"]:
        raise ChangedSince(label=row["name"])
    owner, department, pool = (UUID(v) if (v := payload[n]) else None for n in ("owner", "department", "pool"))
    _move(key, actor, owner=owner, department=department, pool=pool)
    carried_back(actor, payload, row["owner_id"])
    if verb == "release" and not can(actor, permission, declaration.ownership, table=declaration.table, key=key):
        raise OutOfScope
    _log(key, "undo", row["owner_id"], owner, pool, "", actor)


def note_contact(customer_id: UUID, *, at: datetime, next_at: datetime | None) -> None:
    """A contact took place: keeps the latest, and the next agreed date. Computed columns: no version, no history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET last_contact_at = GREATEST(last_contact_at, %(at)s), "
            "next_contact_at = CASE WHEN last_contact_at IS NULL OR %(at)s >= last_contact_at THEN %(next)s ELSE next_contact_at END WHERE id = %(key)s",
            {"at": at, "next": next_at, "key": customer_id},
        )
    refresh([customer_id])


def set_contacts(customer_id: UUID, *, last_at: datetime | None, next_at: datetime | None) -> None:
    """The last and next contact as counted anew (a follow-up was deleted or came back)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET last_contact_at = %s, next_contact_at = %s WHERE id = %s",
            [last_at, next_at, customer_id],
        )
    refresh([customer_id])


def note_deals(customer_id: UUID, *, count: int, amount: Any, last_at: datetime | None) -> None:
    """Won deals of a customer as sales counts them (quantitative data are computed, never typed: CUS-1)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET deal_count = %s, deal_amount = %s, last_deal_at = %s WHERE id = %s",
            [count, amount, last_at, customer_id],
        )
    refresh([customer_id])


def carried_back(actor: Actor, payload: dict[str, Any], holder: UUID | None) -> None:
    """What an assignment carried along goes back with the customer ``holder`` had until now."""
    if holder and payload.get("carried") and payload["owner"]:
        owner, department = UUID(payload["owner"]), payload["department"]
        bring_back(
            actor.id, payload["carried"], old=owner, new=holder, department=UUID(department) if department else None
        )
