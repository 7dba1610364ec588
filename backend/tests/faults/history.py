"""C-9: is what several people were answered possible at all, had everything happened one after the other?

Each record by itself: an order of all operations on it is looked for that keeps to their times (what was answered before another was
asked comes before it) and in which each answer is what a customer of the model would have given. An operation without an answer may have
happened or not, at any time since it was asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf


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


def step(state: State, op: Operation) -> list[State]:
    """The states after ``op`` that agree with its answer; none when the answer is impossible here."""
    after = wanted(state, op)
    if op.outcome == "refused":
        return [state] if after is None else []
    if op.outcome == "unknown":
        return [state] if after is None else [state, after]
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
    """Whether there is an order of the operations on one record that explains all answers (after Wing and Gong)."""
    ops = sorted(history, key=lambda op: op.asked)
    seen: set[tuple[frozenset[int], State]] = set()
    work: list[tuple[frozenset[int], int, State]] = [(frozenset(), 0, first)]
    while work:
        ahead, start, state = work.pop()
        while start in ahead:  # those before ``start`` are all done
            ahead, start = ahead - {start}, start + 1
        if start == len(ops):
            return True
        waiting, soonest = [], inf
        for n in range(start, len(ops)):
            if ops[n].asked > soonest:
                break
            if n not in ahead:
                waiting.append(n)
                soonest = min(soonest, end_of(ops[n]))
        for n in waiting:
            if ops[n].asked <= soonest:
                for after in step(state, ops[n]):
                    place = (ahead | {n} | {-start - 1}, after)
                    if place not in seen:
                        seen.add(place)
                        work.append((ahead | {n}, start, after))
    return False


def end_of(op: Operation) -> float:
    return inf if op.outcome == "unknown" else op.answered
