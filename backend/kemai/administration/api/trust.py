"""Rights explained, looking as somebody else, reveals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from kemai.administration.services import view_as
from kemai.administration.services.explain import explain_right
from kemai.platform.api.records import signed_in

router = Router()


class ViewAs(Schema):
    user: UUID
    reason: str


@router.get("/admin/explain", operation_id="rights_explain", summary="Why somebody can or cannot do something")
def explain(
    request: HttpRequest, user: UUID, object: str, verb: str = "view", record: UUID | None = None, field: str = ""
) -> dict[str, Any]:
    return explain_right(
        signed_in(request), user_id=user, object_name=object, verb=verb, record_id=record, field_name=field
    )


@router.post("/view-as", operation_id="view_as_start", summary="Look at the system as another person, read-only")
def start_view_as(request: HttpRequest, data: ViewAs) -> dict[str, Any]:
    session_id = request.session_id  # type: ignore[attr-defined]
    return view_as.start(signed_in(request), session_id, user_id=data.user, reason=data.reason)


@router.post("/view-as/end", operation_id="view_as_end", summary="Look as oneself again", response={204: None})
def end_view_as(request: HttpRequest) -> Status[None]:
    view_as.end(signed_in(request), request.session_id)  # type: ignore[attr-defined]
    return Status(204, None)
