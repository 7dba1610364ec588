"""When to try again, when to stop trying a receiver for a while, and when to give up (F-9)."""

from __future__ import annotations

from datetime import timedelta

#: Between the nine tries of a delivery: together a day.
DELAYS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 900, 3600, 7200, 21600, 52730))
TRIES = len(DELAYS) + 1
#: So many failures in a row open the breaker: the receiver is left alone, then tried with a single delivery.
BREAKER = 5
#: A receiver that has taken nothing for so long is paused and its owner told.
DEAD_AFTER = timedelta(hours=24)


def delay_after(attempts: int) -> timedelta:
    """How long to wait after the n-th failed try (1, 2, …)."""
    return DELAYS[min(max(attempts, 1), len(DELAYS)) - 1]


def breaker_delay(level: int) -> timedelta:
    """How long the breaker stays open the (level + 1)-th time: as short as a restart at first."""
    return DELAYS[min(level, len(DELAYS) - 1)]
