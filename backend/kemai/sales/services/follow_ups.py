"""A follow-up becomes an opportunity (SAL-17)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.base.audit import act
from kemai.kit.text.mentions import plain
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.write import create_record, lock_row, update_rows
from kemai.sales import errors


def make_opportunity(
    actor: Actor, interaction_id: UUID, *, name: str, amount: Any = None, expected_close_on: Any = None
) -> None:
    """Make an opportunity of what a follow-up learned: its customer, contact and words; the follow-up belongs to it from then on."""
    declaration = get_object("interactions")
    with act(actor, "make-opportunity", object="interactions", record_id=interaction_id):
        row = lock_row(actor, declaration, interaction_id, declaration.perm("edit"))
        if row["opportunity_id"] or row["customer_id"] is None:
            raise errors.HasOpportunity
        values = {
            "name": name,
            "customer": str(row["customer_id"]),
            "contact": str(row["contact_id"]) if row["contact_id"] else None,
            "need": plain(row["content"])[:2000],
            "amount": None if amount is None else str(amount),
            "expected_close_on": expected_close_on.isoformat() if expected_close_on else None,
        }
        key = create_record(actor, get_object("opportunities"), {k: v for k, v in values.items() if v is not None})
        update_rows(declaration, actor.id, [Draft(interaction_id, row, {"opportunity_id": key})])
