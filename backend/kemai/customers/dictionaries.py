"""Lists of values of the customer domain; seeded once, then the administrator's."""

from __future__ import annotations

from kemai.kit.words import T
from kemai.platform.objects.dictionaries import declare_dictionary

INDUSTRY = declare_dictionary(
    "industry",
    T("行业", "Industry"),
    ("manufacturing", "制造业", "Manufacturing"),
    ("construction", "建筑工程", "Construction"),
    ("real_estate", "房地产", "Real estate"),
    ("wholesale", "批发零售", "Wholesale and retail"),
    ("logistics", "交通物流", "Logistics"),
    ("it", "信息技术", "Information technology"),
    ("finance", "金融", "Finance"),
    ("energy", "能源化工", "Energy and chemicals"),
    ("healthcare", "医疗健康", "Healthcare"),
    ("education", "教育培训", "Education"),
    ("catering", "餐饮酒店", "Hotels and catering"),
    ("agriculture", "农林牧渔", "Agriculture"),
    ("government", "政府与事业单位", "Government"),
    ("other", "其他", "Other"),
)
SOURCE = declare_dictionary(
    "source",
    T("客户来源", "Source"),
    ("cold_call", "电话拜访", "Cold call"),
    ("visit", "上门拜访", "Visit"),
    ("referral", "老客户介绍", "Referral"),
    ("exhibition", "展会", "Exhibition"),
    ("web", "网站", "Website"),
    ("wechat", "微信", "WeChat"),
    ("advert", "广告", "Advertising"),
    ("partner", "合作伙伴", "Partner"),
    ("import", "历史导入", "Imported"),
    ("other", "其他", "Other"),
)
SIZE = declare_dictionary(
    "size",
    T("规模", "Size"),
    ("large", "大客户", "Large"),
    ("medium", "中型客户", "Medium"),
    ("small", "小客户", "Small"),
    ("micro", "小微客户", "Micro"),
)
IMPORTANCE = declare_dictionary(
    "importance",
    T("重要程度", "Importance"),
    ("key", "重点客户", "Key", "red"),
    ("potential", "潜在客户", "Potential", "blue"),
    ("ordinary", "普通客户", "Ordinary", "default"),
)
RELATION_STAGE = declare_dictionary(
    "relation_stage",
    T("成交阶段", "Relation stage"),
    ("potential", "潜在", "Potential", "default"),
    ("interested", "意向", "Interested", "blue"),
    ("closed", "成交", "Closed", "green"),
    ("loyal", "忠诚", "Loyal", "gold"),
)
STRATEGIC = declare_dictionary(
    "strategic_class",
    T("战略分类", "Strategic class"),
    ("potential", "潜在客户", "Potential", "default"),
    ("important", "重要客户", "Important", "orange"),
    ("strategic", "战略客户", "Strategic", "purple"),
)
NATURE = declare_dictionary(
    "nature",
    T("企业性质", "Nature of the company"),
    ("state", "国有企业", "State-owned"),
    ("private", "民营企业", "Private"),
    ("foreign", "外资企业", "Foreign"),
    ("joint", "合资企业", "Joint venture"),
    ("listed", "上市公司", "Listed"),
    ("public", "事业单位", "Public institution"),
    ("individual", "个体工商户", "Sole trader"),
)
DECISION_ROLE = declare_dictionary(
    "decision_role",
    T("决策角色", "Role in the decision"),
    ("decides", "决策者", "Decides", "red"),
    ("influences", "影响者", "Influences", "orange"),
    ("uses", "使用者", "Uses", "blue"),
    ("gatekeeper", "把关者", "Gatekeeper", "default"),
)
WARMTH = declare_dictionary(
    "warmth",
    T("关系程度", "Warmth"),
    ("cold", "陌生", "Cold", "default"),
    ("known", "认识", "Acquainted", "blue"),
    ("good", "良好", "Good", "green"),
    ("close", "密切", "Close", "gold"),
    ("against", "抵触", "Opposed", "red"),
)
EDUCATION = declare_dictionary(
    "education",
    T("学历", "Education"),
    ("junior", "初中及以下", "Junior school"),
    ("senior", "高中/中专", "Senior school"),
    ("college", "大专", "College"),
    ("bachelor", "本科", "Bachelor"),
    ("master", "硕士及以上", "Master or above"),
)
CHANNEL = declare_dictionary(
    "channel",
    T("联系方式", "Channel"),
    ("phone", "电话", "Phone"),
    ("visit", "拜访", "Visit"),
    ("wechat", "微信/企业微信", "WeChat/WeCom"),
    ("meeting", "面谈/会议", "Meeting"),
    ("email", "邮件", "E-mail"),
    ("sms", "短信", "SMS"),
    ("video", "视频会议", "Video call"),
    ("chat", "在线聊天", "Online chat"),
    ("social", "社交媒体", "Social media"),
    ("fax", "传真", "Fax"),
    ("letter", "信函", "Letter"),
    ("exhibition", "展会", "Exhibition"),
    ("portal", "门户", "Portal"),
    ("web_form", "网页表单", "Web form"),
)
RELATION_KIND = declare_dictionary(
    "relation_kind",
    T("关系", "Relation"),
    ("parent", "母公司", "Parent company of"),
    ("subsidiary", "子公司", "Subsidiary of"),
    ("spouse", "配偶", "Spouse of"),
    ("father_mother", "父母", "Father or mother of"),
    ("child", "子女", "Child of"),
    ("referred_by", "由其介绍", "Was referred by"),
    ("partner", "合作伙伴", "Partner of"),
    ("competitor", "竞争对手", "Competitor of"),
    ("supplier", "供应商", "Supplier of"),
)
RELEASE_REASON = declare_dictionary(
    "release_reason",
    T("退回原因", "Reason for release"),
    ("no_need", "暂无需求", "No need"),
    ("unreachable", "联系不上", "Cannot be reached"),
    ("wrong_region", "不在本人区域", "Outside my region"),
    ("no_time", "精力不足", "No time"),
    ("other", "其他", "Other"),
)

LADDER = declare_dictionary(
    "ladder",
    T("客户阶梯", "Customer ladder"),
    ("potential", "潜在客户", "Suspect", "default"),
    ("possible", "可能客户", "Prospect", "blue"),
    ("supporter", "支持者", "Supporter", "cyan"),
    ("customer", "客户", "Customer", "green"),
    ("loyal", "忠实客户", "Loyal customer", "gold"),
)
FREQUENCY = declare_dictionary(
    "frequency_class",
    T("购买频率", "Frequency"),
    ("high", "高频", "Frequent", "green"),
    ("low", "低频", "Seldom", "default"),
)
TENURE = declare_dictionary(
    "tenure_class", T("新老客户", "Tenure"), ("new", "新客户", "New", "blue"), ("old", "老客户", "Old", "default")
)
BUYER_KIND = declare_dictionary(
    "buyer_kind",
    T("购买主体", "Buyer"),
    ("individual", "个人", "Individual"),
    ("group", "集团", "Group"),
    ("office", "办公", "Office"),
)
LEVEL = declare_dictionary(
    "level",
    T("高中低", "Level"),
    ("high", "高", "High", "red"),
    ("middle", "中", "Middle", "orange"),
    ("low", "低", "Low", "default"),
)
NEED_FOCUS = declare_dictionary(
    "need_focus",
    T("需求关注点", "Focus of a need"),
    ("price", "价格", "Price", "orange"),
    ("quality", "质量", "Quality", "blue"),
    ("after_sales", "售后", "After-sales", "green"),
    ("other", "其他", "Other", "default"),
)
