"""B-7: amounts are exact, sums hold to the cent, nothing infinite or over-precise gets in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kemai.kit.money import (
    InvalidMoney,
    Money,
    capital_zh,
    exact_amount,
    format_amount,
    format_short_zh,
    parse_money,
    quantise,
    split_amount,
)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("¥1.2万", "12000.00"),
        ("3亿", "300000000.00"),
        ("（1,200）", "-1200.00"),
        ("(1,200.00)", "-1200.00"),
        ("-1200", "-1200.00"),
        ("-¥5", "-5.00"),
        ("１２３．４５", "123.45"),
        ("1，234，567", "1234567.00"),
        ("￥ 99", "99.00"),
        ("1.5万元", "15000.00"),
        ("1200元整", "1200.00"),
        ("5万亿", "5000000000000.00"),
        ("1.2w", "12000.00"),
        (".5", "0.50"),
        ("-0", "0.00"),
        ("人民币100", "100.00"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_reads_what_people_type(text: str, amount: str) -> None:
    assert str(parse_money(text).amount) == amount
    assert parse_money(text).currency == "CNY"


def test_reads_currencies() -> None:
    shown = [str(parse_money(t)) for t in ("USD 5k", "10 usd", "HK$1,000", "€3", "100日元")]
    assert shown == ["5000.00 USD", "10.00 USD", "1000.00 HKD", "3.00 EUR", "100.00 JPY"]
    assert parse_money("5", "USD").currency == "USD"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "money_format"),
        ("abc", "money_format"),
        ("1,2", "money_format"),
        ("1.234,50", "money_format"),
        ("(-5)", "money_format"),
        ("--5", "money_format"),
        ("1 2", "money_format"),
        ("¥", "money_format"),
        ("1e400", "money_format"),
        ("9" * 61, "money_format"),
        ("٣", "money_format"),
        ("NaN", "money_not_finite"),
        ("-Infinity", "money_not_finite"),
        ("0.005", "money_precision"),
        ("1.0000005万", "money_precision"),
        ("0.5日元", "money_precision"),
        ("10000000000000000", "money_too_large"),
        ("99999万亿", "money_too_large"),
        ("¥5 USD", "currency_mismatch"),
    ],
)
def test_refuses_with_a_code(text: str, code: str) -> None:
    with pytest.raises(InvalidMoney) as caught:
        parse_money(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "money_format"),
        (True, "money_format"),
        ("1_000", "money_format"),
        ("", "money_format"),
        (Decimal("NaN"), "money_not_finite"),
        (Decimal("sNaN"), "money_not_finite"),
        (Decimal("Infinity"), "money_not_finite"),
        ("nan", "money_not_finite"),
        (Decimal("1e400"), "money_too_large"),
        ("1e400", "money_too_large"),
        (10**400, "money_too_large"),
        (Decimal("1e-400"), "money_precision"),
        (Decimal("0.005"), "money_precision"),
    ],
)
def test_exact_amounts_refuse(value: object, code: str) -> None:
    with pytest.raises(InvalidMoney) as caught:
        exact_amount(value)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_exact_amounts_and_rounding() -> None:
    assert str(exact_amount("-0.00")) == "0.00"
    assert str(exact_amount(Decimal("1E+3"))) == "1000.00"
    assert str(quantise(Decimal("0.005"))) == "0.01"
    assert str(quantise(Decimal("-0.005"))) == "-0.01"
    assert str(quantise(Decimal("2.5"), "JPY")) == "3.00"
    assert str(Money(Decimal("0.10")).times(Decimal("0.15"))) == "0.02 CNY"
    with pytest.raises(InvalidMoney):
        Money(Decimal(1), "cny")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(InvalidMoney):
        Money(Decimal(1)) + Money(Decimal(1), "USD")
    with pytest.raises(InvalidMoney):
        _ = Money(Decimal(1)) < Money(Decimal(1), "USD")
    assert Money(Decimal(3)) - Money(Decimal(1)) == Money(Decimal("2.00"))
    assert -Money(Decimal(3)) < Money(Decimal(0))
    assert not Money(Decimal(0))


AMOUNTS = st.decimals("-9999999999999999.99", "9999999999999999.99", places=2)


@settings(deadline=None)
@given(AMOUNTS, st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any))
def test_shares_add_up_to_the_cent(amount: Decimal, weights: list[int]) -> None:
    shares = split_amount(amount, weights)
    assert sum(shares) == amount
    assert all((share >= 0) == (amount >= 0) or share == 0 for share in shares)


@settings(deadline=None)
@given(AMOUNTS)
def test_what_is_shown_is_read_back(amount: Decimal) -> None:
    assert parse_money(format_amount(amount)).amount == amount
    assert parse_money(str(amount)).amount == amount
    capital_zh(amount), format_short_zh(amount)


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,-+()（）¥万亿元 eENaif１，", max_size=20))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        assert parse_money(text).amount.is_finite()
    except InvalidMoney:
        pass


@pytest.mark.parametrize(
    ("amount", "short"),
    [
        ("0", "0"),
        ("9999.5", "9,999.5"),
        ("9999.999", "1万"),
        ("12345", "1.23万"),
        ("99999999", "1亿"),
        ("300000000", "3亿"),
        ("1050000000000", "1.05万亿"),
        ("-12345", "-1.23万"),
    ],
)
def test_short_chinese(amount: str, short: str) -> None:
    assert format_short_zh(Decimal(amount)) == short


@pytest.mark.parametrize(
    ("amount", "capital"),
    [
        ("0", "零元整"),
        ("1234.5", "壹仟贰佰叁拾肆元伍角整"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0.05", "伍分"),
        ("10001", "壹万零壹元整"),
        ("1000000001", "壹拾亿零壹元整"),
        ("-5", "负伍元整"),
    ],
)
def test_capital_figures(amount: str, capital: str) -> None:
    assert capital_zh(Decimal(amount)) == capital
