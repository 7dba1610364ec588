"""The declaration of web forms (MKT-5)."""

from __future__ import annotations

from kemai.accounts.access import Ownership
from kemai.kit.words import T
from kemai.platform.objects.declare import Field, ObjectType, SearchLine, View, register
from kemai.platform.objects.types import BOOL, CHOICE, INTEGER, LONG_TEXT, REFERENCE, TAGS, TEXT, USER
from kemai.sales.models import WebForm
from kemai.sales.services import web_forms

register(
    ObjectType(
        name="web-forms",
        model=WebForm,
        label=T("网页表单", "Web form"),
        label_plural=T("网页表单", "Web forms"),
        description=T(
            "访客不用登录即可填写，提交后成为线索。", "Filled in without signing in; each submission becomes a lead."
        ),
        permission="sales.webform",
        ownership=Ownership(public=True),
        title="name",
        sections=(
            ("basic", T("基本信息", "Basics")),
            ("words", T("页面文字", "Words on the page")),
            ("lead", T("生成的线索", "The lead it makes")),
        ),
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
            Field("slug", TEXT, T("地址", "Address"), read_only=True, importable=False, max_length=32),
            Field("active", BOOL, T("启用", "Active"), default=True),
            Field(
                "origins",
                TAGS,
                T("允许嵌入的网站", "Sites that may embed it"),
                help=T("如 https://www.example.com；留空则不能嵌入。", "Such as https://www.example.com; empty: none."),
            ),
            Field("title_zh", TEXT, T("标题（中文）", "Title (Chinese)"), section="words", quick=True, max_length=100),
            Field("title_en", TEXT, T("标题（英文）", "Title (English)"), section="words", max_length=100),
            Field("intro_zh", LONG_TEXT, T("说明（中文）", "Introduction (Chinese)"), section="words"),
            Field("intro_en", LONG_TEXT, T("说明（英文）", "Introduction (English)"), section="words"),
            Field("thanks_zh", LONG_TEXT, T("感谢语（中文）", "Thanks (Chinese)"), section="words"),
            Field("thanks_en", LONG_TEXT, T("感谢语（英文）", "Thanks (English)"), section="words"),
            Field(
                "consent_zh",
                LONG_TEXT,
                T("同意内容（中文）", "Consent (Chinese)"),
                section="words",
                help=T(
                    "填写后访客必须勾选，内容随提交保存。",
                    "When filled in, visitors must tick it; it is kept with each submission.",
                ),
            ),
            Field("consent_en", LONG_TEXT, T("同意内容（英文）", "Consent (English)"), section="words"),
            Field(
                "source", CHOICE, T("来源", "Source"), section="lead", dictionary="source", quick=True, default="web"
            ),
            Field("campaign", CHOICE, T("市场活动", "Campaign"), section="lead", dictionary="campaign", quick=True),
            Field(
                "owner",
                USER,
                T("负责人", "Owner"),
                section="lead",
                target="users",
                help=T("负责人和公海都留空时按分配规则。", "Neither owner nor pool: the assignment rules decide."),
            ),
            Field("pool", REFERENCE, T("公海", "Pool"), section="lead", target="pools"),
            Field(
                "submissions",
                INTEGER,
                T("提交次数", "Submissions"),
                sql="(SELECT count(*)::int FROM sales_formsubmission s WHERE s.form_id = t.id AND s.outcome <> 'spam')",
                importable=False,
                filterable=False,
            ),
        ),
        columns=("name", "active", "source", "campaign", "owner", "pool", "submissions", "updated_at"),
        default_sort="name",
        search=SearchLine(texts=("name",), global_search=False),
        views=(View("all", T("全部表单", "All forms")),),
        facts=("slug", "active", "source", "campaign", "owner", "pool", "submissions", "origins"),
        prepare=web_forms.prepare_forms,
        can_import=False,
        menu=False,
        in_use=(("sales_formsubmission", "form_id"),),
        unique=(("web_form_once", "name", T("已有同名表单。", "There is a form of this name.")),),
    )
)
