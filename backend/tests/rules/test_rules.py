"""The pure rules as tables: facts in, decision out, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kemai.activities.rules import tasks
from kemai.customers.rules import pool
from kemai.sales.rules import stages

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_claiming() -> None:
    """POOL-2: limits count at their edge, 0 means none, the cooling-off ends to the second, the first broken rule is told."""
    free = pool.ClaimFacts(0, 300, 0, 30, None, 3, NOW)
    cases = [
        ("nothing in the way", {}, None),
        ("one below the cap", {"held": 299}, None),
        ("at the cap", {"held": 300}, "hold_limit"),
        ("above the cap", {"held": 301}, "hold_limit"),
        ("no cap", {"held": 10**6, "hold_limit": 0}, None),
        ("one below the day's claims", {"claimed_today": 29}, None),
        ("at the day's claims", {"claimed_today": 30}, "daily_claims"),
        ("no limit a day", {"claimed_today": 10**6, "daily_claims": 0}, None),
        ("released just now", {"released_by_me_at": NOW}, "reclaim"),
        ("a second early", {"released_by_me_at": NOW - timedelta(days=3) + timedelta(seconds=1)}, "reclaim"),
        ("on the second", {"released_by_me_at": NOW - timedelta(days=3)}, None),
        ("no cooling-off", {"released_by_me_at": NOW, "reclaim_days": 0}, None),
        (
            "cap before claims before cooling",
            {"held": 300, "claimed_today": 30, "released_by_me_at": NOW},
            "hold_limit",
        ),
        ("claims before cooling", {"claimed_today": 30, "released_by_me_at": NOW}, "daily_claims"),
    ]
    for words, changes, reason in cases:
        found = pool.decide_claim(replace(free, **changes))
        assert (found.reason if found else None) == reason, words
    refusal = pool.decide_claim(replace(free, released_by_me_at=NOW))
    assert (refusal.limit, refusal.until) == (3, NOW + timedelta(days=3))


def test_stage_gates() -> None:
    """SAL-2: an amount and a date once a deal is likely, an amount to win, nothing to lose."""
    amount = Decimal("0.01")
    cases = [
        (("open", 10, None, False), []),
        (("open", 49, None, False), []),
        (("open", 50, None, False), ["amount", "expected_close_on"]),
        (("open", 50, amount, False), ["expected_close_on"]),
        (("open", 50, Decimal(0), True), ["amount"]),
        (("open", 100, amount, True), []),
        (("won", 100, None, False), ["amount"]),
        (("won", 0, amount, False), []),
        (("lost", 100, None, False), []),
    ]
    for facts, missing in cases:
        assert stages.missing_for_stage(stages.GateFacts(*facts)) == missing, facts


def test_rotting() -> None:
    """SAL-2: longer than the stage allows; 0 never."""
    for days, allowed, rots in ((31, 30, True), (30, 30, False), (1, 0, False), (0, 1, False)):
        assert stages.is_rotting(NOW - timedelta(days=days), allowed, NOW) is rots, (days, allowed)


def test_repeating_tasks() -> None:
    """ACT-4: the last day stands in for a missing one; the clock time stays."""
    at = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    cases = [
        (at, "daily", (2026, 2, 1)),
        (at, "weekly", (2026, 2, 7)),
        (at, "monthly", (2026, 2, 28)),
        (at.replace(year=2028), "monthly", (2028, 2, 29)),
        (at.replace(month=12), "monthly", (2027, 1, 31)),
        (at.replace(month=3), "monthly", (2026, 4, 30)),
        (at.replace(month=2, day=28), "monthly", (2026, 3, 28)),
    ]
    for due, repeat, day in cases:
        found = tasks.next_due(due, repeat)
        assert (found.year, found.month, found.day) == day and found.timetz() == due.timetz(), (due, repeat)
    with pytest.raises(ValueError, match="yearly"):
        tasks.next_due(at, "yearly")
