"""Names and sentences of the demo company. Everything is invented; phone numbers use a range that is not given out."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from stdnum.cn import uscc

from kemai.kit.words import T

ALREADY_PEOPLED = T(
    "系统里已有人员，演示数据只能装入空系统。", "There are people already; the demo goes into an empty system only."
)
COMPANY = "华睿科技集团"
SELLING = ("销售代表", "客户经理")
DEPARTMENTS = (
    ("总经理办公室", COMPANY, "department"),
    ("销售中心", COMPANY, "department"),
    ("华东一部", "销售中心", "department"),
    ("华东二部", "销售中心", "department"),
    ("华南部", "销售中心", "department"),
    ("华北部", "销售中心", "department"),
    ("大客户部", "销售中心", "department"),
    ("销售内勤组", "销售中心", "department"),
    ("营销部", COMPANY, "department"),
    ("客服中心", COMPANY, "department"),
    ("工程项目部", COMPANY, "department"),
    ("财务部", COMPANY, "department"),
    ("信息部", COMPANY, "department"),
    ("华睿服务有限公司", COMPANY, "subsidiary"),
)
HEADS = {
    "总经理办公室": "boss",
    "销售中心": "director",
    "华东一部": "manager",
    "华东二部": "manager2",
    "华南部": "manager3",
    "华北部": "manager4",
    "大客户部": "manager5",
    "营销部": "marketing",
    "客服中心": "service_head",
}
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓韩冯曹彭曾肖"
    "田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付"
    "方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国文辉力鹏飞宇浩轩欣怡雨婷雪梅志远海燕晓东春生佳琪子涵思远梦洁俊峰立新永康"


def person_names(dice: random.Random) -> Iterator[str]:
    """Invented names without end, none twice."""
    seen: set[str] = set()
    while True:
        name = dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2, 2))))
        if name not in seen:
            seen.add(name)
            yield name


def staff(names: Iterator[str]) -> Iterator[tuple[str, str, str, str, str]]:
    """(user name, name, department, title, role) of about sixty people."""
    fixed = (
        ("admin", "系统管理员", "信息部", "系统管理员", "administrator"),
        ("boss", "", "总经理办公室", "总经理", "management"),
        ("director", "", "销售中心", "销售总监", "sales_director"),
        ("manager", "", "华东一部", "销售经理", "sales_manager"),
        ("rep", "", "华东一部", "销售代表", "sales_rep"),
        ("rep2", "", "华东一部", "销售代表", "sales_rep"),
        ("manager2", "", "华东二部", "销售经理", "sales_manager"),
        ("manager3", "", "华南部", "销售经理", "sales_manager"),
        ("rep3", "", "华南部", "销售代表", "sales_rep"),
        ("manager4", "", "华北部", "销售经理", "sales_manager"),
        ("manager5", "", "大客户部", "销售经理", "sales_manager"),
        ("inside", "", "销售中心", "内勤", "inside_sales"),
        ("inside2", "", "销售内勤组", "内勤", "inside_sales"),
        ("secretary", "", "总经理办公室", "行政秘书", "secretary"),
        ("marketing", "", "营销部", "营销部部长", "marketing_head"),
        ("marketing2", "", "营销部", "营销主管", "marketing_supervisor"),
        ("relations", "", "营销部", "客户关系主管", "relations_supervisor"),
        ("relations2", "", "营销部", "客户关系专员", "relations_officer"),
        ("service_head", "", "客服中心", "客服主管", "service_supervisor"),
        ("service", "", "客服中心", "客服人员", "service_agent"),
        ("service2", "", "客服中心", "客服人员", "service_agent"),
        ("complaints", "", "客服中心", "投诉处理人员", "complaint_handler"),
        ("engineer", "", "工程项目部", "工程师", "engineering"),
        ("engineer2", "", "华睿服务有限公司", "工程师", "engineering"),
        ("finance", "", "财务部", "会计", "finance"),
        ("finance2", "", "财务部", "出纳", "finance"),
        ("auditor", "", "总经理办公室", "审计", "auditor"),
    )
    for username, name, department, title, role in fixed:
        yield username, name or next(names), department, title, role
    number = 4
    for department, count in (("华东一部", 6), ("华东二部", 7), ("华南部", 6), ("华北部", 7), ("大客户部", 5)):
        title = "客户经理" if department == "大客户部" else "销售代表"
        for _ in range(count):
            yield f"rep{number}", next(names), department, title, "sales_rep"
            number += 1


def mobile(dice: random.Random) -> str:
    return f"1{dice.choice(('38', '39', '50', '58', '86', '87', '36', '77'))}{dice.randrange(10**8):08d}"


CITIES = (
    ("上海", "上海市浦东新区", "021"),
    ("杭州", "浙江省杭州市滨江区", "0571"),
    ("苏州", "江苏省苏州市工业园区", "0512"),
    ("南京", "江苏省南京市江宁区", "025"),
    ("宁波", "浙江省宁波市鄞州区", "0574"),
    ("无锡", "江苏省无锡市新吴区", "0510"),
    ("广州", "广东省广州市天河区", "020"),
    ("深圳", "广东省深圳市南山区", "0755"),
    ("东莞", "广东省东莞市松山湖", "0769"),
    ("佛山", "广东省佛山市顺德区", "0757"),
    ("北京", "北京市海淀区", "010"),
    ("天津", "天津市滨海新区", "022"),
    ("青岛", "山东省青岛市崂山区", "0532"),
    ("济南", "山东省济南市历下区", "0531"),
    ("武汉", "湖北省武汉市洪山区", "027"),
    ("成都", "四川省成都市高新区", "028"),
    ("重庆", "重庆市渝北区", "023"),
    ("西安", "陕西省西安市雁塔区", "029"),
    ("郑州", "河南省郑州市郑东新区", "0371"),
    ("厦门", "福建省厦门市思明区", "0592"),
)
FIRST = (
    "恒盛宏鼎瑞鑫华泰中金博锐远创新联信达美佳和顺德昌隆兴凯旋天润海川明阳长青正大百川万通嘉禾广源腾飞启航卓越汇丰荣光"
)
TRADES = (
    ("manufacturing", ("精密机械", "自动化设备", "汽车零部件", "电子科技", "模具制造", "五金制品")),
    ("construction", ("建筑工程", "装饰工程", "市政工程", "钢结构")),
    ("real_estate", ("置业", "房地产开发", "物业服务")),
    ("wholesale", ("商贸", "贸易", "供应链管理", "百货")),
    ("logistics", ("物流", "运输", "仓储服务")),
    ("it", ("信息技术", "软件", "网络科技", "数据服务")),
    ("finance", ("融资租赁", "保险代理", "资产管理")),
    ("energy", ("新能源", "化工", "环保科技")),
    ("healthcare", ("医疗器械", "生物医药", "健康管理")),
    ("education", ("教育科技", "职业培训")),
    ("catering", ("餐饮管理", "酒店管理")),
    ("agriculture", ("农业发展", "食品")),
)
FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司")


class CompanyMaker:
    """Customers of every kind, no name twice."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.seen: set[str] = set()
        self.names = person_names(dice)

    def customer(self) -> dict[str, Any]:
        return self.person() if self.dice.random() < 0.06 else self.company()

    def company(self) -> dict[str, Any]:
        dice = self.dice
        while True:
            city, region, code = dice.choice(CITIES)
            industry, kinds = dice.choice(TRADES)
            brand = "".join(dice.sample(FIRST, 2))
            name = f"{city}{brand}{dice.choice(kinds)}{dice.choice(FORMS)}"
            if f"{city}{brand}" not in self.seen:
                self.seen.add(f"{city}{brand}")
                break
        row: dict[str, Any] = {
            "name": name,
            "short_name": f"{city}{brand}" if dice.random() < 0.4 else brand,
            "kind": "company",
            "industry": industry,
            "source": dice.choices(
                ("cold_call", "visit", "referral", "exhibition", "web", "wechat", "advert", "partner", "import"),
                (20, 12, 15, 10, 14, 10, 6, 6, 7),
            )[0],
            "region": region,
            "importance": dice.choices(("key", "potential", "ordinary", ""), (12, 25, 45, 18))[0],
            "relation_stage": dice.choices(("potential", "interested", "closed", "loyal", ""), (35, 30, 20, 5, 10))[0],
            "size": dice.choices(("large", "medium", "small", "micro", ""), (8, 25, 35, 15, 17))[0],
            "nature": dice.choices(("state", "private", "foreign", "joint", "listed", ""), (10, 55, 8, 5, 4, 18))[0],
        }
        if dice.random() < 0.85:
            row["phone"] = (
                mobile(dice) if dice.random() < 0.6 else f"{code}-{dice.randrange(2, 9)}{dice.randrange(10**7):07d}"
            )
        if dice.random() < 0.5:
            row["address"] = (
                f"{region}{dice.choice(('科技路', '人民路', '建设大道', '创新大街', '滨江路'))}{dice.randrange(1, 999)}号"
            )
        if dice.random() < 0.6:
            row["credit_code"] = credit_code(dice)
        if dice.random() < 0.3:
            row["tags"] = dice.sample(
                ("重点跟进", "老客户", "价格敏感", "有账期", "标杆", "需要样品", "展会认识"), dice.choice((1, 1, 2))
            )
        if dice.random() < 0.5:
            row["legal_representative"] = next(self.names)
        return row

    def person(self) -> dict[str, Any]:
        dice = self.dice
        return {
            "name": next(self.names),
            "kind": "person",
            "phone": mobile(dice),
            "source": dice.choice(("referral", "wechat", "web", "visit")),
            "region": dice.choice(CITIES)[1],
            "sex": dice.choice(("male", "female")),
            "occupation": dice.choice(("个体经营", "工程师", "医生", "教师", "企业主")),
            "importance": dice.choice(("potential", "ordinary")),
        }


def credit_code(dice: random.Random) -> str:
    """A made-up code with a right check digit."""
    body = f"91{dice.choice(('310115', '330108', '320571', '440305', '110108'))}{''.join(dice.choice('0123456789ABCDEFGHJKLMNPQRTUWXY') for _ in range(9))}"
    return body + uscc.calc_check_digit(body)


TITLES = (
    ("采购经理", "influences"),
    ("总经理", "decides"),
    ("技术总监", "influences"),
    ("财务经理", "gatekeeper"),
    ("采购员", "uses"),
    ("生产主管", "uses"),
    ("副总经理", "decides"),
    ("行政主管", "gatekeeper"),
)


def contact(dice: random.Random, customer: str, *, primary: bool) -> dict[str, Any]:
    title, role = dice.choice(TITLES)
    row: dict[str, Any] = {
        "customer": customer,
        "name": dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2)))),
        "title": title,
        "phone": mobile(dice),
        "is_primary": primary,
        "decision_role": role,
        "warmth": dice.choices(("cold", "known", "good", "close", "against"), (20, 40, 25, 12, 3))[0],
    }
    if dice.random() < 0.4:
        row["wechat"] = f"wx_{dice.randrange(10**7):07d}"
    if dice.random() < 0.3:
        row["birthday"] = f"{dice.randrange(1965, 1998)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 28):02d}"
    return row


SAID = (
    ("phone", "interested", "电话沟通，对方对{product}有兴趣，希望先看资料。", "发送产品资料"),
    ("phone", "considering", "电话回访，客户正在比较三家供应商，下月定。", "准备对比说明"),
    ("phone", "unreachable", "电话未接通，改用微信留言。", "换时间再打"),
    ("visit", "interested", "上门拜访，见到{who}，了解现有设备和预算，约定下周看方案。", "提交方案"),
    ("visit", "agreed", "上门拜访，价格和交期基本谈妥，等对方走审批。", "跟进审批进度"),
    ("wechat", "considering", "微信发送了报价单，{who}说领导出差，下周回复。", "下周确认"),
    ("wechat", "interested", "微信沟通，客户询问{product}的参数和案例。", "发送案例"),
    ("meeting", "quoted", "视频会议讲解方案，对方提出增加两项功能，需重新报价。", "更新报价"),
    ("email", "quoted", "邮件发送正式报价，有效期三十天。", "电话确认收到"),
    ("phone", "service", "客户反映上次到货有一台外壳划伤，已转售后处理。", "跟进处理结果"),
    ("phone", "no_need", "客户表示今年没有采购计划，明年再联系。", "年底再联系"),
    ("exhibition", "interested", "展会上交换名片，对{product}很感兴趣。", "展后一周内回访"),
)
PRODUCTS = ("控制系统", "检测设备", "节能改造方案", "自动化产线", "管理软件", "备件服务", "年度维保")
WHO = ("采购经理", "总经理", "技术负责人", "财务")


def interaction(dice: random.Random, customer: str, contacts: list[Any]) -> dict[str, Any]:
    channel, outcome, text, following = dice.choices(SAID, (16, 12, 8, 12, 6, 10, 10, 5, 6, 4, 6, 3))[0]
    return {
        "customer": customer,
        "contact": str(dice.choice(contacts)) if contacts and dice.random() < 0.7 else None,
        "channel": channel,
        "outcome": outcome,
        "content": text.format(product=dice.choice(PRODUCTS), who=dice.choice(WHO)),
        "next_step": following,
    }


def dated(dice: random.Random, row: dict[str, Any], at: datetime, *, now_at: datetime) -> dict[str, Any]:
    """A follow-up with its moment, and in most cases the next one agreed."""
    row = {**row, "occurred_at": at.isoformat()}
    # A good rep keeps most of his dates: of those long past only a few are still open.
    if dice.random() < (0.6 if at > now_at - timedelta(days=21) else 0.06):
        row["next_contact_at"] = (
            at + timedelta(days=dice.choice((3, 5, 7, 10, 14, 21, 30)), minutes=dice.randrange(1, 200))
        ).isoformat()
    return row


def opportunity(dice: random.Random, customer: str, contacts: list[Any], opened: datetime) -> dict[str, Any]:
    amount = round(dice.lognormvariate(11.6, 0.9) / 500) * 500 + 500
    return {
        "name": f"{dice.choice(PRODUCTS)}{dice.choice(('采购', '项目', '一期', '二期', '年度框架', '试点'))}",
        "customer": customer,
        "contact": str(dice.choice(contacts)) if contacts else None,
        "amount": f"{amount}.00",
        "expected_close_on": (opened + timedelta(days=dice.randrange(20, 120))).date().isoformat(),
        "source": dice.choice(("cold_call", "visit", "referral", "exhibition", "web")),
        "competitors": dice.choice(("", "", "", "远东科技", "海川自动化", "北方设备")),
    }


TODO = (
    "回电确认报价",
    "准备方案演示",
    "寄送样品",
    "拜访客户",
    "整理会议纪要",
    "提交合同草稿",
    "跟进付款",
    "生日问候",
    "邀请参加展会",
    "更新客户档案",
)


def task(dice: random.Random, customer: str, moment: datetime) -> dict[str, Any]:
    return {
        "title": dice.choice(TODO),
        "related": customer,
        "due_at": (
            moment + timedelta(days=dice.choice((-3, -1, 0, 0, 0, 1, 2, 5, 9)), hours=dice.randrange(1, 6))
        ).isoformat(),
        "priority": dice.choices(("high", "normal", "low"), (2, 6, 1))[0],
    }
