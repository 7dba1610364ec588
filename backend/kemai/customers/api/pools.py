"""Pools: members, limits, what is left of one's quotas, and giving out what lies in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from kemai.customers.pooled import kind_of
from kemai.customers.services import distribution, pools, quotas
from kemai.platform.api.records import signed_in

router = Router()


class Members(Schema):
    members: list[dict[str, Any]]


class Limits(Schema):
    values: dict[str, Any]


class Plan(Schema):
    object: str = "customers"
    ids: list[UUID]
    method: str
    people: list[UUID] | None = None


class Line(Schema):
    user: UUID
    ids: list[UUID]


class Distribution(Schema):
    object: str = "customers"
    lines: list[Line]
    reason: str = ""


class Move(Schema):
    object: str = "customers"
    ids: list[UUID]
    pool: UUID
    reason: str = ""


@router.get("/my-pools", operation_id="pools_mine", summary="Pools open to me, and what is left of my quotas today")
def my_pools(request: HttpRequest, object: str = "customers") -> dict[str, Any]:
    return quotas.my_pools(signed_in(request), kind_of(object))


@router.get("/pools/{pool_id}/members", operation_id="pools_members", summary="Whom a pool is open to")
def get_members(request: HttpRequest, pool_id: UUID) -> dict[str, Any]:
    return {"items": pools.list_pool_members(signed_in(request), pool_id)}


@router.put("/pools/{pool_id}/members", operation_id="pools_set_members", summary="Replace a pool's members")
def put_members(request: HttpRequest, pool_id: UUID, data: Members) -> dict[str, Any]:
    pools.set_pool_members(signed_in(request), pool_id, members=data.members)
    return get_members(request, pool_id)


@router.put("/pools/{pool_id}/limits", operation_id="pools_set_limits", summary="What a pool's manager may set of it")
def put_limits(request: HttpRequest, pool_id: UUID, data: Limits) -> dict[str, Any]:
    pools.set_limits(signed_in(request), pool_id, data.values)
    return quotas.my_pools(signed_in(request), kind_of("customers"))


@router.get(
    "/pools/{pool_id}/distribution",
    operation_id="pools_distribution_board",
    summary="What lies in a pool, and each member's load",
)
def get_board(request: HttpRequest, pool_id: UUID, object: str = "customers") -> dict[str, Any]:
    return distribution.board(signed_in(request), kind_of(object), pool_id)


@router.post("/pools/{pool_id}/distribution/preview", operation_id="pools_plan", summary="Who would get which records")
def post_plan(request: HttpRequest, pool_id: UUID, data: Plan) -> dict[str, Any]:
    return distribution.plan(
        signed_in(request), kind_of(data.object), pool_id, ids=data.ids, method=data.method, people=data.people
    )


@router.post("/pools/{pool_id}/distribution", operation_id="pools_distribute", summary="Give records of a pool out")
def post_distribution(request: HttpRequest, pool_id: UUID, data: Distribution) -> dict[str, Any]:
    lines = [(line.user, line.ids) for line in data.lines]
    return distribution.distribute(
        signed_in(request), kind_of(data.object), pool_id, lines=lines, reason=data.reason[:300]
    )


@router.post("/pools/{pool_id}/move", operation_id="pools_move", summary="Move records of a pool to another")
def post_move(request: HttpRequest, pool_id: UUID, data: Move) -> dict[str, Any]:
    return distribution.move_many(
        signed_in(request), kind_of(data.object), pool_id, ids=data.ids, to=data.pool, reason=data.reason[:300]
    )
