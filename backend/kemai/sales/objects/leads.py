"""The declaration of leads (SAL-1)."""

from __future__ import annotations

from functools import partial
from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.customers.objects.customers import MANAGED, POOLS_OF
from kemai.customers.objects.pooling import FALLING, holding_commands
from kemai.customers.services.carrying import Carried, carry_along
from kemai.customers.services.quotas import count_opening
from kemai.kit.words import T
from kemai.platform.doubles.declare import Doubles, MatchPart, MatchRule
from kemai.platform.objects.declare import Command, Field, ObjectType, Panel, SearchLine, View, register
from kemai.platform.objects.types import BOOL, CHOICE, DATE, MONEY, REFERENCE, TEXT, USER
from kemai.platform.objects.write import keep_in_use
from kemai.sales.models import Lead
from kemai.sales.objects.lead_fields import LEAD_FIELDS
from kemai.sales.rules.leads import OPEN, refusal_of
from kemai.sales.services import conversion, lead_holding, leads
from kemai.sales.services.lead_holding import LEADS

IS_OPEN = {"field": "status", "op": "in", "value": list(OPEN)}
MINE = {"field": "owner", "op": "eq", "value": "me"}


def _refusal(verb: str) -> Any:
    def refusal(actor: Actor, row: dict[str, Any]) -> T | None:
        return refusal_of(verb, row["status"])

    return refusal


def _pooled(actor: Actor, row: dict[str, Any]) -> T | None:
    if not row["pool_id"]:
        return T("该线索已有负责人。", "This lead has an owner.")
    return refusal_of("claim", row["status"])


def _owned(verb: str) -> Any:
    def refusal(actor: Actor, row: dict[str, Any]) -> T | None:
        if row["pool_id"]:
            return T("线索在公海中，请先领取。", "The lead lies in a pool; claim it first.")
        return refusal_of(verb, row["status"])

    return refusal


STATE = ("status", "pool_id")
#: A converted lead is where a customer came from, and its follow-ups are the customer's: it is not deleted.
CONVERTED = "(SELECT l.id AS lead_id FROM sales_lead l WHERE l.status = 'converted')"

LEAD_DOUBLES = Doubles(
    holder="(SELECT d.name FROM accounts_department d WHERE d.id = t.department_id)",
    nobody=T("公海", "the public pool"),
    rules=(
        MatchRule(
            "similar_name",
            T("公司名称相似", "Similar company name"),
            (MatchPart("name", "company_like"),),
            threshold=85,
            only=(("kind", "company"),),
        ),
        MatchRule("phone", T("电话相同", "Same phone"), (MatchPart("phone", "phone"),), score=85),
        MatchRule("email", T("邮箱相同", "Same e-mail"), (MatchPart("email", "email"),), score=80),
    ),
)

COMMANDS = (
    Command(
        "convert",
        T("转化", "Convert"),
        conversion.convert_lead,
        "convert",
        params=(
            Field(
                "customer",
                REFERENCE,
                T("已有客户", "Existing customer"),
                target="customers",
                help=T("留空则新建客户", "Empty: a new customer is made"),
            ),
            Field(
                "contact",
                REFERENCE,
                T("已有联系人", "Existing contact"),
                target="contacts",
                within="customer",
                help=T("留空则按线索上的联系人新建", "Empty: made of the person on the lead"),
            ),
            Field("opportunity", BOOL, T("同时建立商机", "With an opportunity"), default=True),
            Field("opportunity_name", TEXT, T("商机名称", "Name of the opportunity"), max_length=200, prefill="name"),
            Field("pipeline", REFERENCE, T("销售流程", "Pipeline"), target="pipelines"),
            Field("amount", MONEY, T("金额", "Amount"), minimum=0, prefill="budget"),
            Field("expected_close_on", DATE, T("预计成交日", "Expected close"), prefill="wanted_on"),
        ),
        refusal=_owned("convert"),
        reads=STATE,
        primary=True,
    ),
    Command(
        "claim",
        T("领取", "Claim"),
        lead_holding.claim_lead,
        "claim",
        refusal=_pooled,
        reads=STATE,
        on=("record", "bulk"),
        primary=True,
        scope="view",
    ),
    Command(
        "qualify",
        T("合格", "Qualify"),
        leads.qualify_lead,
        "edit",
        params=(Field("note", TEXT, T("说明", "Note"), max_length=300),),
        refusal=_refusal("qualify"),
        reads=("status",),
        on=("record", "bulk"),
    ),
    Command(
        "disqualify",
        T("不合格", "Disqualify"),
        leads.disqualify_lead,
        "edit",
        params=(
            Field("reason", CHOICE, T("原因", "Reason"), dictionary="unqualified_reason", required=True),
            Field("note", TEXT, T("说明", "Note"), max_length=300),
        ),
        refusal=_refusal("disqualify"),
        reads=("status",),
        on=("record", "bulk"),
    ),
    Command(
        "reopen",
        T("重新跟进", "Take up again"),
        leads.reopen_lead,
        "edit",
        refusal=_refusal("reopen"),
        reads=("status",),
        on=("record", "bulk"),
    ),
    Command(
        "assign",
        T("分配", "Assign"),
        lead_holding.assign_lead,
        "assign",
        params=(
            Field("owner", USER, T("负责人", "Owner"), target="users", required=True),
            Field("reason", TEXT, T("原因", "Reason"), max_length=300),
        ),
        refusal=_refusal("assign"),
        reads=("status",),
        on=("record", "bulk"),
        scope="view",
    ),
    Command(
        "release",
        T("退回公海", "Release"),
        lead_holding.release_lead,
        "release",
        params=(
            Field("reason", CHOICE, T("退回原因", "Reason"), dictionary="release_reason", required=True),
            Field("pool", REFERENCE, T("公海", "Pool"), target="pools"),
        ),
        refusal=_owned("release"),
        reads=STATE,
        on=("record", "bulk"),
        danger=True,
    ),
    *holding_commands(
        LEADS,
        move=lead_holding.move_lead,
        protect=lead_holding.protect_lead,
        unprotect=lead_holding.unprotect_lead,
    ),
    Command(
        "unconvert",
        T("退回线索", "Back to a lead"),
        conversion.unconvert_lead,
        "convert",
        params=(
            Field("reason", CHOICE, T("原因", "Reason"), dictionary="unconvert_reason", required=True),
            Field("note", TEXT, T("说明", "Note"), max_length=300),
        ),
        refusal=_refusal("unconvert"),
        reads=("status",),
        danger=True,
    ),
)

keep_in_use("pools", "sales_lead", "pool_id")
register(
    ObjectType(
        name="leads",
        model=Lead,
        label=T("线索", "Lead"),
        label_plural=T("线索", "Leads"),
        description=T("可能成为客户的公司和个人。", "Companies and people that may become customers."),
        permission="sales.lead",
        ownership=Ownership(
            owners=("owner_id",),
            departments=("department_id",),
            shares=(("leads", "id"),),
            pool="pool_id",
            pools_of=POOLS_OF,
            entering=MANAGED,
        ),
        title="name",
        subtitle=("number", "person"),
        sections=(
            ("basic", T("基本信息", "Basics")),
            ("contact", T("联系方式", "Contact")),
            ("need", T("需求", "Need")),
            ("origin", T("来源", "Origin")),
            ("work", T("跟进", "Work")),
        ),
        fields=LEAD_FIELDS,
        columns=("name", "person", "phone", "score", "status", "source", "owner", "respond_by", "updated_at"),
        quick_filters=("owner", "status", "source", "campaign", "industry", "respond_by"),
        search=SearchLine(texts=("name", "person", "number"), phones=("phone",)),
        views=(
            View("open", T("跟进中的线索", "Open leads"), IS_OPEN),
            View("mine", T("我的线索", "Mine"), {"and": [MINE, IS_OPEN]}, sort="-score"),
            View(
                "late",
                T("超时未响应", "Response overdue"),
                {"and": [{"field": "overdue", "op": "eq", "value": True}, MINE]},
            ),
            View(
                "falling",
                T("即将掉入公海", "About to fall into the pool"),
                FALLING,
                sort="recycle_on",
                columns=("name", "days_left", "recycle_on", "phone", "status", "score", "last_activity_at"),
            ),
            View(
                "pool",
                T("公海线索", "In the pool"),
                {"field": "in_pool", "op": "eq", "value": True},
                columns=("name", "industry", "region", "source", "score", "pool", "updated_at"),
            ),
            View("converted", T("已转化", "Converted"), {"field": "status", "op": "eq", "value": "converted"}),
            View("all", T("全部线索", "All leads")),
        ),
        facts=(
            "person",
            "phone",
            "status",
            "score",
            "owner",
            "respond_by",
            "responded_at",
            "next_contact_at",
            "last_activity_at",
            "days_left",
            "email",
            "wechat",
            "title",
            "industry",
            "region",
            "source",
            "campaign",
            "budget",
            "wanted_on",
            "need",
            "unqualified_reason",
            "status_note",
            "customer",
            "contact",
            "opportunity",
            "pool",
            "recycle_on",
            "protected_until",
        ),
        path_field="status",
        panels=(Panel("tasks", T("任务", "Tasks"), "tasks", "related", ("title", "due_at", "assignee", "status")),),
        timeline=True,
        composer=("interactions", "tasks"),
        commands=COMMANDS,
        verbs=(("reveal_pool", T("查看公海线索联系方式", "See contact details in the pool")),),
        prepare=leads.prepare_leads,
        after=leads.after_leads,
        gone_or_back=leads.leads_gone_or_back,
        opened=partial(count_opening, LEADS),
        shareable=True,
        children=(("interactions", "lead"),),
        in_use=((CONVERTED, "lead_id"),),
        doubles=LEAD_DOUBLES,
    )
)

carry_along(
    Carried(
        "activities_task",
        "t.status = 'open' AND t.related_object = 'leads' AND t.related_id = %(key)s",
        of="leads",
        owner="assignee_id",
    )
)
