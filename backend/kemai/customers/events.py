"""What happens to customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kemai.base.events import Event


@dataclass(frozen=True, slots=True)
class CustomerClaimed(Event):
    kind: ClassVar[str] = "customers.claimed"
    user_id: str


@dataclass(frozen=True, slots=True)
class CustomerReleased(Event):
    kind: ClassVar[str] = "customers.released"
    user_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerAssigned(Event):
    kind: ClassVar[str] = "customers.assigned"
    from_user_id: str | None
    to_user_id: str
    name: str
    reason: str
