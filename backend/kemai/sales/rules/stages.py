"""What a stage asks for before an opportunity may enter it. Pure (SAL-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What is known of the opportunity when it asks to enter a stage of kind ``to_kind`` with ``probability`` percent."""

    to_kind: str
    probability: int
    amount: Decimal | None
    has_close_date: bool


def missing_for_stage(facts: GateFacts) -> list[str]:
    """Names of the fields that must be filled first: an amount and a date once a deal is likely, an amount to win it."""
    if facts.to_kind == "lost":
        return []
    missing = []
    if (facts.to_kind == "won" or facts.probability >= 50) and not facts.amount:
        missing.append("amount")
    if facts.to_kind == "open" and facts.probability >= 50 and not facts.has_close_date:
        missing.append("expected_close_on")
    return missing


def is_rotting(stage_since: datetime, rot_days: int, now: datetime) -> bool:
    """Whether an open opportunity has stayed in its stage longer than the stage allows (0: never rots)."""
    return rot_days > 0 and now - stage_since > timedelta(days=rot_days)
