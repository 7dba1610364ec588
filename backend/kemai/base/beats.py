"""Whether the clock can be believed (F-5): it is looked at every ten minutes beside the database's and beside one that cannot be set.

Work that would harm much on a wrong day (recycling to the pool) asks :func:`clock_trouble` first. A jump stays remembered until a person
says that all is well (:func:`trust_clock`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from kemai.base.models import ClockBeat
from kemai.kit.clock import now

TOLERANCE = timedelta(hours=1)
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Reading:
    """The clocks at one moment. ``ticks``: seconds since the machine started, sleep included; ``boot`` names that start."""

    at: datetime
    database: datetime
    boot: str
    ticks: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the clock is not believed: ``database`` (they differ) or ``jumped``, and by how many seconds."""

    reason: str
    seconds: float


def read_clocks() -> Reading:
    """All clocks at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        database = cursor.fetchone()[0]
    boot = _BOOT.read_text().strip() if _BOOT.exists() else ""
    return Reading(now(), database, boot, time.clock_gettime(time.CLOCK_BOOTTIME))


def difference(reading: Reading, beat: ClockBeat | None) -> Trouble | None:
    """What is wrong with a reading, by itself and beside the last look. Pure.

    Across a restart of the machine a gap may be honest (it was switched off); going back is not.
    """
    apart = (reading.at - reading.database).total_seconds()
    limit = TOLERANCE.total_seconds()
    if abs(apart) > limit:
        return Trouble("database", apart)
    if beat is None:
        return None
    passed = (reading.at - beat.at).total_seconds()
    if reading.boot and reading.boot == beat.boot:
        jumped = passed - (reading.ticks - beat.ticks)
        return Trouble("jumped", jumped) if abs(jumped) > limit else None
    return Trouble("jumped", passed) if passed < -limit else None


def beat() -> Trouble | None:
    """The regular look: remembers what the clocks say, and a jump since the last time."""
    with transaction.atomic():
        last = ClockBeat.objects.select_for_update().filter(pk=1).first()
        reading = read_clocks()
        trouble = difference(reading, last)
        row = last or ClockBeat(pk=1)
        row.at, row.boot, row.ticks = reading.at, reading.boot, reading.ticks
        if trouble:
            row.jumped_at, row.jumped_by = reading.at, trouble.seconds
        row.save(force_insert=last is None)
    return trouble


def clock_trouble() -> Trouble | None:
    """Why nothing should be decided by today's date, None when the clock can be believed."""
    row = ClockBeat.objects.filter(pk=1).first()
    trouble = difference(read_clocks(), row)
    if trouble or row is None or row.jumped_at is None:
        return trouble
    return Trouble("jumped", row.jumped_by or 0.0)


def trust_clock() -> None:
    """A person has looked: the jump is forgotten, and what the clocks say now is the measure."""
    reading = read_clocks()
    ClockBeat.objects.update_or_create(
        pk=1,
        defaults={"at": reading.at, "boot": reading.boot, "ticks": reading.ticks, "jumped_at": None, "jumped_by": None},
    )
