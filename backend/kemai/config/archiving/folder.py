"""What lies where in an archive's folder.

A *line* is the unbroken history of one cluster: it begins when archiving is switched on, and a restored or upgraded cluster begins
another one, so that two histories never share a file's name.

    kemai-archive.json           whose archive this is; without it (a disk that is not mounted) nothing is written
    lines/<began>/wal/           PostgreSQL's log, a gzip file for each segment of 16 MB
    lines/<began>/base/<time>/   copies of the whole cluster, from which a restore begins; <time>.json when complete
    files/ab/abcd…               stored files by SHA-256 of their content; a file's time is the last day it was in use
    secret-key, kemai-erasures.jsonl
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FORMAT = 1
MARK = "kemai-archive.json"
SEGMENT_BITS = 24
"""A segment holds 2^24 bytes of log, as initdb makes it."""
_SEGMENT = re.compile(r"([0-9A-F]{24})\.gz")


@dataclass(frozen=True, slots=True)
class Base:
    """A complete copy of the cluster: any moment from ``finished`` on can be restored from it."""

    folder: Path
    finished: datetime
    timeline: int
    start: int
    """The number of the first segment it needs."""
    major: int
    """PostgreSQL's version."""
    bytes: int

    @classmethod
    def read(cls, facts: Path) -> Base:
        found = json.loads(facts.read_text())
        found["finished"] = datetime.fromisoformat(found["finished"])
        return cls(folder=facts.with_suffix(""), **found)

    def write(self) -> None:
        """Say that the copy is complete; last of all, and on disk."""
        facts = {
            "finished": self.finished.isoformat(), "timeline": self.timeline, "start": self.start, "major": self.major,
            "bytes": self.bytes,
        }  # fmt: skip
        write_json(self.folder.with_suffix(".json"), facts)

    def segment(self, number: int) -> str:
        """The name of a segment on this copy's timeline."""
        return segment_name(self.timeline, number)


@dataclass(frozen=True, slots=True)
class Line:
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def wal(self) -> Path:
        return self.folder / "wal"

    @property
    def base(self) -> Path:
        return self.folder / "base"

    def bases(self) -> list[Base]:
        """Complete copies, oldest first."""
        return [Base.read(path) for path in sorted(self.base.glob("*.json"))]

    def segments(self) -> dict[int, Path]:
        """Archived segments by number, in their order."""
        found = ((path, _SEGMENT.fullmatch(path.name)) for path in self.wal.glob("*.gz"))
        return dict(sorted((segment_number(match[1]), path) for path, match in found if match))


@dataclass(frozen=True, slots=True)
class ArchiveFolder:
    root: Path

    @property
    def mark(self) -> Path:
        return self.root / MARK

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def secret(self) -> Path:
        return self.root / "secret-key"

    def owner(self) -> str | None:
        """Which installation writes here; None when nobody ever did, or the disk is not there."""
        return read_json(self.mark).get("owner")

    def line(self, name: str) -> Line:
        return Line(self.root / "lines" / name)

    def lines(self) -> list[Line]:
        """Oldest first: their names are the times they began."""
        return [Line(path) for path in sorted((self.root / "lines").glob("*")) if path.is_dir()]

    def bases(self) -> Iterator[tuple[Line, Base]]:
        for line in self.lines():
            for base in line.bases():
                yield line, base


def segment_name(timeline: int, number: int) -> str:
    """As PostgreSQL calls it."""
    return f"{timeline:08X}{number >> 8:08X}{number & 0xFF:08X}"


def segment_number(name: str) -> int:
    return (int(name[8:16], 16) << 8) + int(name[16:24], 16)


def number_of(lsn: str) -> int:
    """The segment in which a place of the log lies, such as ``0/3000028``."""
    high, _, low = lsn.partition("/")
    return ((int(high, 16) << 32) + int(low, 16)) >> SEGMENT_BITS


def read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replace the file, complete and on disk."""
    beside = path.with_name(f"{path.name}.part")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(value, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(beside, path)
