"""F-10: an archive in which anything at all is not as it was written is refused, whatever it is."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kemai.config.backup import archive
from kemai.config.backup.archive import (
    BLOCK,
    DUMP,
    FORMAT,
    HEADER,
    MANIFEST,
    SEAL,
    SECRET,
    BackupProblem,
    Writer,
    dumped,
    file_member,
    partial,
    read_header,
    unpack,
)

STORED = b"a stored file"
STORED_NAME = file_member(hashlib.sha256(STORED).hexdigest())
MADE_AT = 1_700_000_000


def whole(**changes: Any) -> bytes:
    """A small archive as a backup writes it."""
    out = io.BytesIO()
    writer = Writer(out, MADE_AT)
    writer.add(HEADER, [dumped({"format": FORMAT, **changes})])
    writer.add(DUMP, [b"dump " * 3, b"of two chunks"])
    writer.add(STORED_NAME, [STORED])
    writer.add(SECRET, [b"key"])
    writer.finish({"made_at": "now"})
    return out.getvalue()


def read(data: bytes, stage: Path) -> dict[str, Any]:
    source = io.BytesIO(data)
    read_header(source)
    return unpack(source, lambda name: None if name in (HEADER, MANIFEST, SEAL) else stage / name)


def members(data: bytes) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [(info, (tar.extractfile(info) or io.BytesIO()).read()) for info in tar]


def packed(entries: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """An archive made by somebody else, who can write any member he likes and keeps the hashes right."""
    out = io.BytesIO()
    for info, body in entries:
        info.size = len(body)
        out.write(info.tobuf(tarfile.GNU_FORMAT) + body + bytes(-len(body) % BLOCK))
    return out.getvalue() + bytes(2 * BLOCK)


def entry(name: str, body: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.mtime = kind, link, 0o600, MADE_AT
    return info, body


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    """The control of every refusal below: the same archive, unharmed, is read to the end."""
    manifest = read(whole(), tmp_path)
    assert manifest["made_at"] == "now"
    assert (tmp_path / DUMP).read_bytes() == b"dump dump dump of two chunks"
    assert (tmp_path / STORED_NAME).read_bytes() == STORED
    assert (tmp_path / SECRET).stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / MANIFEST).exists()
    assert read(packed(members(whole())), tmp_path) == manifest  # and somebody else's tar of the same members


def test_any_tar_can_list_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(whole())) as tar:
        assert tar.getnames() == [HEADER, DUMP, STORED_NAME, SECRET, MANIFEST, SEAL]


def test_no_byte_can_change_unnoticed() -> None:
    """Every third, which meets each field of each header, the contents and the padding."""
    data = whole()
    for place in range(0, len(data), 3):
        harmed = bytearray(data)
        harmed[place] ^= 0x10
        with pytest.raises(BackupProblem):
            unpack(io.BytesIO(harmed), lambda name: None)
            pytest.fail(f"byte {place} of {len(data)} was changed and nobody saw it")


def test_no_end_can_be_missing() -> None:
    data = whole()
    for length in range(0, len(data), 13):
        with pytest.raises(BackupProblem, match=r"not complete|not a backup"):
            unpack(io.BytesIO(data[:length]), lambda name: None)
            pytest.fail(f"{length} of {len(data)} bytes were taken for the whole")


def without(name: str) -> Callable[[], bytes]:
    return lambda: packed([(info, body) for info, body in members(whole()) if info.name != name])


def with_more(*more: tuple[tarfile.TarInfo, bytes]) -> Callable[[], bytes]:
    return lambda: packed([*members(whole())[:3], *more, *members(whole())[3:]])


def other_content() -> bytes:
    """Every hash is right, only the stored file's name is another content's."""
    out = io.BytesIO()
    writer = Writer(out, MADE_AT)
    writer.add(HEADER, [dumped({"format": FORMAT})])
    writer.add(DUMP, [b"dump"])
    writer.add(STORED_NAME, [b"something else"])
    writer.finish({})
    return out.getvalue()


def wrong_hash() -> bytes:
    """A sound archive of another stored file, with the manifest of the first."""
    return packed([(i, b"another dump" if i.name == DUMP else b) for i, b in members(whole())])


STRANGE = {
    "no dump": (without(DUMP), "has no database.dump"),
    "no manifest": (without(MANIFEST), "has no manifest.json"),
    "no seal": (without(SEAL), "has no manifest.sha256"),
    "a stored file is missing": (without(STORED_NAME), "files/.* is missing"),
    "a dump with another hash": (wrong_hash, "database.dump is not what was written"),
    "a stored file of another content": (other_content, "another content than its name"),
    "a member nobody listed": (with_more(entry("files/00/" + "0" * 64)), "is not what was written"),
    "the same member twice": (with_more(entry(DUMP, b"x")), "in it twice"),
    "the folder above": (with_more(entry("../x", b"x")), r"holds '\.\./x'"),
    "the folder above, inside": (with_more(entry("files/../../x", b"x")), "which no backup of Kemai has"),
    "an absolute path": (with_more(entry("/tmp/x", b"x")), "holds '/tmp/x'"),
    "a symbolic link": (with_more(entry(SECRET, kind=tarfile.SYMTYPE, link="/etc/passwd")), "holds 'secret-key'"),
    "a hard link": (with_more(entry("files/x", kind=tarfile.LNKTYPE, link=DUMP)), "holds 'files/x'"),
    "a folder": (with_more(entry("files", kind=tarfile.DIRTYPE)), "holds 'files'"),
    "a device": (with_more(entry(SECRET, kind=tarfile.CHRTYPE)), "holds 'secret-key'"),
    "an upper-case name": (with_more(entry("files/AB/" + "AB" * 32)), "which no backup of Kemai has"),
    "a newer format": (lambda: whole(format=FORMAT + 1), "of format 2"),
    "another program's tar": (lambda: packed([entry("readme.txt", b"hello")]), "readme.txt"),
    "no tar at all": (lambda: b"PK\x03\x04" + b"x" * 5000, "not a backup of Kemai"),
    "nothing": (lambda: b"", "not a backup of Kemai"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_archives_are_refused_by_name(name: str, tmp_path: Path) -> None:
    make, words = STRANGE[name]
    stage = tmp_path / "a" / "b"
    with pytest.raises(BackupProblem, match=words):
        read(make(), stage)
    assert {path.name for path in tmp_path.iterdir()} <= {"a"}
    assert {path.name for path in (tmp_path / "a").glob("*")} <= {"b"}


def test_without_the_list_of_names_a_path_would_lead_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: the guard broken, the very archive refused above writes beside its folder; so that test can fail."""
    monkeypatch.setattr(archive, "_NAMES", re.compile(".*"))
    with pytest.raises(BackupProblem, match="is not what was written"):
        read(STRANGE["the folder above"][0](), tmp_path / "a")
    assert (tmp_path / "x").read_bytes() == b"x"


def test_without_the_comparison_a_changed_dump_would_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3, the same for the hashes."""
    monkeypatch.setattr(archive, "_checked", lambda seen, small: {})
    assert read(wrong_hash(), tmp_path) == {}
    assert (tmp_path / DUMP).read_bytes() == b"another dump"


def test_a_member_that_fails_half_way_leaves_no_trace(tmp_path: Path) -> None:
    def broken() -> Any:
        yield b"x" * 5000
        raise FileNotFoundError

    out = io.BytesIO()
    writer = Writer(out, MADE_AT)
    writer.add(HEADER, [dumped({"format": FORMAT})])
    with pytest.raises(FileNotFoundError):
        writer.add(STORED_NAME, broken())
    writer.add(DUMP, [b"dump"])
    writer.finish({})
    assert set(read(out.getvalue(), tmp_path)["members"]) == {HEADER, DUMP}


def test_a_failed_backup_leaves_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "kemai.tar"
    target.write_bytes(b"the one before")
    with pytest.raises(BackupProblem, match="No space"), partial(target) as out:
        out.write(b"half")
        raise OSError(28, "No space left on device")
    assert [path.name for path in tmp_path.iterdir()] == ["kemai.tar"]
    assert target.read_bytes() == b"the one before"
    with partial(target) as out:
        out.write(b"the next")
        with pytest.raises(BackupProblem, match="Another backup"), partial(target):
            pass
        assert target.read_bytes() == b"the one before"
    assert target.read_bytes() == b"the next"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_target_that_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kemai.tar.partial").symlink_to("/etc/passwd")
    with pytest.raises(BackupProblem, match="Cannot write"), partial(tmp_path / "kemai.tar"):
        pass
    with pytest.raises(BackupProblem, match="not an ordinary file"), partial(tmp_path):
        pass
