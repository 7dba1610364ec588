"""Stored files a person is in: those hung on his records, and spreadsheets that name him."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from kemai.base import files
from kemai.base.models import StoredFile

#: What was made or sent for moving data, and can be made or sent again.
PASSING = ("export", "upload", "import", "error")
LARGEST = 200 << 20
ENCODINGS = ("utf-8", "gb18030", "utf-16-le")


def files_of(own: list[UUID]) -> list[StoredFile]:
    """Files that hang on his records."""
    return list(StoredFile.objects.filter(record_id__in=own))


def files_naming(pattern: str, aside: Iterable[UUID]) -> tuple[list[StoredFile], list[StoredFile]]:
    """Files that name him by ``pattern``: those only made for passing data on, and others, which somebody has to look at."""
    if not pattern:
        return [], []
    looking = re.compile(pattern, re.IGNORECASE)
    passing: list[StoredFile] = []
    others: list[StoredFile] = []
    for row in StoredFile.objects.filter(state="ready").exclude(pk__in=list(aside)).iterator():
        if looking.search(row.name) or _names(files.path_of(row), looking):
            (passing if row.purpose in PASSING and not row.object else others).append(row)
    return passing, others


def _names(path: Path, looking: re.Pattern[str]) -> bool:
    if not path.is_file():
        return False
    return any(looking.search(text) for content in _contents(path) for text in _readings(content))


def _contents(path: Path) -> Iterator[bytes]:
    """The bytes, of an archive those of its members, each as far as is read into memory."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as source:
            yield source.read(LARGEST)
        return
    try:
        with zipfile.ZipFile(path) as book:
            for member in book.infolist():
                with book.open(member) as part:
                    yield part.read(LARGEST)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return


def _readings(content: bytes) -> Iterator[str]:
    for encoding in ENCODINGS:
        yield content.decode(encoding, "ignore")


def forget_files(rows: list[StoredFile]) -> None:
    """Forget the rows; the bytes go once :func:`remove_bytes` runs after the commit."""
    StoredFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
