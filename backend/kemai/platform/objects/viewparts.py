"""What a view asks of a list, part by part: checked when it is saved, and cut to what each reader may ask when it is opened.

A part that names what the reader may not know is left out, and how many of each kind is said: a list that silently showed more or
less than its name promises would be a lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kemai.accounts.access import Actor
from kemai.kit.errors import Forbidden, Malformed, NotFound
from kemai.platform.objects import types
from kemai.platform.objects.board import board_fields
from kemai.platform.objects.declare import ObjectType
from kemai.platform.objects.groups import MAX_MEASURES, figure_of, level_of
from kemai.platform.objects.secrecy import comparable_field, readable_fields
from kemai.platform.objects.segment_scope import Known, check_filter
from kemai.platform.objects.select import parse_sort

LAYOUTS = ("table", "groups", "board", "calendar")
SPANS = ("month", "week", "day")
LEVELS = 2
"""Levels of a grouped table."""


@dataclass(slots=True)
class ListShape:
    """What a view asks of a list, built in or saved, as one reader gets it. ``left_out``: part → how many of them he does not."""

    filter: Any
    sort: str
    columns: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def miss(self, part: str, count: int = 1) -> None:
        if count:
            self.left_out[part] = self.left_out.get(part, 0) + count


def cut(
    actor: Actor, declaration: ObjectType, *, filter: Any, sort: str, columns: Any, options: Any, known: Known
) -> ListShape:
    """The list as ``actor`` may ask it. ``known``: the segments he may open."""
    shape = ListShape(None, sort, ())
    shape.filter = _cut_filter(lambda tree: check_filter(actor, declaration, tree, known), filter, shape)
    if sort and not _allowed(lambda: parse_sort(actor, declaration, sort)):
        shape.sort = ""
        shape.miss("sort")
    readable = {f.name for f in readable_fields(actor, declaration)}
    shape.columns = tuple(c for c in columns if c in readable)
    shape.miss("columns", len(tuple(columns)) - len(shape.columns))
    shape.options = _cut_options(actor, declaration, dict(options or {}), shape)
    return shape


def _allowed(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except (Malformed, Forbidden, NotFound):
        return False
    return True


def _cut_filter(check: Callable[[Any], None], tree: Any, shape: ListShape) -> Any:
    """Conditions joined by "and" are left out one by one; anything else only whole, since half of an "or" would say something else."""
    if not tree or _allowed(lambda: check(tree)):
        return tree
    if isinstance(tree, dict) and isinstance(tree.get("and"), list):
        kept = [part for part in (_cut_filter(check, p, shape) for p in tree["and"]) if part]
        return {"and": kept} if kept else None
    shape.miss("conditions")
    return None


def _cut_options(actor: Actor, declaration: ObjectType, options: dict[str, Any], shape: ListShape) -> dict[str, Any]:
    for key, part, check in (
        ("group", "groups", lambda v: level_of(actor, declaration, v)),
        ("measures", "measures", lambda v: figure_of(actor, declaration, v)),
    ):
        if key in options:
            kept = [v for v in options[key] if _allowed(lambda v=v, check=check: check(v))]  # type: ignore[misc]
            shape.miss(part, len(options[key]) - len(kept))
            options[key] = kept
    if shape.left_out.get("measures"):
        options.pop("order", None)
    for key, part in (("column", "groups"), ("sum", "measures"), ("date", "groups")):
        if options.get(key) and not _allowed(lambda key=key: comparable_field(actor, declaration, options[key])):  # type: ignore[misc]
            options.pop(key)
            shape.miss(part)
    return options


def read_options(actor: Actor, declaration: ObjectType, raw: Any) -> dict[str, Any]:
    """The layout's options as they are kept; :class:`Malformed` for what this person could not ask himself."""
    if raw is None:
        return {}
    if not isinstance(raw, dict) or set(raw) - {
        "group",
        "measures",
        "column",
        "sum",
        "hidden",
        "date",
        "span",
        "order",
    }:
        raise Malformed(what="options")
    found: dict[str, Any] = {}
    group, measures, hidden = (raw.get(k) or [] for k in ("group", "measures", "hidden"))
    if not all(isinstance(v, list) for v in (group, measures, hidden)):
        raise Malformed(what="options")
    if len(group) > LEVELS or len(measures) > MAX_MEASURES or len(hidden) > 60:
        raise Malformed(what=f"options: at most {LEVELS} groups, {MAX_MEASURES} measures, 60 hidden columns")
    for value in group:
        level_of(actor, declaration, value)
    for value in measures:
        figure_of(actor, declaration, value)
    if raw.get("sum"):
        figure_of(actor, declaration, {"op": "sum", "field": raw["sum"]})
    if raw.get("column") and raw["column"] not in {f.name for f in board_fields(actor, declaration)}:
        raise Malformed(what="options.column")
    if raw.get("date") and not isinstance(comparable_field(actor, declaration, raw["date"]).type, types.Date):
        raise Malformed(what="options.date")
    if raw.get("span") and raw["span"] not in SPANS:
        raise Malformed(what="options.span")
    for key, value in (("group", group), ("measures", measures), ("hidden", [str(h)[:60] for h in hidden])):
        if value:
            found[key] = value
    if raw.get("order") and str(raw["order"]).lstrip("-") not in {
        "key",
        "count",
        *(figure_of(actor, declaration, m).name for m in measures),
    }:
        raise Malformed(what="options.order")
    for key in ("column", "sum", "date", "span", "order"):
        if raw.get(key):
            found[key] = raw[key]
    return found
