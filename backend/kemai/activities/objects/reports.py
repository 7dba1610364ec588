"""Morning sheets and reports of work (ACT-7)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.activities.models import Report
from kemai.activities.rules.periods import KINDS
from kemai.activities.selectors.reports import KIND_WORDS
from kemai.activities.services import reports
from kemai.kit.words import T
from kemai.platform.objects.declare import Choice, Command, Field, ObjectType, SearchLine, View, register
from kemai.platform.objects.types import CHOICE, DATE, DEPARTMENT, INSTANT, LONG_TEXT, TEXT, USER

STATUS = (
    Choice("draft", T("草稿", "Draft"), "default"),
    Choice("submitted", T("已提交", "Handed in"), "green"),
)


def _draft(actor: Actor, row: dict[str, Any]) -> T | None:
    if row["owner_id"] != actor.id:
        return T("这是别人的报告。", "This is somebody else's report.")
    return None if row["status"] == "draft" else T("已经提交过了。", "It was handed in already.")


def _unread(actor: Actor, row: dict[str, Any]) -> T | None:
    if row["owner_id"] != actor.id:
        return T("这是别人的报告。", "This is somebody else's report.")
    if row["status"] != "submitted":
        return T("还没有提交。", "It was not handed in yet.")
    return None if row["read_at"] is None else T("主管已经读过，不能撤回。", "It was read already and stays.")


def _submitted(actor: Actor, row: dict[str, Any]) -> T | None:
    return None if row["status"] == "submitted" else T("还没有提交。", "It was not handed in yet.")


def _handed_in(row: dict[str, Any]) -> T | None:
    return None if row["status"] == "draft" else T("已提交的报告不能删除。", "What was handed in stays.")


register(
    ObjectType(
        name="reports",
        model=Report,
        label=T("工作报告", "Report"),
        label_plural=T("工作报告", "Reports"),
        description=T("晨会表和日报、周报、月报。", "Morning sheets and daily, weekly, monthly reports."),
        permission="activities.report",
        ownership=Ownership(owners=("owner_id",), departments=("department_id",)),
        title="label",
        fields=(
            Field(
                "label",
                TEXT,
                T("报告", "Report"),
                sql="((SELECT u.name FROM accounts_user u WHERE u.id = t.owner_id) || ' ' || to_char(t.begins_on, 'YYYY-MM-DD'))",
                filterable=False,
            ),
            Field(
                "kind",
                CHOICE,
                T("类型", "Kind"),
                choices=tuple(Choice(k, KIND_WORDS[k]) for k in KINDS),
                default="morning",
                required=True,
                quick=True,
            ),
            Field("begins_on", DATE, T("日期", "Day"), required=True, quick=True, sortable=True, indexed=True),
            Field("places", LONG_TEXT, T("去处与工作", "Places and work"), quick=True),
            Field("deals", LONG_TEXT, T("成交与成果", "Deals and results"), quick=True),
            Field("problems", LONG_TEXT, T("问题与求助", "Problems and help wanted"), quick=True),
            Field("plans", LONG_TEXT, T("接下来的去处与计划", "Where to next"), quick=True),
            Field("expected", LONG_TEXT, T("预计成交", "Expected deals"), quick=True),
            Field(
                "status",
                CHOICE,
                T("状态", "Status"),
                choices=STATUS,
                read_only=True,
                default="draft",
                importable=False,
            ),
            Field(
                "owner",
                USER,
                T("填写人", "By"),
                target="users",
                read_only=True,
                indexed=True,
                narrow=True,
                importable=False,
            ),
            Field(
                "department",
                DEPARTMENT,
                T("部门", "Department"),
                target="departments",
                read_only=True,
                importable=False,
                indexed=True,
            ),
            Field("submitted_at", INSTANT, T("提交时间", "Handed in at"), read_only=True, importable=False),
            Field("read_at", INSTANT, T("阅读时间", "Read at"), read_only=True, importable=False),
            Field("read_by", USER, T("阅读人", "Read by"), target="users", read_only=True, importable=False),
        ),
        columns=("begins_on", "kind", "owner", "status", "places", "deals", "plans", "read_at"),
        default_sort="-begins_on",
        quick_filters=("owner", "kind", "begins_on", "status"),
        search=SearchLine(texts=("places", "deals", "problems", "plans"), global_search=False),
        views=(
            View("all", T("全部", "All")),
            View("mine", T("我的报告", "Mine"), {"field": "owner", "op": "eq", "value": "me"}),
        ),
        facts=(
            "kind",
            "begins_on",
            "owner",
            "status",
            "places",
            "deals",
            "problems",
            "plans",
            "expected",
            "submitted_at",
            "read_at",
            "read_by",
        ),
        commands=(
            Command(
                "submit",
                T("提交", "Hand in"),
                reports.submit_report,
                "edit",
                refusal=_draft,
                reads=("owner_id", "status"),
                primary=True,
            ),
            Command(
                "withdraw",
                T("撤回", "Withdraw"),
                reports.withdraw_report,
                "edit",
                refusal=_unread,
                reads=("owner_id", "status", "read_at"),
            ),
            Command(
                "mark-read",
                T("标记已读", "Mark as read"),
                reports.read_report,
                "comment",
                refusal=_submitted,
                reads=("status",),
                on=("record", "bulk"),
            ),
        ),
        prepare=reports.prepare_reports,
        can_import=False,
        stays=_handed_in,
        stays_reads=("status",),
        menu=False,
        unique=(("report_once", "begins_on", T("这一期已经写过了。", "There is one for this period already.")),),
    )
)
