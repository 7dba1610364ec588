"""The queue's two entry points: hand an event to a subscriber, run a person's job."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kemai.base import beats, jobs, maintenance, outbox, seals


@app.task(name="base.deliver", queue="events", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def deliver(outbox_id: int, subscriber: str) -> None:
    outbox.deliver_event(outbox_id, subscriber)


@app.task(name="base.run_job", queue="jobs", retry=RetryStrategy(max_attempts=3, exponential_wait=2))
def run_job(job_id: str) -> None:
    jobs.run_job(job_id)


@app.periodic(cron="17 * * * *", periodic_id="hourly")
@app.task(name="base.tidy", queue="system", queueing_lock="tidy", pass_context=False)
def tidy(timestamp: int) -> None:
    maintenance.tidy()


@app.periodic(cron="*/20 * * * *", periodic_id="seal")
@app.task(name="base.seal", queue="system", queueing_lock="seal", pass_context=False)
def seal(timestamp: int) -> None:
    seals.seal_audit()


@app.periodic(cron="*/10 * * * *", periodic_id="beat")
@app.task(name="base.beat", queue="system", queueing_lock="beat", pass_context=False)
def beat(timestamp: int) -> None:
    beats.beat()
