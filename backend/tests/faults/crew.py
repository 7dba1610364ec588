"""The real worker with work nobody else has: events that leave a mark, and jobs that harm their process. Started as a program."""

from __future__ import annotations

import os
import signal
import time

from kemai.config.commands import setup_django

setup_django()

# Only a loaded product has the queue to register with.
from django.db import connection  # noqa: E402
from procrastinate.contrib.django import app  # noqa: E402

from kemai.base import queue  # noqa: E402
from kemai.base.events import Delivered, Event, subscribe  # noqa: E402
from kemai.config.env import get_env  # noqa: E402
from kemai.config.worker import run_worker  # noqa: E402
from kemai.kit.words import T  # noqa: E402

queue.TRIES = int(os.environ.get("TEST_TRIES", queue.TRIES))
queue.PAUSE = int(os.environ.get("TEST_PAUSE", queue.PAUSE))


class Marked(Event):
    kind = "tests.marked"


@subscribe(Marked)
def leave_mark(event: Delivered) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO mark (event) VALUES (%s)", [event.id])
    time.sleep(0.005)


@queue.declare(T("毒", "Poison"), minutes=1 / 20)
@app.task(name="tests.poison", queue="events", retry=queue.BACK_OFF)
def poison(how: str) -> None:
    if how == "raises":
        raise ValueError("13800138000")
    if how == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "sleeps":
        time.sleep(10_000)
    eaten = []
    while how == "eats":
        eaten.append(bytes(16_000_000))  # taken and not filled, which would last longer than the job may


@queue.declare(T("长", "Long"), minutes=5)
@app.task(name="tests.long", queue="work")
def work_long() -> None:
    time.sleep(120)


if __name__ == "__main__":
    run_worker(get_env())
