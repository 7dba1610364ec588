"""The guide to going live (PLT-18)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from kemai.administration.services import guide
from kemai.platform.api.records import signed_in

router = Router()


class Said(Schema):
    done: bool


class Hidden(Schema):
    hidden: bool


@router.get("/admin/guide", operation_id="guide_get", summary="What the company still needs to go live")
def get_guide(request: HttpRequest) -> dict[str, Any]:
    return guide.guide(signed_in(request))


@router.put("/admin/guide", operation_id="guide_hide", summary="Show or hide the guide on the home page")
def put_guide(request: HttpRequest, data: Hidden) -> dict[str, Any]:
    actor = signed_in(request)
    guide.hide(actor, hidden=data.hidden)
    return guide.guide(actor)


@router.put("/admin/guide/{code}", operation_id="guide_say", summary="Call a step done, or not")
def put_step(request: HttpRequest, code: str, data: Said) -> dict[str, Any]:
    actor = signed_in(request)
    guide.say_done(actor, code, done=data.done)
    return guide.guide(actor)
