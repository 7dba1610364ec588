"""PLT-7: zones, working days with make-up days, working hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kemai.kit import clock
from kemai.kit.calendar import CalendarDay, NoWorkingDay, WorkCalendar, WorkingHours, china_days

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_today_changes_at_16_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_read", lambda: datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC))
    assert clock.today("Asia/Shanghai") == date(2026, 3, 1)
    monkeypatch.setattr(clock, "_read", lambda: datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert clock.today("Asia/Shanghai") == date(2026, 3, 2)
    assert clock.today(UTC) == date(2026, 3, 1)


def test_now_is_aware_and_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_days_begin_where_they_begin() -> None:
    assert clock.start_of_day(date(2026, 1, 1), "Asia/Shanghai") == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert clock.end_of_day(date(2026, 1, 1), "Asia/Shanghai") == datetime(2026, 1, 1, 16, tzinfo=UTC)
    assert clock.day_of(datetime(2025, 12, 31, 16, tzinfo=UTC), SHANGHAI) == date(2026, 1, 1)
    # Summer time of 1986-1991, and a midnight that does not exist.
    assert clock.start_of_day(date(1988, 7, 1), SHANGHAI) == datetime(1988, 6, 30, 15, tzinfo=UTC)
    assert clock.start_of_day(date(2018, 11, 4), "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)


CHINA_2026 = WorkCalendar.of(china_days([2025, 2026]))


def test_china_knows_holidays_and_make_up_days() -> None:
    assert not CHINA_2026.is_working_day(date(2026, 2, 17))
    assert CHINA_2026.is_working_day(date(2026, 2, 14))  # a Saturday, worked
    assert not CHINA_2026.is_working_day(date(2026, 2, 15))
    assert CHINA_2026.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert CHINA_2026.add_working_days(date(2026, 2, 14), 1) == date(2026, 2, 24)
    assert CHINA_2026.add_working_days(date(2026, 2, 24), -1) == date(2026, 2, 14)
    assert CHINA_2026.add_working_days(date(2026, 2, 15), 0) == date(2026, 2, 24)
    days = china_days([2026])
    assert {d.day.year for d in days} == {2026}
    assert len({d.day for d in days}) == len(days)
    assert all(d.name and d.name_en for d in days)


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(NoWorkingDay):
        WorkCalendar(weekend=frozenset(range(7))).next_working_day(date(2026, 1, 1))
    with pytest.raises(NoWorkingDay):
        WorkCalendar(weekend=frozenset(range(7))).next_working_day(date(9999, 12, 1))


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@settings(max_examples=200, deadline=None)
@given(st.frozensets(DAYS, max_size=10), st.frozensets(DAYS, max_size=10), DAYS, DAYS)
def test_counting_agrees_with_walking(off: frozenset[date], extra: frozenset[date], start: date, end: date) -> None:
    calendar = WorkCalendar(off, extra)
    low, high = min(start, end), max(start, end)
    walked = sum(calendar.is_working_day(low + timedelta(n)) for n in range(1, (high - low).days + 1))
    assert calendar.working_days_between(low, high) == walked
    assert calendar.working_days_between(high, low) == -walked
    if walked:
        assert calendar.add_working_days(low, walked) <= high


def test_working_hours() -> None:
    hours = WorkingHours(CHINA_2026, SHANGHAI, ((time(9), time(12)), (time(13), time(18))))

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 2, day, hour, minute, tzinfo=SHANGHAI)

    assert hours.add(at(13, 11), timedelta(hours=2)) == at(13, 14)
    assert hours.add(at(14, 17, 30), timedelta(hours=1)) == at(24, 9, 30)  # over the Spring Festival
    assert hours.add(at(15, 3), timedelta(0)) == at(24, 9)
    assert hours.between(at(13, 11), at(14, 10)) == timedelta(hours=7)
    assert hours.between(at(14, 10), at(13, 11)) == timedelta(0)
    whole = WorkingHours(WorkCalendar(weekend=frozenset()), UTC, ((time(0), time.max),))
    assert whole.add(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=30)) == datetime(2026, 1, 2, 6, tzinfo=UTC)


def test_special_days_make_a_calendar() -> None:
    special = [CalendarDay(date(2026, 5, 9), True, "调休", ""), CalendarDay(date(2026, 5, 8), False, "休", "")]
    calendar = WorkCalendar.of(special)
    assert calendar.is_working_day(date(2026, 5, 9))
    assert not calendar.is_working_day(date(2026, 5, 8))
