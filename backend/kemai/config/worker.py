"""``kemai worker``: jobs, the schedule, the outbox dispatcher and the sender of webhooks in one process."""

from __future__ import annotations

import asyncio
import logging
import threading

from django.db import Error as DatabaseError
from django.db import close_old_connections
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app

from kemai.base.outbox import dispatch_pending
from kemai.config.env import Environment
from kemai.config.processes import give_way
from kemai.integrations.pump import pump_until

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
HEARTBEAT_SECONDS = 5.0
STALLED_AFTER_SECONDS = 30.0
"""A worker silent for this long is dead: its jobs are taken up again within a minute (F-7)."""
GRACE_SECONDS = 6.0


def run_worker(env: Environment) -> None:
    """Work until SIGTERM or SIGINT. Dies when the database goes away; whoever started us starts us again."""
    give_way()
    stop = threading.Event()
    helpers = [
        threading.Thread(target=dispatch_until, args=[stop], name="outbox", daemon=True),
        threading.Thread(target=pump_until, args=[stop], name="webhooks", daemon=True),
    ]
    for helper in helpers:
        helper.start()
    try:
        asyncio.run(work(env))
    finally:
        stop.set()
        for helper in helpers:
            helper.join(5)


async def work(env: Environment) -> None:
    # Its own connections past any pooler: the queue listens for notifications, which a pooler swallows.
    connector = PsycopgConnector(
        conninfo=env.database_direct_url, min_size=1, max_size=env.worker_concurrency + 3, kwargs={"connect_timeout": 5}
    )
    async with app.with_connector(connector).open_async() as opened:
        rescue = asyncio.create_task(take_up_stalled(opened))
        try:
            await opened.run_worker_async(
                concurrency=env.worker_concurrency,
                fetch_job_polling_interval=1.0,
                shutdown_graceful_timeout=GRACE_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_AFTER_SECONDS,
                delete_jobs="successful",
                install_signal_handlers=True,
            )
        finally:
            rescue.cancel()


async def take_up_stalled(opened: App) -> None:
    """Give the jobs of dead workers back to the queue."""
    while True:
        await asyncio.sleep(STALLED_AFTER_SECONDS / 2)
        for job in await opened.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
            log.warning("job %s (%s) lost its worker; queued again", job.id, job.task_name)
            await opened.job_manager.retry_job(job)


def dispatch_until(stop: threading.Event) -> None:
    """Turn outbox rows into jobs, five times a second, more often while there are many."""
    pause, failing = POLL_SECONDS, False
    while not stop.wait(pause):
        try:
            pause = 0.0 if dispatch_pending() else POLL_SECONDS
            failing = False
        except Exception as error:
            close_old_connections()
            if not failing:  # once per trouble, not five times a second
                log.warning("outbox: waiting, %s", error if isinstance(error, DatabaseError) else repr(error))
            pause, failing = 1.0, True
