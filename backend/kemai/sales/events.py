"""What happens in sales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kemai.base.events import Event


@dataclass(frozen=True, slots=True)
class OpportunityMoved(Event):
    kind: ClassVar[str] = "sales.opportunity_moved"
    from_stage_id: str | None
    to_stage_id: str


@dataclass(frozen=True, slots=True)
class OpportunityWon(Event):
    kind: ClassVar[str] = "sales.opportunity_won"
    customer_id: str
    owner_id: str
    name: str
    amount: str


@dataclass(frozen=True, slots=True)
class OpportunityLost(Event):
    kind: ClassVar[str] = "sales.opportunity_lost"
    customer_id: str
    reason: str
