"""What every field type can do, and what they share: refusals, the reading of cells, operators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING, Any

from kemai.kit.text.normalise import clean_text
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


def contains_pattern(text: str) -> str:
    """What ILIKE takes to find ``text`` anywhere."""
    return f"%{_like(text)}%"


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
    #: The type of what :meth:`ranked` gives, where that is another than the value's own.
    rank_cast = ""
    #: Whether values alone tell that a column is of this type (e-mail, telephone): the weakest guess of an import.
    telling = False
    #: How a spreadsheet shows it: a kind of :class:`kemai.kit.spreadsheet.writer.Column`.
    cell_kind = "text"
    json_schema: dict[str, Any] = {"type": "string"}
    #: How a value is masked where a rule says so and the field names no other way (:mod:`secrecy`).
    masking = "null"
    #: Whether a spreadsheet can carry the value both ways.
    importable = True

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

    def extract(self, key: str) -> str:
        """SQL over ``t`` of the value kept under ``key`` in the column of custom fields; ``key`` has been checked."""
        return f"COALESCE(t.custom->>'{key}', '')"

    def from_json(self, value: Any) -> Any:
        """A value kept in the column of custom fields, as :meth:`parse` gives it."""
        return self.empty if value is None else value

    def words(self, field: Field, value: Any) -> Any:
        """A kept value as history shows it; None is no value."""
        return "" if value is None else value

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

    def ranked(self, field: Field, column: str) -> str:
        """SQL of what a list is sorted by."""
        return column

    def misfit(self, field: Field, column: str) -> str:
        """SQL telling of a kept value that it lies outside the bounds the field has now; empty where it has none."""
        return f"length({column}) > {field.max_length}" if field.max_length else ""

    def operand(self, field: Field, op: str, raw: Any) -> Any:
        """One filter value as SQL binds it."""
        if not isinstance(raw, str) or "\x00" in raw:
            raise BadValue("not_text", T("应为文本。", "A text is expected."))
        if op == "contains":
            return contains_pattern(raw)
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
