"""The hot path of reading: raw rows as text, no model instances, no per-value Python beyond timestamps (decisions.md 2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from django.db import connection
from psycopg import postgres
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.types.string import TextLoader


class _InstantText(Loader):
    """timestamptz as ISO 8601; the session's zone is UTC, which PostgreSQL writes ``+00``."""

    def load(self, data: Buffer) -> str:
        text = str(data, "ascii") if isinstance(data, bytes) else bytes(data).decode("ascii")
        return f"{text[:10]}T{text[11:]}:00"


class _JsonText(Loader):
    """jsonb passed through to the answer without being parsed."""

    def load(self, data: Buffer) -> orjson.Fragment:
        return orjson.Fragment(bytes(data))


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(postgres.adapters)
    for name in ("uuid", "numeric", "date"):
        adapters.register_loader(name, TextLoader)
    adapters.register_loader("timestamptz", _InstantText)
    adapters.register_loader("jsonb", _JsonText)
    return adapters


ADAPTERS = _adapters()


class RowCursor(psycopg.ClientCursor[Any]):
    """A cursor with our loaders; the map is shared, so opening one costs nothing."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        super().__init__(conn)
        self._adapters = ADAPTERS


class RowServerCursor(psycopg.ServerCursor[Any]):
    """The same for exports: rows stream in constant memory."""

    def __init__(self, conn: psycopg.Connection[Any], name: str) -> None:
        super().__init__(conn, name)
        self._adapters = ADAPTERS


@dataclass(slots=True)
class Tally:
    """How many rows have been read for somebody's request (:mod:`kemai.platform.volume`)."""

    rows: int = 0


#: The request's tally; None in jobs.
tally: ContextVar[Tally | None] = ContextVar("kemai_tally", default=None)


def _count(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    if found := tally.get():
        found.rows += len(rows)
    return rows


def fetch_rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of one statement, as text values."""
    connection.ensure_connection()
    with connection.wrap_database_errors, RowCursor(connection.connection) as cursor:
        _observe(sql)
        return _count(cursor.execute(sql, params).fetchall())


#: What stands between statements that are sent as one; no statement of ours holds it.
APART = ";\n"


def fetch_each(statements: list[str], params: dict[str, Any]) -> list[list[tuple[Any, ...]]]:
    """The rows of several statements that share ``params``, sent as one: one way to the database and back."""
    connection.ensure_connection()
    with connection.wrap_database_errors, RowCursor(connection.connection) as cursor:
        for sql in statements:
            _observe(sql)
        cursor.execute(APART.join(statements), params)
        found = [_count(cursor.fetchall())]
        while cursor.nextset():
            found.append(_count(cursor.fetchall()))
        return found


@contextmanager
def stream_rows(sql: str, params: dict[str, Any], size: int = 2000) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The rows of one statement, ``size`` at a time; must run inside a transaction."""
    connection.ensure_connection()
    # A server-side cursor binds on the server; the client-side mogrified text keeps one binding rule for both.
    with RowCursor(connection.connection) as binder:
        text = binder.mogrify(sql, params)
    with RowServerCursor(connection.connection, "kemai_stream") as cursor:
        cursor.itersize = size
        _observe(sql)
        cursor.execute(text.encode())
        yield iter(cursor)


def _observe(sql: str) -> None:
    """Count the statement where Django counts its own (query-count tests)."""
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": "0"})
