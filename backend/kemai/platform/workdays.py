"""The company's calendar of working days (PLT-7): weekends, public holidays, and weekend days worked in their place."""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from kemai.base.parameters import Parameter, declare
from kemai.kit.calendar import WorkCalendar, WorkingHours, china_days
from kemai.kit.clock import today
from kemai.kit.errors import Invalid
from kemai.kit.words import T
from kemai.platform.custom.computed import COMPANY, company_zone

#: Years known before and after the present one.
YEARS = 3


def work_calendar() -> WorkCalendar:
    """The calendar of the years around today."""
    return _around(today(company_zone()).year)


@lru_cache(maxsize=4)
def _around(year: int) -> WorkCalendar:
    return WorkCalendar.of(china_days(range(year - YEARS, year + YEARS + 1)))


def company_today() -> date:
    """The date by which the company's rules go (decision 20)."""
    return today(company_zone())


def _before_closing(opens: Any) -> None:
    _in_order(opens, CLOSES.value())


def _after_opening(closes: Any) -> None:
    _in_order(OPENS.value(), closes)


def _in_order(opens: int, closes: int) -> None:
    if opens >= closes:
        raise Invalid.one(
            "value",
            "out_of_order",
            T("上班应早于下班（{opens} 点到 {closes} 点）。", "Work begins before it ends ({opens} to {closes})."),
            opens=opens,
            closes=closes,
        )


OPENS = declare(
    Parameter(
        "company.opens",
        "int",
        9,
        T("上班时间（点）", "Work begins at (hour)"),
        COMPANY,
        T(
            "按公司时区；首次响应等时限只计工作日的这段时间。",
            "In the company's zone; service times run in these hours.",
        ),
        0,
        23,
        guard=_before_closing,
    )
)
CLOSES = declare(
    Parameter(
        "company.closes",
        "int",
        18,
        T("下班时间（点）", "Work ends at (hour)"),
        COMPANY,
        T("24 表示到午夜", "24: at midnight"),
        1,
        24,
        guard=_after_opening,
    )
)


def working_hours() -> WorkingHours:
    """The company's open hours on its working days, in its zone: what service levels count in (ACT-3)."""
    closes = CLOSES.value()
    span = (time(OPENS.value()), time.max if closes == 24 else time(closes))
    return WorkingHours(work_calendar(), ZoneInfo(company_zone()), (span,))
