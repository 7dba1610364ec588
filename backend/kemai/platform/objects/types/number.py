"""Numbers, shares and amounts: decimals throughout, never floats."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from kemai.base.currencies import BASE_CURRENCY
from kemai.kit import money
from kemai.kit.words import T
from kemai.platform.objects.types.base import ORDERED, BadValue, CellContext, FieldType

if TYPE_CHECKING:
    from kemai.platform.objects.declare import Field


#: Thousands in groups of three; any other comma may be somebody's decimal sign, and is refused rather than guessed at.
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_PERCENT = re.compile(r"(.*\d)\s*%")


def plain_number(text: str) -> str:
    """A number as people write it with the writing taken away: half width, no spaces, no thousands separators."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    plain = plain.replace("，", ",")
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


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
            value = Decimal(plain_number(str(raw)))
        except InvalidOperation as error:
            raise BadValue("not_number", T("应为数字。", "A number is expected.")) from error
        if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
            raise BadValue("number_range", T("数字过大。", "The number is too large."))
        return value.quantize(Decimal(1).scaleb(-self.places))

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        # A cell formatted as a percentage under a plain number means the number itself: 12.5% is 0.125.
        share = _PERCENT.fullmatch(plain_number(text))
        if share is None:
            return text
        try:
            return format(Decimal(plain_number(share[1])) / 100, "f")
        except InvalidOperation:
            return text

    def operand(self, field: Field, op: str, raw: Any) -> Decimal:
        return self._decimal(raw)

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL)"

    def misfit(self, field: Field, column: str) -> str:
        bounds = (("<", field.minimum), (">", field.maximum))
        return " OR ".join(f"{column} {sign} {limit}" for sign, limit in bounds if limit is not None)

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return None if value is None else Decimal(value)


class Integer(Number):
    name = "integer"
    cell_kind = "integer"
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
        return plain_number(text).rstrip("%").rstrip()


class WholePercent(Percent, Integer):
    """Percent without a fraction, kept in an integer column."""


#: ISO 4217 for no currency.
_NONE = "XXX"


class Money(Number):
    name = "money"
    cell_kind = "money"
    places = 2

    def example(self, field: Field) -> str:
        return "12000.50"

    def parse(self, field: Field, raw: Any) -> Decimal | None:
        if not field.currency:
            self.same_currency(field.currency_code or BASE_CURRENCY.value(), raw)
        return super().parse(field, raw)

    def named(self, raw: Any) -> str:
        """The currency a text names beside its figure; empty where it names none."""
        try:
            found = money.parse_money(raw, _NONE).currency if isinstance(raw, str) else _NONE
        except ValueError:
            return ""  # said by what reads the amount
        return "" if found == _NONE else found

    def same_currency(self, currency: str, raw: Any) -> None:
        """Refuse an amount that names another currency than its own: taken as it stands it would be worth something else."""
        named = self.named(raw)
        if named and named != currency:
            raise BadValue(
                "other_currency",
                T(
                    "这里的金额以 {currency} 计，填写的是 {named}。",
                    "Amounts here are in {currency}; this is in {named}.",
                ),
                currency=currency,
                named=named,
            )

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
