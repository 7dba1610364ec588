"""The spreadsheets of the journeys: made as an office makes them, with other headings and a little dirt."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter
from stdnum.cn import uscc

#: The one the journeys work on; its phone and name are like no other's.
STAR = {"name": "瑶光赛博科技有限公司", "phone": "13712345678", "initials": "ygsb"}
ROWS = 500
BAD_EVERY = 33  # three rows in a hundred

HEADERS = ["单位名称", "联系电话(手机)", "税号/统一社会信用代码", "所属行业", "客户来源", "详细地址", "备注说明"]
CITIES = ["杭州", "宁波", "温州", "嘉兴", "湖州", "绍兴", "金华", "台州", "丽水", "衢州"]
WORDS = ["辰星", "万合", "启明", "远航", "同创", "锦程", "嘉禾", "鼎盛", "瑞丰", "华泽"]
TRADES = ["机械设备", "电子商务", "建材", "精密模具", "服饰"]
INDUSTRIES = ["制造业", "批发零售", "建筑工程", "制造业", "批发零售"]
SOURCES = ["展会", "老客户介绍", "网站"]


def credit_code(number: int) -> str:
    """Eighteen digits and no letter, as the ones Excel rounds when it takes them for a number."""
    body = f"91330106{number:09d}"
    while not uscc.calc_check_digit(body).isdigit():
        number += 100_000
        body = f"91330106{number:09d}"
    return body + str(uscc.calc_check_digit(body))


def customer_rows(count: int = ROWS) -> tuple[list[list[Any]], list[int]]:
    """Rows as a person would have typed them, and the sheet rows (from 1, the heading is 1) that must be refused."""
    rows: list[list[Any]] = []
    wrong: list[int] = []
    for n in range(count):
        word, city, trade = WORDS[n % 10], CITIES[n // 10 % 10], TRADES[n // 100]
        # A phone is a number to Excel; a tax number is text, or it would have lost its last digits already.
        row: list[Any] = [
            f"{city}{word}{trade}有限公司",
            13900000000 + n * 7,
            credit_code(n),
            INDUSTRIES[n // 100],
            SOURCES[n % 3],
            f"文三路 {n + 1} 号",
            "展会名片" if n % 3 == 0 else None,
        ]
        if n == 7:
            row[0], row[1] = STAR["name"], int(STAR["phone"])
        elif n % BAD_EVERY == 0:
            row[(n // BAD_EVERY) % 3] = [None, "12ab", "91330106MA2B000000"][(n // BAD_EVERY) % 3]
            wrong.append(n + 2)
        rows.append(row)
    return rows, wrong


def write_xlsx(path: Path, rows: list[list[Any]], headers: list[str] = HEADERS) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("客户名单")
        for number, row in enumerate([headers, *rows]):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
    return path


def write_gbk_csv(path: Path, headers: list[str], rows: list[list[str]]) -> Path:
    """As Excel in China saves a CSV."""
    lines = [",".join(row) for row in [headers, *rows]]
    path.write_bytes("\r\n".join(lines).encode("gbk"))
    return path


def read_xlsx(data: bytes) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_index(0).to_python()


# ---------------------------------------------------------------- customers with machines

DEVICE_ROWS = 20_000
DEVICE_HEADERS = ["公司名称", "联系电话", "地址", "设备台数", "下次检修日"]
DEVICE_FIELDS = {
    "公司名称": "name",
    "联系电话": "phone",
    "设备台数": "custom.f_1",
    "下次检修日": "custom.f_2",
}
#: Of a hundred rows these are wrong, these say the same company once more, these the same telephone under another name.
DIRTY, EXACT, ALIKE = (11, 47, 83), (60,), (30,)
_SOUNDS = "安柏辰达恩飞光海佳凯岚明宁鹏启瑞森泰维熙雅泽卓博德冠宏骏立"
_WRONG = (
    ("设备台数", "十几台"),
    ("下次检修日", "2027年13月40日"),
    ("联系电话", "12ab"),
)


@dataclass(frozen=True, slots=True)
class DeviceSheet:
    """Rows, and what must become of them: ``good`` ones come in (``alike`` of them share another's telephone)."""

    rows: list[list[Any]]
    good: int
    dirty: int
    exact: int
    alike: int
    first_name: str
    first_values: tuple[float, str]


def device_name(number: int) -> str:
    """A company name of its own: any two differ in two characters of the four, so that none is taken for another's typing error."""
    size = len(_SOUNDS)
    a, b, c = number % size, number // size % size, number // size**2 % size
    city, trade = CITIES[number * 7 % 10], TRADES[number * 3 % 5]
    return f"{city}{_SOUNDS[a]}{_SOUNDS[b]}{_SOUNDS[c]}{_SOUNDS[(a + 3 * b + 5 * c) % size]}{trade}有限公司"


def device_rows(count: int = DEVICE_ROWS) -> DeviceSheet:
    """Three rows of a hundred wrong, two doubles: one under the very same name, one under nearly its name and with its telephone."""
    rows: list[list[Any]] = []
    for n in range(count):
        month, day = n % 12 + 1, n % 28 + 1
        # As different people write a day.
        due = (
            f"2027-{month:02d}-{day:02d}",
            f"2027年{month}月{day}日",
            f"2027/{month}/{day}",
        )[n % 3]
        row: list[Any] = [
            device_name(n),
            13900000000 + n,
            f"工业路 {n + 1} 号",
            n % 40,
            due,
        ]
        place = n % 100
        if place in DIRTY:
            header, value = _WRONG[DIRTY.index(place)]
            row[DEVICE_HEADERS.index(header)] = value
        elif place in EXACT:
            row[0] = device_name(n - 1)
        elif place in ALIKE:
            row[0], row[1] = device_name(n - 1).replace("有限公司", "科技有限公司"), 13900000000 + n - 1
        rows.append(row)
    share = {
        name: count // 100 * len(places) for name, places in (("dirty", DIRTY), ("exact", EXACT), ("alike", ALIKE))
    }
    return DeviceSheet(
        rows,
        count - share["dirty"] - share["exact"],
        **share,
        first_name=device_name(1),
        first_values=(1.0, "2027-02-02"),
    )


def mend_devices(refused: list[list[Any]]) -> list[list[Any]]:
    """The refused rows as a person mends them by the reasons in the last column; doubles are left out."""
    mended = []
    for *row, reason in refused:
        if "重复" in reason:
            continue
        for (header, value), right in zip(_WRONG, (12, "2027-12-31", ""), strict=True):
            at = DEVICE_HEADERS.index(header)
            if row[at] == value:
                assert header in reason, reason
                row[at] = right
        mended.append([value if value != "" else None for value in row])
    return mended
