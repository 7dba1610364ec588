"""Reminders of contacts' birthdays and anniversaries to whoever holds the customer (CUS-4)."""

from __future__ import annotations

from typing import Any

from django.db import connection

from kemai.accounts.access import SystemActor
from kemai.base.audit import act
from kemai.base.parameters import Parameter, declare
from kemai.customers.rules.dates import days_from
from kemai.kit.words import T
from kemai.platform.notify import notify
from kemai.platform.workdays import company_today

CARE = SystemActor("care")
DAYS_AHEAD = declare(
    Parameter(
        "activities.birthday_days",
        "int",
        3,
        T("生日、纪念日提前几天提醒", "Remind of birthdays days ahead"),
        T("客户关怀", "Care"),
        minimum=0,
        maximum=30,
    )
)
_KINDS = (
    ("birthday", "''", T("{name}的生日将至（{day}）", "{name}'s birthday is near ({day})")),
    ("anniversary", "c.anniversary_note", T("{name}的{what}将至（{day}）", "{name}: {what} is near ({day})")),
)
_SQL = """
SELECT c.id, c.name, c.holder_id, to_char(c.{column}, 'MM-DD'), {what} FROM customers_contact c
WHERE c.deleted_at IS NULL AND c.holder_id IS NOT NULL AND c.{column} IS NOT NULL
AND (extract(month FROM c.{column})::int, extract(day FROM c.{column})::int) IN (SELECT * FROM unnest(%(months)s::int[], %(days)s::int[]))
AND NOT EXISTS (SELECT 1 FROM platform_notification n WHERE n.record_id = c.id AND n.kind = %(kind)s AND n.user_id = c.holder_id
    AND n.at > now() - interval '60 days')
"""


def remind_of_dates() -> int:
    """Tell holders of the days that are near, each once a year; returns how many were told."""
    near = days_from(company_today(), DAYS_AHEAD.value())
    told = 0
    with act(CARE, "remind", object="contacts"):
        for column, what, title in _KINDS:
            params: dict[str, Any] = {
                "months": [m for m, _ in near],
                "days": [d for _, d in near],
                "kind": f"contact_{column}",
            }
            with connection.cursor() as cursor:
                cursor.execute(_SQL.format(column=column, what=what), params)
                rows = cursor.fetchall()
            for key, name, holder, day, note in rows:
                notify(
                    holder,
                    kind=f"contact_{column}",
                    title=title,
                    title_params={"name": name, "day": day, "what": note or T("纪念日", "anniversary").to()},
                    path=f"/contacts/{key}",
                    object="contacts",
                    record_id=key,
                )
            told += len(rows)
    return told


_DUE = """
SELECT p.id, p.content, p.holder_id, c.name FROM activities_promise p JOIN customers_customer c ON c.id = p.customer_id
WHERE p.status = 'open' AND p.deleted_at IS NULL AND p.holder_id IS NOT NULL AND p.due_on = %(today)s
AND NOT EXISTS (SELECT 1 FROM platform_notification n WHERE n.record_id = p.id AND n.kind = 'promise_due' AND n.user_id = p.holder_id)
ORDER BY p.id
"""


def remind_of_promises() -> int:
    """Tell holders of promises due today, each once; returns how many (ACT-10)."""
    with act(CARE, "remind", object="promises"):
        with connection.cursor() as cursor:
            cursor.execute(_DUE, {"today": company_today()})
            rows = cursor.fetchall()
        for key, content, holder, customer in rows:
            notify(
                holder,
                kind="promise_due",
                title=T("承诺今天到期：{content}（{customer}）", "Promise due today: {content} ({customer})"),
                title_params={"content": content, "customer": customer},
                path=f"/promises/{key}",
                object="promises",
                record_id=key,
            )
    return len(rows)
