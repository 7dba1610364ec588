"""Background work of the sales domain."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.base.queue import declare
from kemai.kit.words import T
from kemai.sales.services.assignment import escalate_late
from kemai.sales.services.scoring import rescore_open


@declare(T("线索超时升级", "Leads that are late"))
@app.periodic(cron="*/5 * * * *", periodic_id="leads.late")
@app.task(name="sales.escalate", queue="system", queueing_lock="escalate")
def escalate(timestamp: int) -> None:
    escalate_late()


@declare(T("夜间线索评分", "Scoring leads at night"), minutes=240)
@app.periodic(cron="40 18 * * *", periodic_id="leads.rescore")  # 02:40 in China
@app.task(name="sales.rescore", queue="system", queueing_lock="rescore")
def rescore(timestamp: int) -> None:
    rescore_open()
