"""Promises, planned contacts of key accounts."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.activities.models import PlannedContact, Promise
from kemai.activities.services import promises
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
    TimelineSource,
    View,
    contribute,
    register,
)
from kemai.platform.objects.types import CHOICE, DATE, DEPARTMENT, LONG_TEXT, REFERENCE, TEXT, USER

#: What belongs to a person and follows a customer.
OWNED = Ownership(
    owners=("owner_id", "holder_id"),
    departments=("department_id", "holder_department_id"),
    shares=(("customers", "customer_id"),),
)
PROMISE_STATUS = (
    Choice("open", T("未到", "Open"), "blue"),
    Choice("kept", T("已兑现", "Kept"), "green"),
    Choice("broken", T("未兑现", "Broken"), "red"),
)
PLANNED_STATUS = (
    Choice("planned", T("计划中", "Planned"), "blue"),
    Choice("done", T("已完成", "Done"), "green"),
    Choice("dropped", T("已取消", "Dropped"), "default"),
)
MINE_OPEN = [{"field": "owner", "op": "eq", "value": "me"}]


def _open(actor: Actor, row: dict[str, Any]) -> T | None:
    return None if row["status"] in ("open", "planned") else T("已经了结。", "It is settled already.")


def _counts(row: dict[str, Any]) -> T | None:
    settled = T("已了结的承诺不能删除，兑现率要算得数。", "A settled promise stays, or its measure would mean nothing.")
    return None if row["status"] == "open" else settled


def _customer() -> Field:
    return Field(
        "customer",
        REFERENCE,
        T("客户", "Customer"),
        target="customers",
        required=True,
        quick=True,
        indexed=True,
        narrow=True,
        aliases=("客户名称", "公司名称"),
    )


def _people() -> tuple[Field, Field]:
    return (
        Field("owner", USER, T("负责人", "Owner"), target="users", indexed=True, narrow=True, aliases=("业务员",)),
        Field(
            "department",
            DEPARTMENT,
            T("部门", "Department"),
            target="departments",
            read_only=True,
            importable=False,
            indexed=True,
        ),
    )


register(
    ObjectType(
        name="promises",
        model=Promise,
        label=T("承诺", "Promise"),
        label_plural=T("承诺", "Promises"),
        description=T(
            "对客户说过要做到的事，到期提醒，兑现与否有数。", "What customers were promised, reminded of and measured."
        ),
        permission="activities.promise",
        ownership=OWNED,
        title="content",
        subtitle=("customer",),
        fields=(
            Field(
                "content", TEXT, T("承诺内容", "Promise"), required=True, quick=True, max_length=300, aliases=("承诺",)
            ),
            _customer(),
            Field(
                "due_on", DATE, T("到期日", "Due"), required=True, quick=True, inline=True, sortable=True, indexed=True
            ),
            Field(
                "kind",
                CHOICE,
                T("类型", "Kind"),
                dictionary="promise_kind",
                default="expectation",
                required=True,
                quick=True,
                inline=True,
            ),
            Field("contact", REFERENCE, T("对谁", "To whom"), target="contacts", within="customer"),
            Field(
                "status",
                CHOICE,
                T("状态", "Status"),
                choices=PROMISE_STATUS,
                read_only=True,
                default="open",
                importable=False,
            ),
            Field("settled_on", DATE, T("了结日", "Settled on"), read_only=True, importable=False),
            Field("remark", LONG_TEXT, T("备注", "Remark")),
            *_people(),
        ),
        columns=("content", "customer", "due_on", "kind", "status", "owner"),
        default_sort="due_on",
        quick_filters=("owner", "status", "kind", "due_on"),
        search=SearchLine(texts=("content",)),
        views=(
            View("open", T("未了结", "Open"), {"field": "status", "op": "eq", "value": "open"}),
            View(
                "overdue",
                T("逾期未兑现", "Overdue"),
                {
                    "and": [
                        {"field": "status", "op": "eq", "value": "open"},
                        {"field": "due_on", "op": "lt", "value": "today"},
                    ]
                },
            ),
            View("mine", T("我的承诺", "Mine"), {"and": MINE_OPEN}),
            View("all", T("全部承诺", "All promises")),
        ),
        facts=("status", "customer", "contact", "kind", "due_on", "settled_on", "owner", "remark"),
        timeline_source=TimelineSource(
            anchors=(("customer", "customers"), ("contact", "contacts")),
            at="created_at",
            title="kind",
            text="content",
            data=("due_on", "status", "owner"),
        ),
        commands=(
            Command(
                "keep",
                T("已兑现", "Kept"),
                promises.keep_promise,
                "edit",
                refusal=_open,
                reads=("status",),
                on=("record", "bulk"),
                primary=True,
            ),
            Command(
                "break",
                T("未兑现", "Broken"),
                promises.break_promise,
                "edit",
                params=(Field("reason", TEXT, T("原因", "Reason"), max_length=300),),
                refusal=_open,
                reads=("status",),
                on=("record", "bulk"),
                danger=True,
            ),
        ),
        prepare=promises.prepare_promises,
        stays=_counts,
        stays_reads=("status",),
    )
)

register(
    ObjectType(
        name="planned-contacts",
        model=PlannedContact,
        label=T("往来计划", "Planned contact"),
        label_plural=T("往来计划", "Planned contacts"),
        description=T(
            "重点客户一年的拜访、回顾、邀请和问候，由谁见谁。",
            "A year of visits, reviews, invitations and greetings of key accounts, and who meets whom.",
        ),
        permission="activities.plan",
        ownership=OWNED,
        title="title",
        subtitle=("customer",),
        fields=(
            Field("title", TEXT, T("事项", "Title"), required=True, quick=True, inline=True, max_length=200),
            _customer(),
            Field(
                "kind",
                CHOICE,
                T("活动", "Activity"),
                dictionary="planned_kind",
                default="visit",
                required=True,
                quick=True,
            ),
            Field(
                "planned_on",
                DATE,
                T("计划日期", "Planned for"),
                required=True,
                quick=True,
                inline=True,
                sortable=True,
                indexed=True,
            ),
            Field(
                "our_level",
                CHOICE,
                T("我方层级", "Our level"),
                dictionary="contact_level",
                default="working",
                required=True,
                quick=True,
            ),
            Field(
                "their_level",
                CHOICE,
                T("对方层级", "Their level"),
                dictionary="contact_level",
                default="working",
                required=True,
                quick=True,
            ),
            Field(
                "status",
                CHOICE,
                T("状态", "Status"),
                choices=PLANNED_STATUS,
                read_only=True,
                default="planned",
                importable=False,
            ),
            Field("done_on", DATE, T("完成日", "Done on"), read_only=True, importable=False),
            Field("result", LONG_TEXT, T("结果", "Result")),
            *_people(),
        ),
        columns=("title", "customer", "kind", "planned_on", "our_level", "their_level", "status", "owner"),
        default_sort="planned_on",
        quick_filters=("owner", "kind", "status", "planned_on"),
        search=SearchLine(texts=("title",), global_search=False),
        views=(
            View("planned", T("计划中", "Planned"), {"field": "status", "op": "eq", "value": "planned"}),
            View("mine", T("我的计划", "Mine"), {"and": MINE_OPEN}),
            View("all", T("全部", "All")),
        ),
        facts=("status", "customer", "kind", "planned_on", "our_level", "their_level", "done_on", "owner", "result"),
        commands=(
            Command(
                "do",
                T("完成", "Done"),
                promises.do_planned,
                "edit",
                params=(Field("result", LONG_TEXT, T("结果", "Result"), max_length=2000),),
                refusal=_open,
                reads=("status",),
                on=("record", "bulk"),
                primary=True,
            ),
            Command(
                "drop",
                T("取消", "Drop"),
                promises.drop_planned,
                "edit",
                params=(Field("reason", TEXT, T("原因", "Reason"), max_length=300),),
                refusal=_open,
                reads=("status",),
                on=("record", "bulk"),
            ),
        ),
        prepare=promises.prepare_planned,
    )
)

contribute(
    "customers",
    panels=(
        Panel(
            "promises", T("承诺", "Promises"), "promises", "customer", ("content", "due_on", "kind", "status", "owner")
        ),
        Panel(
            "planned",
            T("往来计划", "Plan"),
            "planned-contacts",
            "customer",
            ("planned_on", "title", "kind", "our_level", "their_level", "status"),
        ),
    ),
    children=(("promises", "customer"), ("planned-contacts", "customer")),
)
follow_customers(Promise, PlannedContact)
carry_along(
    Carried(Promise._meta.db_table, "t.customer_id = %(key)s AND t.status = 'open'"),
    Carried(PlannedContact._meta.db_table, "t.customer_id = %(key)s AND t.status = 'planned'"),
)
