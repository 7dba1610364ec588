"""Which line the embedded server's log goes to, settled at each start of the server."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kemai.config.archiving.folder import FORMAT, ArchiveFolder, Line, read_json, write_json
from kemai.config.env import EmbeddedPlace

LONGEST_WAIT = 30
"""Seconds after which a segment is archived though it is not full: what a lost machine may cost (RPO) is little more than that."""

_NOTE = "kemai-archive.json"
"""In the cluster: where its log goes. It vanishes with the cluster, so that another one begins a line of its own."""


class ArchiveProblem(Exception):
    """Archiving cannot go on like this; the text is one line that says why and what to do."""


def archive_settings(place: EmbeddedPlace, identity: Mapping[str, Any], say: Callable[[str], None]) -> dict[str, str]:
    """PostgreSQL's settings for archiving to ``place.archive``, or none. Begins a line where there is none.

    A folder that is not there although it was is told and no hindrance: PostgreSQL keeps the log until it is there again.
    :class:`ArchiveProblem` when the folder cannot be used at all.
    """
    note = place.cluster / _NOTE
    if place.archive is None:
        note.unlink(missing_ok=True)  # what is written from now on is missing there: a gap must not look like one line
        return {}
    line = current_line(place)
    if line is None:
        line = _begin(place, identity)
    elif not ArchiveFolder(place.archive).mark.exists():
        say(f"The archive {place.archive} is not there: is its disk mounted? The log is kept here until it is.")
    return {
        "archive_mode": "on",
        "archive_timeout": str(LONGEST_WAIT),
        "archive_command": archive_command(place.archive, line),
    }


def current_line(place: EmbeddedPlace) -> Line | None:
    """The line this cluster writes; None before the first start with this archive."""
    assert place.archive is not None
    noted = read_json(place.cluster / _NOTE)
    folder = ArchiveFolder(place.archive)
    if not noted or (folder.mark.exists() and not folder.line(noted["line"]).wal.is_dir()):
        return None
    if not folder.mark.exists() and noted["root"] != str(place.archive):
        return None
    return folder.line(noted["line"])


def _begin(place: EmbeddedPlace, identity: Mapping[str, Any]) -> Line:
    root = place.archive
    assert root is not None
    if not root.is_dir():
        raise ArchiveProblem(
            f"KEMAI_ARCHIVE is {root}, and there is no such folder: make it, on another disk than the data's."
        )
    if shutil.which("gzip") is None:
        raise ArchiveProblem("KEMAI_ARCHIVE needs the program gzip: install it.")
    folder, owner = ArchiveFolder(root), _owner(place)
    if folder.owner() not in (None, owner):
        raise ArchiveProblem(
            f"The archive {root} is another installation's: set KEMAI_ARCHIVE to a folder of this one."
        )
    line = folder.line(f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    try:
        line.base.mkdir(mode=0o700, parents=True)
        line.wal.mkdir(mode=0o700)
        if identity:
            os.chown(line.wal, identity["user"], identity["group"])
        write_json(folder.mark, {"format": FORMAT, "owner": owner})
        folder.mark.chmod(0o644)
    except OSError as error:
        raise ArchiveProblem(f"Cannot write to the archive {root}: {error.strerror}.") from error
    tried = subprocess.run(["test", "-w", str(line.wal), "-a", "-f", str(folder.mark)], cwd="/", **identity)
    if tried.returncode:
        who = place.run_as_user or "Kemai"
        raise ArchiveProblem(
            f"The user {who} cannot enter {root}: let others pass through each folder above it (chmod o+x)."
        )
    note = place.cluster / _NOTE
    write_json(note, {"root": str(root), "line": line.name})
    if identity:  # a copy of the cluster reads it, too
        os.chown(note, identity["user"], identity["group"])
    return line


def _owner(place: EmbeddedPlace) -> str:
    """This installation's name in its archive."""
    path = place.home / "archive-owner.json"
    found = read_json(path).get("owner")
    if found is None:
        found = secrets.token_hex(8)
        write_json(path, {"owner": found})
    return str(found)


def archive_command(root: Path, line: Line) -> str:
    """What PostgreSQL does with each finished segment: compressed and on disk before it has its name."""
    mark, wal = _word(ArchiveFolder(root).mark), _word(line.wal)
    return (
        f"test -f {mark} && gzip -1 -c %p > {wal}/%f.part && sync {wal}/%f.part "
        f"&& mv {wal}/%f.part {wal}/%f.gz && sync {wal}"
    )


def restore_command(line: Line) -> str:
    """How PostgreSQL gets a segment back."""
    return f"gzip -dc {_word(line.wal)}/%f.gz > %p"


def _word(path: Path) -> str:
    return shlex.quote(str(path)).replace("%", "%%")
