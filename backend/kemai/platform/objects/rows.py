"""The hot path of reading: raw rows as text, no model instances, no per-value Python beyond timestamps (decisions.md 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
import psycopg
from django.db import OperationalError, connection, transaction
from psycopg import postgres
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.types.string import TextLoader

from kemai.base import replica

R = TypeVar("R")


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

    def read(server: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
        with RowCursor(server) as cursor:
            _observe(sql)
            return cursor.execute(sql, params).fetchall()

    return _count(_ask(read))


#: What stands between statements that are sent as one; no statement of ours holds it.
APART = ";\n"


def fetch_each(statements: list[str], params: dict[str, Any]) -> list[list[tuple[Any, ...]]]:
    """The rows of several statements that share ``params``, sent as one: one way to the database and back."""

    def read(server: psycopg.Connection[Any]) -> list[list[tuple[Any, ...]]]:
        with RowCursor(server) as cursor:
            for sql in statements:
                _observe(sql)
            cursor.execute(APART.join(statements), params)
            found = [cursor.fetchall()]
            while cursor.nextset():
                found.append(cursor.fetchall())
            return found

    return [_count(rows) for rows in _ask(read)]


def fetch_within(milliseconds: int, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]] | None:
    """The rows, or None when they do not come in time."""
    limit = f"SET LOCAL statement_timeout = {milliseconds}"

    def read(server: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
        with RowCursor(server) as cursor:
            _observe(sql)
            # Sent as one they are one transaction, and LOCAL ends with it.
            cursor.execute(f"{limit}{APART}{sql}", params)
            cursor.nextset()
            return cursor.fetchall()

    try:
        if replica.link() is not None:
            return _count(_ask(read))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(limit)
            rows = fetch_rows(sql, params)
            cursor.execute("SET LOCAL statement_timeout = 5000")
            return rows
    except OperationalError:
        return None


def _ask(read: Callable[[psycopg.Connection[Any]], R]) -> R:
    """Read from the standby where it may answer, else from the primary."""
    standby = replica.link()
    if standby is not None:
        try:
            return read(standby)
        except psycopg.Error as error:
            replica.broke_off(error)
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return read(connection.connection)


@contextmanager
def stream_rows(sql: str, params: dict[str, Any], size: int = 2000) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The rows of one statement, ``size`` at a time, in a transaction. A standby may break off in the middle, with an error of psycopg's
    own: :func:`kemai.base.replica.read_whole`."""
    standby = replica.link()
    if standby is not None:
        with standby.transaction():
            yield from _stream(standby, sql, params, size)
        return
    with transaction.atomic(), connection.wrap_database_errors:
        connection.ensure_connection()
        yield from _stream(connection.connection, sql, params, size)


def _stream(
    server: psycopg.Connection[Any], sql: str, params: dict[str, Any], size: int
) -> Iterator[Iterator[tuple[Any, ...]]]:
    # A server-side cursor binds on the server; the client-side mogrified text keeps one binding rule for both.
    with RowCursor(server) as binder:
        text = binder.mogrify(sql, params)
    with RowServerCursor(server, "kemai_stream") as cursor:
        cursor.itersize = size
        _observe(sql)
        cursor.execute(text.encode())
        yield iter(cursor)


def _observe(sql: str) -> None:
    """Count the statement where Django counts its own (query-count tests)."""
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": "0"})
