"""The funnel of the deals that began in a period: how far they came, how long they stayed, where and why they were lost (decisions/032).

A deal passed every stage before its furthest one, so no conversion is above 100 %. What lies in the stages now stands beside it and is
never divided by it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kemai.analytics.selectors.choice import Choice, stages_of
from kemai.analytics.selectors.counted import NEW_DEALS, WON_SUM, counted, readable
from kemai.analytics.selectors.paths import leaf, leaf_or_none
from kemai.analytics.selectors.table import Column, Figure, Row, Table, share, withheld
from kemai.kit.words import T
from kemai.platform.objects.board import EMPTY, kept_figures
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.read import run_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.select import Query, plan_list

STAGES, REASONS = T("阶段", "Stage"), T("丢单原因", "Reason")
#: Time in a stage is the sum of a deal's stays there, of deals that have left it.
_STAYS = """
WITH cohort AS (SELECT t.id FROM sales_opportunity t WHERE {scope} AND {condition} AND t.created_at >= %(start)s AND t.created_at < %(end)s),
stays AS (SELECT m.opportunity_id, m.to_stage_id AS stage, lead(m.at) OVER (PARTITION BY m.opportunity_id ORDER BY m.id) - m.at AS stay
    FROM cohort c JOIN sales_stagemove m ON m.opportunity_id = c.id AND NOT m.void),
spent AS (SELECT stage, extract(epoch FROM sum(stay)) / 86400.0 AS days FROM stays GROUP BY opportunity_id, stage HAVING count(*) = count(stay))
SELECT stage::text, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY days)::numeric, 1)::float8, round(avg(days)::numeric, 1)::float8
FROM spent GROUP BY stage
"""


def funnel(choice: Choice) -> Table:
    """A row for each stage of the pipeline, in its order."""
    if not readable(choice, "opportunities", "created_at", "reached", "lost_from", "status", "stage"):
        return withheld(STAGES)
    stages = stages_of(choice)
    ids = [stage["id"] for stage in stages]
    came = counted(choice, NEW_DEALS, leaf("reached", "in", ids), by=("reached",))
    lost = counted(choice, NEW_DEALS, leaf("reached", "in", ids), leaf("status", "eq", "lost"), by=("lost_from",))
    days, lying = _days(choice, ids), _lying(choice)
    money = readable(choice, "opportunities", WON_SUM.total)
    reached = [sum(came.get((0, key), (0, ""))[0] for key in ids[n:]) for n in range(len(ids))]
    rows = []
    for n, stage in enumerate(stages):
        key = stage["id"]
        median, mean = days.get(key, (None, None))
        count, total = lying.get(key, (0, "0.00"))
        now = choice.path("opportunities", leaf("stage", "eq", key))
        figures = {
            "reached": Figure(reached[n], _path(choice, leaf("reached", "in", ids[n:]))),
            "step": Figure(share(reached[n], reached[n - 1]) if n else None),
            "overall": Figure(share(reached[n], reached[0]) if n else None),
            "median_days": Figure(median),
            "mean_days": Figure(mean),
            "lost": Figure(
                lost.get((0, key), (0, ""))[0],
                _path(choice, *_lost(ids), leaf("lost_from", "eq", key)),
            ),
            "now": Figure(count, now),
            **({"now_sum": Figure(total, now)} if money else {}),
        }
        rows.append(Row(key, stage["label"], figures, {"kind": stage["kind"]}))
    return Table(STAGES, _columns(money), rows)


def _columns(money: bool) -> list[Column]:
    columns = [
        Column("reached", T("到达", "Reached").to()),
        Column("step", T("转化", "Converted").to(), "percent"),
        Column("overall", T("总转化", "Of all").to(), "percent"),
        Column("median_days", T("中位天数", "Median days").to(), "days"),
        Column("mean_days", T("平均天数", "Mean days").to(), "days"),
        Column("lost", T("在此丢单", "Lost here").to()),
        Column("now", T("现有", "Here now").to()),
    ]
    return [*columns, Column("now_sum", T("现有金额", "Amount now").to(), "money")] if money else columns


def losses(choice: Choice) -> Table:
    """Of the same deals those lost: by reason, and from which stage."""
    if not readable(choice, "opportunities", "created_at", "reached", "lost_from", "lost_reason", "status", "stage"):
        return withheld(REASONS)
    stages = stages_of(choice)
    ids = [stage["id"] for stage in stages]
    money = WON_SUM.total if readable(choice, "opportunities", WON_SUM.total) else ""
    found = counted(choice, NEW_DEALS, *_lost(ids), by=("lost_reason", "lost_from"), total=money)
    known = get_object("opportunities").by_name["lost_reason"].choice_map()
    left = [s for s in stages if any(key[2] == s["id"] for key in found)]
    columns = [Column("lost", T("丢单数", "Deals lost").to())]
    columns += [Column("sum", T("丢单金额", "Amount lost").to(), "money")] if money else []
    columns += [Column(f"from_{s['id']}", T("在“{stage}”", "From {stage}").to(stage=s["label"])) for s in left]
    rows = [_loss(choice, ids, left, code, known, found, money) for code in {key[1] for key in found}]
    rows.sort(key=lambda r: (-int(r.figures["lost"].value or 0), r.label))
    return Table(REASONS, columns, rows)


def _loss(
    choice: Choice, ids: list[str], left: list[dict[str, Any]], code: str, known: dict[str, T], found: Any, money: str
) -> Row:
    reason = leaf_or_none("lost_reason", code)
    mine = {key[2]: value for key, value in found.items() if key[1] == code}
    path = _path(choice, *_lost(ids), reason)
    figures = {"lost": Figure(sum(n for n, _ in mine.values()), path)}
    if money:
        amount = sum((Decimal(total) for _, total in mine.values()), Decimal("0.00"))
        figures["sum"] = Figure(str(amount), path)
    for stage in left:
        count = mine.get(stage["id"], (0, ""))[0]
        figures[f"from_{stage['id']}"] = Figure(
            count, _path(choice, *_lost(ids), reason, leaf("lost_from", "eq", stage["id"]))
        )
    return Row(code, known[code].to() if code in known else code or EMPTY.to(), figures)


def _lost(ids: list[str]) -> tuple[dict[str, Any], ...]:
    return leaf("reached", "in", ids), leaf("status", "eq", "lost")


def _path(choice: Choice, *leaves: dict[str, Any]) -> str:
    return choice.path("opportunities", *leaves, at=NEW_DEALS.at)


def _days(choice: Choice, ids: list[str]) -> dict[str, tuple[float, float]]:
    """Stage → median and mean days of the deals that have left it."""
    declaration = get_object("opportunities")
    query = Query(filter=choice.filter_text(leaf("reached", "in", ids)))
    plan = plan_list(choice.actor, declaration, query)
    start, end = choice.period.instants(choice.zone)
    sql = _STAYS.format(scope=plan.scope.sql, condition=plan.condition)
    rows = fetch_rows(sql, {**run_params(choice.actor, plan, query), "start": start, "end": end})
    return {row[0]: (row[1], row[2]) for row in rows}


def _lying(choice: Choice) -> dict[str, tuple[int, str]]:
    """What lies in each stage now, from the kept figures of the board."""
    declaration = get_object("opportunities")
    assert declaration.board is not None
    query = Query(filter=choice.filter_text())
    plan = plan_list(choice.actor, declaration, query)
    return kept_figures(
        choice.actor,
        declaration,
        declaration.board,
        condition=plan.compiled.sql,
        params=run_params(choice.actor, plan, query),
    )
