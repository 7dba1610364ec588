"""When a yearly day comes round. Pure (CUS-4)."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta


def days_from(today: date, days: int) -> list[tuple[int, int]]:
    """(month, day) of today and the next ``days`` days; 29 February is kept on the 28th of a year that lacks it."""
    found = []
    for n in range(days + 1):
        day = today + timedelta(days=n)
        found.append((day.month, day.day))
        if (day.month, day.day) == (2, 28) and not isleap(day.year):
            found.append((2, 29))
    return found
