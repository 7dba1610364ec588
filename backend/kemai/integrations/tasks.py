"""Tidying of integrations."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.base.queue import BACK_OFF, declare
from kemai.integrations.postman import send_due
from kemai.integrations.services import letters
from kemai.integrations.services.deliveries import forget_old
from kemai.kit.words import T


@declare(T("清理推送和邮件记录", "Forgetting old deliveries"), minutes=60)
@app.periodic(cron="23 * * * *", periodic_id="forget_deliveries")
@app.task(name="integrations.forget_deliveries", queue="system", queueing_lock="forget_deliveries")
def forget_deliveries(timestamp: int) -> None:
    forget_old()
    letters.forget_old()


@declare(T("发送邮件", "Sending e-mail"))
@app.periodic(cron="* * * * *", periodic_id="send_mail")
@app.task(name="integrations.send_mail", queue="mail", lock="mail", queueing_lock="mail")
def send_mail(timestamp: int) -> None:
    """Letters that are due (PLT-3)."""
    send_due()


@declare(T("立即发送邮件", "Sending e-mail at once"))
@app.task(name="integrations.send_mail_now", queue="mail", lock="mail", retry=BACK_OFF)
def send_mail_now() -> None:
    """The same, because somebody waits for it: a test, a confirmation."""
    send_due()
