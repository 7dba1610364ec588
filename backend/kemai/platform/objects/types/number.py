"""Numbers, shares and amounts: decimals throughout, never floats."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from kemai.kit import money
from kemai.kit.words import T
from kemai.platform.objects.types.base import ORDERED, BadValue, CellContext, FieldType

if TYPE_CHECKING:
    from kemai.platform.objects.declare import Field


class Number(FieldType):
    name = "number"
    cell_kind = "number"
    cast = "::numeric"
    operators = ORDERED
    empty = None
    places = 6

    def extract(self, key: str) -> str:
        return f"(t.custom->>'{key}')::numeric"

    def from_json(self, value: Any) -> Any:
        return None if value is None else Decimal(value)

    def example(self, field: Field) -> str:
        return "10"

    def parse(self, field: Field, raw: Any) -> Decimal | None:
        if raw is None or raw == "":
            return None
        value = self._decimal(raw)
        if field.places is not None:
            value = value.quantize(Decimal(1).scaleb(-field.places), ROUND_HALF_UP)
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

    def extract(self, key: str) -> str:
        return f"(t.custom->>'{key}')::integer"

    def from_json(self, value: Any) -> Any:
        return None if value is None else int(value)

    def parse(self, field: Field, raw: Any) -> Any:
        value = super().parse(field, raw)
        if value is None:
            return None
        if value != value.to_integral_value() or abs(value) > 2_147_483_647:
            raise BadValue("not_integer", T("应为整数。", "A whole number is expected."))
        return int(value)


class Rating(Integer):
    """Stars: a whole number from 1 to the field's ``maximum``."""

    name = "rating"
    groupable = True

    def example(self, field: Field) -> str:
        return "4"


class Percent(Number):
    """Parts of a hundred, as people say it: 12.5 is 12.5 %, in the interface and in workbooks."""

    name = "percent"
    places = 4

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        return text.strip().rstrip("%％").rstrip()


class WholePercent(Percent, Integer):
    """Percent without a fraction, kept in an integer column."""

    places = 0


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
