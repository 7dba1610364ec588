"""Human numbers (``KH-000123``), separate from keys.

Gap rule: numbers come from a database sequence, so they are unique and rising, and a rolled-back create leaves a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


@contextmanager
def rehearsal() -> Iterator[None]:
    """Within it numbers are placeholders: a dry run of ten thousand rows leaves no gap of ten thousand."""
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)


def take_numbers(sequence: str, prefix: str, count: int, width: int = 6) -> list[str]:
    """The next ``count`` numbers of ``sequence`` (made by the domain's migration)."""
    if _rehearsing.get():
        return [f"{prefix}{'?' * width}"] * count
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [f"{prefix}{row[0]:0{width}d}" for row in cursor.fetchall()]
