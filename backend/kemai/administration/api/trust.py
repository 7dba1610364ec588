"""Rights explained, looking as somebody else, reveals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from kemai.administration.services.explain import explain_right
from kemai.platform.api.records import signed_in

router = Router()


@router.get("/admin/explain", operation_id="rights_explain", summary="Why somebody can or cannot do something")
def explain(
    request: HttpRequest, user: UUID, object: str, verb: str = "view", record: UUID | None = None, field: str = ""
) -> dict[str, Any]:
    return explain_right(
        signed_in(request), user_id=user, object_name=object, verb=verb, record_id=record, field_name=field
    )
