"""Roles of people, rights of roles, members of teams and pools."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from kemai.accounts.access import SCOPES
from kemai.administration.services import organisation
from kemai.kit.errors import Malformed, VersionRequired
from kemai.kit.http import json_response
from kemai.kit.words import T
from kemai.platform.api.records import signed_in
from kemai.platform.objects.declare import all_objects, permissions_of

router = Router()


class Grants(Schema):
    grants: list[dict[str, Any]]
    field_rules: list[dict[str, Any]] = []


class Roles(Schema):
    roles: list[UUID]


class Members(Schema):
    members: list[dict[str, Any]]


def _if_match(request: HttpRequest) -> str:
    """The ETag of what the writer read; :class:`VersionRequired` without one."""
    text = request.headers.get("If-Match", "").strip().removeprefix("W/")
    if not text:
        raise VersionRequired
    return text


@router.get("/admin/permissions", operation_id="permissions_list", summary="The catalogue of permissions and fields")
def permissions(request: HttpRequest) -> dict[str, Any]:
    signed_in(request).require("administration.role.view")
    groups = [
        {
            "object": o.name,
            "label": o.label.to(),
            "permissions": [
                {"code": code, "label": label.to(), "scopes": list(SCOPES)} for code, label in permissions_of(o)
            ],
        }
        for o in all_objects()
    ]
    extra = [{"code": code, "label": label.to(), "scopes": ["all"]} for code, label in organisation.EXTRA_PERMISSIONS]
    groups.append({"object": "", "label": T("系统", "System").to(), "permissions": extra})
    fields = [
        {"object": o.name, "label": o.label.to(), "fields": [{"name": f.name, "label": f.label.to()} for f in o.fields]}
        for o in all_objects()
    ]
    return {"groups": groups, "fields": fields}


@router.get("/roles/{role_id}/grants", operation_id="roles_grants", summary="A role's rights")
def get_grants(request: HttpRequest, role_id: UUID) -> HttpResponse:
    found = organisation.role_grants(signed_in(request), role_id)
    return json_response(found, headers={"ETag": f'"{found["version"]}"'})


@router.put("/roles/{role_id}/grants", operation_id="roles_set_grants", summary="Replace a role's rights")
def put_grants(request: HttpRequest, role_id: UUID, data: Grants) -> HttpResponse:
    text = _if_match(request).strip('"')
    if not text.isdecimal():
        raise Malformed(what="If-Match")
    organisation.set_grants(
        signed_in(request), role_id, grants=data.grants, field_rules=data.field_rules, version=int(text)
    )
    return get_grants(request, role_id)


@router.get("/users/{user_id}/roles", operation_id="users_roles", summary="A person's roles")
def get_roles(request: HttpRequest, user_id: UUID) -> HttpResponse:
    found = {"items": organisation.user_roles(signed_in(request), user_id)}
    return json_response(found, headers={"ETag": organisation.roles_tag(user_id)})


@router.put("/users/{user_id}/roles", operation_id="users_set_roles", summary="Replace a person's roles")
def put_roles(request: HttpRequest, user_id: UUID, data: Roles) -> HttpResponse:
    organisation.set_user_roles(signed_in(request), user_id, roles=data.roles, seen=_if_match(request))
    return get_roles(request, user_id)


@router.get("/teams/{team_id}/members", operation_id="teams_members", summary="A team's members")
def get_members(request: HttpRequest, team_id: UUID) -> HttpResponse:
    found = {"items": organisation.team_members(signed_in(request), team_id)}
    return json_response(found, headers={"ETag": organisation.members_tag(team_id)})


@router.put("/teams/{team_id}/members", operation_id="teams_set_members", summary="Replace a team's members")
def put_members(request: HttpRequest, team_id: UUID, data: Members) -> HttpResponse:
    organisation.set_team_members(signed_in(request), team_id, members=data.members, seen=_if_match(request))
    return get_members(request, team_id)
