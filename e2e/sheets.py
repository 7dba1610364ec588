"""The spreadsheets of the journeys: made as an office makes them, with other headings and a little dirt."""

from __future__ import annotations

import io
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


def write_xlsx(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("客户名单")
        for number, row in enumerate([HEADERS, *rows]):
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
