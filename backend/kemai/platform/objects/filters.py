"""The filter tree → SQL: ``{"and": [...]}``, ``{"or": [...]}``, ``{"not": {...}}`` over ``{"field", "op", "value"}``.

The only place that turns a request's filter into a condition. Names come from the declaration, values are bound, and a leaf on another
record holds only where the reader may see that record (decisions.md 6).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kemai.accounts.access import Actor, branches
from kemai.kit.errors import Malformed
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.secrecy import comparable_field, on, row_secret

MAX_DEPTH = 8
MAX_LEAVES = 100


@dataclass(slots=True)
class Compiled:
    """A condition over alias ``t``, its values, whether an index serves every leaf, and whether one leaf alone leaves few rows."""

    sql: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    indexed: bool = True
    leaves: int = 0
    narrow: bool = False


def compile_filter(actor: Actor, declaration: ObjectType, tree: Any) -> Compiled:
    """Compile ``tree`` for ``actor``; :class:`Malformed` says what is wrong with it."""
    compiled = Compiled()
    if tree:
        compiled.sql = _node(actor, declaration, tree, compiled, 1)
        compiled.narrow = any(_is_narrow(declaration, leaf) for leaf in (tree.get("and") or [tree]))
    return compiled


def _is_narrow(declaration: ObjectType, leaf: dict[str, Any]) -> bool:
    """Whether every row must have one value of a field whose values few records share."""
    found = declaration.by_name.get(leaf.get("field", ""))
    return found is not None and found.narrow and leaf.get("op") == "eq"


def _node(actor: Actor, declaration: ObjectType, node: Any, compiled: Compiled, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise Malformed(what=f"filter depth > {MAX_DEPTH}")
    if not isinstance(node, dict):
        raise Malformed(what="filter node")
    for word in ("and", "or"):
        if word in node:
            parts = node[word]
            if len(node) != 1 or not isinstance(parts, list):
                raise Malformed(what=f"filter {word!r}")
            if not parts:
                return "TRUE" if word == "and" else "FALSE"
            return (
                "(" + f" {word.upper()} ".join(_node(actor, declaration, p, compiled, depth + 1) for p in parts) + ")"
            )
    if "not" in node:
        if len(node) != 1:
            raise Malformed(what="filter 'not'")
        return f"(NOT COALESCE({_node(actor, declaration, node['not'], compiled, depth + 1)}, FALSE))"
    return _leaf(actor, declaration, node, compiled)


def _leaf(actor: Actor, declaration: ObjectType, node: dict[str, Any], compiled: Compiled) -> str:
    if set(node) - {"field", "op", "value"} or "field" not in node or "op" not in node:
        raise Malformed(what="filter leaf")
    compiled.leaves += 1
    if compiled.leaves > MAX_LEAVES:
        raise Malformed(what=f"filter leaves > {MAX_LEAVES}")
    name = node["field"]
    if isinstance(name, str) and "." in name and name not in declaration.by_name:
        return _related(actor, declaration, name, node, compiled)
    return _own(actor, declaration, comparable_field(actor, declaration, name), node, compiled, "t")


def _own(
    actor: Actor, declaration: ObjectType, found: Field, node: dict[str, Any], compiled: Compiled, alias: str
) -> str:
    op = node["op"]
    if op not in found.type.operators:
        raise Malformed(
            what=f"operator {str(op)[:20]!r} on {found.name!r} (allowed: {', '.join(found.type.operators)})"
        )
    parameter = f"f{compiled.leaves}"
    try:
        sql, params = found.type.leaf(found, op, node.get("value"), on(alias, found.expression), parameter)
    except types.BadValue as error:
        raise Malformed(what=f"{found.label}: {error.message.to(**error.params)}") from error
    compiled.params.update(params)
    compiled.indexed = compiled.indexed and found.indexed
    secret = row_secret(actor, found)
    return f"({sql} AND NOT ({on(alias, secret)}))" if secret else sql


def _related(actor: Actor, declaration: ObjectType, name: str, node: dict[str, Any], compiled: Compiled) -> str:
    # ``customer.industry``, ``customer.custom.size``; a custom reference is itself two words: ``custom.maker.industry``.
    words = name.split(".", 2 if name.startswith("custom.") else 1)
    first, rest = ".".join(words[:-1]), words[-1]
    link = comparable_field(actor, declaration, first) if first in declaration.by_name else None
    if link is None or not link.target:
        raise Malformed(what=f"field {name[:60]!r}")
    target = get_object(link.target)
    actor.require(target.perm("view"))
    scope = branches(actor, target.perm("view"), target.ownership, alias="r")
    compiled.params.update(scope.params)
    leaf = _own(actor, target, comparable_field(actor, target, rest), node, compiled, "r")
    compiled.indexed = compiled.indexed and link.indexed
    return f"{link.expression} IN (SELECT r.id FROM {target.table} r WHERE r.deleted_at IS NULL AND {scope.sql} AND {leaf})"
