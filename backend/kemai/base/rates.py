"""Exact limits over all processes, for what is sensitive (sign-in, export, reveal, duplicate checks; decisions.md 19)."""

from __future__ import annotations

from typing import Any

from django.db import connection

from kemai.kit.clock import now
from kemai.kit.errors import RateLimited

_TAKE = """
INSERT INTO base_ratecounter AS c (key, window_start, count) VALUES (%(key)s, %(now)s, 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN c.window_start <= %(now)s - make_interval(secs => %(seconds)s) THEN 1 ELSE c.count + 1 END,
    window_start = CASE WHEN c.window_start <= %(now)s - make_interval(secs => %(seconds)s) OR c.count + 1 = %(restart)s
        THEN %(now)s ELSE c.window_start END
RETURNING count, ceil(extract(epoch FROM window_start + make_interval(secs => %(seconds)s) - %(now)s))
"""


def take(key: str, *, limit: int, seconds: int, lock: bool = False) -> int:
    """Count one use of ``key`` and return how many there were; :class:`RateLimited` beyond ``limit`` uses in ``seconds``.

    ``lock``: the last use allowed begins the window anew, so that ``seconds`` pass after it, not after the first.
    """
    values: dict[str, Any] = {"key": key, "seconds": seconds, "now": now(), "restart": limit if lock else None}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        count, left = cursor.fetchone()
    if count > limit:
        raise RateLimited(int(left))
    return int(count)


def give_back(key: str) -> None:
    """One use of ``key`` was none after all."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE base_ratecounter SET count = count - 1 WHERE key = %s AND count > 0", [key])


def clear(key: str) -> None:
    """Forget the uses of ``key`` (after a successful sign-in)."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_ratecounter WHERE key = %s", [key])
