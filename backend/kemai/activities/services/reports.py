"""Sheets: written, handed in with the numbers of that moment, read, commented (ACT-7)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import orjson

from kemai.accounts.access import Actor, require_visible
from kemai.accounts.models import User
from kemai.activities import errors
from kemai.activities.events import ReportCommented, ReportSubmitted
from kemai.activities.models import Report, ReportComment
from kemai.activities.rules.periods import KINDS, begin_of
from kemai.activities.selectors.reports import comments_of, numbers, periods_for
from kemai.base.audit import act, emit
from kemai.kit.clock import now
from kemai.kit.errors import Invalid
from kemai.kit.http import dumps
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.write import lock_row


def prepare_reports(actor: Actor, drafts: list[Draft]) -> None:
    """A sheet is its writer's, of the period the day lies in; what was handed in is not rewritten."""
    for draft in drafts:
        kind, on = draft.get("kind"), draft.get("begins_on")
        if draft.old is None:
            draft.values["owner_id"] = actor.id
            draft.values["department_id"] = (
                User.objects.values_list("department_id", flat=True).filter(pk=actor.id).first()
            )
        elif draft.old["status"] != "draft":
            draft.wrong(
                "status",
                "submitted",
                T("已提交的报告不能修改，请先撤回。", "A report handed in stays; withdraw it first."),
            )
        elif draft.changed("kind") or draft.changed("begins_on"):
            draft.wrong("begins_on", "fixed", T("报告的类型和日期不能更改。", "Kind and day of a report are fixed."))
        if draft.old is None and kind in KINDS and isinstance(on, date):
            draft.values["begins_on"] = begin_of(str(kind), on)


def submit_report(actor: Actor, report_id: UUID) -> None:
    """Hand it in: the numbers are taken now and stay. Its readers are told."""
    declaration = get_object("reports")
    with act(actor, "submit", object="reports", record_id=report_id):
        row = _own(actor, report_id)
        if row["status"] != "draft":
            raise errors.AlreadySubmitted
        figures = numbers(actor, [actor.id], periods_for(row["kind"], row["begins_on"]))[actor.id]
        _save(report_id, row, actor, status="submitted", snapshot=orjson.loads(dumps(figures)), submitted_at=now())
        emit(ReportSubmitted(declaration.name, report_id, str(actor.id), row["kind"], row["begins_on"].isoformat()))


def withdraw_report(actor: Actor, report_id: UUID) -> None:
    """Take it back while nobody has read it."""
    with act(actor, "withdraw", object="reports", record_id=report_id):
        row = _own(actor, report_id)
        if row["status"] != "submitted":
            raise errors.NotSubmitted
        if row["read_at"] is not None:
            raise errors.ReadAlready
        _save(report_id, row, actor, status="draft", snapshot=[], submitted_at=None)


def read_report(actor: Actor, report_id: UUID) -> None:
    """Somebody it was written for has read it. Reading twice is reading once."""
    declaration = get_object("reports")
    with act(actor, "mark-read", object="reports", record_id=report_id):
        row = lock_row(actor, declaration, report_id, declaration.perm("comment"))
        if row["status"] != "submitted":
            raise errors.NotSubmitted
        if row["read_at"] is None:
            _save(report_id, row, actor, read_at=now(), read_by_id=actor.id)


def comment_report(actor: Actor, report_id: UUID, *, text: str) -> dict[str, Any]:
    """Say something to it: its writer and those who comment may; a comment of a reader marks it read."""
    declaration = get_object("reports")
    text = text.strip()
    if not text or len(text) > 2000:
        raise Invalid.one("text", "required", T("请写 1 到 2000 字。", "Write 1 to 2000 characters."))
    require_visible(actor, declaration.perm("view"), declaration.ownership, table=declaration.table, key=report_id)
    with act(actor, "comment", object="reports", record_id=report_id):
        owner = Report.objects.values_list("owner_id", flat=True).get(pk=report_id)
        if owner != actor.id:
            row = lock_row(actor, declaration, report_id, declaration.perm("comment"))
            if row["status"] != "submitted":
                raise errors.NotSubmitted
            if row["read_at"] is None:
                _save(report_id, row, actor, read_at=now(), read_by_id=actor.id)
        ReportComment.objects.create(report_id=report_id, author_id=actor.id, text=text)
        emit(ReportCommented("reports", report_id, str(owner), text[:120]))
    return {"items": comments_of([report_id]).get(str(report_id), [])}


def list_comments(actor: Actor, report_id: UUID) -> dict[str, Any]:
    """What was said to a report the reader sees."""
    declaration = get_object("reports")
    actor.require(declaration.perm("view"))
    require_visible(actor, declaration.perm("view"), declaration.ownership, table=declaration.table, key=report_id)
    return {"items": comments_of([report_id]).get(str(report_id), [])}


def _own(actor: Actor, report_id: UUID) -> dict[str, Any]:
    declaration = get_object("reports")
    row = lock_row(actor, declaration, report_id, declaration.perm("edit"))
    if row["owner_id"] != actor.id:
        raise errors.NotYourReport
    return row


def _save(report_id: UUID, row: dict[str, Any], actor: Actor, **values: Any) -> None:
    Report.objects.filter(pk=report_id).update(
        **values, version=row["version"] + 1, updated_at=now(), updated_by=actor.id
    )
