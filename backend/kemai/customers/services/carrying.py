"""What goes along when a colleague takes a customer or another pooled record over: plans, promises and open work of the one who had it (POOL-5).

The domains that keep such work declare it; nothing of it is changed but who does it, so that dates, stages and steps stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.customers.pooled import PooledKind


@dataclass(frozen=True, slots=True)
class Carried:
    """Open work on a record of the pooled kind ``of``.

    ``where`` is SQL over the row ``t`` and may bind ``%(key)s``, the record's: which rows are open work on it. ``owner`` and
    ``department`` are the columns of who does it; ``wish`` names a choice without which it stays; ``after`` is told which rows moved.
    """

    table: str
    where: str
    of: str = "customers"
    owner: str = "owner_id"
    department: str = "department_id"
    wish: str = ""
    after: Callable[[list[UUID]], None] | None = None


#: Rows that went along, by table, each with the version it then had.
Moved = dict[str, list[tuple[str, int]]]

_carried: list[Carried] = []


def carry_along(*work: Carried) -> None:
    """Register work that goes along with its record (extension point)."""
    _carried.extend(work)


def _of(kind: PooledKind) -> list[Carried]:
    return [work for work in _carried if work.of == kind.object]


def carry(
    kind: PooledKind, by: UUID, key: UUID, *, old: UUID, new: UUID, department: UUID | None, wishes: frozenset[str]
) -> Moved:
    """Give the open work ``old`` has on the record to ``new``, inside the transaction that moves it."""
    moved: Moved = {}
    for work in _of(kind):
        if work.wish and work.wish not in wishes:
            continue
        rows = _give(
            work,
            f"t.{work.owner} = %(old)s AND t.deleted_at IS NULL AND {work.where}",
            {"old": old, "new": new, "department": department, "by": by, "key": key},
        )
        if rows:
            moved[work.table] = rows
    return moved


def bring_back(kind: PooledKind, by: UUID, moved: Moved, *, old: UUID, new: UUID, department: UUID | None) -> None:
    """Give back to ``old`` what went along to ``new``; what was touched since stays with whoever touched it."""
    for work in _of(kind):
        rows = moved.get(work.table)
        if rows:
            _give(
                work,
                f"t.{work.owner} = %(new_owner)s AND t.deleted_at IS NULL "
                "AND (t.id, t.version) IN (SELECT * FROM unnest(%(ids)s::uuid[], %(versions)s::int[]))",
                {
                    "new_owner": new,
                    "new": old,
                    "department": department,
                    "by": by,
                    "ids": [key for key, _ in rows],
                    "versions": [version for _, version in rows],
                },
            )


def _give(work: Carried, condition: str, params: dict[str, Any]) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {work.table} t SET {work.owner} = %(new)s, {work.department} = %(department)s, version = t.version + 1, "
            f"updated_at = now(), updated_by = %(by)s WHERE {condition} RETURNING t.id, t.version",
            params,
        )
        rows = cursor.fetchall()
    if rows and work.after:
        work.after([row[0] for row in rows])
    return [(str(row[0]), row[1]) for row in rows]
