"""The company's calendar of working days (PLT-7): weekends, public holidays, and weekend days worked in their place."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from kemai.kit.calendar import WorkCalendar, china_days
from kemai.kit.clock import today
from kemai.platform.custom.computed import company_zone

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
