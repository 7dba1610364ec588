"""The home page, and how each person (and, for a role, the administrator) arranges it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from kemai.analytics.selectors.home import home as home_page
from kemai.analytics.services import home as services
from kemai.platform.api.records import signed_in, version_read

router = Router()


class Place(Schema):
    code: str
    place: str


class Arrangement(Schema):
    counters: list[str]
    cards: list[Place]


@router.get("/home", operation_id="home", summary="The work of today")
def home(request: HttpRequest) -> dict[str, Any]:
    return home_page(signed_in(request))


@router.get(
    "/home/arrangement", operation_id="home_arrangement", summary="One's arrangement, and what there is to choose"
)
def get_own(request: HttpRequest) -> dict[str, Any]:
    return services.describe_own(signed_in(request))


@router.put("/home/arrangement", operation_id="home_arrange", summary="Arrange one's home page")
def put_own(request: HttpRequest, data: Arrangement) -> dict[str, Any]:
    return services.arrange_own(signed_in(request), **data.dict(), version=version_read(request))


@router.delete("/home/arrangement", operation_id="home_reset", summary="Back to the ready arrangement")
def delete_own(request: HttpRequest) -> dict[str, Any]:
    return services.reset_own(signed_in(request))


@router.get("/home/roles", operation_id="home_roles", summary="With what the people of each role begin")
def get_roles(request: HttpRequest) -> dict[str, Any]:
    return {"items": services.describe_roles(signed_in(request))}


@router.get("/home/roles/{uuid:role_id}", operation_id="home_role", summary="The arrangement of a role")
def get_role(request: HttpRequest, role_id: UUID) -> dict[str, Any]:
    return services.describe_role(signed_in(request), role_id)


@router.put("/home/roles/{uuid:role_id}", operation_id="home_arrange_role", summary="Arrange it")
def put_role(request: HttpRequest, role_id: UUID, data: Arrangement) -> dict[str, Any]:
    return services.arrange_role(signed_in(request), role_id, **data.dict(), version=version_read(request))


@router.delete("/home/roles/{uuid:role_id}", operation_id="home_reset_role", summary="Back to what is shipped")
def delete_role(request: HttpRequest, role_id: UUID) -> dict[str, Any]:
    return services.reset_role(signed_in(request), role_id)
