"""Follow-ups and tasks."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.activities import dictionaries
from kemai.activities.models import Interaction, Task
from kemai.activities.services import interactions, tasks
from kemai.customers.services.carrying import Carried, carry_along
from kemai.customers.services.following import follow_customers
from kemai.kit.text.mentions import plain_sql
from kemai.kit.words import T
from kemai.platform.objects.declare import (
    Choice,
    Command,
    Field,
    Moving,
    ObjectType,
    SearchLine,
    TimelineSource,
    View,
    register,
)
from kemai.platform.objects.types import (
    CHOICE,
    DEPARTMENT,
    INSTANT,
    INTEGER,
    LONG_TEXT,
    MULTI_CHOICE,
    REFERENCE,
    RELATED,
    TEXT,
    USER,
)

assert dictionaries.OUTCOME  # declared before the fields that name it

PRIORITY = (
    Choice("high", T("高", "High"), "red"),
    Choice("normal", T("普通", "Normal")),
    Choice("low", T("低", "Low"), "default"),
)
STATUS = (Choice("open", T("进行中", "Open"), "blue"), Choice("done", T("已完成", "Done"), "green"))
#: A follow-up is with a customer, or with a lead that is none yet.
WITHOUT_LEAD = {"field": "lead", "op": "is_null", "value": True}
REPEAT = (
    Choice("daily", T("每天", "Daily")),
    Choice("weekly", T("每周", "Weekly")),
    Choice("monthly", T("每月", "Monthly")),
)
OCCASIONS = (
    Choice("birthday", T("生日", "Birthday"), "gold"),
    Choice("anniversary", T("纪念日", "Anniversary"), "purple"),
    Choice("holiday", T("节日", "Holiday"), "red"),
)


def _open(actor: Actor, row: dict[str, Any]) -> T | None:
    return None if row["status"] == "open" else T("任务已经完成。", "The task is done already.")


def _done(actor: Actor, row: dict[str, Any]) -> T | None:
    return None if row["status"] == "done" else T("任务还没有完成。", "The task is not done yet.")


register(
    ObjectType(
        name="interactions",
        model=Interaction,
        label=T("跟进", "Follow-up"),
        label_plural=T("跟进记录", "Follow-ups"),
        description=T(
            "与客户的每一次联系：电话、拜访、微信……", "Every contact with a customer: calls, visits, messages …"
        ),
        permission="activities.interaction",
        ownership=Ownership(
            owners=("owner_id", "holder_id"),
            departments=("department_id", "holder_department_id"),
            shares=(("customers", "customer_id"), ("leads", "lead_id")),
        ),
        title="summary",
        sections=(("basic", T("基本信息", "Basics")), ("phases", T("三阶段与关怀", "Phases and greeting"))),
        fields=(
            Field("summary", TEXT, T("摘要", "Summary"), sql=f"left({plain_sql('t.content')}, 60)", filterable=False),
            Field(
                "customer",
                REFERENCE,
                T("客户", "Customer"),
                target="customers",
                quick=True,
                indexed=True,
                narrow=True,
                show_when=WITHOUT_LEAD,
                require_when=WITHOUT_LEAD,
                aliases=("客户名称", "公司名称"),
            ),
            Field(
                "contact",
                REFERENCE,
                T("联系人", "Contact"),
                target="contacts",
                within="customer",
                quick=True,
                indexed=True,
                narrow=True,
                show_when=WITHOUT_LEAD,
            ),
            Field("lead", REFERENCE, T("线索", "Lead"), target="leads", indexed=True, narrow=True, create_only=True),
            Field(
                "opportunity",
                REFERENCE,
                T("商机", "Opportunity"),
                target="opportunities",
                within="customer",
                indexed=True,
                narrow=True,
            ),
            Field(
                "channel",
                CHOICE,
                T("方式", "Channel"),
                dictionary="channel",
                indexed=True,
                default="phone",
                required=True,
                quick=True,
                aliases=("跟进方式", "联系方式"),
            ),
            Field(
                "content", LONG_TEXT, T("内容", "Content"), required=True, quick=True, aliases=("跟进内容", "沟通内容")
            ),
            Field(
                "outcome",
                CHOICE,
                T("结果", "Outcome"),
                dictionary="outcome",
                quick=True,
                inline=True,
                aliases=("跟进结果",),
            ),
            Field("next_step", TEXT, T("下一步", "Next step"), max_length=300, quick=True),
            Field(
                "next_contact_at",
                INSTANT,
                T("下次联系", "Next contact"),
                quick=True,
                aliases=("下次跟进时间", "下次联系时间"),
            ),
            Field(
                "occurred_at",
                INSTANT,
                T("跟进时间", "When"),
                default=Moving("now"),
                sortable=True,
                indexed=True,
                aliases=("联系时间", "时间", "日期"),
            ),
            Field(
                "prepared",
                MULTI_CHOICE,
                T("联系前", "Before"),
                dictionary="contact_before",
                section="phases",
                importable=False,
            ),
            Field(
                "covered",
                MULTI_CHOICE,
                T("联系中", "During"),
                dictionary="contact_during",
                section="phases",
                importable=False,
            ),
            Field(
                "settled",
                MULTI_CHOICE,
                T("联系后", "After"),
                dictionary="contact_after",
                section="phases",
                importable=False,
            ),
            Field(
                "occasion",
                CHOICE,
                T("关怀", "Greeting"),
                choices=OCCASIONS,
                section="phases",
                help=T("生日、纪念日、节日的问候", "A greeting on a birthday, an anniversary or a holiday"),
            ),
            Field("owner", USER, T("跟进人", "By"), target="users", indexed=True, narrow=True, aliases=("业务员",)),
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
        columns=("occurred_at", "customer", "contact", "channel", "content", "outcome", "next_contact_at", "owner"),
        default_sort="-occurred_at",
        quick_filters=("owner", "channel", "outcome", "occurred_at"),
        search=SearchLine(texts=("content", "next_step"), global_search=False),
        views=(
            View("all", T("全部跟进", "All follow-ups")),
            View("mine", T("我的跟进", "Mine"), {"field": "owner", "op": "eq", "value": "me"}),
            View(
                "week",
                T("近七天", "Last seven days"),
                {"field": "occurred_at", "op": "within_last", "value": {"days": 7}},
            ),
        ),
        facts=(
            "customer",
            "lead",
            "contact",
            "opportunity",
            "channel",
            "outcome",
            "occurred_at",
            "next_step",
            "next_contact_at",
            "prepared",
            "covered",
            "settled",
            "occasion",
            "owner",
        ),
        timeline_source=TimelineSource(
            anchors=(
                ("customer", "customers"),
                ("contact", "contacts"),
                ("opportunity", "opportunities"),
                ("lead", "leads"),
            ),
            at="occurred_at",
            title="channel",
            text="content",
            data=("customer", "contact", "opportunity", "outcome", "next_step", "next_contact_at"),
        ),
        prepare=interactions.prepare_interactions,
        after=interactions.after_interactions,
        gone_or_back=interactions.recount_contacts,
    )
)

register(
    ObjectType(
        name="tasks",
        model=Task,
        label=T("任务", "Task"),
        label_plural=T("任务", "Tasks"),
        description=T(
            "要做的事，可以关联客户、联系人或商机。", "Things to do, linked to customers, contacts or opportunities."
        ),
        permission="activities.task",
        ownership=Ownership(owners=("assignee_id", "created_by"), departments=("department_id",)),
        title="title",
        fields=(
            Field(
                "title",
                TEXT,
                T("标题", "Title"),
                required=True,
                quick=True,
                inline=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=200,
                aliases=("任务", "任务名称"),
            ),
            Field("due_at", INSTANT, T("截止时间", "Due"), quick=True, inline=True, sortable=True, indexed=True),
            Field(
                "assignee",
                USER,
                T("负责人", "Assignee"),
                target="users",
                quick=True,
                inline=True,
                indexed=True,
                narrow=True,
                help=T("留空为自己", "Empty: yourself"),
            ),
            Field(
                "related",
                RELATED,
                T("关联", "Related to"),
                targets=("customers", "contacts", "opportunities", "leads"),
                object_column="related_object",
                quick=True,
                indexed=True,
                narrow=True,
                importable=False,
            ),
            Field("priority", CHOICE, T("优先级", "Priority"), choices=PRIORITY, default="normal", inline=True),
            Field(
                "status", CHOICE, T("状态", "Status"), choices=STATUS, read_only=True, default="open", importable=False
            ),
            Field(
                "progress",
                INTEGER,
                T("进度", "Progress"),
                minimum=0,
                maximum=100,
                default=0,
                inline=True,
                help=T("0 到 100", "0 to 100"),
            ),
            Field("repeat", CHOICE, T("重复", "Repeat"), choices=REPEAT),
            Field("remind_at", INSTANT, T("提醒时间", "Remind at")),
            Field("parent", REFERENCE, T("上级任务", "Parent task"), target="tasks", importable=False),
            Field("description", LONG_TEXT, T("说明", "Description")),
            Field(
                "department",
                DEPARTMENT,
                T("部门", "Department"),
                target="departments",
                read_only=True,
                importable=False,
            ),
            Field("done_at", INSTANT, T("完成时间", "Done at"), read_only=True, importable=False),
        ),
        columns=("title", "due_at", "related", "assignee", "priority", "status", "updated_at"),
        default_sort="due_at",
        quick_filters=("assignee", "status", "priority", "due_at"),
        search=SearchLine(texts=("title",)),
        views=(
            View("open", T("未完成", "Open"), {"field": "status", "op": "eq", "value": "open"}),
            View(
                "mine",
                T("我的任务", "Mine"),
                {
                    "and": [
                        {"field": "assignee", "op": "eq", "value": "me"},
                        {"field": "status", "op": "eq", "value": "open"},
                    ]
                },
            ),
            View(
                "today",
                T("今日到期", "Due today"),
                {
                    "and": [
                        {"field": "assignee", "op": "eq", "value": "me"},
                        {"field": "status", "op": "eq", "value": "open"},
                        {"field": "due_at", "op": "lte", "value": "today"},
                    ]
                },
            ),
            View("all", T("全部任务", "All tasks")),
        ),
        facts=(
            "status",
            "due_at",
            "assignee",
            "related",
            "priority",
            "progress",
            "repeat",
            "remind_at",
            "parent",
            "description",
        ),
        timeline_source=TimelineSource(
            anchors=(
                ("related", "customers"),
                ("related", "contacts"),
                ("related", "opportunities"),
                ("related", "leads"),
            ),
            at="created_at",
            title="title",
            text="description",
            data=("due_at", "assignee", "status", "priority"),
        ),
        commands=(
            Command(
                "complete",
                T("完成", "Complete"),
                tasks.complete_task,
                "edit",
                refusal=_open,
                reads=("status",),
                on=("record", "bulk"),
                primary=True,
            ),
            Command(
                "reopen",
                T("重新打开", "Reopen"),
                tasks.reopen_task,
                "edit",
                refusal=_done,
                reads=("status",),
                on=("record", "bulk"),
            ),
        ),
        prepare=tasks.prepare_tasks,
        after=tasks.after_tasks,
    )
)

follow_customers(Interaction)

carry_along(  # about the customer, or one of its contacts
    Carried(
        Task._meta.db_table,
        "t.status = 'open' AND ((t.related_object = 'customers' AND t.related_id = %(key)s) "
        "OR (t.related_object = 'contacts' AND t.related_id IN (SELECT id FROM customers_contact WHERE customer_id = %(key)s)))",
        owner="assignee_id",
    )
)
