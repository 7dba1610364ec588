"""From cells to values: one sheet row becomes the payload the write services take, with an error for each cell that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kemai.kit.errors import FieldError
from kemai.kit.spreadsheet.model import Cell, CellError
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.objects import types
from kemai.platform.transfer.lookup import as_id, key_value
from kemai.platform.transfer.mapping import cell_text
from kemai.platform.transfer.plan import Mapped, Plan

#: How the last line of an exported CSV begins (who exported, and when); it is no record.
WATERMARK = "# Kemai"

_CELL_WORDS = {
    "digits_lost": T(
        "数字超过 15 位，Excel 已丢失末尾数字。请把该列设为“文本”格式后重新输入。",
        "More than 15 digits: the spreadsheet has lost the last ones. Format the column as text and type it again.",
    ),
    "formula_error": T("公式出错，请改成正确的值。", "The formula is in error; put the right value."),
    "not_a_date": T("日期无法识别，请写成 2026-11-21。", "This is no date; write it as 2026-11-21."),
    "not_a_number": T("数字无法识别。", "This is no number."),
    "too_long": T("内容超过单元格允许的长度。", "The text is longer than a cell may hold."),
}
NOT_FOUND = T(
    "没有找到“{value}”，或您无权查看。请先建立，或写完整名称、编号。",
    '"{value}" was not found, or you may not see it. Create it first, or write its full name or number.',
)
AMBIGUOUS = T(
    "“{value}”有 {count} 个同名记录，请改写编号或登录名等唯一的标识。",
    'There are {count} records called "{value}"; write a number or user name that tells them apart.',
)


#: Rows as the sheet has them, with their numbers.
Rows = list[tuple[int, list[Cell]]]


@dataclass(slots=True)
class Line:
    """One row of the sheet. ``row`` counts from 1 as the spreadsheet shows it; ``key`` is the text of the key column, ``about`` what makes
    it the same record as another row."""

    row: int
    cells: list[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    key: str = ""
    about: tuple[str, ...] | None = None

    def wrong(self, name: str, code: str, message: T, **params: Any) -> None:
        self.errors.append(FieldError(name, code, message, tuple(params.items())))


def is_blank(cells: Sequence[Cell], plan: Plan, examples: list[dict[str, str]]) -> bool:
    """Rows that say nothing: empty in every mapped column, our own watermark, the untouched example of the template."""
    given = {m.field.name: text for m in plan.columns if (text := _text_at(cells, m.index).strip())}
    if not given:
        return True
    first = next((cell_text(c) for c in cells if c is not None), "")
    if first.lstrip("'").startswith(WATERMARK):
        return True
    return len(given) > 1 and any(
        all(example.get(name) == text for name, text in given.items()) for example in examples
    )


def _text_at(cells: Sequence[Cell], index: int) -> str:
    return cell_text(cells[index]) if index < len(cells) else ""


def line_key(plan: Plan, cells: Sequence[Cell]) -> tuple[str, ...] | None:
    """What makes this row the same record as another row of the file; None when its key is empty."""
    if plan.key is None:
        return None
    f = plan.key.field
    value = key_value(f, _text_at(cells, plan.key.index))
    value = (f.lookup.key_of(value) if f.lookup else "") or value
    return (value, *(clean_text(_text_at(cells, m.index)) for m in plan.narrowing)) if value else None


def read_lines(plan: Plan, rows: Rows) -> list[Line]:
    """The rows of a batch as payloads, but for what refers to other records: from the cells alone."""
    plain = [m for m in plan.columns if m.written and not m.field.target]
    lines = []
    for row, cells in rows:
        key = _text_at(cells, plan.key.index).strip() if plan.key else ""
        line = Line(row, cells, key=key, about=line_key(plan, cells))
        for m in plain:
            _read_plain(plan, line, m)
        lines.append(line)
    return lines


def read_references(plan: Plan, lines: list[Line]) -> None:
    """Complete lines with the records they refer to, looked up together."""
    for m in _in_order(plan, [m for m in plan.columns if m.written and m.field.target]):
        plan.references.load(m.field, (_text_at(line.cells, m.index) for line in lines))
        for line in lines:
            _read_reference(plan, line, m)


def _in_order(plan: Plan, linked: list[Mapped]) -> list[Mapped]:
    """References that others are told apart by come before those others."""
    by_name = {m.field.name: m for m in linked}
    ordered: dict[str, Mapped] = {}
    entered: set[str] = set()

    def enter(m: Mapped) -> None:
        if m.field.name not in entered:
            entered.add(m.field.name)
            for mine, _ in plan.references.shared(m.field):
                if mine.name in by_name:
                    enter(by_name[mine.name])
            ordered[m.field.name] = m

    for m in linked:
        enter(m)
    return list(ordered.values())


def _cell(line: Line, m: Mapped) -> Cell:
    """The cell of a column; None when empty, and also, with an error noted, when it cannot be trusted."""
    cell = line.cells[m.index] if m.index < len(line.cells) else None
    if cell is None or cell == "":
        return None
    if isinstance(cell, CellError):
        line.wrong(m.field.name, cell.code, _CELL_WORDS.get(cell.code, _CELL_WORDS["not_a_number"]))
        return None
    return cell


def _read_plain(plan: Plan, line: Line, m: Mapped) -> None:
    """The value of one cell as the write services take it, or an error."""
    cell = _cell(line, m)
    if cell is None:
        return
    text = cell_text(cell)
    if not text.strip():
        return
    try:
        line.values[m.field.name] = m.field.type.from_cell(m.field, text, plan.context)
    except types.BadValue as error:
        line.wrong(m.field.name, error.code, error.message, **error.params)


def _read_reference(plan: Plan, line: Line, m: Mapped) -> None:
    cell = _cell(line, m)
    text = cell_text(cell).strip() if cell is not None else ""
    if not text:
        return
    key = as_id(text)
    if key is not None:
        line.values[m.field.name] = key
        return
    found = plan.references.matches(m.field, text, line.values)
    if len(found) == 1:
        line.values[m.field.name] = found[0].id
    elif found:
        line.wrong(m.field.name, "ambiguous", AMBIGUOUS, value=text[:60], count=len(found))
    else:
        line.wrong(m.field.name, "not_found", NOT_FOUND, value=text[:60])
