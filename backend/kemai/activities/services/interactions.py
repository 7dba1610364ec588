"""What the activity domain adds to writing follow-ups."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.activities.models import Interaction
from kemai.activities.services.anchors import hold_by_anchors, tell_anchors, tell_anchors_of
from kemai.activities.services.owned import set_people
from kemai.activities.services.sequences import note_interactions
from kemai.customers.services.ownership import note_contacts, set_contacts
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.merging.references import recount_after_merge
from kemai.platform.objects import types
from kemai.platform.objects.declare import Draft

RECENT = timedelta(days=3)
NOT_IN_CHARGE = T(
    "只能以自己或所辖人员的名义记录跟进。", "Record follow-ups in your own name or that of people in your charge."
)


def prepare_interactions(actor: Actor, drafts: list[Draft]) -> None:
    """Who did it, whose customer it is, and dates that can be true."""
    set_people(actor, drafts, "activities.interaction.create", NOT_IN_CHARGE)
    hold_by_anchors(drafts)
    latest = now() + timedelta(minutes=5)
    for draft in drafts:
        if draft.old is None:
            draft.values["occurred_at"] = draft.values.get("occurred_at") or now()
        if not draft.get("customer_id") and not draft.get("lead_id"):
            draft.wrong("customer", "required", types.MISSING)
        if draft.old is not None and draft.changed("lead_id"):
            draft.wrong("lead", "fixed", T("跟进的线索不能更换。", "A follow-up stays with its lead."))
        occurred, following = draft.get("occurred_at"), draft.get("next_contact_at")
        if occurred and draft.changed("occurred_at") and occurred > latest:
            draft.wrong(
                "occurred_at",
                "in_the_future",
                T(
                    "跟进时间不能在将来；将来的安排请填“下次联系”或建任务。",
                    "A follow-up lies in the past; use next contact or a task for plans.",
                ),
            )
        if following and occurred and draft.changed("next_contact_at") and following <= occurred:
            draft.wrong(
                "next_contact_at", "before", T("下次联系应晚于本次跟进。", "The next contact comes after this one.")
            )


def after_interactions(actor: Actor, drafts: list[Draft]) -> None:
    """Tell the customer when it was last contacted and when it wants to be next."""
    dated = [d for d in drafts if d.old is None or d.changed("occurred_at") or d.changed("next_contact_at")]
    note_contacts(
        [(d.get("customer_id"), d.get("occurred_at"), d.get("next_contact_at")) for d in dated if d.get("customer_id")]
    )
    # What is written up from long ago (an import) does no step of today.
    fresh = [d for d in drafts if d.old is None and d.get("customer_id") and d.get("occurred_at") > now() - RECENT]
    if fresh:
        note_interactions(
            actor, [(d.id, d.get("customer_id"), str(d.get("channel")), str(d.get("outcome") or "")) for d in fresh]
        )
    tell_anchors(actor, drafts)


def recount_contacts(actor: Actor, interaction_ids: list[UUID]) -> None:
    """What the customer file says of contacts, from the follow-ups that are left."""
    rows = Interaction.objects.filter(pk__in=interaction_ids, customer_id__isnull=False)
    recount_customers(list(rows.values_list("customer_id", flat=True).distinct()))
    tell_anchors_of(actor, interaction_ids)


@recount_after_merge("customers")
def recount_customers(keys: list[UUID]) -> None:
    """The last and the next contact of these customers, from their follow-ups."""
    rows = Interaction.objects.filter(customer_id__in=keys, deleted_at__isnull=True)
    latest = rows.order_by("customer_id", "-occurred_at", "-id").distinct("customer_id")
    found = {
        key: (at, following)
        for key, at, following in latest.values_list("customer_id", "occurred_at", "next_contact_at")
    }
    set_contacts({key: found.get(key, (None, None)) for key in keys})
