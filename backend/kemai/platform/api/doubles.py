"""Rules against doubles, the review queue, and the page that compares two records before they are merged (CUS-9)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from kemai.base.jobs import job_json
from kemai.kit.words import language
from kemai.platform.api.records import signed_in
from kemai.platform.doubles import finder, queue, rules
from kemai.platform.merging import part, preview

router = Router()


class Part(Schema):
    field: str
    how: str


class RuleValues(Schema):
    label: str | None = None
    parts: list[Part] | None = None
    action: str | None = None
    threshold: int | None = None
    everywhere: bool | None = None


class NewRule(RuleValues):
    object: str


class Decision(Schema):
    object: str
    ids: list[UUID]
    decision: str
    note: str = ""


class Assignment(Schema):
    object: str
    ids: list[UUID]
    assignee: UUID | None = None


class Asked(Schema):
    object: str


class Pair(Schema):
    object: str
    survivor: UUID
    loser: UUID
    take: list[str] = []


@router.get("/duplicate-rules", operation_id="duplicate_rules_list", summary="Rules against doubles")
def list_rules(request: HttpRequest) -> dict[str, Any]:
    return {"items": rules.describe_rules(signed_in(request))}


@router.post(
    "/duplicate-rules",
    operation_id="duplicate_rules_create",
    summary="Add a rule against doubles",
    response={201: dict[str, Any]},
)
def add_rule(request: HttpRequest, data: NewRule) -> Status[dict[str, Any]]:
    values = data.dict(exclude_unset=True)
    return Status(201, {"items": rules.add_rule(signed_in(request), values.pop("object"), values)})


@router.patch(
    "/duplicate-rules/{object_name}/{code}",
    operation_id="duplicate_rules_update",
    summary="Change a rule against doubles",
)
def set_rule(request: HttpRequest, object_name: str, code: str, data: RuleValues) -> dict[str, Any]:
    return {"items": rules.set_rule(signed_in(request), object_name, code, data.dict(exclude_unset=True))}


@router.delete(
    "/duplicate-rules/{object_name}/{code}",
    operation_id="duplicate_rules_delete",
    summary="Remove a rule of one's own, or the changes to a ready one",
)
def remove_rule(request: HttpRequest, object_name: str, code: str) -> dict[str, Any]:
    return {"items": rules.remove_rule(signed_in(request), object_name, code)}


@router.get(
    "/duplicates",
    operation_id="duplicates_list",
    summary="Records that may be one: pairs, and those that hang together",
)
def list_pairs(
    request: HttpRequest, object: str = "customers", state: str = "open", mine: bool = False, cursor: str = ""
) -> dict[str, Any]:
    actor = signed_in(request)
    return {
        **queue.list_cases(actor, object, state=state, mine=mine, cursor=cursor),
        "kinds": queue.kinds_with_queue(actor),
    }


@router.post("/duplicates/decide", operation_id="duplicates_decide", summary="Say that pairs are not the same")
def decide(request: HttpRequest, data: Decision) -> dict[str, Any]:
    changed = queue.decide_pairs(signed_in(request), data.object, data.ids, decision=data.decision, note=data.note)
    return {"changed": changed}


@router.post("/duplicates/assign", operation_id="duplicates_assign", summary="Give pairs to somebody to look at")
def assign(request: HttpRequest, data: Assignment) -> dict[str, Any]:
    return {"changed": queue.assign_pairs(signed_in(request), data.object, data.ids, assignee=data.assignee)}


@router.post(
    "/duplicates/find",
    operation_id="duplicates_find",
    summary="Look for doubles among all records",
    response={202: dict[str, Any]},
)
def find(request: HttpRequest, data: Asked) -> Status[dict[str, Any]]:
    return Status(202, job_json(finder.start_finding(signed_in(request), data.object)))


@router.post("/duplicates/preview", operation_id="duplicates_preview", summary="What a merge would do")
def preview_pair(request: HttpRequest, data: Pair) -> dict[str, Any]:
    return preview.preview_merge(signed_in(request), data.object, data.survivor, data.loser, data.take)


@router.get("/merges", operation_id="merges_list", summary="What was merged into a record")
def list_merges(request: HttpRequest, object: str, id: UUID) -> dict[str, Any]:
    return {"items": preview.list_merges(signed_in(request), object, id)}


@router.post("/merges/{merge_id}/undo", operation_id="merges_undo", summary="Take a merge back")
def undo_merge(request: HttpRequest, merge_id: UUID) -> dict[str, Any]:
    done = part.part_records(signed_in(request), merge_id)
    return {**done, "report": [line[language.get()] for line in done["report"]]}


@router.get("/merges/{merge_id}", operation_id="merges_report", summary="What taking a merge back left as it was")
def merge_report(request: HttpRequest, merge_id: UUID) -> dict[str, Any]:
    return {"report": [line[language.get()] for line in preview.merge_report(signed_in(request), merge_id)]}
