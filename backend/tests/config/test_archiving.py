"""F-10, ORG-11: the continuous archive. Writes go on, everything is lost, and the system comes back as at a moment between two of them."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from kemai.config.archiving import line as line_module
from kemai.config.archiving import restore
from kemai.config.archiving.folder import ArchiveFolder, segment_number
from kemai.config.archiving.keep import make_base, mirror, open_archive, prune
from kemai.config.archiving.line import LONGEST_WAIT, ArchiveProblem
from kemai.config.archiving.restore import restore_archive
from kemai.config.archiving.state import archive_state
from kemai.config.backup import BackupProblem
from kemai.config.backup.programs import find_program, restore_dump, stream_dump
from kemai.config.env import DATABASE_ROLE, Environment
from kemai.config.localdb import SUPERUSER, LocalServer, clear_leftovers
from kemai.config.processes import wait_until
from tests.config.drill import environment
from tests.conftest import PLACE
from tests.database import SETTINGS, admin, cluster_root, ensure_template, place_at

pytestmark = pytest.mark.xdist_group("backup")

CONTENT = "附件".encode() * 1000
SHA = hashlib.sha256(CONTENT).hexdigest()


class Made(NamedTuple):
    env: Environment
    moments: dict[str, datetime]
    shipped: int
    """The last segment in which something from before ``between`` can be."""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    root = cluster_root() / f"archived-{uuid.uuid4().hex[:8]}"
    root.mkdir(mode=0o755)
    yield root
    clear_leftovers(place_at(root / "db"))
    subprocess.run(["rm", "-rf", str(root), str(place_at(root / "db").socket_dir)], check=True)


@contextmanager
def running(env: Environment) -> Iterator[psycopg.Connection[Any]]:
    assert env.embedded is not None
    server = LocalServer(env.embedded, settings=SETTINGS)
    server.start()
    try:
        with psycopg.connect(env.embedded.url, autocommit=True) as connection:
            yield connection
    finally:
        server.stop()


def ship(env: Environment) -> int:
    """Have everything written so far in the archive, as half a minute's waiting would; the number of the last segment of that."""
    assert env.embedded is not None
    with psycopg.connect(env.embedded.url_for(SUPERUSER, "postgres"), autocommit=True) as connection:
        name = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert name is not None
        gz = open_archive(env)[1].wal / f"{name[0]}.gz"
        assert wait_until(gz.exists, 20), "the segment was not archived"
    return segment_number(name[0])


@pytest.fixture(scope="module")
def system(home: Path) -> Iterator[Made]:
    """A company with an archive, and the moments between the writes to it; stopped."""
    (home / "archive").mkdir(mode=0o755)
    place = dataclasses.replace(place_at(home / "db"), archive=home / "archive")
    env = dataclasses.replace(
        environment(home / "data", place.url), embedded=place, database_url=place.url, database_direct_url=place.url
    )
    moments = {}
    with running(env) as connection:
        fill(env, connection)
        mirror(env, open_archive(env)[0], {}, print)
        make_base(env, say=print)
        with writing(env) as count:
            assert wait_until(lambda: count[0] > 50, 20)
            connection.execute("INSERT INTO told VALUES ('before')")
            moments["between"] = clock(connection)
            connection.execute("INSERT INTO told VALUES ('after')")
            shipped = ship(env)
            assert wait_until(lambda: count[0] > 150, 20)
        moments["late"] = clock(connection)
        connection.execute("INSERT INTO told VALUES ('last')")
    yield Made(env, moments, shipped)


def fill(env: Environment, connection: psycopg.Connection[Any]) -> None:
    """The tables of this version, one stored file, and two tables to write to."""
    dump = env.data_dir / "template.dump"
    with admin(PLACE, ensure_template(PLACE)) as source:
        row = source.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot()")
        row.nextset()
        (snapshot,) = row.fetchone() or ("",)
        url = PLACE.url_for(DATABASE_ROLE, source.info.dbname)
        dump.write_bytes(b"".join(stream_dump(find_program("pg_dump", 18), url, snapshot)))
    restore_dump(find_program("pg_restore", 18), dump, env.database_url)
    (env.files_dir / SHA[:2]).mkdir(parents=True)
    (env.files_dir / SHA[:2] / SHA).write_bytes(CONTENT)
    connection.execute(
        "INSERT INTO base_storedfile (id, name, sha256, size, purpose, object, state, created_at) "
        "VALUES (gen_random_uuid(), '合同.txt', %s, %s, 'upload', '', 'ready', now())",
        [SHA, len(CONTENT)],
    )
    connection.execute("CREATE TABLE written AS SELECT 0 AS n; CREATE TABLE told (what text)")


def clock(connection: psycopg.Connection[Any]) -> datetime:
    """A moment of the database's clock, with some time on either side of it."""
    time.sleep(0.02)
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    time.sleep(0.02)
    assert row is not None
    moment: datetime = row[0]
    return moment


@contextmanager
def writing(env: Environment) -> Iterator[list[int]]:
    """Somebody writes a number after the other, each a commit, while the block lasts; how far he is."""
    count, stop = [0], threading.Event()

    def write() -> None:
        with psycopg.connect(env.database_url, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO written VALUES (%s)", [count[0] + 1])
                count[0] += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield count
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def lost(system: Made, tmp_path: Path) -> Iterator[Environment]:
    """Another machine, with nothing, to which the archive was copied."""
    place = place_at(cluster_root() / f"again-{uuid.uuid4().hex[:8]}")
    source = system.env.embedded
    assert source is not None and source.archive is not None
    root = cluster_root() / f"copy-{uuid.uuid4().hex[:8]}"
    shutil.copytree(source.archive, root)
    env = dataclasses.replace(
        environment(tmp_path / "data", place.url), database_url=place.url, database_direct_url=place.url,
        embedded=dataclasses.replace(place, archive=root),
    )  # fmt: skip
    yield env
    clear_leftovers(place)
    for folder in (place.home, place.socket_dir, root, place.home.with_name(f"{place.home.name}.restoring")):
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def archive_of(env: Environment) -> Path:
    assert env.embedded is not None and env.embedded.archive is not None
    return env.embedded.archive


def take(env: Environment, at: datetime | None, **how: Any) -> dict[str, Any]:
    alone = dataclasses.replace(env.embedded, archive=None) if env.embedded else None
    return restore_archive(
        dataclasses.replace(env, embedded=alone), archive_of(env), at=at, say=print, **{"replace": False, **how}
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "run_command", lambda env, url, word: {"checks": []})


def told(env: Environment) -> list[str]:
    assert env.embedded is not None
    alone = dataclasses.replace(env, embedded=dataclasses.replace(env.embedded, archive=None))
    with running(alone) as connection:
        numbers = [row[0] for row in connection.execute("SELECT n FROM written ORDER BY n").fetchall()]
        assert numbers == list(range(len(numbers))) and len(numbers) > 50, "a commit is missing in the middle"
        return [row[0] for row in connection.execute("SELECT what FROM told").fetchall()]


def test_everything_lost_and_back_at_a_moment(system: Made, lost: Environment) -> None:
    """F-10: neither less nor more than what was committed by then; files and key too; the checks of `verify` hold."""
    env, moments, _ = system
    result = take(lost, moments["between"])
    assert result["ok"], result["checks"]
    assert result["broken_files"] == 0 and result["reached"] <= moments["between"].isoformat()
    assert told(lost) == ["before"]
    assert (lost.files_dir / SHA[:2] / SHA).read_bytes() == CONTENT
    assert (lost.data_dir / "secret-key").read_text() == (env.data_dir / "secret-key").read_text()


def test_the_latest_there_is_and_what_was_there_is_kept(system: Made, lost: Environment, quick: None) -> None:
    """An ordered stop archives the rest; a second restore keeps the first one's cluster aside and begins a line of its own."""
    assert take(lost, system.moments["late"])["kept_database"] == ""
    with pytest.raises(BackupProblem, match="say --replace"):
        take(lost, None)
    result = take(lost, None, replace=True)
    assert Path(result["kept_database"], "PG_VERSION").exists()
    assert told(lost) == ["before", "after", "last"]
    with pytest.raises(ArchiveProblem, match="another installation's"), running(lost):
        pass


def test_what_cannot_be_restored_is_refused_in_words(system: Made, lost: Environment, quick: None) -> None:
    """Nothing is made, nothing is touched: another machine still has nothing afterwards."""
    moments, folder = system.moments, ArchiveFolder(archive_of(lost))
    line = folder.lines()[0]
    base, segments = line.bases()[0], line.segments()

    def refused(words: str, at: datetime | None) -> None:
        with pytest.raises(BackupProblem, match=words):
            take(lost, at)
        assert lost.embedded is not None and not lost.embedded.cluster.exists()
        assert not (lost.data_dir / "files").exists()

    refused("has not come yet", datetime.now(UTC) + timedelta(hours=1))
    refused("begins at .* nothing earlier", base.finished - timedelta(seconds=1))
    refused("ends before that moment", datetime.now(UTC))
    last = segments[system.shipped + 1]  # what is late needs it
    whole = last.read_bytes()
    # Not in the middle: there are zeros, of which another code makes the same.
    for harmed in (whole[:-20], whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], b""):
        last.write_bytes(harmed)
        refused("is damaged. Nothing after it", None)
    refused("is damaged.*a moment before it can be", moments["late"])
    last.write_bytes(whole)
    first = segments[base.start]
    first.rename(first.with_suffix(".away"))
    refused("is missing in", None)
    refused("is missing in", moments["between"])
    first.with_suffix(".away").rename(first)
    packed = base.folder / "base.tar.gz"
    data = bytearray(packed.read_bytes())
    data[len(data) // 2] ^= 1
    packed.write_bytes(data)
    refused("copy of the database .* is damaged", None)
    folder.mark.unlink()
    refused("is not an archive of Kemai", None)


def test_the_archive_is_kept(system: Made, tmp_path: Path) -> None:
    """What is older than the rule goes with the log before it; the state says what is wrong; a missing disk stops nothing."""
    env = system.env
    folder, line = open_archive(env)
    with running(env) as connection:
        assert archive_state(env) | {"bytes": 0, "last_archived": ""} == {
            "ok": True, "problem": "", "trouble": "", "folder": str(folder.root), "line": line.name, "waiting": 0, "bases": 1, "bytes": 0,
            "last_segment": archive_state(env)["last_segment"], "last_archived": "", "at_most_behind_seconds": LONGEST_WAIT,
            "restorable_from": line.bases()[0].finished.isoformat(),
        }  # fmt: skip
        assert connection.execute("SHOW archive_timeout").fetchone() == ("30s",)  # RPO: half of the 60 s promised
        ship(env)
        make_base(env, say=print)
        prune(env)
        assert len(line.bases()) == 2
        old, new = line.bases()
        for base, days in ((old, 40), (new, 20)):
            dataclasses.replace(base, finished=datetime.now(UTC) - timedelta(days=days)).write()
        prune(env)
        assert [base.folder for base in line.bases()] == [new.folder] and min(line.segments()) == new.start
        assert "older than two days" in archive_state(env)["problem"]
        shutil.move(folder.mark, tmp_path / "mark")  # as when the disk is not mounted
        connection.execute("INSERT INTO told VALUES ('kept here')")
        with pytest.raises(ArchiveProblem, match="is its disk mounted"):
            archive_state(env)
        shutil.copy(tmp_path / "mark", folder.mark)
        ship(env)
    with running(dataclasses.replace(env, embedded=place_at(env.embedded.home))):  # type: ignore[union-attr]
        pass  # a start without the archive: the log has a gap now
    with running(env):
        assert open_archive(env)[1].name > line.name


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    place = dataclasses.replace(place_at(tmp_path / "db"), archive=tmp_path / "none")
    place.cluster.mkdir(parents=True)
    with pytest.raises(ArchiveProblem, match="there is no such folder"):
        line_module.archive_settings(place, {}, print)
