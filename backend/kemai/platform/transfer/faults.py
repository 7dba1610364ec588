"""Rows that were refused: kept beside the import, shown on the page, given back as a workbook to mend and import again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from kemai.base import files
from kemai.base.models import StoredFile
from kemai.kit.errors import StorageFull
from kemai.kit.spreadsheet.model import Cell, CellError
from kemai.kit.spreadsheet.reader import read_table
from kemai.kit.spreadsheet.writer import Column, XlsxRows
from kemai.kit.words import T
from kemai.platform.models import Import, ImportFault
from kemai.platform.transfer.errors import reading
from kemai.platform.transfer.lines import Line
from kemai.platform.transfer.mapping import cell_text
from kemai.platform.transfer.plan import Plan

SHOWN = 200
KEPT_DAYS = 30
REASON = T("错误原因", "Reason")
ROW = T("第 {row} 行", "row {row}")


def fault_of(plan: Plan, run: Import, line: Line) -> ImportFault:
    """The errors of one refused row, in the person's language, with the column each is about."""
    by_field = {m.field.name: m for m in plan.columns}
    errors = []
    for error in line.errors:
        m = by_field.get(error.field)
        cell = line.cells[m.index] if m and m.index < len(line.cells) else None
        errors.append(
            {
                "column": m.header if m else "",
                "field": error.field or None,
                "value": cell_text(cell)[:200],
                "message": error.text(),
            }
        )
    return ImportFault(run_id=run.id, row=line.row, errors=errors)


def first_errors(run: Import) -> list[dict[str, Any]]:
    """The first 200 errors in the order of the sheet."""
    found: list[dict[str, Any]] = []
    for fault in ImportFault.objects.filter(run=run).order_by("row")[:SHOWN]:
        found += [{"row": fault.row, **error} for error in fault.errors]
    return found[:SHOWN]


def make_error_file(run: Import, headers: list[str]) -> StoredFile | None:
    """The refused rows as they were, with the reasons in a last column; None when there are none or the file has gone."""
    if run.file is None or not ImportFault.objects.filter(run=run).exists():
        return None
    columns = [Column(header) for header in headers] + [Column(REASON.to(), width=60)]
    stem = Path(run.file_name).stem[:100]
    target = stored(f"{stem}-{REASON.to()}.xlsx", created_by=run.created_by, days=KEPT_DAYS)
    with target as path, XlsxRows(path, columns, title=REASON.to()) as out:
        for cells, errors in _refused_rows(run):
            marks = {n for n, h in enumerate(headers) if h and any(e["column"] == h for e in errors)}
            reasons = "；".join(f"{e['column']}：{e['message']}" if e["column"] else e["message"] for e in errors)
            out.write([*(_as_given(cells, n) for n in range(len(headers))), reasons], marks=marks)
    return target.row


def _as_given(cells: list[Cell], n: int) -> str | None:
    """The cell's text; empty where digits were lost, so that the wrong number is not taken for good at the second try."""
    cell = cells[n] if n < len(cells) else None
    return None if cell is None or isinstance(cell, CellError) else cell_text(cell)


def _refused_rows(run: Import) -> Iterator[tuple[list[Cell], list[dict[str, Any]]]]:
    assert run.file is not None
    faults = ImportFault.objects.filter(run=run).order_by("row").values_list("row", "errors").iterator(chunk_size=500)
    wanted = next(faults, None)
    with reading(), read_table(files.path_of(run.file), sheet=run.sheet or None) as table:
        for number, cells in enumerate(table.rows, start=1):
            if wanted is None:
                return
            if number == wanted[0]:
                yield cells, wanted[1]
                wanted = next(faults, None)


class stored:
    """A file being made: a path to write to, kept as a stored file at the end. ``row`` is set once it is kept."""

    def __init__(self, name: str, *, created_by: Any, days: int, purpose: str = "export") -> None:
        self.name, self.created_by, self.days, self.purpose = name, created_by, days, purpose
        self.row: StoredFile | None = None

    def __enter__(self) -> Path:
        try:
            settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
            self._folder = tempfile.TemporaryDirectory(dir=settings.FILES_DIR)
        except OSError as error:
            raise StorageFull from error
        self.path = Path(self._folder.name) / f"out{Path(self.name).suffix}"
        return self.path

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        try:
            if error is None:
                self.row = files.store_file(
                    files.read_chunks(self.path),
                    name=self.name,
                    created_by=self.created_by,
                    purpose=self.purpose,
                    limit=None,
                    days=self.days,
                )
        finally:
            self._folder.cleanup()
        if isinstance(error, OSError):
            raise StorageFull from error
