"""Tidying of integrations."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.integrations.postman import send_due
from kemai.integrations.services import letters
from kemai.integrations.services.deliveries import forget_old


@app.periodic(cron="23 * * * *", periodic_id="forget_deliveries")
@app.task(name="integrations.forget_deliveries", queue="system", queueing_lock="forget_deliveries")
def forget_deliveries(timestamp: int) -> None:
    forget_old()
    letters.forget_old()


@app.periodic(cron="* * * * *", periodic_id="send_mail")
@app.task(name="integrations.send_mail", queue="mail", lock="mail", queueing_lock="mail")
def send_mail(timestamp: int) -> None:
    """Letters that are due (PLT-3)."""
    send_due()


@app.task(name="integrations.send_mail_now", queue="mail", lock="mail")
def send_mail_now() -> None:
    """The same, because somebody waits for it: a test, a confirmation."""
    send_due()
