"""How often, how long and how hard the queue tries, and where a job goes that does not get done (F-7, F-8).

A job that failed, overran its time or lost its process is tried again after a growing pause, five times in all; then it is *parked*: out
of the queue, kept with why, until an administrator has it done again or discards it.

Two kinds are not tried again after an *error* (a bug, as refusals are no errors): a person's job, which has ended for him with the reason,
and what a schedule brings, since it brings it anew; its last failure stays parked until a run of it succeeds.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job as Queued

from kemai.base.jobs import give_up_job, kind_of_job, reopen_job
from kemai.base.models import ParkedJob
from kemai.kit.clock import now
from kemai.kit.words import T

TRIES = 5
PAUSE = 3
"""Seconds before the second try; each further pause is three times as long."""
MINUTES = 10
"""How long a job may take that says nothing else."""

Task = TypeVar("Task")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a kind of job: its name for people, and after how many seconds it is stopped."""

    label: T
    seconds: float


UNKNOWN = Kind(T("未知任务", "Unknown work"), MINUTES * 60)
_kinds: dict[str, Kind] = {}


def declare(label: T, *, minutes: float = MINUTES) -> Callable[[Task], Task]:
    """Name a task for people and say how long it may take. A schedule's job and an event's want a name; a person's has its kind's."""

    def register(task: Task) -> Task:
        _kinds[task.name] = Kind(label, minutes * 60)  # type: ignore[attr-defined]
        return task

    return register


def kind_of(task: str, arguments: dict[str, Any]) -> Kind:
    """The kind of a job in the queue."""
    if task == "base.run_job":
        found = kind_of_job(str(arguments.get("kind", "")))
        return Kind(found.label, found.minutes * 60) if found else UNKNOWN
    return _kinds.get(task, UNKNOWN)


def pause_after(tries: int) -> int:
    """Seconds until the next try, after so many."""
    return int(PAUSE**tries)


class BackOff(BaseRetryStrategy):
    """Tried again after 3, 9, 27 and 81 seconds; not for what has a ``queueing_lock``, which may stand in the queue again already."""

    def get_retry_decision(self, *, exception: BaseException, job: Queued) -> RetryDecision | None:
        tries = job.attempts + 1
        return RetryDecision(retry_in={"seconds": pause_after(tries)}) if tries < TRIES else None


BACK_OFF = BackOff()


def describe_error(error: BaseException) -> str:
    """Of an error its kinds and where it rose, innermost last. Not its words: a database's error quotes the row it refused (P-8)."""
    kinds: list[str] = []
    place = ""
    found: BaseException | None = error
    while found is not None and len(kinds) < 4:
        state = getattr(found, "sqlstate", None)
        kinds.append(f"{type(found).__name__}{f'[{state}]' if state else ''}")
        for frame in traceback.extract_tb(found.__traceback__):
            if "/kemai/" in frame.filename:
                place = f"{frame.filename.rsplit('/kemai/', 1)[1]}:{frame.lineno}"
        found = found.__cause__ or found.__context__
    return " < ".join(kinds) + (f" @ {place}" if place else "")


# ---------------------------------------------------------------- parking

_COLUMNS = "j.id, j.queue_name, j.task_name, j.lock, j.queueing_lock, j.args::text, j.attempts"
_LOST = f"""
SELECT {_COLUMNS} FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s))
ORDER BY j.id FOR UPDATE OF j SKIP LOCKED
"""
_ONE = f"SELECT {_COLUMNS} FROM procrastinate_jobs j WHERE j.id = %s AND j.status = 'doing' FOR UPDATE"
_AGAIN = (
    "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, worker_id = NULL, "
    "scheduled_at = now() + make_interval(secs => %s) WHERE id = %s"
)
_GONE = "DELETE FROM procrastinate_jobs WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that somebody took and did not get done. ``tries`` counts this one."""

    id: int
    queue: str
    task: str
    lock: str | None
    queueing_lock: str | None
    arguments: dict[str, Any]
    tries: int


def take_up_lost(seconds: float) -> int:
    """Have the jobs of processes that were silent for so long tried again, or park them; returns how many there were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOST, [seconds])
        found = [_taken(row) for row in cursor.fetchall()]
        for job in found:
            _settle(job, "lost")
    return len(found)


def give_back(job_id: int, reason: str) -> None:
    """The same for one job whose process is about to end because of it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ONE, [job_id])
        if row := cursor.fetchone():
            _settle(_taken(row), reason)


def _taken(row: tuple[Any, ...]) -> Taken:
    key, queue, task, lock, queueing_lock, arguments, attempts = row
    return Taken(key, queue, task, lock, queueing_lock, orjson.loads(arguments), attempts + 1)


def _settle(job: Taken, reason: str) -> None:
    with connection.cursor() as cursor:
        if job.tries >= TRIES:
            park(job, reason)
            cursor.execute(_GONE, [job.id])
            return
        try:
            with transaction.atomic():
                cursor.execute(_AGAIN, [pause_after(job.tries), job.id])
        except IntegrityError:  # the schedule has brought it anew meanwhile
            cursor.execute(_GONE, [job.id])


def park(job: Taken, reason: str, detail: str = "") -> None:
    """Keep a job out of the queue, with why: ``error``, ``too_long`` or ``lost``. Of a schedule's, the latest failure alone."""
    columns = {
        "queue": job.queue,
        "task": job.task,
        "lock": job.lock,
        "arguments": job.arguments,
        "tries": job.tries,
        "reason": reason,
        "detail": detail[:500],
        "parked_at": now(),
    }
    with transaction.atomic():
        if job.queueing_lock:
            ParkedJob.objects.filter(queueing_lock=job.queueing_lock).exclude(queued_as=job.id).delete()
        ParkedJob.objects.update_or_create(
            queued_as=job.id, defaults=columns | {"queueing_lock": job.queueing_lock, "told": False}
        )
        if job.task == "base.run_job":
            give_up_job(job.arguments["job_id"])


def has_succeeded(queueing_lock: str) -> None:
    """What the schedule brings works again: the failure kept of it is history."""
    ParkedJob.objects.filter(queueing_lock=queueing_lock).delete()


def can_go_on() -> Q:
    """Of parked jobs those that may be done again: a person's that erred has ended for him, and he may start another."""
    return ~Q(task="base.run_job", reason="error")


def unpark(parked: ParkedJob) -> None:
    """Queue a parked job as if it were new. Inside the caller's transaction."""
    if parked.task == "base.run_job":
        reopen_job(parked.arguments["job_id"])
    parked.delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'", [parked.queueing_lock]
        )
        if cursor.fetchone() is None:
            place = app.configure_task(
                parked.task, queue=parked.queue, lock=parked.lock, queueing_lock=parked.queueing_lock
            )
            place.defer(**parked.arguments)
