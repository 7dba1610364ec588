"""Personal data: what is held."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from kemai.platform.api.records import signed_in
from kemai.privacy.selectors import inventory

router = Router()


@router.get(
    "/privacy/inventory", operation_id="privacy_inventory", summary="What data is held, of which class, for how long"
)
def list_inventory(request: HttpRequest, everything: bool = False) -> dict[str, Any]:
    return inventory.inventory_json(signed_in(request), everything=everything)


@router.post("/privacy/inventory/file", operation_id="privacy_inventory_file", summary="The same as a spreadsheet")
def inventory_file(request: HttpRequest) -> dict[str, UUID]:
    return {"file": inventory.inventory_file(signed_in(request))}
