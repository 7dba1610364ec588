"""Morning sheets and reports: filled in from records, a team's on one screen, comments."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from kemai.activities.selectors import reports as selectors
from kemai.activities.services import reports as services
from kemai.platform.api.records import signed_in

router = Router()


class Period(Schema):
    kind: str = "morning"
    on: date


class Comment(Schema):
    text: str


@router.get("/reports/prefill", operation_id="reports_prefill", summary="A sheet as records tell it")
def get_prefill(request: HttpRequest, period: Query[Period]) -> dict[str, Any]:
    actor = signed_in(request)
    actor.require(selectors.VIEW)
    return selectors.prefill(actor, period.kind, period.on)


@router.get("/reports/team", operation_id="reports_team", summary="Everybody's sheets of one period")
def get_team(request: HttpRequest, period: Query[Period]) -> dict[str, Any]:
    return selectors.team(signed_in(request), period.kind, period.on)


@router.get("/reports/{report_id}/comments", operation_id="reports_comments", summary="What was said to a report")
def get_comments(request: HttpRequest, report_id: UUID) -> dict[str, Any]:
    return services.list_comments(signed_in(request), report_id)


@router.post("/reports/{report_id}/comments", operation_id="reports_comment", summary="Say something to a report")
def post_comment(request: HttpRequest, report_id: UUID, data: Comment) -> dict[str, Any]:
    return services.comment_report(signed_in(request), report_id, text=data.text)
