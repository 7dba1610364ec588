"""Three administrators with separate duties."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from kemai.accounts.sessions import actor_of, forget_callers
from kemai.administration.services import separation
from kemai.platform.api.records import signed_in

router = Router()


@router.get("/admin/separation", operation_id="separation_get", summary="Are the three administrators separate?")
def get_state(request: HttpRequest) -> dict[str, Any]:
    return separation.state(signed_in(request))


@router.post("/admin/separation/on", operation_id="separation_on", summary="Separate the duties")
def switch_on(request: HttpRequest) -> dict[str, Any]:
    separation.switch_on(signed_in(request))
    return _ended()


@router.post("/admin/separation/off", operation_id="separation_off", summary="Ask to join them, or confirm it")
def switch_off(request: HttpRequest) -> dict[str, Any]:
    joined = separation.switch_off(signed_in(request))
    return _ended() if joined else separation.state(actor_of(signed_in(request).id))


@router.post("/admin/separation/keep", operation_id="separation_keep", summary="Let the question fall")
def withdraw(request: HttpRequest) -> dict[str, Any]:
    separation.withdraw(signed_in(request))
    return separation.state(signed_in(request))


def _ended() -> dict[str, Any]:
    """Everybody's rights are others now, the caller's too: what he may still see he asks anew."""
    forget_callers()
    return {"changed": True}
