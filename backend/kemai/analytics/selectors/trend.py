"""One measure over twelve months, eight quarters or thirteen weeks, beside the same a year before."""

from __future__ import annotations

from datetime import timedelta

from kemai.analytics.selectors.choice import Choice
from kemai.analytics.selectors.counted import MEASURES, NOTHING, WON_COUNT, WON_SUM, counted, may_measure
from kemai.analytics.selectors.periods import step_before, step_label, steps_until
from kemai.analytics.selectors.table import Column, Figure, Row, Table, withheld
from kemai.kit.errors import Malformed
from kemai.kit.words import T

ROWS = {"week": T("周（周一）", "Week (Monday)"), "month": T("月份", "Month"), "quarter": T("季度", "Quarter")}


def trend(choice: Choice) -> Table:
    """The steps up to the end of the chosen period, or up to today where it is not over."""
    step = choice.step or "month"
    measure = MEASURES.get(choice.measure or (WON_SUM if may_measure(choice, WON_SUM) else WON_COUNT).key)
    if measure is None:
        raise Malformed(what=f"measure: {' | '.join(MEASURES)}")
    last = min(choice.period.after - timedelta(days=1), max(choice.today, choice.period.first))
    now = steps_until(step, last)
    if not may_measure(choice, measure):
        return withheld(ROWS[step])
    before = [step_before(step, period) for period in now]
    found = counted(choice, measure.source, total=measure.total, periods=[*now, *before])
    rows = []
    for n, period in enumerate(now):
        figures = {}
        for name, at, span in (("value", n, period), ("previous", n + len(now), before[n])):
            path = choice.path(measure.source.object, *measure.source.conditions, at=measure.source.at, period=span)
            figures[name] = Figure(measure.of(found.get((at,), NOTHING)), path)
        rows.append(Row(period.first.isoformat(), step_label(step, period), figures))
    columns = [
        Column("value", measure.label.to(), measure.kind),
        Column("previous", T("去年同期", "A year before").to(), measure.kind),
    ]
    allowed = [{"key": m.key, "label": m.label.to()} for m in MEASURES.values() if may_measure(choice, m)]
    return Table(ROWS[step], columns, rows, more={"measure": measure.key, "measures": allowed, "step": step})
