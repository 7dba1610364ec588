"""The quality of records (CUS-10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from kemai.platform.api.records import signed_in
from kemai.platform.quality import service

router = Router()


@router.get("/quality", operation_id="quality_figures", summary="Quality by department or owner")
def figures(request: HttpRequest, object: str = "customers", by: str = "department") -> dict[str, Any]:
    return service.figures(signed_in(request), object, by)


@router.get(
    "/quality/{object_name}/{record_id}", operation_id="quality_record", summary="Why a record scores as it does"
)
def explain(request: HttpRequest, object_name: str, record_id: UUID) -> dict[str, Any]:
    return service.explain_record(signed_in(request), object_name, record_id)
