"""Taking changes back. A service that can be undone registers how; the token it returns names a stored inverse (PLT-9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.base.audit import act
from kemai.base.models import Undo
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, Gone, NotFound
from kemai.kit.words import T

DAYS = 30
_kinds: dict[str, Callable[[Actor, dict[str, Any]], None]] = {}


class UndoTooLate(Gone):
    code = "undo_expired"
    text = T(
        "已超过可撤销的期限，或已经撤销过。", "It is too late to take this back, or it has been taken back already."
    )


class ChangedSince(Conflict):
    """Somebody changed the record after the change to be undone."""

    code = "changed_since"
    text = T("“{label}”之后又被修改过，不能撤销。", '"{label}" was changed afterwards; this cannot be taken back.')


def undo_kind(
    name: str,
) -> Callable[[Callable[[Actor, dict[str, Any]], None]], Callable[[Actor, dict[str, Any]], None]]:
    """Register the inverse for tokens of this kind."""

    def register(function: Callable[[Actor, dict[str, Any]], None]) -> Callable[[Actor, dict[str, Any]], None]:
        _kinds[name] = function
        return function

    return register


def offer_undo(actor: Actor, kind: str, payload: dict[str, Any], *, label: str = "", days: int = DAYS) -> UUID:
    """Store an inverse inside the act that made the change; returns its token."""
    assert kind in _kinds, kind
    return Undo.objects.create(
        kind=kind, actor_id=actor.id, label=label, payload=payload, until=now() + timedelta(days=days)
    ).id


def undo_change(actor: Actor, token: UUID) -> dict[str, Any]:
    """Take back one's own change, once; :class:`UndoTooLate` or :class:`ChangedSince` say why not."""
    with act(actor, "undo", data={"token": str(token)}):
        row = Undo.objects.select_for_update().filter(pk=token, actor_id=actor.id).first()
        if row is None:
            raise NotFound
        if row.used_at or row.until < now():
            raise UndoTooLate
        _kinds[row.kind](actor, row.payload)
        row.used_at = now()
        row.save(update_fields=["used_at"])
    return {"undone": True, "label": row.label}
