"""What was done for the safety of this installation, noted in its data folder.

Not in the database: that is what is lost, or put back to an older moment, when these notes are wanted.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from kemai.config.archiving.folder import read_json, write_json
from kemai.kit.clock import now

Deed = Literal["backup", "backup-failed", "drill", "verify", "told"]


def note(data_dir: Path, deed: Deed, **facts: Any) -> None:
    """Note the latest of its kind, with the time."""
    folder = data_dir / "safety"
    folder.mkdir(mode=0o700, exist_ok=True)
    write_json(folder / f"{deed}.json", {"at": now().isoformat(timespec="milliseconds"), **facts})


def noted(data_dir: Path, deed: Deed) -> dict[str, Any]:
    """The latest of its kind; empty when it was never done. ``at`` is a datetime."""
    found = read_json(data_dir / "safety" / f"{deed}.json")
    return {**found, "at": datetime.fromisoformat(found["at"])} if "at" in found else {}
