"""Segments: dynamic ones and lists kept by hand, their members, counts and history (CUS-7)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from kemai.base.jobs import job_json
from kemai.platform.api.records import query_of, signed_in, version_read
from kemai.platform.objects import segment_members, segments
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.segment_scope import get_segment_for

router = Router()


class NewSegment(Schema):
    object: str
    name: str
    description: str = ""
    kind: str = "dynamic"
    filter: Any = None
    ids: list[str] | None = None
    shared: dict[str, Any] | None = None


class ChangedSegment(Schema):
    name: str | None = None
    description: str | None = None
    filter: Any = None
    shared: dict[str, Any] | None = None


class Members(Schema):
    """Records by ``ids``, or everything a list shows: ``filter``, ``q``, ``view``."""

    ids: list[str] | None = None
    filter: Any = None
    q: str = ""
    view: str | None = None


@router.get("/segments", operation_id="segments_list", summary="One's segments and those shared with one")
def collection(request: HttpRequest, object: str = "") -> dict[str, Any]:
    return {"items": segments.list_segments(signed_in(request), object_name=object)}


@router.post("/segments", operation_id="segments_create", summary="Make a segment", response={201: dict[str, Any]})
def create(request: HttpRequest, data: NewSegment) -> Status[dict[str, Any]]:
    actor, values = signed_in(request), data.dict()
    row = segments.create_segment(actor, object_name=values.pop("object"), values=values)
    segment_members.start_count(actor, row.id)
    return Status(201, segments.describe_segment(actor, row.id))


@router.get("/segments/{uuid:segment_id}", operation_id="segments_get", summary="A segment, its trend and its uses")
def read(request: HttpRequest, segment_id: UUID) -> dict[str, Any]:
    return segments.describe_segment(signed_in(request), segment_id)


@router.patch("/segments/{uuid:segment_id}", operation_id="segments_update", summary="Change a segment")
def update(request: HttpRequest, segment_id: UUID, data: ChangedSegment) -> dict[str, Any]:
    actor, values = signed_in(request), data.dict(exclude_unset=True)
    segments.change_segment(actor, segment_id, values=values, version=version_read(request))
    if "filter" in values:
        segment_members.start_count(actor, segment_id)
    return segments.describe_segment(actor, segment_id)


@router.delete("/segments/{uuid:segment_id}", operation_id="segments_delete", summary="Forget a segment")
def delete(request: HttpRequest, segment_id: UUID) -> HttpResponse:
    segments.delete_segment(signed_in(request), segment_id)
    return HttpResponse(status=204)


@router.post(
    "/segments/{uuid:segment_id}/count",
    operation_id="segments_count",
    summary="Count a segment now",
    response={202: dict[str, Any]},
)
def count(request: HttpRequest, segment_id: UUID) -> Status[dict[str, Any]]:
    return Status(202, job_json(segment_members.start_count(signed_in(request), segment_id)))


@router.get("/segments/{uuid:segment_id}/changes", operation_id="segments_changes", summary="Who came and who went")
def changes(request: HttpRequest, segment_id: UUID, cursor: str = "") -> dict[str, Any]:
    return segment_members.segment_changes(signed_in(request), segment_id, cursor=cursor)


@router.post("/segments/{uuid:segment_id}/members", operation_id="segments_add", summary="Put records on a static list")
def add(request: HttpRequest, segment_id: UUID, data: Members) -> dict[str, Any]:
    return segment_members.put_on(signed_in(request), segment_id, **_chosen(request, segment_id, data))


@router.post(
    "/segments/{uuid:segment_id}/members/remove", operation_id="segments_remove", summary="Take records off it"
)
def remove(request: HttpRequest, segment_id: UUID, data: Members) -> dict[str, Any]:
    return segment_members.take_off(signed_in(request), segment_id, **_chosen(request, segment_id, data))


def _chosen(request: HttpRequest, segment_id: UUID, data: Members) -> dict[str, Any]:
    if data.ids is not None:
        return {"ids": data.ids}
    actor = signed_in(request)
    declaration = get_object(get_segment_for(actor, segment_id).object)
    asked = {"filter": data.filter, "q": data.q, "view": data.view}
    return {"query": query_of(declaration, asked, actor=actor)}
