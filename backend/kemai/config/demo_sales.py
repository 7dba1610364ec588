"""Leads in every state, products, competitors and what belongs to opportunities, for the demo company. All through the services."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.config import demo_words as words
from kemai.kit.clock import now, standing_at
from kemai.kit.errors import KemaiError
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.write import create_record
from kemai.sales.models import Opportunity, Pipeline, Stage
from kemai.sales.services.conversion import convert_lead
from kemai.sales.services.gates import set_gate
from kemai.sales.services.lead_holding import release_lead
from kemai.sales.services.lead_rules import set_rules
from kemai.sales.services.leads import disqualify_lead, qualify_lead
from kemai.sales.services.opportunities import win_opportunity

PRODUCTS = (
    ("包装生产线 PL-200", "PL-200", "equipment", "set", "680000"),
    ("视觉检测仪 VI-3", "VI-3", "equipment", "unit", "126000"),
    ("输送机 CV-10", "CV-10", "equipment", "unit", "38000"),
    ("生产管理软件", "SW-MES", "software", "year", "96000"),
    ("安装调试", "SV-INST", "service", "day", "2400"),
    ("年度维保", "SV-CARE", "service", "year", "45000"),
    ("备件包", "MT-KIT", "material", "set", "8600"),
)
COMPETITORS = (
    (
        "东海机电",
        "低价、交期快",
        "售后网点少，无检测方案",
        "强调全生命周期成本和本地服务；带客户看运行三年以上的现场。",
    ),
    ("西科自动化", "品牌知名度高", "价格高、定制周期长", "突出定制响应速度，先给小范围试用。"),
    ("南方智能", "软件能力强", "机械部分外购", "请客户比较整机责任和备件供应。"),
)
NEEDS = (
    "想了解包装线的价格和交期",
    "现有设备故障多，考虑更换",
    "新厂区要上两条线",
    "需要视觉检测方案",
    "希望寄一份样本",
)

#: Currency → what it was worth 300, 150 and 20 days ago.
RATES = {
    "USD": ("7.2450", "7.1680", "7.0812"),
    "EUR": ("7.5230", "8.3740", "8.2150"),
    "HKD": ("0.9310", "0.9130", "0.9105"),
}
#: Sold abroad: name, amount, currency, and how many days ago it was won (0: still open).
ABROAD = (
    ("出口包装线（越南）", "185000", "USD", 0),
    ("德国客户备件框架", "42600", "EUR", 0),
    ("香港仓库输送机", "960000", "HKD", 0),
    ("出口检测仪（泰国）", "64000", "USD", 12),
    ("欧洲代理年度维保", "28500", "EUR", 40),
)


def make_sales(administrator: Actor, sellers: list[Actor], dice: random.Random) -> dict[str, int]:
    """Everything of this module; returns how many of each."""
    products = [
        create_record(
            administrator,
            get_object("products"),
            {"name": name, "code": code, "category": category, "unit": unit, "price": price},
        )
        for name, code, category, unit, price in PRODUCTS
    ]
    rivals = [
        create_record(
            administrator,
            get_object("competitors"),
            {"name": name, "strengths": strong, "weaknesses": weak, "battle_card": card},
        )
        for name, strong, weak, card in COMPETITORS
    ]
    _set_up(administrator)
    made = {"leads": _leads(sellers, dice), "products": len(products), "competitors": len(rivals)}
    made["lines"] = _fill_deals(sellers, products, rivals, dice)
    made["key accounts"] = _key_accounts(sellers, dice)
    made["rates"] = _abroad(administrator, sellers)
    return made


def _set_up(administrator: Actor) -> None:
    """Rules of leads, a form, and what the first stages ask for."""
    set_rules(
        administrator,
        scoring=[
            {
                "name": "留了电话",
                "condition": {"not": {"field": "phone", "op": "is_null", "value": True}},
                "points": 10,
            },
            {"name": "有预算", "condition": {"field": "budget", "op": "gt", "value": "0"}, "points": 20},
            {"name": "制造业", "condition": {"field": "industry", "op": "eq", "value": "manufacturing"}, "points": 15},
            {
                "name": "展会或老客户介绍",
                "condition": {"field": "source", "op": "in", "value": ["exhibition", "referral"]},
                "points": 15,
            },
        ],
        assignment=[],
    )
    create_record(
        administrator,
        get_object("web-forms"),
        {
            "name": "官网询价",
            "title_zh": "获取报价",
            "title_en": "Ask for a quote",
            "intro_zh": "留下联系方式，我们的工程师一个工作日内与您联系。",
            "intro_en": "Leave your details; an engineer will be in touch within one working day.",
            "consent_zh": "贵公司可以为答复本次询价与我联系。",
            "consent_en": "You may contact me to answer this request.",
            "source": "web",
            "campaign": "website",
        },
    )
    pipeline = Pipeline.objects.get(ready="key_account")
    stages = {s.code: s.id for s in Stage.objects.filter(pipeline=pipeline)}
    set_gate(
        administrator,
        stages["identify"],
        required_fields=[],
        items=[
            {"label": "确认客户规模和采购潜力", "label_en": "Size and potential confirmed"},
            {"label": "找到主管领导", "label_en": "Executive found"},
        ],
    )
    set_gate(
        administrator,
        stages["propose"],
        required_fields=["need", "expected_close_on"],
        items=[{"label": "方案经技术部确认", "label_en": "Proposal confirmed by engineering"}],
    )


def _leads(sellers: list[Actor], dice: random.Random) -> int:
    makers = words.CompanyMaker(dice)
    count = 0
    for seller in sellers:
        for n in range(12 if seller.username in ("rep", "rep2", "rep3") else 5):
            moment = now() - timedelta(days=dice.random() * 45, hours=dice.randrange(6))
            with standing_at(moment):
                company = makers.customer()
                person = words.contact(dice, "", primary=False)
                key = create_record(seller, get_object("leads"), _lead_values(dice, company, person))
            count += 1
            with standing_at(min(moment + timedelta(hours=dice.randrange(2, 30)), now() - timedelta(minutes=5))):
                _walk_lead(seller, key, n, dice)
    return count


def _lead_values(dice: random.Random, company: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
    values = {
        "name": company["name"],
        "person": person["name"],
        "title": person.get("title", ""),
        "phone": person.get("phone") or company.get("phone", ""),
        "industry": company.get("industry", ""),
        "region": company.get("region", ""),
        "source": dice.choice(("web", "exhibition", "referral", "advert", "cold_call")),
        "campaign": dice.choice(("", "exhibition", "seminar", "website", "search_ads")),
        "need": dice.choice(NEEDS),
    }
    if dice.random() < 0.5:
        values["budget"] = str(dice.randrange(5, 120) * 10_000)
    return {k: v for k, v in values.items() if v}


def _walk_lead(seller: Actor, key: UUID, n: int, dice: random.Random) -> None:
    """As far as its number says: left alone, followed up, qualified, not, converted, released."""
    fate = n % 6
    try:
        if fate:
            note = {"lead": str(key), "content": dice.choice(("电话沟通了需求", "加了微信，发了样本", "约了下周拜访"))}
            create_record(seller, get_object("interactions"), note)
        if fate == 2:
            qualify_lead(seller, key, note="有预算、有时间要求")
        elif fate == 3:
            disqualify_lead(seller, key, reason=dice.choice(("no_need", "unreachable", "not_target")))
        elif fate == 4:
            convert_lead(seller, key, opportunity_name="")
        elif fate == 5:
            release_lead(seller, key, reason="no_time")
    except KemaiError:  # a double of a customer made before, a full pool: the demo goes on
        return


def _fill_deals(sellers: list[Actor], products: list[UUID], rivals: list[UUID], dice: random.Random) -> int:
    """Lines, committee and competitors on a few open deals of each seller."""
    count = 0
    for seller in sellers:
        for deal in Opportunity.objects.filter(
            holder_id=seller.id, owner_id=seller.id, status="open", deleted_at__isnull=True
        )[:4]:
            for product in dice.sample(products, dice.randrange(1, 4)):
                values = {
                    "opportunity": str(deal.id),
                    "product": str(product),
                    "quantity": str(dice.randrange(1, 6)),
                    "discount": str(dice.choice((0, 0, 5, 10))),
                }
                create_record(seller, get_object("opportunity-lines"), values)
                count += 1
            rival = {
                "opportunity": str(deal.id),
                "competitor": str(dice.choice(rivals)),
                "threat": dice.choice(("high", "medium", "low")),
            }
            create_record(seller, get_object("opportunity-competitors"), rival)
            if deal.contact_id:
                member = {
                    "opportunity": str(deal.id),
                    "contact": str(deal.contact_id),
                    "role": dice.choice(("decides", "influences", "uses")),
                    "attitude": dice.choice(("champion", "positive", "neutral", "negative")),
                    "influence": dice.choice(("high", "medium")),
                }
                create_record(seller, get_object("opportunity-contacts"), member)
    return count


def _key_accounts(sellers: list[Actor], dice: random.Random) -> int:
    """A key account in its seven steps for each of the first sellers."""
    pipeline = Pipeline.objects.get(ready="key_account")
    for seller in sellers[:4]:
        deal = Opportunity.objects.filter(holder_id=seller.id, deleted_at__isnull=True).first()
        if deal is None:
            continue
        create_record(
            seller,
            get_object("opportunities"),
            {
                "name": f"大客户合作{dice.randrange(2026, 2029)}",
                "customer": str(deal.customer_id),
                "pipeline": str(pipeline.id),
                "amount": str(dice.randrange(80, 400) * 10_000),
                "expected_close_on": (now() + timedelta(days=dice.randrange(60, 240))).date().isoformat(),
            },
        )
    return min(4, len(sellers))


def _abroad(administrator: Actor, sellers: list[Actor]) -> int:
    """Exchange rates, and deals in other currencies with customers the sellers have (PLT-7)."""
    for currency, known in RATES.items():
        for days, rate in zip((300, 150, 20), known, strict=True):
            day = (now() - timedelta(days=days)).date().isoformat()
            values = {"currency": currency, "valid_from": day, "rate": rate, "source": "中国外汇交易中心中间价"}
            create_record(administrator, get_object("exchange-rates"), values)
    for n, (name, amount, currency, won) in enumerate(ABROAD):
        seller = sellers[n % len(sellers)]
        deal = Opportunity.objects.filter(holder_id=seller.id, deleted_at__isnull=True).order_by("number").first()
        if deal is None:
            continue
        values = {
            "name": name,
            "customer": str(deal.customer_id),
            "amount": amount,
            "currency": currency,
            "expected_close_on": (now() + timedelta(days=30 + 10 * n)).date().isoformat(),
        }
        with standing_at(now() - timedelta(days=won)):
            key = create_record(seller, get_object("opportunities"), values)
            if won:
                win_opportunity(seller, key, reason="price")
    return sum(map(len, RATES.values()))
