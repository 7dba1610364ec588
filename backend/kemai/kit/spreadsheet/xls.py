"""Reads .xls (BIFF) with calamine: at most 65,536 rows and 256 columns, so holding the sheet is cheap.

calamine gives error cells as empty ones and does not tell formulas.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from kemai.kit.spreadsheet.model import (
    Cell,
    CellError,
    ReadNotes,
    SheetInfo,
    SpreadsheetLimits,
    SpreadsheetRefused,
    WorkbookInfo,
)
from kemai.kit.spreadsheet.numbers import python_cell


class Xls:
    """An open workbook. Raises `SpreadsheetRefused`."""

    def __init__(self, path: str, limits: SpreadsheetLimits) -> None:
        self._limits = limits
        try:
            # By content: from a path, the library would believe the name.
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(Path(path).read_bytes()))
        except PasswordError as error:
            raise SpreadsheetRefused("encrypted") from error
        except (CalamineError, OSError, ValueError) as error:
            code = "encrypted" if "password" in str(error).lower() else "broken"
            raise SpreadsheetRefused(code) from error
        self._sheets = [sheet for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        if not self._sheets:
            raise SpreadsheetRefused("no_sheet", sheet="")

    def info(self) -> WorkbookInfo:
        """Sheets in order with their real sizes."""
        sheets = []
        for sheet in self._sheets:
            table = self._open(sheet.name)
            rows, columns = (0, 0) if table.end is None else (table.end[0] + 1, table.end[1] + 1)
            sheets.append(SheetInfo(sheet.name, rows, columns, sheet.visible != SheetVisibleEnum.Visible))
        return WorkbookInfo("xls", tuple(sheets))

    def _open(self, name: str):  # calamine's class
        try:
            return self._book.get_sheet_by_name(name)
        except CalamineError as error:
            raise SpreadsheetRefused("broken") from error

    def rows(self, sheet: str | None, notes: ReadNotes) -> Iterator[list[Cell]]:
        """Rows of a sheet (the first visible one when None), blank ones as empty lists, to the last non-blank one."""
        names = [s.name for s in self._sheets]
        if sheet is None:
            visible = [s.name for s in self._sheets if s.visible == SheetVisibleEnum.Visible]
            sheet = (visible or names)[0]
        elif sheet not in names:
            raise SpreadsheetRefused("no_sheet", sheet=sheet)
        table = self._open(sheet)
        notes.merged = len(table.merged_cell_ranges or ())
        limits = self._limits
        blank = 0
        for values in table.to_python(skip_empty_area=False):
            row = [python_cell(value) for value in values]
            while row and row[-1] is None:
                row.pop()
            if not row:
                blank += 1
                continue
            if len(row) > limits.columns:
                raise SpreadsheetRefused("too_large", what="columns", limit=limits.columns)
            notes.rows += 1
            notes.errors += sum(type(cell) is CellError for cell in row)
            if notes.rows > limits.rows + 1:
                raise SpreadsheetRefused("too_large", what="rows", limit=limits.rows)
            for _ in range(blank):
                yield []
            blank = 0
            yield row
