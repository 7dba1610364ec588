"""Kinds of record beside customers that follow-ups are written for (extension point): a lead, before it is anybody's customer.

Whoever holds such a record sees its follow-ups, as with a customer's (decision 006). Its domain sits above this one, so it registers
how holders are found and what it wants to be told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.activities.models import Interaction
from kemai.platform.objects.declare import Draft

Holder = tuple[UUID | None, UUID | None]


@dataclass(frozen=True, slots=True)
class Anchor:
    """``column`` of the follow-up holds the record's key. ``holders`` gives person and department by key, the records locked against a
    change of hands; ``noted`` is told whose follow-ups were written, changed, deleted or brought back, in the same act."""

    column: str
    holders: Callable[[list[UUID]], dict[UUID, Holder]]
    noted: Callable[[Actor, list[UUID]], None]


_anchors: list[Anchor] = []


def anchor_to(anchor: Anchor) -> None:
    """Register a kind of record that follow-ups are written for."""
    _anchors.append(anchor)


def hold_by_anchors(drafts: list[Draft]) -> None:
    """The holder of follow-ups that no customer gives one."""
    for anchor in _anchors:
        wanted = [d for d in drafts if d.get(anchor.column) and not d.get("customer_id") and d.changed(anchor.column)]
        if wanted:
            found = anchor.holders(sorted({d.get(anchor.column) for d in wanted}))
            for draft in wanted:
                holder = found.get(draft.get(anchor.column), (None, None))
                draft.values["holder_id"], draft.values["holder_department_id"] = holder


def tell_anchors(actor: Actor, drafts: list[Draft]) -> None:
    """Tell the records' domains what was written."""
    for anchor in _anchors:
        keys = sorted({d.get(anchor.column) for d in drafts if d.get(anchor.column)})
        if keys:
            anchor.noted(actor, keys)


def tell_anchors_of(actor: Actor, interaction_ids: list[UUID]) -> None:
    """The same for follow-ups that went to the bin or came back."""
    for anchor in _anchors:
        rows = Interaction.objects.filter(pk__in=interaction_ids, **{f"{anchor.column}__isnull": False})
        keys = sorted(set(rows.values_list(anchor.column, flat=True)))
        if keys:
            anchor.noted(actor, keys)


def hold_anchored(column: str, key: UUID, holder: Holder) -> None:
    """A record changed hands: its follow-ups that belong to no customer go along."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE activities_interaction SET holder_id = %s, holder_department_id = %s WHERE {column} = %s AND customer_id IS NULL",
            [*holder, key],
        )
