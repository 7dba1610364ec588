"""Whether there is room for what is written (F-4): stopping a little before the disk is full keeps PostgreSQL from ever meeting the end
of it, where it would have to stop as a whole. Reading goes on, and so does writing as soon as there is room again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

LOOK_SECONDS = 1.0
"""So often at most the disk is asked."""


class Room:
    """The volumes the data is on, and how much of each is kept free."""

    def __init__(self, volumes: list[Path], reserve_mb: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.volumes, self.reserve, self.clock = volumes, reserve_mb * 1024 * 1024, clock
        self.look_again = float("-inf")
        self.short = False

    def is_short(self) -> bool:
        """Whether nothing more should be written now."""
        if self.reserve and self.clock() >= self.look_again:
            self.look_again = self.clock() + LOOK_SECONDS
            self.short = any(free < self.reserve for volume in self.volumes if (free := _free(volume)) is not None)
        return self.short


def _free(volume: Path) -> int | None:
    """Bytes; None where one cannot look."""
    try:
        found = os.statvfs(volume)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize
