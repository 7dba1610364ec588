"""Spans of days: a month, a quarter, a year, one's own; their like a year before; the steps of a trend (ANA-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as day_time
from itertools import pairwise
from zoneinfo import ZoneInfo

from kemai.kit.errors import Malformed

MAX_DAYS = 1_100
#: Step of a trend → how many of them are shown.
STEPS = {"week": 13, "month": 12, "quarter": 8}


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` until before ``after``."""

    first: date
    after: date

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins and ends on a clock of that zone."""
        return datetime.combine(self.first, day_time.min, zone), datetime.combine(self.after, day_time.min, zone)

    def year_before(self, today: date) -> Period:
        """The same days a year before; of a period still running, as many of them as are over."""
        after = min(self.after, max(today + timedelta(days=1), self.first + timedelta(days=1)))
        return Period(a_year_before(self.first), a_year_before(after))

    def text(self) -> str:
        """As a person reads it: first and last day."""
        return f"{self.first.isoformat()} – {(self.after - timedelta(days=1)).isoformat()}"


def a_year_before(day: date) -> date:
    """The 29th of February has none: the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def add_months(day: date, months: int) -> date:
    """The first of the month ``months`` after that of ``day``."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def parse_period(text: str, today: date) -> Period:
    """``2026-11``, ``2026-Q4``, ``2026`` or ``2026-10-01~2026-11-15`` (both days included); empty: this month.

    :class:`Malformed` for anything else, and for more than :data:`MAX_DAYS`."""
    try:
        if not text:
            return Period(today.replace(day=1), add_months(today, 1))
        if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
            first = date(int(found[1]), int(found[2]) * 3 - 2, 1)
            return Period(first, add_months(first, 3))
        if re.fullmatch(r"\d{4}-\d{2}", text):
            first = date.fromisoformat(f"{text}-01")
            return Period(first, add_months(first, 1))
        if re.fullmatch(r"\d{4}", text):
            return Period(date(int(text), 1, 1), date(int(text) + 1, 1, 1))
        first, last = (date.fromisoformat(part) for part in text.split("~"))
        if first <= last and (last - first).days < MAX_DAYS and first.year > 1900:
            return Period(first, last + timedelta(days=1))
    except (ValueError, OverflowError):
        pass
    raise Malformed(what="period: 2026-11 | 2026-Q4 | 2026 | 2026-10-01~2026-11-15")


def steps_until(step: str, last: date) -> list[Period]:
    """The steps of a trend, the last one with the day ``last`` in it."""
    if step not in STEPS:
        raise Malformed(what=f"step: {' | '.join(STEPS)}")
    count = STEPS[step]
    if step == "week":
        monday = last - timedelta(days=last.weekday() + 7 * (count - 1))
        edges = [monday + timedelta(days=7 * n) for n in range(count + 1)]
    else:
        size = 3 if step == "quarter" else 1
        begin = add_months(last, -((last.month - 1) % size) - size * (count - 1))
        edges = [add_months(begin, size * n) for n in range(count + 1)]
    return [Period(a, b) for a, b in pairwise(edges)]


def step_before(step: str, period: Period) -> Period:
    """The like step a year before: 52 weeks for a week, so that its days are the same of the week."""
    if step == "week":
        return Period(period.first - timedelta(days=364), period.after - timedelta(days=364))
    return Period(a_year_before(period.first), a_year_before(period.after))


def step_label(step: str, period: Period) -> str:
    """``2026-11``, ``2026-Q4``, the Monday of a week."""
    if step == "quarter":
        return f"{period.first.year}-Q{(period.first.month + 2) // 3}"
    return period.first.isoformat() if step == "week" else f"{period.first:%Y-%m}"
