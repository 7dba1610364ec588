"""What the made-up company data is put together from."""

from __future__ import annotations

from functools import cache

CITIES = [
    "北京",
    "上海",
    "广州",
    "深圳",
    "杭州",
    "苏州",
    "南京",
    "武汉",
    "成都",
    "重庆",
    "西安",
    "天津",
    "青岛",
    "大连",
    "宁波",
    "厦门",
    "长沙",
    "郑州",
    "合肥",
    "福州",
    "济南",
    "沈阳",
    "昆明",
    "南昌",
    "无锡",
    "佛山",
    "东莞",
    "常州",
    "温州",
    "嘉兴",
    "绍兴",
    "台州",
    "泉州",
    "珠海",
    "中山",
    "惠州",
    "烟台",
    "潍坊",
    "徐州",
    "扬州",
]
FIRST = "云 华 恒 瑞 宏 鼎 盛 泰 博 创 智 联 捷 信 安 达 康 明 远 新 金 海 天 中 凯 嘉 亿 德 永 兴"
SECOND = "帆 峰 业 源 通 达 科 腾 诚 翔 辰 宇 锐 邦 和 润 途 晟 维 图"
TRADES = [
    "智能科技",
    "信息技术",
    "机械制造",
    "电子商务",
    "生物医药",
    "新材料",
    "精密仪器",
    "建筑工程",
    "物流运输",
    "食品贸易",
    "环保设备",
    "软件开发",
    "文化传媒",
    "能源",
    "化工",
    "纺织",
    "汽车零部件",
    "医疗器械",
    "包装印刷",
    "农业发展",
]
FORMS = ("有限公司", "有限公司华东分公司", "有限公司华南分公司")
INDUSTRIES = (
    "manufacturing",
    "construction",
    "wholesale",
    "logistics",
    "it",
    "finance",
    "energy",
    "healthcare",
    "education",
    "other",
)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建国志文晓燕海鹏宇欣怡"
PRODUCTS = [
    "年度采购",
    "系统升级",
    "设备更新",
    "服务续约",
    "试点项目",
    "仓储改造",
    "培训服务",
    "数据平台",
    "产线扩建",
    "备件供应",
]
TALKS = (
    "电话沟通报价",
    "上门拜访，确认需求",
    "发送产品资料",
    "约定下周演示",
    "商谈付款方式",
    "对方要求折扣",
    "技术交流会",
    "回访使用情况",
    "寄送样品",
    "确认合同条款",
    "催收尾款",
    "介绍新产品",
    "了解预算安排",
    "陪同参观工厂",
    "解答售后问题",
    "客户暂不考虑",
)
FOLLOW_UPS = tuple(
    f"{talk}，{more}" for talk in TALKS for more in ("下周再联系", "等候答复", "已发邮件", "需要主管支持", "进展顺利")
)


@cache
def brands() -> list[str]:
    """Two-character brands: what a two-character search looks for."""
    return [a + b for a in FIRST.split() for b in SECOND.split()]


def person(n: int) -> str:
    """A name of two or three characters."""
    surname, n = SURNAMES[n % len(SURNAMES)], n // len(SURNAMES)
    first, n = GIVEN[n % len(GIVEN)], n // len(GIVEN)
    return surname + first + (GIVEN[n % len(GIVEN)] if n % 3 else "")


def company(n: int) -> tuple[str, str]:
    """A company's full name and its brand; distinct for every n below 1.44 million."""
    made = brands()
    first, rest = n % len(made), n // len(made)
    city, rest = CITIES[(rest + first) % len(CITIES)], rest // len(CITIES)
    trade, rest = TRADES[(rest + first) % len(TRADES)], rest // len(TRADES)
    return f"{city}{made[first]}{trade}{FORMS[rest % len(FORMS)]}", made[first]
