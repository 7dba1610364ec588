"""Background work of administration."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.administration.services import currencies, parked
from kemai.base.queue import declare
from kemai.kit.words import T


@declare(T("告知失败的后台任务", "Telling of failed background work"))
@app.periodic(cron="*/5 * * * *", periodic_id="tell_parked")
@app.task(name="administration.tell_parked", queue="system", queueing_lock="tell_parked")
def tell_parked(timestamp: int) -> None:
    """Who may deal with background work that failed is told of what is new (F-8)."""
    parked.tell()


@declare(T("生效新汇率", "Exchange rates that become valid"))
@app.periodic(cron="7 * * * *", periodic_id="rerate")
@app.task(name="administration.rerate", queue="system", queueing_lock="rerate")
def rerate(timestamp: int) -> None:
    """Amounts of open records by the rate of today (PLT-7)."""
    currencies.rerate_today()
