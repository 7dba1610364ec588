"""What every installation has from the start: the six steps after a purchase, the service process, cadences, greetings (ACT-3, ACT-6,
ACT-9, CUS-13)."""

from __future__ import annotations

from kemai.accounts.access import Actor
from kemai.activities.models import CadenceRule, GreetingTemplate, Sequence, SequenceStep
from kemai.base.audit import act
from kemai.kit.text.search import pinyin_sort_key

NAME = "购买后六步"
#: title, channels, days after the step before, guidance
SIX_STEPS = (
    (
        "直接访问：感谢购买",
        ("visit", "meeting"),
        3,
        "当面感谢客户的购买；确认到货、开箱和第一次使用顺利；留下联系方式，说明有事找谁。",
    ),
    (
        "电话访问：问候，确认使用情况",
        ("phone",),
        12,
        "电话问候；确认已经用上，问清用得怎么样、谁在用、有没有不会用的地方；有问题当天转给服务。",
    ),
    (
        "通信访问：增进亲近感",
        ("letter", "wechat", "sms", "email"),
        15,
        "寄一封信或发一条问候，附上使用技巧或同行案例；不推销，让客户记得我们。",
    ),
    (
        "直接访问：满意度调查",
        ("visit", "meeting"),
        30,
        "上门做满意度调查：产品、交付、服务、人员各打几分，哪里要改；当面答复能答复的，其余登记成承诺。",
    ),
    (
        "电话或直接访问：请求介绍",
        ("phone", "visit", "meeting"),
        30,
        "满意度好的客户，请他介绍需要同类产品的朋友或同行；说清想认识什么样的客户，得到介绍要回报进展。",
    ),
    (
        "通信访问：再次感谢，期待再次购买",
        ("letter", "wechat", "sms", "email"),
        30,
        "再次感谢；告诉客户新品和老客户政策，表达希望再次合作。",
    ),
)
#: Any way of contact does a step.
SERVICE_STEPS = (
    (
        "客户信息收集",
        (),
        0,
        "补齐客户档案：联系人和各自的角色、地址、在用的产品、重要日子；缺的项目在客户页的资料完整度里看。",
    ),
    (
        "客户需求分析",
        (),
        3,
        "当面或电话问清：要解决什么、现在难在哪里、为什么买、谁来定、预算和时间、最看重价格、质量还是售后；登记成“客户需求”。",
    ),
    (
        "服务策划",
        (),
        5,
        "按需求定出服务内容、由谁做、何时做完、怎样算做好；对客户说过的话登记成承诺。",
    ),
    (
        "服务实施",
        (),
        7,
        "按约定去做；有变化先告诉客户；做完请客户确认，兑现的承诺勾掉。",
    ),
    (
        "客户反馈跟进",
        (),
        14,
        "回访：哪里满意、哪里要改；能答复的当场答复，其余登记任务；新的需要再记一条“客户需求”。",
    ),
)
#: name, in English, description, begins when a deal is won, steps
SEQUENCES = (
    (
        NAME,
        "Six steps after a purchase",
        "成交后三个月里的六次联系：感谢、问候、亲近、满意度、请求介绍、再次感谢。",
        True,
        SIX_STEPS,
    ),
    (
        "客户服务流程",
        "Service process",
        "从了解客户到回访的五步：客户信息收集→客户需求分析→服务策划→服务实施→客户反馈跟进。",
        False,
        SERVICE_STEPS,
    ),
)
CADENCES = (
    ("重点客户", "Key customers", "importance", "key", 7, True),
    ("潜在客户", "Potential customers", "importance", "potential", 14, True),
    ("普通客户", "Ordinary customers", "importance", "ordinary", 30, False),
)
GREETINGS = (
    (
        "生日祝福",
        "Birthday",
        "birthday",
        "{{联系人}}，生日快乐！感谢您一直以来对我们的支持，祝您身体健康、万事顺意。——{{我}}",
    ),
    (
        "纪念日祝贺",
        "Anniversary",
        "anniversary",
        "{{联系人}}，值此纪念日，祝贺您和{{客户}}越来越好，感谢一路同行。——{{我}}",
    ),
)


def make_ready(actor: Actor) -> None:
    """Made once, while there is none of the kind; afterwards they are the administrator's."""
    if not Sequence.objects.exists():
        with act(actor, "create", object="sequences"):
            for name, name_en, description, on_won, steps in SEQUENCES:
                sequence = Sequence.objects.create(
                    name=name,
                    name_en=name_en,
                    name_sort=pinyin_sort_key(name),
                    description=description,
                    on_won=on_won,
                    stop_outcomes=["refused"],
                    created_by=actor.id,
                )
                for n, (title, channels, days, guidance) in enumerate(steps):
                    SequenceStep.objects.create(
                        sequence=sequence,
                        position=n + 1,
                        title=title,
                        channels=list(channels),
                        offset_days=days,
                        guidance=guidance,
                        created_by=actor.id,
                    )
    if not CadenceRule.objects.exists():
        with act(actor, "create", object="cadences"):
            for n, (name, name_en, field, value, days, working) in enumerate(CADENCES):
                CadenceRule.objects.create(
                    name=name,
                    name_en=name_en,
                    field=field,
                    value=value,
                    days=days,
                    working_days=working,
                    position=n + 1,
                    created_by=actor.id,
                )
    if not GreetingTemplate.objects.exists():
        with act(actor, "create", object="greetings"):
            for name, name_en, occasion, text in GREETINGS:
                GreetingTemplate.objects.create(
                    name=name, name_en=name_en, occasion=occasion, text=text, created_by=actor.id
                )
