"""The log of operations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from kemai.platform.api.records import signed_in
from kemai.platform.objects import operations

router = Router()


@router.get("/operations", operation_id="operations_list", summary="What was done to records, newest first")
def list_operations(
    request: HttpRequest,
    mine: str = "",
    actor: str = "",
    object: str = "",
    action: str = "",
    state: str = "",
    cursor: str = "",
) -> dict[str, Any]:
    filters = {"mine": mine, "actor": actor, "object": object, "action": action, "state": state}
    return operations.list_operations(signed_in(request), filters, cursor=cursor)


@router.get("/operations/{operation_id}", operation_id="operations_get", summary="One operation")
def get_operation(request: HttpRequest, operation_id: UUID) -> dict[str, Any]:
    actor = signed_in(request)
    return operations.operations_json(actor, [operations.get_operation_for(actor, operation_id)])[0]
