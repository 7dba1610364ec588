"""Rows into tables in bulk, and the scope of rows that are not yet in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg.types.json import Jsonb

from kemai.accounts.access import Actor, branches
from kemai.base.audit import send
from kemai.platform.objects.declare import Draft, ObjectType

CUSTOM = "custom."


def packed(values: dict[str, Any]) -> dict[str, Any]:
    """Values by column as the table takes them: those of custom fields (``custom.<key>``) together in ``custom``, empty ones null."""
    if not any(column.startswith(CUSTOM) for column in values):
        return values
    found = {column: value for column, value in values.items() if not column.startswith(CUSTOM)}
    kept = {c.removeprefix(CUSTOM): _json_value(v) for c, v in values.items() if c.startswith(CUSTOM)}
    return {**found, "custom": kept}


def _json_value(value: Any) -> Any:
    """A value as it is kept: decimals, dates and keys as texts of one form; what says nothing is not kept at all."""
    if value in (None, "", [], (), {}) or value is False:
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, UUID)):
        return value.isoformat() if isinstance(value, date) else str(value)
    return list(value) if isinstance(value, tuple) else value


def unpacked(declaration: ObjectType, row: dict[str, Any]) -> dict[str, Any]:
    """A row as read, with the values of custom fields beside its columns as ``custom.<key>``."""
    if declaration.custom_fields:
        kept = row["custom"] if isinstance(row["custom"], dict) else orjson.loads(row["custom"] or "{}")
        for f in declaration.custom_fields:
            row[f.stored] = f.type.from_json(kept.get(f.stored.removeprefix(CUSTOM)))
    return row


#: Values written into the statement: of seventy columns a form fills twenty, and the driver remembers how to take a statement apart
#: only where it binds fewer than fifty.
_PLAIN = {None: "NULL", "": "''", "{}": "'{}'"}
#: From so many rows on COPY beats INSERT; a form's single record keeps its one statement.
COPY_FROM = 20


def insert_rows(model: type[models.Model], rows: list[dict[str, Any]], *, last: bool = False) -> None:
    """Insert rows given by column; columns left out get the model's defaults. Statement triggers run as for any insert.
    ``last``: nothing in the open act asks for these rows, so that they may go with what it writes at its end."""
    if not rows:
        return
    columns, defaults, json_places, lists = _layout(model)
    # A file's rows have few shapes: whether one has custom fields at all is asked of all their columns once.
    if any(c == "custom" or c.startswith(CUSTOM) for c in set().union(*rows)):
        rows = [_without_empty(packed(row)) for row in rows]
    fixed = [default() for default in defaults]
    names = ", ".join(columns)
    if len(rows) < COPY_FROM:
        # Not through the ORM: making an instance and asking seventy fields for their form takes longer than the insert.
        values = [_values(row, columns, fixed, json_places, lists) for row in rows]
        places = ", ".join([f"({', '.join([_PLAIN.get(value, '%s') for value in row])})" for row in values])
        sql = f"INSERT INTO {model._meta.db_table} ({names}) VALUES {places}"
        params = [value for row in values for value in row if value not in _PLAIN]
        if last:
            send(sql, params)
        else:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
        return
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(_values(row, columns, fixed, json_places, lists))


def _without_empty(row: dict[str, Any]) -> dict[str, Any]:
    if "custom" in row:
        row = {**row, "custom": {k: v for k, v in row["custom"].items() if v is not None}}
    return row


def _values(
    row: dict[str, Any], columns: list[str], fixed: list[Any], json_places: list[int], lists: list[int]
) -> list[Any]:
    values = [row.get(column, fixed[n]) for n, column in enumerate(columns)]
    for n in json_places:
        values[n] = Jsonb(values[n])
    for n in lists:
        values[n] = array_text(values[n])
    return values


def array_text(values: Sequence[Any] | None) -> str | None:
    """An array literal; search terms are long lists, for which psycopg's own takes a third of an import's time."""
    if not values:
        return None if values is None else "{}"
    text = '","'.join(map(str, values))
    if "\\" in text or text.count('"') != 2 * (len(values) - 1):
        text = '","'.join(str(v).replace("\\", "\\\\").replace('"', '\\"') for v in values)
    return f'{{"{text}"}}'


@lru_cache(maxsize=200)
def _layout(model: type[models.Model]) -> tuple[list[str], list[Any], list[int], list[int]]:
    """Columns of a table, how each default is made, which hold JSON and which lists. Keys the database makes are left to it."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    json_places = [n for n, f in enumerate(fields) if isinstance(f, models.JSONField)]
    lists = [n for n, f in enumerate(fields) if isinstance(f, ArrayField)]
    return [str(f.column) for f in fields], [f.get_default for f in fields], json_places, lists


def drafts_in_scope(actor: Actor, declaration: ObjectType, drafts: list[Draft], verbs: tuple[str, ...]) -> set[UUID]:
    """Which drafts, saved as they are, ``actor`` could do all of ``verbs`` to: the one predicate over values instead of a table.

    An import learns this before it writes; the re-check of the saved rows stays the judge.
    """
    scopes = [branches(actor, declaration.perm(verb), declaration.ownership) for verb in verbs]
    if not drafts or all(scope.everything for scope in scopes):
        return {d.id for d in drafts}
    line = declaration.ownership
    shared = tuple(key for _, key in line.shares if key != "id")
    columns = list(dict.fromkeys((*line.owners, *line.departments, *shared, *((line.pool,) if line.pool else ()))))
    params: dict[str, Any] = {"ids": [d.id for d in drafts]}
    for column in columns:
        params[f"v_{column}"] = [
            actor.id if column == "created_by" and d.old is None else d.get(column) for d in drafts
        ]
    for scope in scopes:
        params.update(scope.params)
    arrays = ", ".join(["%(ids)s::uuid[]", *(f"%(v_{column})s::uuid[]" for column in columns)])
    names = ", ".join(["id", *columns])
    condition = " AND ".join(scope.sql for scope in scopes)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.id FROM unnest({arrays}) AS t ({names}) WHERE {condition}", params)
        return {row[0] for row in cursor.fetchall()}
