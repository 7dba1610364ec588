"""F-10, ORG-11: the restore drill. A backup under write load, everything lost, restored, compared with the moment it was made."""

from __future__ import annotations

import dataclasses
import hashlib
import http.cookiejar
import json
import os
import shutil
import subprocess
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kemai.config import cli
from kemai.config.backup import BackupProblem, archive, create, make_backup, restore
from kemai.config.backup import target as target_module
from kemai.config.backup.create import count_rows
from kemai.config.backup.forgotten import BESIDE
from kemai.config.env import Environment
from kemai.config.localdb import LocalServer, clear_leftovers
from kemai.config.safety.drill import try_restore
from kemai.config.safety.notes import noted
from tests.config.drill import Source, environment, everything, hashes, refuse, take
from tests.conftest import PLACE
from tests.database import SETTINGS, cluster_root, place_at
from tests.serving import served
from tests.world import PASSWORD

pytestmark = pytest.mark.xdist_group("backup")

WRITTEN = """
SELECT array_agg(substring(c.name FROM '\\d+')::int ORDER BY substring(c.name FROM '\\d+')::int), count(p.id)
FROM customers_customer c LEFT JOIN customers_contact p ON p.customer_id = c.id WHERE c.name LIKE '写入%'
"""

# --- the drill


def test_drill(source: Source, fresh: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F-10: every table as at one moment not older than the backup's start; a person signs in and reads his file."""
    then: dict[str, str] = {}
    path = tmp_path / "kemai.tar"

    def count_and_hash(connection: psycopg.Connection[Any]) -> dict[str, int]:
        source.wait_commits(3)  # so that there surely was writing between the snapshot and here
        then.update(hashes(connection))
        return count_rows(connection)

    with source.writing(), monkeypatch.context() as patched:
        patched.setattr(create, "count_rows", count_and_hash)
        before = source.wait_commits(3)
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


def test_who_was_erased_since_is_erased_again(
    full: Environment, source: Source, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-4, F-10: the list beside the archive names him by his key; the restored system holds him under a pseudonym only."""
    with psycopg.connect(source.env.database_url) as connection:
        row = connection.execute("SELECT id FROM customers_contact WHERE name = '金丝雀mine联系人'").fetchone()
    assert row is not None
    line = {"at": "2026-01-01T00:00:00+00:00", "records": {"contacts": [str(row[0])]}, "content": False}
    ask = target_module.run_command
    monkeypatch.setattr(
        restore, "run_command", lambda env, url, word: {"checks": []} if word == "verify" else ask(env, url, word)
    )
    archive_of_then = shutil.copy(backup, tmp_path / "kemai.tar")
    (tmp_path / BESIDE).write_text(json.dumps(line) + "\n")
    assert take(full, Path(archive_of_then), replace=True)["ok"]
    with psycopg.connect(full.database_url) as connection:
        found = connection.execute("SELECT name, phone FROM customers_contact WHERE id = %s", row).fetchone()
    assert found is not None and found[0].startswith("已删除个人") and found[1] == ""
    (tmp_path / "later").mkdir()
    make_backup(full, tmp_path / "later" / "kemai.tar", say=lambda line: None)
    assert str(row[0]) in (tmp_path / "later" / BESIDE).read_text()


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


def test_a_damaged_backup_fails_its_drill(source: Source, backup: Path, tmp_path: Path) -> None:
    """What came of it is noted, and nothing is left of it."""
    env = dataclasses.replace(source.env, data_dir=tmp_path / "data")
    env.data_dir.mkdir()
    harmed = tmp_path / "harmed.tar"
    harmed.write_bytes(backup.read_bytes()[:-30_000])
    found = try_restore(env, harmed, say=lambda line: None)
    assert not found["ok"] and found["problem"].startswith("kemai: ")
    assert noted(env.data_dir, "drill")["ok"] is False
    assert os.listdir(env.data_dir) == ["safety"]


@pytest.mark.nightly
def test_a_whole_backup_passes_its_drill(source: Source, backup: Path, tmp_path: Path) -> None:
    env = dataclasses.replace(source.env, data_dir=tmp_path / "data")
    env.data_dir.mkdir()
    found = try_restore(env, backup, say=lambda line: None)
    assert found["ok"] and found["made_at"], found
    assert {"migrations", "every stored file is there, whole"} <= {row["check"] for row in found["checks"]}
    assert noted(env.data_dir, "drill")["ok"] is True
    assert os.listdir(env.data_dir) == ["safety"]


def test_the_command_says_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["restore", str(tmp_path / "nowhere.tar")]) == 1
    assert capsys.readouterr().err == f"kemai: There is no file {tmp_path / 'nowhere.tar'}.\n"
    assert cli.main(["backup", str(tmp_path / "none" / "a.tar")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert os.listdir(tmp_path) == []
