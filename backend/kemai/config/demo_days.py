"""The follow-up day of the demo company: needs, promises, plans, sequences, yesterday's reports (ACT-6, ACT-7, ACT-10, ACT-12)."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kemai.accounts.access import Actor
from kemai.activities.models import Sequence
from kemai.activities.selectors.reports import TEXTS, prefill
from kemai.activities.services.promises import do_planned, keep_promise
from kemai.activities.services.reports import comment_report, submit_report
from kemai.activities.services.sequences import advance_sequences
from kemai.customers.models import Customer
from kemai.kit.clock import now, standing_at
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.write import create_record
from kemai.platform.workdays import company_today, work_calendar

ZONE = ZoneInfo("Asia/Shanghai")
NEEDS = (
    (
        "包装线提速",
        "quality",
        "人工包装跟不上旺季",
        "想在春节前把产能提三成",
        "车间主任提、总经理定",
        "每年四季度集中采购",
    ),
    (
        "更换老化设备",
        "price",
        "维修费一年比一年高",
        "算过账，三年能省出一台",
        "设备部评估、财务会签",
        "货比三家，看重账期",
    ),
    (
        "延长质保与驻场",
        "after_sales",
        "停机一小时损失上万",
        "上次停机被大客户投诉",
        "生产副总拍板",
        "宁可贵一点也要有人马上到",
    ),
    ("二期扩建配套", "other", "新厂房明年六月投产", "设备要跟土建同步", "项目组打分、董事会批", "先试用再下单"),
)
PROMISES = ("周五前把对比方案发过去", "寄两套样品", "安排工程师上门看现场", "给出年度框架价", "把质检报告补齐")
VISITS = (
    ("季度业务回顾", "review", "department"),
    ("高层互访", "visit", "top"),
    ("邀请参观样板工厂", "invitation", "department"),
    ("春节拜访", "greeting", "working"),
)


def make_days(sellers: list[Actor], manager: Actor) -> dict[str, int]:
    """A little of everything for each seller, through the services; returns what was made."""
    made = {"needs": 0, "promises": 0, "plans": 0, "enrolments": 0, "reports": 0}
    sequence = Sequence.objects.get(name="购买后六步").id
    for n, seller in enumerate(sellers):
        dice = random.Random(4_000 + n)
        own = list(Customer.objects.filter(owner_id=seller.id, deleted_at__isnull=True).order_by("number")[:60])
        if len(own) < 8:
            continue
        chosen = dice.sample(own, 8)
        _needs(seller, dice, chosen[:3], made)
        _promises(seller, dice, chosen[:4], made)
        _plans(seller, dice, chosen[4:6], made)
        for customer in chosen[6:8]:
            started = company_today() - timedelta(days=dice.choice((3, 4, 10)))
            with standing_at(datetime.combine(started, time(10), ZONE)):
                create_record(
                    seller,
                    get_object("enrollments"),
                    {"customer": str(customer.id), "sequence": str(sequence), "remark": "上月成交"},
                )
            made["enrolments"] += 1
    advance_sequences()
    _reports(sellers, manager, made)
    return made


def _needs(seller: Actor, dice: random.Random, customers: list[Customer], made: dict[str, int]) -> None:
    for customer in customers:
        title, focus, pain, motive, decision, habits = dice.choice(NEEDS)
        values = {
            "title": title,
            "customer": str(customer.id),
            "focus": focus,
            "budget": f"{dice.randrange(5, 200) * 10_000}",
            "wanted_on": (company_today() + timedelta(days=dice.randrange(10, 120))).isoformat(),
            "pain": pain,
            "motive": motive,
            "decision": decision,
            "habits": habits,
        }
        create_record(seller, get_object("needs"), values)
        made["needs"] += 1


def _promises(seller: Actor, dice: random.Random, customers: list[Customer], made: dict[str, int]) -> None:
    for n, customer in enumerate(customers):
        due = company_today() + timedelta(days=(-12, -1, 0, 4)[n])
        values = {
            "content": dice.choice(PROMISES),
            "customer": str(customer.id),
            "due_on": due.isoformat(),
            "kind": dice.choice(("purpose", "performance", "expectation", "beyond")),
        }
        key = create_record(seller, get_object("promises"), values)
        made["promises"] += 1
        if n == 0:
            keep_promise(seller, key, on=due)


def _plans(seller: Actor, dice: random.Random, customers: list[Customer], made: dict[str, int]) -> None:
    """Half a year behind and half ahead; the first of each took place."""
    today = company_today()
    for customer in customers:
        for n, (title, kind, level) in enumerate(VISITS):
            day = today + timedelta(days=-60 + n * 45 + dice.randrange(10))
            values = {
                "title": title,
                "customer": str(customer.id),
                "kind": kind,
                "planned_on": day.isoformat(),
                "our_level": level,
                "their_level": level,
            }
            key = create_record(seller, get_object("planned-contacts"), values)
            made["plans"] += 1
            if day < today:
                do_planned(seller, key, result="谈得不错，约好下一步。", on=day)


def _reports(sellers: list[Actor], manager: Actor, made: dict[str, int]) -> None:
    """The last working day's reports of the manager's people; the first is commented on."""
    day = work_calendar().add_working_days(company_today(), -1)
    evening = min(datetime.combine(day, time(18), ZONE), now() - timedelta(minutes=30))
    first: UUID | None = None
    team = [s for s in sellers if s.department_id == manager.department_id and s.id != manager.id]
    for seller in team[:5]:
        with standing_at(evening):
            texts = prefill(seller, "day", day)["texts"]
            values = {name: texts[name][:2000] for name in TEXTS}
            values["problems"] = values["problems"] or "两家客户都在等报价，请商务今天给出来。"
            key = create_record(seller, get_object("reports"), {"kind": "day", "begins_on": day.isoformat(), **values})
            submit_report(seller, key)
        made["reports"] += 1
        first = first or key
    if first:
        comment_report(manager, first, text="报价今天上午给你。华东那单抓紧。")
