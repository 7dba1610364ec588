"""Tidying of integrations."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.integrations.services.deliveries import forget_old


@app.periodic(cron="23 * * * *", periodic_id="forget_deliveries")
@app.task(name="integrations.forget_deliveries", queue="system", queueing_lock="forget_deliveries")
def forget_deliveries(timestamp: int) -> None:
    forget_old()
