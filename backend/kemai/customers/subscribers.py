"""What the customer domain does after its own events."""

from __future__ import annotations

from uuid import UUID

from kemai.base.events import Delivered, subscribe
from kemai.customers.events import CustomersPooled
from kemai.customers.pooled import kind_of
from kemai.customers.services.distribution import give_out_arrivals


@subscribe(CustomersPooled)
def give_out(event: Delivered) -> None:
    """A pool that gives out by itself gives out what arrives (POOL-6)."""
    give_out_arrivals(
        kind_of(event.object), UUID(event.payload["pool_id"]), [UUID(key) for key in event.payload["ids"]]
    )
