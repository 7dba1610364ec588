"""The company's working days."""

from __future__ import annotations

from functools import lru_cache

from kemai.kit.calendar import WorkCalendar, china_days
from kemai.kit.clock import today

COMPANY_ZONE = "Asia/Shanghai"


def company_calendar() -> WorkCalendar:
    """Weekends, public holidays and make-up days of the years around today."""
    return _around(today(COMPANY_ZONE).year)


@lru_cache(maxsize=4)
def _around(year: int) -> WorkCalendar:
    return WorkCalendar.of(china_days(range(year - 2, year + 3)))
