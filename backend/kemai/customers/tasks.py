"""Background work of the customer domain: recycling at night, giving out what arrives, and what is forgotten in time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from kemai.base.queue import declare
from kemai.customers.pooled import pooled_kinds
from kemai.customers.rules.recycling import HOUR
from kemai.customers.services import recycle_admin, taking_back
from kemai.customers.services.quotas import forget_old_views
from kemai.customers.services.recycle_run import run_nightly
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.custom.computed import company_zone

__all__ = ["recycle", "recycle_admin", "taking_back"]


@declare(T("夜间公海回收", "Recycling at night"), minutes=240)
@app.periodic(cron="10,40 * * * *", periodic_id="recycle")
@app.task(name="customers.recycle", queue="jobs", queueing_lock="recycle")
def recycle(timestamp: int) -> None:
    """The hour is the company's, so the schedule only asks whether it has come; once a day however often it asks."""
    if now().astimezone(ZoneInfo(company_zone())).hour == HOUR.value():
        for kind in pooled_kinds():
            run_nightly(kind)
        forget_old_views()
