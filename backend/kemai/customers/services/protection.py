"""What the rules may not take: protected by a manager, with a reason and until a day (POOL-3)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.base.audit import act
from kemai.customers import errors
from kemai.customers.pooled import PooledKind, kind_of
from kemai.customers.rules.recycling import PROTECT_DAYS
from kemai.customers.services.kind import CUSTOMERS
from kemai.customers.services.recycle_rules import refresh
from kemai.kit.errors import Invalid
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import lock_row, update_rows
from kemai.platform.workdays import company_today


def protect(kind: PooledKind, actor: Actor, key: UUID, *, until: date, reason: str) -> UUID:
    """Keep a record with its owner up to and with ``until``."""
    today = company_today()
    last = today + timedelta(days=PROTECT_DAYS.value())
    if not today <= until <= last:
        words = T("请选择今天到 {last} 之间的日期。", "Choose a day between today and {last}.")
        raise Invalid.one("until", "out_of_bounds", words, last=last)
    return _set(kind, actor, key, "protect", until, reason)


def unprotect(kind: PooledKind, actor: Actor, key: UUID) -> UUID:
    """End a protection before its day."""
    return _set(kind, actor, key, "unprotect", None, "")


def protect_customer(actor: Actor, customer_id: UUID, *, until: date, reason: str) -> UUID:
    """See :func:`protect`."""
    return protect(CUSTOMERS, actor, customer_id, until=until, reason=reason)


def unprotect_customer(actor: Actor, customer_id: UUID) -> UUID:
    """See :func:`unprotect`."""
    return unprotect(CUSTOMERS, actor, customer_id)


def _set(kind: PooledKind, actor: Actor, key: UUID, verb: str, until: date | None, reason: str) -> UUID:
    with act(actor, verb, object=kind.object, record_id=key, reason=reason):
        row = lock_row(actor, kind.declaration, key, kind.perm("protect"))
        if row["pool_id"]:
            raise errors.NotProtectable(what=kind.noun)
        if until is None and row["protected_until"] is None:
            raise errors.NotProtected(what=kind.noun)
        kind.refuse("protect", row)
        _write(kind, actor, key, row["protected_until"], until)
        payload = {
            "object": kind.object,
            "id": str(key),
            "old": row["protected_until"],
            "new": until,
            "label": row["name"],
        }
        return offer_undo(
            actor,
            "customers.protection",
            {n: str(v) if v is not None else None for n, v in payload.items()},
            label=row["name"],
        )


def _write(kind: PooledKind, actor: Actor, key: UUID, old: date | None, new: date | None) -> None:
    update_rows(kind.declaration, actor.id, [Draft(key, {"protected_until": old}, {"protected_until": new})])
    refresh(kind, [key])


@undo_kind("customers.protection")
def undo_protection(actor: Actor, payload: dict[str, str | None]) -> None:
    """Put the former protection back, where nobody set another since."""
    kind, key = kind_of(str(payload["object"])), UUID(str(payload["id"]))
    row = lock_row(actor, kind.declaration, key, kind.perm("protect"))
    now_is = str(row["protected_until"]) if row["protected_until"] else None
    if now_is != payload["new"]:
        raise ChangedSince(label=row["name"])
    _write(kind, actor, key, row["protected_until"], date.fromisoformat(payload["old"]) if payload["old"] else None)
