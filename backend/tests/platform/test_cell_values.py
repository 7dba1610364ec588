"""CUS-12: figures and days as people write them in cells. A percentage is the same figure in the interface, in a cell and in the column."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

from kemai.kit.spreadsheet.reader import read_rows
from kemai.kit.words import T
from kemai.platform.objects.declare import Field
from kemai.platform.objects.types import (
    DATE,
    INSTANT,
    MONEY,
    NUMBER,
    PERCENT,
    WHOLE_PERCENT,
    BadValue,
    CellContext,
)

SHARE = Field("share", PERCENT, T("占比", "Share"))
CHANCE = Field("chance", WHOLE_PERCENT, T("赢率", "Chance"), minimum=0, maximum=100)
CONTEXT = CellContext({}, "Asia/Shanghai")


@pytest.mark.parametrize("cell", ["12.5%", "12.5％", " 12.5 % ", "12.5"])
def test_a_cell_reads_as_it_is_said(cell: str) -> None:
    assert PERCENT.parse(SHARE, PERCENT.from_cell(SHARE, cell, CONTEXT)) == Decimal("12.5")


NUMBER_FIELD = Field("n", NUMBER, T("数", "Number"))
MONEY_FIELD = Field("m", MONEY, T("金额", "Amount"), currency_code="CNY")


def read(f: Field, cell: str) -> object:
    return f.type.parse(f, f.type.from_cell(f, cell, CONTEXT))


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12.5%", "0.125"),
        ("1,234.5", "1234.5"),
        ("１，２００", "1200"),
        (" 7 ", "7"),
        ("-3", "-3"),
        ("1,234,567", "1234567"),
    ],
)
def test_numbers_as_people_write_them(cell: str, number: str) -> None:
    assert read(NUMBER_FIELD, cell) == Decimal(number)


@pytest.mark.parametrize("cell", ["1,5", "12,34", "一百", "1.2.3", "%"])
def test_what_might_be_two_numbers_is_neither(cell: str) -> None:
    with pytest.raises(BadValue):
        read(NUMBER_FIELD, cell)


@pytest.mark.parametrize("cell", ["¥1,200.50", "￥1200.5", "1,200.50元", "人民币1200.50", "1200.50", "RMB 1,200.50"])
def test_amounts_as_people_write_them(cell: str) -> None:
    assert read(MONEY_FIELD, cell) == Decimal("1200.50")


def test_another_currency_is_not_taken_for_ours() -> None:
    with pytest.raises(BadValue) as refused:
        read(MONEY_FIELD, "$100")
    assert refused.value.code == "other_currency"


DAY = Field("day", DATE, T("日", "Day"))
AT = Field("at", INSTANT, T("时", "At"))


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-12", "2026/3/12", "2026.3.12", "20260312", "2026年3月12日", "2026年3月12号", "2026 年 03 月 12 日", "２０２６年３月１２日",
        "二〇二六年三月十二日", "二零二六年三月十二号", "2026年3月12日(周四)", "2026-03-12 09:30",
    ],
)  # fmt: skip
def test_days_as_people_write_them(cell: str) -> None:
    assert read(DAY, cell) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("二〇二六年十月二十日", (10, 20)),
        ("二〇二六年十一月三十一日", None),
        ("2026年13月1日", None),
        ("3月12日", None),
        ("明天", None),
    ],
)
def test_days_in_words(cell: str, day: tuple[int, int] | None) -> None:
    if day is None:
        with pytest.raises(BadValue):
            read(DAY, cell)
    else:
        assert read(DAY, cell) == date(2026, *day)


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("2026年3月12日 9:30", "09:30"), ("2026-3-12 下午3:05", "15:05"), ("2026年3月12日上午9点半", "09:30"), ("2026年3月12日下午3点", "15:00"),
        ("2026-03-12 15时20分", "15:20"), ("2026-03-12", "00:00"), ("2026-03-12T15:20:00", "15:20"), ("2026年3月12日 中午12:10", "12:10"),
    ],
)  # fmt: skip
def test_times_as_people_write_them(cell: str, clock: str) -> None:
    found = read(AT, cell)
    assert isinstance(found, datetime)
    assert f"{found.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}" == f"2026-03-12 {clock}"


def test_a_cell_shown_as_a_percentage(tmp_path: Path) -> None:
    """0.125 under the format 0.0 % is 12.5, in a field of percent; in one of numbers it stays what it is."""
    path = tmp_path / "占比.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for n, code in enumerate(("0.0%", 9, 10, "0.00%;[Red]-0.00%", '"%"0.00', "0.00")):
            look = book.add_format({"num_format": code})
            page.write_number(0, n, 0.125, look)
    cells = next(iter(read_rows(path)))
    assert cells == ["12.5%"] * 4 + ["0.125"] * 2
    assert read(SHARE, "12.5%") == Decimal("12.5") and read(NUMBER_FIELD, "12.5%") == Decimal("0.125")


def test_a_whole_one_is_an_integer() -> None:
    assert WHOLE_PERCENT.parse(CHANCE, "60") == 60
    assert isinstance(WHOLE_PERCENT.parse(CHANCE, "60"), int)
    with pytest.raises(BadValue):
        WHOLE_PERCENT.parse(CHANCE, "101")
