"""Personal data: what is held, who had it, what an erasure would take."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from kemai.platform.api.records import signed_in
from kemai.privacy.selectors import exposed, inventory
from kemai.privacy.services.preview import preview_erasure

router = Router()


@router.get(
    "/privacy/inventory", operation_id="privacy_inventory", summary="What data is held, of which class, for how long"
)
def list_inventory(request: HttpRequest, everything: bool = False) -> dict[str, Any]:
    return inventory.inventory_json(signed_in(request), everything=everything)


@router.post("/privacy/inventory/file", operation_id="privacy_inventory_file", summary="The same as a spreadsheet")
def inventory_file(request: HttpRequest) -> dict[str, UUID]:
    return {"file": inventory.inventory_file(signed_in(request))}


class Span(Schema):
    """From and to: dates, whole days, or moments; ``record``: about this record only."""

    start: str
    end: str
    record: str = ""


@router.get("/privacy/exposed", operation_id="privacy_exposed", summary="Who saw, exported or received which persons")
def list_exposed(request: HttpRequest, span: Query[Span]) -> dict[str, Any]:
    return exposed.exposed_json(signed_in(request), exposed.Span.of(span.start, span.end, span.record))


@router.post("/privacy/exposed/file", operation_id="privacy_exposed_file", summary="The same as a spreadsheet")
def exposed_file(request: HttpRequest, span: Span) -> dict[str, UUID]:
    return {"file": exposed.exposed_file(signed_in(request), exposed.Span.of(span.start, span.end, span.record))}


@router.get(
    "/subject-requests/{request_id}/preview",
    operation_id="subject_request_preview",
    summary="What an erasure would take, and what would stay",
)
def preview(request: HttpRequest, request_id: UUID) -> dict[str, Any]:
    return preview_erasure(signed_in(request), request_id)
