"""Working days and working hours over a given calendar (PLT-7). Pure: the calendar's days come from the caller.

The days are kept in an editable table; `china_days` gives what it is seeded with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import holidays

_DAY = timedelta(days=1)
_SEARCH_LIMIT = 3_660  # days; a calendar without any working day must not hang the caller


class NoWorkingDay(ValueError):
    """The calendar has no working day within ten years of the date asked about."""

    code = "no_working_day"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day that differs from its weekday: a day off, or a weekend day worked (调休)."""

    day: date
    working: bool
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Weekends, days off and weekend days worked. `weekend` holds weekdays as in `date.weekday()` (5 is Saturday)."""

    days_off: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({5, 6})

    @classmethod
    def of(cls, days: Iterable[CalendarDay], *, weekend: Iterable[int] = (5, 6)) -> WorkCalendar:
        """A calendar from its special days."""
        known = list(days)
        return cls(
            frozenset(d.day for d in known if not d.working),
            frozenset(d.day for d in known if d.working),
            frozenset(weekend),
        )

    def is_working_day(self, day: date) -> bool:
        """A weekend day worked wins over everything, a day off over the weekday."""
        if day in self.extra_days:
            return True
        return day not in self.days_off and day.weekday() not in self.weekend

    def add_working_days(self, day: date, count: int) -> date:
        """The working day `count` working days after `day` (before, when negative); 0 gives `day` itself or, when it is
        off, the next working day. Raises `NoWorkingDay`."""
        if count == 0:
            return day if self.is_working_day(day) else self.add_working_days(day, 1)
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        idle = 0
        while left:
            try:
                day += step
            except OverflowError:
                raise NoWorkingDay from None
            if self.is_working_day(day):
                left -= 1
                idle = 0
            else:
                idle += 1
                if idle > _SEARCH_LIMIT:
                    raise NoWorkingDay
        return day

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return self.add_working_days(day, 1)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` is earlier.

        So that `add_working_days(start, working_days_between(start, end)) == end` for working days.
        """
        if end < start:
            return -self.working_days_between(end, start)
        first = start + _DAY
        days = (end - start).days
        weeks, rest = divmod(days, 7)
        working = weeks * (7 - len(self.weekend))
        working += sum((first + _DAY * n).weekday() not in self.weekend for n in range(rest))
        working -= sum(
            start < d <= end and d.weekday() not in self.weekend and d not in self.extra_days for d in self.days_off
        )
        return working + sum(start < d <= end and d.weekday() in self.weekend for d in self.extra_days)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Opening hours on working days, in one zone; what service levels and reminders count in.

    `spans` are (opens, closes) in order, without overlap, within one day; `time.max` as closing means midnight.
    """

    calendar: WorkCalendar
    zone: tzinfo
    spans: tuple[tuple[time, time], ...] = ((time(9), time(18)),)

    def _spans_of(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.calendar.is_working_day(day):
            return []
        spans = []
        for opens, closes in self.spans:
            start = datetime.combine(day, opens, self.zone).astimezone(UTC)
            last = day + _DAY if closes == time.max else day
            end = datetime.combine(last, time.min if closes == time.max else closes, self.zone).astimezone(UTC)
            spans.append((start, end))
        return spans

    def add(self, at: datetime, duration: timedelta) -> datetime:
        """The instant at which `duration` of open time has passed since `at`, in UTC. Raises `NoWorkingDay`."""
        day = at.astimezone(self.zone).date()
        at = at.astimezone(UTC)
        left = duration
        idle = 0
        while True:
            spans = self._spans_of(day)
            for start, end in spans:
                begin = max(start, at)
                if begin >= end:
                    continue
                if left <= end - begin:
                    return begin + left
                left -= end - begin
            idle = 0 if spans else idle + 1
            if idle > _SEARCH_LIMIT:
                raise NoWorkingDay
            day += _DAY

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Open time from `start` to `end`; zero when `end` is not later."""
        total = timedelta()
        day = start.astimezone(self.zone).date()
        last = end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self._spans_of(day):
                total += max(min(closes, end) - max(opens, start), timedelta())
            day += _DAY
        return total


def china_days(years: Iterable[int]) -> list[CalendarDay]:
    """Public holidays and make-up working days of China for `years`, by date.

    Source: the State Council's yearly notice as kept by the `holidays` package. A year whose notice the package does
    not know yet has its statutory holidays only, without make-up days: the table must stay editable.
    """
    wanted = sorted(set(years))
    zh = holidays.country_holidays("CN", years=wanted, language="zh_CN")
    en = holidays.country_holidays("CN", years=wanted, language="en_US")
    days = [CalendarDay(day, False, name, en.get(day, name)) for day, name in zh.items() if day.year in wanted]
    worked: set[date] = set(getattr(zh, "weekend_workdays", ()))
    days += [
        CalendarDay(day, True, "调休上班", "Make-up working day")
        for day in worked
        if day.year in wanted and day.weekday() >= 5
    ]
    return sorted(days, key=lambda d: (d.day, d.working))
