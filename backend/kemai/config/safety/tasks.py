"""Who administers the system is told when its safety goes bad, without having to look."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kemai.base.queue import declare
from kemai.config.env import get_env
from kemai.config.safety.telling import tell_of_safety
from kemai.kit.words import T


@declare(T("检查数据安全状态", "Looking at the state of safety"))
@app.periodic(cron="7,37 * * * *", periodic_id="safety")
@app.task(name="config.safety", queue="system", queueing_lock="safety")
def look_at_safety(timestamp: int) -> None:
    """Tell of what has become bad since the last look."""
    tell_of_safety(get_env())
