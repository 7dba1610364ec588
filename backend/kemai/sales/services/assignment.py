"""Who gets a lead that arrives by itself: the rules in order, else the pool; and who hears when nobody answers (SAL-1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from kemai.accounts.access import SystemActor
from kemai.accounts.models import TeamMember, User
from kemai.base.audit import act
from kemai.customers.models import Customer, Pool
from kemai.customers.services.ownership import hand_over, put_into
from kemai.customers.services.records import unique_key
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.notify import declare_kind, notify
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.write import lock_row
from kemai.sales.models import Lead, LeadRule
from kemai.sales.rules.leads import UNDECIDED
from kemai.sales.services.lead_holding import LEADS, default_pool
from kemai.sales.services.scoring import matching

RULES = SystemActor("lead rules")
declare_kind("lead_assigned", T("分配给我的线索", "Leads given to me"))
declare_kind("lead_late", T("线索超时未响应", "Leads nobody answered in time"))

OF_OWNER = T("已是{owner}的客户，交给负责人", "A customer of {owner} already")
BY_RULE = T("按分配规则“{rule}”", "By the rule “{rule}”")
NO_RULE = T("没有匹配的分配规则，进入公海", "No rule matched; into the pool")


def assign_arrival(lead_id: UUID) -> None:
    """Give a pooled lead to whoever the rules say, in an act of its own whose reason stands in the timeline."""
    row = Lead.objects.filter(pk=lead_id).values("name", "kind", "phone").first()
    if row is None:
        return
    with transaction.atomic():
        owner, pool, reason = _choose(lead_id, dict(row))
        _assign(lead_id, owner, pool, reason)


def _assign(lead_id: UUID, owner: UUID | None, pool: UUID | None, reason: str) -> None:
    with act(RULES, "assign", object="leads", record_id=lead_id, reason=reason):
        locked = lock_row(RULES, get_object("leads"), lead_id, "sales.lead.view")
        if owner:
            department = User.objects.filter(pk=owner).values_list("department_id", flat=True).first()
            hand_over(LEADS, RULES, locked, owner=owner, department=department, reason=reason)
        elif pool and pool != locked["pool_id"]:
            put_into(LEADS, RULES, locked, pool, "move", reason)


def _choose(lead_id: UUID, row: dict[str, Any]) -> tuple[UUID | None, UUID | None, str]:
    """(person, pool, why)"""
    known = unique_key(row["kind"], row["name"], row["phone"])
    holder = (
        Customer.objects.filter(unique_key=known, deleted_at__isnull=True, owner__is_active=True)
        .values_list("owner_id", "owner__name")
        .first()
        if known
        else None
    )
    if holder:
        return holder[0], None, OF_OWNER.to(owner=holder[1])
    rules = list(LeadRule.objects.filter(kind="assign", active=True).order_by("position", "id"))
    held = matching(rules, [lead_id]).get(lead_id, [])
    for rule in (r for r, holds in zip(rules, held, strict=True) if holds):
        owner, pool = _target(rule)
        if owner or pool:
            return owner, pool, BY_RULE.to(rule=rule.name)
    return None, default_pool(), NO_RULE.to()


def _target(rule: LeadRule) -> tuple[UUID | None, UUID | None]:
    """The person or pool a rule names; nobody when that one left, so that the next rule is asked."""
    if rule.target_id is None:
        return None, None
    if rule.target_kind == "pool":
        return None, Pool.objects.filter(pk=rule.target_id, deleted_at__isnull=True).values_list(
            "id", flat=True
        ).first()
    if rule.target_kind == "user":
        return User.objects.filter(pk=rule.target_id, is_active=True).values_list("id", flat=True).first(), None
    return _next_of_team(rule, rule.target_id), None


def _next_of_team(rule: LeadRule, team: UUID) -> UUID | None:
    """In turn: the member after the one who got the last. The rule's row is locked, so that two arrivals go to two people."""
    locked = LeadRule.objects.select_for_update().get(pk=rule.pk)
    members = list(
        TeamMember.objects.filter(team_id=team, team__deleted_at__isnull=True, user__is_active=True)
        .order_by("user_id")
        .values_list("user_id", flat=True)
    )
    if not members:
        return None
    following = next((m for m in members if locked.last_user_id is None or m > locked.last_user_id), members[0])
    LeadRule.objects.filter(pk=rule.pk).update(last_user_id=following)
    return following


def escalate_late() -> int:
    """Tell owner and superior of leads whose first response is overdue, once each. Returns how many."""
    overdue = Lead.objects.filter(
        respond_by__lt=now(),
        responded_at__isnull=True,
        escalated_at__isnull=True,
        owner__isnull=False,
        status__in=UNDECIDED,
        deleted_at__isnull=True,
    )
    if not overdue.exists():  # looked for every five minutes: nothing found, nothing written
        return 0
    with act(RULES, "escalate", object="leads"):
        late = list(overdue.select_for_update(skip_locked=True).order_by("respond_by")[:200])
        managers = dict(User.objects.filter(pk__in={x.owner_id for x in late}).values_list("id", "manager_id"))
        for lead in late:
            superior = managers.get(lead.owner_id) if lead.owner_id else None
            for person in {key for key in (lead.owner_id, superior) if key}:
                notify(
                    person,
                    kind="lead_late",
                    title=T("线索超时未响应：{name}", "Nobody has answered this lead yet: {name}"),
                    title_params={"name": lead.name},
                    path=f"/leads/{lead.id}",
                    object="leads",
                    record_id=lead.id,
                )
        Lead.objects.filter(pk__in=[x.id for x in late]).update(escalated_at=now())
    return len(late)


def tell_new_owner(to_user_id: UUID, actor_id: UUID | None, lead_id: UUID, name: str, reason: str) -> None:
    """A lead given by somebody else, or by the rules, rings the bell."""
    if to_user_id != actor_id:
        notify(
            to_user_id,
            kind="lead_assigned",
            title=T("分配给您一条线索：{name}", "A lead was assigned to you: {name}"),
            title_params={"name": name},
            text=reason,
            path=f"/leads/{lead_id}",
            object="leads",
            record_id=lead_id,
        )
