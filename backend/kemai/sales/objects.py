"""Declarations of the sales domain."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.customers.services.ownership import follow_customers
from kemai.kit.words import T
from kemai.platform.objects.declare import Board, Choice, Command, Field, ObjectType, Panel, SearchLine, View, register
from kemai.platform.objects.types import (
    BOOL,
    CHOICE,
    DATE,
    DEPARTMENT,
    INSTANT,
    INTEGER,
    LONG_TEXT,
    MONEY,
    REFERENCE,
    TEXT,
    USER,
    WHOLE_PERCENT,
)
from kemai.sales import dictionaries
from kemai.sales.models import Opportunity, Pipeline, Stage
from kemai.sales.services import opportunities, pipelines

assert dictionaries.LOST_REASON  # declared before the fields that name it

STATUS = (
    Choice("open", T("进行中", "Open"), "blue"),
    Choice("won", T("赢单", "Won"), "green"),
    Choice("lost", T("丢单", "Lost"), "default"),
)
CURRENCY = (Choice("CNY", T("人民币", "CNY")),)
COLORS = tuple(
    Choice(c, T(zh, c))
    for c, zh in (
        ("blue", "蓝"),
        ("cyan", "青"),
        ("green", "绿"),
        ("gold", "金"),
        ("orange", "橙"),
        ("red", "红"),
        ("purple", "紫"),
        ("default", "灰"),
    )
)


def _open(actor: Actor, row: dict[str, Any]) -> T | None:
    return None if row["status"] == "open" else T("商机已经关闭。", "The opportunity is closed.")


def _closed(actor: Actor, row: dict[str, Any]) -> T | None:
    return T("商机还在进行中。", "The opportunity is still open.") if row["status"] == "open" else None


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
            Field("contact", REFERENCE, T("联系人", "Contact"), target="contacts"),
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
                sortable=True,
                indexed=True,
                aliases=("预计金额", "商机金额"),
            ),
            Field("currency", CHOICE, T("币种", "Currency"), choices=CURRENCY, default="CNY"),
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
                sql="(SELECT s.probability FROM sales_stage s WHERE s.id = t.stage_id)",
                filterable=False,
                importable=False,
                help=T("由所在阶段决定", "Set by its stage"),
            ),
            Field("source", CHOICE, T("来源", "Source"), dictionary="source"),
            Field("need", LONG_TEXT, T("需求", "Need")),
            Field("competitors", TEXT, T("竞争对手", "Competitors"), max_length=300),
            Field("stage_since", INSTANT, T("进入阶段时间", "In stage since"), read_only=True, importable=False),
            Field(
                "rotting",
                BOOL,
                T("停滞", "Rotting"),
                sql="(t.status = 'open' AND EXISTS (SELECT 1 FROM sales_stage s WHERE s.id = t.stage_id "
                "AND s.rot_days > 0 AND t.stage_since < now() - make_interval(days => s.rot_days)))",
                importable=False,
            ),
            Field("closed_at", INSTANT, T("关闭时间", "Closed"), read_only=True, importable=False),
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
                importable=False,
            ),
            Field("close_note", LONG_TEXT, T("输赢说明", "Closing note"), read_only=True, importable=False),
        ),
        columns=("name", "customer", "stage", "amount", "expected_close_on", "owner", "rotting", "updated_at"),
        quick_filters=("owner", "stage", "status", "expected_close_on"),
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
        panels=(Panel("tasks", T("任务", "Tasks"), "tasks", "related", ("title", "due_at", "assignee", "status")),),
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
                    Field("competitor", TEXT, T("输给谁", "Lost to"), max_length=300, prefill="competitors"),
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
                params=(Field("stage", TEXT, T("阶段", "Stage"), required=True),),
                refusal=_open,
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
        ),
        prepare=opportunities.prepare_opportunities,
        after=opportunities.after_opportunities,
        gone_or_back=opportunities.recount_customers,
        shareable=True,
    )
)

register(
    ObjectType(
        name="pipelines",
        model=Pipeline,
        label=T("销售流程", "Pipeline"),
        label_plural=T("销售流程", "Pipelines"),
        permission="sales.pipeline",
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
            Field("name_en", TEXT, T("英文名称", "English name"), quick=True, max_length=60),
            Field("position", INTEGER, T("顺序", "Position"), sortable=True, indexed=True, quick=True, default=0),
            Field("active", BOOL, T("启用", "Active"), quick=True, default=True),
        ),
        columns=("name", "name_en", "position", "active"),
        default_sort="position",
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        panels=(
            Panel(
                "stages",
                T("阶段", "Stages"),
                "stages",
                "pipeline",
                ("name", "name_en", "code", "kind", "probability", "rot_days", "position"),
            ),
        ),
        can_import=False,
        in_use=(("sales_opportunity", "pipeline_id"),),
        menu=False,
        unique=(("pipeline_name_once", "name", T("已有同名流程。", "There is a pipeline of this name.")),),
    )
)

register(
    ObjectType(
        name="stages",
        model=Stage,
        label=T("阶段", "Stage"),
        label_plural=T("阶段", "Stages"),
        permission="sales.pipeline",
        ownership=Ownership(public=True),
        title="name",
        title_en="name_en",
        fields=(
            Field("name", TEXT, T("名称", "Name"), required=True, quick=True, max_length=60),
            Field("name_en", TEXT, T("英文名称", "English name"), quick=True, max_length=60),
            Field("pipeline", REFERENCE, T("销售流程", "Pipeline"), target="pipelines", required=True, quick=True),
            Field("code", TEXT, T("代码", "Code"), required=True, quick=True, max_length=40),
            Field("kind", CHOICE, T("性质", "Kind"), choices=STATUS, default="open", required=True, quick=True),
            Field("position", INTEGER, T("顺序", "Position"), quick=True, default=0, sortable=True, indexed=True),
            Field(
                "probability", WHOLE_PERCENT, T("赢率", "Probability"), quick=True, minimum=0, maximum=100, default=0
            ),
            Field(
                "rot_days", INTEGER, T("停滞天数", "Rots after days"), quick=True, minimum=0, maximum=3650, default=0
            ),
            Field("color", CHOICE, T("颜色", "Colour"), choices=COLORS, default="blue"),
            Field("guidance", LONG_TEXT, T("指引", "Guidance")),
        ),
        columns=("pipeline", "name", "name_en", "code", "kind", "probability", "rot_days", "position"),
        default_sort="position",
        quick_filters=("pipeline",),
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        prepare=pipelines.prepare_stages,
        can_import=False,
        in_use=(("sales_opportunity", "stage_id"),),
        menu=False,
        unique=(
            ("stage_code_once", "code", T("该流程已有此代码的阶段。", "The pipeline has a stage with this code.")),
        ),
    )
)

follow_customers(Opportunity)
