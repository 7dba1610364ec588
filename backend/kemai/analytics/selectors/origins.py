"""Where business comes from: by source, and by province."""

from __future__ import annotations

from typing import Any

from kemai.analytics.selectors.choice import Choice
from kemai.analytics.selectors.counted import (
    CUSTOMERS,
    DEALS,
    LEADS,
    NEW_CUSTOMERS,
    NEW_DEALS,
    NEW_LEADS,
    NOTHING,
    WON,
    WON_COUNT,
    WON_SUM,
    Source,
    counted,
    readable,
)
from kemai.analytics.selectors.paths import leaf, leaf_or_none
from kemai.analytics.selectors.table import Column, Figure, Row, Table, share, withheld
from kemai.kit.regions import FOREIGN, PROVINCES
from kemai.kit.words import T
from kemai.platform.objects.board import EMPTY
from kemai.platform.objects.declare import get_object

ALL_CUSTOMERS = Source("customers")
ELSEWHERE = T("未填或认不出", "Empty or not recognised")


def sources(choice: Choice) -> Table:
    """What arrived in the period, by source: leads and how many of them were converted, customers, deals and how many of them were won."""
    columns: list[Column] = []
    found: dict[str, dict[tuple[str, str], tuple[int, str]]] = {}
    if readable(choice, "leads", "source", "status", "created_at"):
        found["leads"] = _by_source(choice, NEW_LEADS, "status")
        columns += [Column("leads", LEADS.label.to()), Column("converted", T("已转化", "Converted").to())]
        columns += [Column("conversion", T("转化率", "Conversion").to(), "percent")]
    if readable(choice, "customers", "source", "created_at"):
        found["customers"] = _by_source(choice, NEW_CUSTOMERS)
        columns.append(Column("customers", CUSTOMERS.label.to()))
    if readable(choice, "opportunities", "source", "status", "created_at"):
        money = WON_SUM.total if readable(choice, "opportunities", WON_SUM.total) else ""
        found["opportunities"] = _by_source(choice, NEW_DEALS, "status", money)
        columns += [Column("deals", DEALS.label.to()), Column("won", T("其中已赢", "Of these won").to())]
        columns += [Column("win_share", T("成交率", "Won of all").to(), "percent")]
        columns += [Column("won_sum", WON_SUM.label.to(), "money")] if money else []
    if not columns:
        return withheld(T("来源", "Source"))
    known = get_object("customers").by_name["source"].choice_map()
    codes = {source for values in found.values() for source, _ in values}
    ordered = [*(c for c in known if c in codes), *sorted(c for c in codes if c and c not in known), *({""} & codes)]
    rows = [
        Row(code, known[code].to() if code in known else code or EMPTY.to(), _source_figures(choice, code, found))
        for code in ordered
    ]
    for row in rows:
        row.figures = {c.key: row.figures[c.key] for c in columns}
    return Table(T("来源", "Source"), columns, rows)


def _by_source(
    choice: Choice, source: Source, also: str = "", total: str = ""
) -> dict[tuple[str, str], tuple[int, str]]:
    by = ("source", also) if also else ("source",)
    return {
        (key[1], key[2] if also else ""): value for key, value in counted(choice, source, by=by, total=total).items()
    }


def _source_figures(choice: Choice, code: str, found: dict[str, Any]) -> dict[str, Figure]:
    """All figures of one source; those kept from the reader are left out by the columns."""

    def path(object_name: str, *leaves: dict[str, Any]) -> str:
        return choice.path(object_name, leaf_or_none("source", code), *leaves, at="created_at")

    def of(object_name: str, status: str = "") -> int:
        values = found.get(object_name, {})
        return sum(
            n for (source, state), (n, _) in values.items() if source == code and (not status or state == status)
        )

    won = leaf("status", "eq", "won")
    leads, converted = of("leads"), of("leads", "converted")
    deals, wins = of("opportunities"), of("opportunities", "won")
    amount = found.get("opportunities", {}).get((code, "won"), NOTHING)[1]
    return {
        "leads": Figure(leads, path("leads")),
        "converted": Figure(converted, path("leads", leaf("status", "eq", "converted"))),
        "conversion": Figure(share(converted, leads)),
        "customers": Figure(of("customers"), path("customers")),
        "deals": Figure(deals, path("opportunities")),
        "won": Figure(wins, path("opportunities", won)),
        "win_share": Figure(share(wins, deals)),
        "won_sum": Figure(amount, path("opportunities", won)),
    }


def regions(choice: Choice) -> Table:
    """By province: the customers there are, those who came in the period, and what was won in it."""
    rows_are = T("省级地区", "Province")
    if not readable(choice, "customers", "province", "created_at"):
        return withheld(rows_are)
    columns = [Column("customers", T("客户数", "Customers").to()), Column("new_customers", CUSTOMERS.label.to())]
    found: dict[str, dict[Any, tuple[int, str]]] = {
        "customers": counted(choice, ALL_CUSTOMERS, by=("province",)),
        "new_customers": counted(choice, NEW_CUSTOMERS, by=("province",)),
    }
    if readable(choice, "opportunities", "customer.province", "status", "closed_at"):
        money = WON_SUM.total if readable(choice, "opportunities", WON_SUM.total) else ""
        found["won"] = counted(choice, WON, by=("customer.province",), total=money)
        columns += [Column(WON_COUNT.key, WON_COUNT.label.to())]
        columns += [Column(WON_SUM.key, WON_SUM.label.to(), "money")] if money else []
    places = [(p.code, p.label.to()) for p in (*PROVINCES, FOREIGN)] + [("", ELSEWHERE.to())]
    rows = [Row(code, label, _place_figures(choice, code, found)) for code, label in places]
    for row in rows:
        row.figures = {c.key: row.figures[c.key] for c in columns}
    return Table(rows_are, columns, rows)


def _place_figures(choice: Choice, code: str, found: dict[str, Any]) -> dict[str, Figure]:
    won = found.get("won", {}).get((0, code), NOTHING)
    here, theirs = leaf_or_none("province", code), leaf_or_none("customer.province", code)
    deals = choice.path("opportunities", *WON.conditions, theirs, at=WON.at)
    return {
        "customers": Figure(found["customers"].get((0, code), NOTHING)[0], choice.path("customers", here)),
        "new_customers": Figure(
            found["new_customers"].get((0, code), NOTHING)[0], choice.path("customers", here, at="created_at")
        ),
        WON_COUNT.key: Figure(won[0], deals),
        WON_SUM.key: Figure(won[1], deals),
    }
