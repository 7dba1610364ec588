"""F-4: the volume of the data is full. Writing is refused in words, reading goes on, nothing is left half done, and it ends by itself."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kemai.config.processes import wait_until
from tests.faults.ledger import Ledger, Writer
from tests.faults.system import System, harmed
from tests.faults.uploading import upload

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("faults"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small volume"),
]
WRITES = {
    "/customers": {"name": "没有地方了"},
    "/exports": {"object": "customers", "format": "xlsx", "fields": ["name"]},
    "/imports": {"object": "customers", "file": "00000000-0000-0000-0000-000000000000"},
}


@contextmanager
def filled(folder: Path, leave: int = 0) -> Iterator[None]:
    """Nothing free on the folder's volume but ``leave`` bytes."""
    filler, room = folder / "filler", 0
    with filler.open("wb") as out:
        while not room:
            found = os.statvfs(folder)
            room = max(found.f_bavail * found.f_frsize - leave, 1)
            try:
                os.posix_fallocate(out.fileno(), 0, room)
            except OSError:  # somebody else has taken some of it in between
                room = 0
    try:
        yield
    finally:
        filler.unlink()


def counts(system: System) -> list[int]:
    tables = (
        "base_auditevent",
        "customers_customer",
        "base_storedfile WHERE state = 'ready'",
        "base_outboxevent",
        "base_job",
    )
    return [system.number(f"SELECT count(*) FROM {table}") for table in tables]


def files_in(system: System) -> set[str]:
    return {str(path) for path in (system.folder / "files").rglob("*") if path.is_file() and path.name != ".lock"}


@pytest.mark.parametrize("which", ["data", "database"])
def test_f4_a_full_volume(small: System, which: str) -> None:
    person = Writer(small, "rep", Ledger(), [], threading.Event())
    assert person.ask("POST", "/customers", {"name": f"还有地方 {which}"}, {})[0] == 201
    before, files = counts(small), files_in(small)
    with filled(small.folder if which == "data" else small.place.home, leave=1_000_000):
        assert wait_until(lambda: person.ask("POST", "/customers", WRITES["/customers"], {})[0] == 507, 5, every=0.2)
        before = [max(a, b) for a, b in zip(before, counts(small), strict=True)]
        for path, body in WRITES.items():
            status, answer = person.ask("POST", path, body, {})
            assert (status, answer["code"]) == (507, "storage_full") and "存储空间" in answer["detail"]
        assert upload(small, b"x" * 1_000_000, "a.csv")[0] == 507
        assert person.ask("GET", "/customers", None, {})[0] == person.ask("GET", "/me", None, {})[0] == 200
        assert (counts(small), files_in(small)) == (before, files), "something was left half done"
    assert wait_until(
        lambda: person.ask("POST", "/customers", {"name": f"又有地方 {which}"}, {})[0] == 201, 5, every=0.2
    )
    assert upload(small, b"x" * 1_000_000, "a.csv")[0] == 201


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with harmed(tmp_path_factory.mktemp("full") / "data", volume_mb=500) as one:
        yield one


@pytest.mark.nightly
def test_f4_without_the_reserve(tmp_path: Path) -> None:
    """What lies below: PostgreSQL itself meets the end of the disk, again and again, and loses nothing that was acknowledged."""
    with harmed(tmp_path / "data", volume_mb=500, KEMAI_RESERVE_MB="0") as system:
        person = Writer(system, "rep", Ledger(), [], threading.Event())
        kept: list[str] = []
        for turn in range(3):
            with filled(system.place.home):
                found = set()
                for n in range(300):
                    name = f"写满 {turn}-{n}"
                    try:
                        status, _ = person.ask("POST", "/customers", {"name": name, "remark": "满" * 5000}, {})
                    except OSError:
                        person.line, status = None, 0
                    found.add(status)
                    if status == 201:
                        kept.append(name)
                assert found & {503, 507} and found <= {0, 201, 503, 507}, found
            system.wait("/readyz")
            assert wait_until(lambda t=turn: person.ask("GET", f"/customers?page={t}", None, {})[0] < 500, 10)  # type: ignore[misc]
        names = {row[0] for row in system.sql("SELECT name FROM customers_customer")}
        assert set(kept) <= names
        assert system.command("verify").returncode == 0
