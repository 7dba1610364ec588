"""Lists of values of the activity domain."""

from __future__ import annotations

from kemai.kit.words import T
from kemai.platform.objects.dictionaries import declare_dictionary

OUTCOME = declare_dictionary(
    "outcome",
    T("跟进结果", "Outcome"),
    ("interested", "有意向", "Interested", "green"),
    ("considering", "考虑中", "Considering", "blue"),
    ("quoted", "已报价", "Quoted", "cyan"),
    ("agreed", "达成共识", "Agreed", "gold"),
    ("no_need", "暂无需求", "No need", "default"),
    ("unreachable", "未联系上", "Not reached", "orange"),
    ("refused", "拒绝", "Refused", "red"),
    ("service", "服务沟通", "Service", "purple"),
)
