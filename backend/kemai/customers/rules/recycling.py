"""When a customer goes back to a pool of itself (POOL-3). Pure: facts in, decision out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kemai.base.parameters import Parameter, declare
from kemai.customers.rules.pool import GROUP
from kemai.kit.calendar import WorkCalendar
from kemai.kit.words import T

SHARE = declare(
    Parameter(
        "customers.recycle_share",
        "int",
        5,
        T("一次回收最多占在手客户的百分比", "A run of recycling takes at most (percent of all held customers)"),
        GROUP,
        T("超过时自动停下，等管理员确认", "Beyond it the run stops and waits for an administrator"),
        1,
        100,
    )
)
HOUR = declare(
    Parameter(
        "customers.recycle_hour",
        "int",
        2,
        T("每天几点自动回收", "Hour at which customers are recycled"),
        GROUP,
        T("按公司时区，0 到 23", "In the company's time zone, 0 to 23"),
        0,
        23,
    )
)
PROTECT_DAYS = declare(
    Parameter(
        "customers.protect_days",
        "int",
        180,
        T("客户保护最长天数", "A customer may be protected for at most (days)"),
        GROUP,
        minimum=1,
        maximum=3650,
    )
)
FALLING_DAYS = 7
"""So many days ahead a customer counts as about to fall into the pool."""

#: Moments older than this all lead to a day that is long past; the table of working days need not reach further back.
DAYS_BACK, DAYS_AHEAD = 800, 800


@dataclass(frozen=True, slots=True)
class Brake:
    """Why a run does not go on: ``clock`` or ``share``."""

    reason: str
    allowed: int = 0


def decide_brake(*, due: int, owned: int, percent: int, clock_ok: bool) -> Brake | None:
    """None when the run may go on (F-5). A handful is never an unusual share: of twenty customers one is five percent."""
    if not clock_ok:
        return Brake("clock")
    allowed = max(owned * percent // 100, 5)
    return Brake("share", allowed) if due > allowed else None


def last_day(since: date, days: int, calendar: WorkCalendar | None) -> date:
    """The last day with the owner: ``days`` after ``since``, working days where a calendar is given."""
    return calendar.add_working_days(since, days) if calendar else since + timedelta(days=days)


def working_offsets(calendar: WorkCalendar, start: date, span: int, days: int) -> list[int]:
    """For each of ``span`` days from ``start`` on: how many days after ``start`` :func:`last_day` of it lies. One pass."""
    working: list[int] = []
    nth: list[int] = []
    n = 0
    while n < span or len(working) < nth[span - 1] + days:
        if calendar.is_working_day(start + timedelta(days=n)):
            working.append(n)
        if n < span:
            nth.append(len(working))
        n += 1
    return [working[before + days - 1] for before in nth]


def days_left(recycle_on: date, today: date) -> int:
    """Days until its last day, 0 on the day itself."""
    return (recycle_on - today).days
