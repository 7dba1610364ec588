"""The parts of the analysis, each by its name: what the page shows and what a file of it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kemai.analytics.selectors.choice import Choice
from kemai.analytics.selectors.funnel import funnel, losses
from kemai.analytics.selectors.origins import regions, sources
from kemai.analytics.selectors.people import activity, ranking
from kemai.analytics.selectors.table import Table
from kemai.analytics.selectors.totals import totals
from kemai.analytics.selectors.trend import trend
from kemai.kit.errors import NotFound
from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class Part:
    """``kinds``: the kinds of record its figures count; who takes it out as a file may export all of them that he sees."""

    key: str
    label: T
    make: Callable[[Choice], Table]
    kinds: tuple[str, ...]


PARTS = {
    part.key: part
    for part in (
        Part("totals", T("概况", "Overview"), totals, ("opportunities", "customers", "leads", "interactions")),
        Part("funnel", T("销售漏斗", "Funnel"), funnel, ("opportunities",)),
        Part("losses", T("丢单分析", "Lost deals"), losses, ("opportunities",)),
        Part("trend", T("走势", "Trend"), trend, ("opportunities", "customers", "leads", "interactions")),
        Part("ranking", T("排名", "Ranking"), ranking, ("opportunities", "customers", "interactions")),
        Part("activity", T("跟进与成果", "Activity and result"), activity, ("opportunities", "interactions")),
        Part("sources", T("来源分析", "Sources"), sources, ("leads", "customers", "opportunities")),
        Part("regions", T("区域分布", "Regions"), regions, ("customers", "opportunities")),
    )
}


def get_part(key: str) -> Part:
    """The part of that name; :class:`NotFound` when there is none."""
    if key not in PARTS:
        raise NotFound
    return PARTS[key]
