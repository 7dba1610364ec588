"""Background work about personal data."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.base.queue import declare
from kemai.kit.words import T
from kemai.privacy.services import copy, erase, requests

__all__ = ["copy", "erase", "remind"]


@declare(T("个人信息请求到期提醒", "Requests of persons that are due"))
@app.periodic(cron="15 1 * * *", periodic_id="privacy.remind")  # 09:15 in China
@app.task(name="privacy.remind", queue="system", queueing_lock="privacy.remind")
def remind(timestamp: int) -> None:
    """Say which requests of persons are due."""
    requests.remind()
