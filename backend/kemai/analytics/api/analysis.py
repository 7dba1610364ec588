"""The analysis: what to choose from, each part, and a part as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from kemai.analytics.selectors.choice import choices_json, make_choice
from kemai.analytics.selectors.parts import get_part
from kemai.analytics.services.export import export_part, may_export
from kemai.platform.api.records import signed_in

router = Router()


class Asked(Schema):
    """What stands in the address. Empty: this month, everything the reader sees, his own pipeline."""

    period: str = ""
    department: str = ""
    person: str = ""
    pipeline: str = ""
    measure: str = ""
    by: str = ""
    step: str = ""


class AskedFile(Asked):
    """The same, and what the file is for."""

    purpose: str = ""


@router.get("/analysis", operation_id="analysis", summary="Periods, departments, people and pipelines to choose from")
def choices(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    actor = signed_in(request)
    return {**choices_json(make_choice(actor, asked.dict())), "exports": may_export(actor)}


@router.get(
    "/analysis/{part}", operation_id="analysis_part", summary="A part: a table of figures, each with its records"
)
def part(request: HttpRequest, part: str, asked: Query[Asked]) -> dict[str, Any]:
    found = get_part(part)
    return found.make(make_choice(signed_in(request), asked.dict())).to_json()


@router.post("/analysis/{part}/export", operation_id="analysis_export", summary="A part as a spreadsheet")
def export(request: HttpRequest, part: str, asked: AskedFile) -> dict[str, UUID]:
    given = asked.dict()
    purpose = given.pop("purpose")
    return {"file": export_part(signed_in(request), get_part(part), given, purpose=purpose)}
