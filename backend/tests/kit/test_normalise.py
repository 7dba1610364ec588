"""Cleaning (B-7), duplicate keys (CUS-9) and masks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kemai.kit.text.normalise import (
    clean_text,
    company_key,
    email_key,
    format_phone,
    mask_email,
    mask_middle,
    mask_name,
    mask_phone,
    parse_phone,
    phone_key,
)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  张三 \u3000 李四\t", "张三 李四"),
        ("a\x00b\u200bc\ufeff", "abc"),
        ("\u202eexe.txt", "exe.txt"),
        ("👨\u200d👩\u200d👧 家", "👨\u200d👩\u200d👧 家"),
        ("🏳️\u200d🌈", "🏳️\u200d🌈"),
        ("a\u200db", "ab"),
        ("𠮷野家", "𠮷野家"),
        ("e\u0301", "é"),
        ("\ud83d broken", "broken"),
        ("שלום עולם", "שלום עולם"),
        ("一行\r\n二行", "一行 二行"),
        ("", ""),
    ],
)
def test_clean_text(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_clean_text_of_several_lines() -> None:
    assert clean_text(" 一  行 \r\n\r\n\r\n\r\n二行\u2028三\x00行 ", multiline=True) == "一 行\n\n二行\n三行"


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=80), st.booleans())
def test_clean_text_is_stable_and_storable(text: str, multiline: bool) -> None:
    clean = clean_text(text, multiline=multiline)
    assert clean_text(clean, multiline=multiline) == clean
    clean.encode("utf-8")
    assert "\x00" not in clean


SAME = [
    [
        "华为技术有限公司",
        "華為技術有限公司",
        "华为技术 股份有限公司",
        "华为技术",
        "华为技术有限责任公司",
        "華為技術公司",
    ],
    ["华为（上海）技术有限公司", "华为(上海)技术有限公司", "华为上海技术有限公司"],
    ["ABC Co., Ltd.", "abc co ltd", "ＡＢＣ", "A.B.C. Inc.", "ABC LLC"],
    ["海尔集团公司", "海尔集团", "海尔集团有限公司", "海尔"],
    ["ABC科技Co.,Ltd", "ABC科技有限公司", "abc科技"],
    ["上海第一机床厂", "上海第一机床总厂"],
]


@pytest.mark.parametrize("names", SAME)
def test_one_company_has_one_key(names: list[str]) -> None:
    assert len({company_key(name) for name in names}) == 1


def test_different_companies_have_different_keys() -> None:
    names = [
        "华为技术有限公司",
        "华为终端有限公司",
        "华为（上海）技术有限公司",
        "华为技术有限公司北京分公司",
        "公司",
        "有限公司",
        "集团",
    ]
    assert len({company_key(name) for name in names}) == len(names)
    assert company_key("（）") == ""


PHONES = [
    ("13800001234", "8613800001234", "13800001234"),
    ("+86 138-0000-1234", "8613800001234", "13800001234"),
    ("0086 138 0000 1234", "8613800001234", "13800001234"),
    ("86-13800001234", "8613800001234", "13800001234"),
    ("１３８００００１２３４", "8613800001234", "13800001234"),
    ("'13800001234", "8613800001234", "13800001234"),
    ("013800001234", "8613800001234", "13800001234"),
    ("18412345678-1234", "8618412345678", "18412345678-1234"),
    ("021-12345678", "862112345678", "021-12345678"),
    ("（021）62345678", "862162345678", "021-62345678"),
    ("+86 21 6234 5678", "862162345678", "021-62345678"),
    ("86-21-62345678", "862162345678", "021-62345678"),
    ("021-62345678-801", "862162345678", "021-62345678-801"),
    ("02162345678转801", "862162345678", "021-62345678-801"),
    ("0571-8765 4321 ext. 12", "8657187654321", "0571-87654321-12"),
    ("0755 26780000 分机 8888", "8675526780000", "0755-26780000-8888"),
    ("400-800-1234", "864008001234", "400-800-1234"),
    ("4008001234", "864008001234", "400-800-1234"),
    ("95588", "8695588", "95588"),
    ("+1 650 253 0000", "16502530000", "+1 650-253-0000"),
    ("001 650 253 0000", "16502530000", "+1 650-253-0000"),
    ("+44 (0)20 7946 0958", "442079460958", "+44 20 7946 0958"),
    ("+852 2345 6789", "85223456789", "+852 2345 6789"),
]


@pytest.mark.parametrize(("text", "key", "shown"), PHONES)
def test_phones(text: str, key: str, shown: str) -> None:
    assert phone_key(text) == key
    assert format_phone(text) == shown
    assert phone_key(format_phone(text)) == key


@pytest.mark.parametrize(
    "text", ["", "87654321", "138000012345", "1380000123", "abc", "13800001234/13900001234", "+", "٣" * 11]
)
def test_what_is_not_one_whole_number(text: str) -> None:
    assert parse_phone(text) is None


def test_a_local_number_needs_its_city() -> None:
    assert phone_key("62345678", area="021") == "862162345678"
    assert phone_key("6234 5678-801", area="21") == "862162345678"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789+-() 转ext.#８", max_size=24))
def test_a_formatted_number_keeps_its_key(text: str) -> None:
    parsed = parse_phone(text)
    if parsed is not None:
        again = parse_phone(format_phone(text))
        assert again is not None
        assert (again.key, again.extension) == (parsed.key, parsed.extension)


def test_email_keys() -> None:
    assert email_key(" Zhang.San＠Example.COM ") == "zhang.san@example.com"
    assert [email_key(t) for t in ("", "a", "@b", "a@", "a@b@c", "a b@c")] == [None] * 6


def test_masks() -> None:
    assert [mask_phone(t) for t in ("13800001234", "87654321", "95588", "")] == ["138****1234", "****21", "****", ""]
    assert [mask_name(t) for t in ("张三", "张三丰", "欧阳娜娜", "张", "")] == ["张*", "张*丰", "欧**娜", "*", ""]
    assert [mask_email(t) for t in ("zhang@x.cn", "@x", "abc", "")] == ["z****@x.cn", "****", "****", ""]
    assert [mask_middle(t, 6, 4) for t in ("110101199001011234", "1234567890123", "123456789012", "")] == [
        "110101****1234",
        "123456****0123",
        "****",
        "",
    ]


@given(st.text(st.characters(exclude_characters="*"), max_size=40))  # stars hide nothing: "0*" masks to itself
def test_masks_never_show_all(text: str) -> None:
    for masked in (mask_phone(text), mask_name(text), mask_middle(text, 3, 4)):
        assert masked != text or not text
