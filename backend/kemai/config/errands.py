"""The worker's process for what is no job: the outbox, the webhooks, and the jobs that dead hands left (F-7)."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import close_old_connections

from kemai.base.outbox import dispatch_pending
from kemai.base.queue import take_up_lost
from kemai.config.env import Environment
from kemai.integrations.pump import pump_until

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
TROUBLED_SECONDS = 1.0


def run_errands(env: Environment) -> None:
    """All of them until SIGTERM; each waits by itself for a database that is away."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    errands = [
        threading.Thread(target=repeat_until, args=[stop, "outbox", hand_events_on], daemon=True),
        threading.Thread(target=repeat_until, args=[stop, "lost jobs", lambda: take_up(env)], daemon=True),
        threading.Thread(target=pump_until, args=[stop], name="webhooks", daemon=True),
    ]
    for errand in errands:
        errand.start()
    while not stop.wait(60):  # a thread that waits for ever is deaf to signals on some systems
        pass
    for errand in errands:
        errand.join(5)


def repeat_until(stop: threading.Event, name: str, errand: Callable[[], float]) -> None:
    """Run ``errand`` again and again, each time after as many seconds as it said."""
    pause, failing = 0.0, False
    while not stop.wait(pause):
        try:
            pause = errand()
            failing = False
        except Exception as error:
            close_old_connections()
            if not failing:  # once per trouble, not five times a second
                log.warning(
                    "%s: waiting, %s", name, type(error).__name__ if isinstance(error, DatabaseError) else repr(error)
                )
            pause, failing = TROUBLED_SECONDS, True


def hand_events_on() -> float:
    """Turn outbox rows into jobs, five times a second, more often while there are many."""
    return 0.0 if dispatch_pending() else POLL_SECONDS


def take_up(env: Environment) -> float:
    """Give the jobs of dead hands back to the queue, so that each is done again within one and a half leases."""
    if count := take_up_lost(env.job_lease_seconds):
        log.warning("%s jobs had lost their worker", count)
    return env.job_lease_seconds / 2
