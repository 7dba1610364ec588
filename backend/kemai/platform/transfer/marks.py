"""What every export of a kind of record says of each row, and what may hold an export back (extension point of higher domains)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kemai.kit.errors import Conflict, Invalid
from kemai.kit.words import T

#: Exports say it, ask before they go out, or do not go out.
SAY, ASK, REFUSE = "say", "ask", "refuse"


@dataclass(frozen=True, slots=True)
class Mark:
    """A last column of exports. SQL over ``t``: ``sql`` what stands in it, put in words by ``text``; ``lacking``: the rows that are not to
    go out. ``policy``: what becomes of an export that has such rows; ``words`` says how many (``{count}``) and what to do."""

    label: T
    sql: str
    text: Callable[[Any], str]
    lacking: str
    policy: Callable[[], str]
    words: T


class HeldBack(Conflict):
    """The company lets no such rows out."""

    code = "export_held_back"
    text = T("{words}", "{words}")


_marks: dict[str, Mark] = {}


def mark_exports(object_name: str, mark: Mark) -> None:
    """Register what exports of this kind say of each row."""
    assert object_name not in _marks, object_name
    _marks[object_name] = mark


def mark_of(object_name: str) -> Mark | None:
    return _marks.get(object_name)


def hold_back(mark: Mark, count: int, *, confirmed: bool) -> None:
    """:class:`HeldBack` where such rows may not go out, :class:`Invalid` on ``confirmed`` where that has to be wished."""
    if not count or mark.policy() == SAY:
        return
    if mark.policy() == REFUSE:
        raise HeldBack(words=mark.words.to(count=count))
    if not confirmed:
        raise Invalid.one("confirmed", "confirm", mark.words, count=count)
