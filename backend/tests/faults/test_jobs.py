"""F-7, F-8: the worker's processes are killed, and jobs among the good ones harm them. Nothing is lost, nothing done twice, nobody held up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kemai.config.env import BACKEND_DIR, child_environ
from kemai.config.processes import is_alive, wait_until
from tests.conftest import PLACE
from tests.database import fresh_copy
from tests.faults.system import descendants, kill

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("jobs")]
POISONS = ("raises", "kills", "sleeps", "eats")


class Crew:
    """A worker on a database of its own."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.url = fresh_copy(PLACE, f"crew_{os.getpid()}")
        self.log = folder / "worker.log"
        self.environ = child_environ(
            DATABASE_URL=self.url, DATABASE_DIRECT_URL="", KEMAI_DATA=str(folder / "data"), DEMO="0", **environ
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.sql("CREATE TABLE mark (id bigserial, event bigint)")

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        with self.log.open("ab") as out:
            words = [sys.executable, "-m", "tests.faults.crew"]
            self.process = subprocess.Popen(words, cwd=BACKEND_DIR, env=self.environ, stdout=out, stderr=out)

    def hands(self) -> list[int]:
        assert self.process is not None
        return descendants(self.process.pid)

    def kill(self) -> None:
        """kill -9 of the parent: the kernel ends the others with it."""
        assert self.process is not None
        below = self.hands()
        self.process.kill()
        self.process.wait()
        assert wait_until(lambda: not any(map(is_alive, below)), 5), "a hand outlived the worker"

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(15) == 0, self.log.read_text()[-2000:]

    def events(self, count: int) -> None:
        self.sql(
            "INSERT INTO base_outboxevent (kind, object, record_id, payload, at) "
            "SELECT 'tests.marked', 'tests', gen_random_uuid(), '{}', now() FROM generate_series(1, %s)", count,
        )  # fmt: skip

    def poison(self, how: str) -> None:
        self.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
            "VALUES ('events', 'tests.poison', jsonb_build_object('how', %s::text))", how,
        )  # fmt: skip

    def marks(self) -> int:
        return int(self.sql("SELECT count(*) FROM mark")[0][0])

    def wait_marks(self, count: int, seconds: float = 180) -> float:
        began = time.monotonic()
        assert wait_until(lambda: self.marks() >= count, seconds, every=0.05), self.log.read_text()[-3000:]
        return time.monotonic() - began


@contextmanager
def crew(folder: Path, **environ: str) -> Iterator[Crew]:
    one = Crew(folder, **environ)
    one.start()
    try:
        yield one
        one.stop()
    finally:
        if one.process is not None and one.process.poll() is None:
            one.kill()


def killed_at_work(one: Crew, count: int, times: int) -> float:
    """Kills single hands and the whole, and returns after how many seconds of the last kill all was done."""
    one.events(count)
    for turn in range(1, times + 1):
        one.wait_marks(turn * count // (times + 2))
        if turn % 2:
            kill(one.hands()[-1])
        else:
            one.kill()
            one.start()
    took = one.wait_marks(count)
    time.sleep(0.2)
    assert one.sql("SELECT count(*), count(DISTINCT event) FROM mark") == [(count, count)], "lost, or done twice"
    return took


def poisoned(one: Crew, count: int) -> tuple[float, float]:
    """Seconds for the good ones alone, and with poison among them."""
    one.events(20)
    one.wait_marks(20)
    one.events(count)
    alone = one.wait_marks(20 + count)
    for how in POISONS:
        one.poison(how)
    one.events(count)
    return alone, one.wait_marks(20 + 2 * count)


def assert_parked(one: Crew, tries: int, seconds: float) -> None:
    parked = "SELECT arguments ->> 'how', reason, tries, split_part(detail, ' @', 1) FROM base_parkedjob"
    assert wait_until(lambda: len(one.sql(parked)) == len(POISONS), seconds, every=0.2), one.log.read_text()[-3000:]
    assert sorted(one.sql(parked)) == [
        ("eats", "error", tries, "MemoryError"),
        ("kills", "lost", tries, ""),
        ("raises", "error", tries, "ValueError"),
        ("sleeps", "too_long", tries, ""),
    ]
    assert one.sql("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tests.poison'") == [(0,)]
    assert "13800138000" not in one.log.read_text(), "the log quotes what a job was about (P-8)"


def test_f7_no_job_is_lost_with_its_worker(tmp_path: Path) -> None:
    with crew(tmp_path, KEMAI_JOB_LEASE_SECONDS="2", TEST_PAUSE="1") as one:
        killed_at_work(one, 300, 2)


def test_f8_poison_is_parked_and_holds_nobody_up(tmp_path: Path) -> None:
    with crew(tmp_path, KEMAI_JOB_LEASE_SECONDS="2", TEST_PAUSE="1", TEST_TRIES="2", KEMAI_JOB_MEMORY_MB="400") as one:
        poisoned(one, 100)
        assert_parked(one, 2, 30)


def test_f8_long_work_keeps_nobody_waiting(tmp_path: Path) -> None:
    """With every hand at an import, spare ones take what is short."""
    with crew(tmp_path) as one:
        one.events(1)
        one.wait_marks(1)
        one.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) SELECT 'work', 'tests.long', '{}' FROM generate_series(1, 8)"
        )
        assert wait_until(
            lambda: one.sql("SELECT count(*) > 1 FROM procrastinate_jobs WHERE status = 'doing'")[0][0], 20
        )
        one.events(20)
        assert one.wait_marks(21, seconds=40) < 40
        one.kill()


@pytest.mark.nightly
def test_f7_a_thousand_jobs(tmp_path: Path) -> None:
    with crew(tmp_path) as one:
        took = killed_at_work(one, 1000, 6)
    print(f"F-7: 1,000 jobs, 6 kills, all done {took:.1f} s after the last")
    assert took < 60


@pytest.mark.nightly
def test_f8_poison_among_five_hundred(tmp_path: Path) -> None:
    with crew(tmp_path) as one:
        alone, beside = poisoned(one, 500)
        assert_parked(one, 5, 420)
    print(f"F-8: 500 good ones {alone:.1f} s alone, {beside:.1f} s beside poison")
    assert beside < 1.2 * alone + 1
