"""When the next contact of a cadence is due. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from kemai.kit.calendar import WorkCalendar


def last_day_in_time(today: date, days: int, *, working_days: bool, calendar: WorkCalendar) -> date:
    """Whoever was last contacted on this day or earlier is due today: ``days`` (working) days have passed since (ACT-3)."""
    return calendar.add_working_days(today, -days) if working_days else today - timedelta(days=days)


def day_after(start: date, days: int, *, working_days: bool, calendar: WorkCalendar) -> date:
    """``days`` (working) days after ``start``; 0 is the day itself, or the next working one."""
    return calendar.add_working_days(start, days) if working_days else start + timedelta(days=days)
