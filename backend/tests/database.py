"""PostgreSQL for the tests: a cluster of its own in memory, a migrated template, a copy for each worker.

The cluster's folder stays in memory after a run, so that the next one starts in a tenth of a second and finds the
template again as long as no migration changed. Runs at the same time take folders of their own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kemai.config.env import BACKEND_DIR, DATABASE_ROLE, EmbeddedPlace, child_environ
from kemai.config.localdb import SUPERUSER, AlreadyRunning, LocalServer
from kemai.config.schema import installation_digest

MEMORY = Path("/dev/shm")
ROOM_NEEDED = 1_000_000_000
RUNS_AT_ONCE = 6

# In memory a flush costs nothing, so there the durability settings stay as the product demands them and a real
# `kemai up` can be pointed at this cluster. On a disk they would cost most of the run.
SETTINGS = {"shared_buffers": "128MB", "max_connections": "200", "autovacuum": "off", "max_wal_size": "512MB"}
ON_DISK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def cluster_root() -> Path:
    try:
        in_memory = shutil.disk_usage(MEMORY).free > ROOM_NEEDED and os.access(MEMORY, os.W_OK)
    except OSError:
        in_memory = False
    checkout = hashlib.sha256(str(BACKEND_DIR).encode()).hexdigest()[:8]
    return (MEMORY if in_memory else Path(tempfile.gettempdir())) / f"kemai-tests-{os.getuid()}-{checkout}"


def place_at(home: Path) -> EmbeddedPlace:
    return EmbeddedPlace(home=home, run_as_user="kemai" if os.geteuid() == 0 else None)


def start_cluster() -> LocalServer:
    """The first cluster of this checkout that no other run holds, started; it ends with this process."""
    root = cluster_root()
    settings = SETTINGS if root.is_relative_to(MEMORY) else SETTINGS | ON_DISK
    root.mkdir(mode=0o755, exist_ok=True)
    for number in range(RUNS_AT_ONCE):
        server = LocalServer(place_at(root / str(number)), settings=settings)
        try:
            server.start()
        except AlreadyRunning:
            continue
        return server
    raise RuntimeError(f"{RUNS_AT_ONCE} test runs of this checkout are going on already.")


@contextmanager
def one_at_a_time(place: EmbeddedPlace, what: str = "template") -> Iterator[None]:
    """Across the workers of a run."""
    with open(place.home / f"{what}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def admin(place: EmbeddedPlace, database: str = "postgres") -> psycopg.Connection[Any]:
    return psycopg.connect(place.url_for(SUPERUSER, database), autocommit=True)


def ensure_template(place: EmbeddedPlace) -> str:
    """The name of a database migrated with the migrations on disk, made when there is none."""
    name = f"template_{installation_digest()}"
    with one_at_a_time(place), admin(place) as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()]
        if name in names:
            return name
        for old in names:
            if old.startswith(("template_", "building")):
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
        create_database(connection, "building", "template0")
        migrate(place.url_for(DATABASE_ROLE, "building"))
        connection.execute(sql.SQL("ALTER DATABASE building RENAME TO {}").format(sql.Identifier(name)))
    return name


def migrate(url: str) -> None:
    """As users do it: in a process of its own, by the command."""
    environ = child_environ(DATABASE_URL=url, PYTHONPATH=str(BACKEND_DIR))
    done = subprocess.run(
        [sys.executable, "-m", "kemai.config.cli", "migrate"],
        cwd=BACKEND_DIR,
        env=environ,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"kemai migrate failed for the test template:\n{done.stdout}\n{done.stderr}")


def create_database(connection: psycopg.Connection[Any], name: str, template: str) -> None:
    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            sql.Identifier(name), sql.Identifier(template), sql.Identifier(DATABASE_ROLE)
        )
    )


def fresh_copy(place: EmbeddedPlace, name: str, template: str | None = None) -> str:
    """A copy of the template (or of another database) under this name, replacing what was there; returns its address."""
    template = template or ensure_template(place)
    with one_at_a_time(place), admin(place) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        create_database(connection, name, template)
    return place.url_for(DATABASE_ROLE, name)


class Cleaner:
    """Puts a worker's copy back to how the template was, for tests that commit.

    Deleting beats truncating twenty times over on tables of a few rows. What the migrations themselves inserted is
    remembered and put back. Triggers are off meanwhile, or the audit would record and the guards refuse it.
    """

    def __init__(self, place: EmbeddedPlace, database: str) -> None:
        self.connection = admin(place, database)
        self.connection.execute("SET session_replication_role = replica")
        self.tables = [
            row[0]
            for row in self.connection.execute(
                "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace "
                "AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'django_migrations'"
            ).fetchall()
        ]
        self.connection.execute("CREATE SCHEMA IF NOT EXISTS seed")
        self.seeded = self.filled()
        for table in self.seeded:
            self.connection.execute(f"CREATE TABLE IF NOT EXISTS seed.{table} AS TABLE public.{table}")

    def filled(self) -> list[str]:
        if not self.tables:
            return []
        asked = " UNION ALL ".join(f"(SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table}))" for table in self.tables)
        return [row[0] for row in self.connection.execute(asked).fetchall()]

    def clean(self) -> None:
        with self.connection.transaction():
            for table in {*self.filled(), *self.seeded}:
                self.connection.execute(f"DELETE FROM {table}")
            for table in self.seeded:
                self.connection.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM seed.{table}")

    def close(self) -> None:
        self.connection.close()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one runner of a race got: a value or an error."""

    value: Any = None
    error: BaseException | None = None


def race(*runners: Callable[[], Any], close: Callable[[], None]) -> list[Outcome]:
    """Let all runners go at once, each in a thread with a database connection of its own."""
    barrier = threading.Barrier(len(runners))
    outcomes = [Outcome()] * len(runners)

    def run(index: int, runner: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            outcomes[index] = Outcome(value=runner())
        except BaseException as error:  # handed to the test
            outcomes[index] = Outcome(error=error)
        finally:
            close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes
