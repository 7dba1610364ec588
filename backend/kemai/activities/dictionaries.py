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
PREPARED = declare_dictionary(
    "contact_before",
    T("联系前准备", "Before the contact"),
    ("file_read", "看过客户档案", "File read"),
    ("history_read", "看过上次跟进", "Last follow-up read"),
    ("goal_set", "想好本次目的", "Purpose decided"),
    ("questions", "准备好问题", "Questions prepared"),
    ("material", "带好资料样品", "Material at hand"),
)
COVERED = declare_dictionary(
    "contact_during",
    T("联系中要点", "During the contact"),
    ("needs", "问清需求", "Needs asked"),
    ("decision", "问清谁决定", "Decision makers asked"),
    ("budget", "问清预算时间", "Budget and time asked"),
    ("proposal", "给出方案报价", "Proposal made"),
    ("objections", "回应了异议", "Objections answered"),
    ("next_agreed", "约定下一步", "Next step agreed"),
)
SETTLED = declare_dictionary(
    "contact_after",
    T("联系后收尾", "After the contact"),
    ("noted", "记录完整", "Noted in full"),
    ("sent", "资料已发出", "Material sent"),
    ("colleagues", "已告知同事", "Colleagues told"),
    ("feedback", "问过满意度", "Feedback asked for"),
    ("promises", "承诺已登记", "Promises noted"),
)
PROMISE_KIND = declare_dictionary(
    "promise_kind",
    T("承诺类型", "Kind of promise"),
    ("purpose", "追求目的", "Purpose pursued", "blue"),
    ("performance", "产品性能", "Product performance", "cyan"),
    ("expectation", "顾客期望", "Expectation", "green"),
    ("beyond", "超值", "Beyond value", "gold"),
)
PLANNED_KIND = declare_dictionary(
    "planned_kind",
    T("重点客户活动", "Key-account activity"),
    ("visit", "拜访", "Visit", "blue"),
    ("review", "业务回顾", "Business review", "purple"),
    ("invitation", "邀请来访", "Invitation", "orange"),
    ("greeting", "节日问候", "Greeting", "gold"),
)
CONTACT_LEVEL = declare_dictionary(
    "contact_level",
    T("往来层级", "Level"),
    ("top", "高层", "Management", "red"),
    ("department", "部门", "Department heads", "orange"),
    ("working", "经办", "Working level", "blue"),
)
