"""ORG-7: what a password has to be, in both profiles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kemai.accounts.rules.passwords import DEMANDS, decide_age, decide_password

COMMON = {"password", "woaini", "letmein", "correcthorsebattery"}


@pytest.mark.parametrize(
    "profile, password, fault",
    [
        ("modern", "harbour-copper", None),
        ("modern", "客户的脉搏每天都在跳动着", None),
        ("modern", "short-one", "too_short"),
        ("modern", "aaaaaaaaaaaaab", "too_simple"),
        ("modern", "Password2026!!", "too_common"),
        ("modern", "woaini5201314", "too_common"),
        ("modern", "correcthorsebattery", "too_common"),
        ("modern", "012345678901", "too_common"),
        ("modern", "987654321098", "too_common"),
        ("modern", "zhangwei-2026", "like_name"),
        ("modern", "ZhangWei.Zhang", "like_name"),
        ("dengbao", "Hafen-77", None),
        ("dengbao", "hafen-77", None),
        ("dengbao", "harbour-copper", "too_few_classes"),
        ("dengbao", "Hafen77", "too_short"),
        ("dengbao", "Woaini-1", "too_common"),
    ],
)
def test_what_a_password_has_to_be(profile: str, password: str, fault: str | None) -> None:
    assert decide_password(password, demands=DEMANDS[profile], names=("zhangwei", "张伟"), common=COMMON) == fault


def test_only_one_profile_lets_passwords_age() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    for days, old in ((89, False), (91, True)):
        changed = now - timedelta(days=days)
        assert decide_age(DEMANDS["dengbao"], changed_at=changed, now=now) is old
        assert not decide_age(DEMANDS["modern"], changed_at=changed, now=now)
