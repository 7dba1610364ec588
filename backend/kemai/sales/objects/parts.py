"""The declarations of what belongs to one opportunity. Their rights are the opportunity's (permission ``sales.opportunity``)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Ownership
from kemai.customers.services.following import follow_customers
from kemai.kit.words import T
from kemai.platform.doubles.declare import Merging
from kemai.platform.objects.declare import Choice, Field, ObjectType, SearchLine, View, register
from kemai.platform.objects.types import (
    BOOL,
    CHOICE,
    DATE,
    INSTANT,
    LONG_TEXT,
    MONEY,
    NUMBER,
    PERCENT,
    REFERENCE,
    TEXT,
    USER,
)
from kemai.sales import dictionaries
from kemai.sales.models import CommitteeMember, Contender, Line, Step, TeamSeat
from kemai.sales.objects.opportunities import CURRENCY
from kemai.sales.services import parts

#: What one unit of a line's currency is worth: its opportunity's rate.
DEAL_RATE = "(SELECT o.rate FROM sales_opportunity o WHERE o.id = t.opportunity_id)"

assert dictionaries.ATTITUDE  # declared before the fields that name it

LEVEL = (
    Choice("high", T("高", "High"), "red"),
    Choice("medium", T("中", "Medium"), "gold"),
    Choice("low", T("低", "Low"), "default"),
)
RESULT = (
    Choice("open", T("相持", "Undecided"), "blue"),
    Choice("beaten", T("胜过对手", "Won against"), "green"),
    Choice("lost", T("输给对手", "Lost to"), "red"),
)
OF_OPPORTUNITY = Ownership(
    owners=("owner_id", "holder_id"),
    departments=("department_id", "holder_department_id"),
    shares=(("opportunities", "opportunity_id"), ("customers", "customer_id")),
)
PERMISSION = "sales.opportunity"


def _opportunity() -> Field:
    return Field(
        "opportunity",
        REFERENCE,
        T("商机", "Opportunity"),
        target="opportunities",
        required=True,
        quick=True,
        indexed=True,
        narrow=True,
        create_only=True,
    )


def _summary(sql: str, *inputs: tuple[str, str]) -> Field:
    """What names a part where one line must do; ``inputs``: the fields it shows."""
    return Field("summary", TEXT, T("摘要", "Summary"), sql=sql, filterable=False, importable=False, inputs=inputs)


def _customer() -> Field:
    return Field(
        "customer",
        REFERENCE,
        T("客户", "Customer"),
        target="customers",
        read_only=True,
        importable=False,
        indexed=True,
        narrow=True,
    )


def _same(column: str) -> Any:
    def same(one: dict[str, Any], two: dict[str, Any]) -> bool:
        return (one["opportunity_id"], one[column]) == (two["opportunity_id"], two[column])

    return same


register(
    ObjectType(
        name="opportunity-lines",
        model=Line,
        label=T("产品明细", "Product line"),
        label_plural=T("产品明细", "Product lines"),
        permission=PERMISSION,
        ownership=OF_OPPORTUNITY,
        title="summary",
        fields=(
            _summary("(SELECT p.name FROM sales_product p WHERE p.id = t.product_id)"),
            _opportunity(),
            Field(
                "product",
                REFERENCE,
                T("产品", "Product"),
                target="products",
                required=True,
                quick=True,
                indexed=True,
                narrow=True,
            ),
            Field(
                "quantity", NUMBER, T("数量", "Quantity"), required=True, quick=True, inline=True, minimum=0, default=1
            ),
            Field(
                "unit",
                CHOICE,
                T("单位", "Unit"),
                dictionary="product_unit",
                sql="(SELECT p.unit FROM sales_product p WHERE p.id = t.product_id)",
                importable=False,
                filterable=False,
            ),
            Field(
                "price",
                MONEY,
                T("单价", "Price"),
                quick=True,
                inline=True,
                minimum=0,
                currency="currency",
                rate=DEAL_RATE,
                help=T("留空用标价，外币按汇率折算", "Empty: the list price, by the rate in other currencies"),
            ),
            Field(
                "discount",
                PERCENT,
                T("折扣（减）", "Discount"),
                quick=True,
                inline=True,
                minimum=0,
                maximum=100,
                default=0,
                help=T("减去百分之几，如 10 表示九折", "Per cent off"),
            ),
            Field(
                "amount",
                MONEY,
                T("小计", "Amount"),
                read_only=True,
                importable=False,
                currency="currency",
                rate=DEAL_RATE,
            ),
            Field(
                "currency",
                CHOICE,
                T("币种", "Currency"),
                choices=CURRENCY,
                sql="(SELECT o.currency FROM sales_opportunity o WHERE o.id = t.opportunity_id)",
                importable=False,
                filterable=False,
                inputs=(("opportunities", "currency"),),
                help=T("与商机相同", "The opportunity's"),
            ),
            Field("remark", TEXT, T("备注", "Remark"), inline=True, max_length=300),
            _customer(),
        ),
        columns=("opportunity", "product", "quantity", "unit", "price", "discount", "amount", "remark"),
        search=SearchLine(texts=("remark",), global_search=False),
        views=(View("all", T("全部明细", "All lines")),),
        facts=("opportunity", "product", "quantity", "unit", "price", "discount", "amount", "remark"),
        prepare=parts.prepare_lines,
        after=parts.after_lines,
        gone_or_back=parts.lines_gone_or_back,
        menu=False,
    )
)

register(
    ObjectType(
        name="opportunity-contacts",
        model=CommitteeMember,
        label=T("决策人", "Committee member"),
        label_plural=T("决策链", "Buying committee"),
        permission=PERMISSION,
        ownership=OF_OPPORTUNITY,
        title="summary",
        fields=(
            _summary(
                "left(t.note, 60)", ("opportunity-contacts", "note")
            ),  # the contact's name is for those who see the contact
            _opportunity(),
            Field(
                "contact",
                REFERENCE,
                T("联系人", "Contact"),
                target="contacts",
                within="customer",
                required=True,
                quick=True,
                indexed=True,
                narrow=True,
            ),
            Field("role", CHOICE, T("决策角色", "Role"), dictionary="decision_role", quick=True, inline=True),
            Field("attitude", CHOICE, T("态度", "Attitude"), dictionary="attitude", quick=True, inline=True),
            Field("influence", CHOICE, T("影响力", "Influence"), choices=LEVEL, quick=True, inline=True),
            Field("note", LONG_TEXT, T("说明", "Note"), quick=True),
            _customer(),
        ),
        columns=("opportunity", "contact", "role", "attitude", "influence", "note"),
        search=SearchLine(texts=("note",), global_search=False),
        views=(View("all", T("全部", "All")),),
        facts=("opportunity", "contact", "role", "attitude", "influence", "note"),
        prepare=parts.prepare_parts,
        merging=Merging(same=_same("contact_id")),
        menu=False,
        unique=(
            ("committee_once", "contact", T("该联系人已在决策链中。", "This contact is in the committee already.")),
        ),
    )
)

register(
    ObjectType(
        name="opportunity-competitors",
        model=Contender,
        label=T("对手", "Contender"),
        label_plural=T("参与的对手", "Contenders"),
        permission=PERMISSION,
        ownership=OF_OPPORTUNITY,
        title="summary",
        fields=(
            _summary("(SELECT c.name FROM sales_competitor c WHERE c.id = t.competitor_id)"),
            _opportunity(),
            Field(
                "competitor",
                REFERENCE,
                T("竞争对手", "Competitor"),
                target="competitors",
                required=True,
                quick=True,
                indexed=True,
                narrow=True,
            ),
            Field("threat", CHOICE, T("威胁", "Threat"), choices=LEVEL, quick=True, inline=True),
            Field(
                "result", CHOICE, T("结果", "Result"), choices=RESULT, default="open", read_only=True, importable=False
            ),
            Field("note", LONG_TEXT, T("说明", "Note"), quick=True),
            _customer(),
        ),
        columns=("opportunity", "competitor", "threat", "result", "note"),
        search=SearchLine(texts=("note",), global_search=False),
        views=(View("all", T("全部", "All")),),
        facts=("opportunity", "competitor", "threat", "result", "note"),
        prepare=parts.prepare_parts,
        menu=False,
        unique=(("contender_once", "competitor", T("该对手已在此商机上。", "This competitor is on it already.")),),
    )
)

register(
    ObjectType(
        name="opportunity-members",
        model=TeamSeat,
        label=T("团队成员", "Team member"),
        label_plural=T("商机团队", "Team"),
        permission=PERMISSION,
        ownership=OF_OPPORTUNITY,
        title="summary",
        fields=(
            _summary("t.role", ("opportunity-members", "role")),
            _opportunity(),
            Field(
                "member",
                USER,
                T("成员", "Member"),
                target="users",
                required=True,
                quick=True,
                create_only=True,
                indexed=True,
                narrow=True,
            ),
            Field("role", TEXT, T("分工", "Part"), quick=True, inline=True, max_length=60),
            Field(
                "can_write",
                BOOL,
                T("可以编辑", "May edit"),
                quick=True,
                help=T("不勾选则只能查看商机", "Otherwise the member only sees the opportunity"),
            ),
            _customer(),
        ),
        columns=("opportunity", "member", "role", "can_write"),
        search=SearchLine(texts=("role",), global_search=False),
        views=(View("all", T("全部", "All")),),
        facts=("opportunity", "member", "role", "can_write"),
        prepare=parts.prepare_seats,
        after=parts.after_seats,
        gone_or_back=parts.seats_gone_or_back,
        menu=False,
        can_import=False,
        unique=(("seat_once", "member", T("该成员已在团队中。", "This colleague is in the team already.")),),
    )
)

register(
    ObjectType(
        name="opportunity-steps",
        model=Step,
        label=T("步骤", "Step"),
        label_plural=T("推进计划", "Plan"),
        permission=PERMISSION,
        ownership=OF_OPPORTUNITY,
        title="summary",
        fields=(
            _summary("(SELECT s.name FROM sales_stage s WHERE s.id = t.stage_id)"),
            _opportunity(),
            Field("stage", REFERENCE, T("阶段", "Stage"), target="stages", required=True, quick=True, create_only=True),
            Field(
                "position",
                NUMBER,
                T("顺序", "Order"),
                sql="(SELECT s.position::numeric FROM sales_stage s WHERE s.id = t.stage_id)",
                importable=False,
            ),
            Field(
                "responsible", USER, T("负责人", "Responsible"), target="users", quick=True, inline=True, indexed=True
            ),
            Field("due_on", DATE, T("计划日期", "Due"), quick=True, inline=True, sortable=True, indexed=True),
            Field("done_at", INSTANT, T("完成时间", "Done at"), read_only=True, importable=False),
            Field("note", TEXT, T("说明", "Note"), quick=True, inline=True, max_length=300),
            _customer(),
        ),
        columns=("opportunity", "stage", "responsible", "due_on", "done_at", "note"),
        default_sort="due_on",
        quick_filters=("responsible", "due_on"),
        search=SearchLine(texts=("note",), global_search=False),
        views=(
            View("all", T("全部步骤", "All steps")),
            View(
                "mine",
                T("我负责的", "Mine"),
                {
                    "and": [
                        {"field": "responsible", "op": "eq", "value": "me"},
                        {"field": "done_at", "op": "is_null", "value": True},
                    ]
                },
            ),
        ),
        facts=("opportunity", "stage", "responsible", "due_on", "done_at", "note"),
        prepare=parts.prepare_steps,
        menu=False,
        can_import=False,
        unique=(("step_once", "stage", T("该阶段已在计划中。", "This stage is in the plan already.")),),
    )
)

follow_customers(*parts.PARTS)
