"""C-9: several people claim, release, edit and read the same customers through the API; every answer must fit one order of events."""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.faults.history import Operation, State, is_possible
from tests.faults.ledger import PEOPLE, Ledger, Writer
from tests.faults.system import System

slow = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
SEED = int(os.environ.get("KEMAI_FAULT_SEED", "1"))


def op(who: str, verb: str, asked: float, answered: float, said: State | None, **more: object) -> Operation:
    outcome = "done" if said else "refused"
    return Operation(who, verb, asked, answered, **{"outcome": outcome, "said": said, **more})  # type: ignore[arg-type]


FREE, ANNA, BEN = State("", 1), State("anna", 2), State("ben", 2)


@pytest.mark.parametrize(
    ("history", "possible"),
    [
        ([op("anna", "claim", 0, 1, ANNA), op("ben", "claim", 0, 1, None)], True),
        ([op("anna", "claim", 0, 1, ANNA), op("ben", "claim", 0, 1, BEN)], False),
        ([op("anna", "claim", 0, 1, None)], False),
        ([op("anna", "claim", 0, 1, ANNA), op("ben", "read", 2, 3, FREE)], False),
        ([op("anna", "claim", 0, 2, ANNA), op("ben", "read", 1, 3, FREE)], True),
        ([op("anna", "claim", 0, 1, None, outcome="unknown"), op("ben", "read", 2, 3, FREE)], True),
        ([op("anna", "claim", 0, 1, None, outcome="unknown"), op("ben", "read", 2, 3, ANNA)], True),
        (
            [op("anna", "claim", 0, 1, ANNA)]
            + [op("anna", "edit", 2, 3, State("anna", 3, r), based_on=2, remark=r) for r in ("x", "y")],
            False,
        ),
        ([op("anna", "claim", 0, 1, ANNA), op("anna", "edit", 2, 3, None, based_on=2, remark="x")], False),
    ],
)
def test_the_checker_knows_what_is_possible(history: list[Operation], possible: bool) -> None:
    """T-3: two winners, a lost update, a read of the past, a refusal without a reason."""
    assert is_possible(FREE, history) is possible


class Client(Writer):
    """One person who does whatever the dice say to a few customers, and writes down the answers."""

    def __init__(self, system: System, person: str, records: list[str], stop: threading.Event, most: int) -> None:
        super().__init__(system, person, Ledger(), records, stop)
        self.dice = random.Random(f"{person}{SEED}")
        self.names = {key: name for name, key in system.facts["users"].items()}
        self.history: dict[str, list[Operation]] = {key: [] for key in records}
        self.left = most

    def run(self) -> None:
        while self.left and not self.stop.is_set():
            self.left -= 1
            key = self.dice.choice(self.shared)
            verb = self.dice.choice(("claim", "release", "edit", "edit", "read"))
            based_on = self.once(key, "read", "GET", f"/customers/{key}") if verb == "edit" else None
            if verb == "read":
                self.once(key, verb, "GET", f"/customers/{key}")
            elif verb == "edit" and based_on:
                mark = uuid4().hex[:8]
                self.once(key, verb, "PATCH", f"/customers/{key}", {"remark": mark}, based_on.version, mark)
            elif verb != "edit":
                body = {"reason": "no_need"} if verb == "release" else {}
                self.once(key, verb, "POST", f"/customers/{key}/{verb}", body)

    def once(
        self, key: str, verb: str, method: str, path: str, body: object = None, based_on: int = 0, remark: str = ""
    ) -> State | None:
        """Asked once: what is not answered stays unknown. What the person may not see (it is another's) tells nothing."""
        asked = time.monotonic()
        try:
            status, answer = self.ask(method, path, body, {"If-Match": f'"{based_on}"'} if based_on else {})
        except (OSError, http.client.HTTPException, ValueError):
            self.line, status, answer = None, 503, {}
        answered, said = time.monotonic(), self.state(answer) if status < 300 else None
        outcome = "done" if said else "unknown" if status in (503, 507) else "refused"
        if outcome == "unknown":  # does not count: all there is to ask would be asked in vain during an outage
            self.left += 1
            time.sleep(0.3)
        if method == "GET" and said is None:
            return None
        if outcome == "refused" and status not in (403, 404, 409, 412):
            self.ledger.odd.append(f"{method} {path} {status} {answer}")
        self.history[key].append(Operation(self.person, verb, asked, answered, outcome, said, based_on, remark))
        return said

    def state(self, answer: dict[str, object]) -> State:
        owner = answer["owner"]
        key = owner["id"] if isinstance(owner, dict) else owner
        return State(
            self.names.get(str(key), "") if key else "", int(str(answer["version"])), str(answer["remark"] or "")
        )


def check_histories(
    system: System, operations: int, records: int, harm: Callable[[threading.Event], None] | None = None
) -> None:
    stop, firsts = threading.Event(), {}
    first = Writer(system, "rep", Ledger(), [], stop)
    for n in range(records):
        key = first.write("/customers", {"name": f"史册{uuid4().hex[:8]}-{n}号"})["id"]
        made = first.write(f"/customers/{key}/release", {"reason": "no_need"})
        firsts[key] = State("", made["version"], "")
    clients = [Client(system, who, list(firsts), stop, operations // len(PEOPLE)) for who in PEOPLE]
    began = time.monotonic()
    for client in clients:
        client.start()
    if harm:
        harm(stop)
    for client in clients:
        client.join(1800)
    took = time.monotonic() - began
    found = Counter(one.outcome for client in clients for ops in client.history.values() for one in ops)
    print(f"C-9: {found.total()} operations in {took:.0f} s, {dict(found)}")
    assert not [odd for client in clients for odd in client.ledger.odd][:3]
    assert found["done"] > operations / 5 and found["refused"] > operations / 20, "too little happened to mean anything"
    for key, state in firsts.items():
        history = [one for client in clients for one in client.history[key]]
        assert is_possible(state, history), (key, sorted(history, key=lambda one: one.asked)[:50])


class TestHistories:
    pytestmark = slow

    def test_c9_a_few_hundred_operations(self, system: System) -> None:
        check_histories(system, 450, 4)

    @pytest.mark.nightly
    def test_c9_ten_thousand_operations(self, system: System) -> None:
        check_histories(system, 10_000, 20)

    @pytest.mark.nightly
    def test_c9_under_kills(self, system: System) -> None:
        dice = random.Random(SEED)

        def harm(stop: threading.Event) -> None:
            for turn in range(20):
                time.sleep(2 + 3 * dice.random())
                if turn % 2:
                    system.kill_postmaster()
                else:
                    system.kill_child("web")
                system.wait("/healthz")

        check_histories(system, 10_000, 20, harm)
