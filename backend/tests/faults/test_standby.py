"""PLT-13: lists and figures read from a hot standby. Whatever state it is in, nobody sees less than what was committed, or more than he may."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote

import pytest

from kemai.config.processes import wait_until
from tests.faults.ledger import CSRF
from tests.faults.machines import Machines, machines
from tests.faults.test_machines import pytestmark as of_machines

pytestmark = of_machines
ROUNDS = 12
"""Enough that each of the two web processes is asked."""


@pytest.fixture(scope="module")
def system() -> Iterator[Machines]:
    with machines() as made:
        yield made


class Person:
    """Somebody at his browser, through nginx; the statuses are kept."""

    def __init__(self, system: Machines, name: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", system.port, timeout=20)
        cookies = f"kemai_session=session-of-{name}-in-the-tests; csrftoken={CSRF}"
        self.head = {"Cookie": cookies, "X-CSRFToken": CSRF, "Content-Type": "application/json"}
        self.statuses: list[int] = []
        self.etag = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """A change of what was read last names its version."""
        self.line.request(method, f"/api/v1{path}", json.dumps(body), {**self.head, "If-Match": self.etag or '"1"'})
        answer = self.line.getresponse()
        text = answer.read()
        self.etag = answer.headers.get("ETag", "")
        self.statuses.append(answer.status)
        return answer.status, json.loads(text)

    def names(self) -> set[str]:
        status, answer = self.ask("GET", "/customers?limit=200&fields=name")
        assert status == 200, answer
        return {row["name"] for row in answer["items"]}

    def finds(self, name: str) -> bool:
        """By the list, its count, and a figure."""
        condition = {"field": "name", "op": "eq", "value": name}
        status, answer = self.ask("GET", f"/customers?filter={quote(json.dumps(condition))}&with_total=1")
        assert status == 200, answer
        total, found = answer["total"], name in {row["name"] for row in answer["items"]}
        status, groups = self.ask("POST", "/customers/aggregate", {"filter": condition})
        assert status == 200, groups
        assert (total, groups["groups"][0]["count"]) == (int(found), int(found))
        return found

    def make(self, name: str) -> str:
        status, answer = self.ask("POST", "/customers", {"name": name})
        assert status == 201, answer
        return str(answer["id"])


_LISTS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'kemai' AND query LIKE '%%FROM customers_customer%%' AND query_start > %s"


def moment(system: Machines) -> Any:
    return system.ask("SELECT clock_timestamp()", server="standby")[0][0]


def answered(system: Machines, since: Any) -> bool:
    """Whether the standby has looked into the customers since then: the last statement of each process's connection tells."""
    return bool(system.ask(_LISTS, since, server="standby")[0][0])


def is_asked(system: Machines, person: Person) -> bool:
    """Whether the standby answers this person now."""
    since = moment(system)
    person.names()
    return answered(system, since)


@contextmanager
def replay_stands_still(system: Machines) -> Iterator[None]:
    system.ask("SELECT pg_wal_replay_pause()", server="standby")
    try:
        yield
    finally:
        system.ask("SELECT pg_wal_replay_resume()", server="standby")


def test_the_standby_answers_when_it_is_level(system: Machines) -> None:
    rep2 = Person(system, "rep2")
    assert wait_until(lambda: is_asked(system, rep2), 30), system.last_words()


def test_what_was_just_written_is_seen_whatever_the_standby_knows(system: Machines) -> None:
    rep, manager = Person(system, "rep"), Person(system, "manager")
    assert wait_until(lambda: is_asked(system, rep), 30), system.last_words()
    with replay_stands_still(system):
        rep.make("停放之前")
        since = moment(system)
        for n in range(ROUNDS):
            rep.make(f"停放重放{n}号")
            assert rep.finds(f"停放重放{n}号"), "his own"
            assert manager.finds(f"停放重放{n}号"), "everybody else's, too: a message may have told him of it"
        assert not answered(system, since), "a standby that is behind answered"
    assert wait_until(lambda: is_asked(system, rep), 30), "level again, it is asked again"


def test_a_right_withdrawn_is_gone_though_the_standby_still_has_it(system: Machines) -> None:
    rep, rep2, admin = Person(system, "rep"), Person(system, "rep2"), Person(system, "admin")
    share, key = "借出一家", rep.make("借出一家")
    moved, other = "转走一家", rep2.make("转走一家")
    status, answer = rep.ask("POST", f"/customers/{key}/share", share_with(system, "rep2"))
    assert status == 201, answer
    assert {share, moved} <= rep2.names()
    assert wait_until(lambda: level(system), 20)
    with replay_stands_still(system):
        shared = answer["items"][0]["id"]
        assert rep.ask("DELETE", f"/customers/{key}/shares", {"id": shared})[0] == 200
        status, answer = rep2.ask("POST", f"/customers/{other}/release", {"reason": "no_need"})
        assert status == 200, answer
        stale = system.ask("SELECT count(*) FROM accounts_recordshare WHERE id = %s", shared, database="kemai", server="standby")  # fmt: skip
        assert stale == [(1,)], "the standby is to know nothing of it"
        for _ in range(ROUNDS):
            assert share not in rep2.names()
            assert rep2.ask("GET", f"/customers/{key}")[0] == 404
            assert moved not in {row["name"] for row in rep2.ask("GET", "/customers?view=mine&limit=200")[1]["items"]}
        roles_taken(system, admin, "rep2")
        time.sleep(1.1)  # S-6: within a second
        for _ in range(ROUNDS):
            assert rep2.ask("GET", "/customers")[0] == 403
        system.sql("DELETE FROM accounts_session WHERE user_id = %s", system.facts["users"]["rep2"])
        time.sleep(1.1)
        assert {rep2.ask("GET", "/customers")[0] for _ in range(ROUNDS)} == {401}


def share_with(system: Machines, name: str) -> dict[str, Any]:
    return {"grantee_kind": "user", "grantee": system.facts["users"][name], "can_write": False, "expires_at": None}


def roles_taken(system: Machines, admin: Person, name: str) -> None:
    path = f"/users/{system.facts['users'][name]}/roles"
    assert admin.ask("GET", path)[0] == 200
    status, answer = admin.ask("PUT", path, {"roles": []})
    assert status == 200, answer


def level(system: Machines) -> bool:
    place = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint"
    replayed = "SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint"
    needed = system.ask(place)[0][0]
    return bool(system.ask(replayed, server="standby")[0][0] >= needed)


def test_a_standby_that_fails_costs_nobody_an_answer(system: Machines) -> None:
    """Its connections end, it hangs, it dies, it comes back: lists and figures go on, told once in the log."""
    # As deploy/README.md says where the standby stays away, or writes would wait for it.
    system.ask("ALTER SYSTEM SET synchronous_standby_names = ''")
    system.ask("SELECT pg_reload_conf()")
    people = [Person(system, name) for name in ("rep", "rep4", "manager")]
    stop = threading.Event()
    longest = [0.0]

    def look(person: Person) -> None:
        while not stop.is_set():
            began = time.monotonic()
            person.names()
            person.ask("GET", "/home")
            longest[0] = max(longest[0], time.monotonic() - began)

    lookers = [threading.Thread(target=look, args=[person]) for person in people]
    for one in lookers:
        one.start()
    ours = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'kemai'"
    for _ in range(5):
        time.sleep(0.5)
        system.ask(ours, server="standby")
    hang(system, 3)
    system.end("standby", signal.SIGQUIT)
    time.sleep(4)
    assert json.loads(read(system, "/readyz"))["standby"] == "away"
    doctor = system.command("doctor", "--json")
    assert "REPLICA_URL does not answer" in doctor.stdout + doctor.stderr
    system.start_server("standby")
    since = moment(system)
    try:
        assert wait_until(lambda: answered(system, since), 30), system.last_words()
    finally:
        stop.set()
        for one in lookers:
            one.join(20)
    asked = [status for person in people for status in person.statuses]
    print(f"PLT-13: {len(asked)} answers while the standby failed, the longest wait {longest[0]:.1f} s")
    assert len(asked) > 50 and set(asked) == {200}
    told = (system.folder / "web1.log").read_text().count("the primary answers instead of the standby")
    assert 1 <= told <= 12, f"told {told} times"


def hang(system: Machines, seconds: float) -> None:
    """The standby's answers to Kemai stop in the middle, as when its disk does."""
    pids: list[int] = []

    def connected() -> bool:
        pids[:] = [
            r[0] for r in system.ask("SELECT pid FROM pg_stat_activity WHERE usename = 'kemai'", server="standby")
        ]
        return len(pids) >= 2

    assert wait_until(connected, 20), system.last_words()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def read(system: Machines, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{system.port}{path}", timeout=10) as answer:
        return bytes(answer.read())
