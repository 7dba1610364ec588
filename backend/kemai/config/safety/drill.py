"""``kemai drill``: whether a backup can really be restored, tried beside the running system and cleared away again (F-10)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kemai.config.env import BACKEND_DIR, Environment, child_environ, embedded_place
from kemai.config.safety.notes import note

#: Another installation for the time of the drill: no address, key or archive of the real one may reach it.
_OWN = ("DATABASE_URL", "DATABASE_DIRECT_URL", "REPLICA_URL", "KEMAI_ARCHIVE")


def try_restore(env: Environment, source: Path, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Restore ``source`` (a backup, or an archive's folder) into an empty system beside this one, check it, and remove it.

    Needs the room of a second system. What came of it is noted, good or bad; the running system is not touched.
    """
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="drill-", dir=env.data_dir))
    say(f"Restoring {source} beside the running system …")
    try:
        result = _restored(folder, source.absolute())
    finally:
        place = embedded_place(folder)
        for left in (place.home, place.socket_dir, folder):
            shutil.rmtree(left, ignore_errors=True)
    found = {
        "ok": result.get("ok") is True,
        "source": str(source),
        "made_at": result.get("made_at") or result.get("reached") or "",
        "seconds": round(time.monotonic() - began, 1),
        "problem": result.get("problem", ""),
    }
    note(env.data_dir, "drill", **found)
    return {**found, "checks": result.get("checks", [])}


def _restored(folder: Path, source: Path) -> dict[str, Any]:
    """What ``kemai restore --json`` says in a data folder of its own."""
    environ = child_environ(**dict.fromkeys(_OWN, ""), KEMAI_DATA=str(folder), DEMO="0")
    done = subprocess.run(
        [sys.executable, "-m", "kemai.config.cli", "restore", str(source), "--json"],
        cwd=BACKEND_DIR, env=environ, capture_output=True, text=True,
    )  # fmt: skip
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        return {"problem": (done.stderr.strip().splitlines() or ["no answer"])[-1]}
