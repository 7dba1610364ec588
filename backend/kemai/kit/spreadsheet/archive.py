"""Zip archives from strangers: the directory is judged before anything is unpacked; sizes are counted, not believed."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

from kemai.kit.spreadsheet.model import SpreadsheetLimits, SpreadsheetRefused

_END = b"PK\x05\x06"
_END_SIZE = 22
_BYTES_PER_ENTRY = 1_024  # of the directory: name, extra fields, comment
_CHUNK = 256 * 1024
_RATIO_FROM = 1024 * 1024


class Archive:
    """A checked archive. Raises `SpreadsheetRefused`: `too_large`, `bomb`, `unsafe_entry`, `encrypted`, `broken`."""

    def __init__(self, path: str, limits: SpreadsheetLimits) -> None:
        self._limits = limits
        self._unpacked = 0
        self._file = open(path, "rb")  # noqa: SIM115  (closed by close)
        self._size = os.fstat(self._file.fileno()).st_size
        self._check_end()
        try:
            infos = zipfile.ZipFile(self._file).infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error, UnicodeError) as error:
            raise SpreadsheetRefused("broken") from error
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self._check_directory(infos)

    def _check_end(self) -> None:
        """The number of entries, before the standard library makes an object of each."""
        tail_size = min(self._size, _END_SIZE + 0xFFFF)
        self._file.seek(self._size - tail_size)
        tail = self._file.read(tail_size)
        at = tail.rfind(_END)
        if at < 0 or at + _END_SIZE > len(tail):
            raise SpreadsheetRefused("broken")
        entries, directory_size = struct.unpack_from("<HI", tail, at + 10)
        if entries == 0xFFFF or directory_size == 0xFFFFFFFF:  # some programs always write the 64-bit form
            entries, directory_size = self._long_end(tail, at)
        if entries > self._limits.entries or directory_size > self._limits.entries * _BYTES_PER_ENTRY:
            raise SpreadsheetRefused("too_large", what="entries", limit=self._limits.entries)

    def _long_end(self, tail: bytes, at: int) -> tuple[int, int]:
        if at < 20 or tail[at - 20 : at - 16] != b"PK\x06\x07":
            raise SpreadsheetRefused("broken")
        (offset,) = struct.unpack_from("<Q", tail, at - 12)
        if offset > self._size - 56:
            raise SpreadsheetRefused("broken")
        self._file.seek(offset)
        record = self._file.read(56)
        if record[:4] != b"PK\x06\x06":
            raise SpreadsheetRefused("broken")
        entries, directory_size = struct.unpack_from("<QQ", record, 32)
        return entries, directory_size

    def _check_directory(self, infos: list[zipfile.ZipInfo]) -> None:
        limits = self._limits
        if len(infos) > limits.entries:
            raise SpreadsheetRefused("too_large", what="entries", limit=limits.entries)
        total = 0
        for info in infos:
            name = info.filename
            parts = name.split("/")
            if ".." in parts or name.startswith("/") or "\\" in info.orig_filename or "\x00" in info.orig_filename:
                raise SpreadsheetRefused("unsafe_entry")
            if ":" in parts[0] or stat.S_ISLNK(info.external_attr >> 16):
                raise SpreadsheetRefused("unsafe_entry")
            if info.flag_bits & 0x1:
                raise SpreadsheetRefused("encrypted")
            if name in self._infos:
                raise SpreadsheetRefused("broken")
            self._infos[name] = info
            total += info.file_size
            if info.file_size > _RATIO_FROM and info.file_size > info.compress_size * limits.ratio:
                raise SpreadsheetRefused("bomb")
        if total > limits.unpacked_bytes:
            raise SpreadsheetRefused("too_large", what="unpacked", limit=limits.unpacked_bytes)
        end = 0
        for info in sorted(infos, key=lambda i: i.header_offset):
            if info.header_offset < end:  # parts that share their bytes
                raise SpreadsheetRefused("bomb")
            end = info.header_offset + 30 + info.compress_size
        if end > self._size:
            raise SpreadsheetRefused("broken")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    @property
    def names(self) -> list[str]:
        """Names of all parts."""
        return list(self._infos)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def stream(self, name: str) -> Iterator[bytes]:
        """The unpacked bytes of a part, in pieces; refused as soon as they are more than the directory said."""
        info = self._infos.get(name)
        if info is None:
            raise SpreadsheetRefused("broken")
        self._file.seek(info.header_offset)
        header = self._file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise SpreadsheetRefused("broken")
        name_size, extra_size = struct.unpack_from("<HH", header, 26)
        position = info.header_offset + 30 + name_size + extra_size
        left = info.compress_size
        seen = 0
        checksum = 0
        for piece in self._pieces(info.compress_type, position, left):
            seen += len(piece)
            self._unpacked += len(piece)
            if seen > info.file_size:
                raise SpreadsheetRefused("bomb")
            if self._unpacked > 2 * self._limits.unpacked_bytes:  # a part may be looked at twice
                raise SpreadsheetRefused("too_large", what="unpacked", limit=self._limits.unpacked_bytes)
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if seen != info.file_size or checksum != info.CRC:
            raise SpreadsheetRefused("broken")

    def _pieces(self, method: int, position: int, left: int) -> Iterator[bytes]:
        if method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SpreadsheetRefused("broken")
        inflate = zlib.decompressobj(-15) if method == zipfile.ZIP_DEFLATED else None
        while left:
            self._file.seek(position)
            packed = self._file.read(min(_CHUNK, left))
            if not packed:
                raise SpreadsheetRefused("broken")
            position += len(packed)
            left -= len(packed)
            if inflate is None:
                yield packed
                continue
            try:
                while packed:
                    piece = inflate.decompress(packed, _CHUNK)
                    packed = inflate.unconsumed_tail
                    if piece:
                        yield piece
                    elif not packed or inflate.eof:
                        break
            except zlib.error as error:
                raise SpreadsheetRefused("broken") from error
        if inflate is not None and not inflate.eof:
            raise SpreadsheetRefused("broken")

    def read(self, name: str, limit: int) -> bytes:
        """A small part whole. `too_large` over `limit` bytes."""
        pieces = []
        size = 0
        for piece in self.stream(name):
            size += len(piece)
            if size > limit:
                raise SpreadsheetRefused("too_large", what="unpacked", limit=limit)
            pieces.append(piece)
        return b"".join(pieces)
