"""What happens in sales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kemai.base.events import Event
from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class OpportunityMoved(Event):
    kind: ClassVar[str] = "sales.opportunity_moved"
    label: ClassVar[T] = T("推进阶段", "Moved to another stage")
    about: ClassVar[str] = "opportunities"
    from_stage_id: str | None
    to_stage_id: str


@dataclass(frozen=True, slots=True)
class OpportunityWon(Event):
    kind: ClassVar[str] = "sales.opportunity_won"
    label: ClassVar[T] = T("赢单", "Won")
    about: ClassVar[str] = "opportunities"
    customer_id: str
    owner_id: str
    name: str
    amount: str
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class OpportunityLost(Event):
    kind: ClassVar[str] = "sales.opportunity_lost"
    label: ClassVar[T] = T("输单", "Lost")
    about: ClassVar[str] = "opportunities"
    customer_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpportunityReopened(Event):
    """A closed opportunity is open again: taken up anew, or its closing taken back."""

    kind: ClassVar[str] = "sales.opportunity_reopened"
    label: ClassVar[T] = T("重新打开", "Reopened")
    about: ClassVar[str] = "opportunities"
    customer_id: str


@dataclass(frozen=True, slots=True)
class StagesReordered(Event):
    """The stages of a pipeline stand in another order, or one went or came back."""

    kind: ClassVar[str] = "sales.stages_reordered"
    label: ClassVar[T] = T("调整阶段顺序", "Stages put in another order")
    about: ClassVar[str] = "pipelines"
    public: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class LeadClaimed(Event):
    kind: ClassVar[str] = "sales.lead_claimed"
    label: ClassVar[T] = T("领取线索", "Lead claimed")
    about: ClassVar[str] = "leads"
    user_id: str


@dataclass(frozen=True, slots=True)
class LeadReleased(Event):
    kind: ClassVar[str] = "sales.lead_released"
    label: ClassVar[T] = T("退回线索", "Lead released to the pool")
    about: ClassVar[str] = "leads"
    user_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeadAssigned(Event):
    kind: ClassVar[str] = "sales.lead_assigned"
    label: ClassVar[T] = T("分配线索", "Lead assigned")
    about: ClassVar[str] = "leads"
    to_user_id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeadsRecycled(Event):
    """The rules took leads back to the pools (one event a batch)."""

    kind: ClassVar[str] = "sales.leads_recycled"
    label: ClassVar[T] = T("回收至公海", "Recycled to the pool")
    about: ClassVar[str] = "leads"
    ids: list[str]


@dataclass(frozen=True, slots=True)
class LeadsDistributed(Event):
    """Leads of a pool were given out (one event a batch)."""

    kind: ClassVar[str] = "sales.leads_distributed"
    label: ClassVar[T] = T("批量分配", "Given out")
    about: ClassVar[str] = "leads"
    ids: list[str]


@dataclass(frozen=True, slots=True)
class LeadsTakenBack(Event):
    """A change of who holds leads was taken back (one event a batch)."""

    kind: ClassVar[str] = "sales.leads_taken_back"
    label: ClassVar[T] = T("撤销归属变更", "Change of holder taken back")
    about: ClassVar[str] = "leads"
    ids: list[str]


@dataclass(frozen=True, slots=True)
class LeadUnconverted(Event):
    """A conversion was taken back: what it had made is deleted, the lead is open again."""

    kind: ClassVar[str] = "sales.lead_unconverted"
    label: ClassVar[T] = T("撤销线索转化", "Conversion taken back")
    about: ClassVar[str] = "leads"
    customer_id: str


@dataclass(frozen=True, slots=True)
class LeadConverted(Event):
    kind: ClassVar[str] = "sales.lead_converted"
    label: ClassVar[T] = T("线索转化", "Lead converted")
    about: ClassVar[str] = "leads"
    customer_id: str
    contact_id: str | None
    opportunity_id: str | None
