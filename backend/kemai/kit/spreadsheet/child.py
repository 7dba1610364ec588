"""The process that reads a stranger's file: it may use so much memory and time, write nothing, and be killed.

It speaks lines of JSON on standard output: `{"info"}`, then `{"rows", "errors"}` …, then `{"notes"}`; or `{"refused"}`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any

import orjson

from kemai.kit.spreadsheet.archive import Archive
from kemai.kit.spreadsheet.delimited import Delimited
from kemai.kit.spreadsheet.model import Cell, CellError, ReadNotes, SpreadsheetLimits, SpreadsheetRefused
from kemai.kit.spreadsheet.sniff import file_kind
from kemai.kit.spreadsheet.xlsx import Xlsx

_CHUNK_ROWS = 500
_CHUNK_CELLS = 20_000


def _set_limits(limits: SpreadsheetLimits) -> None:
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        # at the hard limit the system kills without saying why, as it does for memory: the soft one must come first
        (resource.RLIMIT_CPU, limits.seconds, limits.seconds + 2),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # some systems have not all of them
            resource.setrlimit(what, (soft, hard))


def _say(message: dict[str, Any]) -> None:
    line = orjson.dumps(message, default=str) + b"\n"
    while line:
        line = line[os.write(1, line) :]


def _send_rows(rows: Iterator[list[Cell]]) -> None:
    """Sends rows in pieces; a cell error travels beside its row, so that cells are plain JSON."""
    chunk: list[list[Any]] = []
    errors: list[tuple[int, int, str, str]] = []
    cells = 0
    for row in rows:
        for at, cell in enumerate(row):
            if type(cell) is CellError:
                errors.append((len(chunk), at, cell.code, cell.shown))
        chunk.append([None if type(cell) is CellError else cell for cell in row] if errors else row)
        cells += len(row)
        if len(chunk) >= _CHUNK_ROWS or cells >= _CHUNK_CELLS:
            _say({"rows": chunk, "errors": errors})
            chunk, errors, cells = [], [], 0
    if chunk:
        _say({"rows": chunk, "errors": errors})


def _run(request: dict[str, Any]) -> None:
    limits = SpreadsheetLimits(**request["limits"])
    path, sheet = request["path"], request["sheet"]
    kind = file_kind(path, limits)
    notes = ReadNotes()
    rows: Iterator[list[Cell]]
    if kind == "xlsx":
        book = Xlsx(Archive(path, limits), limits)
        info, rows = book.info(), book.rows(sheet, notes)
    elif kind == "xls":
        # Only here, since most files are not of this kind and the library takes a while to load.
        from kemai.kit.spreadsheet.xls import Xls  # noqa: PLC0415

        old = Xls(path, limits)
        info, rows = old.info(), old.rows(sheet, notes)
    else:
        table = Delimited(path, limits)
        info, rows = table.info(), table.rows(notes)
    _say({"info": dataclasses.asdict(info)})
    if request["rows"]:
        _send_rows(rows)
        if notes.rows == 0:
            raise SpreadsheetRefused("empty")
        _say({"notes": dataclasses.asdict(notes)})


def main() -> None:
    """Reads one request from the command line, answers on standard output. Never a traceback."""
    request = orjson.loads(sys.argv[1])
    _set_limits(SpreadsheetLimits(**request["limits"]))
    try:
        _run(request)
    except SpreadsheetRefused as refusal:
        _say({"refused": refusal.code, "params": refusal.params})
    except MemoryError:
        limit = request["limits"]["memory_bytes"]
        _say({"refused": "too_large", "params": {"what": "memory", "limit": limit}})
    except BrokenPipeError:
        pass  # nobody listens any more
    except BaseException as error:  # also a panic of a library written in Rust
        _say({"refused": "broken", "params": {"reason": type(error).__name__}})
    os._exit(0)  # nothing to tidy up, and freeing a million strings takes a while
