"""What PostgreSQL knows of a table without reading it: how many rows, how many have a search term, what a condition would leave."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection

from kemai.platform.objects.declare import ObjectType

#: Seconds for which a figure is taken as it was; statistics move no faster.
KEPT = 60
#: From this share of a table's rows on a term narrows nothing: going through the rows in their order finds a page of them sooner
#: (50 of 2,500) than gathering all that have it (20,000 of a million).
COMMON = 0.02
#: Up to so many rows are gathered and sifted sooner (1.3 µs each) than one index of a term is intersected with those of a scope.
FEW = 20_000
#: Below this many rows every way is quick.
SMALL = 20_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What the statistics say of a table's search terms. ``shares``: the share of rows of each they know; ``least``: at most so many
    rows have one they do not know."""

    shares: dict[str, float] = field(default_factory=dict)
    least: float = 0

    def common(self, terms: list[str]) -> bool:
        """Whether every one of ``terms`` narrows nothing."""
        return bool(terms) and all(self.shares.get(t, 0) >= COMMON for t in terms)

    def few(self, terms: list[str]) -> bool:
        """Whether one of ``terms`` is so rare that the statistics do not know it, and such are few."""
        return self.least <= FEW and any(t not in self.shares for t in terms)


_sizes: dict[str, tuple[float, float]] = {}
_terms: dict[str, tuple[float, Terms]] = {}


def table_rows(declaration: ObjectType) -> float:
    """Rows of the table as PostgreSQL last counted them, read at most once a minute."""
    known = _sizes.get(declaration.table)
    if known is None or time.monotonic() - known[0] > KEPT:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [declaration.table])
            known = _sizes[declaration.table] = (time.monotonic(), cursor.fetchone()[0])
    return known[1]


def search_terms(declaration: ObjectType) -> Terms:
    """The search terms of this kind of record; none are known of a small table. Read at most once a minute."""
    known = _terms.get(declaration.table)
    if known is None or time.monotonic() - known[0] > KEPT:
        rows = table_rows(declaration)
        found = _read_terms(declaration, rows) if rows > SMALL else Terms()
        known = _terms[declaration.table] = (time.monotonic(), found)
    return known[1]


def _read_terms(declaration: ObjectType, rows: float) -> Terms:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.term, e.share FROM pg_stats s CROSS JOIN unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) e (term, share) "
            "WHERE s.schemaname = ANY(current_schemas(false)) AND s.tablename = %s AND s.attname = 'search_terms' AND e.term IS NOT NULL",
            [declaration.table],
        )
        shares = dict(cursor.fetchall())
    return Terms(shares, min(shares.values(), default=0) * rows)


def estimate(declaration: ObjectType, condition: str, params: dict[str, Any]) -> int:
    """The planner's guess of how many rows meet ``condition``."""
    sql = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {declaration.table} t WHERE t.deleted_at IS NULL AND {condition}"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        plan = cursor.fetchone()[0]
    return int((orjson.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])
