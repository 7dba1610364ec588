"""Keeping the archive: stored files follow at once, a copy of the cluster every day, what is older than the rule goes."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kemai.config import localdb
from kemai.config.archiving.folder import ArchiveFolder, Base, Line, number_of
from kemai.config.archiving.line import ArchiveProblem, current_line
from kemai.config.backup.archive import BackupProblem
from kemai.config.backup.create import Damaged, read_secret, whole_file
from kemai.config.backup.forgotten import leave_beside
from kemai.config.env import EmbeddedPlace, Environment
from kemai.config.processes import give_way

Say = Callable[[str], None]

EVERY = timedelta(days=1)
LOOK_SECONDS = 20
AGAIN_SECONDS = 60


def keep_archive(env: Environment, *, say: Say) -> None:
    """Work until ended. Trouble is told once and tried again; the archive must never cost anybody his work."""
    give_way()
    told = ""
    changed: dict[str, int] = {}
    while True:
        pause = LOOK_SECONDS
        try:
            folder, line = open_archive(env)
            mirror(env, folder, changed, say)
            newest = line.bases()[-1:]
            if not newest or datetime.now(UTC) - newest[0].finished >= EVERY:
                make_base(env, say=say)
                prune(env)
            told = ""
        except (ArchiveProblem, BackupProblem, OSError) as problem:
            if str(problem) != told:
                say(f"The archive waits: {problem}")
            told, pause = str(problem), AGAIN_SECONDS
        time.sleep(pause)


def archived_place(env: Environment) -> EmbeddedPlace:
    """The server whose log is archived; :class:`ArchiveProblem` when that is not ours to do or not switched on."""
    if env.embedded is None:
        raise ArchiveProblem(
            "DATABASE_URL names a server of yours: its log is archived by its own tools, see operations/backup.md."
        )
    if env.embedded.archive is None:
        raise ArchiveProblem("There is no archive: set KEMAI_ARCHIVE to a folder on another disk.")
    return env.embedded


def open_archive(env: Environment) -> tuple[ArchiveFolder, Line]:
    """The archive in use and the line that is written; :class:`ArchiveProblem` when there is none."""
    place = archived_place(env)
    assert place.archive is not None
    folder, line = ArchiveFolder(place.archive), current_line(place)
    if line is None or not folder.mark.exists():
        raise ArchiveProblem(
            f"The archive {place.archive} is not in use: is its disk mounted, and Kemai started since it was set?"
        )
    return folder, line


def make_base(env: Environment, *, say: Say) -> Base:
    """Copy the running cluster into its line; the copy counts when its facts are written, last of all."""
    line = open_archive(env)[1]
    with (line.folder / "copying").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveProblem("Another copy of the database is being made.") from None
        return _copy_cluster(env, line, say)


def _copy_cluster(env: Environment, line: Line, say: Say) -> Base:
    assert env.embedded is not None
    began = datetime.now(UTC)
    target = line.base / f"{began:%Y%m%dT%H%M%S%f}"
    for left in line.base.iterdir():  # what an interrupted copy left
        if left.is_dir() and not left.with_suffix(".json").exists():
            shutil.rmtree(left, ignore_errors=True)
    program = localdb.install_binaries(env.embedded.binaries, localdb.wheel_version()) / "pg_basebackup"
    where = env.embedded.url_for(localdb.SUPERUSER, "postgres")
    words = [
        "--format=tar",
        "--compress=client-gzip:1",
        "--wal-method=none",
        "--checkpoint=fast",
        "--manifest-checksums=SHA256",
    ]
    done = subprocess.run(
        [str(program), f"--dbname={where}", f"--pgdata={target}", *words], capture_output=True, text=True
    )
    if done.returncode:
        shutil.rmtree(target, ignore_errors=True)
        raise ArchiveProblem(f"The database could not be copied: {' '.join(done.stderr.split())[-300:]}")
    manifest = json.loads((target / "backup_manifest").read_text())
    wal = manifest["WAL-Ranges"][0]
    base = Base(
        target, datetime.now(UTC), wal["Timeline"], number_of(wal["Start-LSN"]), int(localdb.wheel_major()),
        sum(path.stat().st_size for path in target.iterdir()),
    )  # fmt: skip
    base.write()
    say(
        f"The database was copied to the archive: {base.bytes // 1_000_000} MB in {(base.finished - began).total_seconds():.0f} s."
    )
    return base


def prune(env: Environment) -> None:
    """Remove what no moment of the last ``archive_days`` needs."""
    folder, line = open_archive(env)
    oldest = datetime.now(UTC) - timedelta(days=env.archive_days)
    bases = list(folder.bases())
    old = [base for _, base in bases if base.finished <= oldest][
        :-1
    ]  # the last of them still opens the first kept moment
    for base in old:
        base.folder.with_suffix(".json").unlink()
        shutil.rmtree(base.folder)
    kept = {one.name: one.bases() for one in folder.lines()}
    for one in folder.lines():
        if kept[one.name]:
            for number, path in one.segments().items():
                if number < kept[one.name][0].start:
                    path.unlink()
        elif one.name != line.name:
            shutil.rmtree(one.folder)
    for path in folder.files.glob("*/*"):
        if (env.files_dir / path.parent.name / path.name).exists():
            os.utime(path)
        elif path.stat().st_mtime < oldest.timestamp():
            path.unlink()


def mirror(env: Environment, folder: ArchiveFolder, changed: dict[str, int], say: Say) -> None:
    """Bring what lies beside the database up to date: new stored files, the key, the list of erasures.

    ``changed`` remembers each folder's time, so that only those something was added to are looked through.
    """
    for source in env.files_dir.glob("[0-9a-f][0-9a-f]"):
        seen = source.stat().st_mtime_ns
        if changed.get(source.name) != seen:
            for path in source.iterdir():
                _copy(path, folder.files / source.name / path.name, say)
            changed[source.name] = seen
    secret = read_secret(env)
    if secret is not None and (not folder.secret.exists() or folder.secret.read_text() != secret):
        with open(os.open(folder.secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secret)
    leave_beside(env.data_dir, folder.mark)


def _copy(source: Path, target: Path, say: Say) -> None:
    if target.exists():
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = target.with_suffix(".part")
    with suppress(FileNotFoundError):  # removed meanwhile, because its day had come
        try:
            with beside.open("wb") as out:
                for chunk in whole_file(source, source.name, source.stat().st_size):
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
        except Damaged:
            beside.unlink()
            say(f"The stored file {source.name} is damaged in {source.parent}; it is not in the archive.")
            return
        os.replace(beside, target)
