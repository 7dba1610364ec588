"""Counts and sums of records within periods, by the very condition of the list they open: so figure and list show the same.

Follow-ups, ten times as many as anything else, come from figures kept by the day; the rest is counted through indexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kemai.accounts.access import branches
from kemai.activities.selectors.day_figures import count_follow_ups
from kemai.analytics.selectors.choice import Choice
from kemai.analytics.selectors.paths import leaf
from kemai.analytics.selectors.periods import Period
from kemai.kit.errors import Malformed
from kemai.kit.words import T
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.read import run_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import comparable_field, on
from kemai.platform.objects.select import Query, plan_list

NOTHING = (0, "0.00")
"""Count and sum where there is no record."""


@dataclass(frozen=True, slots=True)
class Source:
    """Records of a kind, told by a moment ``at`` (empty: all there are), under further conditions."""

    object: str
    at: str = ""
    leaves: tuple[tuple[str, str, Any], ...] = ()

    @property
    def conditions(self) -> list[dict[str, Any]]:
        return [leaf(*one) for one in self.leaves]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a source: how many, or the sum of ``total``."""

    key: str
    label: T
    source: Source
    total: str = ""

    @property
    def kind(self) -> str:
        return "money" if self.total else "integer"

    def of(self, found: tuple[int, str]) -> int | str:
        return found[1] if self.total else found[0]


WON = Source("opportunities", "closed_at", (("status", "eq", "won"),))
LOST = Source("opportunities", "closed_at", (("status", "eq", "lost"),))
NEW_DEALS = Source("opportunities", "created_at")
NEW_CUSTOMERS = Source("customers", "created_at")
NEW_LEADS = Source("leads", "created_at")
FOLLOW_UPS = Source("interactions", "occurred_at")

WON_SUM = Measure("won_sum", T("赢单金额", "Won"), WON, total="amount")
WON_COUNT = Measure("won_count", T("赢单数", "Deals won"), WON)
LOST_COUNT = Measure("lost_count", T("丢单数", "Deals lost"), LOST)
DEALS = Measure("new_deals", T("新增商机", "New deals"), NEW_DEALS)
CUSTOMERS = Measure("new_customers", T("新增客户", "New customers"), NEW_CUSTOMERS)
LEADS = Measure("new_leads", T("新增线索", "New leads"), NEW_LEADS)
CONTACTS = Measure("interactions", T("跟进次数", "Follow-ups"), FOLLOW_UPS)
MEASURES = {m.key: m for m in (WON_SUM, WON_COUNT, LOST_COUNT, DEALS, CUSTOMERS, LEADS, CONTACTS)}
WIN_RATE = T("赢率", "Win rate")


def readable(choice: Choice, object_name: str, *names: str) -> bool:
    """Whether the reader may compare these fields of a kind he sees: a figure tells what it is made of."""
    declaration = get_object(object_name)
    if not choice.actor.has(declaration.perm("view")):
        return False
    names = (*names, *(one["field"] for one in choice.leaves))
    try:
        for name in names:
            for part in _fields(declaration, name):
                comparable_field(choice.actor, *part)
    except Malformed:
        return False
    return True


def _fields(declaration: ObjectType, name: str) -> list[tuple[ObjectType, str]]:
    """``customer.province``: the reference, and the field there."""
    first, _, rest = name.partition(".")
    link = declaration.by_name.get(first)
    if not rest or link is None or not link.target:
        return [(declaration, name)]
    return [(declaration, first), (get_object(link.target), rest)]


def may_measure(choice: Choice, measure: Measure, *by: str) -> bool:
    """Whether the reader may see this figure, told apart by these fields."""
    source = measure.source
    fields = [source.at, measure.total, *(name for name, _, _ in source.leaves), *by]
    return readable(choice, source.object, *(name for name in fields if name))


def counted(
    choice: Choice,
    source: Source,
    *leaves: dict[str, Any],
    by: tuple[str, ...] = (),
    total: str = "",
    periods: Sequence[Period] | None = None,
) -> dict[tuple[Any, ...], tuple[int, str]]:
    """(number of the period, value of each of ``by``) → count and sum of ``total``. One statement.

    ``by``: fields of the record, or of one it points to (``customer.province``), then of those the reader sees alone.
    """
    actor, declaration = choice.actor, get_object(source.object)
    spans = [p.instants(choice.zone) for p in (periods or [choice.period])]
    text = choice.filter_text(*source.conditions, *leaves)
    if source == FOLLOW_UPS:
        return {key: (n, "0.00") for key, n in count_follow_ups(actor, text, spans, by).items()}
    query = Query(filter=text)
    plan = plan_list(actor, declaration, query)
    joins, columns, params = _columns(choice, declaration, by)
    within, number = "", "0"
    if source.at:
        at = comparable_field(actor, declaration, source.at).expression
        within, number = f" AND {at} >= s.a AND {at} < s.b", "s.n"
        params.update(n=list(range(len(spans))), a=[a for a, _ in spans], b=[b for _, b in spans])
        joins = f"unnest(%(n)s::int[], %(a)s::timestamptz[], %(b)s::timestamptz[]) s (n, a, b) CROSS JOIN {declaration.table} t {joins}"
    else:
        joins = f"{declaration.table} t {joins}"
    amount = (
        f"COALESCE(sum({comparable_field(actor, declaration, total).measured}), 0)::numeric(20,2)" if total else "0.00"
    )
    keys = ", ".join(str(n + 1) for n in range(len(columns) + 1))
    rows = fetch_rows(
        f"SELECT {', '.join([number, *columns])}, count(*), {amount} FROM {joins} "
        f"WHERE {plan.scope.sql} AND {plan.condition}{within} GROUP BY {keys}",
        {**run_params(actor, plan, query), **params},
    )
    return {row[:-2]: (row[-2], str(row[-1])) for row in rows}


def _columns(choice: Choice, declaration: ObjectType, by: tuple[str, ...]) -> tuple[str, list[str], dict[str, Any]]:
    """What is told apart: further tables, expressions, values."""
    joins, columns, params = "", [], {}
    for n, name in enumerate(by):
        parts = [comparable_field(choice.actor, *part) for part in _fields(declaration, name)]
        if len(parts) == 1:
            columns.append(parts[0].expression)
            continue
        target, alias = get_object(parts[0].target), f"j{n}"
        scope = branches(choice.actor, target.perm("view"), target.ownership, alias=alias)
        params.update(scope.params)
        joins += f"JOIN {target.table} {alias} ON {alias}.id = {parts[0].expression} AND {alias}.deleted_at IS NULL AND {scope.sql} "
        columns.append(on(alias, parts[1].expression))
    return joins, columns, params
