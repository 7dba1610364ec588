"""C-9: is what several people were answered possible at all, had everything happened one after the other?

Each record by itself: an order of all operations on it is looked for that keeps to their times (what was answered before another was
asked comes before it) and in which each answer is what a customer of the model would have given. An operation without an answer may have
happened or not, at any time since it was asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

MOST = 500_000
"""Places of the search; with more the history is too tangled to be judged in reasonable memory."""


@dataclass(frozen=True, slots=True)
class State:
    """What the model knows of a customer: nobody is the public pool."""

    owner: str = ""
    version: int = 0
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What one person asked of one record, and the answer: ``done`` (a write that was made, or what was read), ``refused``, or
    ``unknown``. ``said`` is the state the answer showed, ``based_on`` the version an edit named."""

    who: str
    verb: str
    asked: float
    answered: float
    outcome: str
    said: State | None = None
    based_on: int = 0
    remark: str = ""


#: Which operations are done beyond the first so many, how many those are, which unanswered ones were put in, and the state then.
Place = tuple[frozenset[int], int, frozenset[int], State]


def step(state: State, op: Operation) -> list[State]:
    """The states after an answered ``op`` that agree with its answer; none when the answer is impossible here."""
    after = wanted(state, op)
    if op.outcome == "refused":
        return [state] if after is None else []
    if after is None or op.said is None:
        return []
    if op.verb == "read":
        return [state] if op.said == state else []
    newer = op.said.version > state.version
    return [op.said] if newer and replace(op.said, version=after.version) == after else []


def wanted(state: State, op: Operation) -> State | None:
    """What the operation makes of a state; None when it must be refused."""
    mine = state.owner == op.who
    following = state.version + 1
    match op.verb:
        case "read":
            return state
        case "claim":
            return replace(state, owner=op.who, version=following) if not state.owner else None
        case "release":
            return replace(state, owner="", version=following) if mine else None
        case "edit":
            return (
                replace(state, remark=op.remark, version=following) if mine and op.based_on == state.version else None
            )
    raise AssertionError(op.verb)


def is_possible(first: State, history: list[Operation]) -> bool:
    """Whether there is an order of the operations on one record that explains all answers (after Wing and Gong).

    What was not answered is put in where it would have changed something, or never: it explains answers and needs no explanation.
    """
    ops = sorted((op for op in history if op.outcome != "unknown"), key=lambda op: op.asked)
    perhaps = [op for op in history if op.outcome == "unknown" and op.verb != "read"]
    work: list[Place] = [(frozenset(), 0, frozenset(), first)]
    seen: set[Place] = set()
    while work:
        ahead, start, used, state = work.pop()
        while start in ahead:  # those before ``start`` are all done
            ahead, start = ahead - {start}, start + 1
        if start == len(ops):
            return True
        waiting, soonest = _next(ops, ahead, start)
        found = [
            (ahead | {n}, start, used, after)
            for n in waiting
            if ops[n].asked <= soonest
            for after in step(state, ops[n])
        ]
        found += [
            (ahead, start, used | {n}, after)
            for n, op in enumerate(perhaps)
            if n not in used and op.asked <= soonest and (after := wanted(state, op))
        ]
        work += [place for place in found if place not in seen]
        seen.update(found)
        assert len(seen) < MOST, "too many orders to look through"
    return False


def _next(ops: list[Operation], ahead: frozenset[int], start: int) -> tuple[list[int], float]:
    """Which of those not done may come next, and until when one of them must have."""
    waiting, soonest = [], inf
    for n in range(start, len(ops)):
        if ops[n].asked > soonest:
            break
        if n not in ahead:
            waiting.append(n)
            soonest = min(soonest, ops[n].answered)
    return waiting, soonest
