"""What spreadsheets are read into, the limits they are read under, and how they are refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class CellError(NamedTuple):
    """A cell whose value cannot be trusted; its text is in `shown`.

    `digits_lost`: a number of more than 15 digits, which spreadsheets do not keep (an identity or card number typed as
    a number), or one shown as 1.1E+17. `formula_error`: `#N/A`, `#REF!` … `not_a_date`: a date out of range.
    `not_a_number`: infinite. `too_long`: more characters than a cell may have.
    """

    code: str
    shown: str


# Text is kept exactly as it is. Numbers are text without exponent or `.0`; dates are `2026-01-02`, instants
# `2026-01-02T03:04:05`, times `03:04:05`, durations `30:00:00`. An empty cell is None.
Cell = str | bool | CellError | None


@dataclass(frozen=True, slots=True)
class SpreadsheetLimits:
    """What a file may cost (B-2, B-3)."""

    file_bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 100 * 1024 * 1024
    entries: int = 1_000
    ratio: int = 300  # unpacked to packed, of a part over a megabyte
    rows: int = 100_000  # rows that hold something, without one header
    columns: int = 500
    cell_chars: int = 32_767  # what Excel allows
    strings: int = 2_000_000  # distinct texts of a workbook
    memory_bytes: int = 512 * 1024 * 1024  # address space of the process that reads
    seconds: int = 60  # of computing, and of waiting for it


DEFAULT_LIMITS = SpreadsheetLimits()


class SpreadsheetRefused(Exception):
    """The file is not read. `code` says why and is translated above; `params` fill in its words.

    `wrong_type` (`found`: pdf, image, html, xlsb, ods, word …), `encrypted`, `empty`, `too_large` (`what`: file,
    unpacked, entries, rows, columns, strings, memory; `limit`), `too_slow` (`limit` in seconds), `bomb` (lying sizes),
    `unsafe_entry` (paths or links that lead out of the archive), `entities` (XML with a document type), `encoding`,
    `broken`, `no_sheet` (`sheet`), `no_header`.
    """

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(f"{code} {params}" if params else code)


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet as the file describes it; `rows` and `columns` are its own word (0 when it gives none)."""

    name: str
    rows: int = 0
    columns: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class WorkbookInfo:
    """`kind` is `xlsx`, `xls` or `csv`, by content. `macros`: the file carries macros, which are never run."""

    kind: str
    sheets: tuple[SheetInfo, ...]
    macros: bool = False
    encoding: str = ""
    delimiter: str = ""


@dataclass(slots=True)
class ReadNotes:
    """What was noticed while reading; complete when the last row has been read. Counts of cells, but `rows`."""

    rows: int = 0
    formulas: int = 0
    merged: int = 0
    errors: int = 0
