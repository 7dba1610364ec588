"""Refusals of the sales domain."""

from __future__ import annotations

from typing import Any

from kemai.kit.errors import Conflict, FieldError, Invalid
from kemai.kit.words import T

NO_RATE = T(
    "{currency}还没有汇率，请管理员或财务在“系统管理 → 汇率”里加上。",
    "There is no rate of {currency} yet; ask finance or the administrator to add one under Administration, Exchange rates.",
)
NO_CENTS = T("{currency}没有小数，请填整数金额。", "{currency} has no smaller unit; enter a whole amount.")

PRICED = T(
    "产品明细以原来的币种定价，请先删除明细再改币种。",
    "The product lines are priced in this currency; remove them before changing it.",
)


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

    def __init__(
        self,
        errors: list[FieldError],
        *,
        guidance: str = "",
        param: str = "",
        items: list[dict[str, Any]] | None = None,
    ) -> None:
        self.gate = {"guidance": guidance, "param": param, "items": items or []}
        super().__init__(errors)

    def extra(self) -> dict[str, Any]:
        """What the stage says of itself, and the lines to tick: they go back in the command's parameter ``param``."""
        return {"gate": self.gate}


class LeadState(Conflict):
    """The lead is not in a state for this; ``why`` are the words of the rule."""

    code = "sales.lead_state"
    text = T("{why}", "{why}")


class LeadConverted(Conflict):
    code = "sales.lead_converted"
    text = T("该线索刚刚已由{name}转化。", "This lead has just been converted by {name}.")


class LeadPooled(Conflict):
    code = "sales.lead_pooled"
    text = T("线索在公海中，请先领取。", "The lead lies in a pool; claim it first.")


class NobodyToTakeOver(Conflict):
    code = "sales.assignee_inactive"
    text = T("“{name}”已停用，不能接手。", '"{name}" is disabled and cannot take anything over.')


class ConversionUsed(Conflict):
    """What a conversion made has been worked with since; ``what`` names it."""

    code = "sales.conversion_used"
    text = T(
        "转化生成的{what}之后已被使用或修改，不能退回线索。请在相应记录上处理。",
        "{what}, made by the conversion, was used or changed since; the lead cannot come back. Work on that record instead.",
    )


class SameOwner(Conflict):
    code = "sales.same_owner"
    text = T("这位同事已经是负责人。", "This colleague owns it already.")


class TransferPending(Conflict):
    code = "sales.transfer_pending"
    text = T("已有一项移交申请在等待处理。", "A request to hand it over is waiting already.")


class TransferDecided(Conflict):
    code = "sales.transfer_decided"
    text = T("该申请已经处理。", "This request has been decided already.")


class CustomerPooled(Conflict):
    code = "sales.customer_pooled"
    text = T("客户在公海中，没有负责人可移交；请直接领取。", "The customer lies in a pool; claim it instead.")


class HasOpportunity(Conflict):
    code = "sales.has_opportunity"
    text = T("这次跟进已属于一个商机。", "This follow-up belongs to an opportunity already.")
