"""Writes spreadsheets row by row in constant memory, with nothing in them that a spreadsheet would run (B-4)."""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kemai.kit.spreadsheet.guard import guard_text, is_dangerous

MAX_SHEET_ROWS = 1_048_576
MAX_CELL = 32_767
_TEMPLATE_ROWS = 10_000  # rows of a template whose cells offer choices
_EARLIEST = date(1900, 3, 1)  # before, spreadsheets count days differently
_BAD_SHEET_CHARS = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_UNSTORABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_FORMATS = {
    "number": "General",
    "integer": "0",
    "money": "#,##0.00",
    "percent": "0.00%",
    "date": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm:ss",
    "time": "hh:mm:ss",
}
_WIDTHS = {"integer": 10, "number": 14, "money": 16, "percent": 10, "date": 12, "instant": 20, "time": 10, "bool": 8}


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `kind`: `text number integer money percent date instant time bool`; 0.15 is shown as 15 %.

    `width` in characters; `note` is shown when pointing at the header; `choices` are offered in the cells of a template
    (at most 255 characters together; more are left out).
    """

    title: str
    kind: str = "text"
    width: int | None = None
    note: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False


def _number(value: Any) -> float | None:
    """A double that says exactly what `value` says, or None: more than 15 digits go out as text, not wrongly."""
    if isinstance(value, bool):
        return float(value)
    try:
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    if not exact.is_finite() or len(exact.normalize().as_tuple().digits) > 15 or abs(exact) >= 10**15:
        return None
    return float(exact)


def _moment(value: Any, kind: str, zone: tzinfo) -> date | datetime | time | None:
    """A date, instant or time that spreadsheets can hold, from a Python value or ISO text; None when there is none."""
    if isinstance(value, str):
        try:
            if kind == "date" and len(value) == 10:
                value = date.fromisoformat(value)
            elif kind == "time":
                value = time.fromisoformat(value)
            else:
                value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(zone).replace(tzinfo=None)
        value = value.replace(microsecond=0)
        if kind == "date":
            value = value.date()
        return value if value >= (datetime.combine(_EARLIEST, time()) if kind != "date" else _EARLIEST) else None
    if isinstance(value, date):
        return value if value >= _EARLIEST else None
    return value if isinstance(value, time) else None


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if value == value and abs(value) != float("inf") else ""
    if isinstance(value, Decimal):
        return format(value, "f")
    text = value if isinstance(value, str) else str(value)
    return _UNSTORABLE.sub("\ufffd", text) if not text.isascii() else text


class XlsxRows:
    """An .xlsx file written row by row; use it as a context manager. Rows beyond a sheet's limit go on in another.

    Text is always text: formulas and links are never made, long digit strings keep every digit. Numbers, dates and
    booleans are real ones. `note` (who exported, when) goes into page header and footer, the file's properties and a last
    sheet `note_title`, so that an export can be read back. Aware instants are shown in `zone`. `truncated` counts texts
    cut at 32,767 characters. `number` is kept in the file's own properties, out of sight.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        columns: Sequence[Column],
        *,
        title: str = "Sheet1",
        note: str = "",
        note_title: str = "导出信息",
        number: str = "",
        zone: tzinfo = UTC,
        template: bool = False,
        sheet_rows: int = MAX_SHEET_ROWS,
    ) -> None:
        self._columns = list(columns)
        self._title = title
        self._note = note
        self._note_title = note_title
        self._zone = zone
        self._template = template
        self._sheet_rows = min(sheet_rows, MAX_SHEET_ROWS)
        self._book = xlsxwriter.Workbook(
            os.fspath(path),
            {
                "constant_memory": True,
                "tmpdir": os.fspath(Path(path).resolve().parent),
                "default_date_format": _FORMATS["date"],
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        if note:
            self._book.set_properties({"comments": note[:255]})
        if number:
            self._book.set_custom_property("KemaiExport", number)
        self._formats = {kind: self._format({"num_format": code}) for kind, code in _FORMATS.items()}
        self._formats["text"] = self._format({"num_format": "@"})
        self._formats["bool"] = self._format({})
        self._guarded = self._format({"num_format": "@", "quote_prefix": True})
        self._header = self._format({"bold": True, "bg_color": "#F2F3F5", "bottom": 1, "num_format": "@"})
        self._required = self._format(
            {"bold": True, "bg_color": "#F2F3F5", "bottom": 1, "num_format": "@", "font_color": "#C00000"}
        )
        self._marked = self._format({"num_format": "@", "bg_color": "#FFC7CE"})
        self._sheets: list[Worksheet] = []
        self._row = 0
        self.count = 0
        self.truncated = 0
        self._writers: list[Callable[[int, int, Any], None]] = [self._writer(column) for column in self._columns]
        self._add_sheet()

    def _format(self, properties: dict[str, Any]) -> Format:
        return self._book.add_format(properties)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add_sheet(self) -> None:
        number = len(self._sheets) + 1
        sheet = self._book.add_worksheet(sheet_name(self._title, number))
        self._sheets.append(sheet)
        self._sheet = sheet
        sheet.freeze_panes(1, 0)
        if self._note:
            words = self._note.replace("&", "&&")[:200]
            sheet.set_header("&C&8" + words)
            sheet.set_footer("&L" + words + "&R&P/&N")
        for index, column in enumerate(self._columns):
            width = column.width or _WIDTHS.get(column.kind) or 20
            sheet.set_column(index, index, max(width, min(_shown_width(column.title) + 2, 40)), self._of(column.kind))
            if self._template and column.choices and sum(len(choice) + 1 for choice in column.choices) <= 255:
                sheet.data_validation(
                    1, index, _TEMPLATE_ROWS, index, {"validate": "list", "source": list(column.choices)}
                )
        for index, column in enumerate(self._columns):
            sheet.write_string(
                0, index, self._cut(_text(column.title)), self._required if column.required else self._header
            )
            if column.note:
                sheet.write_comment(0, index, column.note[:2_000])
        self._row = 1

    def _of(self, kind: str) -> Format:
        return self._formats.get(kind, self._formats["text"])

    def _cut(self, text: str) -> str:
        if len(text) > MAX_CELL:
            self.truncated += 1
            return text[:MAX_CELL]
        return text

    def _write_text(self, row: int, column: int, value: Any) -> None:
        text = self._cut(_text(value))
        if text:
            self._sheet.write_string(row, column, text, self._guarded if is_dangerous(text) else self._formats["text"])

    def _writer(self, column: Column) -> Callable[[int, int, Any], None]:
        kind = column.kind
        shown = self._of(kind)

        def write_number(row: int, at: int, value: Any) -> None:
            number = _number(value)
            if number is None:
                self._write_text(row, at, value)
            else:
                self._sheet.write_number(row, at, number, shown)

        def write_moment(row: int, at: int, value: Any) -> None:
            moment = _moment(value, kind, self._zone)
            if moment is None:
                self._write_text(row, at, value)
            else:
                self._sheet.write_datetime(row, at, moment, shown)

        def write_bool(row: int, at: int, value: Any) -> None:
            if isinstance(value, bool):
                self._sheet.write_boolean(row, at, value, shown)
            else:
                self._write_text(row, at, value)

        if kind in ("number", "integer", "money", "percent"):
            return write_number
        if kind in ("date", "instant", "time"):
            return write_moment
        return write_bool if kind == "bool" else self._write_text

    def write(self, values: Sequence[Any], *, marks: Collection[int] = ()) -> None:
        """Writes a row; None and empty text leave the cell empty. `marks`: columns shown in red (errors to mend)."""
        if self._row >= self._sheet_rows:
            self._add_sheet()
        row = self._row
        for at, value in enumerate(values):
            if value is None or value == "":
                if at in marks:
                    self._sheet.write_blank(row, at, None, self._marked)
            elif at in marks:
                self._sheet.write_string(row, at, self._cut(_text(value)), self._marked)
            else:
                self._writers[at](row, at, value)
        self._row = row + 1
        self.count += 1

    def close(self) -> None:
        """Finishes the file."""
        if self._note:
            sheet = self._book.add_worksheet(sheet_name(self._note_title, 1, [s.get_name() for s in self._sheets]))
            sheet.set_column(0, 0, 80)
            for row, line in enumerate(self._note.splitlines()):
                sheet.write_string(row, 0, self._cut(_text(line)), self._formats["text"])
        self._book.close()


class CsvRows:
    """A .csv file (UTF-8 with mark, as Excel expects) written row by row; use it as a context manager.

    Text that a spreadsheet would run gets a `'` before it, which our reader takes away again. Excel itself shortens
    long numbers when it opens a CSV; give people .xlsx where digits matter. There is no room for a note.
    """

    def __init__(self, path: str | os.PathLike[str], columns: Sequence[Column], *, zone: tzinfo = UTC) -> None:
        self._file = open(path, "w", encoding="utf-8-sig", newline="")  # noqa: SIM115  (closed by close)
        self._out = csv.writer(self._file, lineterminator="\r\n")
        self._kinds = [column.kind for column in columns]
        self._zone = zone
        self.count = 0
        self._out.writerow([guard_text(_text(column.title)) for column in columns])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, values: Sequence[Any]) -> None:
        """Writes a row; None is an empty field."""
        fields = []
        for kind, value in zip(self._kinds, values, strict=False):
            if value is None:
                fields.append("")
            elif isinstance(value, int | float | Decimal):
                fields.append(_text(value))
            elif isinstance(value, datetime):
                fields.append(_text(value.astimezone(self._zone).replace(tzinfo=None) if value.tzinfo else value))
            elif kind == "instant" and isinstance(value, str):
                moment = _moment(value, kind, self._zone)
                fields.append(guard_text(value) if moment is None else _text(moment))
            else:
                fields.append(guard_text(_text(value)))
        self._out.writerow(fields)
        self.count += 1

    def close(self) -> None:
        """Finishes the file."""
        self._file.close()


def _shown_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def sheet_name(title: str, number: int = 1, taken: Collection[str] = ()) -> str:
    """A name that Excel takes: at most 31 characters, none of `[]:*?/\\`, not in `taken`; `标题 (2)` for the second."""
    clean = " ".join(_BAD_SHEET_CHARS.sub(" ", _text(title)).split()).strip("'") or "Sheet"
    if clean.lower() == "history":  # reserved
        clean += "_"
    lowered = {name.lower() for name in taken}
    while True:
        tail = "" if number == 1 else f" ({number})"
        name = _utf16_cut(clean, 31 - len(tail)).strip("'") + tail
        if name.lower() not in lowered:
            return name
        number += 1


def _utf16_cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) > units * 2:
        text = text[:-1]
    return text


def safe_file_name(name: str, fallback: str = "export") -> str:
    """A file name without folders, control and direction characters, reserved signs, or a start that a shell or a
    spreadsheet would take for something else; at most 120 characters."""
    clean = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]', "_", _text(name))
    clean = " ".join(clean.split()).strip(". ")
    while clean and (is_dangerous(clean) or clean[0] in "-=+@~'"):
        clean = clean[1:].lstrip(". ")
    stem, dot, suffix = clean.rpartition(".")
    if dot and 0 < len(suffix) <= 5:
        return f"{stem[: 119 - len(suffix)]}.{suffix}" if stem else f"{fallback}.{suffix}"
    return clean[:120] or fallback
