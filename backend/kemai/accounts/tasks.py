"""What is trimmed here."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.accounts import sessions


@app.periodic(cron="23 * * * *", periodic_id="sessions")
@app.task(name="accounts.tidy", queue="system", queueing_lock="accounts.tidy")
def tidy(timestamp: int) -> None:
    sessions.tidy()
