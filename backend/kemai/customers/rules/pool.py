"""Who may take a customer from the pool (POOL-2). Pure: facts in, decision out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T

GROUP = T("客户公海", "Public pool")
HOLD_LIMIT = declare(
    Parameter(
        "customers.hold_limit",
        "int",
        300,
        T("每人客户保有上限", "Customers one person may hold"),
        GROUP,
        T("0 表示不限", "0: no limit"),
        0,
        1_000_000,
    )
)
DAILY_CLAIMS = declare(
    Parameter(
        "customers.daily_claims",
        "int",
        30,
        T("每人每日领取上限", "Claims a person a day"),
        GROUP,
        T("0 表示不限", "0: no limit"),
        0,
        100_000,
    )
)
RECLAIM_DAYS = declare(
    Parameter(
        "customers.reclaim_days",
        "int",
        3,
        T("退回后几天内不能再领取同一客户", "Days before one may re-claim what one released"),
        GROUP,
        minimum=0,
        maximum=365,
    )
)
DAILY_VIEWS = declare(
    Parameter(
        "customers.daily_views",
        "int",
        100,
        T("每人每日查看公海客户上限", "Customers of pools a person may open a day"),
        GROUP,
        T("0 表示不限；同一客户一天只计一次", "0: no limit; each customer counts once a day"),
        0,
        100_000,
    )
)


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What the decision depends on. Limits of 0 mean none."""

    held: int
    hold_limit: int
    claimed_today: int
    daily_claims: int
    released_by_me_at: datetime | None
    reclaim_days: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a stable reason and the figures for its words."""

    reason: str
    limit: int = 0
    until: datetime | None = None


def decide_claim(facts: ClaimFacts) -> Refusal | None:
    """None when the claim may go ahead, else the first rule it breaks (POOL-2)."""
    if facts.hold_limit and facts.held >= facts.hold_limit:
        return Refusal("hold_limit", facts.hold_limit)
    if facts.daily_claims and facts.claimed_today >= facts.daily_claims:
        return Refusal("daily_claims", facts.daily_claims)
    if facts.released_by_me_at and facts.now < facts.released_by_me_at + timedelta(days=facts.reclaim_days):
        return Refusal("reclaim", facts.reclaim_days, facts.released_by_me_at + timedelta(days=facts.reclaim_days))
    return None
