"""How warm a lead is: what it says of itself and what it does, each with its points (SAL-1, GRD-10). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T
from kemai.sales.rules.leads import GROUP

HELP = T("0 表示不计", "0: not counted")
PER_FOLLOW_UP = declare(
    Parameter("sales.score_follow_up", "int", 5, T("评分：每次跟进", "Score: each follow-up"), GROUP, HELP, 0, 100)
)
FOLLOW_UPS_MOST = declare(
    Parameter(
        "sales.score_follow_up_most",
        "int",
        20,
        T("评分：跟进最多计分", "Score: follow-ups at most"),
        GROUP,
        minimum=0,
        maximum=100,
    )
)
PER_SUBMISSION = declare(
    Parameter(
        "sales.score_submission",
        "int",
        10,
        T("评分：每次提交表单", "Score: each form sent"),
        GROUP,
        HELP,
        0,
        100,
    )
)
RECENT = declare(
    Parameter(
        "sales.score_recent",
        "int",
        10,
        T("评分：七天内有往来", "Score: contact within seven days"),
        GROUP,
        HELP,
        0,
        100,
    )
)
SILENT = declare(
    Parameter(
        "sales.score_silent",
        "int",
        10,
        T("评分：三十天没有往来（减分）", "Score: silent for thirty days (taken off)"),
        GROUP,
        HELP,
        0,
        100,
    )
)
LOWEST, HIGHEST = 0, 100


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a lead did. ``last_at``: the latest follow-up or form, None for neither; ``since``: when it arrived."""

    follow_ups: int
    submissions: int
    last_at: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Weights:
    """The figures of the behaviour rules as they are set."""

    follow_up: int
    follow_up_most: int
    submission: int
    recent: int
    silent: int


@dataclass(frozen=True, slots=True)
class Part:
    """One reason for the score, and its points."""

    label: T
    points: int


def compute_behaviour(facts: Behaviour, weights: Weights, now: datetime) -> list[Part]:
    """The points for what a lead did; a part without points is left out."""
    parts = []
    if facts.follow_ups:
        points = min(facts.follow_ups * weights.follow_up, weights.follow_up_most)
        parts.append(Part(T(f"跟进 {facts.follow_ups} 次", f"{facts.follow_ups} follow-up(s)"), points))
    if facts.submissions:
        words = T(f"提交表单 {facts.submissions} 次", f"{facts.submissions} form(s) sent")
        parts.append(Part(words, facts.submissions * weights.submission))
    last = facts.last_at or facts.since
    if facts.last_at and now - facts.last_at <= timedelta(days=7):
        parts.append(Part(T("七天内有往来", "Contact within seven days"), weights.recent))
    elif now - last > timedelta(days=30):
        parts.append(Part(T("三十天没有往来", "Silent for thirty days"), -weights.silent))
    return [p for p in parts if p.points]


def compute_score(parts: list[Part]) -> int:
    """The sum, kept between 0 and 100."""
    return max(LOWEST, min(HIGHEST, sum(p.points for p in parts)))
