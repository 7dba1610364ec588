"""Saved views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from kemai.platform.api.records import signed_in
from kemai.platform.objects import views

router = Router()


class NewView(Schema):
    object: str
    name: str
    filter: Any = None
    sort: str = ""
    columns: list[str] | None = None
    layout: str = "table"
    shared: dict[str, Any] | None = None


class ChangedView(Schema):
    name: str | None = None
    filter: Any = None
    sort: str | None = None
    columns: list[str] | None = None
    layout: str | None = None
    shared: dict[str, Any] | None = None


@router.post("/views", operation_id="views_create", summary="Save a list as a view", response={201: dict[str, Any]})
def create(request: HttpRequest, data: NewView) -> Status[dict[str, Any]]:
    values = data.dict()
    return Status(201, views.save_view(signed_in(request), object_name=values.pop("object"), values=values))


@router.patch("/views/{view_id}", operation_id="views_update", summary="Change one's view")
def update(request: HttpRequest, view_id: UUID, data: ChangedView) -> dict[str, Any]:
    return views.change_view(signed_in(request), view_id, values=data.dict(exclude_unset=True))


@router.delete("/views/{view_id}", operation_id="views_delete", summary="Forget one's view")
def delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    views.delete_view(signed_in(request), view_id)
    return HttpResponse(status=204)
