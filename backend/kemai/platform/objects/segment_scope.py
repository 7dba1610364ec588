"""Segments in filters, and which of them a person may open (CUS-7).

In a filter a dynamic segment stands as its own conditions (:func:`put_in`), so it is never staler than the list; only its kept size
and history are of the last count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson

from kemai.accounts.access import Actor
from kemai.kit.errors import Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.platform.models import Segment
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.filters import MAX_DEPTH, TooDeep, compile_filter
from kemai.platform.objects.sharing import opened_to

MAX_NESTING = 3
"""Segments within segments."""


@dataclass
class Known:
    """The segments a person may open, read once when the first filter names one."""

    actor: Actor

    @cached_property
    def _rows(self) -> dict[UUID, tuple[str, str, Any]]:
        rows = Segment.objects.filter(opened_to(self.actor)).values_list("id", "object", "kind", "filter")
        return {key: (name, kind, tree) for key, name, kind, tree in rows}

    def find(self, key: UUID | None, declaration: ObjectType) -> tuple[str, Any]:
        """(kind, conditions); :class:`Malformed` when there is none of this kind of record that the person may open."""
        row = self._rows.get(key) if key else None
        if row is None or row[0] != declaration.name:
            raise Malformed(what="in_segment")
        return row[1], row[2]


def put_in(
    actor: Actor, declaration: ObjectType, tree: Any, known: Known | None = None, *, of: tuple[UUID, ...] = ()
) -> Any:
    """``tree`` with every dynamic segment replaced by its conditions. ``of``: the segment ``tree`` belongs to, which it may not use."""
    try:
        if not tree or b"in_segment" not in orjson.dumps(tree):
            return tree
    except orjson.JSONEncodeError as error:  # nested deeper than 254
        raise TooDeep from error
    return _put_in(declaration, tree, known or Known(actor), 1, of)


def _put_in(declaration: ObjectType, node: Any, known: Known, depth: int, inside: tuple[UUID, ...]) -> Any:
    if depth > MAX_DEPTH * (MAX_NESTING + 1):
        raise TooDeep
    if not isinstance(node, dict):
        raise Malformed(what="filter node")
    for word in ("and", "or"):
        if isinstance(node.get(word), list):
            return {**node, word: [_put_in(declaration, p, known, depth + 1, inside) for p in node[word]]}
    if "not" in node:
        return {**node, "not": _put_in(declaration, node["not"], known, depth + 1, inside)}
    if "in_segment" in node:
        key = parse_id(node["in_segment"])
        kind, tree = known.find(key, declaration)
        if kind == "static" or set(node) != {"in_segment"}:
            return node
        assert key is not None
        if key in inside or len(inside) >= MAX_NESTING:
            raise Malformed(what="in_segment in itself" if key in inside else f"in_segment nested > {MAX_NESTING}")
        return _put_in(declaration, tree or {"and": []}, known, depth + 1, (*inside, key))
    link = node.get("related")
    if node.get("where") and isinstance(link, dict) and isinstance(link.get("object"), str):
        try:
            target = get_object(link["object"])
        except NotFound as error:
            raise Malformed(what="filter 'related'") from error
        return {**node, "where": _put_in(target, node["where"], known, depth + 1, inside)}
    return node


def check_filter(
    actor: Actor, declaration: ObjectType, tree: Any, known: Known | None = None, *, of: tuple[UUID, ...] = ()
) -> None:
    """:class:`Malformed` (or :class:`Forbidden`) when this person could not ask ``tree``."""
    compile_filter(actor, declaration, put_in(actor, declaration, tree, known, of=of))


def get_segment_for(actor: Actor, segment_id: UUID, *, lock: bool = False) -> Segment:
    """A segment this person may open; :class:`NotFound` otherwise."""
    rows = Segment.objects.select_for_update() if lock else Segment.objects.all()
    row = rows.filter(opened_to(actor), pk=segment_id).first()
    if row is None or not actor.has(get_object(row.object).perm("view")):
        raise NotFound
    return row
