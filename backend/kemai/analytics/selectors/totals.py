"""The figures of the period at a glance, beside those of the same days a year before."""

from __future__ import annotations

from typing import Any

from kemai.analytics.selectors.choice import Choice
from kemai.analytics.selectors.counted import (
    CONTACTS,
    CUSTOMERS,
    DEALS,
    LEADS,
    LOST,
    LOST_COUNT,
    NOTHING,
    WIN_RATE,
    WON,
    WON_COUNT,
    WON_SUM,
    Measure,
    counted,
    may_measure,
)
from kemai.analytics.selectors.table import Column, Figure, Row, Table, share
from kemai.kit.words import T

SHOWN = (WON_SUM, WON_COUNT, DEALS, CUSTOMERS, LEADS, CONTACTS)
FIGURES = T("指标", "Figure")


def totals(choice: Choice) -> Table:
    """A row for each measure: this period and the year before."""
    periods = [choice.period, choice.period.year_before(choice.today)]
    found: dict[Any, Any] = {}
    rows = []
    for measure in SHOWN:
        if not may_measure(choice, measure):
            continue
        if measure.source not in found:
            total = WON_SUM.total if measure.source is WON and may_measure(choice, WON_SUM) else ""
            found[measure.source] = counted(choice, measure.source, total=total, periods=periods)
        rows.append(_row(choice, measure, found[measure.source], periods))
        if measure is WON_COUNT and may_measure(choice, LOST_COUNT):
            rows.append(_win_rate(found[WON], counted(choice, LOST, periods=periods)))
    columns = [
        Column("value", T("本期", "This period").to(), "any"),
        Column("previous", T("去年同期", "A year before").to(), "any"),
    ]
    return Table(FIGURES, columns, rows)


def _row(choice: Choice, measure: Measure, found: dict[Any, tuple[int, str]], periods: list[Any]) -> Row:
    figures = {
        name: Figure(
            measure.of(found.get((n,), NOTHING)),
            choice.path(measure.source.object, *measure.source.conditions, at=measure.source.at, period=periods[n]),
        )
        for n, name in enumerate(("value", "previous"))
    }
    return Row(measure.key, measure.label.to(), figures, {"kind": measure.kind})


def _win_rate(won: dict[Any, tuple[int, str]], lost: dict[Any, tuple[int, str]]) -> Row:
    figures = {}
    for n, name in enumerate(("value", "previous")):
        wins, losses = won.get((n,), NOTHING)[0], lost.get((n,), NOTHING)[0]
        figures[name] = Figure(share(wins, wins + losses))
    return Row("win_rate", WIN_RATE.to(), figures, {"kind": "percent"})
