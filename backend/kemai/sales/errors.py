"""Refusals of the sales domain."""

from __future__ import annotations

from kemai.kit.errors import Conflict, Invalid
from kemai.kit.words import T


class Closed(Conflict):
    code = "sales.opportunity_closed"
    text = T("商机已经关闭，请先重新打开。", "The opportunity is closed; reopen it first.")


class NotClosed(Conflict):
    code = "sales.opportunity_open"
    text = T("商机还在进行中。", "The opportunity is still open.")


class NoSuchStage(Conflict):
    code = "sales.no_such_stage"
    text = T(
        "这个流程里没有这样的阶段，请管理员检查销售流程。",
        "This pipeline has no such stage; ask the administrator to check it.",
    )


class StageGate(Invalid):
    """Something is missing that the stage asks for; ``errors`` names the fields."""

    code = "sales.stage_gate"
    text = T("进入该阶段前还缺 {count} 项内容。", "{count} thing(s) are missing for this stage.")
