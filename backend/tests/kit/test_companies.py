"""CUS-9: which company names are taken for one, and which are not."""

from __future__ import annotations

import pytest

from kemai.kit.text.companies import company_sounds, compare_companies, split_company

ENOUGH = 82

ALIKE = [
    ("上海华辰精密机械有限公司", "华辰精密机械", "the place left out"),
    ("上海华辰精密机械有限公司", "上海華辰精密機械(集團)有限公司", "traditional characters"),
    ("上海华辰精密机械有限公司", "上海华晨精密机械有限公司", "a homophone in the brand"),
    ("华为技术有限公司", "华为（上海）技术有限公司", "the place in brackets"),
    ("上海华辰精密机械有限公司", "上海市浦东新区华辰精密机械厂", "a district, another form"),
    ("华辰精密", "上海华辰精密机械有限公司", "a short name"),
    ("华辰", "上海华辰精密机械有限公司", "the brand alone"),
    ("阿里巴巴网络技术有限公司", "阿里巴吧网络技术", "a homophone in a long brand"),
    ("深圳市恒润达电子科技有限公司", "深圳恒润通电子科技", "one character of three exchanged"),
    ("深圳市腾讯计算机系统有限公司", "腾讯计算机系统", "a long brand"),
    ("广东美的集团", "美的集团股份有限公司", "a group"),
    ("江苏恒瑞医药股份有限公司", "恒瑞医药", "a province left out"),
    ("江苏恒瑞医药", "连云港恒瑞医药", "a province and a city in it"),
    ("ＡＢＢ（中国）有限公司", "ABB中国有限公司", "full width"),
    ("Kemai Technology Co., Ltd.", "KEMAI TECH LTD", "English forms"),
    ("Siemens AG", "Siemens (China) Co., Ltd.", "an English place"),
]
DIFFERENT = [
    ("上海华辰精密机械有限公司", "北京华辰精密机械有限公司", "another city"),
    ("上海华辰精密机械有限公司", "上海华辰贸易有限公司", "another trade"),
    ("上海华辰精密机械有限公司", "上海华展精密机械有限公司", "one of two characters, another sound"),
    ("中国平安保险有限公司上海分公司", "中国平安保险有限公司北京分公司", "two branches"),
    ("中国石化上海分公司", "中国石化", "a branch and the whole"),
    ("金龙食品", "金龙鱼食品", "one brand inside another"),
    ("中国移动", "中国联通", "two of one trade"),
    ("苏州恒瑞医药", "连云港恒瑞医药", "two cities"),
    ("杭州云栖网络科技有限公司", "杭州云曦网络科技有限公司", "two characters, another sound"),
    ("中国", "中国移动", "a place is no company"),
]


@pytest.mark.parametrize(("one", "two", "why"), ALIKE)
def test_taken_for_one(one: str, two: str, why: str) -> None:
    """Both ways round, and with a key in common: an index that does not bring them together finds nothing."""
    assert compare_companies(one, two).score >= ENOUGH, why
    assert compare_companies(one, two) == compare_companies(two, one)
    assert company_sounds(one) & company_sounds(two), why


@pytest.mark.parametrize(("one", "two", "why"), DIFFERENT)
def test_kept_apart(one: str, two: str, why: str) -> None:
    assert compare_companies(one, two).score < ENOUGH, why


def test_a_name_is_taken_apart() -> None:
    found = split_company("深圳市恒润达电子科技有限公司")
    assert (found.brand, found.place, found.trade, found.branch) == ("恒润达", "深圳", "电子科技", "")


@pytest.mark.parametrize(
    "name", ["", " ", "有限公司", "()", "（上海）", "公司", "a", "\U00020000", "𠮷" * 300, "上海", "1" * 200]
)
def test_odd_names_do_no_harm(name: str) -> None:
    split_company(name)
    assert len(company_sounds(name)) <= 20
    assert compare_companies(name, "上海华辰精密机械有限公司").score < ENOUGH
