"""Whom to contact today."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from kemai.activities.selectors import worklist as selectors
from kemai.activities.services import worklist as services
from kemai.platform.api.records import signed_in

router = Router()


class Pause(Schema):
    object: str = "customers"
    until: date | None = None
    reason: str = ""


@router.get("/worklist", operation_id="worklist", summary="Whom to contact today, and why")
def get_worklist(
    request: HttpRequest, person: UUID | None = None, team: bool = False, limit: int = 100
) -> dict[str, Any]:
    actor = signed_in(request)
    whose = selectors.whose_list(actor, person=person, team=team)
    return selectors.worklist(actor, whose, limit=min(max(limit, 1), selectors.LIMIT))


@router.get("/worklist/people", operation_id="worklist_people", summary="Whose worklists the caller may see")
def get_people(request: HttpRequest) -> dict[str, Any]:
    actor = signed_in(request)
    actor.require(selectors.VIEW)
    return {"items": selectors.people_in_charge(actor)}


@router.post(
    "/worklist/{record_id}/pause", operation_id="worklist_pause", summary="Put a line off, or leave it out for today"
)
def pause(request: HttpRequest, record_id: UUID, data: Pause) -> dict[str, Any]:
    token = services.pause_line(signed_in(request), data.object, record_id, until=data.until, reason=data.reason)
    return {"undo": token}
