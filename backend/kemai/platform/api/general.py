"""Descriptions, search, files, jobs, notifications."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from kemai.base import files, jobs
from kemai.base.models import Job
from kemai.kit.errors import Invalid
from kemai.kit.http import etag_of, json_response
from kemai.kit.words import T
from kemai.platform import notify
from kemai.platform.api.records import signed_in
from kemai.platform.objects import meta
from kemai.platform.objects.attachments import get_file_for
from kemai.platform.objects.declare import get_object
from kemai.platform.search import search_everything
from kemai.platform.transfer import approvals

router = Router()
#: Somebody's file is data and never a page of ours: where a browser opened it all the same, nothing in it would run.
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


class Wanted(Schema):
    in_page: bool
    channels: list[str] | None = None


class ReadMarks(Schema):
    ids: list[int] | None = None
    all: bool = False


@router.get("/meta/objects", operation_id="meta_objects", summary="Kinds of record the caller may view")
def list_objects(request: HttpRequest) -> dict[str, Any]:
    return {"items": meta.list_objects(signed_in(request))}


@router.get("/meta/objects/{name}", operation_id="meta_object", summary="One kind of record described for the caller")
def describe_object(request: HttpRequest, name: str) -> HttpResponse:
    description = meta.describe(signed_in(request), get_object(name))
    etag = etag_of(description)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    return json_response(description, headers=headers)


@router.get("/search", operation_id="search", summary="Search everything")
def search(request: HttpRequest, q: str = "", limit: int = 10) -> dict[str, Any]:
    return {"groups": search_everything(signed_in(request), q, limit=min(max(limit, 1), 20))}


@router.post("/files", operation_id="files_upload", summary="Upload a file", response={201: dict[str, Any]})
def upload(request: HttpRequest) -> Status[dict[str, Any]]:
    actor = signed_in(request)
    sent = request.FILES.get("file")
    if sent is None:
        raise Invalid.one("file", "required", T("请选择文件。", "Choose a file."))
    row = files.store_file(sent.chunks(), name=PurePath(sent.name or "file").name, created_by=actor.id, days=7)
    return Status(201, {"id": row.id, "name": row.name, "size": row.size})


@router.get("/files/{file_id}/content", operation_id="files_content", summary="Download one's file")
def download(request: HttpRequest, file_id: UUID) -> FileResponse:
    actor = signed_in(request)
    row = get_file_for(actor, file_id)
    approvals.note_download(actor, row)
    response = FileResponse(files.path_of(row).open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.name)}"
    response["Content-Length"] = str(row.size)
    response["Content-Security-Policy"] = FILE_POLICY
    return response


@router.get("/jobs", operation_id="jobs_list", summary="One's latest jobs")
def list_jobs(request: HttpRequest) -> dict[str, Any]:
    rows = Job.objects.filter(actor_id=signed_in(request).id).order_by("-created_at")[:50]
    return {"items": [jobs.job_json(job) | {"failures": job.failures[:20]} for job in rows]}


@router.get("/jobs/{job_id}", operation_id="jobs_get", summary="A job's progress and result")
def get_job(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    return jobs.job_json(jobs.get_job_for(signed_in(request).id, job_id))


@router.post("/jobs/{job_id}/cancel", operation_id="jobs_cancel", summary="Stop a job")
def cancel_job(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    return jobs.job_json(jobs.cancel_job(signed_in(request).id, job_id))


@router.get("/notifications", operation_id="notifications_list", summary="Messages")
def list_notifications(request: HttpRequest, before: int | None = None) -> dict[str, Any]:
    return notify.list_notifications(signed_in(request), before=before)


@router.post("/notifications/read", operation_id="notifications_read", summary="Mark messages as read")
def mark_read(request: HttpRequest, data: ReadMarks) -> dict[str, Any]:
    actor = signed_in(request)
    changed = notify.mark_read(actor, ids=None if data.all else data.ids or [])
    return {"changed": changed, "unread": notify.count_unread(actor)}


@router.get("/me/notifications", operation_id="me_notifications", summary="Which messages one wants")
def list_choices(request: HttpRequest) -> dict[str, Any]:
    return {"items": notify.list_choices(signed_in(request)), "channels": notify.list_channels()}


@router.put(
    "/me/notifications/{kind}", operation_id="me_notifications_choose", summary="How one wants a kind of message"
)
def choose(request: HttpRequest, kind: str, data: Wanted) -> dict[str, Any]:
    actor = signed_in(request)
    notify.choose(actor, kind, in_page=data.in_page, channels=data.channels)
    return {"items": notify.list_choices(actor)}
