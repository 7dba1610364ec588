"""Numbers and dates of cells as text, without losing or inventing a digit."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from kemai.kit.spreadsheet.model import Cell, CellError

_EXACT_INTEGER = 10**15  # a double of a spreadsheet keeps 15 digits


def number_cell(raw: str) -> Cell:
    """The text of a numeric cell from its stored form: `13800001234`, `1.38E+10`, `0.29999999999999999` → `0.3`."""
    if raw.isdigit() and len(raw) <= 15 and raw.isascii() and (raw[0] != "0" or len(raw) == 1):
        return raw
    try:
        value = float(raw)
    except ValueError:
        return CellError("not_a_number", raw[:50])
    return float_cell(value, raw)


def float_cell(value: float, shown: str = "") -> Cell:
    """The text of a number that came as a double. Sixteen digits or more are a `CellError`."""
    if not math.isfinite(value):
        return CellError("not_a_number", (shown or repr(value))[:50])
    if abs(value) >= _EXACT_INTEGER:
        return CellError("digits_lost", (shown or repr(value))[:50])
    if value == int(value):
        return str(int(value))
    text = format(value, ".15g")
    return format(Decimal(text), "f") if "e" in text else text


def percent_cell(raw: str) -> Cell:
    """A number that its format shows as parts of a hundred, as it is shown but without losing a digit: ``0.125`` → ``12.5%``."""
    cell = number_cell(raw)
    if not isinstance(cell, str):
        return cell
    return f"{format((Decimal(cell) * 100).normalize(), 'f')}%"


# Dates ----------------------------------------------------------------------------------------------------------------

_DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58})
_TIME_FORMATS = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56})
_SPAN_FORMATS = frozenset({46})
_PERCENT_FORMATS = frozenset({9, 10})
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


def format_kind(number: int, code: str | None) -> str:
    """What a number format shows: `date`, `time`, `span` (a duration), `percent` or nothing special. Source: ECMA-376 18.8.30."""
    if code is None:
        if number in _DATE_FORMATS:
            return "date"
        if number in _TIME_FORMATS:
            return "time"
        if number in _PERCENT_FORMATS:
            return "percent"
        return "span" if number in _SPAN_FORMATS else ""
    plain = _LITERALS.sub("", code.split(";")[0]).lower()
    if "%" in plain:
        return "percent"
    if "general" in plain:
        return ""
    if re.search(r"\[[hms]+\]", plain):
        return "span"
    if "y" in plain or "d" in plain or "年" in code or "日" in code:
        return "date"
    if "h" in plain or "s" in plain:
        return "time"
    return "date" if "m" in plain else ""


def serial_cell(raw: str, kind: str, *, from_1904: bool) -> Cell:
    """A date, time or duration from a serial number of days."""
    try:
        value = float(raw)
    except ValueError:
        return CellError("not_a_number", raw[:50])
    if not math.isfinite(value) or not -1_000_000 < value < 2_958_466:
        return CellError("not_a_date", raw[:50])
    seconds = round(value * 86_400)
    if kind == "span":
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if seconds < 0:
        return CellError("not_a_date", raw[:50])
    if kind == "time" and seconds < 86_400:
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if from_1904:
        start = datetime(1904, 1, 1)
    else:  # the 29th of February 1900, which never was, is day 60
        start = datetime(1899, 12, 30) if value >= 60 else datetime(1899, 12, 31)
    at = start + timedelta(seconds=seconds)
    return at.date().isoformat() if seconds % 86_400 == 0 else at.isoformat()


def python_cell(value: object) -> Cell:
    """A cell from a value that a reading library has already made."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float_cell(float(value))
    if isinstance(value, datetime):
        at = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return at.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return serial_cell(str(value.total_seconds() / 86_400), "span", from_1904=False)
    if value is None:
        return None
    return str(value)
