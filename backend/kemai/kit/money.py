"""Money as exact decimals: reading what people type, rounding, splitting, showing.

Amounts are stored as `numeric(18,2)`: sixteen digits before the point, two after.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Final

from kemai.kit.words import T

PLACES: Final = 2
WHOLE_DIGITS: Final = 16
_CENT = Decimal("0.01")
_LIMIT = Decimal(10) ** WHOLE_DIGITS
_EXACT = Context(prec=60)
_NO_CENTS = frozenset({"JPY", "KRW", "VND", "ISK", "CLP", "XAF", "XOF", "PYG", "UGX"})
#: The currencies amounts may be in, with their names (PLT-7).
CURRENCIES: Final = {
    "CNY": T("人民币", "Chinese yuan"),
    "USD": T("美元", "US dollar"),
    "EUR": T("欧元", "Euro"),
    "HKD": T("港元", "Hong Kong dollar"),
    "JPY": T("日元", "Japanese yen"),
    "GBP": T("英镑", "Pound sterling"),
    "KRW": T("韩元", "South Korean won"),
    "TWD": T("新台币", "New Taiwan dollar"),
    "SGD": T("新加坡元", "Singapore dollar"),
    "AUD": T("澳大利亚元", "Australian dollar"),
    "CAD": T("加拿大元", "Canadian dollar"),
    "CHF": T("瑞士法郎", "Swiss franc"),
}
_CODE = re.compile(r"[A-Z]{3}")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_NOT_FINITE = frozenset({"nan", "snan", "inf", "infinity"})


class InvalidMoney(ValueError):
    """Not an amount. `code`: `money_format`, `money_not_finite`, `money_precision`, `money_too_large`, `currency_code`,
    `currency_mismatch`."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


def _unit(currency: str) -> Decimal:
    return Decimal(1) if currency in _NO_CENTS else _CENT


def quantise(amount: Decimal, currency: str = "CNY") -> Decimal:
    """Rounded half up to the currency's smallest unit: for results of a computation, never for what was typed."""
    rounded = _checked(amount).quantize(_unit(currency), ROUND_HALF_UP, _EXACT)
    return rounded.quantize(_CENT, context=_EXACT) + Decimal(0)


def exact_amount(value: Decimal | int | str, currency: str = "CNY") -> Decimal:
    """`value` with two places, unchanged in worth; `-0` becomes `0.00`.

    Raises `InvalidMoney`: NaN or infinite, more places than the currency has, more than sixteen digits before the
    point. Floats are refused: they have already lost what was meant.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise InvalidMoney("money_format")
    if isinstance(value, str):
        if len(value) > 60 or _NUMBER.fullmatch(value) is None:
            named = value.strip().lower().lstrip("+-")
            raise InvalidMoney("money_not_finite" if named in _NOT_FINITE else "money_format")
        value = Decimal(value)
    elif isinstance(value, int):
        if abs(value) >= _LIMIT:
            raise InvalidMoney("money_too_large", digits=WHOLE_DIGITS)
        value = Decimal(value)
    amount = _checked(value)
    exact = amount.quantize(_unit(currency), ROUND_DOWN, _EXACT)
    if exact != amount:
        raise InvalidMoney("money_precision", places=0 if currency in _NO_CENTS else PLACES)
    return exact.quantize(_CENT, context=_EXACT) + Decimal(0)  # adding zero turns -0 into 0


def _checked(amount: Decimal) -> Decimal:
    if not amount.is_finite():
        raise InvalidMoney("money_not_finite")
    if amount.adjusted() >= WHOLE_DIGITS and amount != 0:
        raise InvalidMoney("money_too_large", digits=WHOLE_DIGITS)
    if amount.adjusted() < -40 or len(amount.as_tuple().digits) > 50:
        raise InvalidMoney("money_precision", places=PLACES)
    return amount


# Reading --------------------------------------------------------------------------------------------------------------

_SIGNS = {
    "RMB": "CNY", "CNY": "CNY", "人民币": "CNY", "¥": "CNY", "US$": "USD", "USD": "USD", "美元": "USD", "$": "USD",
    "HK$": "HKD", "HKD": "HKD", "港币": "HKD", "港元": "HKD", "€": "EUR", "EUR": "EUR", "欧元": "EUR", "£": "GBP",
    "GBP": "GBP", "英镑": "GBP", "JPY": "JPY", "JP¥": "JPY", "日元": "JPY", "TWD": "TWD", "NT$": "TWD", "SGD": "SGD",
    "KRW": "KRW", "₩": "KRW", "AUD": "AUD", "CAD": "CAD", "CHF": "CHF",
}  # fmt: skip
_SIGN = "|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True))
_UNITS = {
    "百": 10**2, "千": 10**3, "万": 10**4, "w": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8,
    "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12, "k": 10**3, "m": 10**6,
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?P<minus>[-−–]?)\s*(?P<before>{_SIGN})?\s*(?P<minus2>[-−–+]?)\s*"
    r"(?P<number>\d{1,3}(?:[,'\s]\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)"
    rf"\s*(?P<unit>{_UNIT})?\s*(?:元整|圆整|元|圆|块)?\s*(?P<after>{_SIGN})?",
    re.IGNORECASE,
)


def parse_money(text: str, currency: str = "CNY") -> Money:
    """Reads an amount as people write it; `currency` is what is meant when the text names none.

    `1,234.50`, `¥1.2万`, `3亿`, `（1,200）` and `(1,200)` and `-1200` (negative), full-width digits, `USD 5k`.
    A comma is only a thousands separator. Raises `InvalidMoney`; never rounds.
    """
    if len(text) > 60:
        raise InvalidMoney("money_format")
    plain = unicodedata.normalize("NFKC", text).replace("\uffe5", "¥").strip()
    negative = False
    if len(plain) > 2 and plain[0] == "(" and plain[-1] == ")":
        negative, plain = True, plain[1:-1].strip()
    found = _AMOUNT.fullmatch(plain)
    if found is None or not plain.isprintable():
        named_number = plain.lower().lstrip("+-")
        raise InvalidMoney("money_not_finite" if named_number in _NOT_FINITE else "money_format")
    minus, minus2 = found["minus"], found["minus2"]
    if (minus and minus2) or (negative and (minus or minus2)):
        raise InvalidMoney("money_format")
    named = {_SIGNS[sign.upper() if sign.isascii() else sign] for sign in (found["before"], found["after"]) if sign}
    if len(named) > 1:
        raise InvalidMoney("currency_mismatch")
    digits = re.sub(r"[,'\s]", "", found["number"])
    if not digits.isascii():
        raise InvalidMoney("money_format")
    amount = Decimal(digits)
    if found["unit"]:
        amount = _EXACT.multiply(amount, Decimal(_UNITS[found["unit"].lower()]))
    if negative or minus or minus2 in ("-", "−", "–"):
        amount = -amount
    return Money(amount, named.pop() if named else currency)


# Money ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount and its ISO 4217 currency. Amounts of two currencies never add up: that raises `InvalidMoney`."""

    amount: Decimal
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if _CODE.fullmatch(self.currency) is None:
            raise InvalidMoney("currency_code")
        object.__setattr__(self, "amount", exact_amount(self.amount, self.currency))

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise InvalidMoney("currency_mismatch", currencies=(self.currency, other.currency))
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def times(self, factor: Decimal | int) -> Money:
        """Multiplied and rounded half up: a discount, a tax, a quantity."""
        return Money(quantise(_EXACT.multiply(self.amount, Decimal(factor)), self.currency), self.currency)

    def split(self, weights: list[Decimal] | list[int]) -> list[Money]:
        """Shares in proportion to `weights` whose sum is this amount to the cent; what rounding leaves goes to the
        largest remainders, the first of equals. Raises ValueError without a positive weight."""
        return [Money(share, self.currency) for share in split_amount(self.amount, weights, self.currency)]


def split_amount(amount: Decimal, weights: list[Decimal] | list[int], currency: str = "CNY") -> list[Decimal]:
    """See `Money.split`."""
    total = sum(map(Decimal, weights), Decimal(0))
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be positive")
    unit = _unit(currency)
    sign = -1 if amount < 0 else 1
    units = int(_EXACT.divide(abs(amount), unit))
    ideal = [_EXACT.divide(_EXACT.multiply(Decimal(units), Decimal(weight)), total) for weight in weights]
    shares = [int(share) for share in ideal]
    left = units - sum(shares)
    for index in sorted(range(len(shares)), key=lambda i: (shares[i] - ideal[i], i))[:left]:
        shares[index] += 1
    return [exact_amount(_EXACT.multiply(Decimal(sign * share), unit), currency) for share in shares]


# Showing --------------------------------------------------------------------------------------------------------------


def format_amount(amount: Decimal) -> str:
    """`1,234.50`."""
    return f"{amount:,.2f}"


def format_short_zh(amount: Decimal, places: int = 2) -> str:
    """Short for charts and tiles, rounded half up, without trailing zeros: `9,999.5`, `1.2万`, `3亿`, `1.05万亿`."""
    for power, unit in ((0, ""), (4, "万"), (8, "亿"), (12, "万亿")):
        scaled = amount.scaleb(-power, _EXACT).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
        if abs(scaled) < 10_000 or power == 12:  # after rounding: 99,999,999 is 1亿, not 10,000万
            shown = f"{scaled + Decimal(0):,f}"
            return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + unit
    raise AssertionError("the last unit takes everything")


_CAPITALS = "零壹贰叁肆伍陆柒捌玖"


def capital_zh(amount: Decimal) -> str:
    """The amount in the capital figures of contracts and invoices (大写): `壹仟贰佰叁拾肆元伍角整`.

    Source: 《支付结算办法》 annex 1 (正确填写票据和结算凭证的基本规定).
    """
    exact = exact_amount(amount)
    yuan, cents = divmod(int(abs(exact) * 100), 100)
    jiao, fen = divmod(cents, 10)
    text = ""
    if yuan:
        text = _capital_integer(yuan) + "元"
    if not cents:
        text = (text or "零元") + "整"
    else:
        if jiao:
            text += _CAPITALS[jiao] + "角"
        elif yuan:
            text += "零"
        text += _CAPITALS[fen] + "分" if fen else "整"
    return ("负" if exact < 0 else "") + text


def _capital_integer(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text = ""
    gap = False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if group == 0:
            # 亿 is said even when the hundreds of millions are zero but trillions are not.
            if index == 2 and text:
                text += "亿"
            gap = gap or bool(text)
            continue
        if text and (gap or group < 1_000):
            text += "零"
        text += _capital_group(group) + ("", "万", "亿", "万")[index]
        gap = False
    return text


def _capital_group(group: int) -> str:
    text = ""
    gap = False
    for power, unit in ((1_000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = group // power % 10
        if digit:
            text += ("零" if gap and text else "") + _CAPITALS[digit] + unit
            gap = False
        else:
            gap = True
    return text
