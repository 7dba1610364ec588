"""Customers as a kind of record that can be pooled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.customers.events import (
    CustomerAssigned,
    CustomerClaimed,
    CustomerReleased,
    CustomersDistributed,
    CustomersRecycled,
    CustomersTakenBack,
)
from kemai.customers.pooled import PooledKind, pooled_kind, recycle_reason, recycle_spare
from kemai.customers.rules.pool import DAILY_CLAIMS, HOLD_LIMIT
from kemai.customers.services.following import hold_children
from kemai.kit.words import T


def _assigned(key: UUID, row: dict[str, Any], owner: UUID, reason: str) -> CustomerAssigned:
    former = str(row["owner_id"]) if row["owner_id"] else None
    return CustomerAssigned("customers", key, former, str(owner), row["name"], reason)


CUSTOMERS = pooled_kind(
    PooledKind(
        "customers",
        T("客户", "customer"),
        T("{count} 个客户", "{count} customer(s)"),
        HOLD_LIMIT,
        DAILY_CLAIMS,
        _assigned,
        claimed=lambda key, person: CustomerClaimed("customers", key, str(person)),
        released=lambda key, row, reason: CustomerReleased("customers", key, str(row["owner_id"]), reason),
        recycled=lambda keys: CustomersRecycled("customers", None, keys),
        distributed=lambda keys: CustomersDistributed("customers", None, keys),
        taken_back=lambda keys: CustomersTakenBack("customers", None, keys),
        moved=hold_children,
    )
)

SINCE_OWNED = "COALESCE(t.claimed_at, t.created_at)"
"""SQL over ``t``: since when its owner has it."""
recycle_reason("no_contact", T("未跟进", "Not followed up"), f"GREATEST(t.last_contact_at, {SINCE_OWNED})")
recycle_reason("no_deal", T("未成交", "No deal"), f"GREATEST(t.last_deal_at, {SINCE_OWNED})")
recycle_reason(
    "contract_ended",
    T("合同到期", "Contract ended"),
    # Whoever took the customer over after its contract has his days from then on.
    "(CASE WHEN t.contract_ends_on IS NOT NULL THEN "
    f"GREATEST(t.contract_ends_on::timestamp AT TIME ZONE %(zone)s, {SINCE_OWNED}) END)",
)
recycle_spare(
    "contract", T("合同未到期", "A running contract"), "COALESCE(t.contract_ends_on >= %(today)s::date, FALSE)"
)
