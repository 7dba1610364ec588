"""Reading from a hot standby (PLT-13): the one place that decides whether a statement goes there.

A request that only reads asks the primary once how far its log is on disk, and the standby whether it has replayed that far. Only then the
standby answers. So it has everything that was committed anywhere before it was asked: what the caller wrote himself, through whatever
process or device, what a message or a finished job told him of, and every right that was taken away. Nothing waits: where the standby is
behind, away, or breaks off, the primary answers. Without ``REPLICA_URL`` nothing here does anything.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
import structlog
from django.conf import settings
from django.db import connection

from kemai.base.standby import NEEDED, PLACE, TELL_SECONDS, StandbyState, identity_of, judge, state_of

log = structlog.get_logger(__name__)
R = TypeVar("R")

#: Seconds within which a standby says how far it is; one that is silent for longer is away.
CHECK_SECONDS = 1.0
#: Seconds between two tries to reach one that is away. They are made beside the requests, which never wait for them.
RETRY_SECONDS = 2.0
#: One that is behind is left alone for as long as it has been behind, and for this long at most.
BEHIND_SECONDS = 1.0
#: A trouble that comes back within so many seconds is the same trouble, and told once.
QUIET_SECONDS = 10.0


class Link(psycopg.Connection[Any]):
    """A connection that gives up on a silent server: one thread serves all requests of a process, and the standby is only a help."""

    patience: float | None = CHECK_SECONDS
    identity = 0

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        return super().wait(gen, interval, self.patience if timeout is None else timeout)


@dataclass(slots=True)
class Reading:
    """A request (or a job) that only reads. ``link``: where its statements go, once ``decided``; None is the primary."""

    patience: float
    decided: bool = False
    link: Link | None = None


_reading: ContextVar[Reading | None] = ContextVar("kemai_reading", default=None)


@contextmanager
def reading(*, patience: float = 0) -> Iterator[None]:
    """Let the standby answer the lists and figures of this block. ``patience``: seconds a job may wait for it to catch up."""
    if not settings.REPLICA_URL:
        yield
        return
    token = _reading.set(Reading(patience))
    try:
        yield
    finally:
        _reading.reset(token)


def link() -> Link | None:
    """Where the next statement is to be read; None is the primary, as always outside :func:`reading` and inside a transaction."""
    current = _reading.get()
    if current is None or connection.in_atomic_block:
        return None
    if not current.decided:
        current.decided, current.link = True, _standby.take(current.patience)
    return current.link


def leave() -> None:
    """Somebody acts: from here on this request reads what it writes."""
    current = _reading.get()
    if current is not None:
        current.decided, current.link = True, None


def broke_off(error: psycopg.Error) -> None:
    """The standby did not answer: the primary does, for the rest of this request. A statement that took too long is not tried again."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        with connection.wrap_database_errors:
            raise error
    leave()
    _standby.lost(error)


def read_whole(run: Callable[[], R], *, patience: float) -> R:
    """Long reading by a job: with the standby, and where that breaks off in the middle, again from the beginning with the primary."""
    try:
        with reading(patience=patience):
            return run()
    except psycopg.Error as error:  # the primary's come as Django's
        _standby.lost(error)
    return run()


def trouble_of_standby() -> str:
    """How this process finds the standby: nothing to say, "behind" for long, "away", "broke_off", "foreign" or "promoted"."""
    _standby.take()
    return _standby.trouble


def standby_state() -> StandbyState:
    """How far it is by this process's own connection; never waits longer than for one short answer."""
    return _standby.state()


class Standby:
    """This process's connection to the standby, and what is known of it."""

    def __init__(self) -> None:
        self.link: Link | None = None
        self.connecting = False
        self.again_at = 0.0
        self.behind_since: float | None = None
        self.primary: int | None = None
        self.trouble, self.trouble_at = "", 0.0

    def take(self, patience: float = 0) -> Link | None:
        """The connection, where the standby has all that the primary has on disk now."""
        if time.monotonic() < self.again_at:
            return None
        found = self._connected(patience)
        if found is None:
            return None
        needed = self._needed()
        end = time.monotonic() + patience
        while True:
            try:
                found.patience = CHECK_SECONDS
                stands_by, replayed = found.execute(PLACE).fetchone() or (False, 0)
            except psycopg.Error as error:
                self.lost(error)
                return None
            same = found.identity == self.primary
            verdict = judge(same=same, stands_by=stands_by, replayed=replayed, needed=needed)
            if verdict == "":
                self._recovered()
                found.patience = settings.STATEMENT_SECONDS + 1 if settings.STATEMENT_SECONDS else None
                return found
            if verdict != "behind" or time.monotonic() >= end:
                self._unfit(verdict)
                return None
            time.sleep(0.01)

    def state(self) -> StandbyState:
        self.again_at = 0.0
        self.take(CHECK_SECONDS)
        found = self.link
        if found is None or self.primary is None:
            return StandbyState("away")
        try:
            found.patience = CHECK_SECONDS
            return state_of(found, needed=self._needed(), same=found.identity == self.primary)
        except psycopg.Error as error:
            self.lost(error)
            return StandbyState("away")

    def lost(self, error: psycopg.Error) -> None:
        """It did not answer, or broke a statement off: replay cancels what stands in its way."""
        found = self.link
        gone = found is not None and (found.closed or error.sqlstate is None)
        self._tell("away" if gone else "broke_off", error)
        if found is not None and gone:
            self.link = None
            self.again_at = time.monotonic() + RETRY_SECONDS
            found.close()

    def _needed(self) -> int:
        """How far the primary's log is on disk. A commit is seen by others only when it is."""
        if self.primary is None:
            connection.ensure_connection()
            self.primary = identity_of(connection.connection)
        with connection.cursor() as cursor:
            cursor.execute(NEEDED)
            return int(cursor.fetchone()[0])

    def _connected(self, patience: float) -> Link | None:
        """The connection, None while there is none: another thread makes it. Only a job waits for that."""
        end = time.monotonic() + patience
        while self.link is None:
            if not self.connecting:
                self.connecting = True
                threading.Thread(target=self._connect, name="standby", daemon=True).start()
            if time.monotonic() >= end:
                return None
            time.sleep(0.01)
        return self.link

    def _connect(self) -> None:
        try:
            made = Link.connect(
                settings.REPLICA_URL, autocommit=True, prepare_threshold=None, options=settings.STATEMENT_LIMITS,
                connect_timeout=2, keepalives_idle=5, keepalives_interval=2, keepalives_count=3, tcp_user_timeout=3000,
            )  # fmt: skip
            made.execute("SET TIME ZONE 'UTC'")
            made.identity = identity_of(made)
            self.link = made
        except psycopg.Error as error:
            self.again_at = time.monotonic() + RETRY_SECONDS
            self._tell("away", error)
        finally:
            self.connecting = False

    def _unfit(self, verdict: str) -> None:
        moment = time.monotonic()
        if verdict != "behind":
            self.again_at = moment + RETRY_SECONDS
            self._tell(verdict)
            return
        if self.behind_since is None:
            self.behind_since = moment
        lasted = moment - self.behind_since
        self.again_at = moment + min(lasted, BEHIND_SECONDS)
        if lasted >= TELL_SECONDS:
            self._tell(verdict)

    def _recovered(self) -> None:
        self.behind_since = None
        if self.trouble and time.monotonic() - self.trouble_at > QUIET_SECONDS:
            self.trouble = ""
            log.info("the standby answers again")

    def _tell(self, trouble: str, error: psycopg.Error | None = None) -> None:
        """In the log once, however many requests meet it."""
        if trouble != self.trouble:
            log.warning("the primary answers instead of the standby", trouble=trouble, exc_info=error)
        self.trouble, self.trouble_at = trouble, time.monotonic()


_standby = Standby()
