"""Checklists and gates of stages (SAL-2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from kemai.platform.api.records import signed_in
from kemai.sales.services import gates

router = Router()


class Tick(Schema):
    done: bool = True


class GateIn(Schema):
    required_fields: list[str] = []
    items: list[dict[str, Any]] = []


@router.get(
    "/opportunities/{opportunity_id}/checklist",
    operation_id="opportunities_checklist",
    summary="Guidance and checklist of the stage an opportunity is in",
)
def get_checklist(request: HttpRequest, opportunity_id: UUID) -> dict[str, Any]:
    return gates.read_checklist(signed_in(request), opportunity_id)


@router.put(
    "/opportunities/{opportunity_id}/checklist/{item_id}",
    operation_id="opportunities_tick",
    summary="Tick a line of the checklist, or take the tick back",
)
def put_check(request: HttpRequest, opportunity_id: UUID, item_id: UUID, data: Tick) -> dict[str, Any]:
    actor = signed_in(request)
    gates.tick_item(actor, opportunity_id, item_id, done=data.done)
    return gates.read_checklist(actor, opportunity_id)


@router.get("/stages/{stage_id}/gate", operation_id="stages_gate", summary="What a stage asks for")
def get_gate(request: HttpRequest, stage_id: UUID) -> dict[str, Any]:
    return gates.read_gate(signed_in(request), stage_id)


@router.put("/stages/{stage_id}/gate", operation_id="stages_set_gate", summary="Replace what a stage asks for")
def put_gate(request: HttpRequest, stage_id: UUID, data: GateIn) -> dict[str, Any]:
    return gates.set_gate(signed_in(request), stage_id, required_fields=data.required_fields, items=data.items)
