"""What PostgreSQL knows of a table without reading it: how many rows, which search terms are common, what a condition would leave."""

from __future__ import annotations

import time
from typing import Any

import orjson
from django.db import connection

from kemai.platform.objects.declare import ObjectType

#: Seconds for which a figure is taken as it was; statistics move no faster.
KEPT = 60
#: From this share of a table's rows on a term narrows nothing: going through the rows in their order finds a page of them sooner
#: (50 of 2,500) than gathering all that have it (20,000 of a million).
COMMON = 0.02
#: Below this many rows every way is quick.
SMALL = 20_000

_sizes: dict[str, tuple[float, float]] = {}
_common: dict[str, tuple[float, frozenset[str]]] = {}


def table_rows(declaration: ObjectType) -> float:
    """Rows of the table as PostgreSQL last counted them, read at most once a minute."""
    known = _sizes.get(declaration.table)
    if known is None or time.monotonic() - known[0] > KEPT:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [declaration.table])
            known = _sizes[declaration.table] = (time.monotonic(), cursor.fetchone()[0])
    return known[1]


def common_terms(declaration: ObjectType) -> frozenset[str]:
    """Search terms that more than :data:`COMMON` of the records have; none of a small table. Read at most once a minute."""
    known = _common.get(declaration.table)
    if known is None or time.monotonic() - known[0] > KEPT:
        found = _read_common(declaration) if table_rows(declaration) > SMALL else frozenset()
        known = _common[declaration.table] = (time.monotonic(), found)
    return known[1]


def _read_common(declaration: ObjectType) -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.term FROM pg_stats s CROSS JOIN unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) e (term, share) "
            "WHERE s.schemaname = ANY(current_schemas(false)) AND s.tablename = %s AND s.attname = 'search_terms' AND e.share >= %s "
            "AND e.term IS NOT NULL",
            [declaration.table, COMMON],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def estimate(declaration: ObjectType, condition: str, params: dict[str, Any]) -> int:
    """The planner's guess of how many rows meet ``condition``."""
    sql = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {declaration.table} t WHERE t.deleted_at IS NULL AND {condition}"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        plan = cursor.fetchone()[0]
    return int((orjson.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])
