"""Custom fields and layouts of a kind of record, for administrators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router, Schema

from kemai.accounts.access import Actor
from kemai.kit.errors import Malformed, VersionRequired
from kemai.kit.http import json_response
from kemai.platform.custom import describe, manage
from kemai.platform.custom.manage import MANAGE
from kemai.platform.models import CustomField

router = Router()
BODY: Any = Body(...)


class Order(Schema):
    keys: list[str]


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
