"""Field types: one class each, and no ``if type ==`` anywhere else.

A type knows how a value comes in (JSON, spreadsheet cell), how it is compared in SQL, and how it goes out (text for exports).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kemai.kit import money, validate
from kemai.kit.ids import parse_id
from kemai.kit.text.normalise import clean_text, phone_key
from kemai.kit.words import T

if TYPE_CHECKING:
    from kemai.platform.objects.declare import Field

MISSING = T("请填写此项。", "This is required.")
EXAMPLE = T("示例：", "Example: ")


class BadValue(ValueError):
    """A value that does not fit its field: a stable code and words that say what to write instead."""

    def __init__(self, code: str, message: T, **params: Any) -> None:
        self.code, self.message, self.params = code, message, params
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class CellContext:
    """What reading a spreadsheet cell may need: choices by label, the file's zone, a unit named in the heading by field (``万``)."""

    labels: dict[str, dict[str, str]]
    time_zone: str
    units: dict[str, str] = dataclass_field(default_factory=dict)


Leaf = Callable[[str, str, str], str]


def _compare(sign: str) -> Leaf:
    return lambda column, name, cast: f"{column} {sign} %({name})s{cast}"


OPERATORS: dict[str, Leaf] = {
    "eq": _compare("="),
    "ne": lambda column, name, cast: f"{column} IS DISTINCT FROM %({name})s{cast}",
    "lt": _compare("<"),
    "lte": _compare("<="),
    "gt": _compare(">"),
    "gte": _compare(">="),
    "in": lambda column, name, cast: f"{column} = ANY(%({name})s{cast}[])",
    "not_in": lambda column, name, cast: f"({column} IS NULL OR NOT {column} = ANY(%({name})s{cast}[]))",
    "contains": lambda column, name, cast: f"{column} ILIKE %({name})s",
    "starts_with": lambda column, name, cast: f"{column} ILIKE %({name})s",
    "between": lambda column, name, cast: f"{column} BETWEEN %({name}_a)s{cast} AND %({name}_b)s{cast}",
    "has": lambda column, name, cast: f"{column} @> ARRAY[%({name})s]{cast}[]",
    "has_any": lambda column, name, cast: f"{column} && %({name})s{cast}[]",
}
ORDERED = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in", "between", "is_null")


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class FieldType:
    """Base: a text-like value. Subclasses override what differs."""

    name = "text"
    cast = "::text"
    operators: tuple[str, ...] = ("eq", "ne", "contains", "starts_with", "in", "not_in", "is_null")
    #: What an empty value is stored as; text columns are never null, so that "empty" has one form.
    empty: Any = ""
    groupable = False
    #: Whether values alone tell that a column is of this type (e-mail, telephone): the weakest guess of an import.
    telling = False
    #: How a spreadsheet shows it: a kind of :class:`kemai.kit.spreadsheet.writer.Column`.
    cell_kind = "text"
    json_schema: dict[str, Any] = {"type": "string"}

    def parse(self, field: Field, raw: Any) -> Any:
        """JSON → what is stored; :class:`BadValue` when it does not fit."""
        if raw is None:
            return self.empty
        if not isinstance(raw, str):
            raise BadValue("not_text", T("应为文本。", "A text is expected."))
        text = clean_text(raw)
        if field.max_length and len(text) > field.max_length:
            raise BadValue(
                "too_long",
                T("最多 {limit} 个字，现在有 {length} 个。", "At most {limit} characters; this has {length}."),
                limit=field.max_length,
                length=len(text),
            )
        return text

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        """Spreadsheet text → JSON value as :meth:`parse` takes it."""
        return text

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        """A read value as an export shows it."""
        return "" if value is None else value

    def exporter(self, field: Field, context: CellContext) -> Callable[[Any], Any]:
        """:meth:`text` for a whole column, with what does not change from row to row worked out once."""
        return lambda value: self.text(field, value, context)

    def example(self, field: Field) -> str:
        """What a template shows as an example; empty where none can be made up."""
        return ""

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL OR {column} = '')"

    def operand(self, field: Field, op: str, raw: Any) -> Any:
        """One filter value as SQL binds it."""
        if not isinstance(raw, str) or "\x00" in raw:
            raise BadValue("not_text", T("应为文本。", "A text is expected."))
        if op == "contains":
            return f"%{_like(raw)}%"
        if op == "starts_with":
            return f"{_like(raw)}%"
        return raw

    def leaf(self, field: Field, op: str, raw: Any, column: str, name: str) -> tuple[str, dict[str, Any]]:
        """SQL and bound values for ``column <op> raw``. The name has been checked; the value is checked here."""
        if op == "is_null":
            if not isinstance(raw, bool):
                raise BadValue("not_bool", T("is_null 的值应为 true 或 false。", "is_null takes true or false."))
            sql = self.null_sql(column)
            return (sql if raw else f"NOT {sql}"), {}
        if op in ("in", "not_in", "has_any"):
            if not isinstance(raw, list) or len(raw) > 1000:
                raise BadValue("not_list", T("应为列表，最多 1000 项。", "A list of at most 1,000 values is expected."))
            return OPERATORS[op](column, name, self.cast), {name: [self.operand(field, op, r) for r in raw]}
        if op == "between":
            if not isinstance(raw, list) or len(raw) != 2:
                raise BadValue("not_pair", T("between 需要两个值。", "between takes two values."))
            return OPERATORS[op](column, name, self.cast), {
                f"{name}_a": self.operand(field, op, raw[0]),
                f"{name}_b": self.operand(field, op, raw[1]),
            }
        return OPERATORS[op](column, name, self.cast), {name: self.operand(field, op, raw)}


class Text(FieldType):
    def example(self, field: Field) -> str:
        return f"{EXAMPLE.to()}{field.label.to()}"[: field.max_length or 60] if field.required else ""


class LongText(FieldType):
    name = "long_text"
    operators = ("contains", "is_null")

    def parse(self, field: Field, raw: Any) -> Any:
        if raw is None:
            return ""
        if not isinstance(raw, str):
            raise BadValue("not_text", T("应为文本。", "A text is expected."))
        lines = "\n".join(clean_text(line) for line in raw.replace("\r\n", "\n").split("\n")).strip()
        limit = field.max_length or 20_000
        if len(lines) > limit:
            raise BadValue(
                "too_long",
                T("最多 {limit} 个字，现在有 {length} 个。", "At most {limit} characters; this has {length}."),
                limit=limit,
                length=len(lines),
            )
        return lines


class Number(FieldType):
    name = "number"
    cell_kind = "number"
    cast = "::numeric"
    operators = ORDERED
    empty = None
    places = 6

    def example(self, field: Field) -> str:
        return "10"

    def parse(self, field: Field, raw: Any) -> Decimal | None:
        if raw is None or raw == "":
            return None
        value = self._decimal(raw)
        if field.minimum is not None and value < field.minimum:
            raise BadValue("too_small", T("不能小于 {limit}。", "At least {limit}."), limit=field.minimum)
        if field.maximum is not None and value > field.maximum:
            raise BadValue("too_large", T("不能大于 {limit}。", "At most {limit}."), limit=field.maximum)
        return value

    def _decimal(self, raw: Any) -> Decimal:
        if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
            raise BadValue("not_number", T("应为数字。", "A number is expected."))
        try:
            value = Decimal(str(raw).strip().replace(",", ""))
        except InvalidOperation as error:
            raise BadValue("not_number", T("应为数字。", "A number is expected.")) from error
        if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
            raise BadValue("number_range", T("数字过大。", "The number is too large."))
        return value.quantize(Decimal(1).scaleb(-self.places))

    def operand(self, field: Field, op: str, raw: Any) -> Decimal:
        return self._decimal(raw)

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL)"

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return None if value is None else Decimal(value)


class Integer(Number):
    name = "integer"
    cell_kind = "integer"
    places = 0
    json_schema = {"type": "integer"}

    def parse(self, field: Field, raw: Any) -> Any:
        value = super().parse(field, raw)
        if value is None:
            return None
        if value != value.to_integral_value() or abs(value) > 2_147_483_647:
            raise BadValue("not_integer", T("应为整数。", "A whole number is expected."))
        return int(value)


class Percent(Number):
    name = "percent"
    cell_kind = "percent"
    places = 4

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        cleaned = text.strip()
        if cleaned.endswith(("%", "％")):
            return str(self._decimal(cleaned[:-1]) / 100)
        return cleaned


class Money(Number):
    name = "money"
    cell_kind = "money"
    places = 2

    def example(self, field: Field) -> str:
        return "12000.50"

    def _decimal(self, raw: Any) -> Decimal:
        if isinstance(raw, bool) or not isinstance(raw, (str, int, Decimal)):
            raise BadValue(
                "not_money", T('金额应为数字文本，如 "1200.50"。', 'An amount is a decimal string such as "1200.50".')
            )
        try:
            return money.parse_money(str(raw)).amount
        except ValueError as error:
            raise BadValue(
                "not_money", T("金额无法识别，请写成 1200.50 或 1.2万。", "This is no amount; write it as 1200.50.")
            ) from error

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        # A plain number under "金额（万元）" counts in the heading's unit.
        plain = text.strip()
        return plain + context.units.get(field.name, "") if plain[-1:].isdigit() else plain


_DAY = r"\s*(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))"
_CELL_DAY = re.compile(_DAY + r"(?:[T ].*)?\s*")
_CELL_INSTANT = re.compile(_DAY + r"(?:[T ]?\s*(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2}))?[分秒]?)?\s*")


class Date(FieldType):
    name = "date"
    cell_kind = "date"
    cast = "::date"
    operators = (*ORDERED, "within_last", "within_next")
    empty = None
    json_schema = {"type": "string", "format": "date"}

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
        match = _CELL_DAY.fullmatch(text)
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
        match = _CELL_INSTANT.fullmatch(text)
        try:
            if match is None:
                return datetime.fromisoformat(text.strip())
            year, month, day, month2, day2, hour, minute, second = match.groups()
            return datetime(
                int(year), int(month or month2), int(day or day2), int(hour or 0), int(minute or 0), int(second or 0)
            )
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


class Bool(FieldType):
    name = "bool"
    cast = "::boolean"
    operators = ("eq", "ne")
    empty = False
    groupable = True
    json_schema = {"type": "boolean"}

    def example(self, field: Field) -> str:
        return T("是", "Yes").to()

    def parse(self, field: Field, raw: Any) -> bool:
        if raw is None:
            return False
        if not isinstance(raw, bool):
            raise BadValue("not_bool", T("应为 是/否。", "Yes or no is expected."))
        return raw

    def operand(self, field: Field, op: str, raw: Any) -> bool:
        return self.parse(field, raw)

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL)"

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        known = {
            "是": True,
            "yes": True,
            "true": True,
            "1": True,
            "y": True,
            "√": True,
            "否": False,
            "no": False,
            "false": False,
            "0": False,
            "n": False,
            "×": False,
        }
        found = known.get(text.strip().lower())
        if found is None:
            raise BadValue("not_bool", T("请写“是”或“否”。", "Write yes or no."))
        return found

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return (T("是", "Yes") if value else T("否", "No")).to()


class Choice(FieldType):
    name = "choice"
    operators = ("eq", "ne", "in", "not_in", "is_null")
    groupable = True

    def parse(self, field: Field, raw: Any) -> Any:
        if raw in (None, ""):
            return ""
        known = field.choice_map()
        if not isinstance(raw, str) or raw not in known:
            raise BadValue(
                "unknown_choice",
                T("没有这个选项：{value}。可选：{known}。", "No such choice: {value}. Possible: {known}."),
                value=str(raw)[:60],
                known=_some(known),
            )
        return raw

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        found = context.labels.get(field.name, {}).get(text.strip().lower())
        return found if found is not None else text.strip()

    def example(self, field: Field) -> str:
        return next((item.label.to() for item in field.choice_items() if item.active), "")

    def exporter(self, field: Field, context: CellContext) -> Callable[[Any], Any]:
        labels = {code: label.to() for code, label in field.choice_map().items()}
        return lambda value: labels.get(value or "", value or "")

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        label = field.choice_map().get(value or "")
        return label.to() if label else (value or "")


def _some(known: dict[str, T]) -> str:
    labels = [label.to() for label in known.values()]
    return "、".join(labels[:8]) + ("…" if len(labels) > 8 else "")


class Tags(FieldType):
    """A set of short words, free or from a dictionary."""

    name = "tags"
    operators = ("has", "has_any", "is_null")
    empty: Any = ()
    json_schema = {"type": "array", "items": {"type": "string"}}

    def parse(self, field: Field, raw: Any) -> list[str]:
        if raw is None:
            return []
        if not isinstance(raw, list) or not all(isinstance(r, str) for r in raw):
            raise BadValue("not_list", T("应为文本列表。", "A list of texts is expected."))
        words = list(dict.fromkeys(w for w in (clean_text(r) for r in raw) if w))
        if len(words) > 50 or any(len(w) > 40 for w in words):
            raise BadValue(
                "too_many_tags", T("最多 50 个标签，每个不超过 40 字。", "At most 50 tags of 40 characters each.")
            )
        return words

    def operand(self, field: Field, op: str, raw: Any) -> str:
        if not isinstance(raw, str):
            raise BadValue("not_text", T("应为文本。", "A text is expected."))
        return raw

    def null_sql(self, column: str) -> str:
        return f"({column} = '{{}}')"

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        labels = context.labels.get(field.name, {})
        words = [w.strip() for w in re.split(r"[,，;；、\n|]", text) if w.strip()]
        return [labels.get(w.lower(), w) for w in words]

    def exporter(self, field: Field, context: CellContext) -> Callable[[Any], Any]:
        labels = {code: label.to() for code, label in field.choice_map().items()}
        return lambda value: "、".join(labels.get(v, v) for v in value or [])

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        known = field.choice_map()
        return "、".join(known[v].to() if v in known else v for v in value or [])


class MultiChoice(Tags):
    name = "multi_choice"

    def parse(self, field: Field, raw: Any) -> list[str]:
        codes = super().parse(field, raw)
        known = field.choice_map()
        for code in codes:
            if code not in known:
                raise BadValue(
                    "unknown_choice",
                    T("没有这个选项：{value}。可选：{known}。", "No such choice: {value}. Possible: {known}."),
                    value=code[:60],
                    known=_some(known),
                )
        return codes


class Reference(FieldType):
    """The key of another record. Whether the writer may see it is checked in a batch by the write service."""

    name = "reference"
    cast = "::uuid"
    operators: tuple[str, ...] = ("eq", "ne", "in", "not_in", "is_null")
    empty = None
    groupable = True
    json_schema = {"type": "string", "format": "uuid"}

    def parse(self, field: Field, raw: Any) -> Any:
        if raw in (None, ""):
            return None
        return self._key(raw)

    def _key(self, raw: Any) -> Any:
        key = parse_id(raw)
        if key is None:
            raise BadValue("not_id", T("应为记录编号。", "A record id is expected."))
        return key

    def operand(self, field: Field, op: str, raw: Any) -> Any:
        return self._key(raw)

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL)"

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return (value or {}).get("label") or ""


class Related(Reference):
    """A reference to one of several kinds of record; written as an id, or as ``{"object", "id"}``."""

    name = "related"
    groupable = False

    def parse(self, field: Field, raw: Any) -> Any:
        return super().parse(field, raw.get("id") if isinstance(raw, dict) else raw)


class User(Reference):
    name = "user"

    def leaf(self, field: Field, op: str, raw: Any, column: str, name: str) -> tuple[str, dict[str, Any]]:
        if raw == "me" and op in ("eq", "ne"):
            return (f"{column} = %(me)s" if op == "eq" else f"{column} IS DISTINCT FROM %(me)s"), {}
        if op in ("in", "not_in") and isinstance(raw, list) and "me" in raw:
            others, params = super().leaf(field, op, [r for r in raw if r != "me"], column, name)
            mine = f"{column} = %(me)s" if op == "in" else f"{column} IS DISTINCT FROM %(me)s"
            return f"({others} {'OR' if op == 'in' else 'AND'} {mine})", params
        return super().leaf(field, op, raw, column, name)


class Department(Reference):
    name = "department"
    operators = (*Reference.operators, "under")

    def leaf(self, field: Field, op: str, raw: Any, column: str, name: str) -> tuple[str, dict[str, Any]]:
        if op == "under":
            below = (
                "WITH RECURSIVE below AS (SELECT id FROM accounts_department WHERE id = %({0})s UNION "
                "SELECT d.id FROM accounts_department d JOIN below ON d.parent_id = below.id) SELECT id FROM below"
            )
            return f"{column} IN ({below.format(name)})", {name: self._key(raw)}
        return super().leaf(field, op, raw, column, name)


class Phone(FieldType):
    """A telephone number: stored as typed when recognised, compared by its digits."""

    name = "phone"
    telling = True
    operators = ("eq", "is_null")

    def example(self, field: Field) -> str:
        return "13800001234"

    def parse(self, field: Field, raw: Any) -> str:
        text = super().parse(field, raw)
        if not text:
            return ""
        try:
            return validate.phone(text)
        except ValueError as error:
            raise BadValue(
                "not_phone",
                T(
                    "电话号码不正确：请写手机号、带区号的座机号或带国家码的号码。",
                    "This is no telephone number: write a mobile number, a landline with its area code or a number with its country code.",
                ),
            ) from error

    def operand(self, field: Field, op: str, raw: Any) -> str:
        text = str(super().operand(field, op, raw))
        try:
            return validate.phone(text)
        except ValueError:
            return phone_key(text) or text


class Email(FieldType):
    name = "email"
    telling = True
    operators = ("eq", "contains", "starts_with", "is_null")

    def example(self, field: Field) -> str:
        return "name@example.com"

    def parse(self, field: Field, raw: Any) -> str:
        text = super().parse(field, raw)
        try:
            return validate.email(text) if text else ""
        except ValueError as error:
            raise BadValue("not_email", T("邮箱格式不正确。", "This is no e-mail address.")) from error


class Url(FieldType):
    name = "url"
    operators = ("eq", "contains", "is_null")

    def parse(self, field: Field, raw: Any) -> str:
        text = super().parse(field, raw)
        try:
            return validate.url(text) if text else ""
        except ValueError as error:
            raise BadValue(
                "not_url", T("网址应以 http:// 或 https:// 开头。", "An address starts with http:// or https://.")
            ) from error


class Code(FieldType):
    """A number with a checksum or an exact form; ``field.check`` is the validator."""

    name = "text"
    telling = True
    operators = ("eq", "starts_with", "in", "is_null")

    def parse(self, field: Field, raw: Any) -> str:
        text = super().parse(field, raw)
        if not text or field.check is None:
            return text
        try:
            return field.check(text)
        except ValueError as error:
            raise BadValue(
                getattr(error, "code", "bad_code"),
                T("{label}不正确，请核对每一位。", "{label} is not right; check every digit."),
                label=field.label.to(),
            ) from error


TEXT, LONG_TEXT, NUMBER, INTEGER, PERCENT, MONEY = Text(), LongText(), Number(), Integer(), Percent(), Money()
DATE, INSTANT, BOOL, CHOICE, MULTI_CHOICE, TAGS = Date(), Instant(), Bool(), Choice(), MultiChoice(), Tags()
USER, DEPARTMENT, REFERENCE, PHONE, EMAIL, URL, CODE = (
    User(),
    Department(),
    Reference(),
    Phone(),
    Email(),
    Url(),
    Code(),
)
RELATED = Related()
