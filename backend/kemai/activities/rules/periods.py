"""What a sheet of each kind is about. Pure (ACT-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

KINDS = ("morning", "day", "week", "month")


@dataclass(frozen=True, slots=True)
class Periods:
    """The days told of, and the days that follow: each from the first to the one after the last."""

    first: date
    after: date
    next_after: date

    @property
    def next_first(self) -> date:
        return self.after


def begin_of(kind: str, day: date) -> date:
    """The first day of the period of this kind in which ``day`` lies; weeks begin on Monday."""
    if kind == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind == "month" else day


def periods_of(kind: str, on: date, *, before: date | None = None) -> Periods:
    """A morning sheet tells of the working day ``before`` (and what lies between) and plans ``on``; the others tell of the period
    that begins ``on`` and plan the one that follows."""
    if kind == "morning":
        return Periods(before or on - timedelta(days=1), on, on + timedelta(days=1))
    if kind == "day":
        return Periods(on, on + timedelta(days=1), on + timedelta(days=2))
    if kind == "week":
        return Periods(on, on + timedelta(days=7), on + timedelta(days=14))
    if kind == "month":
        following = _next_month(on)
        return Periods(on, following, _next_month(following))
    raise ValueError(kind)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
