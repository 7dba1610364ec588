"""Saved views: personal ones, and those opened to a department, a team or everybody; pinned and default ones (CUS-7).

A view is a question, not an answer: whoever opens it gets what he himself may see.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError

from kemai.accounts.access import Actor
from kemai.accounts.models import Role
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, Invalid, Malformed, NotFound, VersionStale
from kemai.kit.ids import parse_id
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.models import SavedView, ViewArrangement
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.secrecy import readable_fields
from kemai.platform.objects.segment_scope import Known, check_filter
from kemai.platform.objects.select import parse_sort
from kemai.platform.objects.sharing import SHARE_ALL, looks_after, opened_to, set_share, share_json
from kemai.platform.objects.viewparts import LAYOUTS, ListShape, cut, read_options

MAX_VIEWS = 100
MAX_PINNED = 20


def saved_views(actor: Actor, declaration: ObjectType) -> list[dict[str, Any]]:
    """The saved views this person finds on a list: his own first, then those opened to him, by name."""
    rows = SavedView.objects.filter(opened_to(actor), object=declaration.name)
    known = Known(actor)
    return [
        _json(actor, declaration, row, known) for row in sorted(rows, key=lambda r: (r.owner_id != actor.id, r.name))
    ]


def _json(actor: Actor, declaration: ObjectType, row: SavedView, known: Known | None = None) -> dict[str, Any]:
    shape = _cut(actor, declaration, row, known)
    return {
        "key": str(row.id),
        "label": row.name,
        "filter": shape.filter,
        "sort": shape.sort,
        "columns": list(shape.columns) or None,
        "layout": row.layout,
        "options": shape.options,
        "default": False,
        "saved": True,
        "mine": row.owner_id == actor.id,
        "can_change": _may_change(actor, row),
        "can_share": looks_after(actor, row),
        "shared": share_json(row),
        "shared_change": row.shared_change,
        "version": row.version,
        "left_out": shape.left_out,
    }


def _cut(actor: Actor, declaration: ObjectType, row: SavedView, known: Known | None = None) -> ListShape:
    asked = {"filter": row.filter, "sort": row.sort, "columns": row.columns, "options": row.options}
    return cut(actor, declaration, known=known or Known(actor), **asked)


def _may_change(actor: Actor, row: SavedView) -> bool:
    return looks_after(actor, row) or row.shared_change


def shape_of(actor: Actor, declaration: ObjectType, key: str) -> ListShape:
    """The list a view stands for; :class:`Malformed` when there is none this person may open."""
    for view in declaration.all_views:
        if view.key == key:
            return ListShape(view.filter, view.sort, view.columns)
    saved = parse_id(key)
    row = SavedView.objects.filter(opened_to(actor), object=declaration.name, pk=saved).first() if saved else None
    if row is None:
        raise Malformed(what=f"view {key[:60]!r}")
    return _cut(actor, declaration, row)


def save_view(actor: Actor, *, object_name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Keep a list under a name; the filter must be one this person could ask himself."""
    declaration = get_object(object_name)
    actor.require(declaration.perm("view"))
    if SavedView.objects.filter(owner_id=actor.id).count() >= MAX_VIEWS:
        raise Invalid.one(
            "name", "too_many", T("最多保存 {limit} 个视图。", "At most {limit} views can be saved."), limit=MAX_VIEWS
        )
    row = SavedView(object=declaration.name, owner_id=actor.id)
    _fill(actor, declaration, row, values)
    try:
        with act(actor, "view.save", object=declaration.name, data={"view": row.name}):
            row.save(force_insert=True)
    except IntegrityError as error:
        raise _double() from error
    return _json(actor, declaration, row)


def change_view(actor: Actor, view_id: UUID, *, values: dict[str, Any], version: int | None = None) -> dict[str, Any]:
    """Change a view: one's own, one opened for changing, or a shared one one looks after.

    ``version``: as it was read; :class:`VersionStale` when somebody else saved in between.
    """
    try:
        with act(actor, "view.save"):
            row = _locked(actor, view_id)
            declaration = get_object(row.object)
            if not _may_change(actor, row) or (
                {"shared", "shared_change"} & set(values) and not looks_after(actor, row)
            ):
                raise Forbidden
            if version is not None and version != row.version:
                raise VersionStale(_json(actor, declaration, row))
            _refuse_cutting(_cut(actor, declaration, row), values)
            _fill(actor, declaration, row, values)
            row.version += 1
            row.save()
    except IntegrityError as error:
        raise _double() from error
    return _json(actor, declaration, row)


def delete_view(actor: Actor, view_id: UUID) -> None:
    """Forget a view one looks after."""
    with act(actor, "view.delete"):
        row = _locked(actor, view_id)
        if not looks_after(actor, row):
            raise Forbidden
        row.delete()


def _locked(actor: Actor, view_id: UUID) -> SavedView:
    row = SavedView.objects.select_for_update().filter(opened_to(actor), pk=view_id).first()
    if row is None:
        raise NotFound
    return row


def _refuse_cutting(shape: ListShape, values: dict[str, Any]) -> None:
    """Who does not see all of a shared view would save it without the rest."""
    parts = {"conditions": "filter", "sort": "sort", "columns": "columns", "groups": "options", "measures": "options"}
    if any(parts[part] in values for part in shape.left_out):
        raise Invalid.one(
            "filter",
            "left_out",
            T(
                "此视图含有您看不到的部分，直接保存会把它们丢掉。请另存为新视图。",
                "This view has parts you do not see; saving it would lose them. Save a view of your own instead.",
            ),
        )


def _double() -> Invalid:
    return Invalid.one("name", "duplicate", T("已有同名视图。", "There is a view of this name."))


def _fill(actor: Actor, declaration: ObjectType, row: SavedView, values: dict[str, Any]) -> None:
    if "name" in values or not row.name:
        row.name = clean_text(str(values.get("name") or ""))[:60]
    if not row.name:
        raise Invalid.one("name", "required", T("请给视图起个名字。", "Give the view a name."))
    others = SavedView.objects.filter(object=declaration.name, owner_id=row.owner_id, name=row.name).exclude(pk=row.pk)
    if others.exists() or row.name in {v.label.to() for v in declaration.all_views}:
        raise _double()
    if "filter" in values:
        check_filter(actor, declaration, values["filter"])
        row.filter = values["filter"] or None
    if values.get("sort"):
        parse_sort(actor, declaration, values["sort"])
        row.sort = values["sort"]
    if "columns" in values:
        known = {f.name for f in readable_fields(actor, declaration)}
        row.columns = [c for c in values["columns"] or [] if c in known]
    if values.get("layout") in LAYOUTS:
        row.layout = values["layout"]
    if "options" in values:
        row.options = read_options(actor, declaration, values["options"])
    if "shared" in values:
        set_share(actor, row, values["shared"])
    row.shared_change = bool(values.get("shared_change", row.shared_change)) and bool(row.shared_kind)
    row.updated_at = now()


# Which views stand first, and which one opens the list ----------------------------------------------------------------


def arrangement(actor: Actor, declaration: ObjectType, keys: set[str], fallback: str) -> dict[str, Any]:
    """The reader's pinned views in order, his own default, the one of his roles, and the one that holds. ``keys``: views he finds."""
    codes = [code or name for code, name, _ in actor.roles]
    rows = {
        (row.holder_kind, row.holder): row
        for row in ViewArrangement.objects.filter(object=declaration.name, holder__in=[str(actor.id), *codes])
    }
    mine = rows.get(("user", str(actor.id)))
    of_roles = [row.default_view for code in codes if (row := rows.get(("role", code)))]
    own = mine.default_view if mine and mine.default_view in keys else ""
    by_role = next((key for key in of_roles if key in keys), "")
    return {
        "pinned": [key for key in (mine.pinned if mine else []) if key in keys],
        "default": own or None,
        "role_default": by_role or None,
        "opens": own or by_role or fallback,
    }


def _keys(actor: Actor, declaration: ObjectType) -> set[str]:
    saved = SavedView.objects.filter(opened_to(actor), object=declaration.name).values_list("pk", flat=True)
    return {v.key for v in declaration.all_views} | {str(pk) for pk in saved}


def arrange_views(actor: Actor, *, object_name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Pin views, put them in order, choose the one that opens the list: for oneself. Only what is sent changes."""
    declaration = get_object(object_name)
    actor.require(declaration.perm("view"))
    keys = _keys(actor, declaration)
    pinned, default = values.get("pinned"), values.get("default")
    if pinned is not None and (len(pinned) > MAX_PINNED or len(set(pinned)) != len(pinned) or set(pinned) - keys):
        raise Invalid.one("pinned", "unknown_choice", T("没有这些视图。", "There are no such views."))
    if default and default not in keys:
        raise Invalid.one("default", "unknown_choice", T("没有这个视图。", "There is no such view."))
    with act(actor, "view.arrange", object=declaration.name):
        row = _arrangement_row(declaration.name, "user", str(actor.id))
        if pinned is not None:
            row.pinned = pinned
        if "default" in values:
            row.default_view = default or ""
        row.save()
    return arrangement(actor, declaration, keys, "")


def _arrangement_row(object_name: str, kind: str, holder: str) -> ViewArrangement:
    ViewArrangement.objects.get_or_create(object=object_name, holder_kind=kind, holder=holder)
    return ViewArrangement.objects.select_for_update().get(object=object_name, holder_kind=kind, holder=holder)


def _require_company(actor: Actor) -> None:
    reach = actor.reach(SHARE_ALL)
    if reach is None or not reach.everything:
        raise Forbidden


def role_defaults(actor: Actor, *, object_name: str) -> list[dict[str, Any]]:
    """The view each role's people begin with, for whoever may share with everybody in the company: a department's head may not."""
    _require_company(actor)
    declaration = get_object(object_name)
    kept = dict(
        ViewArrangement.objects.filter(object=declaration.name, holder_kind="role").values_list(
            "holder", "default_view"
        )
    )
    roles = Role.objects.filter(deleted_at__isnull=True).order_by("name_sort")
    return [
        {
            "role": r.code or r.name,
            "label": T(r.name, r.name_en or r.name).to(),
            "view": kept.get(r.code or r.name) or None,
        }
        for r in roles
    ]


def set_role_default(actor: Actor, *, object_name: str, role: str, view: str | None) -> list[dict[str, Any]]:
    """Choose with which view a role's people begin. Only a built-in view or one open to everybody: others would not find it."""
    _require_company(actor)
    declaration = get_object(object_name)
    if role not in {r["role"] for r in role_defaults(actor, object_name=object_name)}:
        raise NotFound
    for_all = SavedView.objects.filter(object=declaration.name, shared_kind="all").values_list("pk", flat=True)
    if view and view not in {v.key for v in declaration.all_views} | {str(pk) for pk in for_all}:
        raise Invalid.one(
            "view",
            "not_for_all",
            T("只能选择内置视图或向全部人员共享的视图。", "Choose a built-in view or one shared with everybody."),
        )
    with act(actor, "view.arrange", object=declaration.name, data={"role": role}):
        row = _arrangement_row(declaration.name, "role", role)
        row.default_view = view or ""
        row.save()
    return role_defaults(actor, object_name=object_name)
