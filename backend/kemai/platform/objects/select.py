"""Declaration + request + rights → SQL, compiled once per shape (decisions.md 1 to 7)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson
from django.conf import settings

from kemai.accounts.access import Actor, Scope, branches
from kemai.kit.errors import Malformed
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.filters import Compiled, compile_filter
from kemai.platform.objects.searching import COMMON, FEW, query_kind, search_condition
from kemai.platform.objects.secrecy import comparable_field, on, output, row_secret

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Query:
    """What a list request asks for, as it came in."""

    fields: tuple[str, ...] = ()
    filter: str = ""
    """The filter tree as JSON text: part of the shape's key."""
    q: str = ""
    sort: str = ""
    deleted: bool = False
    limit: int = 50
    cursor: str = ""


@dataclass(slots=True)
class Output:
    """How a row becomes an answer: plain columns, and references that take two."""

    plain: list[tuple[str, int]] = field(default_factory=list)
    references: list[tuple[str, int]] = field(default_factory=list)
    width: int = 0
    related: list[tuple[str, int]] = field(default_factory=list)

    def make(self, row: tuple[Any, ...]) -> dict[str, Any]:
        item = {name: row[at] for name, at in self.plain}
        for name, at in self.references:
            key = row[at]
            item[name] = None if key is None else {"id": key, "label": row[at + 1]}
        for name, at in self.related:
            key = row[at]
            item[name] = None if key is None else {"id": key, "label": row[at + 1], "object": row[at + 2]}
        return item


@dataclass(slots=True)
class Columns:
    """SELECT list for some fields. References are labelled by subselects: a join of five small tables takes the planner longer
    than reading the row (0.9 against 0.4 ms for one customer)."""

    select: list[str]
    output: Output
    params: dict[str, Any]


def build_columns(actor: Actor, declaration: ObjectType, names: tuple[str, ...]) -> Columns:
    """The fields ``names`` as ``actor`` may read them; labels of references only of records he may see."""
    columns = Columns(["t.id", "t.version"], Output([("id", 0), ("version", 1)], [], 2), {})
    for name in names:
        found = declaration.by_name.get(name)
        sql = output(actor, declaration, found) if found else None
        if found is None or sql is None:
            raise Malformed(what=f"fields: {name[:60]!r}")
        if found.targets:
            _add_related(actor, columns, found, sql)
        elif found.target:
            _add_reference(actor, columns, found, sql)
        else:
            columns.output.plain.append((name, columns.output.width))
            columns.select.append(sql)
            columns.output.width += 1
    return columns


def _add_reference(actor: Actor, columns: Columns, found: Field, sql: str) -> None:
    columns.output.references.append((found.name, columns.output.width))
    columns.select += [sql, _label(actor, columns, found.target, sql)]
    columns.output.width += 2


def _add_related(actor: Actor, columns: Columns, found: Field, sql: str) -> None:
    """A reference to one of several kinds: the label from whichever it is."""
    cases = [f"WHEN '{name}' THEN {_label(actor, columns, name, sql)}" for name in found.targets]
    columns.output.related.append((found.name, columns.output.width))
    columns.select += [sql, f"CASE t.{found.object_column} {' '.join(cases)} END", f"t.{found.object_column}"]
    columns.output.width += 3


def _label(actor: Actor, columns: Columns, name: str, key: str) -> str:
    """The title of the record ``key`` where the reader may see it, else null."""
    target = get_object(name)
    scope = branches(actor, target.perm("view"), target.ownership, alias="j")
    columns.params.update(scope.params)
    return f"(SELECT {on('j', title_sql(actor, target))} FROM {target.table} j WHERE j.id = {key} AND {scope.sql})"


def title_sql(actor: Actor, declaration: ObjectType) -> str:
    """What names a record of alias ``t`` to this reader; NULL where its title is hidden from him."""
    title = output(actor, declaration, declaration.by_name[declaration.title]) or "NULL"
    name = title_field_en(actor, declaration)
    other = output(actor, declaration, declaration.by_name[name]) if name else None
    return f"COALESCE(NULLIF({other}, ''), {title})" if other else title


def title_field_en(actor: Actor, declaration: ObjectType) -> str:
    """The field with the English title, for a reader of English; empty for others and where there is none."""
    return declaration.title_en if actor.locale == "en" else ""


#: What lies in the recycle bin; what was merged is part of another record and does not.
IN_BIN = (
    "(t.deleted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM platform_merge m WHERE m.deletion_id = t.deletion_id))"
)


@dataclass(slots=True)
class ListPlan:
    """A compiled list: three statements (first page, after a value, after null) made on demand from the same parts."""

    declaration: ObjectType
    scope: Scope
    columns: Columns
    compiled: Compiled
    search: str
    sort: Field
    descending: bool
    deleted: bool
    narrowed: bool
    """By a search whose terms not every record has."""
    gathered: bool
    """By a search whose terms so few have that these are read first, and sifted by everything else."""
    statements: dict[str, str] = field(default_factory=dict)

    @property
    def nullable(self) -> bool:
        """Whether rows without a value to sort by are to be looked for; where a condition rules them out, reading them all finds none."""
        return self.sort.name not in self.compiled.filled and self.declaration.may_be_null(self.sort)

    @property
    def condition(self) -> str:
        """Everything that is asked of a row besides the scope."""
        return " AND ".join(part for part in (self._sifting, self.search) if part)

    @property
    def _sifting(self) -> str:
        state = IN_BIN if self.deleted else "t.deleted_at IS NULL"
        return f"{state} AND {self.compiled.sql}" if self.compiled.sql else state

    def _rows(self, condition: str) -> str:
        """FROM and WHERE of the rows that meet ``condition`` and what is asked besides. What a search gathers is planned on its own
        (OFFSET 0), lest its index be intersected with a large one of the scope."""
        table = self.declaration.table
        if self.gathered:
            return f"(SELECT t.* FROM {table} t WHERE {self.search} OFFSET 0) t WHERE {condition} AND {self._sifting}"
        return f"{table} t WHERE {condition} AND {self.condition}"

    def statement(self, kind: str) -> str:
        """SQL for ``first``, ``value`` or ``null`` pages."""
        if kind not in self.statements:
            self.statements[kind] = self._build(kind)
        return self.statements[kind]

    def _build(self, kind: str) -> str:
        column = self.sort.sort_expression
        way, sign = self._way, "<" if self.descending else ">"
        ranges: list[str] = []
        if kind in ("first", "value"):
            after = (
                "" if kind == "first" else f" AND ({column}, t.id) {sign} (%(after)s{self._cast}, %(after_id)s::uuid)"
            )
            ranges.append((f" AND {column} IS NOT NULL" if self.nullable else "") + after)
        if self.nullable:
            ranges.append(f" AND {column} IS NULL" + (f" AND t.id {sign} %(after_id)s::uuid" if kind == "null" else ""))
        order = f"ORDER BY {column} {way}, t.id {way} LIMIT %(limit)s"
        select = ", ".join([*self.columns.select, f"{column}::text"])
        if len(ranges) == 1 and len(self._conditions) == 1 and not self._keyed and not self.gathered:
            inner = f"(SELECT t.* FROM {self._rows(self._conditions[0])}{ranges[0]} {order}) t"
            return f"SELECT {select} FROM {inner} ORDER BY {column} {way}, t.id {way}"
        last = f"ORDER BY (k.k IS NULL), k.k {way}, k.id {way}"
        return f"SELECT {select} FROM ({self._keys(self._conditions, ranges, last)}) k JOIN {self.declaration.table} t ON t.id = k.id {last}"

    def grouped_statement(self, group: Field) -> str:
        """The first page of each value in ``%(groups)s``, and the value with each row: one statement, planned once. What is only shared
        is read once for all values."""
        if group.name not in self.statements:
            column = self.sort.sort_expression
            last = f"ORDER BY (k.k IS NULL), k.k {self._way}, k.id {self._way}"
            inside = f" AND {group.expression} = g.key"
            ranges = (
                [f"{inside} AND {column} IS NOT NULL", f"{inside} AND {column} IS NULL"] if self.nullable else [inside]
            )
            once = [condition for condition in self._conditions if condition in self.scope.shared and self._keyed]
            apart = [condition for condition in self._conditions if condition not in once]
            shown, more = "", []
            if once:
                rows = self._rows(f"({' OR '.join(once)})")
                shown = f"WITH shown AS MATERIALIZED (SELECT t.id, {column} AS k, {group.expression} AS g FROM {rows}) "
                more = ["(SELECT s.id, s.k FROM shown s WHERE s.g = g.key)"]
            values = f"unnest(%(groups)s::{self.declaration.type_of(group)}[])"
            select = ", ".join([*self.columns.select, f"{column}::text", "g.key::text"])
            self.statements[group.name] = (
                f"{shown}SELECT {select} FROM {values} g (key) CROSS JOIN LATERAL "
                f"({self._keys(apart, ranges, last, more)}) k JOIN {self.declaration.table} t ON t.id = k.id {last}"
            )
        return self.statements[group.name]

    @property
    def _way(self) -> str:
        return "DESC" if self.descending else "ASC"

    @property
    def _conditions(self) -> list[str]:
        if self.scope.everything or self.compiled.narrow or self.gathered or self.deleted:
            return [self.scope.sql]
        return list(self.scope.conditions) or ["FALSE"]

    @property
    def _keyed(self) -> dict[str, tuple[str, str]]:
        # A search has its own index: the planner, which takes reading a record's terms for free, would go through all keys instead.
        # The bin has one of its own, too.
        if self.narrowed or self.compiled.narrow or self.deleted:
            return {}
        # Behind a column without an index in the list's order each key would be looked for in all of that order, those that have
        # nothing to the end of the table; for all departments at once the planner finds a better way.
        sort, leads = self.sort.sort or self.sort.stored, self.declaration.leads
        return {
            condition: keyed
            for condition, keyed in self.scope.keyed.items()
            if condition not in self.scope.known or leads(keyed[0], sort)
        }

    def _keys(self, conditions: list[str], ranges: list[str], last: str, more: Sequence[str] = ()) -> str:
        """The page's keys ``id`` and sort values ``k``: the first of the first of every branch, and of ``more``."""
        column = self.sort.sort_expression
        order = f"ORDER BY {column} {self._way}, t.id {self._way} LIMIT %(limit)s"
        keys = [self._branch(condition, column, part, order, self._way) for condition in conditions for part in ranges]
        return f"SELECT * FROM ({' UNION '.join([*keys, *more])}) k {last} LIMIT %(limit)s"

    def _branch(self, condition: str, column: str, part: str, order: str, way: str) -> str:
        """The first keys of one branch, from its own index."""
        keyed = self._keyed.get(condition)
        own = f"t.{keyed[0]} = s.key" if keyed else condition
        rows = f"(SELECT t.id, {column} AS k FROM {self._rows(own)}{part} {order})"
        if not keyed:
            return rows
        return (
            f"(SELECT b.id, b.k FROM (SELECT DISTINCT s.key FROM ({keyed[1]}) s (key)) s CROSS JOIN LATERAL {rows} b "
            f"ORDER BY b.k {way}, b.id {way} LIMIT %(limit)s)"
        )

    @property
    def _cast(self) -> str:
        if self.sort.type.rank_cast and not self.sort.sort:
            return self.sort.type.rank_cast
        kind = self.declaration.column_types[self.sort.sort] if self.sort.sort else self.declaration.type_of(self.sort)
        return "::text" if kind.startswith(("varchar", "text", "char")) else f"::{kind.split('(')[0]}"

    def count_statement(self, cap: int) -> str:
        return f"SELECT count(*) FROM (SELECT 1 FROM {self._rows(self.scope.sql)} LIMIT {cap}) n"

    def keys_statement(self) -> str:
        """Every key the list would show, in its order (bulk, export)."""
        return f"SELECT t.id FROM {self._rows(self.scope.sql)}"

    @property
    def static_params(self) -> dict[str, Any]:
        return {**self.scope.params, **self.columns.params, **self.compiled.params}


Plan = TypeVar("Plan")

_plans: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_MAX_PLANS = 2000


def plan_list(actor: Actor, declaration: ObjectType, query: Query, permission: str = "view") -> ListPlan:
    """The compiled list for this shape and these rights, from the cache where it was compiled before."""
    actor.require(declaration.perm(permission))
    if query.deleted:
        actor.require(declaration.perm("delete"))
    kind = query_kind(declaration, query.q)
    key = (
        declaration.stamp,
        permission,
        query.fields,
        query.filter,
        kind,
        query.sort,
        query.deleted,
        actor.signature,
    )
    return remembered(key, lambda: _compile(actor, declaration, query, kind, permission))


def remembered(key: tuple[Any, ...], compile_it: Callable[[], Plan]) -> Plan:
    """What was compiled for ``key`` before, or now. The key names everything the SQL depends on, rights by their signature."""
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = compile_it()
        if len(_plans) > _MAX_PLANS:
            _plans.popitem(last=False)
    else:
        _plans.move_to_end(key)
    return plan


def _compile(actor: Actor, declaration: ObjectType, query: Query, kind: str, permission: str) -> ListPlan:
    tree = _load(query.filter)
    sort, descending = parse_sort(actor, declaration, query.sort or declaration.default_sort)
    code = declaration.perm(permission)
    search = search_condition(actor, declaration, kind) if kind else ""
    return ListPlan(
        declaration,
        branches(actor, code, declaration.ownership),
        build_columns(actor, declaration, query.fields),
        compile_filter(actor, declaration, tree),
        search,
        sort,
        descending,
        query.deleted,
        bool(kind) and COMMON not in kind,
        FEW in kind,
    )


def _load(text: str) -> Any:
    if not text:
        return None
    if len(text) > 20_000:
        raise Malformed(what="filter > 20,000 characters")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed(what="filter is not JSON") from error


def parse_sort(actor: Actor, declaration: ObjectType, text: str) -> tuple[Field, bool]:
    """``-updated_at`` → (field, descending). Further sort fields of a comma list are not needed: id settles ties."""
    name = text.split(",")[0]
    descending = name.startswith("-")
    found = comparable_field(actor, declaration, name.lstrip("-"))
    if not found.sortable or row_secret(actor, found):
        raise Malformed(what=f"sort by {found.name!r}")
    return found, descending


def sign_cursor(actor: Actor, declaration: ObjectType, query: Query, value: str | None, key: str) -> str:
    """An opaque place in the list; useless for another list, filter, sort or person."""
    body = orjson.dumps([value, key])
    return base64.urlsafe_b64encode(_mac(actor, declaration, query, body) + body).decode().rstrip("=")


def read_cursor(actor: Actor, declaration: ObjectType, query: Query) -> tuple[str | None, str]:
    """The (sort value, key) a cursor stands for; :class:`Malformed` when it was not made for this list."""
    try:
        raw = base64.urlsafe_b64decode(query.cursor + "=" * (-len(query.cursor) % 4))
        body = raw[8:]
        if not hmac.compare_digest(raw[:8], _mac(actor, declaration, query, body)):
            raise ValueError
        value, key = orjson.loads(body)
    except (ValueError, TypeError) as error:
        raise Malformed(what="cursor") from error
    return value, key


def _mac(actor: Actor, declaration: ObjectType, query: Query, body: bytes) -> bytes:
    shape = f"{declaration.name}|{query.filter}|{query.q}|{query.sort}|{query.deleted}|{actor.id}|"
    return hashlib.blake2b(shape.encode() + body, key=settings.SECRET_KEY.encode()[:64], digest_size=8).digest()
