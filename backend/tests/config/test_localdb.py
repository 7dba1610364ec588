"""The embedded server: starting, refusing a second start, and coming back after every kind of kill -9."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kemai.config import dbupgrade, localdb
from kemai.config.env import BACKEND_DIR, EmbeddedPlace
from kemai.config.localdb import AlreadyRunning, LocalDatabaseProblem, LocalServer, clear_leftovers, running
from kemai.config.processes import processes_inside, wait_until
from tests.database import SETTINGS, cluster_root, place_at

HOLDER = """
import sys, time
from pathlib import Path
from kemai.config.env import EmbeddedPlace
from kemai.config.localdb import LocalServer
server = LocalServer(EmbeddedPlace(Path(sys.argv[1]), sys.argv[2] or None))
server.start()
print(server.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def place() -> Iterator[EmbeddedPlace]:
    place = place_at(cluster_root() / f"try-{uuid.uuid4().hex[:8]}")
    yield place
    clear_leftovers(place)
    subprocess.run(["rm", "-rf", str(place.home), str(place.socket_dir)], check=True)


def server_of(place: EmbeddedPlace) -> LocalServer:
    return LocalServer(place, settings=SETTINGS)


def hold(place: EmbeddedPlace) -> tuple[subprocess.Popen[str], int]:
    """Another process that runs the server; returns it and its postmaster's pid."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place.home), place.run_as_user or ""],
        cwd=BACKEND_DIR, env={**os.environ, "PYTHONPATH": str(BACKEND_DIR)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout as lines:
        return process, int(lines.readline())


def query(place: EmbeddedPlace, statement: str) -> object:
    with psycopg.connect(place.url) as connection:
        row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
        return row[0] if row else None


def test_starts_with_safe_settings_and_an_owner_without_power(place: EmbeddedPlace) -> None:
    server = server_of(place)
    server.start()
    try:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            assert query(place, f"SELECT current_setting('{name}')") == "on"
        assert query(place, "SELECT current_setting('server_encoding')") == "UTF8"
        assert query(place, "SELECT current_setting('listen_addresses')") == ""
        assert query(place, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert (
            query(place, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = current_database()")
            == "bC.UTF-8"
        )
        assert place.socket_dir.stat().st_mode & 0o777 == 0o700
        assert place.home.stat().st_mode & 0o777 == 0o700
        hba = [line for line in (place.cluster / "pg_hba.conf").read_text().splitlines() if line]
        assert hba == ["local all all peer map=kemai", "local replication postgres peer map=kemai"]
    finally:
        server.stop()
    assert not processes_inside(place.cluster)


def test_runs_as_nobody_special_when_started_by_root(place: EmbeddedPlace) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root changes users")
    server = server_of(place)
    server.start()
    try:
        assert server.process is not None
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == place.home.stat().st_uid != 0
    finally:
        server.stop()


def test_a_second_start_says_who_holds_the_data(place: EmbeddedPlace) -> None:
    holder, _ = hold(place)
    try:
        with pytest.raises(AlreadyRunning, match=f"process {holder.pid}"):
            server_of(place).start()
        with running(place):  # a command meanwhile simply uses it
            assert query(place, "SELECT 1") == 1
        assert holder.poll() is None
    finally:
        holder.kill()
        holder.wait()


def test_the_server_ends_when_its_starter_is_killed(place: EmbeddedPlace) -> None:
    holder, _ = hold(place)
    holder.kill()
    holder.wait()
    assert wait_until(lambda: not processes_inside(place.cluster), 10)


def test_committed_rows_outlive_a_kill_of_the_postmaster(place: EmbeddedPlace) -> None:
    holder, postmaster = hold(place)
    with psycopg.connect(place.url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    os.kill(postmaster, signal.SIGKILL)
    holder.kill()
    holder.wait()
    with running(place):
        assert query(place, "SELECT count(*) FROM kept") == 1000


def test_a_server_left_running_is_stopped_before_the_next(
    place: EmbeddedPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(localdb, "bound_to_us", lambda how: lambda: None)  # as where the kernel has no such note
    first = server_of(place)
    first.start()
    assert first.process is not None
    first._release_lock()  # what the kernel does when the starter is killed
    said: list[str] = []
    second = server_of(place)
    second.say = said.append
    second.start()
    try:
        assert first.process.wait(5) is not None
        assert query(place, "SELECT 1") == 1
        assert any("left behind" in line for line in said)
    finally:
        second.stop()


def test_a_pid_file_naming_another_program_stops_nothing(place: EmbeddedPlace) -> None:
    with running(place):
        pass
    (place.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{place.cluster}\n")
    with running(place):
        assert query(place, "SELECT 1") == 1


def test_a_killed_initdb_leaves_nothing_that_looks_usable(place: EmbeddedPlace) -> None:
    with running(place):
        pass
    place.cluster.rename(place.home / "data.new")
    (place.home / "data.new" / "global" / "pg_control").unlink()
    with running(place):
        assert query(place, "SELECT 1") == 1


def test_another_major_version_is_refused_naming_the_command(place: EmbeddedPlace) -> None:
    with running(place):
        pass
    (place.cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(LocalDatabaseProblem, match="kemai db upgrade"):
        server_of(place).start()
    (place.cluster / "PG_VERSION").write_text("18\n")
    with running(place):  # the refused start let go of the lock
        pass


def test_a_start_that_fails_shows_the_servers_own_words(place: EmbeddedPlace) -> None:
    with running(place):
        pass
    (place.cluster / "local.conf").write_text("shared_buffers = 'nonsense'\n")
    with pytest.raises(LocalDatabaseProblem, match="shared_buffers"):
        server_of(place).start()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    (tmp_path / "run").symlink_to(target)
    with pytest.raises(LocalDatabaseProblem, match="belongs to another user"):
        localdb.make_folder(tmp_path / "run", {})


def test_an_upgrade_carries_the_rows_over_and_keeps_the_old(
    place: EmbeddedPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(place), psycopg.connect(place.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT '客脉' AS name")
    real = localdb.wheel_version()
    major, rest = real.split(".", 1)
    newer = f"{int(major) + 1}.{rest}"
    # The same programs under the next major's name: what is tried is the way, not PostgreSQL's own upgrade.
    monkeypatch.setattr(localdb, "wheel_version", lambda: newer)
    monkeypatch.setattr(localdb.LocalServer, "_check_version", lambda self: None)
    if place.run_as_user:
        monkeypatch.setattr(EmbeddedPlace, "binaries", property(lambda self: self.home.parent / "binaries"))
        localdb.install_binaries(place.binaries, real)
    said = dbupgrade.upgrade(place)
    assert f"data.pg{major}" in said
    with running(place):
        assert query(place, "SELECT name FROM kept") == "客脉"
    assert (place.home / f"data.pg{major}" / "PG_VERSION").exists()
    assert not (place.home / "upgrade.dump").exists()
    with pytest.raises(LocalDatabaseProblem, match="in the way"):
        dbupgrade.upgrade(place)


def test_an_upgrade_without_the_old_programs_says_so(place: EmbeddedPlace) -> None:
    with pytest.raises(LocalDatabaseProblem, match="PostgreSQL 9 are no longer"):
        dbupgrade.kept_programs(place.binaries, "9")


@pytest.mark.parametrize(("machine", "own"), [(512, "128MB"), (2048, "256MB"), (24_576, "3072MB"), (262_144, "4096MB")])
def test_the_cache_follows_the_machine(machine: int, own: str) -> None:
    assert localdb.memory_settings(machine) == {"shared_buffers": own}


def test_the_memory_of_this_machine_is_known() -> None:
    assert 256 < localdb.memory_megabytes() < 16 * 2**20
