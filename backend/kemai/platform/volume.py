"""An eye on how much is read (S-12): far more rows in a day than a person, or a token of his, ever reads.

A request counts the rows it reads in memory; a process writes the counts of all its callers down in one statement, once a minute or
after some hundred rows. So counts hold over all workers and restarts, but for what a killed process had not written down yet.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Any
from uuid import UUID

import structlog
from django.db import Error as DatabaseFailed
from django.db import connection, transaction

from kemai.accounts.tries import SECURITY
from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T
from kemai.platform.alarms import sound
from kemai.platform.workdays import company_today

log = structlog.get_logger(__name__)

WRITE_ROWS = 500
WRITE_SECONDS = 60.0
HABIT = timedelta(days=30)
TIMES = declare(
    Parameter(
        "security.reads_alarm_times",
        "int",
        3,
        T(
            "一天读取超过本人平时多少倍发出告警",
            "Alarm when a day's reading is so many times what is usual for the person",
        ),
        SECURITY,
        T(
            "按人员和接口令牌分别计算。平时：此前 30 天中读取最多的一天。告警发给可查看审计日志的人。0 表示不告警。",
            "Persons and API tokens apart. Usual: the busiest of the 30 days before. Who may read the audit log is told. 0: never.",
        ),
        minimum=0,
        maximum=1000,
    )
)
LEAST = declare(
    Parameter(
        "security.reads_alarm_least",
        "int",
        10_000,
        T("一天读取不足多少行不告警", "No alarm below so many rows read in a day"),
        SECURITY,
        T("列表、详情、搜索等读出的数据行。", "Rows of lists, details, searches and the like."),
        minimum=1,
        maximum=100_000_000,
    )
)
ALARM = T(
    "安全告警：{name}一天内读取 {rows} 行数据（平时最多 {usual} 行）",
    "Security alarm: {name} read {rows} rows of data within a day (usually {usual} at most)",
)
ALARM_OF_TOKEN = T(
    "安全告警：{name}的接口令牌“{token}”一天内读取 {rows} 行数据（平时最多 {usual} 行）",
    "Security alarm: the API token “{token}” of {name} read {rows} rows of data within a day (usually {usual} at most)",
)
PATH = "/admin/audit?action=alarm.reads&record={id}"

#: In the order of keys, so that two processes never wait for each other.
_WRITE = """
WITH written AS (
  INSERT INTO platform_dailyvolume AS v (holder, person_id, day, rows)
  SELECT holder, person, %(day)s, rows FROM unnest(%(holders)s::uuid[], %(people)s::uuid[], %(rows)s::int[]) AS n (holder, person, rows)
  ORDER BY holder
  ON CONFLICT (holder, day) DO UPDATE SET rows = v.rows + EXCLUDED.rows
  RETURNING holder, person_id, rows)
SELECT w.person_id, u.name, COALESCE(k.name, ''), w.rows, habit.most
FROM written w JOIN accounts_user u ON u.id = w.person_id LEFT JOIN accounts_apitoken k ON k.id = w.holder,
LATERAL (SELECT COALESCE(max(h.rows), 0) AS most FROM platform_dailyvolume h
  WHERE h.holder = w.holder AND h.day >= %(since)s AND h.day < %(day)s) habit
WHERE w.rows > GREATEST(%(least)s, habit.most::bigint * %(times)s)
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who read unusually much."""

    id: UUID
    name: str


@dataclass(slots=True)
class Meter:
    """What the callers of this process have read and what of it is not written down yet: (person or token, person) → rows."""

    waiting: dict[tuple[UUID, UUID], int] = field(default_factory=dict)
    rows: int = 0
    since: float = field(default_factory=time.monotonic)
    _lock: Lock = field(default_factory=Lock)

    def add(self, holder: UUID, person: UUID, rows: int) -> None:
        """Count rows read by ``holder``, who is the person or a token of his; now and then write all counts down."""
        with self._lock:
            self.waiting[holder, person] = self.waiting.get((holder, person), 0) + rows
            self.rows += rows
        if self.rows >= WRITE_ROWS or time.monotonic() > self.since + WRITE_SECONDS:
            self.write_down()

    def write_down(self) -> None:
        """Add the counts to the day's and sound the alarm for whoever is far beyond his habit. What cannot be written waits."""
        with self._lock:
            waiting, self.waiting, self.rows, self.since = self.waiting, {}, 0, time.monotonic()
        try:
            with transaction.atomic():
                for reader, facts in _write(waiting):
                    title = ALARM_OF_TOKEN if "token" in facts else ALARM
                    sound(reader, "reads", title=title, path=PATH.format(id=reader.id), **facts)
        except DatabaseFailed as error:
            log.warning("what was read is not counted yet", error=type(error).__name__)
            with self._lock:
                for key, rows in waiting.items():
                    self.waiting[key] = self.waiting.get(key, 0) + rows


def _write(waiting: dict[tuple[UUID, UUID], int]) -> list[tuple[Reader, dict[str, Any]]]:
    """Those beyond their bound, with what the alarm says of them."""
    day, times = company_today(), TIMES.value()
    params = {
        "holders": [holder for holder, _ in waiting],
        "people": [person for _, person in waiting],
        "rows": list(waiting.values()),
        "day": day,
        "since": day - HABIT,
        "least": LEAST.value(),
        "times": times,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, params)
        found = cursor.fetchall() if times else []
    return [
        (Reader(person, name), {"rows": rows, "usual": usual} | ({"token": token} if token else {}))
        for person, name, token, rows, usual in found
    ]


def forget() -> None:
    """Remove the days no habit looks back to."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM platform_dailyvolume WHERE day < %s", [company_today() - HABIT])
