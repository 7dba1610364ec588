"""What every process keeps in memory and must drop when it changes: a number per kind, moved by triggers, read along with the session.

So a change is seen by every process within a second, and no request asks for it in a statement of its own.
"""

from __future__ import annotations

import json
import time

import pgtrigger
from django.db import connection

#: Read with every session or token (accounts/sessions.py): all epochs as one JSON text.
COLUMN = "(SELECT json_object_agg(e.code, e.value)::text FROM base_epoch e)"

#: Longer than a session is kept, so that a request which found its session in memory does not ask either.
_KEEP = 2.5
_seen: tuple[float, dict[str, int]] | None = None


def moves(code: str) -> list[pgtrigger.Trigger]:
    """The trigger of a table that is kept in memory. Values come from a sequence: one rolled back is never given again."""
    return [
        pgtrigger.Trigger(
            name=f"{code}_epoch",
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            when=pgtrigger.After,
            level=pgtrigger.Statement,
            func=(
                f"INSERT INTO base_epoch (code, value) VALUES ('{code}', nextval('base_epoch_seq')) "
                "ON CONFLICT (code) DO UPDATE SET value = EXCLUDED.value; RETURN NULL;"
            ),
        )
    ]


def note(text: str | None) -> None:
    """Take over what was read with a session."""
    global _seen
    _seen = (time.monotonic(), json.loads(text) if text else {})


def current(code: str) -> int:
    """The epoch of ``code``, at most two seconds old; 0 where nothing was ever changed."""
    if _seen is None or time.monotonic() - _seen[0] > _KEEP:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {COLUMN}")
            note(cursor.fetchone()[0])
    assert _seen is not None
    return _seen[1].get(code, 0)


def forget() -> None:
    """Read again at the next use: after a change of one's own, and in tests."""
    global _seen
    _seen = None
