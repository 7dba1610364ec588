"""Saved views: made, changed, forgotten, pinned, and which one opens a list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from kemai.platform.api.records import signed_in, version_read
from kemai.platform.objects import views

router = Router()


class NewView(Schema):
    object: str
    name: str
    filter: Any = None
    sort: str = ""
    columns: list[str] | None = None
    layout: str = "table"
    options: dict[str, Any] | None = None
    shared: dict[str, Any] | None = None
    shared_change: bool = False


class ChangedView(Schema):
    name: str | None = None
    filter: Any = None
    sort: str | None = None
    columns: list[str] | None = None
    layout: str | None = None
    options: dict[str, Any] | None = None
    shared: dict[str, Any] | None = None
    shared_change: bool = False


class Arrangement(Schema):
    pinned: list[str] | None = None
    default: str | None = None


class RoleDefault(Schema):
    view: str | None = None


@router.post("/views", operation_id="views_create", summary="Save a list as a view", response={201: dict[str, Any]})
def create(request: HttpRequest, data: NewView) -> Status[dict[str, Any]]:
    values = data.dict()
    return Status(201, views.save_view(signed_in(request), object_name=values.pop("object"), values=values))


@router.patch("/views/{uuid:view_id}", operation_id="views_update", summary="Change a view")
def update(request: HttpRequest, view_id: UUID, data: ChangedView) -> dict[str, Any]:
    values = data.dict(exclude_unset=True)
    return views.change_view(signed_in(request), view_id, values=values, version=version_read(request))


@router.delete("/views/{uuid:view_id}", operation_id="views_delete", summary="Forget a view")
def delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    views.delete_view(signed_in(request), view_id)
    return HttpResponse(status=204)


@router.put("/views/arrangement/{object_name}", operation_id="views_arrange", summary="Pin views, choose one's default")
def arrange(request: HttpRequest, object_name: str, data: Arrangement) -> dict[str, Any]:
    return views.arrange_views(signed_in(request), object_name=object_name, values=data.dict(exclude_unset=True))


@router.get("/views/roles/{object_name}", operation_id="views_role_defaults", summary="The view each role begins with")
def role_defaults(request: HttpRequest, object_name: str) -> dict[str, Any]:
    return {"items": views.role_defaults(signed_in(request), object_name=object_name)}


@router.put("/views/roles/{object_name}/{role}", operation_id="views_set_role_default", summary="Choose it")
def set_role_default(request: HttpRequest, object_name: str, role: str, data: RoleDefault) -> dict[str, Any]:
    items = views.set_role_default(signed_in(request), object_name=object_name, role=role, view=data.view)
    return {"items": items}
