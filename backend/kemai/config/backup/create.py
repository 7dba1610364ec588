"""``kemai backup``: one moment of the database, the files it names, and the key, in one archive."""

from __future__ import annotations

import hashlib
import hmac
import importlib.metadata
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kemai.config.backup.archive import CHUNK, DUMP, FORMAT, HEADER, SECRET, BackupProblem, Writer, dumped, file_member
from kemai.config.backup.archive import partial as partial_file
from kemai.config.backup.forgotten import leave_beside
from kemai.config.backup.programs import Program, find_program, stream_dump
from kemai.config.env import Environment
from kemai.config.schema import APPLIED_QUERY, installation_digest

_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2
"""
_FILES = """
SELECT sha256, max(size), COALESCE(bool_and(expires_at < now() + interval '1 day'), false) FROM base_storedfile
WHERE state = 'ready' AND sha256 <> '' GROUP BY sha256 ORDER BY sha256
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """The database at one moment, which later statements of the same connection go on seeing."""

    connection: psycopg.Connection[Any]
    snapshot: str
    server_version: str

    @property
    def server_major(self) -> int:
        return self.connection.info.server_version // 10_000


def make_backup(
    env: Environment, target: Path, *, with_secret: bool = True, say: Callable[[str], None]
) -> dict[str, Any]:
    """Write a backup of the running or resting system to ``target``, which appears only when it is complete.

    The database must answer. Returns what was written: sizes in bytes, seconds, and how many files the database names
    that are missing or damaged in the data folder (each also told through ``say``). :class:`BackupProblem` when it
    cannot be done; an older file at ``target`` is then still there.
    """
    began = time.monotonic()
    target = target.absolute()
    made_at = datetime.now(UTC)
    with partial_file(target) as out, moment(env.database_direct_url) as now:
        program = find_program("pg_dump", now.server_major)
        secret = read_secret(env) if with_secret else None
        facts = describe(now, program, made_at)
        writer = Writer(out, int(made_at.timestamp()))
        writer.add(HEADER, [dumped({"format": FORMAT, "made_at": facts["made_at"], "version": facts["version"]})])
        size = writer.add(DUMP, stream_dump(program, env.database_direct_url, now.snapshot))
        files = add_files(writer, env.files_dir, wanted_files(now), say)
        if secret is not None:
            writer.add(SECRET, [secret.encode()])
        # Counted at the same moment, but after the dump: that one waits for nobody's count.
        tables = count_rows(now.connection)
        left_out = {"broken_files": files.broken, "expired_files": files.expired}
        writer.finish({**facts, **left_out, "tables": tables, "key_print": key_print(env.secret_key)})
    leave_beside(env.data_dir, target)
    if secret is None:
        say("The secret key is not in the backup: keep it in another safe place.")
    return {
        "file": str(target), "bytes": target.stat().st_size, "database_bytes": size, "files": files.count,
        "files_bytes": files.size, "broken_files": len(files.broken), "rows": sum(tables.values()),
        "secret_key": secret is not None, "made_at": facts["made_at"], "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


@contextmanager
def moment(url: str) -> Iterator[Moment]:
    """Hold the database's present moment, readable by pg_dump as well, until the block ends."""
    with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        # A dump takes as long as it takes, while this transaction idles.
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.execute("SET statement_timeout = 0")
        if connection.info.server_version >= 170_000:
            connection.execute("SET transaction_timeout = 0")
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute(
            "SELECT pg_export_snapshot(), current_setting('server_version'), to_regclass('django_migrations')"
        ).fetchone()
        assert row is not None
        if row[2] is None:
            raise BackupProblem("There is nothing to back up: the database has no tables of Kemai.")
        yield Moment(connection, row[0], row[1])


def describe(now: Moment, program: Program, made_at: datetime) -> dict[str, Any]:
    """What the manifest says about the system itself."""
    return {
        "format": FORMAT,
        "made_at": made_at.isoformat(timespec="seconds"),
        "version": importlib.metadata.version("kemai"),
        "installation": installation_digest(),
        "migrations": sorted([app, name] for app, name in now.connection.execute(APPLIED_QUERY).fetchall()),
        "postgresql": now.server_version,
        "postgresql_major": now.server_major,
        "pg_dump_major": program.major,
    }


def count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """The rows of each table, partitions one by one, as ``{"schema.table": rows}``."""
    found: dict[str, int] = {}
    for schema, table in connection.execute(_TABLES).fetchall():
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))).fetchone()
        found[f"{schema}.{table}"] = row[0] if row else 0
    return found


def wanted_files(now: Moment) -> Iterator[tuple[str, int, bool]]:
    """The SHA-256, the size in bytes and whether it expires within a day, of every content named at this moment."""
    with now.connection.cursor(name="files") as cursor:
        cursor.itersize = 10_000
        cursor.execute(_FILES)
        yield from cursor


@dataclass(slots=True)
class Added:
    """What became of the stored files: how many are in the archive, their bytes, and the SHA-256 of the others."""

    count: int = 0
    size: int = 0
    broken: list[str] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)


def add_files(
    writer: Writer, folder: Path, wanted: Iterable[tuple[str, int, bool]], say: Callable[[str], None]
) -> Added:
    """Put the stored files into the archive.

    One missing or damaged on disk must not cost all others their backup: it is left out, told and listed. One that
    has been removed meanwhile because its day had come is left out and listed only.
    """
    added = Added()
    for sha256, size, expires in wanted:
        name = file_member(sha256)
        try:
            added.size += writer.add(name, whole_file(folder / sha256[:2] / sha256, sha256, size))
            added.count += 1
        except FileNotFoundError:
            if expires:
                added.expired.append(sha256)
                continue
            added.broken.append(sha256)
            say(f"The stored file {sha256} is missing in {folder}; it is not in the backup.")
        except Damaged:
            added.broken.append(sha256)
            say(f"The stored file {sha256} is damaged in {folder}; it is not in the backup.")
    return added


class Damaged(Exception):
    """A stored file has not the content its name says."""


def whole_file(path: Path, sha256: str, size: int) -> Iterator[bytes]:
    """The bytes of a stored file; :class:`Damaged` at its end when they are not what its name says."""
    digest, read = hashlib.sha256(), 0
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            read += len(chunk)
            yield chunk
    if digest.hexdigest() != sha256 or read != size:
        raise Damaged


def read_secret(env: Environment) -> str | None:
    """The key kept in the data folder. None when the key in use comes from the environment, whose keeper keeps it."""
    path = env.data_dir / "secret-key"
    kept = path.read_text().strip() if path.is_file() else None
    return kept if kept == env.secret_key else None


def key_print(secret: str) -> str:
    """By which a restore tells whether it has the same key, without the key."""
    return hmac.new(secret.encode(), b"kemai backup", hashlib.sha256).hexdigest()[:16]
