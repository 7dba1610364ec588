"""C-10: what pools, holders, quotas and recycling must do, told a second time in plain Python: no SQL, no services, no Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
HOLD, DAILY, RECLAIM, SILENT, WARN = 3, 2, 3, 10, 2


@dataclass
class Thing:
    """One customer or lead. Exactly one of ``owner`` and ``pool`` is set, always."""

    owner: str | None
    pool: str | None
    owned_at: datetime
    kind: str = "customers"
    contact: datetime | None = None
    protected: date | None = None
    shared: set[str] = field(default_factory=set)
    deleted: bool = False
    merged: bool = False
    kept: date | None = None
    log: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """(kind, who has it now, the pool it lies in now)"""

    @property
    def living(self) -> bool:
        return not self.deleted and not self.merged


@dataclass
class Model:
    """The company: people, who holds what, and what was done when."""

    now: datetime
    people: tuple[str, ...]
    pools: dict[str, set[str]]
    """Pool → who is a member."""
    base: dict[tuple[str, str], int]
    """How many of a kind beyond the model's own each person holds."""
    things: dict[str, Thing] = field(default_factory=dict)
    claims: list[tuple[str, str, date]] = field(default_factory=list)
    """Who claimed what kind on which day: each kind is counted for itself."""
    released: dict[tuple[str, str], datetime] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    """People who left."""

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    # what may be done

    def sees(self, person: str, key: str) -> bool:
        thing = self.things[key]
        return thing.living and (
            thing.owner == person
            or person in thing.shared
            or (thing.pool is not None and person in self.pools[thing.pool])
        )

    def held(self, person: str, kind: str) -> int:
        own = sum(t.owner == person and t.living and t.kind == kind for t in self.things.values())
        return self.base[person, kind] + own

    def may_claim(self, person: str, key: str) -> bool:
        thing = self.things[key]
        since = self.released.get((person, key))
        return (
            self.sees(person, key)
            and thing.pool is not None
            and self.held(person, thing.kind) < HOLD + self.base[person, thing.kind]
            and self.claims.count((person, thing.kind, self.today)) < DAILY
            and (since is None or self.now >= since + timedelta(days=RECLAIM))
        )

    # doing it

    def give(self, key: str, kind: str, owner: str | None, pool: str | None) -> None:
        thing = self.things[key]
        thing.owner, thing.pool, thing.owned_at = owner, pool, self.now
        thing.protected = thing.protected if kind == "claim" else None
        thing.kept = None
        thing.log.append((kind, owner, pool))
        self.recount(key)

    def claim(self, person: str, key: str) -> None:
        self.give(key, "claim", person, None)
        self.claims.append((person, self.things[key].kind, self.today))

    def release(self, person: str, key: str, pool: str) -> None:
        self.released[(person, key)] = self.now
        self.give(key, "release", None, pool)

    def follow_up(self, key: str) -> None:
        self.things[key].contact = self.now
        self.recount(key)

    def due(self, key: str) -> date | None:
        """The last day with its owner, never nearer than the warning from when that was first known."""
        thing = self.things[key]
        if thing.owner is None:
            return None
        since = max(filter(None, (thing.contact, thing.owned_at)))
        day = since.astimezone(ZONE).date() + timedelta(days=SILENT)
        soonest = self.today + timedelta(days=WARN)
        day = max(day, min(thing.kept or soonest, soonest))
        return max(day, thing.protected) if thing.protected else day

    def recount(self, key: str) -> None:
        if self.things[key].living:
            self.things[key].kept = self.due(key)

    def night(self, kind: str, pool: str) -> set[str]:
        """A run of the rules over a kind: who goes."""
        own = {k: t for k, t in self.things.items() if t.kind == kind}
        for key in own:
            self.recount(key)
        taken = {k for k, t in own.items() if t.living and t.owner and t.kept and t.kept < self.today}
        for key in taken:
            self.give(key, "recycle", None, pool)
        return taken

    def merge(self, survivor: str, loser: str) -> None:
        one, two = self.things[survivor], self.things[loser]
        two.merged = True
        one.log += two.log  # the history of both
        two.log = []
        one.contact = max(filter(None, (one.contact, two.contact)), default=None)
        self.recount(survivor)
