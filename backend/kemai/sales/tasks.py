"""Background work of the sales domain."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.sales.services.assignment import escalate_late
from kemai.sales.services.scoring import rescore_open


@app.periodic(cron="*/5 * * * *", periodic_id="leads.late")
@app.task(name="sales.escalate", queue="system", queueing_lock="escalate")
def escalate(timestamp: int) -> None:
    escalate_late()


@app.periodic(cron="40 18 * * *", periodic_id="leads.rescore")  # 02:40 in China
@app.task(name="sales.rescore", queue="system", queueing_lock="rescore")
def rescore(timestamp: int) -> None:
    rescore_open()
