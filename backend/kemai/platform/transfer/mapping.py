"""Which column of a stranger's sheet feeds which field. Pure: no database, so that a table of cases can test it (CUS-12).

From strong to weak: what this person chose last time, the exact label, the field's name, an alias, the same without brackets,
stars and the object's own word, parts of a heading joined by a slash, and last the shape of the values. No field is given twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from kemai.kit.spreadsheet.model import Cell, CellError
from kemai.kit.text.fold import fold
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType

SAMPLES = 5
_ENOUGH = 3
_MOST = 0.8
_BRACKETS = re.compile(r"[(\[{【〔《<][^)\]}】〕》>]*[)\]}】〕》>]")
_PARTS = re.compile(r"[/、，,;；|或]")
_NUMBERED = re.compile(r" \(\d+\)$")
_UNIT = re.compile(r"(万|亿|千)元?")
_NAMELESS = re.compile(r"(?:列|column|col|f|字段|未命名)?\d*")

#: Columns our own error workbook adds; never a field.
REASON_HEADERS = ("错误原因", "reason")


@dataclass(slots=True)
class SheetColumn:
    """One column as the mapping step shows it. ``guess`` says what ``field`` was found by: header, remembered, none."""

    index: int
    header: str
    samples: list[str] = field(default_factory=list)
    field: str | None = None
    guess: str = "none"


@dataclass(frozen=True, slots=True)
class _Names:
    """The folded names of one kind of record's fields, by how much a hit is worth."""

    by_score: tuple[tuple[int, dict[str, str]], ...]
    prefixes: tuple[str, ...]


def header_names(cells: Sequence[Cell]) -> list[str]:
    """A name for each column: single-spaced, empty where there is none, ``名称 (2)`` for a second 名称."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for cell in cells:
        name = " ".join(cell_text(cell).split())[:200]
        if name:
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name = f"{name} ({seen[name]})"
        names.append(name)
    return names


def cell_text(cell: Cell) -> str:
    """A cell as text; what cannot be trusted as it was shown."""
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.shown
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return cell


def header_key(text: str) -> str:
    """A heading as compared: half width, lower case, simplified, without spaces, stars and punctuation."""
    return fold(unicodedata.normalize("NFKC", text))


def guess_fields(
    declaration: ObjectType, fields: Sequence[Field], columns: Sequence[SheetColumn], remembered: dict[str, str]
) -> None:
    """Fill ``field`` and ``guess`` of each column. ``remembered``: heading key → field name, empty for "leave out"."""
    known = {f.name: f for f in fields}
    names = _names(declaration, fields)
    offers: list[tuple[int, int, str, str]] = []
    for column in columns:
        key = header_key(column.header)
        if key in remembered and (not remembered[key] or remembered[key] in known):
            offers.append((100, column.index, remembered[key], "remembered"))
        elif column.header and key not in map(header_key, REASON_HEADERS):
            offers += [(score, column.index, name, "header") for score, name in _by_header(names, column.header)]
    taken = _settle(columns, offers)
    free = [f for f in fields if f.name not in taken and f.type.telling]
    by_shape = [
        (10, column.index, name, "none")
        for column in columns
        if column.field is None and not _left_out(column, remembered) and (name := _by_shape(free, column))
    ]
    _settle(columns, by_shape, taken)


def _left_out(column: SheetColumn, remembered: dict[str, str]) -> bool:
    key = header_key(column.header)
    return remembered.get(key) == "" or key in map(header_key, REASON_HEADERS)


def _settle(
    columns: Sequence[SheetColumn], offers: list[tuple[int, int, str, str]], taken: set[str] | None = None
) -> set[str]:
    """Give out fields, the surest offers first; each field and each column once."""
    by_index = {column.index: column for column in columns}
    given = taken if taken is not None else set()
    settled: set[int] = set()
    for _, index, name, guess in sorted(offers, key=lambda offer: (-offer[0], offer[1])):
        if index in settled or (name and name in given):
            continue
        settled.add(index)
        if name:
            given.add(name)
            by_index[index].field, by_index[index].guess = name, guess
    return given


def _names(declaration: ObjectType, fields: Sequence[Field]) -> _Names:
    labels: dict[str, str] = {}
    codes: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for f in fields:
        for text in (f.label.zh, f.label.en):
            labels.setdefault(header_key(text), f.name)
        codes.setdefault(header_key(f.name), f.name)
        for text in f.aliases:
            aliases.setdefault(header_key(text), f.name)
    words = {declaration.label.zh, declaration.plural.zh, declaration.label.en, declaration.plural.en}
    return _Names(
        ((90, labels), (85, codes), (80, aliases)), tuple(sorted({header_key(w) for w in words}, key=len, reverse=True))
    )


def _by_header(names: _Names, header: str) -> list[tuple[int, str]]:
    """Fields the heading may mean, with how sure that is."""
    plain = unicodedata.normalize("NFKC", _NUMBERED.sub("", header))
    bare = _BRACKETS.sub("", plain)
    texts = [(0, header_key(plain)), (10, header_key(bare))]
    for prefix in names.prefixes:
        key = header_key(bare)
        if key.startswith(prefix) and len(key) > len(prefix):
            texts.append((20, key[len(prefix) :]))
        texts.append((25, prefix + key))
    texts += [(30, header_key(part)) for part in _PARTS.split(bare)]
    texts += [(35, header_key(inner.strip("()[]{}【】"))) for inner in _BRACKETS.findall(plain)]
    return [(score - cost, table[key]) for cost, key in texts if key for score, table in names.by_score if key in table]


def _by_shape(fields: Sequence[Field], column: SheetColumn) -> str | None:
    """The one field whose type the values have."""
    context = types.CellContext({}, "UTC")
    fitting = [f.name for f in fields if _fits(f, column.samples, context)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(f: Field, samples: Sequence[str], context: types.CellContext) -> bool:
    if isinstance(f.type, types.Code) and f.check is None:
        return False
    values = [s for s in samples if s]
    if len(values) < _ENOUGH:
        return False
    right = 0
    for value in values:
        try:
            right += bool(f.type.parse(f, f.type.from_cell(f, value, context)))
        except types.BadValue:
            pass
    return right >= len(values) * _MOST


def header_unit(f: Field, header: str) -> str:
    """The unit a heading gives its amounts: ``金额（万元）`` → 万; empty when none."""
    if not isinstance(f.type, types.Money):
        return ""
    for inner in _BRACKETS.findall(unicodedata.normalize("NFKC", header)):
        found = _UNIT.search(inner)
        if found:
            return found.group(1)
    return ""
