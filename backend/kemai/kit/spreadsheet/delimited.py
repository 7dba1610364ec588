"""Reads .csv as it comes: any usual encoding, comma, semicolon or tab, with Excel's habits undone."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from kemai.kit.spreadsheet.guard import unguard_text
from kemai.kit.spreadsheet.model import (
    Cell,
    CellError,
    ReadNotes,
    SheetInfo,
    SpreadsheetLimits,
    SpreadsheetRefused,
    WorkbookInfo,
)
from kemai.kit.spreadsheet.sniff import decode_text

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 30
# How Excel saves a number of twelve digits or more that was not formatted as text.
_SHORTENED = re.compile(r"-?\d(?:\.\d+)?E\+(?:1[1-9]|[2-9]\d)", re.ASCII)
_TEXT_FORMULA = re.compile(r'="([^"]*)"')


class Delimited:
    """An open text table. Raises `SpreadsheetRefused`."""

    def __init__(self, path: str, limits: SpreadsheetLimits) -> None:
        self._limits = limits
        with open(path, "rb") as file:
            self._text, self._encoding = decode_text(file.read())
        self._skip = 0
        self._delimiter = self._find_delimiter()

    def info(self) -> WorkbookInfo:
        """One sheet without a name; its rows are lines, more than there are where fields hold line ends."""
        lines = self._text.count("\n") + (not self._text.endswith("\n"))
        return WorkbookInfo(
            "csv", (SheetInfo("", max(lines - self._skip, 0)),), encoding=self._encoding, delimiter=self._delimiter
        )

    def _find_delimiter(self) -> str:
        """The separator that most of the first lines have the same number of, outside quotes; the first line decides
        which come into question, when it has any."""
        first = self._text[:50].split("\n", 1)[0].strip()
        if len(first) == 5 and first.lower().startswith("sep="):
            self._skip = 1
            return first[4]
        sample = re.sub(r'"[^"]*"', '""', self._text[:50_000]).splitlines()[:_SAMPLE_LINES]
        lines = [line for line in sample if line.strip()]
        best, best_score = ",", 0.0
        named = [delimiter for delimiter in _DELIMITERS if lines and delimiter in lines[0]]
        for delimiter in named or _DELIMITERS:
            counts = Counter(line.count(delimiter) for line in lines)
            counts.pop(0, None)
            if counts:
                width, times = max(counts.items(), key=lambda item: (item[1], item[0]))
                score = times / len(lines) * min(width, 10) ** 0.5
                if score > best_score:
                    best, best_score = delimiter, score
        return best

    def rows(self, notes: ReadNotes) -> Iterator[list[Cell]]:
        """Rows in order, blank ones as empty lists, to the last that holds something."""
        limits = self._limits
        csv.field_size_limit(max(limits.cell_chars * 4, 131_072))
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter)
        self._text = ""
        blank = 0
        try:
            for number, fields in enumerate(reader):
                if number < self._skip:
                    continue
                row = [self._cell(field, notes) for field in fields]
                while row and row[-1] is None:
                    row.pop()
                if not row:
                    blank += 1
                    continue
                if len(row) > limits.columns:
                    raise SpreadsheetRefused("too_large", what="columns", limit=limits.columns)
                notes.rows += 1
                if notes.rows > limits.rows + 1:
                    raise SpreadsheetRefused("too_large", what="rows", limit=limits.rows)
                for _ in range(blank):
                    yield []
                blank = 0
                yield row
        except csv.Error as error:
            raise SpreadsheetRefused("broken") from error

    def _cell(self, field: str, notes: ReadNotes) -> Cell:
        if not field:
            return None
        if len(field) > self._limits.cell_chars:
            notes.errors += 1
            return CellError("too_long", field[:50])
        first = field[0]
        if first == "'":
            return unguard_text(field)
        if first == "=":
            found = _TEXT_FORMULA.fullmatch(field)
            return field if found is None else found.group(1) or None
        if field[-1].isdigit() and _SHORTENED.fullmatch(field) is not None:
            notes.errors += 1
            return CellError("digits_lost", field)
        return field
