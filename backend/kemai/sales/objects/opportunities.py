"""The declaration of opportunities."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.base.currencies import BASE_CURRENCY, RATE, in_base, rated
from kemai.customers.services.carrying import Carried, carry_along
from kemai.customers.services.following import follow_customers
from kemai.kit.money import CURRENCIES
from kemai.kit.words import T
from kemai.platform.objects.declare import Board, Choice, Command, Field, ObjectType, Panel, SearchLine, View, register
from kemai.platform.objects.types import (
    BOOL,
    CHOICE,
    DATE,
    DEPARTMENT,
    INSTANT,
    LONG_TEXT,
    MONEY,
    NUMBER,
    REFERENCE,
    TAGS,
    TEXT,
    USER,
    WHOLE_PERCENT,
)
from kemai.sales import dictionaries
from kemai.sales.models import Opportunity
from kemai.sales.services import opportunities
from kemai.sales.services.parts import follow_opportunities
from kemai.sales.services.transfers import request_transfer

assert dictionaries.LOST_REASON  # declared before the fields that name it

STATUS = (
    Choice("open", T("进行中", "Open"), "blue"),
    Choice("won", T("赢单", "Won"), "green"),
    Choice("lost", T("丢单", "Lost"), "default"),
)
CURRENCY = tuple(Choice(code, label) for code, label in CURRENCIES.items())
#: How surely a deal is counted on.
FORECAST = (
    Choice("commit", T("承诺", "Commit"), "green"),
    Choice("best", T("力争", "Best case"), "gold"),
    Choice("pipeline", T("储备", "Pipeline"), "blue"),
    Choice("omitted", T("不计入", "Omitted"), "default"),
)
PROBABILITY = (
    "COALESCE(CASE WHEN t.status = 'open' THEN t.own_probability END, "
    "(SELECT s.probability FROM sales_stage s WHERE s.id = t.stage_id))"
)
FORECAST_SQL = (
    "COALESCE(CASE WHEN t.status = 'open' THEN NULLIF(t.own_forecast, '') END, "
    "(SELECT s.forecast FROM sales_stage s WHERE s.id = t.stage_id))"
)


def _movable(actor: Actor, row: dict[str, Any]) -> T | None:
    return T("商机已经关闭。", "The opportunity is closed.") if row["status"] == "lost" else None


def _open(actor: Actor, row: dict[str, Any]) -> T | None:
    return None if row["status"] == "open" else T("商机已经关闭。", "The opportunity is closed.")


def _closed(actor: Actor, row: dict[str, Any]) -> T | None:
    return T("商机还在进行中。", "The opportunity is still open.") if row["status"] == "open" else None


#: Lines of the checklist done just now; what they are the gate's refusal says.
CHECKS = Field("checks", TAGS, T("已完成的检查项", "Checklist"), asked=False)

register(
    ObjectType(
        name="opportunities",
        model=Opportunity,
        label=T("商机", "Opportunity"),
        label_plural=T("商机", "Opportunities"),
        description=T("正在谈的生意，从开拓到合作。", "Deals under way, from first contact to agreement."),
        permission="sales.opportunity",
        ownership=Ownership(
            owners=("owner_id", "holder_id"),
            departments=("department_id", "holder_department_id"),
            shares=(("opportunities", "id"), ("customers", "customer_id")),
        ),
        title="name",
        subtitle=("customer", "number"),
        sections=(("basic", T("基本信息", "Basics")), ("forecast", T("预测", "Forecast"))),
        fields=(
            Field(
                "name",
                TEXT,
                T("商机名称", "Name"),
                required=True,
                quick=True,
                inline=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=200,
                key=True,
                aliases=("商机", "项目名称", "项目"),
            ),
            Field("number", TEXT, T("商机编号", "Number"), read_only=True, importable=False, key=True),
            Field(
                "customer",
                REFERENCE,
                T("客户", "Customer"),
                target="customers",
                required=True,
                quick=True,
                indexed=True,
                narrow=True,
                aliases=("客户名称", "公司名称"),
            ),
            Field("contact", REFERENCE, T("联系人", "Contact"), target="contacts", within="customer"),
            Field(
                "owner",
                USER,
                T("负责人", "Owner"),
                create_only=True,
                target="users",
                indexed=True,
                narrow=True,
                help=T("留空为自己；之后用“分配”修改。", "Empty: yourself; change it later with Assign."),
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
            Field(
                "pipeline", REFERENCE, T("销售流程", "Pipeline"), create_only=True, target="pipelines", importable=False
            ),
            Field(
                "stage",
                REFERENCE,
                T("阶段", "Stage"),
                create_only=True,
                target="stages",
                indexed=True,
                help=T("留空为第一个阶段。", "Empty: the first stage."),
                importable=False,
            ),
            Field(
                "status",
                CHOICE,
                T("状态", "Status"),
                choices=STATUS,
                default="open",
                read_only=True,
                importable=False,
                indexed=True,
            ),
            Field(
                "amount",
                MONEY,
                T("金额", "Amount"),
                quick=True,
                inline=True,
                minimum=0,
                currency="currency",
                rate=RATE,
                worth="base_amount",
                sortable=True,
                indexed=True,
                aliases=("预计金额", "商机金额"),
            ),
            Field(
                "currency",
                CHOICE,
                T("币种", "Currency"),
                choices=CURRENCY,
                default=BASE_CURRENCY,
                indexed=True,
                aliases=("货币",),
            ),
            Field(
                "base_amount",
                MONEY,
                T("折合金额", "In the company's currency"),
                sql=in_base("t.amount"),
                sortable=True,
                indexed=True,
                importable=False,
                inputs=(("opportunities", "amount"),),
                help=T(
                    "按汇率折合成本位币：进行中的按今天，已关闭的按关闭那天。",
                    "By the exchange rate: of today while open, of the day it was closed afterwards.",
                ),
            ),
            Field(
                "rate",
                NUMBER,
                T("汇率", "Rate"),
                read_only=True,
                importable=False,
                filterable=False,
            ),
            Field(
                "expected_close_on",
                DATE,
                T("预计成交日", "Expected close"),
                quick=True,
                inline=True,
                sortable=True,
                indexed=True,
                aliases=("预计成交日期", "预计签约日期"),
            ),
            Field(
                "probability",
                WHOLE_PERCENT,
                T("赢率", "Probability"),
                sql=PROBABILITY,
                filterable=False,
                importable=False,
                help=T("由所在阶段决定，可以手工改写", "Set by its stage unless overridden"),
            ),
            Field(
                "own_probability",
                WHOLE_PERCENT,
                T("手工赢率", "Own probability"),
                section="forecast",
                minimum=0,
                maximum=100,
                inline=True,
                help=T("留空按阶段", "Empty: the stage's"),
            ),
            Field(
                "forecast",
                CHOICE,
                T("预测类别", "Forecast"),
                section="forecast",
                choices=FORECAST,
                sql=FORECAST_SQL,
                importable=False,
                help=T("由所在阶段决定，可以手工改写", "Set by its stage unless overridden"),
            ),
            Field(
                "own_forecast",
                CHOICE,
                T("手工预测类别", "Own forecast"),
                section="forecast",
                choices=FORECAST,
                inline=True,
                help=T("留空按阶段", "Empty: the stage's"),
            ),
            Field(
                "weighted",
                MONEY,
                T("加权金额", "Weighted amount"),
                section="forecast",
                sql=f"round(t.amount * ({PROBABILITY}) / 100, 2)",
                filterable=False,
                importable=False,
                currency="currency",
                inputs=(("opportunities", "amount"),),
            ),
            Field("source", CHOICE, T("来源", "Source"), dictionary="source", indexed=True),
            Field("need", LONG_TEXT, T("需求", "Need")),
            Field("competitors", TEXT, T("竞争情况", "Competition"), max_length=300),
            Field("stage_since", INSTANT, T("进入阶段时间", "In stage since"), read_only=True, importable=False),
            Field(
                "rotting",
                BOOL,
                T("停滞", "Rotting"),
                sql="(t.status = 'open' AND EXISTS (SELECT 1 FROM sales_stage s WHERE s.id = t.stage_id "
                "AND s.rot_days > 0 AND t.stage_since < now() - make_interval(days => s.rot_days)))",
                importable=False,
            ),
            Field("closed_at", INSTANT, T("关闭时间", "Closed"), read_only=True, importable=False, indexed=True),
            Field(
                "reached",
                REFERENCE,
                T("到过的最远阶段", "Furthest stage"),
                target="stages",
                read_only=True,
                importable=False,
                indexed=True,
                inputs=(("opportunities", "stage"),),
            ),
            Field(
                "lost_from",
                REFERENCE,
                T("丢单前的阶段", "Lost from stage"),
                target="stages",
                read_only=True,
                importable=False,
                indexed=True,
                inputs=(("opportunities", "stage"),),
            ),
            Field(
                "won_reason",
                CHOICE,
                T("赢单原因", "Won because"),
                sql="(CASE WHEN t.status = 'won' THEN t.close_reason ELSE '' END)",
                dictionary="won_reason",
                importable=False,
            ),
            Field(
                "lost_reason",
                CHOICE,
                T("丢单原因", "Lost because"),
                sql="(CASE WHEN t.status = 'lost' THEN t.close_reason ELSE '' END)",
                dictionary="lost_reason",
                indexed=True,
                importable=False,
            ),
            Field("close_note", LONG_TEXT, T("输赢说明", "Closing note"), read_only=True, importable=False),
        ),
        columns=("name", "customer", "stage", "amount", "expected_close_on", "owner", "rotting", "updated_at"),
        quick_filters=("owner", "stage", "status", "forecast", "expected_close_on"),
        search=SearchLine(texts=("name", "number")),
        views=(
            View("open", T("进行中", "Open"), {"field": "status", "op": "eq", "value": "open"}),
            View("board", T("销售看板", "Board"), layout="board"),
            View(
                "mine",
                T("我的商机", "Mine"),
                {
                    "and": [
                        {"field": "owner", "op": "eq", "value": "me"},
                        {"field": "status", "op": "eq", "value": "open"},
                    ]
                },
            ),
            View("won", T("已赢单", "Won"), {"field": "status", "op": "eq", "value": "won"}),
            View("lost", T("已丢单", "Lost"), {"field": "status", "op": "eq", "value": "lost"}),
            View("all", T("全部商机", "All opportunities")),
        ),
        facts=(
            "number",
            "customer",
            "contact",
            "owner",
            "amount",
            "expected_close_on",
            "probability",
            "forecast",
            "weighted",
            "status",
            "source",
            "competitors",
            "stage_since",
            "won_reason",
            "lost_reason",
            "close_note",
            "need",
        ),
        path_field="stage",
        board=Board(
            group="stage",
            total="amount",
            lines=("customer", "amount", "expected_close_on", "owner", "rotting"),
            move="move-stage",
            move_param="stage",
            scope="pipeline",
            columns=opportunities.board_columns,
            figures="sales_stagefigure",
        ),
        panels=(
            Panel(
                "lines",
                T("产品明细", "Product lines"),
                "opportunity-lines",
                "opportunity",
                ("product", "quantity", "unit", "price", "discount", "amount"),
            ),
            Panel(
                "committee",
                T("决策链", "Buying committee"),
                "opportunity-contacts",
                "opportunity",
                ("contact", "role", "attitude", "influence", "note"),
            ),
            Panel("needs", T("需求", "Needs"), "needs", "opportunity", ("title", "focus", "budget", "wanted_on")),
            Panel(
                "competitors",
                T("对手", "Competitors"),
                "opportunity-competitors",
                "opportunity",
                ("competitor", "threat", "result", "note"),
            ),
            Panel(
                "plan",
                T("推进计划", "Plan"),
                "opportunity-steps",
                "opportunity",
                ("stage", "responsible", "due_on", "done_at", "note"),
            ),
            Panel("team", T("团队", "Team"), "opportunity-members", "opportunity", ("member", "role", "can_write")),
            Panel("tasks", T("任务", "Tasks"), "tasks", "related", ("title", "due_at", "assignee", "status")),
        ),
        timeline=True,
        composer=("interactions", "tasks"),
        commands=(
            Command(
                "win",
                T("赢单", "Win"),
                opportunities.win_opportunity,
                "edit",
                params=(
                    Field(
                        "amount",
                        MONEY,
                        T("成交金额", "Amount"),
                        minimum=0,
                        prefill="amount",
                        currency="currency",
                        help=T("留空为商机金额", "Empty: the opportunity's"),
                    ),
                    Field("reason", CHOICE, T("赢单原因", "Reason"), dictionary="won_reason"),
                    Field("note", TEXT, T("说明", "Note"), max_length=300),
                    CHECKS,
                ),
                refusal=_open,
                reads=("status",),
                primary=True,
            ),
            Command(
                "lose",
                T("丢单", "Lose"),
                opportunities.lose_opportunity,
                "edit",
                params=(
                    Field("reason", CHOICE, T("丢单原因", "Reason"), dictionary="lost_reason", required=True),
                    Field("competitor", REFERENCE, T("输给谁", "Lost to"), target="competitors"),
                    Field("note", TEXT, T("说明", "Note"), max_length=300),
                ),
                refusal=_open,
                reads=("status",),
            ),
            Command(
                "move-stage",
                T("移动阶段", "Move"),
                opportunities.move_opportunity,
                "edit",
                params=(Field("stage", TEXT, T("阶段", "Stage"), required=True), CHECKS),
                refusal=_movable,
                reads=("status",),
                on=("board",),
            ),
            Command(
                "reopen",
                T("重新打开", "Reopen"),
                opportunities.reopen_opportunity,
                "edit",
                refusal=_closed,
                reads=("status",),
            ),
            Command(
                "assign",
                T("分配", "Assign"),
                opportunities.assign_opportunity,
                "assign",
                params=(Field("owner", USER, T("负责人", "Owner"), target="users", required=True),),
                on=("record", "bulk"),
            ),
            Command(
                "request-transfer",
                T("申请移交", "Ask to hand over"),
                request_transfer,
                "edit",
                params=(
                    Field("owner", USER, T("移交给", "To"), target="users", required=True),
                    Field("reason", TEXT, T("原因", "Reason"), required=True, max_length=300),
                    Field("with_customer", BOOL, T("连同客户", "With the customer")),
                ),
            ),
        ),
        prepare=opportunities.prepare_opportunities,
        after=opportunities.after_opportunities,
        gone_or_back=opportunities.recount_customers,
        shareable=True,
        children=tuple(
            (f"opportunity-{part}", "opportunity") for part in ("lines", "contacts", "competitors", "members", "steps")
        ),
    )
)

follow_customers(Opportunity)
rated(Opportunity._meta.db_table, "closed_at", opportunities.follow_rates)
carry_along(
    Carried(
        Opportunity._meta.db_table,
        "t.customer_id = %(key)s AND t.status = 'open'",
        wish="opportunities",
        after=follow_opportunities,
    )
)
