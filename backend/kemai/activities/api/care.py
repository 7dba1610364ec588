"""Greetings of these days, a year of key accounts, how promises were kept, how sequences go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from kemai.activities.selectors.accounts import account_year
from kemai.activities.selectors.care import care_days
from kemai.activities.selectors.measures import promise_measures, sequence_report
from kemai.activities.selectors.worklist import whose_list
from kemai.platform.api.records import signed_in

router = Router()


class Whose(Schema):
    person: UUID | None = None
    team: bool = False


@router.get("/care", operation_id="care", summary="Birthdays, anniversaries and holidays to greet")
def get_care(request: HttpRequest, whose: Query[Whose], days: int = 7) -> dict[str, Any]:
    actor = signed_in(request)
    chosen = whose_list(actor, person=whose.person, team=whose.team)
    return care_days(actor, chosen, days=min(max(days, 1), 31))


@router.get("/account-year", operation_id="account_year", summary="A year of key accounts and who meets whom")
def get_account_year(request: HttpRequest, whose: Query[Whose], year: int) -> dict[str, Any]:
    actor = signed_in(request)
    return account_year(actor, whose_list(actor, person=whose.person, team=whose.team), year=year)


@router.get("/promises/measures", operation_id="promises_measures", summary="Promises kept, broken, late, by person")
def get_promise_measures(request: HttpRequest, days: int = 90) -> dict[str, Any]:
    return promise_measures(signed_in(request), days=min(max(days, 1), 3650))


@router.get("/sequences/{sequence_id}/report", operation_id="sequences_report", summary="How a sequence goes")
def get_sequence_report(request: HttpRequest, sequence_id: UUID) -> dict[str, Any]:
    return sequence_report(signed_in(request), sequence_id)
