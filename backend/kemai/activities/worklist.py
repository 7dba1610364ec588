"""Who may stand on somebody's list of whom to contact today, and why (ACT-3). Higher domains add kinds of record and reasons of theirs.

A reason is one branch of one statement: rows of a declared kind of record that name whom to contact, a moment, and a short text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kemai.accounts.access import Actor
from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class LineKind:
    """A kind of record that is contacted: a customer, a lead (SAL-1). ``owner_id`` of it says whose line it is.

    ``shown``: the fields a line carries, as far as the reader may see them; ``open``: SQL over ``t``, who is contacted at all.
    """

    object: str
    shown: tuple[str, ...]
    open: str = "TRUE"


@dataclass(frozen=True, slots=True)
class Branch:
    """SQL over alias ``x``: ``at`` the instant it is due, ``person`` the column of whose list it is, ``where`` which of his rows,
    ``extra`` a text the words may quote.

    May bind ``%(now)s``, ``%(today)s``, ``%(today_from)s``, ``%(today_to)s``, ``%(zone)s`` and what ``params`` brings, by names of its
    own.
    """

    at: str
    person: str
    where: str
    extra: str = "NULL"
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """One way onto the list.

    ``object`` is the kind of record the branch reads: whoever may not see one is not told of it. ``record`` is SQL over ``x``: the key
    of the line, which is of the kind ``about``.
    ``title`` names a field of the record the words may quote. ``weight`` ranks the reasons; a day late adds one, a day ahead takes
    one away, twenty at most. ``now``, ``past``, ``ahead`` say it plainly, with ``{n}`` days, ``{day}``, ``{time}``, ``{title}``,
    ``{extra}``. ``branch`` gives the SQL, None where there is nothing to ask for.
    """

    code: str
    label: T
    object: str
    weight: int
    branch: Callable[[Actor], Branch | None]
    now: T
    past: T
    ahead: T
    record: str = "x.customer_id"
    about: str = "customers"
    title: str = ""

    def words(self, *, days: int, **facts: str) -> str:
        """Why, in the reader's language; ``days`` late, ahead when negative."""
        chosen = self.now if days == 0 else self.past if days > 0 else self.ahead
        return chosen.to(n=abs(days), **facts)


_kinds: dict[str, LineKind] = {}
_reasons: list[Reason] = []


def worklist_kind(kind: LineKind) -> LineKind:
    """Register a kind of record that is contacted (extension point)."""
    _kinds[kind.object] = kind
    return kind


def line_kinds() -> dict[str, LineKind]:
    """All registered, by the name of the kind of record."""
    return dict(_kinds)


def worklist_reason(reason: Reason) -> Reason:
    """Register a reason (extension point)."""
    assert reason.code not in {r.code for r in _reasons}, reason.code
    _reasons.append(reason)
    return reason


def reasons() -> list[Reason]:
    """All registered."""
    return list(_reasons)
