"""The reasons the activity domain knows to contact somebody today (ACT-3, ACT-9, ACT-10, ACT-12)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor
from kemai.activities.models import CadenceRule
from kemai.activities.rules.cadence import last_day_in_time
from kemai.activities.services.care import DAYS_AHEAD
from kemai.activities.services.rules import CLASSIFICATIONS
from kemai.activities.worklist import Branch, LineKind, Reason, worklist_kind, worklist_reason
from kemai.customers.rules.dates import days_from
from kemai.kit.clock import today
from kemai.kit.words import T
from kemai.platform.workdays import company_today, work_calendar

FALLING = (
    T("今天就会掉入公海", "Falls into the pool today"),
    T("已到掉入公海的日子（{day}）", "Was due to fall into the pool on {day}"),
    T("还有 {n} 天掉入公海（{day}）", "Falls into the pool in {n} days ({day})"),
)
RECYCLE_AHEAD = 7
"""Days before a customer or lead falls into the pool from which on it is on the list."""


def midnight(day: str) -> str:
    """SQL: the first instant of a date in the reader's zone."""
    return f"({day}::timestamp AT TIME ZONE %(zone)s)"


def _promises(actor: Actor) -> Branch:
    return Branch(midnight("x.due_on"), "holder_id", "x.status = 'open' AND x.due_on <= %(today)s")


def _next_contacts(actor: Actor) -> Branch:
    return Branch("x.next_contact_at", "owner_id", "x.next_contact_at < %(today_to)s")


def _tasks(actor: Actor) -> Branch:
    return Branch(
        "x.due_at", "assignee_id", "x.status = 'open' AND x.due_at < %(today_to)s AND x.related_id IS NOT NULL"
    )


def _planned(actor: Actor) -> Branch:
    return Branch(midnight("x.planned_on"), "holder_id", "x.status = 'planned' AND x.planned_on <= %(today)s")


def _recycling(actor: Actor) -> Branch:
    return Branch(midnight("x.recycle_on"), "owner_id", f"x.recycle_on <= %(today)s::date + {RECYCLE_AHEAD}")


def _near_dates(column: str, note: str = "NULL") -> Branch:
    near = days_from(company_today(), DAYS_AHEAD.value())
    months, days = [m for m, _ in near], [d for _, d in near]
    # The day as it falls this year, or next when that is where it lies ahead.
    this_year = (
        f"make_date(extract(year FROM %(today)s::date)::int, extract(month FROM x.{column})::int, "
        f"LEAST(extract(day FROM x.{column})::int, CASE WHEN extract(month FROM x.{column}) = 2 THEN 28 ELSE 31 END))"
    )
    falls = f"({this_year} + CASE WHEN {this_year} < %(today)s THEN interval '1 year' ELSE interval '0' END)"
    return Branch(
        midnight(falls),
        "holder_id",
        f"x.{column} IS NOT NULL AND (extract(month FROM x.{column})::int, "
        f"extract(day FROM x.{column})::int) IN (SELECT * FROM unnest(%(near_months)s::int[], %(near_days)s::int[])) "
        "AND NOT EXISTS (SELECT 1 FROM activities_interaction g WHERE g.contact_id = x.id AND g.occasion <> '' "
        "AND g.deleted_at IS NULL AND g.occurred_at > %(today_from)s - interval '30 days')",
        note,
        {"near_months": months, "near_days": days},
    )


def _cadence(actor: Actor) -> Branch | None:
    """The first rule that fits a customer says until which day a last contact is recent enough. One CASE, one pass over his owner's
    customers; rules count working days, which SQL need not know."""
    rules = list(CadenceRule.objects.filter(active=True, deleted_at__isnull=True).order_by("position", "name", "id"))
    cases: list[str] = []
    names: list[str] = []
    params: dict[str, Any] = {}
    day = today(actor.time_zone)
    calendar = work_calendar()
    for n, rule in enumerate(rules):
        if rule.field not in CLASSIFICATIONS:
            continue
        params[f"cadence_value_{n}"] = rule.value
        params[f"cadence_cut_{n}"] = last_day_in_time(day, rule.days, working_days=rule.working_days, calendar=calendar)
        params[f"cadence_name_{n}"] = T(rule.name, rule.name_en or rule.name).to()
        cases.append(f"WHEN x.{rule.field} = %(cadence_value_{n})s THEN %(cadence_cut_{n})s::date")
        names.append(f"WHEN x.{rule.field} = %(cadence_value_{n})s THEN %(cadence_name_{n})s")
    if not cases:
        return None
    cut, name = f"(CASE {' '.join(cases)} END)", f"(CASE {' '.join(names)} END)"
    last = "(COALESCE(x.last_contact_at, x.claimed_at, x.created_at) AT TIME ZONE %(zone)s)::date"
    return Branch(
        midnight(f"({last} + (%(today)s::date - {cut}))"),
        "owner_id",
        f"{last} <= {cut} AND (x.next_contact_at IS NULL OR x.next_contact_at < %(today_to)s)",
        name,
        params,
    )


worklist_kind(
    LineKind(
        "customers",
        ("name", "phone", "industry", "importance", "owner", "last_contact_at", "next_contact_at"),
    )
)
worklist_reason(
    Reason(
        "recycle",
        T("即将掉入公海", "About to fall into the pool"),
        "customers",
        100,
        _recycling,
        *FALLING,
        record="x.id",
    )
)
worklist_reason(
    Reason(
        "promise",
        T("承诺到期", "Promise due"),
        "promises",
        90,
        _promises,
        T("承诺今天到期：{title}", "Promise due today: {title}"),
        T("承诺已过期 {n} 天：{title}", "Promise {n} days late: {title}"),
        T("承诺 {day} 到期：{title}", "Promise due {day}: {title}"),
        title="content",
    )
)
worklist_reason(
    Reason(
        "next_contact",
        T("约定的下次联系", "Next contact due"),
        "customers",
        80,
        _next_contacts,
        T("约定今天 {time} 联系", "To be contacted today at {time}"),
        T("约定 {day} 联系，已过 {n} 天", "Was to be contacted on {day}, {n} days ago"),
        T("约定 {day} 联系", "To be contacted on {day}"),
        record="x.id",
    )
)
worklist_reason(
    Reason(
        "task",
        T("任务到期", "Task due"),
        "tasks",
        70,
        _tasks,
        T("今天的任务：{title}", "Task for today: {title}"),
        T("任务已过期 {n} 天：{title}", "Task {n} days late: {title}"),
        T("任务 {day} 到期：{title}", "Task due {day}: {title}"),
        record="CASE x.related_object WHEN 'customers' THEN x.related_id WHEN 'contacts' THEN "
        "(SELECT p.customer_id FROM customers_contact p WHERE p.id = x.related_id) END",
        title="title",
    )
)
worklist_reason(
    Reason(
        "planned",
        T("重点客户往来计划", "Planned contact"),
        "planned-contacts",
        65,
        _planned,
        T("今天的往来计划：{title}", "Planned for today: {title}"),
        T("往来计划已过 {n} 天：{title}", "Planned contact {n} days late: {title}"),
        T("往来计划 {day}：{title}", "Planned for {day}: {title}"),
        title="title",
    )
)
for _column, _code, _zh, _en in (
    ("birthday", "birthday", "生日", "birthday"),
    ("anniversary", "anniversary", "纪念日", "anniversary"),
):
    worklist_reason(
        Reason(
            _code,
            T(f"联系人{_zh}", f"A contact's {_en}"),
            "contacts",
            50,
            lambda actor, column=_column: _near_dates(  # type: ignore[misc]
                column, "NULLIF(x.anniversary_note, '')" if column == "anniversary" else "NULL"
            ),
            T(f"{{title}}今天{_zh}", f"{{title}}'s {_en} is today"),
            T(f"{{title}}的{_zh}（{{day}}）", f"{{title}}'s {_en} ({{day}})"),
            T(f"{{title}}还有 {{n}} 天{_zh}（{{day}}）", f"{{title}}'s {_en} in {{n}} days ({{day}})"),
            title="name",
        )
    )
worklist_reason(
    Reason(
        "cadence",
        T("按频率该联系", "Due by cadence"),
        "customers",
        40,
        _cadence,
        T("按频率今天该联系（{extra}）", "Due today by cadence ({extra})"),
        T("按频率已晚 {n} 天（{extra}）", "{n} days late by cadence ({extra})"),
        T("按频率 {day} 该联系（{extra}）", "Due {day} by cadence ({extra})"),
        record="x.id",
    )
)
