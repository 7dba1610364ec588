"""Reads .xlsx by streaming its XML: constant memory, formulas and error cells seen, every digit as stored.

Why not calamine here: it holds the whole sheet twice (100,000 x 30 cells pass 400 MB), turns error cells into empty
ones and does not tell formulas. Source of the format: ECMA-376 part 1.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from kemai.kit.spreadsheet.archive import Archive
from kemai.kit.spreadsheet.model import (
    Cell,
    CellError,
    ReadNotes,
    SheetInfo,
    SpreadsheetLimits,
    SpreadsheetRefused,
    WorkbookInfo,
)
from kemai.kit.spreadsheet.numbers import format_kind, number_cell, percent_cell, serial_cell

_PART_LIMIT = 8 * 1024 * 1024  # of workbook, relations and styles
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*[\"'](?:[A-Z]+\d+:)?([A-Z]+)(\d+)[\"']")
_MAX_ROW = 1_048_576
_DEPTH = 100
_DIGITS = "0123456789"


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_doctype(*_: Any) -> None:
    raise SpreadsheetRefused("entities")


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    return parser


def _feed(parser: expat.XMLParserType, pieces: Iterator[bytes]) -> Iterator[None]:
    """Feeds the parser piece by piece; what its handlers gathered can be taken after each."""
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise SpreadsheetRefused("broken") from error


def _walk(data: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    """Calls `start` for each element of a small part, by local name, attributes by local name too."""
    parser = _parser()

    def on_start(name: str, attributes: dict[str, str]) -> None:
        start(_local(name), {_local(key): value for key, value in attributes.items()})

    parser.StartElementHandler = on_start
    for _ in _feed(parser, iter([data])):
        pass


def _unescape(text: str) -> str:
    """`_x000D_` is how the format writes characters that XML cannot hold."""
    if "_x" not in text:
        return text

    def one(found: re.Match[str]) -> str:
        code = int(found.group(1), 16)
        return found.group() if 0xD800 <= code <= 0xDFFF else chr(code)

    return _ESCAPED.sub(one, text)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


class Xlsx:
    """An open workbook. Raises `SpreadsheetRefused` for everything it cannot read."""

    def __init__(self, archive: Archive, limits: SpreadsheetLimits) -> None:
        self._archive = archive
        self._limits = limits
        self._from_1904 = False
        self._sheets: list[tuple[SheetInfo, str]] = []
        main = self._main_part()
        self._folder = posixpath.dirname(main)
        self._relations = self._relations_of(main)
        self._read_workbook(main)
        if not self._sheets:
            raise SpreadsheetRefused("no_sheet", sheet="")

    def info(self) -> WorkbookInfo:
        """Sheets in order, with the sizes that they claim."""
        macros = any(name.lower().endswith("vbaproject.bin") for name in self._archive.names)
        sheets = []
        for sheet, part in self._sheets:
            head = b""
            for piece in self._archive.stream(part):
                head = (head + piece)[:65_536]
                if len(head) >= 65_536 or b"sheetData" in head:
                    break
            found = _DIMENSION.search(head)
            rows, columns = 0, 0
            if found is not None and len(found.group(1)) <= 3 and len(found.group(2)) <= 7:
                rows, columns = int(found.group(2)), _column_number(found.group(1).decode())
            sheets.append(SheetInfo(sheet.name, rows, columns, sheet.hidden))
        return WorkbookInfo("xlsx", tuple(sheets), macros)

    # Parts ------------------------------------------------------------------------------------------------------------

    def _relations_of(self, part: str) -> dict[str, tuple[str, str]]:
        """Target and type of each relation of a part, by id."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", name + ".rels")
        relations: dict[str, tuple[str, str]] = {}
        if path not in self._archive:
            return relations

        def start(name: str, attributes: dict[str, str]) -> None:
            target = attributes.get("Target", "")
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                full = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                relations[attributes.get("Id", "")] = (full, attributes.get("Type", "").rpartition("/")[2])

        _walk(self._archive.read(path, _PART_LIMIT), start)
        return relations

    def _main_part(self) -> str:
        for target, kind in self._relations_of("").values():
            if kind == "officeDocument" and target in self._archive:
                return target
        if "xl/workbook.xml" in self._archive:
            return "xl/workbook.xml"
        raise SpreadsheetRefused("broken")

    def _read_workbook(self, main: str) -> None:
        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "workbookPr":
                self._from_1904 = attributes.get("date1904", "0") in ("1", "true", "on")
            elif name == "sheet":
                target, kind = self._relations.get(attributes.get("id", ""), ("", ""))
                if kind == "worksheet" and target in self._archive:
                    hidden = attributes.get("state", "visible") != "visible"
                    self._sheets.append((SheetInfo(attributes.get("name", "")[:255], hidden=hidden), target))

        _walk(self._archive.read(main, _PART_LIMIT), start)

    def _related(self, kind: str, fallback: str) -> str | None:
        for target, found in self._relations.values():
            if found == kind and target in self._archive:
                return target
        path = posixpath.join(self._folder, fallback)
        return path if path in self._archive else None

    def _style_kinds(self) -> list[str]:
        """What each cell style shows (`format_kind`), by its index."""
        part = self._related("styles", "styles.xml")
        if part is None:
            return []
        codes: dict[int, str] = {}
        numbers: list[int] = []
        inside = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal inside
            if name == "numFmt":
                codes[_int(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")[:500]
            elif name == "cellXfs":
                inside = True
            elif name in ("cellStyles", "dxfs", "cellStyleXfs"):
                inside = False
            elif name == "xf" and inside:
                numbers.append(_int(attributes.get("numFmtId", "")))

        _walk(self._archive.read(part, _PART_LIMIT), start)
        return [format_kind(number, codes.get(number)) for number in numbers]

    def _shared_strings(self) -> list[str]:
        part = self._related("sharedStrings", "sharedStrings.xml")
        if part is None:
            return []
        strings: list[str] = []
        pieces: list[str] = []
        parser = _parser()
        limit = self._limits.strings
        chars = self._limits.cell_chars + 1
        skipping = 0

        def start(name: str, _: dict[str, str]) -> None:
            nonlocal skipping
            name = name.rpartition(":")[2]
            if name == "t" and not skipping:
                parser.CharacterDataHandler = pieces.append
            elif name == "si":
                pieces.clear()
            elif name == "rPh":  # how a Japanese text is read aloud is not part of it
                skipping += 1

        def end(name: str) -> None:
            nonlocal skipping
            name = name.rpartition(":")[2]
            if name == "t":
                parser.CharacterDataHandler = None
            elif name == "si":
                text = "".join(pieces)
                if len(text) >= chars:
                    text = text[: chars * 2]
                strings.append(_unescape(text))
                pieces.clear()
                if len(strings) > limit:
                    raise SpreadsheetRefused("too_large", what="strings", limit=limit)
            elif name == "rPh":
                skipping -= 1

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        for _ in _feed(parser, self._archive.stream(part)):
            pass
        return strings

    # Rows -------------------------------------------------------------------------------------------------------------

    def rows(self, sheet: str | None, notes: ReadNotes) -> Iterator[list[Cell]]:
        """Rows of a sheet (the first visible one when None), blank ones as empty lists, to the last non-blank one."""
        part = self._part_of(sheet)
        rows = _SheetRows(self._shared_strings(), self._style_kinds(), self._limits, notes, from_1904=self._from_1904)
        for _ in _feed(rows.parser, self._archive.stream(part)):
            yield from rows.take()

    def _part_of(self, sheet: str | None) -> str:
        if sheet is None:
            visible = [part for info, part in self._sheets if not info.hidden]
            return visible[0] if visible else self._sheets[0][1]
        for info, part in self._sheets:
            if info.name == sheet:
                return part
        raise SpreadsheetRefused("no_sheet", sheet=sheet)


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class _SheetRows:
    """Handlers that turn the XML of a sheet into rows. One long closure, because this runs for every cell."""

    def __init__(
        self, strings: list[str], kinds: list[str], limits: SpreadsheetLimits, notes: ReadNotes, *, from_1904: bool
    ) -> None:
        self.parser = _parser()
        self.parser.ordered_attributes = True
        self._ready: list[list[Cell]] = []
        self._connect(strings, kinds, limits, notes, from_1904)

    def take(self) -> list[list[Cell]]:
        """Rows finished since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def _connect(
        self, strings: list[str], kinds: list[str], limits: SpreadsheetLimits, notes: ReadNotes, from_1904: bool
    ) -> None:
        parser = self.parser
        columns: dict[str, int] = {}
        serials: dict[tuple[str, str], Cell] = {}
        special = {str(index): kind for index, kind in enumerate(kinds) if kind}
        row: list[Cell] = []
        texts: list[str] = []
        max_columns, max_rows, max_chars = limits.columns, limits.rows + 1, limits.cell_chars
        row_number = 0  # of the current row, from 1
        given = 0  # rows handed on
        column = -1
        kind = style = ""
        in_row = in_cell = False
        skipping = depth = 0

        def start(name: str, attributes: list[str]) -> None:
            nonlocal column, kind, style, row_number, in_row, in_cell, skipping, depth
            depth += 1
            if ":" in name:
                name = name.rpartition(":")[2]
            if name == "c":
                if not in_row:
                    return
                in_cell = True
                kind = style = ""
                reference = ""
                for at in range(0, len(attributes), 2):
                    key = attributes[at]
                    if key == "r":
                        reference = attributes[at + 1]
                    elif key == "t":
                        kind = attributes[at + 1]
                    elif key == "s":
                        style = attributes[at + 1]
                if reference:
                    letters = reference.rstrip(_DIGITS)
                    found = columns.get(letters)
                    if found is None:
                        found = self._column(letters)
                        columns[letters] = found
                    column = found
                else:
                    column += 1
                texts.clear()
            elif name == "v" or name == "t":
                if in_cell and not skipping:
                    parser.CharacterDataHandler = texts.append
            elif name == "f":
                if in_cell:
                    notes.formulas += 1
            elif name == "row":
                if in_row:
                    raise SpreadsheetRefused("broken")
                in_row = True
                column = -1
                row_number += 1
                for at in range(0, len(attributes), 2):
                    if attributes[at] == "r":
                        number = _int(attributes[at + 1])
                        if not row_number <= number <= _MAX_ROW:
                            raise SpreadsheetRefused("broken")
                        row_number = number
            elif name == "mergeCell":
                notes.merged += 1
            elif name == "rPh":
                skipping += 1
            elif depth > _DEPTH:
                raise SpreadsheetRefused("broken")

        def end(name: str) -> None:
            nonlocal in_row, in_cell, given, skipping, depth, row
            depth -= 1
            if ":" in name:
                name = name.rpartition(":")[2]
            if name == "v" or name == "t":
                parser.CharacterDataHandler = None
            elif name == "c":
                in_cell = False
                if not texts:
                    return
                cell = value("".join(texts) if len(texts) > 1 else texts[0])
                if cell is None:
                    return
                missing = column - len(row)
                if column >= max_columns:
                    raise SpreadsheetRefused("too_large", what="columns", limit=max_columns)
                if missing == 0:
                    row.append(cell)
                elif missing > 0:
                    row.extend([None] * missing)
                    row.append(cell)
                else:
                    row[column] = cell
            elif name == "row":
                in_row = False
                if row:
                    notes.rows += 1
                    if notes.rows > max_rows:
                        raise SpreadsheetRefused("too_large", what="rows", limit=limits.rows)
                    if row_number - given > 1:
                        self._ready.extend([] for _ in range(row_number - given - 1))
                    self._ready.append(row)
                    given = row_number
                    row = []
            elif name == "rPh":
                skipping -= 1

        def value(text: str) -> Cell:
            if kind == "s":
                index = _int(text.strip())
                if not 0 <= index < len(strings):
                    raise SpreadsheetRefused("broken")
                text = strings[index]
                if len(text) > max_chars:
                    notes.errors += 1
                    return CellError("too_long", text[:50])
                return text or None
            if kind == "" or kind == "n":
                what = special.get(style)
                if what is None:
                    cell = number_cell(text)
                elif what == "percent":
                    cell = percent_cell(text)
                else:
                    cell = serials.get((text, what))
                    if cell is None:
                        cell = serial_cell(text, what, from_1904=from_1904)
                        if len(serials) < 50_000:
                            serials[text, what] = cell
            elif kind == "str" or kind == "inlineStr":
                text = _unescape(text)
                cell = (text or None) if len(text) <= max_chars else CellError("too_long", text[:50])
            elif kind == "b":
                cell = text.strip() in ("1", "true")
            elif kind == "e":
                cell = CellError("formula_error", text[:50])
            elif kind == "d":
                cell = text.removesuffix("T00:00:00").removesuffix("Z")
            else:
                raise SpreadsheetRefused("broken")
            if type(cell) is CellError:
                notes.errors += 1
            return cell

        parser.StartElementHandler = start
        parser.EndElementHandler = end

    @staticmethod
    def _column(letters: str) -> int:
        if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha() or not letters.isupper():
            raise SpreadsheetRefused("broken")
        return _column_number(letters) - 1
