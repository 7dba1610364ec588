"""The one clock. Nothing else asks the machine for the time, so a test can set it by patching `_read`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

_read: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731  (a variable on purpose: tests replace it)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _read()


def zone_of(zone: str | tzinfo) -> tzinfo:
    """A time zone from its IANA name (`Asia/Shanghai`). Raises `ZoneInfoNotFoundError` or `ValueError` for no zone."""
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def today(zone: str | tzinfo) -> date:
    """The present date in `zone`: the company's for rules and schedules, the user's for what is shown (decision 20)."""
    return now().astimezone(zone_of(zone)).date()


def day_of(at: datetime, zone: str | tzinfo) -> date:
    """The date of an instant in `zone`."""
    return at.astimezone(zone_of(zone)).date()


def start_of_day(day: date, zone: str | tzinfo) -> datetime:
    """The first instant of `day` in `zone`, in UTC. Where summer time skips midnight: the first instant that exists."""
    # fold=0: of two midnights the earlier; a skipped one maps to the moment of the change.
    return datetime.combine(day, time.min, zone_of(zone)).astimezone(UTC)


def end_of_day(day: date, zone: str | tzinfo) -> datetime:
    """The first instant after `day` in `zone`, in UTC: use it as an open end (`at < end`)."""
    return start_of_day(day + timedelta(days=1), zone)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Run a block as if it were ``moment`` (the demo's history, tests). For this process and thread of work only: never in a server."""
    global _read
    before = _read
    _read = lambda: moment  # noqa: E731
    try:
        yield
    finally:
        _read = before
