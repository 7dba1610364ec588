"""Lists of values of the sales domain."""

from __future__ import annotations

from kemai.kit.words import T
from kemai.platform.objects.dictionaries import declare_dictionary

LOST_REASON = declare_dictionary(
    "lost_reason",
    T("丢单原因", "Reason for the loss"),
    ("price", "价格过高", "Price"),
    ("competitor", "选择竞争对手", "Chose a competitor"),
    ("no_budget", "没有预算", "No budget"),
    ("cancelled", "项目取消", "Project cancelled"),
    ("product", "产品不满足", "Product does not fit"),
    ("relation", "关系不到位", "Relationship"),
    ("service", "服务或交期", "Service or delivery"),
    ("other", "其他", "Other"),
)
WON_REASON = declare_dictionary(
    "won_reason",
    T("赢单原因", "Reason for the win"),
    ("price", "价格优势", "Price"),
    ("product", "产品优势", "Product"),
    ("relation", "客情关系", "Relationship"),
    ("service", "服务", "Service"),
    ("brand", "品牌", "Brand"),
    ("other", "其他", "Other"),
)
