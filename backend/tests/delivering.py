"""Doing what the workers do with events: dispatching them and running what subscribes."""

from __future__ import annotations

from django.db import connection

from kemai.base.outbox import deliver_event, dispatch_pending


def hand_on(times: int = 1) -> None:
    """Dispatch, then run what was queued, each so many times over (F-6)."""
    while dispatch_pending():
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = 'base.deliver' RETURNING id, args ->> 'outbox_id', args ->> 'subscriber'"
        )
        queued = sorted(cursor.fetchall())
    for _, outbox_id, name in queued:
        for _ in range(times):
            deliver_event(int(outbox_id), name)
