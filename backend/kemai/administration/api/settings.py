"""Parameters, dictionaries, audit log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from kemai.administration.services import dictionaries, settings
from kemai.administration.services.separation import require_own_parameter
from kemai.base import parameters
from kemai.kit.http import etag_of, json_response
from kemai.platform.api.records import signed_in

router = Router()


class Value(Schema):
    value: Any


class Version(Schema):
    version: int


class Items(Schema):
    items: list[dict[str, Any]]


@router.get("/admin/parameters", operation_id="parameters_list", summary="Tunable numbers")
def list_parameters(request: HttpRequest) -> dict[str, Any]:
    signed_in(request).require("administration.parameter.edit")
    return {
        "items": [
            {
                "code": p.code,
                "label": p.label.to(),
                "help": p.help.to(),
                "type": p.kind,
                "value": p.value(),
                "default": p.default,
                "min": p.minimum,
                "max": p.maximum,
                "choices": [{"value": v, "label": label.to()} for v, label in p.choices] or None,
                "group": p.group.to(),
            }
            for p in parameters.all_parameters()
        ]
    }


@router.put("/admin/parameters/{code}", operation_id="parameters_set", summary="Change a parameter")
def set_parameter(request: HttpRequest, code: str, data: Value) -> dict[str, Any]:
    actor = signed_in(request)
    actor.require("administration.parameter.edit")
    require_own_parameter(actor, parameters.get_parameter(code))
    found = parameters.set_parameter(actor, code=code, value=data.value)
    return {"code": found.code, "value": found.value()}


@router.get("/admin/dictionaries", operation_id="dictionaries_list", summary="All dictionaries")
def list_dictionaries(request: HttpRequest) -> dict[str, Any]:
    return {"items": dictionaries.list_dictionaries(signed_in(request))}


@router.get("/admin/dictionaries/{code}", operation_id="dictionaries_get", summary="A dictionary's values")
def get_dictionary(request: HttpRequest, code: str) -> HttpResponse:
    values = dictionaries.dictionary_values(signed_in(request), code)
    return json_response({"items": values}, headers={"ETag": etag_of(values)})


@router.put("/admin/dictionaries/{code}", operation_id="dictionaries_set", summary="Replace a dictionary's values")
def put_dictionary(request: HttpRequest, code: str, data: Items) -> HttpResponse:
    seen = request.headers.get("If-Match", "").strip().removeprefix("W/")
    dictionaries.set_dictionary(signed_in(request), code, data.items, seen=seen)
    return get_dictionary(request, code)


@router.get(
    "/admin/dictionaries/{code}/history", operation_id="dictionaries_history", summary="Versions of a dictionary"
)
def dictionary_history(request: HttpRequest, code: str) -> HttpResponse:
    return json_response({"items": dictionaries.dictionary_history(signed_in(request), code)})


@router.post(
    "/admin/dictionaries/{code}/revert", operation_id="dictionaries_revert", summary="Back to an earlier version"
)
def revert_dictionary(request: HttpRequest, code: str, data: Version) -> HttpResponse:
    dictionaries.revert_dictionary(signed_in(request), code, data.version)
    return get_dictionary(request, code)


@router.get("/admin/audit", operation_id="audit_list", summary="The audit log")
def audit_log(request: HttpRequest) -> dict[str, Any]:
    data = request.GET.dict()
    return settings.read_audit(signed_in(request), filters=data, cursor=data.get("cursor", ""))
