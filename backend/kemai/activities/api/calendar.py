"""The calendar, and its feed for other programs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status

from kemai.activities.selectors.calendar import calendar_entries
from kemai.activities.selectors.worklist import whose_list
from kemai.activities.services import feeds
from kemai.platform.api.records import signed_in

router = Router()


class Feed(Schema):
    name: str = ""


class Span(Schema):
    first: date
    last: date
    person: UUID | None = None
    team: bool = False


@router.get("/calendar", operation_id="calendar", summary="Tasks, next contacts, promises, care days between two days")
def get_calendar(request: HttpRequest, span: Query[Span]) -> dict[str, Any]:
    actor = signed_in(request)
    whose = whose_list(actor, person=span.person, team=span.team)
    items, more = calendar_entries(actor, whose, first=span.first, last=span.last)
    return {"items": items, "more": more}


@router.get("/me/calendar-feeds", operation_id="me_calendar_feeds", summary="One's calendar addresses")
def get_feeds(request: HttpRequest) -> dict[str, Any]:
    return {"items": feeds.list_feeds(signed_in(request))}


@router.post(
    "/me/calendar-feeds",
    operation_id="me_calendar_feed_create",
    summary="Make a secret calendar address; told once",
    response={201: dict[str, Any]},
)
def post_feed(request: HttpRequest, data: Feed) -> Status[dict[str, Any]]:
    return Status(201, feeds.make_feed(signed_in(request), name=data.name))


@router.delete("/me/calendar-feeds/{feed_id}", operation_id="me_calendar_feed_revoke", summary="Revoke an address")
def delete_feed(request: HttpRequest, feed_id: UUID) -> HttpResponse:
    feeds.revoke_feed(signed_in(request), feed_id)
    return HttpResponse(status=204)


@router.get(
    "/calendar/feeds/{token}.ics", operation_id="calendar_feed", summary="A calendar for other programs", auth=None
)
def read_feed(request: HttpRequest, token: str) -> HttpResponse:
    """iCalendar (RFC 5545). The address is the secret; there is no other sign-in."""
    text, etag = feeds.read_feed(token, root=f"{request.scheme}://{request.get_host()}")
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
