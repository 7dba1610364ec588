"""Taking changes back (PLT-9). A service that can be undone registers how, and offers it inside the act that made the change.

What is offered is a line in the log of operations: who did what to which record, and until when it can be taken back. An inverse checks
the rights and the scope of whoever takes back on the record as it is now; it runs inside an act that is already open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.base.audit import current_act
from kemai.base.models import Operation
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, Gone, KemaiError
from kemai.kit.ids import new_id
from kemai.kit.words import T

DAYS = 30
RECORDS = "records"
"""The inverse read off the audit differences (:mod:`kemai.platform.objects.inverse`); its payload names the permission it asks for."""
PARTS = "parts"
"""The inverse of work made of many operations: that of each of them."""

Inverse = Callable[[Actor, dict[str, Any]], None]
#: Payloads by operation → the refusals, by operation; those not among them were taken back.
ManyInverse = Callable[[Actor, dict[UUID, dict[str, Any]]], dict[UUID, KemaiError]]
_kinds: dict[str, Inverse] = {}
#: Inverses of work on many records: each gives steps, done one act each by a job, that answer with what became of their records.
Steps = Callable[[Actor, dict[str, Any]], Iterator[Callable[[], Any]]]
_stepwise: dict[str, Steps] = {}
_many: dict[str, ManyInverse] = {}
#: The bulk work whose parts are being done.
_whole: ContextVar[UUID | None] = ContextVar("kemai_operation", default=None)


class UndoTooLate(Gone):
    code = "undo_expired"
    text = T("已超过可撤销的期限（30 天）。", "It is too late to take this back (30 days).")


class UndoDone(Gone):
    """Somebody took it back already."""

    code = "undo_done"
    text = T("{name}已于 {at} 撤销过。", "Taken back already by {name} at {at}.")


class UndoRunning(Conflict):
    code = "undo_running"
    text = T("正在撤销，请稍候。", "It is being taken back; please wait.")


class NotUndoable(Conflict):
    code = "not_undoable"
    text = T("这项操作不能撤销。", "This cannot be taken back.")


class ChangedSince(Conflict):
    """Somebody changed the record after the change to be undone."""

    code = "changed_since"
    text = T("“{label}”之后又被修改过，不能撤销。", '"{label}" was changed afterwards; this cannot be taken back.')


def undo_kind(name: str) -> Callable[[Inverse], Inverse]:
    """Register the inverse for operations of this kind."""

    def register(function: Inverse) -> Inverse:
        _kinds[name] = function
        return function

    return register


def undo_steps(name: str) -> Callable[[Steps], Steps]:
    """Register the inverse of work on many records that is no bulk command: its steps, newest first."""

    def register(function: Steps) -> Steps:
        _stepwise[name] = function
        return function

    return register


def undo_many(name: str) -> Callable[[ManyInverse], ManyInverse]:
    """Register how many operations of a kind go back at once, by the same rules as one (bulk commands). Optional: without it they go
    back one by one."""

    def register(function: ManyInverse) -> ManyInverse:
        _many[name] = function
        return function

    return register


def steps_of(kind: str) -> Steps | None:
    """The registered steps, None where there are none."""
    return _stepwise.get(kind)


def inverse_of_many(kind: str) -> ManyInverse | None:
    """The registered inverse for many, None where they go back one by one."""
    return _many.get(kind)


def inverse_of(kind: str) -> Inverse | None:
    """The registered inverse, None where there is none."""
    return _kinds.get(kind)


def offer_undo(
    actor: Actor,
    kind: str,
    payload: dict[str, Any],
    *,
    label: str = "",
    days: int = DAYS,
    object: str = "",
    record_id: UUID | None = None,
    key: UUID | None = None,
    count: int = 1,
) -> UUID:
    """Log what the open act did, with its inverse; returns the token that takes it back.

    Action, object and record are those of the act where they are not given.
    """
    assert kind == RECORDS or kind in _kinds or kind in _stepwise, kind
    current = current_act()
    assert current is not None, "offer_undo() outside act()"
    return Operation.objects.create(
        id=key or new_id(),
        succeeded=count,
        kind=kind,
        actor_id=actor.id,
        action=current.action,
        object=object or current.object,
        record_id=record_id or current.record_id,
        label=label,
        parent_id=_whole.get(),
        events=[current.event_id],
        payload=payload,
        until=_until(days),
    ).id


def open_operation(
    actor: Actor, key: UUID, *, action: str, object: str, label: str, kind: str, job_id: UUID | None
) -> Operation:
    """The log's line of work done in many acts (a bulk job, an import), made before the first; a resumed job finds its own."""
    row, made = Operation.objects.get_or_create(
        id=key,
        defaults={
            "kind": kind,
            "actor_id": actor.id,
            "action": action,
            "object": object,
            "label": label,
            "job_id": job_id,
            "succeeded": 0,
            "until": _until(DAYS) if kind else None,
        },
    )
    if not made and row.job_id != job_id:  # gone on with by another job
        row.job_id = job_id
        row.save(update_fields=["job_id"])
    return row


@contextmanager
def parts_of(key: UUID) -> Iterator[None]:
    """What is done inside is part of this operation: one line in the log, whose undo takes all parts back."""
    token = _whole.set(key)
    try:
        yield
    finally:
        _whole.reset(token)


def in_parts() -> bool:
    """Whether work is being done as part of a larger operation, which is logged as one."""
    return _whole.get() is not None


def note_event(key: UUID, event_id: int) -> None:
    """Add an audit event to an operation; inside the act it belongs to."""
    row = Operation.objects.select_for_update().only("id", "events").get(pk=key)
    row.events = [*row.events, event_id]
    row.save(update_fields=["events"])


def _until(days: int) -> datetime:
    return now() + timedelta(days=days)
