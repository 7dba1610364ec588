"""Recycling: rules, what a run would take, runs, and decisions on those that stopped (POOL-3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from kemai.base.jobs import job_json
from kemai.customers.pooled import kind_of
from kemai.customers.services import recycle_admin
from kemai.platform.api.records import signed_in, version_read

router = Router()


class Rules(Schema):
    object: str = "customers"
    items: list[dict[str, Any]]


@router.get("/recycling/rules", operation_id="recycling_rules", summary="The rules by which records go back to a pool")
def get_rules(request: HttpRequest, object: str = "customers") -> dict[str, Any]:
    return recycle_admin.read_rules(signed_in(request), kind_of(object))


@router.put("/recycling/rules", operation_id="recycling_set_rules", summary="Replace the rules")
def put_rules(request: HttpRequest, data: Rules) -> dict[str, Any]:
    actor, kind = signed_in(request), kind_of(data.object)
    job = recycle_admin.write_rules(actor, kind, data.items, version=version_read(request))
    return {**recycle_admin.read_rules(actor, kind), "job": job_json(job)}


@router.get("/recycling/preview", operation_id="recycling_preview", summary="What a run would take now, and soon")
def get_preview(request: HttpRequest, object: str = "customers") -> dict[str, Any]:
    return recycle_admin.preview(signed_in(request), kind_of(object))


@router.get("/recycling/runs", operation_id="recycling_runs", summary="The latest runs")
def get_runs(request: HttpRequest) -> dict[str, Any]:
    return {"items": recycle_admin.list_runs(signed_in(request))}


@router.post(
    "/recycling/runs", operation_id="recycling_run", summary="Run the rules now", response={202: dict[str, Any]}
)
def post_run(request: HttpRequest, object: str = "customers") -> Status[dict[str, Any]]:
    return Status(202, job_json(recycle_admin.start_run(signed_in(request), kind_of(object))))


@router.post(
    "/recycling/runs/{run_id}/approve",
    operation_id="recycling_approve",
    summary="Carry out just this stopped run",
    response={202: dict[str, Any]},
)
def approve(request: HttpRequest, run_id: UUID) -> Status[dict[str, Any]]:
    job = recycle_admin.decide_run(signed_in(request), run_id, approve=True)
    assert job is not None
    return Status(202, job_json(job))


@router.post("/recycling/runs/{run_id}/dismiss", operation_id="recycling_dismiss", summary="Let a stopped run be")
def dismiss(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    actor = signed_in(request)
    recycle_admin.decide_run(actor, run_id, approve=False)
    return {"items": recycle_admin.list_runs(actor)}
