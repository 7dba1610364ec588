"""What of selling a sheet is filled with, and what stands in a calendar (ACT-4, ACT-7)."""

from __future__ import annotations

from kemai.activities.calendar import Source, calendar_source
from kemai.activities.reporting import Figure, Lines, report_figure, report_lines
from kemai.base.currencies import in_base
from kemai.kit.words import T
from kemai.sales.reasons import IS_OPEN

calendar_source(
    Source(
        "lead_next_contact",
        T("联系线索", "Contact a lead"),
        "leads",
        "x.owner_id",
        "x.next_contact_at",
        f"x.owner_id = ANY(%(people)s) AND x.next_contact_at >= %(from)s AND x.next_contact_at < %(to)s AND x.{IS_OPEN}",
        "name",
        customer="NULL::uuid",
        prefix=T("联系线索", "Contact a lead"),
    )
)

_WON = {
    "object": "opportunities",
    "person": "t.owner_id",
    "at": "t.closed_at",
    "person_field": "owner",
    "at_field": "closed_at",
    "where": "t.status = 'won'",
    "leaves": ({"field": "status", "op": "eq", "value": "won"},),
}
_EXPECTED = {
    "object": "opportunities",
    "person": "t.owner_id",
    "at": "t.expected_close_on",
    "person_field": "owner",
    "at_field": "expected_close_on",
    "where": "t.status = 'open'",
    "leaves": ({"field": "status", "op": "eq", "value": "open"},),
    "ahead": True,
    "dated": True,
}
_SUM = f"COALESCE(sum({in_base('t.amount')}), 0)::numeric(20,2)"

report_figure(
    Figure(
        "new_opportunities",
        T("新增商机", "New opportunities"),
        "opportunities",
        "t.owner_id",
        "t.created_at",
        "owner",
        "created_at",
    )
)
report_figure(Figure("won", T("成交", "Won"), **_WON))  # type: ignore[arg-type]
report_figure(Figure("won_sum", T("成交金额", "Won, amount"), measure=_SUM, money=True, **_WON))  # type: ignore[arg-type]
report_figure(Figure("expected", T("预计成交", "Expected"), **_EXPECTED))  # type: ignore[arg-type]
report_figure(Figure("expected_sum", T("预计金额", "Expected, amount"), measure=_SUM, money=True, **_EXPECTED))  # type: ignore[arg-type]
report_lines(
    Lines("deals", "opportunities", "t.owner_id", "t.closed_at", ("name", "amount", "currency"), "t.status = 'won'")
)
report_lines(
    Lines(
        "expected",
        "opportunities",
        "t.owner_id",
        "t.expected_close_on",
        ("name", "amount", "currency"),
        "t.status = 'open'",
        ahead=True,
        dated=True,
    )
)
