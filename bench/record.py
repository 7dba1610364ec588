"""What the product does for a request: its answer and every statement it sends, seen by running the request in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection
from django.test import Client
from psycopg import ClientCursor

from bench.place import HOST
from kemai.platform.objects import rows

Statement = tuple[str, Any]

#: Not the request's own: the session (once a second and worker), parameters (every few), the size of a table (once a minute).
_HOUSEKEEPING = ("accounts_session", "accounts_rightsepoch", "base_parametervalue", "FROM pg_class", "FROM pg_stats")


@contextmanager
def recording() -> Iterator[list[Statement]]:
    """Every statement of this process, whichever way it goes to the database."""
    found: list[Statement] = []
    plain = ClientCursor.execute

    def by_rows(self: Any, sql: Any, params: Any = None, **options: Any) -> Any:
        found.extend((part, params) for part in sql.split(rows.APART))
        return plain(self, sql, params, **options)

    def by_django(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    rows.RowCursor.execute = by_rows  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(by_django):
            yield found
    finally:
        del rows.RowCursor.execute


@dataclass(slots=True)
class Recorded:
    """One request as seen from inside."""

    status: int
    body: bytes
    statements: list[Statement] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The records it shows, in order."""
        data = orjson.loads(self.body)
        return [item["id"] for item in data["items"]] if "items" in data else [data["id"]] if "id" in data else []


class Recorder:
    """A signed-in person's requests, answered in this process through the whole stack."""

    def __init__(self, cookies: dict[str, str]) -> None:
        self.client = Client(SERVER_NAME=HOST)
        self.cookies = cookies
        for name, value in cookies.items():
            self.client.cookies[name] = value

    def send(self, method: str, path: str, body: Any = None) -> Recorded:
        """Send a request and return what happened, housekeeping left out."""
        content = {} if body is None else {"data": orjson.dumps(body), "content_type": "application/json"}
        with recording() as found:
            answer = self.client.generic(method, path, headers={"X-CSRFToken": self.cookies["csrftoken"]}, **content)
        own = [s for s in found if not any(word in str(s[0]) for word in _HOUSEKEEPING)]
        return Recorded(answer.status_code, answer.content, own)


def as_text(statement: Statement) -> str:
    """The statement with its values written in, as it goes over the wire."""
    sql, params = statement
    connection.ensure_connection()
    with ClientCursor(connection.connection) as cursor:
        return cursor.mogrify(sql, params)


def big_scans(statement: Statement, limit: int = 20_000) -> list[str]:
    """Tables of more than ``limit`` rows that the statement reads from end to end, by EXPLAIN."""
    if str(statement[0]).lstrip()[:7].upper().startswith(("SET ", "EXPLAIN")):
        return []  # a limit of time for what follows, or what the planner thinks of it: nothing is read
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {as_text(statement)}")
        plan = cursor.fetchone()[0]
        found = list(_scanned(plan[0]["Plan"]))
        if not found:
            return []
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s) AND reltuples > %s", [found, limit])
        return [row[0] for row in cursor.fetchall()]


def all_big_scans(statements: list[Statement]) -> list[str]:
    """The same of many statements, each shape asked once; of those that read."""
    shapes = {str(s[0]): s for s in statements if str(s[0]).lstrip().startswith(("SELECT", "WITH", "UPDATE"))}
    return sorted({table for statement in shapes.values() for table in big_scans(statement)})


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _scanned(below)
