"""CUS-12: headings as people really write them find their fields, and no field is given twice."""

from __future__ import annotations

import pytest

from kemai.platform.objects.declare import declared_object
from kemai.platform.transfer.mapping import SheetColumn, guess_fields, header_key, header_names, header_unit

CASES = {
    "客户名称": "name",
    "*客户名称": "name",
    "客户名称（必填）": "name",
    "公司名称*": "name",
    "企业 名称": "name",
    "單位名稱": "name",
    "Name": "name",
    "Customer Name": "name",
    "电话": "phone",
    "联系电话(手机)": "phone",
    "手机号码": "phone",
    "客户电话": "phone",
    "电话/手机": "phone",
    "ＴＥＬ": "phone",
    "统一社会信用代码": "credit_code",
    "税号": "credit_code",
    "credit_code": "credit_code",
    "E-mail": "email",
    "电子邮箱": "email",
    "所属行业": "industry",
    "行业：": "industry",
    "客户来源": "source",
    "客户来源渠道": "source",
    "公司网址": "website",
    "详细地址": "address",
    "业务员": "owner",
    "备注": "remark",
    "客户编号": "number",
    "最近联系": None,
    "错误原因": None,
    "序号": None,
    "": None,
}


def guessed(
    headers: list[str], samples: dict[int, list[str]] | None = None, remembered: dict[str, str] | None = None
) -> list[SheetColumn]:
    declaration = declared_object("customers")
    fields = [f for f in declaration.fields if (f.importable and f.writable) or f.key]
    columns = [SheetColumn(n, h, (samples or {}).get(n, [])) for n, h in enumerate(headers)]
    guess_fields(declaration, fields, columns, remembered or {})
    return columns


@pytest.mark.parametrize(("header", "field"), CASES.items())
def test_a_heading_finds_its_field(header: str, field: str | None) -> None:
    column = guessed([header])[0]
    assert column.field == field
    assert column.guess == ("header" if field else "none")


def test_no_field_is_given_twice_and_the_surer_heading_wins() -> None:
    columns = guessed(["手机", "电话", "联系电话", "公司", "客户名称", "公司名称"])
    assert [c.field for c in columns] == [None, "phone", None, None, "name", None]


def test_what_was_chosen_last_time_wins_also_for_leaving_out() -> None:
    remembered = {header_key("老板"): "legal_representative", header_key("电话"): ""}
    columns = guessed(["老板", "电话"], {1: ["13800001234"] * 5}, remembered)
    assert [(c.field, c.guess) for c in columns] == [("legal_representative", "remembered"), (None, "none")]


def test_values_alone_are_the_weakest_sign() -> None:
    samples = {
        0: ["91350100M000100Y43"] * 4,
        1: ["13800001234", "021-62345678", "13900001111"],
        2: ["a@b.example"] * 3,
        3: ["1", "2", "3"],
    }
    assert [c.field for c in guessed(["代码甲", "X1", "X2", "X3"], samples)] == ["credit_code", "phone", "email", None]
    assert guessed(["X"], {0: ["13800001234", "see below"]})[0].field is None


def test_doubled_and_empty_headings_get_names_of_their_own() -> None:
    assert header_names(["电话", "电话", None, " 公司\n名称 "]) == ["电话", "电话 (2)", "", "公司 名称"]


@pytest.mark.parametrize(
    ("header", "unit"), [("金额（万元）", "万"), ("金额(元)", ""), ("金额", ""), ("Amount [亿]", "亿")]
)
def test_a_heading_gives_amounts_their_unit(header: str, unit: str) -> None:
    assert header_unit(declared_object("opportunities").by_name["amount"], header) == unit
