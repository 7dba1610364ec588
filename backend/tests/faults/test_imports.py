"""F-3: the worker is killed in the middle of imports. Every row is there exactly once, and the same file again makes nothing double."""

from __future__ import annotations

import os
import random
import threading
import time
from uuid import uuid4

import pytest

from kemai.config.processes import wait_until
from tests.faults.ledger import Ledger, Writer
from tests.faults.system import System, kill
from tests.faults.uploading import upload
from tests.platform.sheets import credit_code, xlsx

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
DICE = random.Random(int(os.environ.get("KEMAI_FAULT_SEED", "1")))
HEAD = ["公司名称*", "税号", "备注"]
ENDED = ("done", "failed", "cancelled")


class Importer(Writer):
    """One person with a file."""

    def __init__(self, system: System, rows: int) -> None:
        super().__init__(system, "rep", Ledger(), [], threading.Event())
        self.word, first = uuid4().hex[:6], DICE.randrange(1_000_000)
        table = [[f"导入{self.word}第{n}号公司", credit_code(first + n), f"行{n}"] for n in range(rows)]
        self.rows, self.content = rows, xlsx([HEAD, *table])

    def begin(self) -> str:
        """Start the import; returns its key."""
        status, file = upload(self.system, self.content, "客户.xlsx")
        assert status == 201, file
        run = self.write("/imports", {"file": file["id"], "object": "customers", "key": "credit_code", "mode": "both"})
        assert self.write(f"/imports/{run['id']}/commit", {}), self.ledger.odd
        return str(run["id"])

    def state(self, key: str) -> tuple[str, int]:
        """How far it is: its state, and the rows done."""
        return self.system.sql(  # type: ignore[return-value]
            "SELECT state, created + updated + skipped + failed FROM platform_import WHERE id = %s", key
        )[0]

    def stored(self) -> tuple[int, int]:
        """Rows, and different ones among them."""
        found = self.system.sql(
            "SELECT count(*), count(DISTINCT name) FROM customers_customer WHERE name LIKE %s", f"导入{self.word}%"
        )
        return found[0]  # type: ignore[return-value]


def kill_imports(system: System, rows: int, times: int) -> int:
    """Kill the hand at the import, or the whole worker, at random moments of one import; returns how often it was under way."""
    person = Importer(system, rows)
    key, hit = person.begin(), 0
    for turn in range(times):
        before = person.state(key)[1]
        wait_until(lambda seen=before: person.state(key)[1] > seen or person.state(key)[0] in ENDED, 60)  # type: ignore[misc]
        time.sleep(DICE.random() * 0.2)
        hit += person.state(key)[0] not in ENDED
        if turn % 2:
            system.kill_child("worker")
        else:
            for pid in system.children("worker"):
                if pid != system.tops("worker")[0]:
                    kill(pid)
    assert wait_until(lambda: person.state(key)[0] in ENDED, 120, every=0.2), system.last_words()
    assert (person.state(key), person.stored()) == (("done", rows), (rows, rows))
    again = person.begin()
    assert wait_until(lambda: person.state(again)[0] in ENDED, 120, every=0.2)
    assert (person.state(again), person.stored()) == (("done", rows), (rows, rows)), (
        "the same file made something double"
    )
    return hit


def test_f3_kills_in_the_middle_of_an_import(system: System) -> None:
    assert kill_imports(system, 5000, 2), "no import was under way at any kill"


@pytest.mark.nightly
def test_f3_thirty_kills_of_large_imports(system: System) -> None:
    assert sum(kill_imports(system, 10_000, 3) for _ in range(10)) >= 20
