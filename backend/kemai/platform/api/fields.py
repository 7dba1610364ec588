"""Custom fields and layouts of a kind of record, for administrators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router, Schema

from kemai.accounts.access import Actor
from kemai.base.jobs import job_json
from kemai.kit.errors import Malformed, VersionRequired
from kemai.kit.http import json_response
from kemai.platform.custom import describe, layouts, manage
from kemai.platform.custom.breaches import list_breaches
from kemai.platform.custom.indexes import ask_index
from kemai.platform.custom.manage import MANAGE
from kemai.platform.custom.versions import version_history
from kemai.platform.models import CustomField

router = Router()
BODY: Any = Body(...)


class Order(Schema):
    keys: list[str]


class Version(Schema):
    version: int


class LayoutBody(Schema):
    layout: dict[str, Any]


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    actor.require(MANAGE)
    return actor


def _version(request: HttpRequest) -> int:
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not text:
        raise VersionRequired
    if not text.isdecimal() or len(text) > 9:
        raise Malformed(what="If-Match")
    return int(text)


def _answer(row: CustomField, status: int = 200) -> HttpResponse:
    return json_response(describe.definition_json(row), status, {"ETag": f'"{row.version}"'})


@router.get("/admin/fields", operation_id="fields_kinds", summary="Kinds of record with their custom fields")
def list_kinds(request: HttpRequest) -> dict[str, Any]:
    return {"items": describe.list_kinds(_actor(request))}


@router.get("/admin/fields/{object}", operation_id="fields_list", summary="The fields of a kind of record")
def list_fields(request: HttpRequest, object: str) -> HttpResponse:
    return json_response(describe.describe_fields(_actor(request), object))


@router.post(
    "/admin/fields/{object}", operation_id="fields_create", summary="Add a field", response={201: dict[str, Any]}
)
def create_field(request: HttpRequest, object: str, data: dict[str, Any] = BODY) -> HttpResponse:
    return _answer(manage.create_field(_actor(request), object, data), 201)


@router.post("/admin/fields/{object}/preview", operation_id="fields_preview", summary="Try a formula or a roll-up")
def preview(request: HttpRequest, object: str, data: dict[str, Any] = BODY) -> HttpResponse:
    return json_response(manage.preview_field(_actor(request), object, data))


@router.put("/admin/fields/{object}/order", operation_id="fields_order", summary="Put fields in order")
def order_fields(request: HttpRequest, object: str, data: Order) -> HttpResponse:
    manage.order_fields(_actor(request), object, data.keys)
    return json_response(describe.describe_fields(_actor(request), object))


@router.patch("/admin/fields/{object}/{key}", operation_id="fields_edit", summary="Change a field")
def change_field(request: HttpRequest, object: str, key: str, data: dict[str, Any] = BODY) -> HttpResponse:
    return _answer(manage.change_field(_actor(request), object, key, data, version=_version(request)))


@router.post("/admin/fields/{object}/{key}/deactivate", operation_id="fields_deactivate", summary="Take a field away")
def deactivate(request: HttpRequest, object: str, key: str) -> HttpResponse:
    return _answer(manage.set_active(_actor(request), object, key, active=False))


@router.post("/admin/fields/{object}/{key}/activate", operation_id="fields_activate", summary="Bring a field back")
def activate(request: HttpRequest, object: str, key: str) -> HttpResponse:
    return _answer(manage.set_active(_actor(request), object, key, active=True))


@router.get("/admin/fields/{object}/{key}/history", operation_id="fields_history", summary="Versions of a field")
def field_history(request: HttpRequest, object: str, key: str) -> HttpResponse:
    _actor(request)
    return json_response({"items": version_history(manage.field_row(object, key))})


@router.post("/admin/fields/{object}/{key}/revert", operation_id="fields_revert", summary="Back to an earlier version")
def revert_field(request: HttpRequest, object: str, key: str, data: Version) -> HttpResponse:
    return _answer(manage.revert_field(_actor(request), object, key, data.version))


@router.get(
    "/admin/fields/{object}/{key}/breaches", operation_id="fields_breaches", summary="Records that break a rule"
)
def breaches(request: HttpRequest, object: str, key: str, rule: str = "", cursor: str = "") -> HttpResponse:
    return json_response(list_breaches(_actor(request), object, key, rule, cursor))


@router.post(
    "/admin/fields/{object}/{key}/index",
    operation_id="fields_index",
    summary="Index a field",
    response={202: dict[str, Any]},
)
def index(request: HttpRequest, object: str, key: str) -> HttpResponse:
    return json_response(job_json(ask_index(_actor(request), object, key, build=True)), 202)


@router.post(
    "/admin/fields/{object}/{key}/unindex",
    operation_id="fields_unindex",
    summary="Drop a field's index",
    response={202: dict[str, Any]},
)
def unindex(request: HttpRequest, object: str, key: str) -> HttpResponse:
    return json_response(job_json(ask_index(_actor(request), object, key, build=False)), 202)


@router.get("/admin/layouts/{object}", operation_id="layouts_list", summary="Layouts of a kind of record")
def list_layouts(request: HttpRequest, object: str) -> HttpResponse:
    return json_response(layouts.describe_layouts(_actor(request), object))


@router.put("/admin/layouts/{object}/{place}", operation_id="layouts_set", summary="Lay out for a role or for all")
def set_layout(request: HttpRequest, object: str, place: str, data: LayoutBody) -> HttpResponse:
    version = _version(request) if request.headers.get("If-Match") else None
    item = layouts.set_layout(_actor(request), object, place, data.layout, version=version)
    return json_response(item, headers={"ETag": f'"{item["version"]}"'})


@router.delete(
    "/admin/layouts/{object}/{place}",
    operation_id="layouts_delete",
    summary="Forget a layout",
    response={204: None},
)
def delete_layout(request: HttpRequest, object: str, place: str) -> HttpResponse:
    layouts.remove_layout(_actor(request), object, place, version=_version(request))
    return HttpResponse(status=204)


@router.get("/admin/layouts/{object}/{place}/history", operation_id="layouts_history", summary="Versions of a layout")
def layout_history(request: HttpRequest, object: str, place: str) -> HttpResponse:
    _actor(request)
    return json_response({"items": version_history(layouts.layout_row(object, place))})


@router.post(
    "/admin/layouts/{object}/{place}/revert", operation_id="layouts_revert", summary="Back to a layout of before"
)
def revert_layout(request: HttpRequest, object: str, place: str, data: Version) -> HttpResponse:
    item = layouts.revert_layout(_actor(request), object, place, data.version)
    return json_response(item, headers={"ETag": f'"{item["version"]}"'})
