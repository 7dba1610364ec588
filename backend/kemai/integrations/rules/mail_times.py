"""When a message goes out by mail, and when a letter that was not taken is tried again or given up (PLT-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

#: What happens within a minute comes in one letter; what was read meanwhile does not come at all.
GATHER = timedelta(seconds=60)
#: Between the eight tries of a letter: together not quite a day.
DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
TRIES = len(DELAYS) + 1
#: A letter that waits for so long because the server is away is parked.
GIVE_UP_AFTER = timedelta(hours=24)
#: A server that failed is left alone for so long: the n-th failure in a row, and all after the last.
REST = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 15))
#: So many failures in a row, and whoever looks after the mail is told.
TELL_AFTER = 3


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a person wants letters: as things happen, or once a day at an hour; none between two hours (as things happen only)."""

    daily: bool = False
    digest_hour: int = 8
    quiet_from: int | None = None
    quiet_to: int | None = None


def decide_due(rhythm: Rhythm, moment: datetime, zone: tzinfo) -> datetime:
    """When a message of ``moment`` goes out to somebody who lives in ``zone``."""
    if rhythm.daily:
        return _next_hour(moment, rhythm.digest_hour, zone)
    due = moment + GATHER
    if rhythm.quiet_from is None or rhythm.quiet_to is None or not _is_quiet(rhythm, due.astimezone(zone).hour):
        return due
    return _next_hour(due, rhythm.quiet_to, zone)


def _is_quiet(rhythm: Rhythm, hour: int) -> bool:
    first, last = rhythm.quiet_from or 0, rhythm.quiet_to or 0
    return first <= hour < last if first <= last else hour >= first or hour < last


def _next_hour(moment: datetime, hour: int, zone: tzinfo) -> datetime:
    """The first instant after ``moment`` at which the clocks of ``zone`` show the full hour."""
    local = moment.astimezone(zone)
    found = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if found <= local:
        found = (local + timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return found.astimezone(moment.tzinfo)


def delay_after(attempts: int) -> timedelta | None:
    """How long a letter waits after its n-th failed try; None when that was the last."""
    return DELAYS[attempts - 1] if attempts <= len(DELAYS) else None


def rest_after(failures: int) -> timedelta:
    """How long the server is left alone after its n-th failure in a row."""
    return REST[min(max(failures, 1), len(REST)) - 1]
