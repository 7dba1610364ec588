"""The stored keys: written with the record, asked in bounded time however common a key is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.base.audit import send
from kemai.platform.doubles.compare import keys_of
from kemai.platform.doubles.rules import Rules, rules_of
from kemai.platform.objects.declare import Draft, ObjectType

#: So many records of one key are looked at; more share it only where it says nothing (a switchboard number).
PER_KEY = 40
_COPY_FROM = 20

_INSERT = """
INSERT INTO platform_match_key (object, key, record_id)
SELECT %(object)s, w.key, w.record_id FROM unnest(%(ids)s::uuid[], %(keys)s::bigint[]) AS w (record_id, key)
"""
_REPLACE = """
WITH wanted AS (SELECT * FROM unnest(%(ids)s::uuid[], %(keys)s::bigint[]) AS w (record_id, key)),
gone AS (
    DELETE FROM platform_match_key k WHERE k.object = %(object)s AND k.record_id = ANY(%(changed)s)
    AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.record_id = k.record_id AND w.key = k.key)
)
INSERT INTO platform_match_key (object, key, record_id) SELECT %(object)s, key, record_id FROM wanted ON CONFLICT DO NOTHING
"""
NEAR = """
SELECT DISTINCT m.record_id FROM unnest(%(keys)s::bigint[]) AS k (key) CROSS JOIN LATERAL (
    SELECT record_id FROM platform_match_key WHERE object = %(object)s AND key = k.key LIMIT {limit}
) m
"""


def all_keys(rules: Rules, declaration: ObjectType, row: dict[str, Any]) -> set[int]:
    """Every key of a record, given by column."""
    return {k for rule in rules.keyed for k in keys_of(rule, declaration.name, row, rules.columns)}


def row_of(draft: Draft, columns: Iterable[str]) -> dict[str, Any]:
    """The columns of a draft as they will be."""
    return {column: draft.get(column) for column in columns}


def write_keys(declaration: ObjectType, drafts: list[Draft]) -> None:
    """Keep the keys of written records true, in the transaction that writes them. One statement, none where nothing counts."""
    rules = rules_of(declaration)
    touched = [d for d in drafts if d.old is None or any(d.changed(c) for c in rules.watched)]
    if not rules.keyed or not touched:
        return
    keys = {d.id: all_keys(rules, declaration, row_of(d, rules.watched)) for d in touched}
    changed = [d.id for d in touched if d.old is not None]
    put_keys(declaration, keys, changed)


def put_keys(declaration: ObjectType, keys: dict[UUID, set[int]], changed: list[UUID]) -> None:
    """Store the keys of records; those of ``changed`` records that are wanted no more go."""
    if not changed and len(keys) >= _COPY_FROM:
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY platform_match_key (object, key, record_id) FROM STDIN") as copy,
        ):
            for record_id, found in keys.items():
                for key in found:
                    copy.write_row((declaration.name, key, record_id))
        return
    pairs = [(record_id, key) for record_id, found in keys.items() for key in found]
    if pairs or changed:
        params: dict[str, Any] = {
            "ids": [p[0] for p in pairs],
            "keys": [p[1] for p in pairs],
            "object": declaration.name,
            "changed": changed,
        }
        send(_REPLACE if changed else _INSERT, params)


def near(declaration: ObjectType, keys: set[int], *, columns: list[str], extra: str = "", **params: Any) -> list[Any]:
    """Living records that share a key: (id, columns…, ``extra``), as the database has them. One statement, bounded."""
    if not keys:
        return []
    select = ", ".join(["t.id", *(f"t.{c}" for c in columns), *([extra] if extra else [])])
    sql = (
        f"SELECT {select} FROM ({NEAR.format(limit=PER_KEY)}) n JOIN {declaration.table} t ON t.id = n.record_id "
        "WHERE t.deleted_at IS NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"object": declaration.name, "keys": sorted(keys), **params})
        return cursor.fetchall()
