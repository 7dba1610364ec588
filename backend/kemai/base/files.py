"""Files on disk, addressed by content: the row first, then the bytes, so that a crash leaves no byte without an owner."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from kemai.base.models import StoredFile
from kemai.kit.clock import now
from kemai.kit.errors import NotFound, StorageFull, TooLarge

MAX_UPLOAD = 20 * 1024 * 1024
GRACE_SECONDS = 3600


def store_file(
    chunks: Iterable[bytes],
    *,
    name: str,
    created_by: UUID | None,
    purpose: str = "upload",
    limit: int | None = MAX_UPLOAD,
    days: int | None = None,
) -> StoredFile:
    """Keep the bytes of ``chunks``; ``days`` until it may be removed. :class:`TooLarge` beyond ``limit`` bytes."""
    row = StoredFile.objects.create(
        name=name[:255],
        purpose=purpose,
        created_by=created_by,
        expires_at=now() + timedelta(days=days) if days else None,
    )
    digest, size = hashlib.sha256(), 0
    folder = settings.FILES_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in chunks:
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise TooLarge(limit=f"{limit // 1048576} MB")
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            target = _path(digest.hexdigest())
            target.parent.mkdir(exist_ok=True)
            with _locked(fcntl.LOCK_SH):
                os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StorageFull from error
    row.sha256, row.size, row.state = digest.hexdigest(), size, "ready"
    row.save(update_fields=["sha256", "size", "state"])
    return row


def read_chunks(path: Path, size: int = 1 << 16) -> Iterable[bytes]:
    with path.open("rb") as source:
        while chunk := source.read(size):
            yield chunk


def _path(sha256: str) -> Path:
    return settings.FILES_DIR / sha256[:2] / sha256


def path_of(row: StoredFile) -> Path:
    """Where the bytes are."""
    return _path(row.sha256)


def remove_expired() -> int:
    """Forget files past their time, and remove bytes that no other file holds; returns how many files.

    Bytes written within the hour stay: their row may not be committed yet.
    """
    gone = list(StoredFile.objects.filter(expires_at__lt=now()).values_list("id", "sha256")[:5_000])
    StoredFile.objects.filter(pk__in=[key for key, _ in gone]).delete()
    remove_bytes({sha for _, sha in gone}, grace=GRACE_SECONDS)
    return len(gone)


def remove_bytes(shas: set[str], *, grace: float = 0) -> None:
    """Remove bytes that no file holds any more, unless written within ``grace`` seconds: their row may not be committed yet."""
    held = set(StoredFile.objects.filter(sha256__in=shas).values_list("sha256", flat=True))
    with _locked(fcntl.LOCK_EX):
        for sha in shas - held - {""}:
            path = _path(sha)
            if path.is_file() and time.time() - path.stat().st_mtime >= grace:
                path.unlink()


@contextmanager
def _locked(kind: int) -> Iterator[None]:
    """Placing bytes and removing the same bytes never meet."""
    settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.FILES_DIR / ".lock").open("a") as handle:
        fcntl.flock(handle, kind)
        yield


def get_own_file(actor_id: UUID, file_id: UUID) -> StoredFile:
    """A ready file of one's own (uploads and exports belong to who made them)."""
    row = StoredFile.objects.filter(pk=file_id, created_by=actor_id, state="ready").first()
    if row is None or (row.expires_at and row.expires_at < now()):
        raise NotFound
    return row
