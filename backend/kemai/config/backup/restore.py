"""``kemai restore``: the whole archive is checked, then a database is built beside the old one and takes its place.

Until the very last step nothing of the old system is changed but for stored files being added, whose names are their
content. That last step is one transaction of two renames.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from kemai.config import localdb
from kemai.config.backup.archive import (
    DUMP,
    HEADER,
    MANIFEST,
    SEAL,
    SECRET,
    BackupProblem,
    read_header,
    sync_folder,
    unpack,
)
from kemai.config.backup.create import count_rows, key_print, read_secret
from kemai.config.backup.forgotten import LIST, take_from_beside
from kemai.config.backup.programs import find_program, restore_dump
from kemai.config.backup.target import Target, run_command
from kemai.config.env import Environment
from kemai.config.processes import is_alive
from kemai.config.schema import expected_migrations, is_installed

Say = Callable[[str], None]


def restore_backup(env: Environment, source: Path, *, replace: bool = False, say: Say) -> dict[str, Any]:
    """Put the system of an archive in the place of this one, which must be stopped, and empty unless ``replace``.

    Returns what was restored and the findings of ``kemai verify``; ``ok`` is whether all of them hold. The old
    database, when it held anything, stays under the name in ``kept_database`` until somebody drops it, the old key in
    the file ``kept_secret_key``. :class:`BackupProblem` when it is refused or fails: everything is then as it was.
    """
    began = time.monotonic()
    if not source.is_file():
        raise BackupProblem(f"There is no file {source}.")
    if env.embedded and localdb.answers(env.embedded):
        raise BackupProblem("Kemai is running on this data: stop it first.")
    with source.open("rb") as archive, staging(env.data_dir) as stage:
        read_header(archive)
        make_sure_of_room(source, stage)
        say("Checking the archive …")
        manifest = unpack(archive, lambda name: place_of(stage, name))
        check_readable(manifest)
        take_from_beside(env.data_dir, source)
        with stopped_server(env, say), Target.open(env.database_direct_url) as target:
            target.refuse_unfit(manifest, replace=replace)
            findings, kept, kept_key = put_in_place(env, target, stage, manifest, say)
    return {
        "ok": all(finding["ok"] for finding in findings), "made_at": manifest["made_at"],
        "rows": sum(manifest["tables"].values()), "files": sum(name.startswith("files/") for name in manifest["members"]),
        "kept_database": kept, "kept_secret_key": kept_key, "seconds": round(time.monotonic() - began, 1),
        "checks": findings,
    }  # fmt: skip


def check_readable(manifest: dict[str, Any]) -> None:
    """:class:`BackupProblem` when the backup is of a newer Kemai, whose tables this one does not know."""
    ours = {app for app, _ in expected_migrations()}
    unknown = {(app, name) for app, name in manifest["migrations"] if app in ours} - expected_migrations()
    if unknown:
        app, name = min(unknown)
        raise BackupProblem(
            f"The backup is of a newer Kemai ({manifest['version']}, with {app} {name}, which this one does not know): "
            "install that version first."
        )


def put_in_place(
    env: Environment, target: Target, stage: Path, manifest: dict[str, Any], say: Say
) -> tuple[list[dict[str, Any]], str, str]:
    """Build the new system beside the old and exchange them; returns findings, the old database's name, the old key's."""
    program = find_program("pg_restore", manifest["pg_dump_major"])
    key_is_kept = read_secret(env) is not None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    with ExitStack() as undo:
        url = target.build()
        undo.callback(target.discard)
        say("Restoring the database …")
        restore_dump(program, stage / DUMP, url)
        compare_counts(url, manifest)
        undo.callback(take_back, move_files(stage / "files", env.files_dir))
        prepare(env, url, manifest, say)
        forget_again(env, url, say)
        set_anchors_aside(env, stamp, undo)
        findings = run_command(env, url, "verify")["checks"]
        kept_key = exchange_key(env, stage / SECRET, stamp, undo)
        kept = target.exchange(stamp)
        undo.pop_all()
    if kept_key and not kept:  # made at the first start of a system nothing was ever signed in
        Path(kept_key).unlink()
        kept_key = ""
    warn_of_key((env.data_dir / "secret-key").read_text().strip() if key_is_kept else env.secret_key, manifest, say)
    return findings, kept, kept_key


def compare_counts(url: str, manifest: dict[str, Any]) -> None:
    """:class:`BackupProblem` when a table has not the rows it had when the backup was made."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        found = count_rows(connection)
    for table in sorted({*found, *manifest["tables"]}):
        if found.get(table) != manifest["tables"].get(table):
            raise BackupProblem(
                f"The restored {table} has {found.get(table, 'no')} rows, the backup says {manifest['tables'].get(table, 'no')}."
            )


def forget_again(env: Environment, url: str, say: Say) -> None:
    """Erase whom the backup has brought back although he was erased since (P-4)."""
    if (env.data_dir / LIST).is_file():
        persons = run_command(env, url, "erase-again").get("persons", 0)
        say(f"Persons erased since the backup was made, and erased again: {persons}.")


def prepare(env: Environment, url: str, manifest: dict[str, Any], say: Say) -> None:
    """Bring the restored database to this version, and end its sessions: who was signed in then need not be now."""
    if not is_installed(url):
        say("Bringing the database to this version …")
        run_command(env, url, "migrate")
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        connection.execute("DELETE FROM accounts_session")
        connection.execute(
            "UPDATE base_storedfile SET state = 'expired' WHERE sha256 = ANY(%s)", [manifest["expired_files"]]
        )
        connection.execute("ANALYZE")  # a dump brings no statistics


# --- what lies in the data folder


@contextmanager
def staging(data_dir: Path) -> Iterator[Path]:
    """A private folder on the files' own disk, so that they are moved and not copied; gone when the block ends."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in data_dir.glob(".restoring-*"):
        if not is_alive(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)
    stage = data_dir / f".restoring-{os.getpid()}-{time.time_ns()}"
    stage.mkdir(mode=0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def place_of(stage: Path, name: str) -> Path | None:
    """Where a member is unpacked to. ``unpack`` hands over names of its closed list only."""
    return None if name in (HEADER, MANIFEST, SEAL) else stage / name


def make_sure_of_room(source: Path, stage: Path) -> None:
    needed, free = source.stat().st_size, shutil.disk_usage(stage).free
    if free < needed * 1.1:
        raise BackupProblem(
            f"{needed // 1_000_000 + 1} MB are needed in {stage.parent}, {free // 1_000_000} MB are free."
        )


def move_files(stage: Path, folder: Path) -> list[Path]:
    """Bring unpacked files to their places; returns those that were not there before."""
    added: list[Path] = []
    for path in sorted(stage.glob("*/*")) if stage.is_dir() else ():
        place = folder / path.parent.name / path.name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not place.exists():
            added.append(place)
        os.replace(path, place)  # also over one that is there: it may be damaged, this one is not
    for inner in {place.parent for place in added}:
        sync_folder(inner)
    return added


def take_back(added: list[Path]) -> None:
    for path in added:
        path.unlink(missing_ok=True)


def set_anchors_aside(env: Environment, stamp: str, undo: ExitStack) -> None:
    """The anchors of the audit belong to the history that is replaced: kept, but no longer what ``verify`` holds the audit to."""
    place = env.data_dir / "audit-anchors.jsonl"
    if place.exists():
        aside = place.with_name(f"audit-anchors.before-{stamp}.jsonl")
        os.replace(place, aside)
        undo.callback(os.replace, aside, place)


def exchange_key(env: Environment, fresh: Path, stamp: str, undo: ExitStack) -> str:
    """Put the backup's key in the data folder; returns where the one that was there is kept, if it was another."""
    place = env.data_dir / "secret-key"
    old = place.read_text().strip() if place.exists() else ""
    if not fresh.exists() or old == fresh.read_text().strip():
        return ""
    if not old:
        undo.callback(place.unlink, missing_ok=True)
        os.replace(fresh, place)
        return ""
    aside = place.with_name(f"secret-key.before-{stamp}")
    os.replace(place, aside)
    undo.callback(os.replace, aside, place)
    os.replace(fresh, place)
    sync_folder(env.data_dir)
    return str(aside)


def warn_of_key(used: str, manifest: dict[str, Any], say: Say) -> None:
    if key_print(used) != manifest["key_print"]:
        say("The backup was made with another secret key than the one in use now: set KEMAI_SECRET_KEY to that one, "
            "or name it in KEMAI_SECRET_KEY_FALLBACKS.")  # fmt: skip


# --- the server


@contextmanager
def stopped_server(env: Environment, say: Say) -> Iterator[None]:
    """The embedded server, for us alone; :class:`BackupProblem` when something of Kemai runs on it."""
    if env.embedded is None:
        yield
        return
    server = localdb.LocalServer(env.embedded)
    server.say = say
    try:
        server.start()
    except localdb.AlreadyRunning:
        raise BackupProblem("Kemai is running on this data: stop it first.") from None
    try:
        yield
    finally:
        server.stop()
