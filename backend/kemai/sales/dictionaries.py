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
CAMPAIGN = declare_dictionary(
    "campaign",
    T("市场活动", "Campaign"),
    ("exhibition", "行业展会", "Trade fair"),
    ("seminar", "研讨会", "Seminar"),
    ("website", "官网", "Website"),
    ("search_ads", "搜索推广", "Search advertising"),
    ("mailing", "邮件推广", "Mailing"),
    ("referral", "老客户推荐", "Referral programme"),
)
UNQUALIFIED_REASON = declare_dictionary(
    "unqualified_reason",
    T("不合格原因", "Why a lead is not qualified"),
    ("no_need", "没有需求", "No need"),
    ("no_budget", "没有预算", "No budget"),
    ("unreachable", "联系不上", "Cannot be reached"),
    ("wrong_contact", "信息有误", "Wrong details"),
    ("not_target", "不是目标客户", "Not a customer for us"),
    ("duplicate", "重复线索", "A double"),
    ("spam", "垃圾信息", "Spam"),
    ("other", "其他", "Other"),
)
UNCONVERT_REASON = declare_dictionary(
    "unconvert_reason",
    T("退回线索原因", "Why a conversion is taken back"),
    ("mistake", "误操作", "By mistake"),
    ("too_early", "转化过早", "Too early"),
    ("wrong_customer", "转错客户", "Wrong customer"),
    ("other", "其他", "Other"),
)
PRODUCT_CATEGORY = declare_dictionary(
    "product_category",
    T("产品分类", "Product category"),
    ("equipment", "设备", "Equipment"),
    ("software", "软件", "Software"),
    ("material", "材料与配件", "Materials and parts"),
    ("service", "服务", "Service"),
    ("other", "其他", "Other"),
)
PRODUCT_UNIT = declare_dictionary(
    "product_unit",
    T("计量单位", "Unit"),
    ("set", "套", "set"),
    ("unit", "台", "unit"),
    ("piece", "件", "piece"),
    ("ton", "吨", "ton"),
    ("metre", "米", "metre"),
    ("box", "箱", "box"),
    ("year", "年", "year"),
    ("day", "人天", "person-day"),
)
ATTITUDE = declare_dictionary(
    "attitude",
    T("态度", "Attitude"),
    ("champion", "支持我方", "On our side", "green"),
    ("positive", "偏向我方", "Leaning to us", "cyan"),
    ("neutral", "中立", "Neutral", "default"),
    ("negative", "偏向对手", "Leaning to others", "orange"),
    ("opponent", "反对", "Against us", "red"),
)
