"""Customers the rules may not take: protected by a manager, with a reason and until a day (POOL-3)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.base.audit import act
from kemai.customers import errors
from kemai.customers.rules.recycling import PROTECT_DAYS
from kemai.customers.services.recycle_rules import refresh
from kemai.kit.errors import Invalid
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import lock_row, update_rows
from kemai.platform.workdays import company_today


def protect_customer(actor: Actor, customer_id: UUID, *, until: date, reason: str) -> UUID:
    """Keep a customer with its owner up to and with ``until``."""
    today = company_today()
    last = today + timedelta(days=PROTECT_DAYS.value())
    if not today <= until <= last:
        words = T("请选择今天到 {last} 之间的日期。", "Choose a day between today and {last}.")
        raise Invalid.one("until", "out_of_bounds", words, last=last)
    return _set(actor, customer_id, "protect", until, reason)


def unprotect_customer(actor: Actor, customer_id: UUID) -> UUID:
    """End a protection before its day."""
    return _set(actor, customer_id, "unprotect", None, "")


def _set(actor: Actor, customer_id: UUID, verb: str, until: date | None, reason: str) -> UUID:
    declaration = get_object("customers")
    with act(actor, verb, object="customers", record_id=customer_id, reason=reason):
        row = lock_row(actor, declaration, customer_id, declaration.perm("protect"))
        if row["pool_id"]:
            raise errors.NotProtectable
        if until is None and row["protected_until"] is None:
            raise errors.NotProtected
        _write(actor, customer_id, row["protected_until"], until)
        payload = {"customer": str(customer_id), "old": row["protected_until"], "new": until, "label": row["name"]}
        return offer_undo(
            actor,
            "customers.protection",
            {n: str(v) if v is not None else None for n, v in payload.items()},
            label=row["name"],
        )


def _write(actor: Actor, key: UUID, old: date | None, new: date | None) -> None:
    update_rows(get_object("customers"), actor.id, [Draft(key, {"protected_until": old}, {"protected_until": new})])
    refresh([key])


@undo_kind("customers.protection")
def undo_protection(actor: Actor, payload: dict[str, str | None]) -> None:
    """Put the former protection back, where nobody set another since."""
    declaration = get_object("customers")
    key = UUID(str(payload["customer"]))
    row = lock_row(actor, declaration, key, declaration.perm("protect"))
    now_is = str(row["protected_until"]) if row["protected_until"] else None
    if now_is != payload["new"]:
        raise ChangedSince(label=row["name"])
    _write(actor, key, row["protected_until"], date.fromisoformat(payload["old"]) if payload["old"] else None)
