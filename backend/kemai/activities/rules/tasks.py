"""When a repeating task comes again. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta


def next_due(due: datetime, repeat: str) -> datetime:
    """The next due instant of a task repeated ``daily``, ``weekly`` or ``monthly`` (the last day stands in for a missing one: ACT-4)."""
    if repeat == "daily":
        return due + timedelta(days=1)
    if repeat == "weekly":
        return due + timedelta(days=7)
    if repeat != "monthly":
        raise ValueError(repeat)
    year, month = (due.year + 1, 1) if due.month == 12 else (due.year, due.month + 1)
    return due.replace(year=year, month=month, day=min(due.day, monthrange(year, month)[1]))
