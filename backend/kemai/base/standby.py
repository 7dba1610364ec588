"""What a database and its hot standby say of each other: whether one follows the other, and how far (PLT-13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import psycopg

#: "": it has all that was asked for. "foreign": a copy of another database; "promoted": it takes writes itself, with a history of its
#: own; "behind": it has not replayed so far yet.
Verdict = Literal["", "foreign", "promoted", "behind"]

# A place in the log is a number of bytes here.
NEEDED = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint"
PLACE = "SELECT pg_is_in_recovery(), COALESCE((pg_last_wal_replay_lsn() - '0/0')::bigint, 0)"
IDENTITY = "SELECT system_identifier FROM pg_control_system()"
_AGE = "SELECT COALESCE(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0)::float8"
WAIT_SECONDS = 5
#: One that is behind for longer is told of.
TELL_SECONDS = 10.0


def judge(*, same: bool, stands_by: bool, replayed: int, needed: int) -> Verdict:
    """Whether a standby may answer for its primary, whose log was on disk as far as ``needed`` when the question came."""
    if not same:
        return "foreign"
    if not stands_by:
        return "promoted"
    return "" if replayed >= needed else "behind"


@dataclass(frozen=True, slots=True)
class StandbyState:
    """What a look at a standby found. ``verdict`` is "away" where it did not answer; then ``words`` says why."""

    verdict: Verdict | Literal["away"]
    bytes_behind: int = 0
    seconds_behind: float = 0
    words: str = ""


def look_at_standby(primary_url: str, standby_url: str) -> StandbyState:
    """How far the standby is; raises ``psycopg.Error`` where the primary does not answer."""
    with psycopg.connect(primary_url, autocommit=True, connect_timeout=WAIT_SECONDS) as primary:
        needed, ours = _one(primary, NEEDED), identity_of(primary)
    try:
        with psycopg.connect(standby_url, autocommit=True, connect_timeout=WAIT_SECONDS) as standby:
            return state_of(standby, needed=needed, same=identity_of(standby) == ours)
    except psycopg.Error as error:
        return StandbyState("away", words=" ".join(str(error).split()))


def state_of(standby: psycopg.Connection[Any], *, needed: int, same: bool) -> StandbyState:
    """How far the standby at the other end is."""
    stands_by, replayed = standby.execute(PLACE).fetchone() or (False, 0)
    verdict = judge(same=same, stands_by=stands_by, replayed=replayed, needed=needed)
    return (
        StandbyState(verdict, needed - replayed, _one(standby, _AGE)) if verdict == "behind" else StandbyState(verdict)
    )


def identity_of(server: psycopg.Connection[Any]) -> int:
    """The number a database shares with its copies alone; 0 where the role may not ask."""
    try:
        return int(_one(server, IDENTITY))
    except psycopg.errors.InsufficientPrivilege:
        return 0


def _one(server: psycopg.Connection[Any], sql: str) -> Any:
    row = server.execute(sql).fetchone()
    assert row is not None
    return row[0]
