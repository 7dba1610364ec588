"""The first-response clock of leads (SAL-1, ACT-3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from kemai.kit.clock import now
from kemai.platform.workdays import working_hours
from kemai.sales.rules.leads import RESPONSE_HOURS


def response_due() -> datetime | None:
    """By when a lead that somebody gets now wants its first follow-up; None when no clock runs."""
    hours = RESPONSE_HOURS.value()
    return working_hours().add(now(), timedelta(hours=hours)) if hours else None
