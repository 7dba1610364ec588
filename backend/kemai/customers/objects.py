"""Declarations of the customer domain."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.customers import dictionaries
from kemai.customers.models import Contact, Customer, CustomerRelation, Pool
from kemai.customers.services import ownership, pools, records
from kemai.kit import validate
from kemai.kit.words import T
from kemai.platform.objects.declare import (
    Choice,
    Command,
    Field,
    KeyLookup,
    ObjectType,
    Panel,
    SearchLine,
    View,
    register,
)
from kemai.platform.objects.types import (
    BOOL,
    CHOICE,
    CODE,
    DATE,
    DEPARTMENT,
    EMAIL,
    INSTANT,
    INTEGER,
    LONG_TEXT,
    MONEY,
    PHONE,
    REFERENCE,
    TAGS,
    TEXT,
    URL,
    USER,
)

POOLS_OF = "SELECT m.pool_id FROM customers_poolmember m WHERE m.member_id = ANY(%(principals)s)"
POOLED = "t.pool_id IS NOT NULL"
assert dictionaries.INDUSTRY  # declared before the fields that name them
SEE_POOLED = "customers.customer.reveal_pool"

KIND = (Choice("company", T("公司", "Company"), "blue"), Choice("person", T("个人", "Person"), "green"))
SEX = (Choice("male", T("男", "Male")), Choice("female", T("女", "Female")))


def _in_pool(actor: Actor, row: dict[str, Any]) -> T | None:
    return None if row["pool_id"] else T("该客户已有负责人。", "This customer has an owner.")


def _owned(actor: Actor, row: dict[str, Any]) -> T | None:
    return T("该客户已在公海中。", "This customer lies in a pool already.") if row["pool_id"] else None


register(
    ObjectType(
        name="customers",
        model=Customer,
        label=T("客户", "Customer"),
        label_plural=T("客户", "Customers"),
        description=T("与我们打交道的公司和个人。", "The companies and persons we deal with."),
        permission="customers.customer",
        ownership=Ownership(
            owners=("owner_id",),
            departments=("department_id",),
            shares=(("customers", "id"),),
            pool="pool_id",
            pools_of=POOLS_OF,
        ),
        title="name",
        subtitle=("number", "industry"),
        sections=(
            ("basic", T("基本信息", "Basics")),
            ("contact", T("联系方式", "Contact")),
            ("class", T("分类", "Classification")),
            ("company", T("企业档案", "Company file")),
            ("person", T("个人档案", "Personal file")),
            ("deals", T("往来数据", "Dealings")),
        ),
        fields=(
            Field(
                "name",
                TEXT,
                T("客户名称", "Name"),
                required=True,
                quick=True,
                inline=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=200,
                key=True,
                lookup=KeyLookup("unique_key", records.company_lookup),
                aliases=("公司名称", "客户", "企业名称", "单位名称", "公司", "customer name", "company"),
            ),
            Field(
                "number", TEXT, T("客户编号", "Number"), read_only=True, importable=False, key=True, aliases=("编号",)
            ),
            Field(
                "kind",
                CHOICE,
                T("类型", "Kind"),
                choices=KIND,
                default="company",
                required=True,
                quick=True,
                aliases=("客户类型",),
            ),
            Field("short_name", TEXT, T("简称", "Short name"), max_length=60),
            Field(
                "owner",
                USER,
                T("负责人", "Owner"),
                target="users",
                indexed=True,
                help=T("留空为自己；之后用“分配”修改。", "Empty: yourself; change it later with Assign."),
                aliases=("业务员", "销售", "销售代表", "客户经理", "归属人"),
            ),
            Field(
                "department",
                DEPARTMENT,
                T("所属部门", "Department"),
                target="departments",
                read_only=True,
                importable=False,
                indexed=True,
            ),
            Field(
                "in_pool",
                BOOL,
                T("在公海", "In the pool"),
                sql="(t.pool_id IS NOT NULL)",
                importable=False,
                indexed=True,
            ),
            Field("pool", REFERENCE, T("公海", "Pool"), target="pools", read_only=True, importable=False, indexed=True),
            Field(
                "industry",
                CHOICE,
                T("行业", "Industry"),
                dictionary="industry",
                inline=True,
                quick=True,
                indexed=True,
                aliases=("所属行业",),
            ),
            Field("source", CHOICE, T("来源", "Source"), dictionary="source", inline=True, aliases=("客户来源",)),
            Field("tags", TAGS, T("标签", "Tags"), inline=True),
            Field(
                "phone",
                PHONE,
                T("电话", "Phone"),
                section="contact",
                quick=True,
                inline=True,
                indexed=True,
                mask="phone",
                sensitive=True,
                secret_when=POOLED,
                secret_unless=SEE_POOLED,
                max_length=60,
                key=True,
                aliases=("手机", "手机号", "手机号码", "联系电话", "电话号码", "tel", "mobile"),
            ),
            Field(
                "email",
                EMAIL,
                T("邮箱", "E-mail"),
                section="contact",
                inline=True,
                mask="email",
                sensitive=True,
                secret_when=POOLED,
                secret_unless=SEE_POOLED,
                max_length=200,
                aliases=("电子邮箱", "email", "mail"),
            ),
            Field("website", URL, T("网址", "Website"), section="contact", max_length=300, aliases=("官网", "网站")),
            Field(
                "region",
                TEXT,
                T("地区", "Region"),
                section="contact",
                inline=True,
                max_length=60,
                aliases=("省市", "所在地区", "城市", "省份"),
            ),
            Field(
                "address",
                TEXT,
                T("地址", "Address"),
                section="contact",
                mask="all",
                sensitive=True,
                secret_when=POOLED,
                secret_unless=SEE_POOLED,
                max_length=300,
                aliases=("详细地址", "公司地址", "联系地址"),
            ),
            Field(
                "importance", CHOICE, T("重要程度", "Importance"), section="class", dictionary="importance", inline=True
            ),
            Field(
                "relation_stage",
                CHOICE,
                T("成交阶段", "Relation stage"),
                section="class",
                dictionary="relation_stage",
                inline=True,
            ),
            Field(
                "strategic_class",
                CHOICE,
                T("战略分类", "Strategic class"),
                section="class",
                dictionary="strategic_class",
                inline=True,
            ),
            Field("size", CHOICE, T("规模", "Size"), section="class", dictionary="size", inline=True),
            Field(
                "credit_code",
                CODE,
                T("统一社会信用代码", "Unified credit code"),
                section="company",
                check=validate.credit_code,
                max_length=40,
                key=True,
                aliases=("信用代码", "社会信用代码", "税号", "credit code"),
            ),
            Field("nature", CHOICE, T("企业性质", "Nature"), section="company", dictionary="nature"),
            Field(
                "product_lines",
                TEXT,
                T("主营产品", "Product lines"),
                section="company",
                max_length=500,
                aliases=("经营范围",),
            ),
            Field(
                "legal_representative",
                TEXT,
                T("法定代表人", "Legal representative"),
                section="company",
                max_length=60,
                aliases=("法人", "法人代表"),
            ),
            Field(
                "legal_profile",
                LONG_TEXT,
                T("法人情况", "About the representative"),
                section="company",
                help=T("性格、爱好、住址、家庭", "Character, hobbies, address, family"),
                sensitive=True,
            ),
            Field("handler", TEXT, T("经办人", "Handling person"), section="company", max_length=60),
            Field(
                "handler_profile",
                LONG_TEXT,
                T("经办人情况", "About the handler"),
                section="company",
                help=T("性格、爱好、住址、家庭", "Character, hobbies, address, family"),
                sensitive=True,
            ),
            Field("sex", CHOICE, T("性别", "Sex"), section="person", choices=SEX),
            Field(
                "birth_on",
                DATE,
                T("出生日期", "Born on"),
                section="person",
                sensitive=True,
                mask="null",
                aliases=("生日",),
            ),
            Field("occupation", TEXT, T("职业", "Occupation"), section="person", max_length=60),
            Field("education", CHOICE, T("学历", "Education"), section="person", dictionary="education"),
            Field(
                "economic_status",
                TEXT,
                T("经济状况", "Economic status"),
                section="person",
                max_length=60,
                sensitive=True,
            ),
            Field("hobbies", TEXT, T("爱好", "Hobbies"), section="person", max_length=300),
            Field("family", TEXT, T("家庭情况", "Family"), section="person", max_length=300, sensitive=True),
            Field("preferences", LONG_TEXT, T("偏好与反馈", "Preferences and feedback")),
            Field("remark", LONG_TEXT, T("备注", "Remark"), aliases=("说明",)),
            Field(
                "last_contact_at",
                INSTANT,
                T("最近联系", "Last contact"),
                section="deals",
                read_only=True,
                importable=False,
                sortable=True,
                indexed=True,
            ),
            Field(
                "next_contact_at",
                INSTANT,
                T("下次联系", "Next contact"),
                section="deals",
                read_only=True,
                importable=False,
                sortable=True,
                indexed=True,
            ),
            Field(
                "last_deal_at", INSTANT, T("最近成交", "Last deal"), section="deals", read_only=True, importable=False
            ),
            Field("deal_count", INTEGER, T("成交次数", "Deals"), section="deals", read_only=True, importable=False),
            Field(
                "deal_amount", MONEY, T("成交金额", "Deal amount"), section="deals", read_only=True, importable=False
            ),
            Field(
                "claimed_at", INSTANT, T("归属时间", "Owned since"), section="deals", read_only=True, importable=False
            ),
        ),
        columns=(
            "name",
            "number",
            "industry",
            "owner",
            "phone",
            "relation_stage",
            "last_contact_at",
            "next_contact_at",
            "updated_at",
        ),
        quick_filters=("owner", "industry", "relation_stage", "importance", "source", "region"),
        search=SearchLine(
            texts=("name", "short_name", "number", "legal_representative"), phones=("phone",), exact=("credit_code",)
        ),
        views=(
            View("all", T("全部客户", "All customers")),
            View("mine", T("我的客户", "My customers"), {"field": "owner", "op": "eq", "value": "me"}),
            View(
                "pool",
                T("公海客户", "Public pool"),
                {"field": "in_pool", "op": "eq", "value": True},
                columns=("name", "number", "industry", "region", "source", "pool", "last_contact_at", "updated_at"),
            ),
            View(
                "due",
                T("今日待联系", "To contact today"),
                {
                    "and": [
                        {"field": "owner", "op": "eq", "value": "me"},
                        {"field": "next_contact_at", "op": "lte", "value": "today"},
                    ]
                },
                sort="next_contact_at",
            ),
            View(
                "silent",
                T("我的三十天未联系", "Mine, silent for 30 days"),
                {
                    "and": [
                        {"field": "owner", "op": "eq", "value": "me"},
                        {"not": {"field": "last_contact_at", "op": "within_last", "value": {"days": 30}}},
                    ]
                },
            ),
        ),
        facts=(
            "number",
            "kind",
            "owner",
            "department",
            "pool",
            "industry",
            "phone",
            "email",
            "region",
            "address",
            "importance",
            "relation_stage",
            "source",
            "tags",
            "deal_amount",
            "last_contact_at",
            "next_contact_at",
        ),
        panels=(
            Panel(
                "contacts",
                T("联系人", "Contacts"),
                "contacts",
                "customer",
                ("name", "title", "phone", "decision_role", "warmth"),
            ),
            Panel(
                "opportunities",
                T("商机", "Opportunities"),
                "opportunities",
                "customer",
                ("name", "stage", "amount", "expected_close_on", "owner"),
            ),
            Panel("tasks", T("任务", "Tasks"), "tasks", "related", ("title", "due_at", "assignee", "status")),
            Panel(
                "relations", T("关联客户", "Related"), "customer-relations", "customer", ("kind", "related", "remark")
            ),
            Panel(
                "related",
                T("被关联", "Related from"),
                "customer-relations",
                "related",
                ("customer", "kind", "remark"),
                create=False,
            ),
        ),
        timeline=True,
        composer=("interactions", "tasks"),
        commands=(
            Command(
                "claim",
                T("领取", "Claim"),
                ownership.claim_customer,
                "claim",
                refusal=_in_pool,
                reads=("pool_id",),
                on=("record", "bulk"),
                primary=True,
                scope="view",
            ),
            Command(
                "assign",
                T("分配", "Assign"),
                ownership.assign_customer,
                "assign",
                params=(
                    Field("owner", USER, T("负责人", "Owner"), target="users", required=True),
                    Field("reason", TEXT, T("原因", "Reason"), max_length=300),
                ),
                reads=("pool_id",),
                on=("record", "bulk"),
                scope="view",
            ),
            Command(
                "release",
                T("退回公海", "Release"),
                ownership.release_customer,
                "release",
                params=(
                    Field("reason", CHOICE, T("退回原因", "Reason"), dictionary="release_reason", required=True),
                    Field("pool", REFERENCE, T("公海", "Pool"), target="pools"),
                ),
                refusal=_owned,
                reads=("pool_id",),
                on=("record", "bulk"),
                danger=True,
            ),
        ),
        verbs=(("reveal_pool", T("查看公海客户联系方式", "See contact details in the pool")),),
        prepare=records.prepare_customers,
        after=records.after_customers,
        shareable=True,
        children=(
            ("contacts", "customer"),
            ("customer-relations", "customer"),
            ("opportunities", "customer"),
            ("interactions", "customer"),
        ),
        unique=(
            ("customer_once", "name", T("该客户刚刚已由他人建立。", "Somebody has just created this customer.")),
            (
                "customer_credit_code_once",
                "credit_code",
                T("该信用代码刚刚已由他人登记。", "Somebody has just registered this credit code."),
            ),
        ),
    )
)

HELD = Ownership(owners=("holder_id",), departments=("holder_department_id",), shares=(("customers", "customer_id"),))

register(
    ObjectType(
        name="contacts",
        model=Contact,
        label=T("联系人", "Contact"),
        label_plural=T("联系人", "Contacts"),
        description=T("客户单位里与我们联系的人。", "The people at a customer we talk to."),
        permission="customers.contact",
        ownership=HELD,
        title="name",
        subtitle=("customer", "title"),
        sections=(("basic", T("基本信息", "Basics")), ("relation", T("关系", "Relationship"))),
        fields=(
            Field(
                "name",
                TEXT,
                T("姓名", "Name"),
                required=True,
                quick=True,
                inline=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=60,
                key=True,
                aliases=("联系人", "联系人姓名", "contact"),
            ),
            Field(
                "customer",
                REFERENCE,
                T("客户", "Customer"),
                target="customers",
                required=True,
                quick=True,
                indexed=True,
                aliases=("客户名称", "公司名称", "公司", "单位"),
            ),
            Field("title", TEXT, T("职务", "Title"), quick=True, inline=True, max_length=60, aliases=("职位",)),
            Field("unit", TEXT, T("所在部门", "Unit"), max_length=60),
            Field(
                "phone",
                PHONE,
                T("电话", "Phone"),
                quick=True,
                inline=True,
                mask="phone",
                sensitive=True,
                max_length=60,
                key=True,
                aliases=("手机", "手机号", "联系电话", "mobile"),
            ),
            Field(
                "email", EMAIL, T("邮箱", "E-mail"), inline=True, mask="email", sensitive=True, max_length=200, key=True
            ),
            Field(
                "wechat", TEXT, T("微信", "WeChat"), mask="middle", sensitive=True, max_length=60, aliases=("微信号",)
            ),
            Field("is_primary", BOOL, T("主要联系人", "Main contact"), inline=True),
            Field("reports_to", REFERENCE, T("上级", "Reports to"), target="contacts", section="relation"),
            Field(
                "decision_role",
                CHOICE,
                T("决策角色", "Role in the decision"),
                dictionary="decision_role",
                section="relation",
                inline=True,
            ),
            Field("warmth", CHOICE, T("关系程度", "Warmth"), dictionary="warmth", section="relation", inline=True),
            Field("birthday", DATE, T("生日", "Birthday"), section="relation", sensitive=True, mask="null"),
            Field(
                "preferred_channel",
                CHOICE,
                T("偏好联系方式", "Preferred channel"),
                dictionary="channel",
                section="relation",
            ),
            Field("preferred_time", TEXT, T("方便联系时间", "Preferred time"), section="relation", max_length=60),
            Field("remark", LONG_TEXT, T("备注", "Remark")),
        ),
        columns=("name", "customer", "title", "phone", "email", "decision_role", "warmth", "updated_at"),
        quick_filters=("customer", "decision_role", "warmth"),
        search=SearchLine(texts=("name", "title", "email"), phones=("phone",), person=True),
        views=(
            View("all", T("全部联系人", "All contacts")),
            View("deciders", T("决策者", "Deciders"), {"field": "decision_role", "op": "eq", "value": "decides"}),
        ),
        facts=(
            "customer",
            "title",
            "unit",
            "phone",
            "email",
            "wechat",
            "decision_role",
            "warmth",
            "reports_to",
            "birthday",
            "preferred_channel",
            "preferred_time",
        ),
        panels=(
            Panel(
                "interactions",
                T("跟进", "Follow-ups"),
                "interactions",
                "contact",
                ("occurred_at", "channel", "outcome", "summary"),
            ),
        ),
        timeline=True,
        composer=("interactions",),
        prepare=records.prepare_contacts,
    )
)

register(
    ObjectType(
        name="customer-relations",
        model=CustomerRelation,
        label=T("客户关系", "Customer relation"),
        label_plural=T("客户关系", "Customer relations"),
        permission="customers.relation",
        ownership=HELD,
        title="kind",
        fields=(
            Field(
                "customer",
                REFERENCE,
                T("客户", "Customer"),
                target="customers",
                required=True,
                quick=True,
                indexed=True,
            ),
            Field(
                "kind",
                CHOICE,
                T("关系", "Relation"),
                dictionary="relation_kind",
                required=True,
                quick=True,
                help=T("“客户”是“关联客户”的……", "The customer is the … of the related one"),
            ),
            Field(
                "related",
                REFERENCE,
                T("关联客户", "Related customer"),
                target="customers",
                required=True,
                quick=True,
                indexed=True,
            ),
            Field("remark", TEXT, T("备注", "Remark"), max_length=300, quick=True),
        ),
        columns=("customer", "kind", "related", "remark"),
        search=SearchLine(texts=("remark",), global_search=False),
        prepare=records.prepare_relations,
        menu=False,
        unique=(("relation_once", "related", T("这个关系已经登记。", "This relation is on file already.")),),
    )
)

register(
    ObjectType(
        name="pools",
        model=Pool,
        label=T("公海", "Pool"),
        label_plural=T("公海", "Pools"),
        description=T(
            "没有负责人的客户放在公海，成员可以领取。",
            "Customers without an owner lie in a pool; its members may claim them.",
        ),
        permission="customers.pool",
        ownership=Ownership(public=True),
        title="name",
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
            Field("description", TEXT, T("说明", "Description"), max_length=300, quick=True),
            Field(
                "hold_limit",
                INTEGER,
                T("保有上限", "Hold limit"),
                minimum=0,
                maximum=1_000_000,
                help=T("留空用系统参数", "Empty: the system parameter"),
            ),
            Field(
                "daily_claims",
                INTEGER,
                T("每日领取上限", "Claims a day"),
                minimum=0,
                maximum=100_000,
                help=T("留空用系统参数", "Empty: the system parameter"),
            ),
            Field("is_default", BOOL, T("默认公海", "Default pool")),
        ),
        columns=("name", "description", "hold_limit", "daily_claims", "is_default"),
        search=SearchLine(texts=("name",), global_search=False),
        prepare=pools.prepare_pools,
        can_import=False,
        menu=False,
        unique=(("pool_name_once", "name", T("已有同名公海。", "There is a pool of this name.")),),
    )
)

ownership.follow_customers(Contact, CustomerRelation)
