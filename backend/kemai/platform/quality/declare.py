"""What a good record of a kind holds (CUS-10): weighted fields, and what makes a value suspicious."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kemai.base.parameters import Parameter

MISSING, INVALID, SUSPICIOUS = "missing", "invalid", "suspicious"


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a filled field counts; ``only`` limits it to records of one kind (field, value)."""

    field: str
    weight: Parameter
    only: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """``checks``: field → whether a stored value is valid (imports of old data brought others in). ``doubts``: field → whether it looks
    made up. ``penalty``: points each such value takes off. ``stale_days``: after so long unconfirmed a record counts as stale."""

    weights: tuple[Weight, ...]
    checks: Mapping[str, Callable[[str], bool]]
    doubts: Mapping[str, Callable[[str], bool]]
    penalty: Parameter
    stale_days: Parameter
    score: str = "quality"
    faults: str = "quality_faults"
    confirmed: str = "confirmed_at"


@dataclass(frozen=True, slots=True)
class Verdict:
    """0 to 100, and the faults as ``<kind>:<field>``."""

    score: int
    faults: tuple[str, ...]


def judge(quality: Quality, row: Callable[[str], Any]) -> Verdict:
    """The verdict over a record whose fields ``row(name)`` gives."""
    whole = reached = 0
    faults: list[str] = []
    for part in quality.weights:
        weight = part.weight.value()
        if weight == 0 or (part.only and str(row(part.only[0]) or "") != part.only[1]):
            continue
        whole += weight
        if row(part.field) in (None, "", [], ()):
            faults.append(f"{MISSING}:{part.field}")
        else:
            reached += weight
    wrong = [
        f"{kind}:{name}"
        for kind, tests in ((INVALID, quality.checks), (SUSPICIOUS, quality.doubts))
        for name, holds in tests.items()
        if (value := str(row(name) or "")) and holds(value) == (kind == SUSPICIOUS)
    ]
    score = (100 * reached // whole if whole else 100) - quality.penalty.value() * len(wrong)
    return Verdict(max(0, score), (*faults, *wrong))
