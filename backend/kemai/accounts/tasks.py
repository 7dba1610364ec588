"""What is trimmed here."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.accounts import sessions
from kemai.base.queue import declare
from kemai.kit.words import T


@declare(T("清理会话", "Tidying sessions"))
@app.periodic(cron="* * * * *", periodic_id="sessions")
@app.task(name="accounts.tidy", queue="system", queueing_lock="accounts.tidy")
def tidy(timestamp: int) -> None:
    sessions.tidy()
