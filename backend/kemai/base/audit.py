"""The one door for writes: opens the transaction, names who acts and why, and lets outbox rows ride along.

Every service begins with :func:`act`. The history triggers refuse a write that did not come through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import orjson
from django.db import connection, transaction

from kemai.base import replica
from kemai.base.events import Event
from kemai.kit.clock import now


class Doer(Protocol):
    """Whoever acts, as far as this layer cares."""

    @property
    def id(self) -> UUID | None: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """Where an act came from: client address and request id (empty for jobs)."""

    address: str = ""
    request_id: str = ""


NOWHERE = RequestInfo()
request_info: ContextVar[RequestInfo] = ContextVar("request_info", default=NOWHERE)


@dataclass(slots=True)
class Act:
    """An open act: its audit event and the events waiting for the commit."""

    event_id: int
    actor_id: UUID | None
    action: str = ""
    object: str = ""
    record_id: UUID | None = None
    pending: list[Event] = field(default_factory=list)
    gathers: bool = False
    last: list[tuple[str, Any]] = field(default_factory=list)
    """Statements for its end, where it gathers them."""

    def emit(self, event: Event) -> None:
        """Store ``event`` in the outbox with this transaction."""
        self.pending.append(event)


_current: ContextVar[Act | None] = ContextVar("kemai_act", default=None)

_OPEN = (
    "WITH e AS (INSERT INTO base_auditevent (at, actor_id, actor_name, action, object, record_id, reason, data, address, request_id) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id) "
    "SELECT id, set_config('kemai.event', id::text, true) FROM e"
)


@contextmanager
def act(
    actor: Doer,
    action: str,
    *,
    object: str = "",
    record_id: UUID | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
    gathers: bool = False,
) -> Iterator[Act]:
    """Run a service's writes as one act of ``actor``: one transaction, one audit event. ``gathers``: what is given to :func:`send` goes
    to the database together, at the end.

    An act inside an act joins it: a bulk job of 500 claims is one event with 500 changes. What an inner act emitted before it failed
    goes with it.
    """
    current = _current.get()
    if current is not None:
        emitted, sent = len(current.pending), len(current.last)
        try:
            with transaction.atomic():
                yield current
        except BaseException:
            del current.pending[emitted:], current.last[sent:]
            raise
        return
    joined = connection.in_atomic_block
    with transaction.atomic():
        event_id = _insert(actor, action, object, record_id, reason, data)
        opened = Act(event_id, actor.id, action, object, record_id, gathers=gathers)
        token = _current.set(opened)
        try:
            yield opened
            _flush(opened)
        finally:
            _current.reset(token)
        if joined:
            _close()


def record(
    actor: Doer,
    action: str,
    *,
    object: str = "",
    record_id: UUID | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> int:
    """Note something that changed no row (a sign-in, an export, a refusal) and return the event's id."""
    current = _current.get()
    joined = connection.in_atomic_block
    with transaction.atomic():
        event_id = _insert(actor, action, object, record_id, reason, data)
        if joined:
            _restore(current)
    return event_id


def current_act() -> Act | None:
    """The open act, None outside one."""
    return _current.get()


def emit(event: Event) -> None:
    """Store ``event`` with the open act; a programming error outside one."""
    current = _current.get()
    if current is None:
        raise RuntimeError("emit() outside act()")
    current.emit(event)


def send(sql: str, params: Any) -> None:
    """Run a statement whose outcome nothing in its act asks for: now, or where the act gathers them on one way with the others."""
    current = _current.get()
    if current is not None and current.gathers:
        current.last.append((sql, params))
        return
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _insert(
    actor: Doer, action: str, object: str, record_id: UUID | None, reason: str, data: dict[str, Any] | None
) -> int:
    info = request_info.get()
    replica.leave()
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            [
                now(),
                actor.id,
                actor.name,
                action,
                object,
                record_id,
                reason,
                None if data is None else orjson.dumps(data, default=str).decode(),
                info.address,
                info.request_id,
            ],
        )
        return cursor.fetchone()[0]


def _restore(current: Act | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kemai.event', %s, true)", [str(current.event_id) if current else ""])


def _close() -> None:
    _restore(None)


def _flush(opened: Act) -> None:
    """The gathered statements and the outbox rows, on one way to the database."""
    found = list(opened.last)
    if opened.pending:
        rows = [
            (e.kind, e.object, e.record_id, opened.actor_id, orjson.dumps(e.payload(), default=str).decode())
            for e in opened.pending
        ]
        places = ",".join(["(%s, %s, %s, %s, %s, now())"] * len(rows))
        found.append(
            (
                f"INSERT INTO base_outboxevent (kind, object, record_id, actor_id, payload, at) VALUES {places}",
                [value for row in rows for value in row],
            )
        )
    if found:
        with connection.cursor() as cursor:
            if len(found) > 1:
                found = [("; ".join(cursor.mogrify(sql, params) for sql, params in found), None)]
            cursor.execute(*found[0])
    opened.pending.clear()
    opened.last.clear()
