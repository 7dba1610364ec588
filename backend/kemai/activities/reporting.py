"""What a sheet is filled with from records (ACT-7). Higher domains add figures and lines of theirs.

A figure and the list it opens are two readings of one thing: the same people, the same time, the same extra condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of one person and period. SQL over alias ``t``: ``person`` and ``at`` columns, ``where`` further conditions.

    ``person_field``, ``at_field`` and ``leaves`` say the same in the filter language. ``ahead``: of the period that follows.
    ``dated``: ``at`` is a date. ``money``: an amount in the company's currency, not a count.
    """

    code: str
    label: T
    object: str
    person: str
    at: str
    person_field: str
    at_field: str
    where: str = ""
    leaves: tuple[dict[str, Any], ...] = ()
    measure: str = "count(*)"
    money: bool = False
    ahead: bool = False
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Records told line by line in one ``part`` of a sheet (``places``, ``deals``, ``expected``). ``text`` names the fields said."""

    part: str
    object: str
    person: str
    at: str
    texts: tuple[str, ...]
    where: str = ""
    customer: str = "t.customer_id"
    ahead: bool = False
    dated: bool = False


_figures: list[Figure] = []
_lines: list[Lines] = []


def report_figure(figure: Figure) -> Figure:
    """Register a figure (extension point); figures stand in the order of registration."""
    assert figure.code not in {f.code for f in _figures}, figure.code
    _figures.append(figure)
    return figure


def report_lines(lines: Lines) -> Lines:
    """Register lines (extension point)."""
    _lines.append(lines)
    return lines


def figures() -> list[Figure]:
    return list(_figures)


def lines() -> list[Lines]:
    return list(_lines)


def _leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


VISITS = ("visit", "meeting", "exhibition")
_VISITS = "t.channel IN ('visit', 'meeting', 'exhibition')"
_DONE = {
    "object": "interactions",
    "person": "t.owner_id",
    "at": "t.occurred_at",
    "person_field": "owner",
    "at_field": "occurred_at",
}

report_figure(Figure("follow_ups", T("跟进", "Follow-ups"), **_DONE))  # type: ignore[arg-type]
report_figure(
    Figure("visits", T("拜访", "Visits"), where=_VISITS, leaves=(_leaf("channel", "in", list(VISITS)),), **_DONE)  # type: ignore[arg-type]
)
report_figure(
    Figure("calls", T("电话", "Calls"), where="t.channel = 'phone'", leaves=(_leaf("channel", "eq", "phone"),), **_DONE)  # type: ignore[arg-type]
)
report_figure(
    Figure(
        "new_customers",
        T("新增客户", "New customers"),
        "customers",
        "t.owner_id",
        "t.created_at",
        "owner",
        "created_at",
    )
)
report_figure(
    Figure(
        "tasks_done",
        T("完成任务", "Tasks done"),
        "tasks",
        "t.assignee_id",
        "t.done_at",
        "assignee",
        "done_at",
        "t.status = 'done'",
        (_leaf("status", "eq", "done"),),
    )
)
report_figure(
    Figure(
        "promises_kept",
        T("兑现承诺", "Promises kept"),
        "promises",
        "t.owner_id",
        "t.settled_on",
        "owner",
        "settled_on",
        "t.status = 'kept'",
        (_leaf("status", "eq", "kept"),),
        dated=True,
    )
)
report_figure(
    Figure(
        "promises_broken",
        T("未兑现承诺", "Promises broken"),
        "promises",
        "t.owner_id",
        "t.settled_on",
        "owner",
        "settled_on",
        "t.status = 'broken'",
        (_leaf("status", "eq", "broken"),),
        dated=True,
    )
)
report_lines(Lines("places", "interactions", "t.owner_id", "t.occurred_at", ("content",), _VISITS))
