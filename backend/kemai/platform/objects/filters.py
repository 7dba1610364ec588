"""The filter tree → SQL: ``{"and": [...]}``, ``{"or": [...]}``, ``{"not": {...}}`` over three kinds of leaf.

- ``{"field", "op", "value"}``: a field of the record, or of the one it points to (``customer.industry``);
- ``{"related": {"object", "field"}, "where", "measure", "op", "value"}``: the records that point here, counted, summed or otherwise
  measured (CUS-7); without a measure "there is at least one";
- ``{"in_segment": id}``: on a kept list (a dynamic segment is put in as its own conditions before, :mod:`segments`).

The only place that turns a request's filter into a condition. Names come from the declaration, values are bound, and a leaf on another
record holds only where the reader may see that record (decisions.md 6).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kemai.accounts.access import Actor, branches
from kemai.kit.errors import Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.secrecy import NotComparable, comparable_field, on, row_secret

MAX_DEPTH = 8
MAX_LEAVES = 100
MAX_RELATED = 6
"""Conditions on related records in one filter: each may read a table of its own."""

MEASURES = ("count", "sum", "avg", "min", "max")
_COUNT = Field("count", types.INTEGER, T("数量", "Count"), minimum=0)
_BY_SIZE = ("lt", "lte", "gt", "gte", "between", "within_last", "within_next")
_FIGURE_OPERATORS = ("eq", "ne", "lt", "lte", "gt", "gte", "between")


class TooDeep(Malformed):
    """Conditions within conditions beyond :data:`MAX_DEPTH`."""

    code = "filter_too_deep"
    text = T(
        "筛选条件嵌套过深，最多 {limit} 层；请减少条件组的层数。",
        "The filter is nested too deeply; at most {limit} levels. Use fewer groups within groups.",
    )

    def __init__(self) -> None:
        super().__init__(limit=MAX_DEPTH)


@dataclass(slots=True)
class Compiled:
    """A condition over alias ``t``, its values, and whether an index serves every leaf."""

    sql: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    indexed: bool = True
    leaves: int = 0
    related: int = 0
    narrow: bool = False
    filled: frozenset[str] = frozenset()
    """Fields that have a value in every row that passes."""


def compile_filter(actor: Actor, declaration: ObjectType, tree: Any) -> Compiled:
    """Compile ``tree`` for ``actor``; :class:`Malformed` says what is wrong with it."""
    compiled = Compiled()
    if tree:
        compiled.sql = _Compiler(actor, declaration, compiled).node(tree, 1)
        compiled.narrow = any(_is_narrow(declaration, leaf) for leaf in (tree.get("and") or [tree]))
        compiled.filled = _filled(tree)
    return compiled


def _filled(node: dict[str, Any]) -> frozenset[str]:
    """The fields that a (compiled, so well-formed) tree compares by size, on every way through it: nothing is neither more nor less."""
    if node.get("and"):
        return frozenset().union(*map(_filled, node["and"]))
    if node.get("or"):
        return frozenset.intersection(*map(_filled, node["or"]))
    return frozenset([node["field"]] if node.get("op") in _BY_SIZE and "field" in node else [])


def _is_narrow(declaration: ObjectType, leaf: dict[str, Any]) -> bool:
    """Whether every row must have one value of a field whose values few records share."""
    found = declaration.by_name.get(leaf.get("field", ""))
    return found is not None and found.narrow and leaf.get("op") == "eq"


@dataclass(frozen=True, slots=True)
class _Compiler:
    """Conditions over records of one kind under one alias; those on related records are a compiler of their own (``inner``)."""

    actor: Actor
    declaration: ObjectType
    out: Compiled
    alias: str = "t"
    inner: bool = False

    def node(self, node: Any, depth: int) -> str:
        if depth > MAX_DEPTH:
            raise TooDeep
        if not isinstance(node, dict):
            raise Malformed(what="filter node")
        for word in ("and", "or"):
            if word in node:
                parts = node[word]
                if len(node) != 1 or not isinstance(parts, list):
                    raise Malformed(what=f"filter {word!r}")
                if not parts:
                    return "TRUE" if word == "and" else "FALSE"
                return "(" + f" {word.upper()} ".join(self.node(p, depth + 1) for p in parts) + ")"
        if "not" in node:
            if len(node) != 1:
                raise Malformed(what="filter 'not'")
            return f"(NOT COALESCE({self.node(node['not'], depth + 1)}, FALSE))"
        self.out.leaves += 1
        if self.out.leaves > MAX_LEAVES:
            raise Malformed(what=f"filter leaves > {MAX_LEAVES}")
        if "related" in node:
            return self._many(node, depth)
        if "in_segment" in node:
            return self._listed(node)
        return self._leaf(node)

    def _leaf(self, node: dict[str, Any]) -> str:
        if set(node) - {"field", "op", "value"} or "field" not in node or "op" not in node:
            raise Malformed(what="filter leaf")
        name = node["field"]
        if isinstance(name, str) and "." in name and name not in self.declaration.by_name:
            return self._one(name, node)
        return self._own(comparable_field(self.actor, self.declaration, name), node)

    def _own(self, found: Field, node: dict[str, Any]) -> str:
        sql = self._compare(found, node["op"], node.get("value"), on(self.alias, found.expression))
        self.out.indexed = self.out.indexed and found.indexed
        secret = row_secret(self.actor, found)
        return f"({sql} AND NOT ({on(self.alias, secret)}))" if secret else sql

    def _compare(self, found: Field, op: Any, value: Any, expression: str, allowed: tuple[str, ...] = ()) -> str:
        """``expression <op> value`` as the field's type compares, the value bound under this leaf's own name."""
        known = tuple(o for o in found.type.operators if not allowed or o in allowed)
        if op not in known:
            raise Malformed(what=f"operator {str(op)[:20]!r} on {found.name!r} (allowed: {', '.join(known)})")
        try:
            sql, params = found.type.leaf(found, op, value, expression, f"f{self.out.leaves}")
        except types.BadValue as error:
            raise Malformed(what=f"{found.label}: {error.message.to(**error.params)}") from error
        self.out.params.update(params)
        return sql

    def _one(self, name: str, node: dict[str, Any]) -> str:
        """A field of the record a reference points to."""
        # ``customer.industry``, ``customer.custom.size``; a custom reference is itself two words: ``custom.maker.industry``.
        words = name.split(".", 2 if name.startswith("custom.") else 1)
        first, rest = ".".join(words[:-1]), words[-1]
        link = comparable_field(self.actor, self.declaration, first) if first in self.declaration.by_name else None
        if link is None or not link.target:
            raise NotComparable(name)
        target = get_object(link.target)
        alias = f"{self.alias}1"
        rows = self._rows(target, alias)
        leaf = _Compiler(self.actor, target, self.out, alias)._own(comparable_field(self.actor, target, rest), node)
        self.out.indexed = self.out.indexed and link.indexed
        return f"{on(self.alias, link.expression)} IN (SELECT {alias}.id FROM {rows} AND {leaf})"

    def _rows(self, target: ObjectType, alias: str) -> str:
        """FROM and WHERE of the living records of another kind the reader may see."""
        self.actor.require(target.perm("view"))
        scope = branches(self.actor, target.perm("view"), target.ownership, alias=alias)
        self.out.params.update(scope.params)
        return f"{target.table} {alias} WHERE {alias}.deleted_at IS NULL AND {scope.sql}"

    def _many(self, node: dict[str, Any], depth: int) -> str:
        """A figure over the records that point here, asked record by record through the link's index: a page of fifty then costs fifty
        figures, not the whole table grouped first (decisions/019). "Some" and "none" leave the planner its choice of join."""
        if set(node) - {"related", "where", "measure", "op", "value"} or self.inner:
            raise Malformed(what="filter 'related'" + (" inside 'related'" if self.inner else ""))
        self.out.related += 1
        if self.out.related > MAX_RELATED:
            raise Malformed(what=f"filter 'related' > {MAX_RELATED}")
        target, link = self._link(node["related"])
        inside = _Compiler(self.actor, target, self.out, "r", inner=True)
        rows = self._rows(target, "r")
        op, value = node.get("op", "gte"), node.get("value", 1 if "op" not in node else None)
        measure = node.get("measure") or {"op": "count"}
        expression, found, allowed = inside._figure(measure)
        having = inside._compare(found, op, value, expression, allowed)
        parts = [rows]
        if link.object_column:
            parts.append(f"r.{link.object_column} = '{self.declaration.name}'")
        if node.get("where"):
            indexed = self.out.indexed
            parts.append(inside.node(node["where"], depth + 1))
            self.out.indexed = indexed  # found by the link, tested on the way
        self.out.indexed = self.out.indexed and link.indexed
        key = on("r", link.expression)
        sql = " AND ".join(parts)
        plain = measure["op"] == "count" and _threshold(op, value)
        if plain:
            return f"{'NOT ' if plain == 'none' else ''}EXISTS (SELECT 1 FROM {sql} AND {key} = {self.alias}.id)"
        # Over no rows at all the aggregate is 0, or unknown: what then holds, the comparison itself says.
        return f"COALESCE((SELECT {having} FROM {sql} AND {key} = {self.alias}.id), FALSE)"

    def _link(self, raw: Any) -> tuple[ObjectType, Field]:
        """The kind of record and its field that points to this kind."""
        if not isinstance(raw, dict) or set(raw) != {"object", "field"} or not isinstance(raw["object"], str):
            raise Malformed(what="filter 'related': {object, field}")
        try:
            target = get_object(raw["object"])
        except NotFound as error:
            raise Malformed(what=f"object {raw['object'][:60]!r}") from error
        self.actor.require(target.perm("view"))
        link = comparable_field(self.actor, target, raw["field"])
        if self.declaration.name != link.target and self.declaration.name not in link.targets:
            raise Malformed(what=f"{raw['object'][:60]}.{link.name} does not point to {self.declaration.name}")
        if row_secret(self.actor, link):
            raise NotComparable(link.name)
        return target, link

    def _figure(self, measure: Any) -> tuple[str, Field, tuple[str, ...]]:
        """(expression, the field it compares as, the operators it takes if not all of the field's)."""
        if not isinstance(measure, dict) or measure.get("op") not in MEASURES or set(measure) - {"op", "field"}:
            raise Malformed(what=f"measure: {', '.join(MEASURES)}")
        op = measure["op"]
        if op == "count":
            return "count(*)", _COUNT, _FIGURE_OPERATORS
        found = comparable_field(self.actor, self.declaration, measure.get("field"))
        number = isinstance(found.type, types.Number)
        if row_secret(self.actor, found) or not (
            number or (op in ("min", "max") and isinstance(found.type, types.Date))
        ):
            raise Malformed(what=f"{op} of {found.name!r}")
        figure = f"{op}({on(self.alias, found.measured)})"
        if op == "sum":
            return f"COALESCE({figure}, 0)", found, _FIGURE_OPERATORS
        return figure, found, ()

    def _listed(self, node: dict[str, Any]) -> str:
        """On a kept list the reader may open. The list's own visibility is asked in the statement: it may be withdrawn any time."""
        key = parse_id(node["in_segment"]) if set(node) == {"in_segment"} else None
        if key is None:
            raise Malformed(what="in_segment")
        name = f"f{self.out.leaves}"
        self.out.params.update({name: key, "me": self.actor.id, "principals": list(self.actor.principals)})
        return (
            f"{self.alias}.id IN (SELECT m.record_id FROM platform_segmentmember m JOIN platform_segment s ON s.id = m.segment_id "
            f"WHERE s.id = %({name})s AND s.object = '{self.declaration.name}' AND s.kind = 'static' AND m.left_at IS NULL AND {MAY_OPEN})"
        )


MAY_OPEN = "(s.owner_id = %(me)s OR s.shared_kind = 'all' OR s.shared_id = ANY(%(principals)s))"
"""Over a segment ``s``: whether the reader may open it."""


def _threshold(op: str, value: Any) -> str:
    """``some`` for "at least one", ``none`` for "none at all", empty for any other count."""
    if isinstance(value, bool) or not isinstance(value, int):
        return ""
    return {("gte", 1): "some", ("gt", 0): "some", ("ne", 0): "some"}.get((op, value)) or {
        ("eq", 0): "none",
        ("lt", 1): "none",
        ("lte", 0): "none",
    }.get((op, value), "")
