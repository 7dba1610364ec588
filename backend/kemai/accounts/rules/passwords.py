"""What a password has to be, in two profiles: today's advice (length, nothing common, no forced change) and 等保 (classes, age, no reuse)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Literal

Profile = Literal["modern", "dengbao"]


@dataclass(frozen=True, slots=True)
class Demands:
    """What a profile asks for. ``classes``: of small letters, capitals, digits and others; ``days`` until it must be changed and
    ``former`` passwords not to come back, 0: none; ``idle_minutes`` after which a session ends at the latest, 0: as set."""

    length: int
    classes: int = 0
    days: int = 0
    former: int = 0
    idle_minutes: int = 0


DEMANDS: dict[str, Demands] = {
    "modern": Demands(length=12),
    "dengbao": Demands(length=8, classes=3, days=90, former=5, idle_minutes=10),
}
#: Fewer different characters than this make no password, however often they are repeated.
DIFFERENT = 5
LIKE = 0.7


def decide_password(
    password: str, *, demands: Demands, names: Collection[str], common: Collection[str]
) -> Literal["too_short", "too_few_classes", "too_simple", "too_common", "like_name"] | None:
    """The first thing wrong with a new password; None when it will do (ORG-7). ``common``: words in small letters."""
    word = password.lower()
    if len(password) < demands.length:
        return "too_short"
    if _classes(password) < demands.classes:
        return "too_few_classes"
    if len(set(word)) < DIFFERENT:
        return "too_simple"
    # "password2026!" is "password" with what everybody adds.
    core = word.strip("0123456789!@#$%^&*()-_=+.,?~ ")
    if word in common or core in common or (not core and word.isdigit() and _in_a_row(word)):
        return "too_common"
    return "like_name" if any(_alike(word, core, name.lower()) for name in names if len(name) > 2) else None


def decide_age(demands: Demands, *, changed_at: datetime, now: datetime) -> bool:
    """Whether a password is so old that it must be changed."""
    return demands.days > 0 and now - changed_at > timedelta(days=demands.days)


def _classes(password: str) -> int:
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return sum(any(kind(c) for c in password) for kind in kinds)


def _in_a_row(digits: str) -> bool:
    return digits in "01234567890123456789" or digits in "98765432109876543210"


def _alike(word: str, core: str, name: str) -> bool:
    return core == name or SequenceMatcher(a=word, b=name).quick_ratio() >= LIKE
