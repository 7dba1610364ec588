"""How the screens of a kind of record are laid out, for all and for single roles (PLT-2).

A layout only arranges. What it leaves out can still be read, filtered and written: secrecy is the field rules' business.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.accounts.models import Role
from kemai.base import epochs
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.errors import FieldError, Invalid, NotFound, VersionRequired, VersionStale
from kemai.kit.ids import parse_id
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.custom.definitions import definitions
from kemai.platform.custom.manage import KEY, MANAGE, object_for_fields
from kemai.platform.custom.versions import at_version
from kemai.platform.models import Layout
from kemai.platform.objects.declare import Field, ObjectType, get_object

DEFAULT = "default"
PARTS = ("quick", "sections", "facts", "columns")
MOST = {"quick": 40, "facts": 20, "columns": 30}
MAX_SECTIONS = 30

Content = dict[str, Any]


def declared_layout(declaration: ObjectType) -> Content:
    """The layout code states, with the administrator's fields in the sections they name."""
    keys = [key for key, _ in declaration.sections]
    by_section: dict[str, list[str]] = {key: [] for key in keys}
    for f in declaration.fields:
        by_section.setdefault(f.section if f.section in by_section else keys[0], []).append(f.name)
    return {
        "quick": [f.name for f in declaration.fields if f.quick],
        "sections": [
            {"key": key, "label_zh": label.zh, "label_en": label.en, "fields": by_section[key]}
            for key, label in declaration.sections
        ],
        "facts": list(declaration.facts),
        "columns": list(declaration.columns),
    }


def layout_for(actor: Actor, declaration: ObjectType) -> Content:
    """The layout ``actor`` works with: of the first of his roles that has one, then the company's, then the declared one, part by part."""
    found = definitions().layouts
    layers = [found.get((declaration.name, role)) for role in actor.role_ids]
    own = next((layer for layer in layers if layer), None)
    common = found.get((declaration.name, None))
    declared = declared_layout(declaration)
    merged = {
        part: next((layer[part] for layer in (own, common) if layer and layer.get(part) is not None), declared[part])
        for part in PARTS
    }
    return _complete(declaration, _known(declaration, merged))


def _known(declaration: ObjectType, content: Content) -> Content:
    """Without the names of fields that were taken away since."""
    names = declaration.by_name

    def left(part: list[str] | None) -> list[str] | None:
        return None if part is None else [n for n in part if n in names]

    sections = content.get("sections")
    return {
        **{part: left(content.get(part)) for part in ("quick", "facts", "columns")},
        "sections": None if sections is None else [{**s, "fields": left(s["fields"])} for s in sections],
    }


def _complete(declaration: ObjectType, content: Content) -> Content:
    """What a new record cannot do without stands in the form and in quick entry, whatever the layout forgot."""
    needed = [f.name for f in declaration.fields if f.required and f.writable and f.default is None]
    shown = {n for s in content["sections"] for n in s["fields"]}
    first, *others = content["sections"]
    first = {**first, "fields": [*first["fields"], *(n for n in needed if n not in shown)]}
    quick = [*content["quick"], *(n for n in needed if n not in content["quick"])]
    return {**content, "quick": quick, "sections": [first, *others]}


# ---------------------------------------------------------------- administration


def describe_layouts(actor: Actor, object_name: str) -> dict[str, Any]:
    """Everything the layout editor of one kind of record needs."""
    actor.require(MANAGE)
    object_for_fields(object_name)
    declaration = get_object(object_name)
    roles = list(Role.objects.filter(deleted_at__isnull=True).order_by("name_sort", "name"))
    rows = {row.role_id: row for row in Layout.objects.filter(object=object_name)}
    places: list[Role | None] = [None, *roles]
    return {
        "object": declaration.name,
        "label": declaration.label.to(),
        "declared": declared_layout(declaration),
        "items": [
            layout_json(declaration, rows[role.id if role else None], role)
            for role in places
            if (role.id if role else None) in rows
        ],
        "roles": [_role_json(role) for role in roles],
        "fields": [_field_json(f) for f in declaration.by_name.values()],
    }


def _role_json(role: Role) -> dict[str, Any]:
    return {"id": role.id, "label": T(role.name, role.name_en or role.name).to()}


def _field_json(f: Field) -> dict[str, Any]:
    return {
        "name": f.name,
        "label": f.label.to(),
        "type": f.type.name,
        "custom": f.custom,
        "required": f.required,
        "computed": bool(f.sql),
        "read_only": not f.writable,
    }


def layout_json(declaration: ObjectType, row: Layout, role: Role | None) -> dict[str, Any]:
    return {
        "role": _role_json(role) if role else None,
        "layout": _known(declaration, row.content),
        "version": row.version,
    }


def set_layout(
    actor: Actor, object_name: str, place: str, raw: Any, *, version: int | None, action: str = "layout.edit"
) -> dict[str, Any]:
    """Lay out for a role or for all; :class:`Invalid` names each wrong part. ``version``: the one read, where there is a layout."""
    actor.require(MANAGE)
    object_for_fields(object_name)
    declaration = get_object(object_name)
    role = _role(place)
    content = _checked(declaration, raw)
    with act(actor, action, object=object_name, data={"layout": role.name if role else DEFAULT}):
        row = _row(object_name, role, lock=True)
        if row is None:
            row = Layout.objects.create(object=object_name, role_id=role.id if role else None, content=content)
        else:
            _same(row, version)
            row.content, row.version, row.updated_at = content, row.version + 1, now()
            row.save(force_update=True)
    epochs.forget()
    return layout_json(declaration, row, role)


def revert_layout(actor: Actor, object_name: str, place: str, version: int) -> dict[str, Any]:
    """A layout as it stood in an earlier version, without fields taken away since, as a new version."""
    actor.require(MANAGE)
    row = layout_row(object_name, place)
    former = _known(get_object(object_name), at_version(row, version)["content"])
    return set_layout(actor, object_name, place, former, version=row.version, action="layout.revert")


def remove_layout(actor: Actor, object_name: str, place: str, *, version: int | None) -> None:
    """Forget a layout: what lies below it counts again."""
    actor.require(MANAGE)
    object_for_fields(object_name)
    role = _role(place)
    with act(actor, "layout.delete", object=object_name, data={"layout": role.name if role else DEFAULT}):
        row = _row(object_name, role, lock=True)
        if row is None:
            raise NotFound
        _same(row, version)
        row.delete()
    epochs.forget()


def layout_row(object_name: str, place: str) -> Layout:
    row = _row(object_name, _role(place))
    if row is None:
        raise NotFound
    return row


def _same(row: Layout, version: int | None) -> None:
    if version is None:
        raise VersionRequired
    if row.version != version:
        raise VersionStale({"version": row.version})


def _role(place: str) -> Role | None:
    if place == DEFAULT:
        return None
    key: UUID | None = parse_id(place)
    role = Role.objects.filter(pk=key, deleted_at__isnull=True).first() if key else None
    if role is None:
        raise NotFound
    return role


def _row(object_name: str, role: Role | None, *, lock: bool = False) -> Layout | None:
    rows = Layout.objects.select_for_update() if lock else Layout.objects
    return rows.filter(object=object_name, role_id=role.id if role else None).first()


def _checked(declaration: ObjectType, raw: Any) -> Content:
    errors: list[FieldError] = []

    def wrong(place: str, code: str, message: T, **params: Any) -> None:
        errors.append(FieldError(place, code, message, tuple(params.items())))

    if not isinstance(raw, dict) or set(raw) - set(PARTS):
        raise Invalid.one("layout", "not_layout", T("应为布局。", "A layout is expected."))
    content: Content = {}
    for part, most in MOST.items():
        content[part] = raw.get(part)
        if content[part] is not None:
            _names(declaration, part, content[part], most, wrong, writable=part == "quick")
    content["sections"] = raw.get("sections")
    if content["sections"] is not None:
        content["sections"] = _sections(declaration, content["sections"], wrong)
    if errors:
        raise Invalid(errors)
    return content


def _names(declaration: ObjectType, place: str, names: Any, most: int, wrong: Any, *, writable: bool = False) -> None:
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names) or len(names) > most:
        wrong(place, "not_list", T("应为字段列表，最多 {most} 个。", "A list of at most {most} fields."), most=most)
        return
    for n, name in enumerate(names):
        found = declaration.by_name.get(name)
        if found is None:
            wrong(
                f"{place}.{n}",
                "unknown_field",
                T("没有这个字段：{name}", "There is no such field: {name}"),
                name=name[:60],
            )
        elif names.index(name) != n:
            wrong(f"{place}.{n}", "duplicate", T("“{label}”重复。", '"{label}" comes twice.'), label=found.label)
        elif writable and not found.writable:
            wrong(
                f"{place}.{n}",
                "not_writable",
                T("“{label}”不能填写。", '"{label}" cannot be filled in.'),
                label=found.label,
            )


def _sections(declaration: ObjectType, raw: Any, wrong: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_SECTIONS or not all(isinstance(s, dict) for s in raw):
        wrong("sections", "not_list", T("应有 1 到 {most} 个分组。", "1 to {most} sections."), most=MAX_SECTIONS)
        return []
    kept: list[dict[str, Any]] = []
    for n, section in enumerate(raw):
        key, zh, en = (str(section.get(k) or "") for k in ("key", "label_zh", "label_en"))
        zh, en = clean_text(zh), clean_text(en)
        if not KEY.fullmatch(key) or key in {s["key"] for s in kept}:
            wrong(
                f"sections.{n}.key",
                "bad_key",
                T("分组代码不正确或重复。", "The section's key is wrong or comes twice."),
            )
        if not zh or len(zh) > 60 or len(en) > 60:
            wrong(f"sections.{n}.label_zh", "required", T("请填写分组名称。", "Give the section a name."))
        kept.append({"key": key, "label_zh": zh, "label_en": en or zh, "fields": section.get("fields") or []})
    every = [name for s in kept for name in (s["fields"] if isinstance(s["fields"], list) else [None])]
    _names(declaration, "sections", every, 600, wrong)
    return kept
