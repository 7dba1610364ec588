"""Pools, recycling rules and protected customers of the demo company (POOL-1, POOL-3, POOL-6)."""

from __future__ import annotations

import random
from datetime import timedelta

from kemai.accounts.access import Actor
from kemai.accounts.models import Department, User
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.customers.models import Customer, Pool, PoolMember, RecycleRule
from kemai.customers.pooled import pooled_kinds
from kemai.customers.services.kind import CUSTOMERS
from kemai.customers.services.protection import protect_customer
from kemai.customers.services.recycle_rules import refresh_all
from kemai.customers.services.recycle_run import warn_owners
from kemai.kit.clock import now, standing_at
from kemai.kit.text.search import pinyin_sort_key
from kemai.platform.workdays import company_today

#: name, English name, what it says, regions, industries, whose it is (department), who manages it
POOLS: tuple[tuple[str, str, str, list[str], list[str], str, str], ...] = (
    (
        "华东公海",
        "East China pool",
        "江浙沪客户，华东团队领取。",
        ["上海", "江苏", "浙江", "杭州", "苏州", "南京", "宁波"],
        [],
        "华东大区",
        "manager",
    ),
    ("制造业公海", "Manufacturing pool", "制造业客户，由行业小组跟进。", [], ["manufacturing"], "", "manager"),
)


def make_pools(departments: dict[str, Department], people: dict[str, User]) -> int:
    """Two pools beside the shared one, each with its own regions or industries, members and a manager."""
    with act(INSTALLER, "demo", object="pools"):
        for position, (name, english, text, regions, industries, department, manager) in enumerate(POOLS, 1):
            pool = Pool.objects.create(
                name=name,
                name_en=english,
                name_sort=pinyin_sort_key(name),
                description=text,
                regions=regions,
                industries=industries,
                position=position,
            )
            unit = departments.get(department) or next(d for d in departments.values() if d.parent_id is None)
            PoolMember.objects.create(pool=pool, member_kind="department", member_id=unit.pk)
            PoolMember.objects.create(
                pool=pool, member_kind="user", member_id=people[manager].pk, manages=True, regions=regions
            )
        Pool.objects.filter(is_default=True).update(position=len(POOLS) + 1)
    return len(POOLS)


def make_rules(manager: Actor, dice: random.Random) -> int:
    """Rules as if they had been set four days ago, so that some customers are near their day; some are protected. Those of leads are new."""
    with act(INSTALLER, "demo", object="recycle-rules"):
        RecycleRule.objects.create(
            name="120 天未跟进",
            position=0,
            reason="no_contact",
            days=120,
            spared_by=["open_opportunity"],
        )
        RecycleRule.objects.create(
            name="普通客户 60 个工作日未跟进",
            position=1,
            reason="no_contact",
            days=60,
            working_days=True,
            condition={"field": "importance", "op": "eq", "value": "ordinary"},
            spared_by=["open_opportunity"],
            warn_days=5,
        )
        RecycleRule.objects.create(
            name="合同到期 90 天未续",
            position=2,
            reason="contract_ended",
            days=90,
            spared_by=["open_opportunity"],
        )
        RecycleRule.objects.create(
            object="leads", name="首次响应超时 3 天", position=0, reason="response_overdue", days=3, warn_days=3
        )
        RecycleRule.objects.create(
            object="leads",
            name="30 天未跟进",
            position=1,
            reason="no_follow_up",
            days=30,
            warn_days=5,
            spared_by=["qualified", "agreed"],
        )
    with standing_at(now() - timedelta(days=4)):
        refresh_all(CUSTOMERS)
    for kind in pooled_kinds():
        refresh_all(kind)
    near = Customer.objects.filter(owner__username="rep", recycle_on__isnull=False).order_by("recycle_on", "number")
    for customer in near[:2]:
        until = company_today() + timedelta(days=dice.randrange(30, 90))
        protect_customer(manager, customer.pk, until=until, reason="正在投标，结果出来前保留")
    for kind in pooled_kinds():
        warn_owners(kind)
    return 5
