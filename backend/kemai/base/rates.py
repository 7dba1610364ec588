"""Exact limits over all processes, for what is sensitive (sign-in, export, reveal, duplicate checks; decisions.md 19)."""

from __future__ import annotations

from django.db import connection

from kemai.kit.errors import RateLimited

_TAKE = """
INSERT INTO base_ratecounter AS c (key, window_start, count) VALUES (%(key)s, now(), 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN c.window_start <= now() - make_interval(secs => %(seconds)s) THEN 1 ELSE c.count + 1 END,
    window_start = CASE WHEN c.window_start <= now() - make_interval(secs => %(seconds)s) THEN now() ELSE c.window_start END
RETURNING count, ceil(extract(epoch FROM window_start + make_interval(secs => %(seconds)s) - now()))
"""


def take(key: str, *, limit: int, seconds: int) -> int:
    """Count one use of ``key`` and return how many there were; :class:`RateLimited` beyond ``limit`` uses in ``seconds``."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": key, "seconds": seconds})
        count, left = cursor.fetchone()
    if count > limit:
        raise RateLimited(int(left))
    return int(count)


def clear(key: str) -> None:
    """Forget the uses of ``key`` (after a successful sign-in)."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_ratecounter WHERE key = %s", [key])
