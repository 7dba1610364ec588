"""What grows is trimmed: audit partitions made ahead, old outbox rows, keys, counters and unfinished uploads removed."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from kemai.base.files import remove_expired
from kemai.kit.clock import now

_PARTITION = """
DO $$ DECLARE start date := date_trunc('month', now() + interval '%(ahead)s month'); BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS base_audit_change_%%s PARTITION OF base_audit_change FOR VALUES FROM (%%L) TO (%%L)',
        to_char(start, 'YYYYMM'), start, start + interval '1 month');
EXCEPTION WHEN check_violation THEN NULL; END $$
"""


def make_partitions() -> None:
    """Partitions of this and the next two months. Rows that fell into the rest partition before stay there."""
    with connection.cursor() as cursor:
        for ahead in range(3):
            cursor.execute(_PARTITION % {"ahead": ahead})


def tidy() -> None:
    """The hourly round."""
    make_partitions()
    remove_expired()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_outboxevent WHERE dispatched_at < now() - interval '7 days'")
        cursor.execute("DELETE FROM base_delivery WHERE at < now() - interval '8 days'")
        cursor.execute("DELETE FROM base_idempotencykey WHERE created_at < now() - interval '24 hours'")
        cursor.execute("DELETE FROM base_ratecounter WHERE window_start < %s", [now() - timedelta(days=1)])
        cursor.execute("DELETE FROM base_parkedjob WHERE parked_at < now() - interval '90 days'")
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status NOT IN ('todo', 'doing') AND scheduled_at < now() - interval '7 days'"
        )
        cursor.execute("DELETE FROM base_storedfile WHERE state = 'pending' AND created_at < now() - interval '1 day'")
