"""API tokens: one's own, and all of them for whoever may revoke them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from kemai.administration.services import tokens
from kemai.platform.api.records import signed_in

router = Router()


class NewToken(Schema):
    name: str
    days: int = 365
    read_only: bool = False
    objects: list[str] = []


class Reason(Schema):
    reason: str = ""


@router.get("/me/tokens", operation_id="me_tokens", summary="One's API tokens")
def own_tokens(request: HttpRequest) -> dict[str, Any]:
    return {"items": tokens.own_tokens(signed_in(request))}


@router.post(
    "/me/tokens",
    operation_id="me_token_create",
    summary="Make an API token; shown once",
    response={201: dict[str, Any]},
)
def make_token(request: HttpRequest, data: NewToken) -> Status[dict[str, Any]]:
    return Status(201, tokens.make_token(signed_in(request), **data.dict()))


@router.delete("/me/tokens/{token_id}", operation_id="me_token_revoke", summary="Revoke an API token")
def revoke_own(request: HttpRequest, token_id: UUID) -> HttpResponse:
    tokens.revoke_own(signed_in(request), token_id)
    return HttpResponse(status=204)


@router.get("/admin/tokens", operation_id="tokens_list", summary="Everybody's API tokens")
def list_tokens(request: HttpRequest, q: str = "", state: str = "") -> dict[str, Any]:
    return {"items": tokens.list_tokens(signed_in(request), q=q, state=state)}


@router.post("/admin/tokens/{token_id}/revoke", operation_id="tokens_revoke", summary="Revoke anybody's API token")
def revoke_token(request: HttpRequest, token_id: UUID, data: Reason) -> HttpResponse:
    tokens.revoke_token(signed_in(request), token_id, reason=data.reason)
    return HttpResponse(status=204)
