"""Sequences of contacts, their steps, and the customers in them (ACT-6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.activities.models import Enrollment, Sequence, SequenceStep
from kemai.activities.objects.care import OWNED
from kemai.activities.services import sequences
from kemai.customers.services.carrying import Carried, carry_along
from kemai.customers.services.following import follow_customers
from kemai.kit.words import T
from kemai.platform.objects.declare import (
    Choice,
    Command,
    Field,
    ObjectType,
    Panel,
    SearchLine,
    View,
    contribute,
    register,
)
from kemai.platform.objects.types import (
    BOOL,
    CHOICE,
    DATE,
    DEPARTMENT,
    INTEGER,
    LONG_TEXT,
    MULTI_CHOICE,
    REFERENCE,
    TEXT,
    USER,
)

STATUS = (
    Choice("active", T("进行中", "Active"), "blue"),
    Choice("paused", T("已暂停", "Paused"), "orange"),
    Choice("done", T("已完成", "Done"), "green"),
    Choice("stopped", T("已停止", "Stopped"), "default"),
)
ENDED = T("已经结束。", "It has ended.")


def _when(*states: str) -> Callable[[Actor, dict[str, Any]], T | None]:
    return lambda actor, row: None if row["status"] in states else ENDED


register(
    ObjectType(
        name="sequences",
        model=Sequence,
        label=T("跟进序列", "Sequence"),
        label_plural=T("跟进序列", "Sequences"),
        description=T(
            "按天数一步步联系客户，到时间自动生成任务。",
            "Contacts step by step over weeks; each becomes a task at its time.",
        ),
        permission="activities.sequence",
        ownership=Ownership(public=True),
        title="name",
        title_en="name_en",
        fields=(
            Field(
                "name",
                TEXT,
                T("名称", "Name"),
                required=True,
                quick=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=60,
            ),
            Field("name_en", TEXT, T("英文名称", "English name"), max_length=60),
            Field("description", LONG_TEXT, T("说明", "Description"), quick=True),
            Field("active", BOOL, T("启用", "Active"), quick=True, default=True),
            Field(
                "on_won",
                BOOL,
                T("赢单后自动加入", "Enter when won"),
                quick=True,
                help=T("商机赢单时，客户自动进入这个序列", "A customer enters when an opportunity of his is won"),
            ),
            Field("stop_on_lost", BOOL, T("丢单后停止", "Stop when lost"), default=True),
            Field(
                "stop_outcomes",
                MULTI_CHOICE,
                T("这些跟进结果后停止", "Stop after these outcomes"),
                dictionary="outcome",
                importable=False,
            ),
        ),
        columns=("name", "active", "on_won", "stop_on_lost", "stop_outcomes", "updated_at"),
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        facts=("name", "name_en", "description", "active", "on_won", "stop_on_lost", "stop_outcomes"),
        panels=(
            Panel(
                "steps",
                T("步骤", "Steps"),
                "sequence-steps",
                "sequence",
                ("position", "title", "channels", "offset_days", "working_days"),
            ),
            Panel(
                "enrollments",
                T("在列客户", "Customers in it"),
                "enrollments",
                "sequence",
                ("customer", "status", "progress", "next_on", "owner"),
            ),
        ),
        can_import=False,
        menu=False,
        in_use=(("activities_sequencestep", "sequence_id"), ("activities_enrollment", "sequence_id")),
        unique=(("sequence_name_once", "name", T("已有同名序列。", "There is a sequence of this name.")),),
    )
)

register(
    ObjectType(
        name="sequence-steps",
        model=SequenceStep,
        label=T("序列步骤", "Step of a sequence"),
        label_plural=T("序列步骤", "Steps of sequences"),
        permission="activities.sequence",
        ownership=Ownership(public=True),
        title="title",
        fields=(
            Field("title", TEXT, T("任务标题", "Title"), required=True, quick=True, max_length=120),
            Field("sequence", REFERENCE, T("序列", "Sequence"), target="sequences", required=True, quick=True),
            Field("position", INTEGER, T("顺序", "Position"), quick=True, default=0, sortable=True, indexed=True),
            Field(
                "channels",
                MULTI_CHOICE,
                T("方式", "Channels"),
                dictionary="channel",
                quick=True,
                importable=False,
                help=T(
                    "用其中一种方式写跟进，即完成这一步；留空为任何方式",
                    "A follow-up by one of them does the step; empty: by any",
                ),
            ),
            Field(
                "offset_days",
                INTEGER,
                T("上一步后几天", "Days after the one before"),
                quick=True,
                default=0,
                minimum=0,
                maximum=3650,
            ),
            Field("working_days", BOOL, T("按工作日算", "Working days"), quick=True),
            Field("guidance", LONG_TEXT, T("指引与话术", "Guidance"), quick=True),
        ),
        columns=("sequence", "position", "title", "channels", "offset_days", "working_days"),
        default_sort="position",
        quick_filters=("sequence",),
        search=SearchLine(texts=("title",), global_search=False),
        can_import=False,
        menu=False,
        in_use=(("activities_enrollmentstep", "step_id"),),
    )
)

register(
    ObjectType(
        name="enrollments",
        model=Enrollment,
        label=T("序列跟进", "Enrolment"),
        label_plural=T("序列跟进", "Enrolments"),
        description=T("哪些客户在哪个序列的第几步。", "Which customers are at which step of which sequence."),
        permission="activities.enrollment",
        ownership=OWNED,
        title="label",
        subtitle=("customer",),
        fields=(
            Field(
                "label",
                TEXT,
                T("序列跟进", "Enrolment"),
                sql="(SELECT s.name FROM activities_sequence s WHERE s.id = t.sequence_id)",
                filterable=False,
            ),
            Field(
                "customer",
                REFERENCE,
                T("客户", "Customer"),
                target="customers",
                required=True,
                quick=True,
                indexed=True,
                narrow=True,
            ),
            Field("sequence", REFERENCE, T("序列", "Sequence"), target="sequences", required=True, quick=True),
            Field("started_on", DATE, T("开始日", "Started"), quick=True),
            Field(
                "status",
                CHOICE,
                T("状态", "Status"),
                choices=STATUS,
                read_only=True,
                default="active",
                importable=False,
            ),
            Field(
                "progress",
                TEXT,
                T("进度", "Progress"),
                sql="(SELECT count(*) FILTER (WHERE e.state <> 'open') || ' / ' || (SELECT count(*) FROM activities_sequencestep q "
                "WHERE q.sequence_id = t.sequence_id AND q.deleted_at IS NULL) FROM activities_enrollmentstep e WHERE e.enrollment_id = t.id)",
                filterable=False,
            ),
            Field(
                "step",
                TEXT,
                T("当前步骤", "Present step"),
                sql="(SELECT q.title FROM activities_enrollmentstep e JOIN activities_sequencestep q ON q.id = e.step_id "
                "WHERE e.enrollment_id = t.id AND e.state = 'open' ORDER BY e.position LIMIT 1)",
                filterable=False,
            ),
            Field("next_on", DATE, T("下一步日期", "Next step on"), read_only=True, importable=False),
            Field("ended_on", DATE, T("结束日", "Ended"), read_only=True, importable=False),
            Field("stop_reason", TEXT, T("停止原因", "Why it stopped"), read_only=True, importable=False),
            Field(
                "opportunity",
                REFERENCE,
                T("商机", "Opportunity"),
                target="opportunities",
                read_only=True,
                importable=False,
            ),
            Field("remark", TEXT, T("备注", "Remark"), quick=True, max_length=300),
            Field("owner", USER, T("负责人", "Owner"), target="users", indexed=True, narrow=True),
            Field(
                "department",
                DEPARTMENT,
                T("部门", "Department"),
                target="departments",
                read_only=True,
                importable=False,
                indexed=True,
            ),
        ),
        columns=("customer", "sequence", "status", "progress", "step", "next_on", "owner", "remark"),
        quick_filters=("owner", "sequence", "status"),
        search=SearchLine(texts=("remark",), global_search=False),
        views=(
            View("active", T("进行中", "Active"), {"field": "status", "op": "eq", "value": "active"}),
            View("mine", T("我的", "Mine"), {"field": "owner", "op": "eq", "value": "me"}),
            View("all", T("全部", "All")),
        ),
        facts=(
            "status",
            "customer",
            "sequence",
            "progress",
            "step",
            "next_on",
            "started_on",
            "ended_on",
            "stop_reason",
            "opportunity",
            "remark",
            "owner",
        ),
        commands=(
            Command(
                "skip",
                T("跳过这一步", "Skip the step"),
                sequences.skip_step,
                "edit",
                refusal=_when("active", "paused"),
                reads=("status",),
                on=("record", "bulk"),
            ),
            Command(
                "pause",
                T("暂停", "Pause"),
                sequences.pause_enrollment,
                "edit",
                refusal=_when("active"),
                reads=("status",),
                on=("record", "bulk"),
            ),
            Command(
                "resume",
                T("继续", "Resume"),
                sequences.resume_enrollment,
                "edit",
                refusal=_when("paused"),
                reads=("status",),
                on=("record", "bulk"),
            ),
            Command(
                "stop",
                T("停止", "Stop"),
                sequences.stop_enrollment,
                "edit",
                params=(Field("reason", TEXT, T("原因", "Reason"), required=True, max_length=300),),
                refusal=_when("active", "paused"),
                reads=("status",),
                on=("record", "bulk"),
                danger=True,
            ),
        ),
        prepare=sequences.prepare_enrollments,
        after=sequences.after_enrollments,
        unique=(
            ("enrollment_once", "customer", T("该客户已在这个序列中。", "The customer is in this sequence already.")),
        ),
    )
)

contribute(
    "customers",
    panels=(
        Panel(
            "sequences",
            T("序列", "Sequences"),
            "enrollments",
            "customer",
            ("sequence", "status", "progress", "step", "next_on", "owner"),
        ),
    ),
    commands=(
        Command(
            "enrol",
            T("加入跟进序列", "Add to a sequence"),
            sequences.enrol_customer,
            "edit",
            params=(Field("sequence", REFERENCE, T("序列", "Sequence"), target="sequences", required=True),),
            on=("record", "bulk"),
        ),
    ),
    children=(("enrollments", "customer"),),
)
follow_customers(Enrollment)
carry_along(Carried(Enrollment._meta.db_table, "t.customer_id = %(key)s AND t.status IN ('active', 'paused')"))
