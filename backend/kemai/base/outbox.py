"""From the outbox to the subscribers: claimed in batches with SKIP LOCKED, one job per (event, subscriber)."""

from __future__ import annotations

import orjson
from django.db import connection, transaction
from procrastinate.contrib.django import app

from kemai.base.events import Delivered, subscribers_of

_PICK = (
    "UPDATE base_outboxevent o SET dispatched_at = now() FROM ("
    "SELECT id FROM base_outboxevent WHERE dispatched_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) picked "
    "WHERE o.id = picked.id RETURNING o.id, o.kind, o.object, o.record_id"
)


def dispatch_pending(limit: int = 200) -> int:
    """Turn up to ``limit`` waiting events into jobs; returns how many were taken. Safe to run in every worker at once."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_PICK, [limit])
            rows = sorted(cursor.fetchall())
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
        function = subscribers_of(row[1]).get(subscriber)
        if function is None:
            return False
        function(Delivered(row[0], row[1], row[2], row[3], row[4], orjson.loads(row[5])))
    return True
