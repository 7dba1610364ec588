"""Days and instants, with "today" and windows counted from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kemai.kit.words import T
from kemai.platform.objects.types.base import ORDERED, BadValue, CellContext, FieldType

if TYPE_CHECKING:
    from kemai.platform.objects.declare import Field

_DAY = r"\s*(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{2})(\d{2}))"
_CELL_DAY = re.compile(_DAY + r"(?:[T (].*)?\s*")
_CELL_INSTANT = re.compile(
    _DAY
    + r"(?:[T ]?\s*(上午|早上|凌晨|中午|下午|晚上|AM|PM)?\s*(\d{1,2})(?:[:时点]\s*(\d{1,2}|半)?(?:[:分]\s*(\d{1,2}))?[分秒]?))?\s*",
    re.I,
)
_LATER = ("下午", "晚上", "PM")
_FIGURES = str.maketrans("〇零一二三四五六七八九", "00123456789")
_TENS = re.compile(r"(\d?)十(\d?)")


def _spelt(text: str) -> str:
    """A day or time as people write it, in figures and half width: 二〇二六年三月十二日 → 2026年3月12日."""
    plain = unicodedata.normalize("NFKC", text)
    if "年" not in plain:
        return plain
    return _TENS.sub(lambda m: f"{m[1] or 1}{m[2] or 0}", plain.translate(_FIGURES))


class Date(FieldType):
    name = "date"
    cell_kind = "date"
    cast = "::date"
    operators = (*ORDERED, "within_last", "within_next")
    empty = None
    json_schema = {"type": "string", "format": "date"}

    def extract(self, key: str) -> str:
        return f"kemai_date(t.custom->>'{key}')"

    def from_json(self, value: Any) -> Any:
        return None if value is None else date.fromisoformat(value)

    def example(self, field: Field) -> str:
        return "2026-11-21"

    def parse(self, field: Field, raw: Any) -> date | None:
        if raw is None or raw == "":
            return None
        return self._date(raw)

    def _date(self, raw: Any) -> date:
        try:
            value = date.fromisoformat(raw)
        except (TypeError, ValueError) as error:
            raise BadValue("not_date", T("日期应写成 2026-11-21。", "Write a date as 2026-11-21.")) from error
        if not 1800 <= value.year <= 2300:
            raise BadValue("date_range", T("日期超出合理范围。", "The date is out of range."))
        return value

    def operand(self, field: Field, op: str, raw: Any) -> Any:
        return self._date(raw)

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL)"

    def leaf(self, field: Field, op: str, raw: Any, column: str, name: str) -> tuple[str, dict[str, Any]]:
        if raw == "today":
            return self._today(op, column), {}
        if op in ("within_last", "within_next"):
            days = raw.get("days") if isinstance(raw, dict) else raw
            if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 36_500:
                raise BadValue(
                    "not_days", T('应为天数，如 {{"days": 7}}。', 'A number of days is expected, as {{"days": 7}}.')
                )
            return self._window(op, column, name), {name: days}
        return super().leaf(field, op, raw, column, name)

    def _today(self, op: str, column: str) -> str:
        sign = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}.get(op)
        if sign is None:
            raise BadValue("today_operator", T("“今天”不能用于此条件。", '"today" does not go with this operator.'))
        return f"{column} {sign} %(today)s"

    def _window(self, op: str, column: str, name: str) -> str:
        if op == "within_last":
            return f"({column} BETWEEN %(today)s - %({name})s AND %(today)s)"
        return f"({column} BETWEEN %(today)s AND %(today)s + %({name})s)"

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        match = _CELL_DAY.fullmatch(_spelt(text))
        if match is None:
            raise BadValue("not_date", T("日期应写成 2026-11-21。", "Write a date as 2026-11-21."))
        year, month, day, month2, day2 = match.groups()
        return f"{year}-{int(month or month2):02d}-{int(day or day2):02d}"

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return None if value is None else date.fromisoformat(value)


class Instant(Date):
    name = "instant"
    cell_kind = "instant"
    cast = "::timestamptz"
    json_schema = {"type": "string", "format": "date-time"}

    def extract(self, key: str) -> str:
        return f"kemai_instant(t.custom->>'{key}')"

    def from_json(self, value: Any) -> Any:
        return None if value is None else datetime.fromisoformat(value)

    def example(self, field: Field) -> str:
        return "2026-11-21 09:30"

    def _date(self, raw: Any) -> Any:
        try:
            value = datetime.fromisoformat(raw)
        except (TypeError, ValueError) as error:
            raise BadValue(
                "not_instant",
                T("时间应写成 2026-11-21T09:30:00+08:00。", "Write an instant as 2026-11-21T09:30:00+08:00."),
            ) from error
        if value.tzinfo is None:
            raise BadValue("no_offset", T("时间缺少时区，如 +08:00。", "The instant lacks its offset, such as +08:00."))
        if not 1900 <= value.year <= 2300:
            raise BadValue("date_range", T("日期超出合理范围。", "The date is out of range."))
        return value.astimezone(UTC)

    def _today(self, op: str, column: str) -> str:
        if op == "eq":
            return f"({column} >= %(today_from)s AND {column} < %(today_to)s)"
        edge = {"lt": ("<", "from"), "lte": ("<", "to"), "gt": (">=", "to"), "gte": (">=", "from")}.get(op)
        if edge is None:
            raise BadValue("today_operator", T("“今天”不能用于此条件。", '"today" does not go with this operator.'))
        return f"{column} {edge[0]} %(today_{edge[1]})s"

    def _window(self, op: str, column: str, name: str) -> str:
        # Whole days of the reader: today and the N days before or after it.
        if op == "within_last":
            return f"({column} >= %(today_from)s - make_interval(days => %({name})s) AND {column} < %(today_to)s)"
        return f"({column} >= %(today_from)s AND {column} < %(today_to)s + make_interval(days => %({name})s))"

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        value = self._cell_instant(text)
        if value.tzinfo is None:
            value = value.replace(tzinfo=ZoneInfo(context.time_zone))
        return value.isoformat()

    def _cell_instant(self, text: str) -> datetime:
        match = _CELL_INSTANT.fullmatch(_spelt(text))
        try:
            if match is None:
                return datetime.fromisoformat(text.strip())
            year, month, day, month2, day2, half, hour, minute, second = match.groups()
            clock = int(hour or 0)
            if half and half.upper() in _LATER and clock < 12:
                clock += 12
            elif half and half.upper() in ("AM", "凌晨") and clock == 12:
                clock = 0
            minutes = 30 if minute == "半" else int(minute or 0)
            return datetime(int(year), int(month or month2), int(day or day2), clock, minutes, int(second or 0))
        except ValueError as error:
            raise BadValue(
                "not_instant", T("时间应写成 2026-11-21 09:30。", "Write a time as 2026-11-21 09:30.")
            ) from error

    def exporter(self, field: Field, context: CellContext) -> Callable[[Any], Any]:
        zone = ZoneInfo(context.time_zone)
        return lambda value: (
            None if value is None else datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None)
        )

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return (
            None
            if value is None
            else datetime.fromisoformat(value).astimezone(ZoneInfo(context.time_zone)).replace(tzinfo=None)
        )
