"""The file a backup is: a plain tar that any tar can list, written and read in one pass with constant memory.

Only what this module itself would have written is accepted on the way back: the members' names are a closed list, and
each header and each byte of padding is compared with what it must be. So no flipped byte, no link and no path that
leads elsewhere gets as far as the disk. The order is fixed: ``kemai-backup.json`` (what this is),
``database.dump``, ``files/…``, ``secret-key``, ``manifest.json`` (with the SHA-256 of everything before it) and
``manifest.sha256``, whose presence at the end says that nothing is missing.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import re
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

BLOCK = tarfile.BLOCKSIZE
CHUNK = 1 << 20
FORMAT = 1
HEADER, DUMP, SECRET, MANIFEST, SEAL = (
    "kemai-backup.json", "database.dump", "secret-key", "manifest.json", "manifest.sha256",
)  # fmt: skip
SMALL = 256 << 20
"""The most that is read into memory at once, bytes: the manifest of some million files."""

_NAMES = re.compile(
    rf"{re.escape(HEADER)}|{re.escape(DUMP)}|{SECRET}|{re.escape(MANIFEST)}|{re.escape(SEAL)}"
    r"|files/(?P<fold>[0-9a-f]{2})/(?P=fold)[0-9a-f]{62}"
)


class BackupProblem(Exception):
    """A backup cannot be made or restored; the text is one line that says why and what to do."""


def file_member(sha256: str) -> str:
    """The member's name of a stored file, from its content's SHA-256 in hexadecimal."""
    return f"files/{sha256[:2]}/{sha256}"


def dumped(value: Any) -> bytes:
    """``value`` as JSON, the same bytes for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Writer:
    """Adds members to an archive and keeps the SHA-256 of each."""

    def __init__(self, out: BinaryIO, made_at: int) -> None:
        self.out = out
        self.made_at = made_at
        """Seconds since 1970, written as each member's time."""
        self.members: dict[str, str] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write one member whose size is known only at its end; returns that size in bytes.

        When ``chunks`` raises, nothing of the member stays in the archive.
        """
        start = self.out.tell()
        self.out.write(bytes(BLOCK))
        digest, size = hashlib.sha256(), 0
        try:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                self.out.write(chunk)
        except BaseException:
            self.out.seek(start)
            self.out.truncate()
            raise
        self.out.write(bytes(-size % BLOCK))
        end = self.out.tell()
        self.out.seek(start)
        self.out.write(_header(name, size, self.made_at))
        self.out.seek(end)
        self.members[name] = digest.hexdigest()
        return size

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest with the hashes of all members, its seal, and the end of the archive."""
        body = dumped({**manifest, "members": self.members})
        self.add(MANIFEST, [body])
        self.add(SEAL, [hashlib.sha256(body).hexdigest().encode()])
        self.out.write(bytes(2 * BLOCK))


@contextmanager
def partial(target: Path) -> Iterator[BinaryIO]:
    """A file to write that becomes ``target`` when the block ends, complete and on disk; on failure nothing is left.

    :class:`BackupProblem` when another backup writes to the same place, or ``target`` is no ordinary file.
    """
    beside = target.with_name(target.name + ".partial")
    if target.exists() and not target.is_file():
        raise BackupProblem(f"{target} is not an ordinary file.")
    try:
        handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise BackupProblem(f"Cannot write {beside}: {error.strerror}.") from None
    with os.fdopen(handle, "r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupProblem(f"Another backup is writing {beside}.") from None
        try:
            os.fchmod(out.fileno(), 0o600)
            out.truncate()
            yield out
            out.flush()
            os.fsync(out.fileno())
            os.replace(beside, target)
        except BaseException as error:
            beside.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise BackupProblem(f"Cannot write {beside}: {error.strerror}.") from None
            raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's names on disk, so that a rename survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_header(source: BinaryIO) -> dict[str, Any]:
    """What the archive says it is, from its first member; :class:`BackupProblem` for anything else than a backup."""
    source.seek(0)
    name, size, _ = _next(source) or ("", 0, 0)
    if name != HEADER or size > CHUNK:
        raise BackupProblem("This is not a backup of Kemai.")
    found = _json(b"".join(_body(source, name, size)), name)
    if not isinstance(found.get("format"), int):
        raise BackupProblem("This is not a backup of Kemai.")
    if found["format"] > FORMAT:
        raise BackupProblem(
            f"The backup is of format {found['format']}, this Kemai reads up to {FORMAT}: use the Kemai that made it, "
            "or a newer one."
        )
    return found


def unpack(source: BinaryIO, keep: Callable[[str], Path | None]) -> dict[str, Any]:
    """Read a whole archive, checking every byte; returns the manifest.

    ``keep`` is asked for each member where to put it (None: nowhere, only check it). Whatever has been put there is
    worth nothing until this function returns. :class:`BackupProblem` names the first thing that is wrong.
    """
    source.seek(0)
    seen: dict[str, str] = {}
    small: dict[str, bytes] = {}
    while (entry := _next(source)) is not None:
        name, size, _ = entry
        if name in seen:
            raise BackupProblem(f"The archive is damaged: {name} is in it twice.")
        if SEAL in seen:
            raise BackupProblem(f"The archive is damaged: {name} comes after its end.")
        seen[name] = _take(source, name, size, keep(name), small)
    while rest := source.read(CHUNK):
        if rest.strip(b"\0"):
            raise BackupProblem("The archive is damaged: something follows its end.")
    return _checked(seen, small)


def _checked(seen: dict[str, str], small: dict[str, bytes]) -> dict[str, Any]:
    """The manifest, when it and its seal agree with what was read."""
    for name in (HEADER, DUMP, MANIFEST, SEAL):
        if name not in seen:
            raise BackupProblem(f"The archive is not complete: it has no {name}.")
    if small[SEAL].decode("ascii", "replace") != seen[MANIFEST]:
        raise BackupProblem(f"The archive is damaged: {MANIFEST} is not what was written.")
    manifest = _json(small[MANIFEST], MANIFEST)
    listed = manifest.get("members")
    if not isinstance(listed, dict):
        raise BackupProblem(f"The archive is damaged: {MANIFEST} lists no members.")
    for name in {**seen, **listed}:
        if name in (MANIFEST, SEAL):
            continue
        if name not in seen:
            raise BackupProblem(f"The archive is not complete: {name} is missing.")
        if seen[name] != listed.get(name):
            raise BackupProblem(f"The archive is damaged: {name} is not what was written.")
        if name.startswith("files/") and not name.endswith(seen[name]):
            raise BackupProblem(f"The archive is damaged: {name} has another content than its name says.")
    return manifest


def _take(source: BinaryIO, name: str, size: int, place: Path | None, small: dict[str, bytes]) -> str:
    """Read one member to ``place``, to memory or nowhere; returns its SHA-256."""
    digest = hashlib.sha256()
    if name in (MANIFEST, SEAL, HEADER):
        if size > SMALL:
            raise BackupProblem(f"The archive is damaged: {name} is too large.")
        small[name] = b"".join(_body(source, name, size))
        return hashlib.sha256(small[name]).hexdigest()
    if place is not None:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.devnull if place is None else place, "wb") as out:
        for chunk in _body(source, name, size):
            digest.update(chunk)
            out.write(chunk)
        if place is not None:
            os.fchmod(out.fileno(), stat.S_IRUSR | stat.S_IWUSR)
            out.flush()
            os.fsync(out.fileno())
    return digest.hexdigest()


def _header(name: str, size: int, made_at: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, made_at, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


def _next(source: BinaryIO) -> tuple[str, int, int] | None:
    """The next member's name, size in bytes and time; None at the archive's end."""
    block = source.read(BLOCK)
    if len(block) < BLOCK:
        raise BackupProblem("The archive is not complete: it ends before its end." if source.tell() > BLOCK
                            else "This is not a backup of Kemai.")  # fmt: skip
    if not block.strip(b"\0"):
        if source.read(BLOCK) != bytes(BLOCK):
            raise BackupProblem("The archive is not complete: it ends before its end.")
        return None
    first = source.tell() == BLOCK
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.HeaderError, UnicodeError, ValueError):
        raise BackupProblem(
            "This is not a backup of Kemai." if first else "The archive is damaged: a member's header cannot be read."
        ) from None
    if not info.isreg() or not _NAMES.fullmatch(info.name):
        raise BackupProblem(f"The archive holds {info.name!r}, which no backup of Kemai has; nothing was restored.")
    if info.size < 0 or _header(info.name, info.size, int(info.mtime)) != block:
        raise BackupProblem(f"The archive is damaged: the header of {info.name} is not what was written.")
    return info.name, info.size, int(info.mtime)


def _body(source: BinaryIO, name: str, size: int) -> Iterator[bytes]:
    left = size
    while left:
        chunk = source.read(min(left, CHUNK))
        if not chunk:
            raise BackupProblem(f"The archive is not complete: it ends inside {name}.")
        left -= len(chunk)
        yield chunk
    padding = source.read(-size % BLOCK)
    if len(padding) != -size % BLOCK:
        raise BackupProblem(f"The archive is not complete: it ends after {name}.")
    if padding.strip(b"\0"):
        raise BackupProblem(f"The archive is damaged after {name}.")


def _json(data: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.load(io.BytesIO(data))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BackupProblem(f"The archive is damaged: {name} cannot be read.")
    return found
