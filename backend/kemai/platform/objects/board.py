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
from kemai.kit.errors import Malformed
from kemai.kit.words import T
from kemai.platform.objects import types
from kemai.platform.objects.declare import Board, Field, ObjectType
from kemai.platform.objects.groups import aggregate, figure_of, group_records, level_of
from kemai.platform.objects.read import group_pages, list_groups, list_page, refuse_unindexed, run_params
from kemai.platform.objects.rows import fetch_each, fetch_rows
from kemai.platform.objects.secrecy import comparable_field, readable_fields
from kemai.platform.objects.select import Query, plan_list, remembered


def load_board(actor: Actor, declaration: ObjectType, query: Query, *, scope: UUID | None) -> dict[str, Any]:
    """Columns of one scope (pipeline) as ``actor`` sees them."""
    board = declaration.board
    assert board is not None
    actor.require(declaration.perm("view"))
    columns = board.columns(actor, scope)
    names = remembered(("board", declaration.stamp, actor.signature), lambda: _card_fields(actor, declaration, board))
    cards = replace(query, fields=names)
    filters = {str(c["key"]): _in_column(query.filter, board.group, c["key"]) for c in columns}
    if board.figures and not query.filter and not query.q:
        pages, figures = _cards_and_figures(actor, declaration, board, cards, filters)
    else:
        pages = list_groups(actor, declaration, cards, board.group, filters)
        figures = _counted(actor, declaration, board, query)
    result = []
    for column in columns:
        key = str(column["key"])
        items, following = pages[key]
        count, total = figures.get(key, (0, "0.00"))
        for item in items:  # the column says it already: nobody asks the database for the same label fifty times
            item[board.group] = {"id": key, "label": column["label"]}
        result.append({**column, "count": count, "sum": total, "items": items, "next_cursor": following})
    return {
        "columns": result,
        "group_field": board.group,
        "sum_field": board.total,
        "more": False,
        "filter_of": {key: orjson.loads(text) for key, text in filters.items()},
    }


def _card_fields(actor: Actor, declaration: ObjectType, board: Board) -> tuple[str, ...]:
    readable = {f.name for f in readable_fields(actor, declaration)}
    lines = [name for name in board.lines if name in readable]
    beside = [n for name in lines for n in (declaration.by_name[name].currency, declaration.by_name[name].worth)]
    return tuple(dict.fromkeys((declaration.title, *lines, *(name for name in beside if name in readable))))


def _cards_and_figures(
    actor: Actor, declaration: ObjectType, board: Board, cards: Query, filters: dict[str, str]
) -> tuple[dict[str, tuple[list[dict[str, Any]], str | None]], dict[str, tuple[int, str]]]:
    """The first cards of each column and the kept figures, on one way to the database."""
    plan = plan_list(actor, declaration, cards)
    refuse_unindexed(actor, plan)
    group = comparable_field(actor, declaration, board.group)
    shown = f"t.{group.stored} = ANY(%(groups)s::{declaration.type_of(group)}[])"
    figures, bound = remembered(
        ("figures", declaration.stamp, actor.signature),
        lambda: _figures_sql(actor, declaration, board, condition=shown),
    )
    params = {**bound, **run_params(actor, plan, cards), "groups": list(filters)}
    rows, counted = fetch_each([plan.grouped_statement(group), figures], params)
    return group_pages(actor, plan, cards, rows, filters), _figures(counted)


MAX_COLUMNS = 30
NONE = ""
"""The key of the column of those that have no value."""
EMPTY = T("（未填）", "(empty)")
UNSEEN = T("（无权查看）", "(not visible)")


def board_fields(actor: Actor, declaration: ObjectType) -> list[Field]:
    """What a board may stand by: a single choice, a person, a reference."""
    found = []
    for field in declaration.by_name.values():
        try:
            found.append(_column_field(actor, declaration, field.name))
        except Malformed:
            continue
    return found


def _column_field(actor: Actor, declaration: ObjectType, name: str) -> Field:
    found = level_of(actor, declaration, name).field
    if isinstance(found.type, (types.Bool, types.Text)):
        raise Malformed(what=f"board by {name[:60]!r}")
    return found


def load_field_board(
    actor: Actor, declaration: ObjectType, query: Query, *, group: str, total: str, names: tuple[str, ...]
) -> dict[str, Any]:
    """Columns by any choice, person or reference: of a choice all its values, of a reference the thirty that hold most records;
    those without a value come last. ``total``: a number to sum, ``names``: what the cards say."""
    found = _column_field(actor, declaration, group)
    measures = [{"op": "sum", "field": total}] if total else []
    name = figure_of(actor, declaration, measures[0]).name if total else ""
    counted = group_records(
        actor,
        declaration,
        query=replace(query, fields=(), cursor=""),
        group_by=[group],
        measures=measures,
        limit=MAX_COLUMNS,
    )
    by_key = {g["key"][group] or NONE: g for g in counted.groups}
    columns = _field_columns(found, by_key)
    filters = {c["key"]: _merged(query.filter, _leaf(group, c["key"])) for c in columns}
    beside = [n for name in names for n in (declaration.by_name[name].currency, declaration.by_name[name].worth) if n]
    readable = {f.name for f in readable_fields(actor, declaration)}
    wanted = (declaration.title, *names, group, *(n for n in beside if n in readable))
    cards = replace(query, fields=tuple(dict.fromkeys(wanted)))
    pages = list_groups(actor, declaration, cards, group, {k: f for k, f in filters.items() if k != NONE})
    if NONE in filters:
        pages[NONE] = list_page(actor, declaration, replace(cards, filter=filters[NONE]))
    for column in columns:
        figures = by_key.get(column["key"], {})
        items, following = pages[column["key"]]
        column.update(count=figures.get("count", 0), sum=(figures.get(name) or "0.00") if name else None)
        column.update(items=items, next_cursor=following)
    return {
        "columns": columns,
        "group_field": group,
        "sum_field": total or None,
        "more": counted.more,
        "filter_of": {key: orjson.loads(text) for key, text in filters.items()},
    }


def _field_columns(found: Field, by_key: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    items = found.choice_items()
    columns: list[dict[str, Any]] = [
        {"key": i.value, "label": i.label.to(), "color": i.color} for i in items if i.active or i.value in by_key
    ]
    known = {i.value for i in items}
    columns += [
        {"key": key, "label": group["label"][found.name] or UNSEEN.to(), "color": "default"}
        for key, group in by_key.items()
        if key not in known and key != NONE
    ]
    if NONE in by_key or not found.required:
        columns.append({"key": NONE, "label": EMPTY.to(), "color": "default"})
    return columns


def _leaf(group: str, key: str) -> dict[str, Any]:
    if key == NONE:
        return {"field": group, "op": "is_null", "value": True}
    return {"field": group, "op": "eq", "value": key}


def _merged(filter_text: str, leaf: dict[str, Any]) -> str:
    return orjson.dumps({"and": [orjson.loads(filter_text), leaf]} if filter_text else leaf).decode()


def _in_column(filter_text: str, group: str, key: Any) -> str:
    return _merged(filter_text, _leaf(group, str(key)))


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
    """Count and sum per column as ``actor`` sees them. ``condition`` narrows further, over ``t``."""
    sql, bound = _figures_sql(actor, declaration, board, condition=condition)
    return _figures(fetch_rows(sql, {**bound, **(params or {})}))


def _figures(rows: list[tuple[Any, ...]]) -> dict[str, tuple[int, str]]:
    return {row[0]: (row[1], row[2]) for row in rows}


def _figures_sql(actor: Actor, declaration: ObjectType, board: Board, *, condition: str) -> tuple[str, dict[str, Any]]:
    """SQL for key, count and sum of each column, from the kept figures through the same predicate as the list: their table carries the
    ownership columns. What is only shared adds itself row by row."""
    group = declaration.by_name[board.group].stored
    total = declaration.by_name[board.total].measured
    line = declaration.ownership
    code = declaration.perm("view")
    more = f" AND {condition}" if condition else ""
    kept = branches(actor, code, Ownership(owners=line.owners, departments=line.departments))
    parts = [
        f"SELECT t.{group}::text AS g, t.count AS n, t.total AS s FROM {board.figures} t WHERE t.count <> 0 AND {kept.sql}{more}"
    ]
    bound = dict(kept.params)
    if not kept.everything and line.shares:
        shared = branches(actor, code, Ownership(shares=line.shares))
        bound.update(shared.params)
        parts.append(
            f"SELECT t.{group}::text, 1, COALESCE({total}, 0) FROM {declaration.table} t "
            f"WHERE t.deleted_at IS NULL AND {shared.sql} AND NOT COALESCE({kept.sql}, FALSE){more}"
        )
    return f"SELECT g, sum(n)::bigint, sum(s)::numeric(20,2) FROM ({' UNION ALL '.join(parts)}) f GROUP BY g", bound
