"""Rules of leads and the design of web forms (SAL-1, MKT-5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from kemai.platform.api.records import signed_in, version_read
from kemai.sales.services import lead_rules, web_forms

router = Router()


class Rules(Schema):
    scoring: list[dict[str, Any]] = []
    assignment: list[dict[str, Any]] = []


class Design(Schema):
    fields: list[dict[str, Any]]


@router.get("/lead-rules", operation_id="lead_rules", summary="Rules of scoring and assignment")
def get_rules(request: HttpRequest) -> dict[str, Any]:
    return lead_rules.read_rules(signed_in(request))


@router.put("/lead-rules", operation_id="lead_rules_set", summary="Replace the rules; leads are scored anew")
def put_rules(request: HttpRequest, data: Rules) -> dict[str, Any]:
    return lead_rules.set_rules(signed_in(request), scoring=data.scoring, assignment=data.assignment)


@router.get("/web-forms/{form_id}/design", operation_id="web_forms_design", summary="What a form asks for")
def get_design(request: HttpRequest, form_id: UUID) -> dict[str, Any]:
    return web_forms.read_design(signed_in(request), form_id)


@router.put("/web-forms/{form_id}/design", operation_id="web_forms_set_design", summary="Replace what a form asks for")
def put_design(request: HttpRequest, form_id: UUID, data: Design) -> dict[str, Any]:
    return web_forms.set_design(signed_in(request), form_id, fields=data.fields, version=version_read(request))
