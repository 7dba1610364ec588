"""A kind of record described for one person: what the screens build themselves from. Cut to his rights, cacheable."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kemai.accounts.access import Actor
from kemai.base.parameters import Parameter
from kemai.kit.words import T
from kemai.platform.custom.layouts import layout_for
from kemai.platform.objects import types
from kemai.platform.objects.board import board_fields
from kemai.platform.objects.declare import Command, Field, Moving, ObjectType, View, all_objects, get_object
from kemai.platform.objects.groups import may_group
from kemai.platform.objects.secrecy import HIDDEN, MASKED, READ_ONLY, access_of, readable_fields, row_secret
from kemai.platform.objects.select import title_field_en
from kemai.platform.objects.views import arrangement, saved_views


def list_objects(actor: Actor) -> list[dict[str, Any]]:
    """The kinds of record this person may view."""
    return [
        {
            "name": o.name,
            "label": o.label.to(),
            "label_plural": o.plural.to(),
            "icon": o.icon or o.name,
            "path": o.path,
            "menu": o.menu,
            "bin": actor.has(o.perm("delete")),
        }
        for o in all_objects()
        if actor.has(o.perm("view"))
    ]


def describe(actor: Actor, declaration: ObjectType) -> dict[str, Any]:
    """The description of interface.md."""
    actor.require(declaration.perm("view"))
    layout = layout_for(actor, declaration)
    places = {
        name: (n, s["key"]) for n, (s, name) in enumerate((s, name) for s in layout["sections"] for name in s["fields"])
    }
    last = (len(places), None)
    readable = sorted(readable_fields(actor, declaration), key=lambda f: places.get(f.name, last)[0])
    fields = {f.name: f for f in readable}

    def known(names: tuple[str, ...]) -> list[str]:
        return [n for n in names if n in fields]

    can = {
        verb: actor.has(declaration.perm(verb)) for verb in ("create", "edit", "delete", "import", "export", "share")
    }
    can["create"] = can["create"] and declaration.can_create
    can["delete"] = can["delete"] and declaration.can_delete
    can["import"] = can["import"] and declaration.can_import
    can["share"] = can["share"] and declaration.shareable
    built_in = [_view(actor, declaration, v) for v in declaration.all_views]
    views = [*built_in, *saved_views(actor, declaration)]
    arranged = arrangement(actor, declaration, {v["key"] for v in views}, _default_view(actor, declaration))
    for view in views:
        view["default"] = view["key"] == arranged["opens"]
    columns = [f.name for f in board_fields(actor, declaration)]
    dates = [f.name for f in fields.values() if isinstance(f.type, types.Date) and _comparable(actor, declaration, f)]
    return {
        "name": declaration.name,
        "label": declaration.label.to(),
        "label_plural": declaration.plural.to(),
        "description": declaration.description.to() if declaration.description else "",
        "icon": declaration.icon or declaration.name,
        "title_field": declaration.title,
        "title_field_en": english if (english := title_field_en(actor, declaration)) in fields else None,
        "subtitle_fields": known(declaration.subtitle),
        "fields": [
            {
                **describe_field(actor, declaration, f),
                "section": places.get(name, last)[1],
                "quick": name in layout["quick"],
            }
            for name, f in fields.items()
        ],
        "sections": [{"key": s["key"], "label": _label(s)} for s in layout["sections"]],
        "layout": {
            **{part: known(tuple(layout[part])) for part in ("quick", "facts", "columns")},
            "sections": [
                {"key": s["key"], "label": _label(s), "fields": known(tuple(s["fields"]))} for s in layout["sections"]
            ],
        },
        "list": {
            "columns": known(tuple(layout["columns"])),
            "default_sort": declaration.default_sort,
            "quick_filters": known(declaration.quick_filters),
            "widths": {},
        },
        "views": views,
        "arrangement": {k: arranged[k] for k in ("pinned", "default", "role_default")},
        "layouts": [
            "table",
            "groups",
            *(["board"] if declaration.board or columns else []),
            *(["calendar"] if dates else []),
        ],
        "board_fields": columns,
        "date_fields": dates,
        "related": _related(actor, declaration),
        "board": _board(declaration, known),
        "detail": {
            "path_field": declaration.path_field or None,
            "facts": known(tuple(layout["facts"])),
            "panels": [_panel(actor, p) for p in declaration.panels if actor.has(get_object(p.object).perm("view"))],
            "timeline": declaration.timeline,
            "composer": [n for n in declaration.composer if actor.has(get_object(n).perm("create"))],
        },
        "actions": [describe_command(c, fields) for c in declaration.commands if actor.has(declaration.perm(c.verb))],
        "can": {**can, "bulk": True},
        "import": {"modes": ["create", "update", "both"], "keys": [f.name for f in fields.values() if f.key]}
        if can["import"]
        else None,
    }


def _label(section: dict[str, Any]) -> str:
    return T(section["label_zh"], section["label_en"]).to()


def _view(actor: Actor, declaration: ObjectType, view: View) -> dict[str, Any]:
    known = {f.name for f in readable_fields(actor, declaration)}
    return {
        "key": view.key,
        "label": view.label.to(),
        "filter": view.filter,
        "sort": view.sort or declaration.default_sort,
        "columns": [c for c in view.columns if c in known] or None,
        "layout": view.layout,
        "options": {},
        "default": False,
    }


def _comparable(actor: Actor, declaration: ObjectType, field: Field) -> bool:
    return field.filterable and access_of(actor, declaration, field) != MASKED and not row_secret(actor, field)


def _related(actor: Actor, declaration: ObjectType) -> list[dict[str, Any]]:
    """The kinds of record that point here, by which field: what conditions on related records may speak of."""
    return [
        {"object": o.name, "field": f.name, "label": o.plural.to(), "field_label": f.label.to()}
        for o in all_objects()
        if actor.has(o.perm("view"))
        for f in o.by_name.values()
        if (declaration.name == f.target or declaration.name in f.targets) and _comparable(actor, o, f)
    ]


def _default_view(actor: Actor, declaration: ObjectType) -> str:
    """Who sees only his own begins with his own; others with the first view."""
    reach = actor.reach(declaration.perm("view"))
    own = reach is not None and not reach.everything and not reach.departments
    keys = [v.key for v in declaration.all_views]
    return "mine" if own and "mine" in keys else (keys or [""])[0]


def _board(declaration: ObjectType, known: Any) -> dict[str, Any] | None:
    board = declaration.board
    if board is None:
        return None
    return {
        "group_field": board.group,
        "sum_field": board.total,
        "title": declaration.title,
        "lines": known(board.lines),
        "move": board.move,
        "move_param": board.move_param,
        "scope_field": board.scope,
    }


def _panel(actor: Actor, panel: Any) -> dict[str, Any]:
    target = get_object(panel.object)
    return {
        "key": panel.key,
        "label": panel.label.to(),
        "object": panel.object,
        "field": panel.field,
        "columns": [c for c in panel.columns if access_of(actor, target, target.by_name[c]) != HIDDEN],
        "create": panel.create and actor.has(target.perm("create")),
        "tree": panel.tree if panel.tree and access_of(actor, target, target.by_name[panel.tree]) != HIDDEN else "",
    }


def _within(actor: Actor, f: Field) -> str | None:
    """What a picker narrows by, where the reader may filter the other kind by it."""
    if not f.within:
        return None
    target = get_object(f.target)
    return f.within if access_of(actor, target, target.by_name[f.within]) not in (HIDDEN, MASKED) else None


def describe_field(actor: Actor, declaration: ObjectType | None, f: Field) -> dict[str, Any]:
    """One field, also a command's parameter."""
    access = access_of(actor, declaration, f) if declaration else "editable"
    comparable = f.filterable and access != MASKED
    items = f.choice_items()
    target = get_object(f.target) if f.target else None
    number = isinstance(f.type, types.Number)
    return {
        "name": f.name,
        "type": f.type.name,
        "label": f.label.to(),
        "help": f.help.to() if f.help else "",
        "section": f.section,
        "required": f.required,
        "read_only": not f.writable or access in (READ_ONLY, MASKED),
        "create_only": f.create_only,
        "computed": bool(f.sql),
        "masked": access == MASKED,
        "sensitive": f.sensitive,
        "max_length": f.max_length,
        "min": f.minimum if number else None,
        "max": f.maximum if number else None,
        "multiline": isinstance(f.type, types.LongText),
        "choices": [{"value": i.value, "label": i.label.to(), "color": i.color, "active": i.active} for i in items]
        if items
        else None,
        "dictionary": f.dictionary or None,
        "target": f.target or None,
        "targets": [{"object": name, "label": get_object(name).label.to()} for name in f.targets] or None,
        "target_label": target.label.to() if target else None,
        "within": _within(actor, f),
        "operators": list(f.type.operators) if comparable else [],
        "sortable": f.sortable and comparable,
        "filterable": comparable,
        "groupable": declaration is not None and _comparable(actor, declaration, f) and may_group(declaration, f),
        "inline_edit": f.inline and f.writable and access == "editable",
        "quick": f.quick,
        "default": _default(f),
        **_money(actor, declaration, f),
        "custom": f.custom,
        "unique": f.unique,
        "decimals": f.places,
        "show_when": f.show_when,
        "require_when": f.require_when,
        "object": declaration.name if declaration else None,
    }


def _money(actor: Actor, declaration: ObjectType | None, f: Field) -> dict[str, Any]:
    """In which currency an amount is, and which field has its worth in the company's; ``currency`` is empty where that is withheld."""

    def known(name: str) -> str | None:
        beside = declaration.by_name.get(name) if declaration else None
        return (
            name if declaration and beside and access_of(actor, declaration, beside) not in (HIDDEN, MASKED) else None
        )

    field = known(f.currency)
    withheld = bool(declaration and f.currency and not field)
    return {
        "currency_field": field,
        "base_field": known(f.worth) if field else None,
        "currency": "" if withheld else f.currency_code or None,
    }


def _default(f: Field) -> Any:
    """What a form begins with: a value, or the word of one that is worked out (``today``, ``now``, ``me``, ``my_department``)."""
    if isinstance(f.default, Moving):
        return f.default.word
    if isinstance(f.default, Parameter):
        return f.default.value()
    return None if callable(f.default) else f.default


def describe_command(command: Command, readable: Collection[str]) -> dict[str, Any]:
    """A command and what it asks for; ``readable``: the fields of the record the caller may read."""
    return {
        "name": command.name,
        "label": command.label.to(),
        "icon": command.icon or command.name,
        "on": list(command.on),
        "primary": command.primary,
        "danger": command.danger,
        "confirm": command.confirm.to() if command.confirm else None,
        "params": [describe_param(p, readable) for p in command.params if p.asked],
    }


def describe_param(p: Field, readable: Collection[str]) -> dict[str, Any]:
    items = p.choice_items()
    return {
        "name": p.name,
        "type": p.type.name,
        "label": p.label.to(),
        "help": p.help.to() if p.help else "",
        "required": p.required,
        "choices": [{"value": i.value, "label": i.label.to(), "color": i.color, "active": i.active} for i in items]
        if items
        else None,
        "target": p.target or None,
        "within": p.within or None,
        "default": None if callable(p.default) else p.default,
        "prefill": p.prefill if p.prefill in readable else None,
        "currency_field": p.currency if p.currency in readable else None,
        "max_length": p.max_length,
        "multiline": isinstance(p.type, types.LongText),
    }
