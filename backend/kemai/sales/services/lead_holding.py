"""Who holds a lead: claimed from a pool, assigned, released. The pools are those of customers (SAL-1, POOL-1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, can
from kemai.accounts.models import User
from kemai.activities.services.anchors import hold_anchored
from kemai.base.audit import act, emit
from kemai.customers.errors import NoPool
from kemai.customers.models import Pool, PoolMember
from kemai.kit.clock import now
from kemai.kit.errors import NotFound
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.dictionaries import dictionary_items
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import OutOfScope, lock_row, update_rows
from kemai.sales import errors
from kemai.sales.events import LeadAssigned
from kemai.sales.models import Lead
from kemai.sales.rules.leads import HOLD_LIMIT, OPEN
from kemai.sales.services.leads import refuse_in_state, response_due

JUST_NOW = timedelta(minutes=10)
"""So long a pool's list may stand on somebody's screen."""


def claim_lead(actor: Actor, lead_id: UUID) -> UUID:
    """Take a lead out of a pool. Two at once: the row is locked, the second finds it taken."""
    declaration = get_object("leads")
    with act(actor, "claim", object="leads", record_id=lead_id):
        _lock_person(actor.id)
        try:
            row = lock_row(actor, declaration, lead_id, declaration.perm("view"))
        except NotFound:
            if _just_taken(actor, lead_id):
                raise errors.LeadClaimed from None
            raise
        if row["pool_id"] is None:
            raise errors.LeadNotPooled
        refuse_in_state("claim", row)
        limit = HOLD_LIMIT.value()
        if limit and Lead.objects.filter(owner_id=actor.id, status__in=OPEN, deleted_at__isnull=True).count() >= limit:
            raise errors.LeadLimit(limit=limit)
        return _hand(actor, row, "claim", owner=actor.id, department=actor.department_id, pool=None)


def _just_taken(actor: Actor, lead_id: UUID) -> bool:
    """Whether it left, minutes ago, a pool this person sees: he was looking at it and gets the clear answer, not "absent"."""
    left = (
        Lead.objects.filter(pk=lead_id, owned_since__gte=now() - JUST_NOW)
        .values_list("left_pool_id", flat=True)
        .first()
    )
    return left is not None and PoolMember.objects.filter(pool_id=left, member_id__in=actor.principals).exists()


def assign_lead(actor: Actor, lead_id: UUID, *, owner: UUID, reason: str = "") -> UUID:
    """A manager gives a lead, pooled or owned, to somebody."""
    person = User.objects.filter(pk=owner).values("name", "department_id", "is_active").first()
    if person is None:
        raise NotFound
    if not person["is_active"]:
        raise errors.NobodyToTakeOver(name=person["name"])
    declaration = get_object("leads")
    with act(actor, "assign", object="leads", record_id=lead_id, reason=reason):
        row = lock_row(actor, declaration, lead_id, declaration.perm("view"))
        if row["pool_id"] is None:
            row = lock_row(actor, declaration, lead_id, declaration.perm("assign"))
        refuse_in_state("assign", row)
        token = _hand(actor, row, "assign", owner=owner, department=person["department_id"], pool=None)
        emit(LeadAssigned("leads", lead_id, str(owner), row["name"], reason))
        return token


def release_lead(actor: Actor, lead_id: UUID, *, reason: str, pool: UUID | None = None) -> UUID:
    """Give a lead back to a pool (the default one when none is named), with a reason."""
    declaration = get_object("leads")
    words = next((item.label.to() for item in dictionary_items("release_reason") if item.value == reason), reason)
    with act(actor, "release", object="leads", record_id=lead_id, reason=words):
        row = lock_row(actor, declaration, lead_id, declaration.perm("release"))
        if row["pool_id"]:
            raise errors.LeadPooled
        refuse_in_state("release", row)
        target = pool or default_pool()
        if target is None:
            raise NoPool
        return _hand(actor, row, "release", owner=None, department=None, pool=target)


def default_pool() -> UUID | None:
    """The pool records go to when none is named."""
    return Pool.objects.filter(is_default=True, deleted_at__isnull=True).values_list("id", flat=True).first()


def _lock_person(user_id: UUID) -> None:
    """Two claims of one person count each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR NO KEY UPDATE", [user_id])


def _hand(
    actor: Actor, row: dict[str, Any], verb: str, *, owner: UUID | None, department: UUID | None, pool: UUID | None
) -> UUID:
    before = {"owner": row["owner_id"], "department": row["department_id"], "pool": row["pool_id"]}
    give(actor, row, owner=owner, department=department, pool=pool)
    payload = {"id": str(row["id"]), "verb": verb, "version": row["version"] + 1}
    payload |= {name: str(key) if key else None for name, key in before.items()}
    return offer_undo(actor, "leads.holding", payload, label=row["name"])


def give(actor: Actor, row: dict[str, Any], *, owner: UUID | None, department: UUID | None, pool: UUID | None) -> None:
    """Put a locked lead into other hands, its follow-ups with it; whoever gets it has the full time to respond."""
    unanswered = row["responded_at"] is None
    changes = {
        "owner_id": owner,
        "department_id": department,
        "pool_id": pool,
        "left_pool_id": row["pool_id"],
        "owned_since": now() if owner else None,
        "respond_by": response_due() if owner and unanswered else None if unanswered else row["respond_by"],
        "escalated_at": None if unanswered else row["escalated_at"],
    }
    update_rows(get_object("leads"), actor.id, [Draft(row["id"], row, changes)])
    hold_anchored("lead_id", row["id"], (owner, department))


@undo_kind("leads.holding")
def undo_holding(actor: Actor, payload: dict[str, Any]) -> None:
    """Put a lead back where it was, when nobody moved or edited it since."""
    key, verb = UUID(payload["id"]), payload["verb"]
    declaration = get_object("leads")
    permission = declaration.perm(verb)
    actor.require(permission)
    row = lock_row(actor, declaration, key, declaration.perm("view") if verb == "release" else permission)
    if row["version"] != payload["version"]:
        raise ChangedSince(label=row["name"])
    owner, department, pool = (UUID(v) if (v := payload[n]) else None for n in ("owner", "department", "pool"))
    give(actor, row, owner=owner, department=department, pool=pool)
    if verb == "release" and not can(actor, permission, declaration.ownership, table=declaration.table, key=key):
        raise OutOfScope
