"""Leads as a kind of record that can be pooled: the pools, their limits and rules are those of customers (SAL-1, POOL-1 to POOL-4, POOL-6)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.customers.models import Pool
from kemai.customers.pooled import PooledKind, pooled_kind, recycle_reason, recycle_spare
from kemai.customers.services import ownership, protection
from kemai.kit.words import T
from kemai.sales import errors
from kemai.sales.events import LeadAssigned, LeadClaimed, LeadReleased, LeadsDistributed, LeadsRecycled, LeadsTakenBack
from kemai.sales.rules.leads import DAILY_CLAIMS, HOLD_LIMIT, OPEN, refusal_of
from kemai.sales.services.clock import response_due


def refuse_in_state(verb: str, row: dict[str, Any]) -> None:
    """:class:`LeadState` unless the rule lets ``verb`` start from where the lead is."""
    why = refusal_of(verb, row["status"])
    if why:
        raise errors.LeadState(why=why)


def _assigned(key: UUID, row: dict[str, Any], owner: UUID, reason: str) -> LeadAssigned:
    return LeadAssigned("leads", key, str(owner), row["name"], reason)


_CLOCK = """
UPDATE sales_lead SET respond_by = CASE WHEN owner_id IS NULL THEN NULL ELSE %s END, escalated_at = NULL
WHERE id = ANY(%s) AND responded_at IS NULL
"""
_FOLLOW = """
UPDATE activities_interaction i SET holder_id = l.owner_id, holder_department_id = l.department_id FROM sales_lead l
WHERE i.lead_id = l.id AND l.id = ANY(%s) AND i.customer_id IS NULL
AND (i.holder_id, i.holder_department_id) IS DISTINCT FROM (l.owner_id, l.department_id)
"""


def _moved(ids: list[UUID]) -> None:
    """Whoever gets a lead nobody answered has the full time to respond; its follow-ups go along."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOCK, [response_due(), ids])
        cursor.execute(_FOLLOW, [ids])


LEADS = pooled_kind(
    PooledKind(
        "leads",
        T("线索", "lead"),
        T("{count} 条线索", "{count} lead(s)"),
        HOLD_LIMIT,
        DAILY_CLAIMS,
        _assigned,
        claimed=lambda key, person: LeadClaimed("leads", key, str(person)),
        released=lambda key, row, reason: LeadReleased("leads", key, str(row["owner_id"]), reason),
        recycled=lambda keys: LeadsRecycled("leads", None, keys),
        distributed=lambda keys: LeadsDistributed("leads", None, keys),
        taken_back=lambda keys: LeadsTakenBack("leads", None, keys),
        held=f"t.status IN ({', '.join(repr(state) for state in OPEN)})",
        reads=("status",),
        refuse=refuse_in_state,
        moved=_moved,
    )
)
SINCE_OWNED = "COALESCE(t.claimed_at, t.created_at)"
recycle_reason(
    "no_response",
    T("未首次响应", "No first response"),
    f"CASE WHEN t.responded_at IS NULL THEN {SINCE_OWNED} END",
    of="leads",
)
recycle_reason(
    "response_overdue",
    T("首次响应超时", "First response overdue"),
    "CASE WHEN t.responded_at IS NULL THEN t.respond_by END",
    of="leads",
)
recycle_reason(
    "no_follow_up", T("未跟进", "Not followed up"), f"GREATEST(t.last_activity_at, {SINCE_OWNED})", of="leads"
)
recycle_reason("not_converted", T("未转化", "Not converted"), SINCE_OWNED, of="leads")
recycle_spare("qualified", T("已合格", "Qualified"), "(t.status = 'qualified')", of="leads")
recycle_spare(
    "agreed",
    T("约好了以后联系", "A later contact was agreed"),
    "COALESCE(t.next_contact_at >= %(today_from)s, FALSE)",
    of="leads",
)


def claim_lead(actor: Actor, lead_id: UUID) -> UUID:
    """See :func:`~kemai.customers.services.ownership.claim`."""
    return ownership.claim(LEADS, actor, lead_id)


def assign_lead(actor: Actor, lead_id: UUID, *, owner: UUID, reason: str = "") -> UUID:
    """See :func:`~kemai.customers.services.ownership.assign`."""
    return ownership.assign(LEADS, actor, lead_id, owner=owner, reason=reason)


def release_lead(actor: Actor, lead_id: UUID, *, reason: str, pool: UUID | None = None) -> UUID:
    """See :func:`~kemai.customers.services.ownership.release`."""
    return ownership.release(LEADS, actor, lead_id, reason=reason, pool=pool)


def move_lead(actor: Actor, lead_id: UUID, *, pool: UUID, reason: str = "") -> UUID:
    """See :func:`~kemai.customers.services.ownership.move_to_pool`."""
    return ownership.move_to_pool(LEADS, actor, lead_id, pool=pool, reason=reason)


def protect_lead(actor: Actor, lead_id: UUID, *, until: date, reason: str) -> UUID:
    """See :func:`~kemai.customers.services.protection.protect`."""
    return protection.protect(LEADS, actor, lead_id, until=until, reason=reason)


def unprotect_lead(actor: Actor, lead_id: UUID) -> UUID:
    """See :func:`~kemai.customers.services.protection.unprotect`."""
    return protection.unprotect(LEADS, actor, lead_id)


def default_pool() -> UUID | None:
    """The pool records go to when none is named."""
    return Pool.objects.filter(is_default=True, deleted_at__isnull=True).values_list("id", flat=True).first()
