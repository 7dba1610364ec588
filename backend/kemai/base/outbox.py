"""From the outbox to the subscribers: one job per (event, subscriber); and to the taps, which take whole batches in order."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from django.db import connection, transaction
from procrastinate.contrib.django import app

from kemai.base.events import Delivered, Subscriber, subscribers_of

Tap = Callable[[list[int]], None]
_taps: list[Tap] = []

_PICK = (
    "UPDATE base_outboxevent o SET dispatched_at = now() FROM ("
    "SELECT id FROM base_outboxevent WHERE dispatched_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) picked "
    "WHERE o.id = picked.id RETURNING o.id, o.kind, o.object, o.record_id"
)
#: One dispatcher at a time, so that a tap meets the events of a record in the order in which they were committed: the later one is
#: written under the lock of the row it changed, so whoever sees it sees the earlier one, which has the lower id.
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('kemai.outbox'))"


def tap(function: Tap) -> Tap:
    """Register a function that is given the ids of every batch of events, in order, inside the dispatcher's transaction.

    For what concerns every event and must not cost a job each. It runs for all or not at all: keep it to a set-based statement that
    no data can make fail.
    """
    _taps.append(function)
    return function


_handlers: dict[str, Subscriber] = {}


def handler(function: Subscriber) -> Subscriber:
    """Register a function that a tap hands single events to, by :func:`defer`; delivered and taking effect like a subscriber's."""
    _handlers[_name(function)] = function
    return function


def _name(function: Subscriber) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def defer(outbox_id: int, function: Subscriber, *, lock: str) -> None:
    """Queue one event for a handler. ``lock``: those under one name go one after the other, in order."""
    app.configure_task("base.deliver", queue="events", lock=lock).defer(outbox_id=outbox_id, subscriber=_name(function))


def dispatch_pending(limit: int = 200) -> int:
    """Hand up to ``limit`` waiting events on; returns how many were taken. Safe to run in every worker at once."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ALONE)
            if not cursor.fetchone()[0]:
                return 0
            cursor.execute(_PICK, [limit])
            rows = sorted(cursor.fetchall())
        for function in _taps if rows else ():
            function([row[0] for row in rows])
        for outbox_id, kind, object_name, record_id in rows:
            for name in subscribers_of(kind):
                # One lock per record and subscriber keeps the order of one record's events.
                lock = f"{name}:{object_name}:{record_id or outbox_id}"
                app.configure_task("base.deliver", queue="events", lock=lock).defer(
                    outbox_id=outbox_id, subscriber=name
                )
    return len(rows)


def deliver_event(outbox_id: int, subscriber: str) -> bool:
    """Run one subscriber for one event, once. False when it had been handled before or no longer exists."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, kind, object, record_id, actor_id, payload::text FROM base_outboxevent WHERE id = %s",
                [outbox_id],
            )
            row = cursor.fetchone()
            if row is None:
                return False
            cursor.execute(
                "INSERT INTO base_delivery (outbox_id, subscriber, at) VALUES (%s, %s, now()) ON CONFLICT DO NOTHING RETURNING id",
                [outbox_id, subscriber],
            )
            if cursor.fetchone() is None:
                return False
        function = subscribers_of(row[1]).get(subscriber) or _handlers.get(subscriber)
        if function is None:
            return False
        function(Delivered(row[0], row[1], row[2], row[3], row[4], orjson.loads(row[5])))
    return True
