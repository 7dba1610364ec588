"""How many statements a piece of work sends, without those that depend on the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

#: What processes remember for a second or a minute is asked once in that time, whatever the work: read in between, it would make two
#: equal pieces of work differ.
REMEMBERED = (
    "base_epoch",
    "base_parametervalue",
    "platform_dictionaryvalue",
    "platform_matchrulesetting",
    "accounts_session",
    "platform_dailyvolume",
    "FROM pg_class",
    "FROM pg_stats",
)


class Counted:
    """``statements``: what was sent, once the block has ended."""

    statements: list[str]

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def counting() -> Iterator[Counted]:
    counted = Counted()
    with CaptureQueriesContext(connection) as captured:
        yield counted
    counted.statements = [
        q["sql"] for q in captured.captured_queries if not any(table in q["sql"] for table in REMEMBERED)
    ]
