"""Views and segments of the demo company: what a sales organisation looks at every week (CUS-7)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor
from kemai.platform.objects.segment_members import count_segment
from kemai.platform.objects.segments import create_segment
from kemai.platform.objects.views import save_view

ALL = {"kind": "all"}


def related(link: str, where: Any, op: str, value: Any, measure: dict[str, str] | None = None) -> dict[str, Any]:
    """A condition on the records of kind ``link`` that point to a customer."""
    node = {"related": {"object": link, "field": "customer"}, "where": where, "op": op, "value": value}
    return {**node, "measure": measure or {"op": "count"}}


def within(field: str, days: int) -> dict[str, Any]:
    return {"field": field, "op": "within_last", "value": {"days": days}}


WON_THIS_YEAR = {"and": [{"field": "status", "op": "eq", "value": "won"}, within("closed_at", 365)]}
SILENT = related("interactions", within("occurred_at", 30), "eq", 0)

VIEWS: tuple[dict[str, Any], ...] = (
    {
        "object": "opportunities",
        "name": "按阶段看金额",
        "filter": {"field": "status", "op": "eq", "value": "open"},
        "layout": "groups",
        "options": {"group": ["stage", "owner"], "measures": [{"op": "sum", "field": "amount"}]},
    },
    {
        "object": "opportunities",
        "name": "预计成交日历",
        "filter": {"field": "status", "op": "eq", "value": "open"},
        "layout": "calendar",
        "options": {"date": "expected_close_on"},
    },
    {
        "object": "customers",
        "name": "按重要程度分列",
        "layout": "board",
        "options": {"column": "importance", "sum": "deal_amount"},
    },
    {
        "object": "interactions",
        "name": "每月跟进量",
        "layout": "groups",
        "options": {"group": ["occurred_at:month", "owner"]},
    },
    {"object": "tasks", "name": "任务日历", "layout": "calendar", "options": {"date": "due_at", "span": "week"}},
)

SEGMENTS: tuple[dict[str, Any], ...] = (
    {
        "name": "成交过、30 天没联系",
        "description": "买过的客户最该先联系。",
        "filter": {
            "and": [related("opportunities", {"field": "status", "op": "eq", "value": "won"}, "gte", 1), SILENT]
        },
    },
    {
        "name": "一年成交满 20 万",
        "description": "近 365 天赢单金额合计不少于 20 万元。",
        "filter": related("opportunities", WON_THIS_YEAR, "gte", "200000", {"op": "sum", "field": "amount"}),
    },
    {
        "name": "没有进行中的商机",
        "description": "有负责人，却没有人在谈。",
        "filter": {
            "and": [
                {"field": "owner", "op": "is_null", "value": False},
                related("opportunities", {"field": "status", "op": "eq", "value": "open"}, "eq", 0),
            ]
        },
    },
)


def make_lists(actor: Actor) -> dict[str, int]:
    """Shared views and segments, made and counted by ``actor``, who may share with everybody; how many of each."""
    for view in VIEWS:
        values = {k: v for k, v in view.items() if k != "object"}
        save_view(actor, object_name=view["object"], values={**values, "shared": ALL})
    for segment in SEGMENTS:
        row = create_segment(actor, object_name="customers", values={**segment, "kind": "dynamic", "shared": ALL})
        count_segment(row.id)
    fair = {"name": "秋季展会邀请名单", "description": "手工挑选，逐个确认。", "kind": "static", "shared": ALL}
    first = {"field": "importance", "op": "is_null", "value": False}
    create_segment(actor, object_name="customers", values={**fair, "filter": {"and": [first, SILENT]}})
    return {"views": len(VIEWS), "segments": len(SEGMENTS) + 1}
