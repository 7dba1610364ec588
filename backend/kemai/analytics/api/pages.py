"""The manager's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from kemai.analytics.selectors.manager import manager_page
from kemai.platform.api.records import signed_in

router = Router()


@router.get("/manager", operation_id="manager", summary="Funnel, trend, ranking and totals")
def manager(request: HttpRequest, month: str = "", department: str = "") -> dict[str, Any]:
    return manager_page(signed_in(request), month=month, department=department)
