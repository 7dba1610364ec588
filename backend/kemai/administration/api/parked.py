"""Background work that was tried in vain, for whoever may deal with it (F-8)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from kemai.administration.services import parked
from kemai.platform.api.records import signed_in

router = Router()


class Chosen(Schema):
    ids: list[UUID] | None = None


@router.get("/admin/parked-jobs", operation_id="parked_jobs", summary="Background work that failed, newest first")
def list_parked(request: HttpRequest, cursor: str = "") -> dict[str, Any]:
    return parked.list_parked(signed_in(request), cursor=cursor)


@router.post("/admin/parked-jobs/replay", operation_id="parked_jobs_replay", summary="Have failed work done again")
def replay(request: HttpRequest, data: Chosen) -> dict[str, Any]:
    return {"count": parked.replay(signed_in(request), data.ids)}


@router.post("/admin/parked-jobs/discard", operation_id="parked_jobs_discard", summary="Give up failed work")
def discard(request: HttpRequest, data: Chosen) -> dict[str, Any]:
    return {"count": parked.discard(signed_in(request), data.ids)}
