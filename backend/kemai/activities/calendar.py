"""What stands in a calendar (ACT-4). Higher domains add what they have dates for.

A source is one branch of one statement: rows of a declared kind of record with a moment, a title, and a person whose day it is in.
"""

from __future__ import annotations

from dataclasses import dataclass

from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of entry. SQL over alias ``x``.

    ``person``: whose calendar; ``at``: an instant, or with ``all_day`` a date. ``where`` may bind ``%(people)s``, ``%(from)s``,
    ``%(to)s`` (instants) and ``%(first)s``, ``%(last)s`` (the first date and the one after the last). ``joins``: further tables.
    ``title`` names the field shown; ``field`` the one an edit moves, empty where the day is not ours to choose. ``customer``: the
    customer's key. ``done``: whether it is behind us. ``own_day``: the record is the entry, so that its going to the bin
    cancels it (a contact's birthday, a customer's next contact are not).
    """

    code: str
    label: T
    object: str
    person: str
    at: str
    where: str
    title: str
    all_day: bool = False
    field: str = ""
    customer: str = "x.customer_id"
    done: str = "FALSE"
    joins: str = ""
    own_day: bool = False
    prefix: T | None = None
    """Words before the title, for a reader who sees the entry among others."""


_sources: list[Source] = []


def calendar_source(source: Source) -> Source:
    """Register a kind of entry (extension point)."""
    assert source.code not in {s.code for s in _sources}, source.code
    _sources.append(source)
    return source


def sources() -> list[Source]:
    """All registered."""
    return list(_sources)


def _dated(column: str) -> str:
    return f"x.{column} >= %(first)s AND x.{column} < %(last)s"


calendar_source(
    Source(
        "task",
        T("任务", "Task"),
        "tasks",
        "x.assignee_id",
        "x.due_at",
        "x.assignee_id = ANY(%(people)s) AND x.due_at >= %(from)s AND x.due_at < %(to)s",
        "title",
        field="due_at",
        customer="CASE x.related_object WHEN 'customers' THEN x.related_id END",
        done="x.status = 'done'",
        own_day=True,
    )
)
calendar_source(
    Source(
        "next_contact",
        T("下次联系", "Next contact"),
        "interactions",
        "x.holder_id",
        "x.next_contact_at",
        # The customer's latest follow-up is the one that says when it wants to hear from us again.
        "(x.customer_id, x.occurred_at) IN (SELECT c.id, c.last_contact_at FROM customers_customer c "
        "WHERE c.owner_id = ANY(%(people)s) AND c.next_contact_at >= %(from)s AND c.next_contact_at < %(to)s "
        "AND c.deleted_at IS NULL) AND x.next_contact_at >= %(from)s AND x.next_contact_at < %(to)s",
        "next_step",
        field="next_contact_at",
    )
)
calendar_source(
    Source(
        "promise",
        T("承诺", "Promise"),
        "promises",
        "x.holder_id",
        "x.due_on",
        f"x.holder_id = ANY(%(people)s) AND {_dated('due_on')}",
        "content",
        all_day=True,
        field="due_on",
        done="x.status <> 'open'",
        own_day=True,
    )
)
calendar_source(
    Source(
        "planned",
        T("往来计划", "Planned contact"),
        "planned-contacts",
        "x.holder_id",
        "x.planned_on",
        f"x.holder_id = ANY(%(people)s) AND {_dated('planned_on')} AND x.status <> 'dropped'",
        "title",
        all_day=True,
        field="planned_on",
        done="x.status = 'done'",
        own_day=True,
    )
)
for _column, _words in (("birthday", T("生日", "Birthday")), ("anniversary", T("纪念日", "Anniversary"))):
    calendar_source(
        Source(
            _column,
            _words,
            "contacts",
            "x.holder_id",
            "d.day",
            f"x.holder_id = ANY(%(people)s) AND x.{_column} IS NOT NULL",
            "name",
            all_day=True,
            joins=f" JOIN unnest(%(days)s::date[], %(yearly)s::text[]) d (day, yearly) ON d.yearly = to_char(x.{_column}, 'MM-DD')",
            prefix=_words,
        )
    )
