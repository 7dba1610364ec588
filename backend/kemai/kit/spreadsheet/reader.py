"""Reads spreadsheets that strangers made, in a process of their own (B-2, B-3, trap 14)."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from kemai.kit.spreadsheet.model import (
    DEFAULT_LIMITS,
    Cell,
    CellError,
    ReadNotes,
    SheetInfo,
    SpreadsheetLimits,
    SpreadsheetRefused,
    WorkbookInfo,
)

__all__ = [
    "Cell",
    "CellError",
    "ReadNotes",
    "SheetInfo",
    "SpreadsheetLimits",
    "SpreadsheetRefused",
    "Table",
    "WorkbookInfo",
    "guess_header_row",
    "inspect",
    "read_header",
    "read_rows",
    "read_table",
]

_ROOT = str(Path(__file__).resolve().parents[3])
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from kemai.kit.spreadsheet.child import main; main()"
_PIPE = 256 * 1024
_HEADER_WITHIN = 20  # rows


class Table:
    """A sheet being read. `info` and `sheet` are known at once; `rows` can be gone through once; `notes` are complete
    after the last row. Use it as a context manager, so that the reading process ends with it."""

    def __init__(self, process: subprocess.Popen[bytes], limits: SpreadsheetLimits) -> None:
        self._process = process
        self._limits = limits
        self._buffer = b""
        self._lines: list[bytes] = []
        self._waited = 0.0
        self._selector = selectors.DefaultSelector()
        if process.stdout is None:  # pragma: no cover  (it is a pipe)
            raise ValueError("no pipe")
        self._pipe = process.stdout.fileno()
        self._selector.register(self._pipe, selectors.EVENT_READ)
        self.notes = ReadNotes()
        try:
            self.info = _info(self._message()["info"])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the reading process."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._selector.close()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __del__(self) -> None:
        if self._process.returncode is None:
            self.close()

    @property
    def rows(self) -> Iterator[list[Cell]]:
        """Rows in order, numbered from 1 as in the file: blank rows are empty lists; cells after the last are missing.

        Raises `SpreadsheetRefused`, also in the middle: what was read before is then not to be used.
        """
        for chunk in self.chunks():
            yield from chunk

    def chunks(self) -> Iterator[list[list[Cell]]]:
        """Rows in lists of at most 500."""
        while True:
            message = self._message()
            if "notes" in message:
                self.notes = ReadNotes(**message["notes"])
                return
            rows: list[list[Cell]] = message["rows"]
            for row, column, code, shown in message["errors"]:
                rows[row][column] = CellError(code, shown)
            yield rows

    def _message(self) -> dict[str, Any]:
        line = self._line()
        try:
            message = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise SpreadsheetRefused("broken") from error
        if "refused" in message:
            raise SpreadsheetRefused(message["refused"], **message["params"])
        return message

    def _line(self) -> bytes:
        """The next line. Only time spent waiting counts, so that a slow consumer is not the file's fault."""
        pieces: list[bytes] = []
        while True:
            head, newline, rest = self._buffer.partition(b"\n")
            if newline:
                pieces.append(head)
                self._buffer = rest
                return b"".join(pieces)
            pieces.append(self._buffer)
            left = self._limits.seconds - self._waited
            began = time.monotonic()
            ready = self._selector.select(max(left, 0))
            self._waited += time.monotonic() - began
            if not ready:
                self.close()
                raise SpreadsheetRefused("too_slow", limit=self._limits.seconds)
            self._buffer = os.read(self._pipe, _PIPE)
            if not self._buffer:
                raise self._died()

    def _died(self) -> SpreadsheetRefused:
        """The process ended without a word: the system ended it for its memory or its time, or a library crashed."""
        status = self._process.wait()
        if status in (-signal.SIGXCPU, -signal.SIGALRM):
            return SpreadsheetRefused("too_slow", limit=self._limits.seconds)
        if status in (-signal.SIGABRT, -signal.SIGKILL):
            return SpreadsheetRefused("too_large", what="memory", limit=self._limits.memory_bytes)
        return SpreadsheetRefused("broken")


def _info(data: dict[str, Any]) -> WorkbookInfo:
    return WorkbookInfo(**{**data, "sheets": tuple(SheetInfo(**sheet) for sheet in data["sheets"])})


def _start(path: str | os.PathLike[str], sheet: str | None, limits: SpreadsheetLimits, *, rows: bool) -> Table:
    request = {"path": os.path.abspath(path), "sheet": sheet, "rows": rows, "limits": dataclasses.asdict(limits)}
    try:
        size = os.path.getsize(path)
    except OSError as error:
        raise SpreadsheetRefused("broken") from error
    if size == 0:
        raise SpreadsheetRefused("empty")
    if size > limits.file_bytes:
        raise SpreadsheetRefused("too_large", what="file", limit=limits.file_bytes)
    # -I: neither the environment nor the current folder say what is imported. An empty environment: no secrets inside.
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _START, _ROOT, orjson.dumps(request).decode()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={"LC_ALL": "C.UTF-8"},
    )
    return Table(process, limits)


def inspect(
    path: str | os.PathLike[str], filename: str = "", *, limits: SpreadsheetLimits = DEFAULT_LIMITS
) -> WorkbookInfo:
    """What the file is and which sheets it has, without reading rows. The kind comes from the content, so `filename` is
    only for the caller's convenience. Raises `SpreadsheetRefused`."""
    with _start(path, None, limits, rows=False) as table:
        return table.info


def read_table(
    path: str | os.PathLike[str],
    filename: str = "",
    sheet: str | None = None,
    *,
    limits: SpreadsheetLimits = DEFAULT_LIMITS,
) -> Table:
    """Opens a sheet (by name; the first visible one when None) for reading in a process of its own.

    `with read_table(path) as table: for row in table.rows: …`. Raises `SpreadsheetRefused`, here or while reading.
    """
    return _start(path, sheet, limits, rows=True)


def read_rows(
    path: str | os.PathLike[str], sheet: str | None = None, *, limits: SpreadsheetLimits = DEFAULT_LIMITS
) -> Iterator[list[Cell]]:
    """The rows of `read_table`, for callers that need nothing else."""
    with read_table(path, sheet=sheet, limits=limits) as table:
        yield from table.rows


# The header -----------------------------------------------------------------------------------------------------------

_LOOKS_LIKE_VALUE = re.compile(r"[+\-]?[\d.,:/\-\sT%¥$]+")


def guess_header_row(rows: Sequence[Sequence[Cell]]) -> int | None:
    """Index of the row that names the columns, among the first twenty; None when no row looks like it.

    The first row that fills at least half of the widest one with different short texts, none of them a number or date.
    """
    head = rows[:_HEADER_WITHIN]
    widest = max((sum(cell is not None for cell in row) for row in head), default=0)
    for index, row in enumerate(head):
        cells = [cell for cell in row if cell is not None]
        if not cells or len(cells) * 2 < widest or (len(cells) == 1 and widest > 1):
            continue
        names = [cell.strip() for cell in cells if isinstance(cell, str)]
        if len(names) < len(cells) or not all(names):
            continue
        if any(len(name) > 60 or _LOOKS_LIKE_VALUE.fullmatch(name) for name in names):
            continue
        if len(set(names)) * 2 > len(names):
            return index
    return None


def read_header(rows: Sequence[Sequence[Cell]]) -> tuple[int, list[str]]:
    """Index of the header row and a name for each column; empty where a column has none, `名称 (2)` for a second 名称.

    Raises `SpreadsheetRefused("no_header")`.
    """
    index = guess_header_row(rows)
    if index is None:
        raise SpreadsheetRefused("no_header")
    names: list[str] = []
    seen: dict[str, int] = {}
    for cell in rows[index]:
        name = " ".join(cell.split()) if isinstance(cell, str) else ""
        if name:
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name = f"{name} ({seen[name]})"
        names.append(name)
    return index, names
