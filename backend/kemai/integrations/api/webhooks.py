"""Webhooks: receivers, their secrets, what was sent (PLT-4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from kemai.integrations import catalogue
from kemai.integrations.services import deliveries, endpoints
from kemai.kit.errors import Malformed, VersionRequired
from kemai.kit.http import json_response
from kemai.platform.api.records import signed_in

router = Router()


class Subscribed(Schema):
    object: str
    events: list[str] = []
    filter: dict[str, Any] | None = None


class NewWebhook(Schema):
    name: str
    url: str
    subscriptions: list[Subscribed]


class WebhookChange(Schema):
    name: str | None = None
    url: str | None = None
    subscriptions: list[Subscribed] | None = None


class Replay(Schema):
    ids: list[UUID] | None = None
    since: str | None = None
    until: str | None = None
    states: list[str] = ["failed"]


@router.get("/webhooks", operation_id="webhooks_list", summary="Receivers and how they fare")
def list_webhooks(request: HttpRequest) -> dict[str, Any]:
    return {"items": endpoints.list_endpoints(signed_in(request))}


@router.get("/webhooks/events", operation_id="webhooks_events", summary="What a receiver can be told of")
def list_events(request: HttpRequest) -> dict[str, Any]:
    actor = signed_in(request)
    actor.require(endpoints.PERMISSION)
    return {"items": catalogue.list_events(actor)}


@router.post(
    "/webhooks",
    operation_id="webhooks_create",
    summary="Make a receiver; its secret is shown once",
    response={201: dict[str, Any]},
)
def create_webhook(request: HttpRequest, data: NewWebhook) -> Status[dict[str, Any]]:
    made, secret = endpoints.create_endpoint(signed_in(request), data.dict())
    return Status(201, {**made, "secret": secret})


@router.get("/webhooks/{webhook_id}", operation_id="webhooks_get", summary="One receiver")
def get_webhook(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    return _one(endpoints.get_endpoint(signed_in(request), webhook_id))


def _one(found: dict[str, Any]) -> HttpResponse:
    return json_response(found, headers={"ETag": f'"{found["version"]}"'})


@router.patch("/webhooks/{webhook_id}", operation_id="webhooks_update", summary="Change one's own receiver")
def change_webhook(request: HttpRequest, webhook_id: UUID, data: WebhookChange) -> HttpResponse:
    text = request.headers.get("If-Match", "").strip('"')
    if not text:
        raise VersionRequired
    if not text.isdecimal() or len(text) > 9:
        raise Malformed(what="If-Match")
    values = {k: v for k, v in data.dict().items() if v is not None}
    return _one(endpoints.change_endpoint(signed_in(request), webhook_id, values, version=int(text)))


@router.delete("/webhooks/{webhook_id}", operation_id="webhooks_delete", summary="Forget a receiver")
def delete_webhook(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    endpoints.delete_endpoint(signed_in(request), webhook_id)
    return HttpResponse(status=204)


@router.post("/webhooks/{webhook_id}/pause", operation_id="webhooks_pause", summary="Send nothing for the moment")
def pause(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    return _one(endpoints.pause_endpoint(signed_in(request), webhook_id))


@router.post("/webhooks/{webhook_id}/resume", operation_id="webhooks_resume", summary="Go on, with what was kept")
def resume(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    return _one(endpoints.resume_endpoint(signed_in(request), webhook_id))


@router.post(
    "/webhooks/{webhook_id}/take-over", operation_id="webhooks_take_over", summary="Lend a receiver one's own rights"
)
def take_over(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    return _one(endpoints.take_over(signed_in(request), webhook_id))


@router.post(
    "/webhooks/{webhook_id}/rotate-secret",
    operation_id="webhooks_rotate_secret",
    summary="A new secret, shown once; the old one signs along for some hours",
)
def rotate_secret(request: HttpRequest, webhook_id: UUID) -> dict[str, Any]:
    found, secret = endpoints.rotate_secret(signed_in(request), webhook_id)
    return {**found, "secret": secret}


@router.post(
    "/webhooks/{webhook_id}/test",
    operation_id="webhooks_test",
    summary="Queue a test delivery",
    response={202: dict[str, Any]},
)
def send_test(request: HttpRequest, webhook_id: UUID) -> Status[dict[str, Any]]:
    return Status(202, deliveries.send_test(signed_in(request), webhook_id))


@router.post("/webhooks/{webhook_id}/replay", operation_id="webhooks_replay", summary="Send again")
def replay(request: HttpRequest, webhook_id: UUID, data: Replay) -> dict[str, Any]:
    values = {"ids": data.ids, "from": data.since, "to": data.until, "states": data.states}
    return {"count": deliveries.replay(signed_in(request), webhook_id, values)}


@router.get("/webhooks/{webhook_id}/deliveries", operation_id="webhooks_deliveries", summary="What was sent")
def list_deliveries(request: HttpRequest, webhook_id: UUID) -> dict[str, Any]:
    data = request.GET.dict()
    return deliveries.list_deliveries(signed_in(request), webhook_id, data, cursor=data.get("cursor", ""))


@router.get(
    "/webhook-deliveries/{delivery_id}", operation_id="webhook_deliveries_get", summary="One delivery and its tries"
)
def get_delivery(request: HttpRequest, delivery_id: UUID) -> dict[str, Any]:
    return deliveries.get_delivery(signed_in(request), delivery_id)
