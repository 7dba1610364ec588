"""ORG-7, S-8: codes of the second factor by the numbers of RFC 6238; who is counted together when passwords are wrong."""

from __future__ import annotations

import base64

import pytest

from kemai.accounts.rules.lockout import limits_for, network_of
from kemai.accounts.rules.totp import code_at, matching_step, secret_of, step_at, uri_of

#: RFC 6238, appendix B (SHA-1); its codes have eight digits, of which ours are the last six.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize("seconds, code", VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(SECRET, step_at(seconds)) == code[-6:]


def test_a_code_counts_once_and_not_for_long() -> None:
    """ORG-7: a step before and after, none used before, nothing older."""
    code, step = code_at(SECRET, 100), 100
    for off, right in ((-60, False), (-30, True), (0, True), (30, True), (60, False)):
        assert (matching_step(SECRET, code, seconds=3000 + off, after=0) == step) is right, off
    assert matching_step(SECRET, code, seconds=3000, after=step) is None
    assert matching_step(SECRET, code, seconds=3000, after=step - 1) == step
    assert matching_step(SECRET, "000000", seconds=3000, after=0) is None


def test_what_authenticator_programs_read() -> None:
    assert secret_of(b"12345678901234567890") == SECRET
    assert uri_of("ABC", issuer="Kemai", account="zhang wei@x") == (
        "otpauth://totp/Kemai:zhang%20wei@x?secret=ABC&issuer=Kemai"
    )


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("203.0.113.9", "203.0.113.10", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("", "203.0.113.9", False),
    ],
)
def test_a_network_is_one_place(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


def test_who_is_counted_together() -> None:
    """S-8: strangers by account and place, by account, by place; a known browser by itself, and no stranger's try is counted there."""
    stranger = limits_for("rep", address="203.0.113.9", device="", tries=5, lock_seconds=900)
    assert [(limit.tries, limit.seconds, limit.own) for limit in stranger] == [
        (5, 900, True),
        (10, 3600, False),
        (100, 900, False),
    ]
    known = limits_for("rep", address="203.0.113.9", device="d", tries=5, lock_seconds=900)
    assert not {limit.key for limit in known} & {limit.key for limit in stranger}
    assert max(limit.tries for limit in known) <= 10
    other = limits_for("rep2", address="203.0.113.9", device="", tries=5, lock_seconds=900)
    assert len({limit.key for limit in stranger} & {limit.key for limit in other}) == 1
