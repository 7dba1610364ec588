"""Reading records: lists, counts, one record, pickers, groups. Everything goes through :mod:`select`, and so through the one predicate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from datetime import time as day_time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kemai.accounts.access import Actor, branches, is_viewing
from kemai.kit.clock import now
from kemai.kit.errors import KemaiError, NotFound
from kemai.kit.words import T
from kemai.platform.objects.declare import Command, Field, ObjectType
from kemai.platform.objects.reveal_policy import VERB, masked_fields, offer
from kemai.platform.objects.rows import fetch_rows, fetch_within
from kemai.platform.objects.searching import search_params
from kemai.platform.objects.secrecy import comparable_field, readable_fields, row_secret
from kemai.platform.objects.select import (
    ListPlan,
    Output,
    Query,
    build_columns,
    plan_list,
    read_cursor,
    remembered,
    sign_cursor,
    title_field_en,
)
from kemai.platform.objects.statistics import estimate, table_rows

#: Without an index a filter or sort may run over so many rows, not more (decisions.md 5).
UNINDEXED_ROWS = 20_000
EXACT_COUNT = 10_000
#: Milliseconds an exact count may take.
COUNT_PATIENCE = 300
MAX_NAMES = 500
"""Records named at once by their keys."""


class NotIndexed(KemaiError):
    """The list is too large for a filter or sort that no index serves."""

    status, code = 400, "not_indexed"
    text = T(
        "数据量较大，不能按此字段筛选或排序。请先加上负责人、部门等条件，或请管理员为该字段建立索引。",
        "Too many records for this filter or sort. Narrow it by owner or department first, or ask the administrator to index the field.",
    )


def day_params(actor: Actor) -> dict[str, Any]:
    """ "Today" in the reader's zone, as a date and as two instants."""
    zone = ZoneInfo(actor.time_zone)
    today = now().astimezone(zone).date()
    start = datetime.combine(today, day_time.min, zone)
    return {
        "today": today,
        "today_from": start,
        "today_to": datetime.combine(today + timedelta(days=1), day_time.min, zone),
        "me": actor.id,
    }


def run_params(actor: Actor, plan: ListPlan, query: Query) -> dict[str, Any]:
    params = {**plan.static_params, **day_params(actor), "limit": query.limit + 1}
    if query.q:
        params.update(search_params(query.q))
    return params


def list_page(actor: Actor, declaration: ObjectType, query: Query) -> tuple[list[dict[str, Any]], str | None]:
    """One page and the cursor of the next (None at the end). One statement."""
    plan = plan_list(actor, declaration, query)
    refuse_unindexed(actor, plan)
    params = run_params(actor, plan, query)
    kind = "first"
    if query.cursor:
        value, key = read_cursor(actor, declaration, query)
        kind = "null" if value is None else "value"
        params.update(after=value, after_id=key)
    rows = fetch_rows(plan.statement(kind), params)
    make = plan.columns.output.make
    items = [make(row) for row in rows[: query.limit]]
    following = None
    if len(rows) > query.limit:
        last = rows[query.limit - 1]
        following = sign_cursor(actor, declaration, query, last[-1], last[0])
    return items, following


def list_groups(
    actor: Actor, declaration: ObjectType, query: Query, group: str, filters: dict[str, str]
) -> dict[str, tuple[list[dict[str, Any]], str | None]]:
    """The first page of several lists at once, by the value of ``group``: value → items and the cursor of its next page.

    ``filters``: value → the filter by which that page goes on as a list of its own. One statement.
    """
    plan = plan_list(actor, declaration, query)
    found = comparable_field(actor, declaration, group)
    refuse_unindexed(actor, plan)
    params = {**run_params(actor, plan, query), "groups": list(filters)}
    return group_pages(actor, plan, query, fetch_rows(plan.grouped_statement(found), params), filters)


def group_pages(
    actor: Actor, plan: ListPlan, query: Query, rows: list[tuple[Any, ...]], filters: dict[str, str]
) -> dict[str, tuple[list[dict[str, Any]], str | None]]:
    """The rows of a grouped statement as pages: see :func:`list_groups`."""
    pages: dict[str, list[tuple[Any, ...]]] = {key: [] for key in filters}
    for row in rows:
        pages[row[-1]].append(row)
    result = {}
    for key, rows in pages.items():
        following = None
        if len(rows) > query.limit:
            last = rows[query.limit - 1]
            following = sign_cursor(actor, plan.declaration, replace(query, filter=filters[key]), last[-2], last[0])
        result[key] = ([plan.columns.output.make(row) for row in rows[: query.limit]], following)
    return result


def refuse_unindexed(actor: Actor, plan: ListPlan) -> None:
    """:class:`NotIndexed` when a leaf or the sort has no index and the scope is large."""
    if (plan.compiled.indexed and plan.sort.sort_indexed) or table_rows(plan.declaration) <= UNINDEXED_ROWS:
        return
    if plan.scope.everything or estimate(plan.declaration, plan.scope.sql, plan.scope.params) > UNINDEXED_ROWS:
        raise NotIndexed


def count(actor: Actor, declaration: ObjectType, query: Query) -> tuple[int, bool]:
    """(total, exact): exact up to 10,000 rows or 300 ms, else the planner's estimate (decisions.md 7)."""
    plan = plan_list(actor, declaration, query)
    params = run_params(actor, plan, query)
    rows = fetch_within(COUNT_PATIENCE, plan.count_statement(EXACT_COUNT + 1), params)
    total = rows[0][0] if rows else 0
    if rows and total <= EXACT_COUNT:
        return total, True
    guess = estimate(declaration, f"{plan.scope.sql} AND {plan.condition}", params)
    return max(guess, total), False


def get_detail(
    actor: Actor, declaration: ObjectType, key: UUID, *, deleted: bool = False, permission: str = "view"
) -> dict[str, Any]:
    """One record with what ``actor`` may do to it; :class:`NotFound` when absent or out of reach. One statement."""
    code = declaration.perm(permission)
    if not actor.has(code):
        raise NotFound
    plan = remembered(
        ("detail", declaration.stamp, permission, deleted, actor.signature),
        lambda: _plan_detail(actor, declaration, code, deleted),
    )
    rows = fetch_rows(plan.sql, {**plan.params, **day_params(actor), "key": key})
    if not rows:
        raise NotFound
    row = rows[0]
    width = plan.output.width
    item = plan.output.make(row)
    if row[width]:
        item["deleted_at"] = row[width]
    item["can"] = {} if item.get("deleted_at") else plan.checks.can(actor, declaration, row[width + 1 :])
    item["masked"] = {} if item.get("deleted_at") else _masked(actor, declaration, plan, item, row)
    return item


def _masked(
    actor: Actor, declaration: ObjectType, plan: DetailPlan, item: dict[str, Any], row: tuple[Any, ...]
) -> dict[str, bool | str]:
    """Field → whether its masked value may be shown in clear: True, or the reason why not (ORG-8)."""
    if not plan.masked and not plan.secret:
        return {}
    secret = dict(zip((f.name for f in plan.secret), row[len(row) - len(plan.secret) :], strict=True))
    in_scope = bool(row[plan.output.width + 1 + plan.checks.places[declaration.perm(VERB)]])
    found: dict[str, bool | str] = {}
    for f in dict.fromkeys((*plan.masked, *plan.secret)):
        withheld = bool(secret.get(f.name))
        if (f in plan.masked or withheld) and (item.get(f.name) or f.masking == "null"):
            found[f.name] = offer(actor, declaration, in_scope=in_scope, withheld=withheld)
    return found


@dataclass(slots=True)
class Checks:
    """What tells which permissions reach a row: conditions, each asked once however many permissions share it, and fields read."""

    conditions: list[str]
    places: dict[str, int]
    """Permission → its condition."""
    reads: list[str]
    params: dict[str, Any]

    @property
    def select(self) -> list[str]:
        return [*self.conditions, *(f"t.{c}" for c in self.reads)]

    def can(self, actor: Actor, declaration: ObjectType, row: tuple[Any, ...]) -> dict[str, Any]:
        """The verdicts from a row that begins with :attr:`select`."""
        allowed = {code: row[place] for code, place in self.places.items()}
        return _can(actor, declaration, allowed, dict(zip(self.reads, row[len(self.conditions) :], strict=False)))


@dataclass(slots=True)
class DetailPlan:
    """A compiled detail: one statement, and how its row is read."""

    sql: str
    params: dict[str, Any]
    output: Output
    checks: Checks
    masked: list[Field]
    """Fields a rule masks on every record, and those whose record may withhold them (their conditions end the row)."""
    secret: list[Field]


def _plan_detail(actor: Actor, declaration: ObjectType, code: str, deleted: bool) -> DetailPlan:
    columns = build_columns(actor, declaration, tuple(f.name for f in readable_fields(actor, declaration)))
    scope = branches(actor, code, declaration.ownership)
    checks = _permission_checks(actor, declaration, given=code)
    masked = masked_fields(actor, declaration)
    secret = [f for f in declaration.fields if row_secret(actor, f) and f in readable_fields(actor, declaration)]
    withheld = [f"COALESCE({row_secret(actor, f)}, FALSE)" for f in secret]
    select = [*columns.select, "t.deleted_at", *checks.select, *withheld]
    state = "" if deleted else " AND t.deleted_at IS NULL"
    sql = f"SELECT {', '.join(select)} FROM {declaration.table} t WHERE t.id = %(key)s{state} AND {scope.sql}"
    params = {**columns.params, **scope.params, **checks.params}
    return DetailPlan(sql, params, columns.output, checks, masked, secret)


def _permission_checks(actor: Actor, declaration: ObjectType, given: str = "") -> Checks:
    """The conditions of every permission a record's ``can`` speaks of. ``given`` holds for the row already: it was found by it."""
    wanted = {declaration.perm(verb) for verb in ("edit", "delete", "share", VERB)} | {
        code
        for command in declaration.commands
        for code in (declaration.perm(command.verb), command_scope(declaration, command))
    }
    reads = {*declaration.stays_reads, *(c for command in declaration.commands for c in command.reads)}
    checks = Checks([], {}, sorted(reads), dict(actor.params))
    known: dict[Any, int] = {}
    for code in sorted(wanted):
        # Two permissions of equal reach are one condition.
        reach = True if code == given else (actor.reach(code), is_viewing(code))
        if reach not in known:
            scope = branches(actor, code, declaration.ownership)
            checks.params.update(scope.params)
            known[reach] = len(checks.conditions)
            checks.conditions.append("TRUE" if code == given else scope.sql)
        checks.places[code] = known[reach]
    return checks


def command_scope(declaration: ObjectType, command: Command) -> str:
    """The permission whose scope must reach the record for this command."""
    return declaration.perm(command.scope or command.verb)


def verdicts(actor: Actor, declaration: ObjectType, keys: list[UUID]) -> dict[str, dict[str, Any]]:
    """What may be done to each of ``keys``: the same answer as their details give. One statement."""
    checks = remembered(("checks", declaration.stamp, actor.signature), lambda: _permission_checks(actor, declaration))
    sql = f"SELECT t.id, {', '.join(checks.select)} FROM {declaration.table} t WHERE t.id = ANY(%(keys)s)"
    rows = fetch_rows(sql, {**checks.params, "keys": keys})
    return {row[0]: checks.can(actor, declaration, row[1:]) for row in rows}


NO_RIGHT = T("您没有此操作的权限。", "You have no right to do this.")


def _can(actor: Actor, declaration: ObjectType, allowed: dict[str, bool], facts: dict[str, Any]) -> dict[str, Any]:
    no = NO_RIGHT.to()
    result: dict[str, Any] = {"edit": allowed[declaration.perm("edit")] or no}
    deletable = declaration.can_delete and allowed[declaration.perm("delete")]
    why = declaration.stays(facts) if deletable and declaration.stays else None
    result["delete"] = why.to() if why else deletable or no
    if declaration.shareable:
        result["share"] = allowed[declaration.perm("share")] or no
    for command in declaration.commands:
        if not actor.has(declaration.perm(command.verb)) or not allowed[command_scope(declaration, command)]:
            result[command.name] = no
            continue
        refusal = command.refusal(actor, facts) if command.refusal else None
        result[command.name] = True if refusal is None else refusal.to()
    return result


def list_options(
    actor: Actor,
    declaration: ObjectType,
    *,
    q: str = "",
    limit: int = 20,
    ids: list[UUID] | None = None,
    filter: str = "",
) -> list[dict[str, Any]]:
    """Records for a picker: id, label, a second line; ``filter`` as lists take it."""
    readable = {f.name for f in readable_fields(actor, declaration)}
    subtitle = tuple(n for n in declaration.subtitle if n in readable)
    english = title_field_en(actor, declaration)
    titles = (english, declaration.title) if english in readable else (declaration.title,)
    if ids is not None:
        items = _items_of(actor, declaration, (*titles, *subtitle), ids)
    else:
        query = Query(
            fields=(*titles, *subtitle),
            filter=filter,
            q=q.strip(),
            limit=min(limit, 50),
            sort=declaration.default_sort,
        )
        items, _ = list_page(actor, declaration, query)
    return [_option(declaration, titles, subtitle, item) for item in items]


def _items_of(actor: Actor, declaration: ObjectType, names: tuple[str, ...], ids: list[UUID]) -> list[dict[str, Any]]:
    columns = build_columns(actor, declaration, names)
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    sql = f"SELECT {', '.join(columns.select)} FROM {declaration.table} t WHERE t.id = ANY(%(ids)s) AND {scope.sql}"
    rows = fetch_rows(sql, {**scope.params, **columns.params, "ids": ids[:MAX_NAMES]})
    return [columns.output.make(row) for row in rows]


def _option(
    declaration: ObjectType, titles: tuple[str, ...], subtitle: tuple[str, ...], item: dict[str, Any]
) -> dict[str, Any]:
    """``titles``: the first that is filled is the label."""
    label = next((item[name] for name in titles if item[name]), item[declaration.title])
    return {"id": item["id"], "label": label, "sub": line_of(declaration, subtitle, item)}


def line_of(declaration: ObjectType, names: tuple[str, ...], item: dict[str, Any]) -> str:
    """Fields of a row in one line, as people read them: labels of references, words of choices."""
    parts = []
    for name in names:
        value = item[name]
        found = declaration.by_name[name]
        if isinstance(value, dict):
            value = value["label"]
        elif value and found.choice_items():
            label = found.choice_map().get(value)
            value = label.to() if label else value
        if value:
            parts.append(str(value))
    return " · ".join(parts)
