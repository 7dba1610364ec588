"""An eye on how much leaves (P-3): many rows within a day, or far more than the same person ever takes."""

from __future__ import annotations

from django.db import connection

from kemai.accounts.access import Actor
from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T
from kemai.platform.alarms import sound
from kemai.platform.transfer.approvals import DATA

#: Below this a day's rows are ordinary whatever somebody's habit is.
WORTH_A_LOOK = 500
ALARM_ROWS = declare(
    Parameter(
        "export.alarm_rows",
        "int",
        5000,
        T("一天导出超过多少行发出告警", "Alarm above so many rows exported in a day"),
        DATA,
        T("告警发给可查看审计日志的人。0 表示不告警。", "Who may read the audit log is told. 0: never."),
        minimum=0,
        maximum=10_000_000,
    )
)
ALARM_TIMES = declare(
    Parameter(
        "export.alarm_times",
        "int",
        3,
        T(
            "一天导出超过本人平时多少倍发出告警",
            "Alarm when a day's rows are so many times what is usual for the person",
        ),
        DATA,
        T(
            "平时：此前 30 天中导出最多的一天；不足 500 行不告警。0 表示不告警。",
            "Usual: his busiest of the 30 days before; never below 500 rows. 0: never.",
        ),
        minimum=0,
        maximum=1000,
    )
)
ALARM = T(
    "安全告警：{name}一天内导出 {rows} 行（平时最多 {usual} 行）",
    "Security alarm: {name} exported {rows} rows within a day (usually {usual} at most)",
)

_ROWS = """
SELECT COALESCE(sum(rows), 0),
  COALESCE((SELECT max(day.rows) FROM (
    SELECT sum(e.rows) AS rows FROM platform_export e WHERE e.actor_id = %(actor)s AND e.state = 'done'
    AND e.created_at BETWEEN now() - interval '31 days' AND now() - interval '1 day' GROUP BY e.created_at::date) day), 0)
FROM platform_export WHERE actor_id = %(actor)s AND state = 'done' AND created_at > now() - interval '1 day'
"""


def watch_exports(actor: Actor) -> None:
    """Sound the alarm when what this person has taken out within a day is unusual."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"actor": actor.id})
        rows, usual = (int(n) for n in cursor.fetchone())
    limit, times = ALARM_ROWS.value(), ALARM_TIMES.value()
    much = limit and rows > limit
    unusual = times and usual and rows >= WORTH_A_LOOK and rows > usual * times
    if much or unusual:
        sound(actor, "exports", title=ALARM, path="/admin/exports?which=all", rows=rows, usual=usual)
