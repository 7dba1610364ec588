"""Background work of the activity domain."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.activities.services.care import remind_of_dates, remind_of_promises
from kemai.activities.services.sequences import advance_sequences
from kemai.activities.services.tasks import remind_due_tasks
from kemai.base.queue import declare
from kemai.kit.words import T
from kemai.platform.notify import forget_old_events


@declare(T("任务提醒", "Reminders of tasks"))
@app.periodic(cron="* * * * *", periodic_id="reminders")
@app.task(name="activities.remind", queue="system", queueing_lock="remind")
def remind(timestamp: int) -> None:
    remind_due_tasks()
    forget_old_events()


@declare(T("客户关怀提醒", "Reminders of days and promises"), minutes=60)
@app.periodic(cron="5 0 * * *", periodic_id="care")  # 08:05 in China
@app.task(name="activities.care", queue="system", queueing_lock="care")
def care(timestamp: int) -> None:
    remind_of_dates()
    remind_of_promises()


@declare(T("推进跟进序列", "Follow-up sequences"), minutes=30)
@app.periodic(cron="*/5 * * * *", periodic_id="sequences")
@app.task(name="activities.sequences", queue="system", queueing_lock="sequences")
def sequences(timestamp: int) -> None:
    advance_sequences()
