"""One process of the worker that takes jobs from the queue and does them, one at a time, within their limits (F-7, F-8)."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

import structlog
from django.db import close_old_connections
from procrastinate import JobContext, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.jobs import Job as Queued
from procrastinate.worker import Worker

from kemai.base import queue
from kemai.config.env import Environment

log = structlog.get_logger(__name__)

SHORT_QUEUES = ("events", "mail", "system")
"""What a spare hand takes: everything but what people start and watch."""
TOO_LONG = 75
"""Exit status of a hand that ended because its job took too long."""
POLL_SECONDS = 1.0
GRACE_SECONDS = 6.0
BEATS_IN_LEASE = 6


class Slot(Protocol):
    """Where a hand says what it is at."""

    def begin(self, seconds: float) -> None: ...
    def clear(self) -> None: ...


def use_hand(env: Environment, slot: Slot, queues: tuple[str, ...] | None) -> None:
    """Do jobs until SIGTERM. Ends with an error when the database goes away; the parent starts another."""
    if env.job_memory_mb and sys.platform == "linux":
        limit = env.job_memory_mb * 1024 * 1024  # beyond it the job meets a MemoryError, which counts as a try
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    asyncio.run(serve(env, slot, queues))


async def serve(env: Environment, slot: Slot, queues: tuple[str, ...] | None) -> None:
    # Its own connections past any pooler: the queue listens for notifications, which a pooler swallows.
    connector = PsycopgConnector(
        conninfo=env.database_direct_url, min_size=1, max_size=4, kwargs={"connect_timeout": 5}
    )
    only: dict[str, Any] = {"queues": list(queues)} if queues else {}  # as a tuple it would reach SQL as a record
    async with app.with_connector(connector).open_async() as opened:
        await opened.run_worker_async(
            **only,
            concurrency=1,
            fetch_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=GRACE_SECONDS,
            update_heartbeat_interval=env.job_lease_seconds / BEATS_IN_LEASE,
            stalled_worker_timeout=env.job_lease_seconds,
            delete_jobs="always",
            install_signal_handlers=True,
            worker_middleware=[partial(attend, slot)],
        )


async def attend(slot: Slot, call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
    """Around every job: its time is limited, and what is not to be tried again is parked before the queue forgets it."""
    job = context.job
    assert job.id is not None
    limit = queue.kind_of(job.task_name, job.task_kwargs).seconds
    slot.begin(limit)
    try:
        doing = asyncio.ensure_future(call_next())
        await asyncio.wait({doing}, timeout=limit)
        if not doing.done():
            log.error("job took too long and is stopped", job=job.id, task=job.task_name, seconds=limit)
            await ask(queue.give_back, job.id, "too_long")
            os._exit(TOO_LONG)  # a thread cannot be stopped, a process can
        try:
            result = doing.result()
        except Exception as error:
            await note_failure(job, error)
            raise
        if job.queueing_lock:
            await ask(queue.has_succeeded, job.queueing_lock)
        return result
    finally:
        slot.clear()


async def note_failure(job: Queued, error: Exception) -> None:
    """Log what went wrong, without its words (P-8), and park the job when this was its last try."""
    traceback.clear_frames(error.__traceback__)  # what a job that ran out of memory still holds is needed here
    log.error("job failed", job=job.id, task=job.task_name, tries=job.attempts + 1, exc_info=error)
    task = app.tasks.get(job.task_name)
    if task is None or task.get_retry_exception(exception=error, job=job) is None:
        assert job.id is not None
        taken = queue.Taken(
            job.id, job.queue, job.task_name, job.lock, job.queueing_lock, job.task_kwargs, job.attempts + 1
        )
        await ask(queue.park, taken, "error", queue.describe_error(error))


async def ask(function: Callable[..., None], *arguments: Any) -> None:
    """Ask the database through Django, in a thread, on a connection that lives."""

    def asked() -> None:
        close_old_connections()
        function(*arguments)

    await asyncio.to_thread(asked)
