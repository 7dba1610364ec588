"""Kinds of record that are owned by one person or lie in a pool (POOL-1): customers, and what a higher domain registers (leads).

Everything about pools — claims and their limits, moves, distribution, recycling with its warnings, brakes and undo — is written once, over
a kind. Its table has the columns of :class:`~kemai.customers.models.Pooled`, a ``name``, a ``region`` and an ``industry``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kemai.base.events import Event
from kemai.base.parameters import Parameter
from kemai.kit.errors import NotFound
from kemai.kit.words import T
from kemai.platform.objects.declare import ObjectType, get_object


def _nothing(ids: list[UUID]) -> None:
    """Nothing follows."""


def _never(verb: str, row: dict[str, Any]) -> None:
    """No state refuses anything."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a recycling rule may go by. ``sql`` over the record ``t``: a moment or date for a reason (null: does not apply), a
    condition for what spares it."""

    code: str
    label: T
    sql: str


@dataclass(frozen=True, slots=True)
class PooledKind:
    """One kind of record that can be pooled.

    ``noun`` and ``counted`` (``{count}``) name it in messages. ``held``: SQL over ``t``, which of them count as held and may be given
    out or taken back (a converted lead is nobody's burden). ``hold_limit``, ``daily_claims``: what one person may hold and claim where
    the pool has no limit of its own; each kind is counted for itself. ``refuse(verb, row)`` raises where the record's state forbids
    a verb, and reads the columns ``reads``. ``moved``: told, in the same act, which records changed hands, for what follows them.

    The events told outside: of one record by key, the row as it was and the person or the reason; of many by their keys.
    """

    object: str
    noun: T
    counted: T
    hold_limit: Parameter
    daily_claims: Parameter
    assigned: Callable[[UUID, dict[str, Any], UUID, str], Event]
    claimed: Callable[[UUID, UUID], Event]
    released: Callable[[UUID, dict[str, Any], str], Event]
    recycled: Callable[[list[str]], Event]
    distributed: Callable[[list[str]], Event]
    taken_back: Callable[[list[str]], Event]
    held: str = "TRUE"
    reads: tuple[str, ...] = ()
    refuse: Callable[[str, dict[str, Any]], None] = _never
    moved: Callable[[list[UUID]], None] = _nothing
    reasons: dict[str, Fact] = field(default_factory=dict)
    spares: dict[str, Fact] = field(default_factory=dict)

    @property
    def declaration(self) -> ObjectType:
        return get_object(self.object)

    @property
    def table(self) -> str:
        return self.declaration.table

    def say(self, text: T) -> T:
        """A text about ``{what}``, of this kind."""
        return T(text.zh.format(what=self.noun.zh), text.en.format(what=self.noun.en))

    def perm(self, verb: str) -> str:
        """The permission for a verb, as the declaration names it."""
        return self.declaration.perm(verb)


_kinds: dict[str, PooledKind] = {}


def pooled_kind(kind: PooledKind) -> PooledKind:
    """Register a kind of record that can be pooled (extension point)."""
    assert kind.object not in _kinds, kind.object
    _kinds[kind.object] = kind
    return kind


def pooled_kinds() -> list[PooledKind]:
    """All registered, customers first."""
    return list(_kinds.values())


def kind_of(name: str) -> PooledKind:
    """The pooled kind of this name; :class:`NotFound` when there is none."""
    if name not in _kinds:
        raise NotFound
    return _kinds[name]


def recycle_reason(code: str, label: T, sql: str, *, of: str = "customers") -> None:
    """Register from which moment a rule over this kind may count (extension point)."""
    _add(_kinds[of].reasons, Fact(code, label, sql))


def recycle_spare(code: str, label: T, sql: str, *, of: str = "customers") -> None:
    """Register what may keep a record of this kind from being recycled (extension point)."""
    _add(_kinds[of].spares, Fact(code, label, sql))


def _add(known: dict[str, Fact], fact: Fact) -> None:
    assert fact.code not in known, fact.code
    known[fact.code] = fact
