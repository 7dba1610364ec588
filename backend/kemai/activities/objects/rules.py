"""What administrators set for the follow-up day: how often whom, and how greetings read."""

from __future__ import annotations

from kemai.accounts.access import Ownership
from kemai.activities.models import CadenceRule, GreetingTemplate
from kemai.activities.objects.work import OCCASIONS
from kemai.activities.services import rules
from kemai.kit.words import T
from kemai.platform.objects.declare import Choice, Field, ObjectType, SearchLine, declared_object, register
from kemai.platform.objects.types import BOOL, CHOICE, DATE, INTEGER, LONG_TEXT, TEXT

CLASSIFICATIONS = tuple(
    Choice(name, declared_object("customers").by_name[name].label) for name in rules.CLASSIFICATIONS
)

register(
    ObjectType(
        name="cadences",
        model=CadenceRule,
        label=T("联系频率", "Cadence"),
        label_plural=T("联系频率", "Cadences"),
        description=T(
            "哪类客户多少天联系一次；从上到下第一条符合的算数。",
            "Which customers are contacted how often; the first that fits counts.",
        ),
        permission="activities.cadence",
        ownership=Ownership(public=True),
        title="name",
        title_en="name_en",
        fields=(
            Field("field", CHOICE, T("按哪个分类", "By"), choices=CLASSIFICATIONS, required=True, quick=True),
            Field("value", TEXT, T("取值", "Value"), required=True, quick=True, max_length=40),
            Field(
                "days", INTEGER, T("每几天联系一次", "Every … days"), required=True, quick=True, minimum=1, maximum=3650
            ),
            Field("working_days", BOOL, T("按工作日算", "Working days"), quick=True),
            Field("position", INTEGER, T("顺序", "Position"), quick=True, default=0, sortable=True, indexed=True),
            Field("active", BOOL, T("启用", "Active"), quick=True, default=True),
            Field("name", TEXT, T("名称", "Name"), max_length=60, help=T("留空自动命名", "Empty: made for you")),
            Field("name_en", TEXT, T("英文名称", "English name"), max_length=60),
        ),
        columns=("position", "name", "field", "days", "working_days", "active"),
        default_sort="position",
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        prepare=rules.prepare_cadences,
        can_import=False,
        menu=False,
        unique=(("cadence_once", "value", T("该取值已有规则。", "There is a rule for this value.")),),
    )
)

register(
    ObjectType(
        name="greetings",
        model=GreetingTemplate,
        label=T("问候模板", "Greeting"),
        label_plural=T("问候模板", "Greetings"),
        description=T(
            "生日、纪念日和节日的问候语；可用占位 {{联系人}}、{{客户}}、{{我}}。",
            "Greetings for birthdays, anniversaries and holidays, with places {{contact}}, {{customer}}, {{me}}.",
        ),
        permission="activities.greeting",
        ownership=Ownership(public=True),
        title="name",
        title_en="name_en",
        fields=(
            Field("name", TEXT, T("名称", "Name"), required=True, quick=True, max_length=60),
            Field("name_en", TEXT, T("英文名称", "English name"), max_length=60),
            Field("occasion", CHOICE, T("场合", "Occasion"), choices=OCCASIONS, required=True, quick=True),
            Field("holiday_on", DATE, T("节日日期", "Day of the holiday"), quick=True),
            Field("text", LONG_TEXT, T("问候语", "Text"), required=True, quick=True),
            Field("active", BOOL, T("启用", "Active"), quick=True, default=True),
        ),
        columns=("name", "occasion", "holiday_on", "text", "active"),
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        prepare=rules.prepare_greetings,
        can_import=False,
        menu=False,
    )
)
