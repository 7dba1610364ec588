"""The declarations of pipelines and their stages."""

from __future__ import annotations

from kemai.accounts.access import Ownership
from kemai.kit.words import T
from kemai.platform.objects.declare import Choice, Field, ObjectType, Panel, SearchLine, register
from kemai.platform.objects.types import BOOL, CHOICE, DEPARTMENT, INTEGER, LONG_TEXT, REFERENCE, TEXT, WHOLE_PERCENT
from kemai.sales.models import Pipeline, Stage
from kemai.sales.objects.opportunities import FORECAST, STATUS
from kemai.sales.services import pipelines, reaching

COLORS = tuple(
    Choice(c, T(zh, c))
    for c, zh in (
        ("blue", "蓝"),
        ("cyan", "青"),
        ("green", "绿"),
        ("gold", "金"),
        ("orange", "橙"),
        ("red", "红"),
        ("purple", "紫"),
        ("default", "灰"),
    )
)

register(
    ObjectType(
        name="pipelines",
        model=Pipeline,
        label=T("销售流程", "Pipeline"),
        label_plural=T("销售流程", "Pipelines"),
        permission="sales.pipeline",
        ownership=Ownership(public=True),
        title="name",
        title_en="name_en",
        fields=(
            Field(
                "name",
                TEXT,
                T("名称", "Name"),
                required=True,
                quick=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=60,
            ),
            Field("name_en", TEXT, T("英文名称", "English name"), quick=True, max_length=60),
            Field("position", INTEGER, T("顺序", "Position"), sortable=True, indexed=True, quick=True, default=0),
            Field("active", BOOL, T("启用", "Active"), quick=True, default=True),
            Field(
                "department",
                DEPARTMENT,
                T("使用部门", "For department"),
                target="departments",
                quick=True,
                help=T("留空为全公司；部门包括下级。", "Empty: everybody; with all departments below."),
            ),
            Field(
                "planned",
                BOOL,
                T("制定推进计划", "With a plan"),
                quick=True,
                help=T("每个阶段有负责人和日期。", "Each stage has a responsible person and a date."),
            ),
        ),
        columns=("name", "name_en", "department", "planned", "position", "active"),
        default_sort="position",
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        panels=(
            Panel(
                "stages",
                T("阶段", "Stages"),
                "stages",
                "pipeline",
                ("name", "name_en", "code", "kind", "probability", "rot_days", "position"),
            ),
        ),
        can_import=False,
        after=pipelines.after_pipelines,
        in_use=(("sales_opportunity", "pipeline_id"),),
        menu=False,
        unique=(("pipeline_name_once", "name", T("已有同名流程。", "There is a pipeline of this name.")),),
    )
)

register(
    ObjectType(
        name="stages",
        model=Stage,
        label=T("阶段", "Stage"),
        label_plural=T("阶段", "Stages"),
        permission="sales.pipeline",
        ownership=Ownership(public=True),
        title="name",
        title_en="name_en",
        fields=(
            Field("name", TEXT, T("名称", "Name"), required=True, quick=True, max_length=60),
            Field("name_en", TEXT, T("英文名称", "English name"), quick=True, max_length=60),
            Field("pipeline", REFERENCE, T("销售流程", "Pipeline"), target="pipelines", required=True, quick=True),
            Field("code", TEXT, T("代码", "Code"), required=True, quick=True, max_length=40),
            Field("kind", CHOICE, T("性质", "Kind"), choices=STATUS, default="open", required=True, quick=True),
            Field("position", INTEGER, T("顺序", "Position"), quick=True, default=0, sortable=True, indexed=True),
            Field(
                "probability", WHOLE_PERCENT, T("赢率", "Probability"), quick=True, minimum=0, maximum=100, default=0
            ),
            Field(
                "rot_days", INTEGER, T("停滞天数", "Rots after days"), quick=True, minimum=0, maximum=3650, default=0
            ),
            Field("color", CHOICE, T("颜色", "Colour"), choices=COLORS, default="blue"),
            Field("forecast", CHOICE, T("预测类别", "Forecast"), choices=FORECAST, default="pipeline", quick=True),
            Field("guidance", LONG_TEXT, T("指引", "Guidance")),
        ),
        columns=("pipeline", "name", "name_en", "code", "kind", "probability", "forecast", "rot_days", "position"),
        default_sort="position",
        quick_filters=("pipeline",),
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        prepare=pipelines.prepare_stages,
        after=reaching.after_stages,
        gone_or_back=reaching.stages_gone_or_back,
        can_import=False,
        in_use=(("sales_opportunity", "stage_id"),),
        menu=False,
        unique=(
            ("stage_code_once", "code", T("该流程已有此代码的阶段。", "The pipeline has a stage with this code.")),
        ),
    )
)
