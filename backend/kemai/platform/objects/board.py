"""The board layout: columns with counts and sums, and the first cards of each.

Counts and sums come from kept figures (a small table maintained by triggers, keyed by the facts the predicate reads), so that a board
over a million records is as fast as a list. Only a board narrowed by a filter or search counts its rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from kemai.accounts.access import Actor, Ownership, branches
from kemai.platform.objects.declare import Board, ObjectType
from kemai.platform.objects.read import aggregate, list_groups
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import readable_fields
from kemai.platform.objects.select import Query


def load_board(actor: Actor, declaration: ObjectType, query: Query, *, scope: UUID | None) -> dict[str, Any]:
    """Columns of one scope (pipeline) as ``actor`` sees them."""
    board = declaration.board
    assert board is not None
    actor.require(declaration.perm("view"))
    columns = board.columns(actor, scope)
    readable = {f.name for f in readable_fields(actor, declaration)}
    lines = [name for name in board.lines if name in readable]
    currencies = [c for name in lines if (c := declaration.by_name[name].currency) in readable]
    names = tuple(dict.fromkeys((declaration.title, *lines, *currencies, board.group)))
    cards = replace(query, fields=names)
    figures = (
        kept_figures(actor, declaration, board)
        if board.figures and not query.filter and not query.q
        else _counted(actor, declaration, board, query)
    )
    filters = {str(c["key"]): _in_column(query.filter, board.group, c["key"]) for c in columns}
    pages = list_groups(actor, declaration, cards, board.group, filters)
    result = []
    for column in columns:
        key = str(column["key"])
        items, following = pages[key]
        count, total = figures.get(key, (0, "0.00"))
        result.append({**column, "count": count, "sum": total, "items": items, "next_cursor": following})
    return {
        "columns": result,
        "group_field": board.group,
        "filter_of": {key: orjson.loads(text) for key, text in filters.items()},
    }


def _in_column(filter_text: str, group: str, key: Any) -> str:
    leaf = {"field": group, "op": "eq", "value": str(key)}
    return orjson.dumps({"and": [orjson.loads(filter_text), leaf]} if filter_text else leaf).decode()


def _counted(actor: Actor, declaration: ObjectType, board: Board, query: Query) -> dict[str, tuple[int, str]]:
    groups = aggregate(
        actor,
        declaration,
        query=replace(query, fields=()),
        group_by=[board.group],
        measures=[{"op": "sum", "field": board.total}],
    )
    return {str(g["key"][board.group]): (g["count"], g[f"sum_{board.total}"] or "0.00") for g in groups}


def kept_figures(
    actor: Actor, declaration: ObjectType, board: Board, *, condition: str = "", params: dict[str, Any] | None = None
) -> dict[str, tuple[int, str]]:
    """Count and sum per column as ``actor`` sees them, from the kept figures through the same predicate: their table carries the
    ownership columns. What is only shared adds itself row by row. ``condition`` narrows further, over ``t``."""
    group = declaration.by_name[board.group].stored
    total = declaration.by_name[board.total].stored
    line = declaration.ownership
    code = declaration.perm("view")
    more = f" AND {condition}" if condition else ""
    kept = branches(actor, code, Ownership(owners=line.owners, departments=line.departments))
    parts = [
        f"SELECT t.{group}::text AS g, t.count AS n, t.total AS s FROM {board.figures} t WHERE t.count <> 0 AND {kept.sql}{more}"
    ]
    bound = {**kept.params, **(params or {})}
    if not kept.everything and line.shares:
        shared = branches(actor, code, Ownership(shares=line.shares))
        bound.update(shared.params)
        parts.append(
            f"SELECT t.{group}::text, 1, COALESCE(t.{total}, 0) FROM {declaration.table} t "
            f"WHERE t.deleted_at IS NULL AND {shared.sql} AND NOT COALESCE({kept.sql}, FALSE){more}"
        )
    rows = fetch_rows(
        f"SELECT g, sum(n)::bigint, sum(s)::numeric(20,2) FROM ({' UNION ALL '.join(parts)}) f GROUP BY g", bound
    )
    return {row[0]: (row[1], row[2]) for row in rows}
