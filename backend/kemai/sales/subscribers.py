"""What the sales domain does after its own events."""

from __future__ import annotations

from uuid import UUID

from kemai.activities.services.sequences import enrol_on_won, stop_on_lost, withdraw_on_reopened
from kemai.base.events import Delivered, subscribe
from kemai.customers.services.kind import CUSTOMERS
from kemai.customers.services.recycle_rules import refresh
from kemai.platform.events import RecordsCreated, RecordsDeleted, RecordsRestored
from kemai.sales import figures
from kemai.sales.events import (
    LeadAssigned,
    OpportunityLost,
    OpportunityReopened,
    OpportunityWon,
    StagesReordered,
)
from kemai.sales.models import Opportunity
from kemai.sales.services.assignment import tell_new_owner
from kemai.sales.services.reaching import recount_pipeline

__all__ = [
    "begin_sequences",
    "days_of_customers",
    "end_sequences",
    "figures",
    "furthest_stages",
    "tell_of_lead",
    "withdraw_sequences",
]


@subscribe(RecordsCreated, RecordsDeleted, RecordsRestored, OpportunityWon, OpportunityLost)
def days_of_customers(event: Delivered) -> None:
    """An open opportunity may keep its customer from the pool: its days are counted anew when one begins or ends (POOL-3)."""
    if event.object == "opportunities":
        keys = event.payload.get("ids") or [str(event.record_id)]
        found = Opportunity.objects.filter(pk__in=[UUID(key) for key in keys]).values_list("customer_id", flat=True)
        refresh(CUSTOMERS, sorted(set(found)))


@subscribe(OpportunityWon)
def begin_sequences(event: Delivered) -> None:
    """A won deal puts its customer into the sequences that begin then (ACT-6)."""
    if event.record_id is None:
        return
    # A closing taken back at once is no purchase: locked, so that the taking back finds what this made.
    won = Opportunity.objects.select_for_update(no_key=True).filter(pk=event.record_id, status="won")
    if won.exists():
        enrol_on_won(customer_id=UUID(event.payload["customer_id"]), opportunity_id=event.record_id)


@subscribe(OpportunityLost)
def end_sequences(event: Delivered) -> None:
    """A lost deal ends the sequences begun for it (ACT-6)."""
    if event.record_id:
        stop_on_lost(customer_id=UUID(event.payload["customer_id"]), opportunity_id=event.record_id)


@subscribe(OpportunityReopened)
def withdraw_sequences(event: Delivered) -> None:
    """What a win began is not gone on with when the deal is open again (ACT-6)."""
    if event.record_id:
        withdraw_on_reopened(customer_id=UUID(event.payload["customer_id"]), opportunity_id=event.record_id)


@subscribe(StagesReordered)
def furthest_stages(event: Delivered) -> None:
    """How far each opportunity came is read off the log anew (ANA-1)."""
    assert event.record_id is not None
    recount_pipeline(event.record_id)


@subscribe(LeadAssigned)
def tell_of_lead(event: Delivered) -> None:
    """A lead given by somebody else rings the bell of its new owner."""
    assert event.record_id is not None
    payload = event.payload
    tell_new_owner(UUID(payload["to_user_id"]), event.actor_id, event.record_id, payload["name"], payload["reason"])
