"""Saved views: personal ones, and those opened to a department, a team or everybody (CUS-7).

A view is a question, not an answer: whoever opens it gets what he himself may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from kemai.accounts.access import Actor
from kemai.accounts.grantees import grantee_exists
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, Invalid, Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.models import SavedView
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.filters import compile_filter
from kemai.platform.objects.secrecy import readable_fields
from kemai.platform.objects.select import parse_sort

MAX_VIEWS = 100
LAYOUTS = ("table", "board")
SHARE_ALL = "platform.view.share"
"""Who may open a view to everybody or to departments; to one's own teams anybody may."""


@dataclass(frozen=True, slots=True)
class ListShape:
    """What a view asks of a list, built in or saved."""

    filter: Any
    sort: str
    columns: tuple[str, ...]


def _visible(actor: Actor) -> Q:
    return (
        Q(owner_id=actor.id)
        | Q(shared_kind="all")
        | Q(shared_kind__in=("department", "team"), shared_id__in=actor.principals)
    )


def saved_views(actor: Actor, declaration: ObjectType) -> list[dict[str, Any]]:
    """The saved views this person finds on a list: his own first, then those opened to him, by name."""
    rows = SavedView.objects.filter(_visible(actor), object=declaration.name)
    return [_json(actor, row) for row in sorted(rows, key=lambda r: (r.owner_id != actor.id, r.name))]


def _json(actor: Actor, row: SavedView) -> dict[str, Any]:
    return {
        "key": str(row.id),
        "label": row.name,
        "filter": row.filter,
        "sort": row.sort,
        "columns": row.columns or None,
        "layout": row.layout,
        "default": False,
        "saved": True,
        "mine": row.owner_id == actor.id,
        "shared": {"kind": row.shared_kind, "id": row.shared_id} if row.shared_kind else None,
    }


def shape_of(actor: Actor, declaration: ObjectType, key: str) -> ListShape:
    """The list a view stands for; :class:`Malformed` when there is none this person may open."""
    for view in declaration.all_views:
        if view.key == key:
            return ListShape(view.filter, view.sort, view.columns)
    saved = parse_id(key)
    row = SavedView.objects.filter(_visible(actor), object=declaration.name, pk=saved).first() if saved else None
    if row is None:
        raise Malformed(what=f"view {key[:60]!r}")
    known = {f.name for f in readable_fields(actor, declaration)}
    return ListShape(row.filter, row.sort, tuple(c for c in row.columns if c in known))


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
    with act(actor, "view.save", object=declaration.name, data={"view": row.name}):
        row.save(force_insert=True)
    return _json(actor, row)


def change_view(actor: Actor, view_id: UUID, *, values: dict[str, Any]) -> dict[str, Any]:
    """Change one's own view."""
    with act(actor, "view.save"):
        row = _own(actor, view_id)
        _fill(actor, get_object(row.object), row, values)
        row.save()
    return _json(actor, row)


def delete_view(actor: Actor, view_id: UUID) -> None:
    """Forget one's own view."""
    with act(actor, "view.delete"):
        _own(actor, view_id).delete()


def _own(actor: Actor, view_id: UUID) -> SavedView:
    row = SavedView.objects.select_for_update().filter(_visible(actor), pk=view_id).first()
    if row is None:
        raise NotFound
    if row.owner_id != actor.id:
        raise Forbidden
    return row


def _fill(actor: Actor, declaration: ObjectType, row: SavedView, values: dict[str, Any]) -> None:
    if "name" in values or not row.name:
        row.name = clean_text(str(values.get("name") or ""))[:60]
    if not row.name:
        raise Invalid.one("name", "required", T("请给视图起个名字。", "Give the view a name."))
    others = SavedView.objects.filter(object=declaration.name, owner_id=actor.id, name=row.name).exclude(pk=row.pk)
    if others.exists() or row.name in {v.label.to() for v in declaration.all_views}:
        raise Invalid.one("name", "duplicate", T("已有同名视图。", "There is a view of this name."))
    if "filter" in values:
        compile_filter(actor, declaration, values["filter"])
        row.filter = values["filter"] or None
    if values.get("sort"):
        parse_sort(actor, declaration, values["sort"])
        row.sort = values["sort"]
    if "columns" in values:
        known = {f.name for f in readable_fields(actor, declaration)}
        row.columns = [c for c in values["columns"] or [] if c in known]
    if values.get("layout") in LAYOUTS:
        row.layout = values["layout"]
    if "shared" in values:
        _share(actor, row, values["shared"])
    row.updated_at = now()


def _share(actor: Actor, row: SavedView, shared: dict[str, Any] | None) -> None:
    kind = (shared or {}).get("kind") or ""
    key = parse_id((shared or {}).get("id"))
    if kind == "":
        row.shared_kind, row.shared_id = "", None
        return
    if kind not in ("team", "department", "all"):
        raise Invalid.one(
            "shared", "unknown_choice", T("只能共享给团队、部门或全部。", "Share with a team, a department or all.")
        )
    mine = key in actor.principals
    if not mine and not actor.has(SHARE_ALL):
        raise Forbidden
    if kind != "all" and not grantee_exists(kind, key):
        raise Invalid.one("shared", "not_visible", T("没有这个共享对象。", "There is no such grantee."))
    row.shared_kind, row.shared_id = kind, None if kind == "all" else key
