"""Whether a company's data is safe, line by line: how good the state is, and by which word it is told (ORG-11, PLT-13). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

#: "off": not in use here, by somebody's choice, and nothing to be done.
State = Literal["good", "poor", "bad", "off"]
#: The log of an archive that stands still for so long is told of; it goes there every 30 seconds.
LOG_LATE = timedelta(minutes=5)
#: Below these shares of a volume there is little room left.
LITTLE, HARDLY = 0.10, 0.03


@dataclass(frozen=True, slots=True)
class Verdict:
    """``code`` chooses the words; ``due``: by when it is to be done again."""

    state: State
    code: str
    due: datetime | None = None


def decide_backup(
    *, now: datetime, last: datetime | None, failed: datetime | None, broken_files: int, within: timedelta | None
) -> Verdict:
    """``last``: when the latest whole backup was made; ``failed``: when one was tried in vain; ``within`` None: nobody asks for any."""
    if within is None:
        return Verdict("off", "unwatched")
    due = last + within if last else None
    if failed and (last is None or failed > last):
        return Verdict("bad", "failed", due)
    if last is None or due is None:
        return Verdict("bad", "never")
    if now > due:
        return Verdict("bad", "late", due)
    return Verdict("poor", "broken", due) if broken_files else Verdict("good", "good", due)


def decide_repeated(*, now: datetime, last: datetime | None, good: bool, within: timedelta | None) -> Verdict:
    """What proves something each time it is done: a restore drill, a check of the data."""
    if within is None:
        return Verdict("off", "unwatched")
    if last is None:
        return Verdict("poor", "never")
    due = last + within
    if not good:
        return Verdict("bad", "failed", due)
    return Verdict("poor", "late", due) if now > due else Verdict("good", "good", due)


def decide_archive(*, now: datetime, trouble: str, archived: datetime | None) -> Verdict:
    """``trouble``: what is wrong by its own account; ``archived``: until when the log is there."""
    if trouble:
        return Verdict("bad", trouble)
    if archived is None or now - archived > LOG_LATE:
        return Verdict("poor", "late")
    return Verdict("good", "good")


def decide_standby(*, trouble: str, seconds: float, limit: int) -> Verdict:
    """``trouble``: how the standby was found; one that is a little behind is as it should be."""
    if trouble in ("", "behind", "broke_off"):
        return Verdict("poor", "behind") if trouble == "behind" and seconds >= limit else Verdict("good", "good")
    return Verdict("bad", trouble)


def decide_room(*, free: int, total: int, reserve: int) -> Verdict:
    """Bytes. At the reserve nothing is written any more."""
    if free <= max(reserve, total * HARDLY):
        return Verdict("bad", "short")
    return Verdict("poor", "low") if free < total * LITTLE else Verdict("good", "good")
