"""``kemai restore FOLDER --at TIME``: the system as it was at any moment the archive holds.

A copy of the cluster from before that moment is unpacked beside the present one and PostgreSQL replays the log up to it. Only when the
result stands, with its files and checks, does it take the present one's place, which is kept aside.
"""

from __future__ import annotations

import shutil
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from kemai.config import localdb
from kemai.config.archiving.folder import ArchiveFolder, Base, Line, number_of
from kemai.config.archiving.line import restore_command
from kemai.config.backup.archive import CHUNK, BackupProblem
from kemai.config.backup.create import Damaged, whole_file
from kemai.config.backup.forgotten import take_from_beside
from kemai.config.backup.restore import (
    exchange_key,
    forget_again,
    move_files,
    prepare,
    set_anchors_aside,
    staging,
    take_back,
)
from kemai.config.backup.target import run_command
from kemai.config.env import EmbeddedPlace, Environment
from kemai.config.localdb import LocalDatabaseProblem, LocalServer

Say = Callable[[str], None]

_ENDED = "recovery ended before configured recovery target was reached"
_WANTED = "SELECT sha256, max(size) FROM base_storedfile WHERE state = 'ready' AND sha256 <> '' GROUP BY sha256"


def restore_archive(env: Environment, root: Path, *, at: datetime | None, replace: bool, say: Say) -> dict[str, Any]:
    """Put the system as it was at ``at`` (None: as late as the archive goes) in the place of this one, which must be stopped.

    Returns what was restored, up to which moment, and the findings of ``kemai verify``. The present cluster stays in the folder
    ``kept_database``. :class:`BackupProblem` when it is refused or fails: everything is then as it was.
    """
    began = time.monotonic()
    place = env.embedded
    if place is None:
        raise BackupProblem("DATABASE_URL names a server of yours: bring that one to the moment with its own tools.")
    if localdb.answers(place):
        raise BackupProblem("Kemai is running on this data: stop it first.")
    if place.cluster.exists() and not replace:
        raise BackupProblem(
            "There is a database already. To put the archive's in its place, keeping the present one aside, say --replace."
        )
    line, base = choose_base(ArchiveFolder(root), at)
    check_base(place, base)
    say("Checking the archive …")
    gap = check_log(ArchiveFolder(root), line, base)
    if gap and at is None:
        raise BackupProblem(f"{gap} Nothing after it can be restored; name a moment before it with --at.")
    with resting(place), staging(env.data_dir) as stage, ExitStack() as undo:
        result = put_in_place(env, ArchiveFolder(root), (line, base), (at, gap), stage, undo, say)
        undo.pop_all()
    return {"ok": all(row["ok"] for row in result["checks"]), **result, "seconds": round(time.monotonic() - began, 1)}


# --- what is there


def choose_base(folder: ArchiveFolder, at: datetime | None) -> tuple[Line, Base]:
    """The latest copy from before the moment; :class:`BackupProblem` when there is none."""
    if folder.owner() is None:
        raise BackupProblem(f"{folder.root} is not an archive of Kemai.")
    bases = sorted(folder.bases(), key=lambda pair: pair[1].finished)
    if not bases:
        raise BackupProblem(f"The archive {folder.root} holds no complete copy of the database.")
    if at is not None and at > datetime.now(UTC):
        raise BackupProblem(f"{at.isoformat()} has not come yet.")
    before = [pair for pair in bases if at is None or pair[1].finished <= at]
    if not before:
        raise BackupProblem(
            f"The archive begins at {bases[0][1].finished.isoformat(timespec='seconds')}: nothing earlier can be restored."
        )
    return before[-1]


def check_base(place: EmbeddedPlace, base: Base) -> None:
    """:class:`BackupProblem` when a byte of the copy is not what was written."""
    if base.major != int(localdb.wheel_major()):
        raise BackupProblem(
            f"The archive is PostgreSQL {base.major}'s, this Kemai brings {localdb.wheel_major()}: use the Kemai that made it."
        )
    program = localdb.install_binaries(place.binaries, localdb.wheel_version()) / "pg_verifybackup"
    done = subprocess.run([str(program), "--no-parse-wal", str(base.folder)], capture_output=True, text=True)
    if done.returncode:
        reason = " ".join((done.stderr or done.stdout).split())[-300:]
        raise BackupProblem(f"The copy of the database {base.folder} is damaged: {reason}")


def check_log(folder: ArchiveFolder, line: Line, base: Base) -> str:
    """What is wrong with the first segment after ``base`` that is missing or damaged; empty when all are whole.

    Looked through up to the copy after it, where there is one: a moment before that needs no more.
    """
    later = [one.start for one in line.bases() if one.start > base.start]
    segments = line.segments()
    last = min(later, default=max(segments, default=base.start))
    for number in range(base.start, last + 1):
        path = segments.get(number)
        if path is None:
            return f"The segment {base.segment(number)} is missing in {line.wal}."
        if not is_whole(path):
            return f"The segment {path} is damaged."
    return ""


def is_whole(path: Path) -> bool:
    """Whether a gzip file is complete and its content what its checksum says."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        with path.open("rb") as source:
            while chunk := source.read(CHUNK):
                unpacking.decompress(chunk)
        return unpacking.eof
    except zlib.error:
        return False


# --- building it


def put_in_place(
    env: Environment, folder: ArchiveFolder, source: tuple[Line, Base], goal: tuple[datetime | None, str], stage: Path,
    undo: ExitStack, say: Say,
) -> dict[str, Any]:  # fmt: skip
    """Build the new cluster beside the present one and exchange them; ``undo`` is left with what a failure must take back."""
    place = env.embedded
    assert place is not None
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    take_from_beside(env.data_dir, folder.mark)
    beside = EmbeddedPlace(place.home.with_name(f"{place.home.name}.restoring"), place.run_as_user)
    shutil.rmtree(beside.home, ignore_errors=True)
    undo.callback(shutil.rmtree, beside.home, ignore_errors=True)
    say(f"Unpacking the copy of {source[1].finished.isoformat(timespec='seconds')} …")
    server = unpack(beside, source)
    server.say = say
    say("Replaying the log …")
    with replayed(server, source, goal) as reached:
        broken = bring_files(folder, stage, beside.url, say)
        undo.callback(take_back, move_files(stage / "files", env.files_dir))
        prepare(env, beside.url, {"expired_files": []}, say)
        forget_again(env, beside.url, say)
        set_anchors_aside(env, stamp, undo)
        checks = run_command(env, beside.url, "verify")["checks"]
    if folder.secret.exists():
        shutil.copyfile(folder.secret, stage / "secret-key")
        (stage / "secret-key").chmod(0o600)
    kept_key = exchange_key(env, stage / "secret-key", stamp, undo)
    kept = exchange(beside, place, stamp)
    if kept_key and not kept:
        Path(kept_key).unlink()  # made at the first start of a system nothing was ever signed in
        kept_key = ""
    return {
        "reached": reached.isoformat() if reached else "", "broken_files": broken, "kept_database": kept,
        "kept_secret_key": kept_key, "checks": checks,
    }  # fmt: skip


def unpack(beside: EmbeddedPlace, source: tuple[Line, Base]) -> LocalServer:
    """The copy as a cluster of its own that will read the log from the archive."""
    line, base = source
    server = LocalServer(beside)
    server.make_home()
    identity = server.identity
    localdb.make_folder(beside.cluster, identity)
    with (base.folder / "base.tar.gz").open("rb") as packed:
        done = subprocess.run(["tar", "-xzf", "-"], stdin=packed, capture_output=True, cwd=beside.cluster, **identity)
    if done.returncode:
        raise BackupProblem(
            f"The copy could not be unpacked: {' '.join(done.stderr.decode(errors='replace').split())[-300:]}"
        )
    (beside.cluster / "recovery.signal").touch()
    localdb.give_to(beside.cluster / "recovery.signal", identity)
    for path in (line.wal, *line.wal.iterdir()):  # copied here from another machine they are somebody else's
        if identity and path.stat().st_uid != identity["user"]:
            localdb.give_to(path, identity)
    return server


@contextmanager
def replayed(
    server: LocalServer, source: tuple[Line, Base], goal: tuple[datetime | None, str]
) -> Iterator[datetime | None]:
    """The server after replaying up to the goal, open for work; the time of the last commit it took."""
    (line, base), (at, gap) = source, goal
    # Nobody reads while the log is replayed; and only for readers must limits be as high as they were.
    settings = {"restore_command": restore_command(line), "recovery_target_timeline": "current", "hot_standby": "off"}
    if at is not None:
        settings |= {"recovery_target_time": at.isoformat(), "recovery_target_action": "promote"}
    server.settings |= settings
    try:
        server.start()
    except LocalDatabaseProblem as problem:
        raise BackupProblem(why_not(server.place.log, gap) or str(problem)) from None
    try:
        with psycopg.connect(server.place.url, connect_timeout=10) as connection:
            row = connection.execute("SELECT pg_last_xact_replay_timestamp(), pg_current_wal_lsn()::text").fetchone()
        assert row is not None
        last = max(line.segments(), default=base.start)
        if at is None and number_of(row[1]) < last:
            raise BackupProblem(f"The log ends before {base.segment(last)}: a segment of the archive cannot be read.")
        yield row[0]
    finally:
        server.stop()


def why_not(log: Path, gap: str) -> str:
    """Why the log was not replayed to its goal, from what PostgreSQL itself wrote; empty when that says nothing."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    last = [line.rpartition("log time ")[2] for line in lines if "last completed transaction was at" in line]
    until = f" The last change before that is of {last[-1]}; a moment before it can be restored." if last else ""
    if gap:
        return gap + until
    if any(_ENDED in line for line in lines):
        return f"The archive ends before that moment.{until} Leave --at out for the latest there is."
    fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return f"The log cannot be replayed: {fatal[0]}" if fatal else ""


def bring_files(folder: ArchiveFolder, stage: Path, url: str, say: Say) -> int:
    """Copy the stored files the database names from the archive; returns how many it has not, or not whole."""
    broken = 0
    with psycopg.connect(url, connect_timeout=10) as connection:
        wanted = connection.execute(_WANTED).fetchall()
    for sha256, size in wanted:
        target = stage / "files" / sha256[:2] / sha256
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with target.open("wb") as out:
                out.writelines(whole_file(folder.files / sha256[:2] / sha256, sha256, size))
        except (FileNotFoundError, Damaged):
            target.unlink()
            broken += 1
            say(f"The stored file {sha256} is missing or damaged in {folder.files}.")
    return broken


# --- the exchange


@contextmanager
def resting(place: EmbeddedPlace) -> Iterator[None]:
    """The cluster for us alone, with no server on it."""
    server = LocalServer(replace(place, archive=None))
    try:
        server.hold()
    except localdb.AlreadyRunning:
        raise BackupProblem("Kemai is running on this data: stop it first.") from None
    try:
        yield
    finally:
        server.stop()


def exchange(beside: EmbeddedPlace, place: EmbeddedPlace, stamp: str) -> str:
    """Give the new cluster the present one's place; returns where that is kept, if there was one."""
    for name in ("kemai.conf", "postmaster.opts"):
        (beside.cluster / name).unlink(missing_ok=True)
    kept = place.home / f"data.before-{stamp}"
    there = place.cluster.exists()
    if there:
        place.cluster.rename(kept)
    try:
        beside.cluster.rename(place.cluster)
    except OSError:
        if there:
            kept.rename(place.cluster)
        raise
    shutil.rmtree(beside.home, ignore_errors=True)
    return str(kept) if there else ""
