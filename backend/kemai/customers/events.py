"""What happens to customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kemai.base.events import Event
from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class CustomerClaimed(Event):
    kind: ClassVar[str] = "customers.claimed"
    label: ClassVar[T] = T("领取", "Claimed")
    about: ClassVar[str] = "customers"
    user_id: str


@dataclass(frozen=True, slots=True)
class CustomerReleased(Event):
    kind: ClassVar[str] = "customers.released"
    label: ClassVar[T] = T("退回公海", "Released to the pool")
    about: ClassVar[str] = "customers"
    user_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerAssigned(Event):
    kind: ClassVar[str] = "customers.assigned"
    label: ClassVar[T] = T("分配", "Assigned")
    about: ClassVar[str] = "customers"
    from_user_id: str | None
    to_user_id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class CustomersPooled(Event):
    """Customers came to lie in a pool, by whatever way (one event a batch)."""

    kind: ClassVar[str] = "customers.pooled"
    label: ClassVar[T] = T("进入公海", "Came into a pool")
    about: ClassVar[str] = "customers"
    public: ClassVar[bool] = False
    ids: list[str]
    pool_id: str


@dataclass(frozen=True, slots=True)
class CustomersRecycled(Event):
    """The rules took customers back to the pools (one event a batch)."""

    kind: ClassVar[str] = "customers.recycled"
    label: ClassVar[T] = T("回收至公海", "Recycled to the pool")
    about: ClassVar[str] = "customers"
    ids: list[str]


@dataclass(frozen=True, slots=True)
class CustomersTakenBack(Event):
    """A claim, release, assignment, move, run of recycling or distribution was taken back: they are again with whom, or where, they
    were before it (one event a batch)."""

    kind: ClassVar[str] = "customers.taken_back"
    label: ClassVar[T] = T("撤销归属变更", "Change of holder taken back")
    about: ClassVar[str] = "customers"
    ids: list[str]


@dataclass(frozen=True, slots=True)
class CustomersDistributed(Event):
    """Customers of a pool were given out (one event a batch)."""

    kind: ClassVar[str] = "customers.distributed"
    label: ClassVar[T] = T("批量分配", "Given out")
    about: ClassVar[str] = "customers"
    ids: list[str]
