"""The queue's two entry points: hand an event to a subscriber, run a person's job."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.base import beats, jobs, maintenance, outbox, seals
from kemai.base.queue import BACK_OFF, declare
from kemai.kit.words import T


@declare(T("事件处理", "What follows an event"), minutes=2)
@app.task(name="base.deliver", queue="events", retry=BACK_OFF)
def deliver(outbox_id: int, subscriber: str) -> None:
    outbox.deliver_event(outbox_id, subscriber)


@app.task(name="base.run_job", queue="jobs")
def run_job(job_id: str, kind: str = "") -> None:
    jobs.do_job(job_id)


@declare(T("清理过期数据", "Tidying"), minutes=60)
@app.periodic(cron="17 * * * *", periodic_id="hourly")
@app.task(name="base.tidy", queue="system", queueing_lock="tidy", pass_context=False)
def tidy(timestamp: int) -> None:
    maintenance.tidy()


@declare(T("审计封存", "Sealing the audit"), minutes=60)
@app.periodic(cron="*/20 * * * *", periodic_id="seal")
@app.task(name="base.seal", queue="system", queueing_lock="seal", pass_context=False)
def seal(timestamp: int) -> None:
    seals.seal_audit()


@declare(T("核对时钟", "Looking at the clock"))
@app.periodic(cron="*/10 * * * *", periodic_id="beat")
@app.task(name="base.beat", queue="system", queueing_lock="beat", pass_context=False)
def beat(timestamp: int) -> None:
    beats.beat()
