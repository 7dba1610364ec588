"""One's own second factor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from kemai.administration.api.auth import site_of, with_new_id
from kemai.administration.services import factors
from kemai.kit.http import json_response
from kemai.platform.api.records import signed_in

router = Router()


class Proof(Schema):
    password: str


class Confirmation(Schema):
    offer: str
    code: str


class Key(Schema):
    offer: str
    answer: dict[str, Any]
    name: str


@router.get("/me/factors", operation_id="me_factors", summary="One's second factor")
def own_factors(request: HttpRequest) -> dict[str, Any]:
    return factors.own_factors(signed_in(request))


@router.post("/me/factors/totp", operation_id="me_totp_offer", summary="A secret for an authenticator program")
def offer_totp(request: HttpRequest, data: Proof) -> dict[str, Any]:
    return factors.offer_totp(signed_in(request), password=data.password)


@router.post("/me/factors/totp/confirm", operation_id="me_totp_confirm", summary="Keep it, with a first code")
def confirm_totp(request: HttpRequest, data: Confirmation) -> HttpResponse:
    session_id = request.session_id  # type: ignore[attr-defined]
    kept = factors.confirm_totp(signed_in(request), offer=data.offer, code=data.code, session_id=session_id)
    return with_new_id(request, json_response(kept))


@router.post("/me/factors/passkeys", operation_id="me_passkey_offer", summary="What a browser needs to make a passkey")
def offer_passkey(request: HttpRequest, data: Proof) -> dict[str, Any]:
    return factors.offer_passkey(signed_in(request), site_of(request), password=data.password)


@router.post("/me/factors/passkeys/confirm", operation_id="me_passkey_confirm", summary="Keep the passkey it made")
def confirm_passkey(request: HttpRequest, data: Key) -> HttpResponse:
    session_id = request.session_id  # type: ignore[attr-defined]
    kept = factors.confirm_passkey(
        signed_in(request),
        site_of(request),
        offer=data.offer,
        answer=data.answer,
        name=data.name,
        session_id=session_id,
    )
    return with_new_id(request, json_response(kept))


@router.post("/me/factors/passkeys/{key}/remove", operation_id="me_passkey_remove", summary="Take away a passkey")
def remove_passkey(request: HttpRequest, key: UUID, data: Proof) -> dict[str, Any]:
    return factors.remove_passkey(signed_in(request), key, password=data.password)


@router.post("/me/factors/totp/remove", operation_id="me_totp_remove", summary="Do without a second factor")
def remove_totp(request: HttpRequest, data: Proof) -> dict[str, Any]:
    return factors.remove_totp(signed_in(request), password=data.password)


@router.post("/me/factors/recovery-codes", operation_id="me_recovery_codes", summary="New recovery codes, told once")
def renew_recovery_codes(request: HttpRequest, data: Proof) -> dict[str, Any]:
    return factors.renew_recovery_codes(signed_in(request), password=data.password)
