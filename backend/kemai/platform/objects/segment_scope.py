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
from kemai.kit.errors import Forbidden, Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.models import Segment
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.demands import names_in
from kemai.platform.objects.filters import MAX_DEPTH, TooDeep, compile_filter
from kemai.platform.objects.secrecy import row_secret
from kemai.platform.objects.sharing import opened_to

MAX_NESTING = 3
"""Segments within segments."""


class SegmentWithheld(Forbidden):
    """Who is on it would tell what the reader may not know of them (ORG-3)."""

    code = "segment_withheld"
    text = T(
        "此名单的条件用到您看不到的内容，所以不能按它查看。请联系名单的所有者。",
        "The conditions of this segment use what you may not see, so you cannot look by it. Ask its owner.",
    )


@dataclass
class Known:
    """The segments a person may open, read once when the first filter names one."""

    actor: Actor

    @cached_property
    def _rows(self) -> dict[UUID, Segment]:
        return {row.id: row for row in Segment.objects.filter(opened_to(self.actor))}

    def find(self, key: UUID | None, declaration: ObjectType) -> Segment:
        """:class:`Malformed` when there is none of this kind of record that the person may open."""
        row = self._rows.get(key) if key else None
        if row is None or row.object != declaration.name:
            raise Malformed(what="in_segment")
        return row


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
        row = known.find(key, declaration)
        if row.kind == "static" or set(node) != {"in_segment"}:
            return node
        if row.id in inside or len(inside) >= MAX_NESTING:
            raise Malformed(what="in_segment in itself" if row.id in inside else f"in_segment nested > {MAX_NESTING}")
        tree = _put_in(declaration, row.filter or {"and": []}, known, depth + 1, (*inside, row.id))
        _refuse_withheld(known.actor, declaration, row, tree)
        return tree
    link = node.get("related")
    if node.get("where") and isinstance(link, dict) and isinstance(link.get("object"), str):
        try:
            target = get_object(link["object"])
        except NotFound as error:
            raise Malformed(what="filter 'related'") from error
        return {**node, "where": _put_in(target, node["where"], known, depth + 1, inside)}
    return node


def _refuse_withheld(actor: Actor, declaration: ObjectType, row: Segment, tree: Any) -> None:
    """:class:`SegmentWithheld` where somebody else's conditions are none this person could ask himself."""
    if row.owner_id == actor.id:
        return
    try:
        compile_filter(actor, declaration, tree)
    except TooDeep:
        raise
    except (Malformed, Forbidden) as error:
        raise SegmentWithheld from error


def refuse_withheld(actor: Actor, row: Segment, known: Known | None = None) -> None:
    """:class:`SegmentWithheld` where who is on the segment, and what it is made of, would tell this person what he may not know: a
    field kept from him, on every record or on some."""
    if row.kind == "static" or row.owner_id == actor.id:
        return
    declaration = get_object(row.object)
    tree = put_in(actor, declaration, {"in_segment": str(row.id)}, known)
    named = (declaration.by_name.get(name) for name in names_in(tree))
    if any(f and row_secret(actor, f) for f in named):
        raise SegmentWithheld


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
