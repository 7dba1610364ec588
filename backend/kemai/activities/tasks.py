"""Background work of the activity domain."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.activities.services.care import remind_of_dates, remind_of_promises
from kemai.activities.services.sequences import advance_sequences
from kemai.activities.services.tasks import remind_due_tasks
from kemai.platform.notify import forget_old_events


@app.periodic(cron="* * * * *", periodic_id="reminders")
@app.task(name="activities.remind", queue="system", queueing_lock="remind")
def remind(timestamp: int) -> None:
    remind_due_tasks()
    forget_old_events()


@app.periodic(cron="5 0 * * *", periodic_id="care")  # 08:05 in China
@app.task(name="activities.care", queue="system", queueing_lock="care")
def care(timestamp: int) -> None:
    remind_of_dates()
    remind_of_promises()


@app.periodic(cron="*/5 * * * *", periodic_id="sequences")
@app.task(name="activities.sequences", queue="system", queueing_lock="sequences")
def sequences(timestamp: int) -> None:
    advance_sequences()
