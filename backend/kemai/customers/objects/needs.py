"""What customers want (CUS-13)."""

from __future__ import annotations

from kemai.customers.models import Need
from kemai.customers.objects.followers import HELD
from kemai.customers.services import following, records
from kemai.kit.words import T
from kemai.platform.objects.declare import (
    Field,
    ObjectType,
    Panel,
    SearchLine,
    TimelineSource,
    View,
    contribute,
    register,
)
from kemai.platform.objects.types import CHOICE, DATE, LONG_TEXT, MONEY, REFERENCE, TEXT

register(
    ObjectType(
        name="needs",
        model=Need,
        label=T("客户需求", "Need"),
        label_plural=T("客户需求", "Needs"),
        description=T(
            "客户想要什么、痛在哪里、为什么要、怎么定。", "What customers want, what hurts, why, and how they decide."
        ),
        permission="customers.need",
        ownership=HELD,
        title="title",
        subtitle=("customer",),
        fields=(
            Field(
                "title",
                TEXT,
                T("需求", "Need"),
                required=True,
                quick=True,
                inline=True,
                max_length=200,
                aliases=("客户需求", "需求内容"),
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
                aliases=("客户名称", "公司名称"),
            ),
            Field("focus", CHOICE, T("关注点", "Focus"), dictionary="need_focus", quick=True, inline=True),
            Field("budget", MONEY, T("预算", "Budget"), quick=True, inline=True, minimum=0),
            Field("wanted_on", DATE, T("购买时间", "Wanted by"), quick=True, inline=True, sortable=True, indexed=True),
            Field(
                "opportunity",
                REFERENCE,
                T("商机", "Opportunity"),
                target="opportunities",
                within="customer",
                indexed=True,
                narrow=True,
            ),
            Field("contact", REFERENCE, T("提出人", "Voiced by"), target="contacts", within="customer"),
            Field("pain", LONG_TEXT, T("痛点", "Pain"), aliases=("客户痛点",)),
            Field("motive", LONG_TEXT, T("购买动机", "Motive")),
            Field("decision", LONG_TEXT, T("决策过程", "How it is decided")),
            Field("habits", LONG_TEXT, T("购买习惯", "Buying habits")),
        ),
        columns=("title", "customer", "focus", "budget", "wanted_on", "updated_at"),
        quick_filters=("focus", "wanted_on", "customer"),
        search=SearchLine(texts=("title",)),
        views=(
            View("all", T("全部需求", "All needs")),
            View(
                "soon",
                T("三十天内要买", "Wanted within 30 days"),
                {"field": "wanted_on", "op": "within_next", "value": {"days": 30}},
                sort="wanted_on",
            ),
        ),
        facts=(
            "customer",
            "opportunity",
            "contact",
            "focus",
            "budget",
            "wanted_on",
            "pain",
            "motive",
            "decision",
            "habits",
        ),
        timeline_source=TimelineSource(
            anchors=(("customer", "customers"), ("opportunity", "opportunities")),
            at="created_at",
            title="title",
            text="pain",
            data=("focus", "budget", "wanted_on"),
        ),
        prepare=records.prepare_needs,
    )
)

contribute(
    "customers",
    panels=(Panel("needs", T("需求", "Needs"), "needs", "customer", ("title", "focus", "budget", "wanted_on")),),
    children=(("needs", "customer"),),
)
following.follow_customers(Need)
