"""What a declaration says of doubles: which fields tell that two records are one, and how two records become one (CUS-9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kemai.kit.words import T

if TYPE_CHECKING:
    from kemai.accounts.access import Actor

OFF, ALERT, BLOCK = "off", "alert", "block"
ACTIONS = (OFF, ALERT, BLOCK)


@dataclass(frozen=True, slots=True)
class MatchPart:
    """A field and how its values are compared (a name in :data:`kemai.platform.doubles.compare.WAYS`).

    ``also``: a field holding further values that count like the first, such as former names.
    """

    field: str
    how: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class MatchRule:
    """Two records are possibly one when all ``parts`` agree and both have the values in ``only``.

    ``score``: how sure that makes (0 to 100); a fuzzy part says it itself and must reach ``threshold``. ``fixed``: kept by the domain
    and the database; shown, but nobody's to change. ``everywhere`` False: only records the asker may see are reported.
    """

    code: str
    label: T
    parts: tuple[MatchPart, ...]
    action: str = ALERT
    score: int = 100
    threshold: int = 0
    only: tuple[tuple[str, str], ...] = ()
    everywhere: bool = True
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Doubles:
    """The ready rules of a kind of record. ``holder``: SQL over ``t`` for where a record is kept, told even to those who may not see
    it; ``nobody``: the words where that is empty."""

    rules: tuple[MatchRule, ...]
    holder: str
    nobody: T


@dataclass(frozen=True, slots=True)
class Merging:
    """How two records of a kind become one.

    ``refusal(actor, survivor, loser)`` says why they may not. ``kept``: columns the survivor always keeps (its holder). ``former``:
    a tags field that takes up the loser's title. ``after(actor, survivor, loser)`` lets the domain set what follows from the records,
    after a merge and after it was taken back. ``same(row, row)``: two children of the merged record are one, and are merged along.
    """

    refusal: Callable[[Actor, dict[str, Any], dict[str, Any]], T | None] | None = None
    kept: tuple[str, ...] = ()
    former: str = ""
    after: Callable[[Actor, UUID, UUID], None] | None = None
    same: Callable[[dict[str, Any], dict[str, Any]], bool] | None = None
