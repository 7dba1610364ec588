"""PLT-1: Chinese of any length, pinyin, initials, fragments of latin and digits; a match has all terms of its query."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kemai.kit.text import pinyin_table
from kemai.kit.text.fold import fold
from kemai.kit.text.pinyin import initials, pinyin, syllables
from kemai.kit.text.search import (
    MAX_TERMS,
    closeness,
    exact_term,
    index_record,
    index_terms,
    normalise_query,
    phone_query_terms,
    pinyin_sort_key,
    private_terms,
    query_terms,
    query_words,
    search_text,
    typo_terms,
)


def found(q: str, *texts: str, person: bool = False) -> bool:
    """What PostgreSQL answers: the terms by GIN, then LIKE on the search text."""
    terms, text = index_record(texts, person=person)
    words = query_words(q)
    return bool(words) and set(query_terms(q)) <= set(terms) and all(word in text for word in words)


HITS = [
    (
        "深圳市华为技术有限公司",
        ["华", "华为", "技术有限", "深圳市华为技术有限公司", "huawei", "huaw", "shenzhenshihuawei"],
    ),
    (
        "深圳市华为技术有限公司",
        ["szshw", "hw", "hwjs", "HUAWEI", "ｈｕａｗｅｉ", "深圳 技术", "华为 jishu", "jishu 华", "华为jishu"],
    ),
    (
        "深圳市华为技术有限公司",
        ["華為", "深圳市華為技術", "w", "we", "szshwjsyxgs", "shenzhenshihuaweijishuyouxiangongsi"],
    ),
    ("华为ab12", ["华为ab12", "ab12", "AB", "b12", "为ab", "12", "huaweiab12", "hwab12"]),
    ("TCL集团", ["tcl", "TCL集团", "tcljituan", "tcljt", "cl", "jituan", "jt"]),
    ("西安先锋", ["xian", "xianx", "xianxianfeng", "xianf", "xaxf", "anxian"]),
    ("重庆银行", ["chongqing", "yinhang", "cqyh", "chongqingyin"]),
    ("长安汽车", ["changan", "caqc", "chang"]),
    ("朝阳乐团", ["zhaoyang", "yuetuan"]),
    ("上海乐高", ["legao", "yuegao", "shlg"]),
    ("𠮷野家", ["𠮷", "𠮷野", "yejia"]),
    ("Müller & Söhne GmbH", ["muller", "MÜLLER", "sohne", "ull", "gmbh", "muller sohne"]),
    ("zhang.san@example.com", ["zhang.san@ex", "example", "san@example.com"]),
    ("HT-2026-00042", ["HT-2026-00042", "00042", "ht2026", "2026", "042"]),
    ("ＡＢＣ１２３", ["abc", "123", "c12"]),
    ("东芝テレビ", ["テレ", "テ", "dongzhi"]),
    ("🎉庆典公司", ["🎉", "qingdian", "🎉庆典"]),
    ("吕律师", ["lvlvshi", "吕", "lls"]),
    ("恒安南光", ["hang", "hengan", "ang"]),
]


@pytest.mark.parametrize(("text", "queries"), HITS)
def test_finds(text: str, queries: list[str]) -> None:
    missed = [q for q in queries if not found(q, text)]
    assert missed == []


PEOPLE = [
    ("曾国藩", "zengguofan zgf zeng cengguofan"),
    ("单雄信", "shanxiongxin sxx danxiongxin"),
    ("解晓东", "xiexiaodong xxd"),
    ("仇英", "qiuying qy"),
    ("查良镛", "zhaliangyong zly"),
    ("区寄", "ouji oj"),
    ("盖叫天", "gejiaotian gjt"),
    ("尉迟恭", "yuchigong ycg"),
    ("万俟卨", "moqi mq"),
    ("张三丰", "zhangsanfeng zhangs zhangsan zsf zs sanfeng z zh zha zhan zhang"),
    ("欧阳娜娜", "ouyang ouyangnana oynn ouy"),
    ("朴智星", "piaozhixing pzx"),
    ("任我行", "renwoxing rwx"),
]


@pytest.mark.parametrize(("name", "queries"), PEOPLE)
def test_finds_people_by_how_their_surname_is_read(name: str, queries: str) -> None:
    missed = [q for q in queries.split() if not found(q, name, person=True)]
    assert missed == []


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("华工", "华为工厂"),
        ("zs", "张飞"),
        ("lisi", "张三"),
        ("abd", "abcd"),
        ("99", "123"),
        ("hangs", "张三"),
        ("华为 中兴", "华为"),
        ("xianl", "西安先锋"),
        ("%", "100%"),
        ("_", "a_b"),
    ],
)
def test_does_not_find(q: str, text: str) -> None:
    assert not found(q, text)


def test_words_need_no_escaping_and_know_no_order() -> None:
    assert query_words("  100%_a\\b|c  华为ＡＢ ") == ["100abc", "华为", "ab"]
    assert normalise_query("华為　Ab") == normalise_query("华为 ab")
    assert query_terms("") == [] == query_terms(" %%% ") == query_terms("z")


def test_several_texts_do_not_run_together() -> None:
    assert not found("司张", "公司", "张三")
    assert found("公司 zhangsan", "公司", "张三")


def test_arrays_stay_small() -> None:
    assert len(index_terms(["深圳市华为技术有限公司"])) < 75
    assert len(index_terms(["张三丰"], person=True)) < 20
    assert len(index_terms(["".join(map(chr, range(0x4E00, 0x4E00 + 5000)))])) <= MAX_TERMS
    assert len(index_terms(["x" * 100_000])) < 10


def test_private_numbers_have_their_own_terms() -> None:
    terms = set(private_terms("13800001234", "021-6234 5678"))
    assert set(phone_query_terms("1234")) <= terms
    assert set(phone_query_terms("138-0000")) <= terms
    assert set(phone_query_terms("６２３４")) <= terms
    assert not set(phone_query_terms("999")) <= terms
    assert phone_query_terms("12") == [] == phone_query_terms("138a") == phone_query_terms("")
    assert not terms & set(index_terms(["13800001234"]))
    assert exact_term("phone", "8613800001234") == "=phone:8613800001234"


@pytest.mark.parametrize("typed", ["microsfot", "micorsoft", "microsof", "mcrosoft", "microsoftt", "nicrosoft"])
def test_typing_errors_in_latin(typed: str) -> None:
    terms = set(index_terms(["Microsoft China"]))
    assert any(set(way) <= terms for way in typo_terms(typed))
    assert closeness(typed, "Microsoft China") >= 80
    assert closeness(typed, "Oracle") < 60


def test_sorts_by_pinyin() -> None:
    names = ["张三", "曾国藩", "李四", "阿里", "Zeta", "alpha", "3M", "章三", "先锋", "西安", "张", "ab c", "ab"]
    ordered = sorted(names, key=lambda n: pinyin_sort_key(n, person=True).encode())
    assert ordered == [
        "3M",
        "ab",
        "ab c",
        "alpha",
        "Zeta",
        "阿里",
        "李四",
        "西安",
        "先锋",
        "曾国藩",
        "张",
        "张三",
        "章三",
    ]
    assert max(len(pinyin_sort_key("张" * n)) for n in (1, 50, 500)) <= 200


def test_pinyin_of_words_and_names() -> None:
    assert pinyin("重庆长安汽车") == "chongqingchanganqiche"
    assert pinyin("曾国藩", person=True) == "zengguofan"
    assert initials("张三丰") == "zsf"


CHINESE = st.text(
    alphabet="西安先锋深圳华为技术张三丰恒南光重庆银行长乐朝阳单曾中国𠮷江翔俄昂额", min_size=1, max_size=10
)
MIXED = st.text(alphabet="西安先锋深圳华为张昂a nghzxiso12-（）ＡB𠮷éテ", min_size=1, max_size=12)


@settings(max_examples=400, deadline=None)
@given(CHINESE, st.data())
def test_every_prefix_of_the_pinyin_from_any_syllable_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    usual, second = syllables(fold(text))
    for reading in (usual, second or usual):
        joined = "".join(reading[start:])
        size = data.draw(st.integers(1, len(joined)))
        assert found(joined[:size], text), (joined[:size], text)


@settings(max_examples=400, deadline=None)
@given(CHINESE, st.data())
def test_every_fragment_of_the_text_and_of_the_initials_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    stop = data.draw(st.integers(start + 1, len(text)))
    assert found(text[start:stop], text)
    assert found(initials(text)[start:stop], text)


@settings(max_examples=400, deadline=None)
@given(MIXED, st.data())
def test_every_fragment_of_mixed_text_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    stop = data.draw(st.integers(start + 1, len(text)))
    if query_words(text[start:stop]):
        assert found(text[start:stop], text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.booleans())
def test_any_text_is_survived(text: str, person: bool) -> None:
    terms, stored = index_record([text], person=person)
    assert len(terms) == len(set(terms)) <= MAX_TERMS
    assert index_terms([text], person=person) == terms
    assert search_text([text], person=person) == stored
    assert fold(fold(text)) == fold(text)
    assert not set(fold(text)) & set(" |%_\\\x00")
    assert len(pinyin_sort_key(text, person=person)) <= 200
    assert "\x00" not in pinyin_sort_key(text, person=person)
    query_terms(text), typo_terms(text), phone_query_terms(text)
    assert normalise_query(normalise_query(text)) == normalise_query(text)


def test_the_table_is_that_of_the_dictionaries() -> None:
    generator = pytest.importorskip("kemai.kit.text.build_pinyin_table")
    assert generator.render() == Path(pinyin_table.__file__).read_text(encoding="utf-8")
