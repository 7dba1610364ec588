"""What a conversion would make, and what a follow-up became (SAL-1, SAL-17)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from kemai.platform.api.records import signed_in
from kemai.sales.services import conversion, scoring

router = Router()


@router.get(
    "/leads/{lead_id}/matches",
    operation_id="leads_matches",
    summary="Customers and contacts that may be who this lead is",
)
def get_matches(request: HttpRequest, lead_id: UUID) -> dict[str, Any]:
    return conversion.find_matches(signed_in(request), lead_id)


@router.get("/leads/{lead_id}/score", operation_id="leads_score", summary="What a lead's score is made of")
def get_score(request: HttpRequest, lead_id: UUID) -> dict[str, Any]:
    return scoring.read_score(signed_in(request), lead_id)
