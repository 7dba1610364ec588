"""What a file is, by its content; its name only helps to say what was expected."""

from __future__ import annotations

import codecs
import os
import re

from kemai.kit.spreadsheet.archive import Archive
from kemai.kit.spreadsheet.model import SpreadsheetLimits, SpreadsheetRefused

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "word"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"SQLite format 3", "database"),
)
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(!doctype|html|head|body|table|meta|\?xml|svg|workbook|script)\b", re.I | re.S
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
_HEAD = 64 * 1024


def file_kind(path: str, limits: SpreadsheetLimits) -> str:
    """`xlsx`, `xls` or `csv`. Refuses everything else, too large files and empty ones."""
    size = os.path.getsize(path)
    if size == 0:
        raise SpreadsheetRefused("empty")
    if size > limits.file_bytes:
        raise SpreadsheetRefused("too_large", what="file", limit=limits.file_bytes)
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return _zip_kind(path, limits)
    if head.startswith(_OLE):
        return _ole_kind(path)
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            raise SpreadsheetRefused("wrong_type", found=found)
    markup = _MARKUP.match(head.removeprefix(codecs.BOM_UTF8))
    if markup is not None:
        word = markup.group(1).lower()
        raise SpreadsheetRefused("wrong_type", found="xml" if word in (b"?xml", b"workbook", b"svg") else "html")
    return "csv"


def _zip_kind(path: str, limits: SpreadsheetLimits) -> str:
    archive = Archive(path, limits)
    names = set(archive.names)
    archive.close()
    if "xl/workbook.bin" in names:
        raise SpreadsheetRefused("wrong_type", found="xlsb")
    if "mimetype" in names and "content.xml" in names:
        raise SpreadsheetRefused("wrong_type", found="ods")
    if any(name.startswith("word/") for name in names):
        raise SpreadsheetRefused("wrong_type", found="word")
    if any(name.startswith("ppt/") for name in names):
        raise SpreadsheetRefused("wrong_type", found="powerpoint")
    if "[Content_Types].xml" in names or "xl/workbook.xml" in names:
        return "xlsx"
    raise SpreadsheetRefused("wrong_type", found="archive")


def _ole_kind(path: str) -> str:
    """Old Office files and encrypted new ones share a container; the names of its streams tell them apart."""
    with open(path, "rb") as file:
        data = file.read()
    if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
        raise SpreadsheetRefused("encrypted")
    for name in ("Workbook", "Book"):
        if (name + "\0").encode("utf-16-le") in data:
            return "xls"
    if "WordDocument".encode("utf-16-le") in data:
        raise SpreadsheetRefused("wrong_type", found="word")
    if "PowerPoint Document".encode("utf-16-le") in data:
        raise SpreadsheetRefused("wrong_type", found="powerpoint")
    raise SpreadsheetRefused("broken" if len(data) < 1536 else "wrong_type", found="ole")


def decode_text(data: bytes) -> tuple[str, str]:
    """Text and encoding (`utf-8`, `utf-8-sig`, `utf-16`, `gb18030`) of a text file.

    UTF-8 is tried before GB18030, which takes nearly everything. Refuses `wrong_type` (binary) and `encoding`.
    """
    if data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\x00" in data[:_HEAD]:
        encoding = _utf16_without_mark(data)
    else:
        encoding = ""
    for candidate in (encoding,) if encoding else ("utf-8", "gb18030"):
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        # A byte-order mark says "text"; without one, control characters say "binary".
        if not encoding and len(_CONTROL.findall(text[:_HEAD])) > 2 + len(text[:_HEAD]) // 1_000:
            raise SpreadsheetRefused("wrong_type", found="binary")
        return text, "utf-16" if candidate.startswith("utf-16") else candidate
    raise SpreadsheetRefused("encoding")


def _utf16_without_mark(data: bytes) -> str:
    head = data[: _HEAD // 2 * 2]
    low, high = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if len(data) % 2 == 0 and half and high > half * 0.2 and low < half * 0.05:
        return "utf-16-le"
    if len(data) % 2 == 0 and half and low > half * 0.2 and high < half * 0.05:
        return "utf-16-be"
    raise SpreadsheetRefused("wrong_type", found="binary")
