"""Members of pools."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from kemai.customers.services import pools
from kemai.platform.api.records import signed_in

router = Router()


class Members(Schema):
    members: list[dict[str, Any]]


@router.get("/pools/{pool_id}/members", operation_id="pools_members", summary="Whom a pool is open to")
def get_members(request: HttpRequest, pool_id: UUID) -> dict[str, Any]:
    return {"items": pools.list_pool_members(signed_in(request), pool_id)}


@router.put("/pools/{pool_id}/members", operation_id="pools_set_members", summary="Replace a pool's members")
def put_members(request: HttpRequest, pool_id: UUID, data: Members) -> dict[str, Any]:
    pools.set_pool_members(signed_in(request), pool_id, members=data.members)
    return get_members(request, pool_id)
