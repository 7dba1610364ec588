"""The first-response clock of leads (SAL-1, ACT-3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kemai.kit.calendar import WorkingHours
from kemai.kit.clock import now
from kemai.platform.workdays import work_calendar
from kemai.sales.rules.leads import RESPONSE_HOURS


def response_due() -> datetime | None:
    """By when a lead that somebody gets now wants its first follow-up; None when no clock runs."""
    hours = RESPONSE_HOURS.value()
    return working_hours().add(now(), timedelta(hours=hours)) if hours else None


def working_hours() -> WorkingHours:
    """The company's open hours: working days, nine to six in Shanghai."""
    return WorkingHours(work_calendar(), ZoneInfo("Asia/Shanghai"))
