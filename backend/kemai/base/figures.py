"""Figures kept beside records by the statements that change them, so that no page counts a million rows (decisions/007, 032).

A table of figures has one row for each combination of keys, among them the columns rights are computed from: so the one predicate holds
over it as over the records, and a person's figure is the sum of the rows he reaches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pgtrigger


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of figures: its ``keys`` and ``sums``, column → expression over a record."""

    table: str
    keys: dict[str, str]
    sums: dict[str, str]


def keep_figures(kept: Kept) -> list[pgtrigger.Trigger]:
    """Triggers of a table of records that keep its figures. Rows in the bin do not count.

    Keys are written in order, so that two transactions cannot wait for each other.
    """
    group, totals = ", ".join(kept.keys), ", ".join(kept.sums)
    moved = " OR ".join(f"sum({c}) <> 0" for c in kept.sums)
    upsert = (
        f"INSERT INTO {kept.table} AS f ({group}, {totals}) "
        f"SELECT {group}, {', '.join(f'sum({c})' for c in kept.sums)} FROM (%s) d GROUP BY {group} HAVING {moved} ORDER BY {group} "
        f"ON CONFLICT ({group}) DO UPDATE SET {', '.join(f'{c} = f.{c} + EXCLUDED.{c}' for c in kept.sums)}; RETURN NULL;"
    )
    after: dict[str, Any] = {"when": pgtrigger.After, "level": pgtrigger.Statement}
    new, old = _rows(kept, "new_rows"), _rows(kept, "old_rows", "-")
    return [
        pgtrigger.Trigger(
            name="figures_insert",
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=upsert % new,
            **after,
        ),
        pgtrigger.Trigger(
            name="figures_update",
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            func=upsert % f"{new} UNION ALL {old}",
            **after,
        ),
        pgtrigger.Trigger(
            name="figures_delete",
            operation=pgtrigger.Delete,
            referencing=pgtrigger.Referencing(old="old_rows"),
            func=upsert % old,
            **after,
        ),
    ]


def recount_sql(kept: Kept, records: str) -> str:
    """A query of what the table of ``records`` gives: keys, then sums."""
    sums = ", ".join(f"sum({c}) AS {c}" for c in kept.sums)
    return f"SELECT {', '.join(kept.keys)}, {sums} FROM ({_rows(kept, records)}) d GROUP BY {', '.join(kept.keys)}"


def wrong_sql(kept: Kept, records: str) -> str:
    """A query that counts the rows of the figures that are not what the records give, one way or the other."""
    real = recount_sql(kept, records)
    some = " OR ".join(f"{c} <> 0" for c in kept.sums)
    stored = f"SELECT {', '.join((*kept.keys, *kept.sums))} FROM {kept.table} WHERE {some}"
    return f"SELECT count(*) FROM ((({real}) EXCEPT ({stored})) UNION ALL (({stored}) EXCEPT ({real}))) x"


def _rows(kept: Kept, source: str, sign: str = "") -> str:
    columns = [f"{expression} AS {name}" for name, expression in kept.keys.items()]
    columns += [f"{sign}{expression} AS {name}" for name, expression in kept.sums.items()]
    return f"SELECT {', '.join(columns)} FROM {source} WHERE deleted_at IS NULL"
