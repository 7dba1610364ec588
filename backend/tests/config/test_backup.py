"""F-10, ORG-11: the restore drill. A backup under write load, everything lost, restored, compared with the moment it was made."""

from __future__ import annotations

import dataclasses
import hashlib
import http.cookiejar
import json
import os
import shutil
import subprocess
import sys
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from kemai.config import cli
from kemai.config.backup import BackupProblem, archive, create, make_backup, restore, restore_backup
from kemai.config.backup import target as target_module
from kemai.config.backup.create import count_rows
from kemai.config.env import BACKEND_DIR, DATABASE_ROLE, Environment, child_environ, read_environment
from kemai.config.localdb import LocalServer, clear_leftovers
from kemai.config.processes import wait_until
from tests.conftest import PLACE, WORKER
from tests.database import SETTINGS, admin, cluster_root, create_database, fresh_copy, place_at
from tests.serving import served
from tests.world import PASSWORD

pytestmark = pytest.mark.xdist_group("backup")

# A company made through the services, and then a customer with his contact in each transaction until told to stop.
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
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
number = 0
while not stop.wait(0.01):
    number += 1
    with transaction.atomic():
        key = write.create_record(rep, get_object("customers"), {"name": f"写入{number}号公司"})
        write.create_record(rep, get_object("contacts"), {"name": f"写入{number}联系人", "customer": str(key)})
    print(number, flush=True)
"""
WRITTEN = """
SELECT array_agg(substring(c.name FROM '\\d+')::int ORDER BY substring(c.name FROM '\\d+')::int), count(p.id)
FROM customers_customer c LEFT JOIN customers_contact p ON p.customer_id = c.id WHERE c.name LIKE '写入%'
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

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)
        self.reader.join(5)


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
        names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'drill%' ORDER BY 1").fetchall()
        return {"files": files, "tables": hashes(connection), "databases": names}


def take(env: Environment, path: Path, **how: Any) -> dict[str, Any]:
    return restore_backup(env, path, say=lambda line: None, **how)


# --- the drill


def test_drill(source: Source, fresh: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F-10: every table as at one moment not older than the backup's start; a person signs in and reads his file."""
    then: dict[str, str] = {}
    path = tmp_path / "kemai.tar"

    def count_and_hash(connection: psycopg.Connection[Any]) -> dict[str, int]:
        source.wait_commits(3)  # so that there surely was writing between the snapshot and here
        then.update(hashes(connection))
        return count_rows(connection)

    before = source.wait_commits(3)
    with monkeypatch.context() as patched:
        patched.setattr(create, "count_rows", count_and_hash)
        made = make_backup(source.env, path, say=lambda line: None)
    assert made["broken_files"] == 0 and made["files"] >= 1 and made["secret_key"]
    assert source.commits >= before + 3

    result = take(fresh, path)
    assert result["ok"], result["checks"]
    assert {row["check"] for row in result["checks"]} >= {"migrations", "every stored file is there, whole"}
    with psycopg.connect(fresh.database_url) as connection:
        now = hashes(connection)
        numbers, contacts = connection.execute(WRITTEN).fetchone() or ([], 0)
        assert connection.execute("SELECT count(*) FROM accounts_session").fetchone() == (0,)
    assert then.pop("public.accounts_session") != now.pop("public.accounts_session")
    assert now == then
    assert numbers == list(range(1, len(numbers) + 1)), "a commit is missing in the middle"
    assert contacts == len(numbers)  # no transaction is in it by half
    assert before <= len(numbers) <= source.commits
    assert (fresh.data_dir / "secret-key").read_text() == (source.env.data_dir / "secret-key").read_text()
    assert not list(fresh.data_dir.glob(".restoring*"))
    people_use_it(fresh, source.file)


def people_use_it(env: Environment, file: dict[str, str]) -> None:
    """Sign in over HTTP with the password of before, and read a stored file back."""
    name = env.database_url.rpartition("/")[2].partition("?")[0]
    with served(PLACE, f"{name}_served", env.data_dir.parent, template=name) as one:
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        try:
            browser.open(f"{one.url}/api/v1/me")
        except urllib.error.HTTPError as error:
            assert error.code == 401
        csrf = next(cookie.value or "" for cookie in jar if "csrf" in cookie.name.lower())
        body = json.dumps({"username": "rep", "password": PASSWORD}).encode()
        headers = {"Content-Type": "application/json", "X-CSRFToken": csrf}
        browser.open(urllib.request.Request(f"{one.url}/api/v1/auth/login", body, headers))
        content = browser.open(f"{one.url}/api/v1/files/{file['file']}/content").read()
    assert hashlib.sha256(content).hexdigest() == file["sha256"]


# --- what is refused, with nothing changed


def refuse(env: Environment, path: Path, words: str, **how: Any) -> None:
    before = everything(env)
    with pytest.raises(BackupProblem, match=words):
        take(env, path, **how)
    assert everything(env) == before


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


def test_damaged_archives_are_refused_with_nothing_changed(full: Environment, backup: Path, tmp_path: Path) -> None:
    """Every byte and every member: test_backup_archive. Here the real thing, against a system that has something to lose."""
    data = backup.read_bytes()
    middle = len(data) // 2
    broken = {
        "not what was written": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "not complete": data[:middle],
        "ends before its end": data[: -archive.BLOCK],
        "not a backup of Kemai": data[1:],
    }
    for words, content in broken.items():
        path = tmp_path / "harmed.tar"
        path.write_bytes(content)
        refuse(full, path, words, replace=True)
    refuse(full, tmp_path / "nowhere.tar", "There is no file", replace=True)
    take(full, backup, replace=True)  # the control: unharmed, the same call goes through
    with psycopg.connect(full.database_url) as connection:
        assert connection.execute("SELECT to_regclass('our_own')").fetchone() == (None,)


def remade(backup: Path, path: Path, **changes: Any) -> Path:
    """The same backup, sound, with another manifest."""
    with backup.open("rb") as source, path.open("wb") as out:
        stage = path.parent / "stage"
        manifest = archive.unpack(source, lambda name: stage / name)
        writer = archive.Writer(out, 1_700_000_000)
        for name in sorted(manifest.pop("members"), key=lambda name: name != archive.HEADER):
            kept = stage / name
            writer.add(
                name, [archive.dumped(archive.read_header(source)) if name == archive.HEADER else kept.read_bytes()]
            )
        writer.finish({**manifest, **changes})
    return path


def test_backups_of_something_newer_are_refused(full: Environment, backup: Path, tmp_path: Path) -> None:
    newer = {"migrations": [["sales", "9999_tomorrow"]], "version": "9.0"}
    refuse(
        full, remade(backup, tmp_path / "a.tar", **newer), "newer Kemai .9.0, with sales 9999_tomorrow", replace=True
    )
    refuse(full, remade(backup, tmp_path / "a.tar", postgresql_major=99), "was made on PostgreSQL", replace=True)
    refuse(full, remade(backup, tmp_path / "a.tar", pg_dump_major=99), "pg_restore of PostgreSQL 99", replace=True)
    refuse(
        full,
        remade(backup, tmp_path / "a.tar", tables={"public.accounts_user": 1}),
        "rows, the backup says",
        replace=True,
    )
    take(full, remade(backup, tmp_path / "a.tar"), replace=True)


def test_an_older_backup_is_brought_to_this_version(
    full: Environment, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str] = []

    def record(env: Environment, url: str, word: str) -> dict[str, Any]:
        words.append(word)
        return {"checks": []}

    monkeypatch.setattr(restore, "run_command", record)
    take(full, backup, replace=True)
    assert words == ["verify"]
    with psycopg.connect(full.database_url) as connection:
        connection.execute("COMMENT ON TABLE django_migrations IS 'what an older Kemai installed from'")
    make_backup(full, tmp_path / "older.tar", say=lambda line: None)
    take(full, tmp_path / "older.tar", replace=True)
    assert words == ["verify", "migrate", "verify"]


def test_data_is_replaced_only_when_told_and_kept_aside(full: Environment, backup: Path) -> None:
    refuse(full, backup, "say --replace")
    (full.data_dir / "secret-key").write_text("k" * 64)
    result = take(full, backup, replace=True)
    with psycopg.connect(target_module.other_database(full.database_url, result["kept_database"])) as connection:
        assert connection.execute("SELECT name FROM our_own").fetchone() == ("我们自己",)
    assert Path(result["kept_secret_key"]).read_text() == "k" * 64
    assert (full.data_dir / "secret-key").read_text() != "k" * 64


def test_a_restore_that_fails_late_leaves_everything(
    full: Environment, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(full.files_dir)
    (full.data_dir / "secret-key").write_text("k" * 64)

    def fail(*arguments: Any) -> str:
        raise BackupProblem("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(target_module.Target, "exchange", fail)
        before = everything(full)
        with pytest.raises(BackupProblem, match="disk is full"):
            take(full, backup, replace=True)
        after = everything(full)
    assert {name for name, digest in after["files"].items() if digest} == {"secret-key"}
    assert after["files"]["secret-key"] == before["files"]["secret-key"]
    assert (after["tables"], after["databases"]) == (before["tables"], before["databases"])


def test_a_system_in_use_is_refused(full: Environment, backup: Path) -> None:
    before = everything(full)
    used = pytest.raises(BackupProblem, match=r"running on this data: 1 sessions are open .kemai web")
    with psycopg.connect(full.database_url, application_name="kemai web"), used:
        take(full, backup, replace=True)
    assert everything(full) == before


def test_a_role_that_may_not_create_databases_fills_an_empty_one_only(
    fresh: Environment, backup: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = target_module.Target.refuse_unfit

    def plain(self: target_module.Target, *arguments: Any, **how: Any) -> None:
        self.can_create = False
        real(self, *arguments, **how)

    monkeypatch.setattr(target_module.Target, "refuse_unfit", plain)
    assert take(fresh, backup)["kept_database"] == ""
    refuse(fresh, backup, "CREATEDB", replace=True)


def test_a_missing_file_does_not_cost_the_others_their_backup(source: Source, tmp_path: Path) -> None:
    env = dataclasses.replace(source.env, data_dir=tmp_path / "elsewhere")
    said: list[str] = []
    made = make_backup(env, tmp_path / "a.tar", say=said.append)
    assert (made["files"], made["broken_files"], made["secret_key"]) == (0, 1, False)
    assert any(source.file["sha256"] in line and "missing" in line for line in said)
    place = env.files_dir / source.file["sha256"][:2] / source.file["sha256"]
    place.parent.mkdir(parents=True)
    place.write_bytes(b"damaged")
    assert make_backup(env, tmp_path / "a.tar", say=said.append)["broken_files"] == 1
    assert any("damaged" in line for line in said)


def test_a_file_that_expired_meanwhile_is_no_damage(
    source: Source, fresh: Environment, quick: None, tmp_path: Path
) -> None:
    """Removed by the daily cleaning between the snapshot and its turn; its row must not name it as ready afterwards."""
    with psycopg.connect(source.env.database_url) as connection:
        connection.execute("UPDATE base_storedfile SET expires_at = now()")
    try:
        env = dataclasses.replace(source.env, data_dir=tmp_path / "elsewhere")
        assert make_backup(env, tmp_path / "a.tar", say=lambda line: None)["broken_files"] == 0
        take(fresh, tmp_path / "a.tar")
        with psycopg.connect(fresh.database_url) as connection:
            assert connection.execute("SELECT DISTINCT state FROM base_storedfile").fetchall() == [("expired",)]
    finally:
        with psycopg.connect(source.env.database_url) as connection:
            connection.execute("UPDATE base_storedfile SET expires_at = NULL")


def test_the_embedded_server(backup: Path, tmp_path: Path, quick: None) -> None:
    """Into a cluster that does not exist yet; refused while somebody runs it."""
    place = place_at(cluster_root() / f"try-{uuid.uuid4().hex[:8]}")
    env = dataclasses.replace(
        environment(tmp_path / "data", place.url), embedded=place, database_url=place.url, database_direct_url=place.url
    )
    try:
        assert take(env, backup)["kept_database"] == ""
        server = LocalServer(place, settings=SETTINGS)
        server.start()
        try:
            with psycopg.connect(place.url) as connection:
                assert connection.execute("SELECT count(*) FROM accounts_user").fetchone() != (0,)
            refuse(env, backup, "Kemai is running on this data", replace=True)
        finally:
            server.stop()
    finally:
        clear_leftovers(place)
        subprocess.run(["rm", "-rf", str(place.home), str(place.socket_dir)], check=True)


def test_the_command_says_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["restore", str(tmp_path / "nowhere.tar")]) == 1
    assert capsys.readouterr().err == f"kemai: There is no file {tmp_path / 'nowhere.tar'}.\n"
    assert cli.main(["backup", str(tmp_path / "none" / "a.tar")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert os.listdir(tmp_path) == []
