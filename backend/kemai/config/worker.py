"""``kemai worker``: one parent with a few processes below it, each of which does one job at a time (F-7, F-8).

A process and not a thread for each job, because only a process can be stopped from outside: whatever a job does (sleeps for ever, eats
memory, crashes the interpreter), it takes nobody with it and its slot is there again at once. The parent loads the product once and forks,
so a process costs milliseconds; it keeps to one thread and never touches the database itself.

Beside the hands there is one process for the errands: outbox, webhooks, and taking up what dead hands left. A hand that has been at one
job for long is replaced by a spare one, which takes only what is short: long imports do not keep messages waiting.
"""

from __future__ import annotations

import gc
import logging
import mmap
import os
import signal
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections

from kemai.config.env import Environment
from kemai.config.errands import run_errands
from kemai.config.hand import SHORT_QUEUES, TOO_LONG, use_hand
from kemai.config.processes import die_with_parent, give_way

log = logging.getLogger(__name__)

GRACE_SECONDS = 7.0
"""From being asked to stop until what still works is stopped: less than the supervisor's own patience."""
SPARE_AFTER_SECONDS = 2.0
OVERDUE_SECONDS = 5.0
"""After its limit a hand ends itself; one that cannot is killed so much later."""
LONGEST_PAUSE = 2.0
LOOK_SECONDS = 0.2


class Slot:
    """Since when a hand has been at its job and how long that may take: memory it shares with the parent, so that asking costs nothing."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 16)
        self.clear()

    def begin(self, seconds: float) -> None:
        self._memory[:] = struct.pack("dd", time.monotonic(), seconds)

    def clear(self) -> None:
        self._memory[:] = bytes(16)

    def busy_for(self) -> float:
        """Seconds at the present job; 0 without one."""
        began, _ = struct.unpack("dd", self._memory[:])
        return time.monotonic() - began if began else 0.0

    def is_overdue(self) -> bool:
        _, limit = struct.unpack("dd", self._memory[:])
        return bool(limit) and self.busy_for() > limit + OVERDUE_SECONDS


@dataclass(eq=False)
class Post:
    """One process below the parent, started again whenever it ends."""

    name: str
    work: Callable[[Slot], None]
    slot: Slot
    pid: int = 0
    started: float = 0.0
    pause: float = 0.0
    again_at: float = 0.0
    wanted: bool = True


def run_worker(env: Environment) -> None:
    """Work until SIGTERM or SIGINT. A hand that meets a database that is away ends, and is started again until it is back."""
    give_way()
    connections.close_all()
    gc.freeze()  # what was loaded stays shared with the children
    Crew(env).run()


class Crew:
    """The parent."""

    def __init__(self, env: Environment) -> None:
        def post(name: str, work: Callable[[Slot], None]) -> Post:
            return Post(name, work, Slot())

        count = env.worker_concurrency
        self.hands = [post(f"hand {n + 1}", lambda slot: use_hand(env, slot, None)) for n in range(count)]
        self.spares = [post(f"spare {n + 1}", lambda slot: use_hand(env, slot, SHORT_QUEUES)) for n in range(count)]
        self.posts = [post("errands", lambda slot: run_errands(env)), *self.hands, *self.spares]
        self.wake = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
        self.usual_mask = signal.pthread_sigmask(signal.SIG_BLOCK, self.wake)

    def run(self) -> None:
        try:
            while not self.is_asked_to_stop(LOOK_SECONDS):
                self.reap()
                self.look_after()
        finally:
            self.stop()

    def is_asked_to_stop(self, seconds: float) -> bool:
        """Wait for a signal, at most so long."""
        found = signal.sigtimedwait(self.wake, seconds)
        return found is not None and found.si_signo != signal.SIGCHLD

    def look_after(self) -> None:
        """Kill what is overdue, keep a spare for everybody who is busy for long, start what is missing."""
        busy = sum(hand.slot.busy_for() > SPARE_AFTER_SECONDS for hand in self.hands)
        for number, spare in enumerate(self.spares):
            spare.wanted = number < busy
        now = time.monotonic()
        for post in self.posts:
            if post.pid and post.slot.is_overdue():
                log.error("%s did not stop at its limit; killed", post.name)
                os.kill(post.pid, signal.SIGKILL)
            elif post.pid and not post.wanted and not post.slot.busy_for():
                os.kill(post.pid, signal.SIGTERM)
            elif not post.pid and post.wanted and now >= post.again_at:
                self.start(post)

    def start(self, post: Post) -> None:
        post.slot.clear()
        post.started = time.monotonic()
        parent = os.getpid()
        post.pid = os.fork()
        if post.pid == 0:
            status = 1
            try:
                signal.pthread_sigmask(signal.SIG_SETMASK, self.usual_mask)
                die_with_parent(signal.SIGKILL, parent)
                post.work(post.slot)
                status = 0
            except Exception as error:
                log.warning("%s: %s", post.name, type(error).__name__)
            finally:
                os._exit(status)

    def reap(self) -> None:
        """Note who ended. What ended well, or for the sake of its job's limit, is replaced at once; else after a growing pause."""
        while any(post.pid for post in self.posts):
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            post = next((post for post in self.posts if post.pid == pid), None)
            if post is None:
                continue
            post.pid = 0
            code, lived = os.waitstatus_to_exitcode(status), time.monotonic() - post.started
            if code < 0:
                log.warning("%s was killed by signal %s", post.name, -code)
            fresh = code in (0, TOO_LONG) or lived > 10
            post.pause = 0.0 if fresh else min(max(post.pause * 2, 0.1), LONGEST_PAUSE)
            post.again_at = time.monotonic() + post.pause

    def stop(self) -> None:
        """Politely first; what does not end is killed, and its job taken up by whoever comes next."""
        for post in self.posts:
            if post.pid:
                os.kill(post.pid, signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while any(post.pid for post in self.posts) and time.monotonic() < end:
            signal.sigtimedwait(self.wake, LOOK_SECONDS)
            self.reap()
        for post in self.posts:
            if post.pid:
                os.kill(post.pid, signal.SIGKILL)
                os.waitpid(post.pid, 0)
