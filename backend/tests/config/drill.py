"""What the restore drill needs: a system to save that is written to meanwhile, and another to restore it into."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from kemai.config.backup import BackupProblem, make_backup, restore, restore_backup
from kemai.config.backup.create import count_rows
from kemai.config.env import BACKEND_DIR, DATABASE_ROLE, Environment, child_environ, read_environment
from kemai.config.processes import wait_until
from tests.conftest import PLACE, WORKER
from tests.database import admin, create_database, fresh_copy

# A company made through the services, and then, between "go" and "stop", a customer with his contact in each transaction.
SOURCE = """
import sys, json, threading, django
from kemai.config.commands import setup_django
setup_django()
from django.db import transaction
from kemai.base.files import store_file
from kemai.platform.objects import write
from kemai.platform.objects.declare import get_object
from tests.world import build
world = build()
rep = world.actor("rep")
row = store_file([("附件" * 50_000).encode()], name="合同.txt", created_by=rep.id)
print(json.dumps({"file": str(row.id), "sha256": row.sha256}), flush=True)
go, end = threading.Event(), threading.Event()
def listen():
    for line in sys.stdin:
        go.set() if line == "go\\n" else go.clear()
    end.set()
    go.set()
threading.Thread(target=listen, daemon=True).start()
number = 0
while go.wait() and not end.wait(0.01):
    number += 1
    with transaction.atomic():
        key = write.create_record(rep, get_object("customers"), {"name": f"写入{number}号公司"})
        write.create_record(rep, get_object("contacts"), {"name": f"写入{number}联系人", "customer": str(key)})
    print(number, flush=True)
"""


class Source:
    """The system that is backed up: its environment, and a process that goes on writing to it."""

    def __init__(self, folder: Path) -> None:
        url = fresh_copy(PLACE, f"drill_{WORKER}")
        self.env = environment(folder / "source", url)
        self.process = subprocess.Popen(
            [sys.executable, "-c", SOURCE],
            cwd=BACKEND_DIR,
            env=child_environ(
                DATABASE_URL=url, KEMAI_DATA=str(self.env.data_dir), PYTHONPATH=str(BACKEND_DIR), DATABASE_DIRECT_URL=""
            ),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.file = json.loads(self.process.stdout.readline())
        self.commits = 0
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.commits = int(line)

    def wait_commits(self, more: int) -> int:
        """Wait for that many more commits; returns how many there are."""
        goal = self.commits + more
        assert wait_until(lambda: self.commits >= goal, 20), "the writer stopped writing"
        return self.commits

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The process writes as fast as it can while the block lasts."""
        self.tell("go")
        try:
            yield
        finally:
            self.tell("stop")

    def tell(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)
        self.reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    one = Source(tmp_path_factory.mktemp("drill"))
    yield one
    one.end()
    drop(f"drill_{WORKER}")


@pytest.fixture(scope="module")
def backup(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished backup of it, for the tests that only restore."""
    path = tmp_path_factory.mktemp("kept") / "kemai.tar"
    make_backup(source.env, path, say=lambda line: None)
    return path


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Environment]:
    """Another machine: a data folder with nothing in it and an empty database."""
    name = f"drill_to_{WORKER}"
    drop(name)
    with admin(PLACE) as connection:
        create_database(connection, name, "template0")
    yield environment(tmp_path / "data", PLACE.url_for(DATABASE_ROLE, name))
    drop(name)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the invariants, which take a process of their own and are part of the drill itself."""
    monkeypatch.setattr(restore, "run_command", lambda env, url, word: {"checks": []})


def environment(folder: Path, url: str) -> Environment:
    return read_environment({"KEMAI_DATA": str(folder), "DATABASE_URL": url, "DEMO": "0"})


def drop(name: str) -> None:
    """The database and whatever a restore made beside it."""
    with admin(PLACE) as connection:
        for (other,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{name}%"]):
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(other)))


def hashes(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """A digest of all rows of each table, with the names as count_rows gives them."""
    found = {}
    for table in count_rows(connection):
        name = sql.Identifier(*table.split("."))
        ask = sql.SQL("SELECT md5(COALESCE(string_agg(x::text, '' ORDER BY x::text), '')) FROM {} x").format(name)
        found[table] = (connection.execute(ask).fetchone() or ("",))[0]
    return found


def everything(env: Environment) -> dict[str, Any]:
    """All that a refused restore must have left alone."""
    files = {
        str(path.relative_to(env.data_dir)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in env.data_dir.rglob("*")
    }
    with psycopg.connect(env.database_url) as connection:
        # Its own database and what a restore makes beside it; other workers have theirs.
        beside = "SELECT datname FROM pg_database WHERE starts_with(datname, current_database()) ORDER BY 1"
        names = connection.execute(beside).fetchall()
        return {"files": files, "tables": hashes(connection), "databases": names}


def take(env: Environment, path: Path, **how: Any) -> dict[str, Any]:
    return restore_backup(env, path, say=lambda line: None, **how)


@pytest.fixture(scope="module")
def restored(backup: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """The backup restored once, to be copied."""
    name = f"drill_kept_{WORKER}"
    drop(name)
    with admin(PLACE) as connection:
        create_database(connection, name, "template0")
    env = environment(tmp_path_factory.mktemp("restored") / "data", PLACE.url_for(DATABASE_ROLE, name))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(restore, "run_command", lambda env, url, word: {"checks": []})
        take(env, backup)
    with psycopg.connect(env.database_url) as connection:
        connection.execute("CREATE TABLE our_own AS SELECT '我们自己' AS name")
    yield env
    drop(name)


@pytest.fixture
def full(fresh: Environment, restored: Environment, quick: None) -> Environment:
    """A system with data of its own, to which each refused restore would be a loss."""
    fresh_copy(PLACE, f"drill_to_{WORKER}", template=f"drill_kept_{WORKER}")
    shutil.copytree(restored.data_dir, fresh.data_dir, dirs_exist_ok=True)
    return fresh


def refuse(env: Environment, path: Path, words: str, **how: Any) -> None:
    before = everything(env)
    with pytest.raises(BackupProblem, match=words):
        take(env, path, **how)
    assert everything(env) == before
