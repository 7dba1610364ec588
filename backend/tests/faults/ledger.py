"""People who write through the HTTP API whatever happens to the server, and remember what it acknowledged.

A request without an answer, or answered 503, is sent again with the same Idempotency-Key until it is answered: so in the end each one is
either acknowledged or refused, and must stand in the database exactly once or not at all.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.faults.system import System

CSRF = "csrf-token-of-the-tests-0123"
PEOPLE = ("rep", "rep2", "rep4")
SHARED = 4
AGAIN = {409: {"in_flight"}, 503: None, 507: None}
ENOUGH = 50
"""Acknowledged writes without which a comparison would mean little."""


@dataclass
class Ledger:
    """What was acknowledged, by kind of write; ``last`` is when the latest of them was asked for, monotonic."""

    word: str = field(default_factory=lambda: uuid4().hex[:8])
    """Stands in every name, since others wrote before."""
    created: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    moved: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(claim or release, record, person)"""
    edited: dict[str, str] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    unanswered: int = 0
    busy: int = 0
    last: float = 0.0

    @property
    def count(self) -> int:
        return len(self.created) + len(self.told) + sum(self.moved.values()) + len(self.edited)


class Writer(threading.Thread):
    """One person with one connection."""

    def __init__(self, system: System, person: str, ledger: Ledger, shared: list[str], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.system, self.person, self.ledger, self.shared, self.stop = system, person, ledger, shared, stop
        self.dice = random.Random(person)
        self.line: http.client.HTTPConnection | None = None
        self.number = 0

    def run(self) -> None:
        while not self.stop.is_set():
            self.number += 1
            self.dice.choice((self.create, self.create, self.fight, self.fight))()

    def create(self) -> None:
        """A customer, a word in it, and a follow-up."""
        # The number first: a name is compared without its dashes, where rep2's first would be the twenty-first of rep.
        mark = f"{self.ledger.word}-{self.number}-{self.person}"
        answer = self.write("/customers", {"name": f"台账{mark}号"})
        if not answer:
            return
        self.ledger.created.append(f"台账{mark}号")
        if self.edit(answer["id"], mark):
            self.ledger.edited[answer["id"]] = mark
        if self.write("/interactions", {"customer": answer["id"], "content": f"跟进{mark}"}):
            self.ledger.told.append(f"跟进{mark}")

    def edit(self, key: str, mark: str) -> bool:
        """An edit has no key of its own: it names the version, so that the second try says whether the first was taken."""
        answer = self.write(f"/customers/{key}", {"remark": mark}, "PATCH", (412,))
        return bool(answer) and (answer.get("current") or answer)["remark"] == mark

    def fight(self) -> None:
        """Over the few customers all of them want."""
        key = self.dice.choice(self.shared)
        if self.write(f"/customers/{key}/claim", {}, refused=(409,)):
            self.ledger.moved["claim", key, self.person] += 1
            if self.write(f"/customers/{key}/release", {"reason": "no_need"}):
                self.ledger.moved["release", key, self.person] += 1

    def write(self, path: str, body: Any, method: str = "POST", refused: tuple[int, ...] = ()) -> dict[str, Any]:
        """Sent until it is answered; empty when refused as foreseen (but for what a 412 tells), or when the time is over."""
        more = {"If-Match": '"1"'} if method == "PATCH" else {"Idempotency-Key": uuid4().hex}
        end = time.monotonic() + 60
        while (asked := time.monotonic()) < end:
            try:
                status, answer = self.ask(method, path, body, more)
            except (OSError, http.client.HTTPException, ValueError):
                self.ledger.unanswered += 1
                self.line = None
                time.sleep(0.05)
                continue
            if status in AGAIN and (AGAIN[status] is None or answer.get("code") in AGAIN[status]):
                self.ledger.busy += 1
                time.sleep(0.05)
            elif status < 300:
                self.ledger.last = max(self.ledger.last, asked)
                return answer
            elif status in refused:
                return answer if status == 412 else {}
            else:
                self.ledger.odd.append(f"{method} {path} {status} {answer}")
                return {}
        self.ledger.odd.append(f"{method} {path}: no answer in a minute")
        return {}

    def ask(self, method: str, path: str, body: Any, more: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.line = self.line or http.client.HTTPConnection("127.0.0.1", self.system.port, timeout=10)
        cookies = f"kemai_session=session-of-{self.person}-in-the-tests; csrftoken={CSRF}"
        head = {"Cookie": cookies, "X-CSRFToken": CSRF, "Content-Type": "application/json", **more}
        self.line.request(method, f"/api/v1{path}", json.dumps(body), head)
        answer = self.line.getresponse()
        return answer.status, json.loads(answer.read())


class Work:
    """All of them at work while the block lasts; ``again()`` waits for a write that was asked for from now on."""

    def __init__(self, system: System) -> None:
        self.system, self.ledger, self.stop = system, Ledger(), threading.Event()

    def __enter__(self) -> Work:
        first = Writer(self.system, "rep", self.ledger, [], self.stop)
        shared = []
        for n in range(SHARED):
            key = first.write("/customers", {"name": f"共争{self.ledger.word}-{n}号"})["id"]
            first.write(f"/customers/{key}/release", {"reason": "no_need"})
            self.ledger.moved["release", key, "rep"] += 1
            shared.append(key)
        self.shared = shared
        self.writers = [Writer(self.system, person, self.ledger, shared, self.stop) for person in PEOPLE]
        for writer in self.writers:
            writer.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop.set()
        for writer in self.writers:
            writer.join(70)

    def again(self, seconds: float = 60) -> float:
        """Seconds until a write is answered as it should be that was asked for after this; what was under way does not count."""
        began = time.monotonic()
        while self.ledger.last <= began:
            assert time.monotonic() < began + seconds, self.system.last_words()
            time.sleep(0.02)
        return time.monotonic() - began

    def goes_on(self, seconds: float = 120) -> None:
        """Until enough was written, however slow the machine is."""
        end = time.monotonic() + seconds
        while self.ledger.count <= ENOUGH and time.monotonic() < end:
            time.sleep(0.1)


def judge(work: Work) -> None:
    """Nothing acknowledged is lost, nothing is there twice, and what must always hold does."""
    ledger, system = work.ledger, work.system
    assert not ledger.odd, ledger.odd[:3]
    assert ledger.count > ENOUGH, "too little was written to mean anything"
    compare(work)
    assert system.number("SELECT count(*) FROM customers_customer WHERE (owner_id IS NULL) = (pool_id IS NULL)") == 0
    system.sql("CREATE EXTENSION IF NOT EXISTS amcheck")
    system.sql(
        "SELECT bt_index_check(i.indexrelid, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
        "WHERE a.amname = 'btree' AND i.indisvalid AND c.relkind = 'i' AND c.relnamespace = 'public'::regnamespace"
    )
    verified = system.command("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def compare(work: Work) -> None:
    """What was acknowledged beside what is stored."""
    ledger, system, shared = work.ledger, work.system, work.shared
    names = dict(
        system.sql("SELECT name, count(*) FROM customers_customer WHERE name LIKE %s GROUP BY 1", f"台账{ledger.word}%")
    )
    assert names == dict.fromkeys(ledger.created, 1)
    told = dict(system.sql("SELECT content, count(*) FROM activities_interaction GROUP BY 1"))
    assert all(told.get(words) == 1 for words in ledger.told)
    remarks = {str(k): v for k, v in system.sql("SELECT id, remark FROM customers_customer WHERE remark <> ''")}
    assert all(remarks.get(key) == mark for key, mark in ledger.edited.items())
    people = {key: name for name, key in system.facts["users"].items()}
    log: Counter[tuple[str, str, str]] = Counter()
    for kind, record, giver, taker in system.sql(
        "SELECT kind, record_id::text, from_user_id::text, to_user_id::text FROM customers_ownershipchange "
        "WHERE kind IN ('claim', 'release') AND record_id::text = ANY(%s)", shared,
    ):  # fmt: skip
        log[kind, record, people[taker if kind == "claim" else giver]] += 1
    assert log == ledger.moved
