"""Whom a pool's customers are given to (POOL-6). Pure: the same facts give the same plan, so a preview is what is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kemai.kit.words import T

METHODS: dict[str, T] = {
    "round_robin": T("轮流", "In turn"),
    "load": T("按负载", "By load"),
    "area": T("按地区行业", "By region and industry"),
    "win_rate": T("按赢单率", "By win rate"),
}


@dataclass(frozen=True, slots=True)
class Lot:
    """A customer to be given out. ``not_to``: who may not get it back yet."""

    id: UUID
    region: str = ""
    industry: str = ""
    not_to: frozenset[UUID] = frozenset()


@dataclass(slots=True)
class Taker:
    """Somebody who may get customers. ``room``: how many more (None: any number); ``areas``: (regions, industries) he works."""

    id: UUID
    load: int = 0
    room: int | None = None
    win_rate: float = 0.5
    last_at: datetime | None = None
    areas: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()
    given: int = field(default=0, init=False)

    @property
    def free(self) -> bool:
        return self.room is None or self.given < self.room

    def works(self, lot: Lot) -> bool:
        """Whether the customer lies in what he works; a region named takes in what begins with it (浙江: 浙江杭州)."""
        return any(
            (not regions or any(lot.region.startswith(r) for r in regions))
            and (not industries or lot.industry in industries)
            for regions, industries in self.areas
            if regions or industries
        )


def plan_distribution(lots: list[Lot], takers: list[Taker], method: str) -> dict[UUID, UUID]:
    """Customer → who gets it; those nobody can take are left out. Nobody gets more than he has room for."""
    choose = _CHOICES[method]
    # Whoever waited longest begins; who never got one, first.
    order = sorted(takers, key=lambda t: (t.last_at is not None, t.last_at.timestamp() if t.last_at else 0.0, t.id))
    rank = {taker.id: n for n, taker in enumerate(order)}
    plan: dict[UUID, UUID] = {}
    for lot in lots:
        able = [t for t in order if t.free and t.id not in lot.not_to]
        if method == "area":
            able = [t for t in able if t.works(lot)]
        if not able:
            continue
        taker = min(able, key=lambda t: (choose(t), rank[t.id]))
        taker.given += 1
        plan[lot.id] = taker.id
    return plan


def _in_turn(taker: Taker) -> float:
    return taker.given


def _by_load(taker: Taker) -> float:
    return taker.load + taker.given


def _by_win_rate(taker: Taker) -> float:
    # Shares in proportion to the rate: whoever is furthest behind his share. A rate of nothing still gets a little.
    return (taker.given + 1) / max(taker.win_rate, 0.05)


_CHOICES: dict[str, Callable[[Taker], float]] = {
    "round_robin": _in_turn,
    "load": _by_load,
    "area": _by_load,
    "win_rate": _by_win_rate,
}


def compute_win_rate(won: int, lost: int) -> float:
    """Won of those decided, drawn a little towards one half where few were: one of one is no 100 %."""
    return (won + 1) / (won + lost + 2)
