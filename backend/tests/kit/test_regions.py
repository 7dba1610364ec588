"""ANA-1: which province a text names."""

from __future__ import annotations

from collections import Counter

import pytest

from kemai.kit.regions import FOREIGN, PROVINCES, province_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("浙江", "zhejiang"),
        ("浙江省", "zhejiang"),
        ("浙江省杭州市西湖区", "zhejiang"),
        ("浙江-杭州", "zhejiang"),
        ("  杭州 ", "zhejiang"),
        ("义乌", "zhejiang"),
        ("中国江苏苏州", "jiangsu"),
        ("中国·宿州", "anhui"),
        ("内蒙古自治区包头市", "neimenggu"),
        ("内蒙", "neimenggu"),
        ("广西壮族自治区", "guangxi"),
        ("新疆维吾尔自治区", "xinjiang"),
        ("吉林市", "jilin"),
        ("吉安", "jiangxi"),
        ("海南", "hainan"),
        ("海南州共和县", "qinghai"),
        ("朝阳市", "liaoning"),
        ("朝阳区", "beijing"),
        ("朝阳", ""),
        ("香港特别行政区", "xianggang"),
        ("臺灣", "taiwan"),
        ("Zhejiang", "zhejiang"),
        ("shaanxi province", "shaanxi"),
        ("SHANXI", "shanxi"),
        ("美国加州", "foreign"),
        ("India", "foreign"),
        ("Indiana", ""),
        ("某地", ""),
        ("", ""),
    ],
)
def test_province_of(text: str, code: str) -> None:
    assert province_of(text) == code


def test_the_table_is_whole() -> None:
    """Thirty-four provinces, no name of two of them, every name found as its own province's."""
    assert len(PROVINCES) == 34
    names = Counter(name for p in (*PROVINCES, FOREIGN) for name in (p.label.zh, p.label.en, *p.places))
    assert [name for name, count in names.items() if count > 1] == []
    for province in (*PROVINCES, FOREIGN):
        for name in (province.label.zh, province.label.en, *province.places):
            assert province_of(name) == province.code, name
            assert province_of(f"中国{name}") == province.code or province is FOREIGN, name
