"""ORG-11: how the state of safety is judged, and that every verdict has its words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kemai.config.rules import safety
from kemai.config.rules.safety import decide_archive, decide_backup, decide_repeated, decide_room, decide_standby
from kemai.config.safety.words import _SAID, LABELS

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
DAY = timedelta(hours=26)
GB = 10**9


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("last", "failed", "broken", "within", "expected"),
    [
        (ago(3), None, 0, DAY, "good good"),
        (ago(25.9), None, 0, DAY, "good good"),
        (ago(26.1), None, 0, DAY, "bad late"),
        (None, None, 0, DAY, "bad never"),
        (None, ago(1), 0, DAY, "bad failed"),
        (ago(3), ago(1), 0, DAY, "bad failed"),
        (ago(1), ago(3), 0, DAY, "good good"),
        (ago(3), None, 2, DAY, "poor broken"),
        (ago(300), None, 0, None, "off unwatched"),
    ],
)
def test_a_backup_is_judged_by_its_age_and_by_the_last_try(
    last: datetime | None, failed: datetime | None, broken: int, within: timedelta | None, expected: str
) -> None:
    found = decide_backup(now=NOW, last=last, failed=failed, broken_files=broken, within=within)
    assert f"{found.state} {found.code}" == expected
    assert found.due == (last + within if last and within else None)


@pytest.mark.parametrize(
    ("last", "good", "expected"),
    [
        (None, False, "poor never"),
        (ago(24), True, "good good"),
        (ago(24), False, "bad failed"),
        (ago(24 * 99), True, "good good"),
        (ago(24 * 101), True, "poor late"),
        (ago(24 * 101), False, "bad failed"),
    ],
)
def test_what_is_to_be_repeated_is_judged_by_its_outcome_and_its_age(
    last: datetime | None, good: bool, expected: str
) -> None:
    found = decide_repeated(now=NOW, last=last, good=good, within=timedelta(days=100))
    assert f"{found.state} {found.code}" == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (decide_archive(now=NOW, trouble="", archived=ago(0.01)), "good good"),
        (decide_archive(now=NOW, trouble="", archived=ago(0.2)), "poor late"),
        (decide_archive(now=NOW, trouble="", archived=None), "poor late"),
        (decide_archive(now=NOW, trouble="waiting", archived=ago(0)), "bad waiting"),
        (decide_standby(trouble="", seconds=0, limit=60), "good good"),
        (decide_standby(trouble="behind", seconds=59, limit=60), "good good"),
        (decide_standby(trouble="behind", seconds=60, limit=60), "poor behind"),
        (decide_standby(trouble="broke_off", seconds=0, limit=60), "good good"),
        (decide_standby(trouble="away", seconds=0, limit=60), "bad away"),
        (decide_standby(trouble="promoted", seconds=0, limit=60), "bad promoted"),
        (decide_standby(trouble="foreign", seconds=0, limit=60), "bad foreign"),
        (decide_room(free=50 * GB, total=100 * GB, reserve=GB), "good good"),
        (decide_room(free=9 * GB, total=100 * GB, reserve=GB), "poor low"),
        (decide_room(free=2 * GB, total=100 * GB, reserve=GB), "bad short"),
        (decide_room(free=12 * GB, total=100 * GB, reserve=13 * GB), "bad short"),
    ],
)
def test_the_others(found: safety.Verdict, expected: str) -> None:
    assert f"{found.state} {found.code}" == expected


def test_every_verdict_has_its_words_and_what_is_not_well_says_what_to_do() -> None:
    assert set(_SAID) == set(LABELS)
    for line, verdicts in _SAID.items():
        for code, said in verdicts.items():
            assert said.remedy or code in ("good", "off", "elsewhere", "unwatched"), (line, code)
    for line, needed in WORDS.items():
        assert needed <= set(_SAID[line]), line


WORDS: dict[str, set[str]] = {
    "backup": {"good", "never", "late", "failed", "broken", "unwatched"},
    "drill": {"good", "never", "late", "failed", "unwatched"},
    "verify": {"good", "never", "late", "failed", "unwatched"},
    "archive": {"good", "off", "elsewhere", "away", "unknown", "waiting", "no_base", "old_base", "late"},
    "standby": {"good", "off", "behind", "away", "foreign", "promoted"},
    "room": {"good", "low", "short"},
}
