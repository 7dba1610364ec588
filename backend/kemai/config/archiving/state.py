"""``kemai archive``: how the archive stands."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from stat import S_ISREG
from typing import Any

import psycopg

from kemai.config.archiving.folder import ArchiveFolder
from kemai.config.archiving.keep import open_archive
from kemai.config.archiving.line import LONGEST_WAIT
from kemai.config.env import Environment
from kemai.config.localdb import SUPERUSER

MOST_WAITING = 4
"""Finished segments not archived yet; more means that the archive does not keep up or does not answer."""
OLDEST_BASE = timedelta(days=2)

_STATE = """
SELECT last_archived_wal, last_archived_time, last_failed_time > COALESCE(last_archived_time, '-infinity'),
    (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready') FROM pg_stat_archiver
"""


def archive_state(env: Environment, *, sized: bool = True) -> dict[str, Any]:
    """Where it goes, how far it is, what can be restored, and whether that is as it should be.

    ``ok`` is false with the reason in ``problem``, in one word in ``trouble``. The database must answer. ``sized``: with its bytes,
    for which every file is looked at. ``ArchiveProblem`` when there is no archive.
    """
    folder, line = open_archive(env)
    assert env.embedded is not None
    with psycopg.connect(env.embedded.url_for(SUPERUSER, "postgres"), connect_timeout=10) as connection:
        segment, at, failing, waiting = connection.execute(_STATE).fetchone() or (None, None, None, 0)
    bases = [base for _, base in folder.bases()]
    trouble = problem = ""
    if failing or waiting > MOST_WAITING:
        trouble, problem = "waiting", f"{waiting} segments wait to be archived: see {env.embedded.log}."
    elif not line.bases():
        trouble = "no_base"
        problem = "There is no copy of the database in this line yet: `kemai up` makes one, or `kemai archive base`."
    elif datetime.now(UTC) - line.bases()[-1].finished > OLDEST_BASE:
        trouble = "old_base"
        problem = "The last copy of the database is older than two days: run `kemai archive base`."
    return {
        "ok": not problem, "problem": problem, "trouble": trouble, "folder": str(folder.root), "line": line.name,
        "last_segment": segment or "", "last_archived": at.isoformat() if at else "", "waiting": waiting,
        "at_most_behind_seconds": LONGEST_WAIT, "restorable_from": bases[0].finished.isoformat() if bases else "",
        "bases": len(bases), "bytes": size_of(folder) if sized else None,
    }  # fmt: skip


def size_of(folder: ArchiveFolder) -> int:
    """Bytes in the archive; what is renamed or removed meanwhile counts as nothing."""
    total = 0
    for path in folder.root.rglob("*"):
        with suppress(FileNotFoundError):
            found = path.stat()
            total += found.st_size if S_ISREG(found.st_mode) else 0
    return total
