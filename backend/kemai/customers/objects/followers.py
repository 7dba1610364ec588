"""What follows a customer: contacts and relations. Their holder is the customer's."""

from __future__ import annotations

from kemai.accounts.access import Ownership
from kemai.customers.models import Contact, CustomerRelation
from kemai.customers.objects import doubles
from kemai.customers.objects.customer_fields import SEE_POOLED
from kemai.customers.services import following, records
from kemai.kit.words import T
from kemai.platform.merging.command import merge_command
from kemai.platform.merging.references import also_points
from kemai.platform.objects.declare import (
    Field,
    ObjectType,
    Panel,
    SearchLine,
    View,
    register,
)
from kemai.platform.objects.types import (
    BOOL,
    CHOICE,
    DATE,
    EMAIL,
    LONG_TEXT,
    PHONE,
    REFERENCE,
    TEXT,
)

#: Contact ways of a pooled customer's contacts are withheld like the customer's own.
HELD_BY_NOBODY = "t.holder_id IS NULL"
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
                narrow=True,
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
                secret_when=HELD_BY_NOBODY,
                secret_unless=SEE_POOLED,
                max_length=60,
                key=True,
                aliases=("手机", "手机号", "联系电话", "mobile"),
            ),
            Field(
                "email",
                EMAIL,
                T("邮箱", "E-mail"),
                inline=True,
                mask="email",
                sensitive=True,
                secret_when=HELD_BY_NOBODY,
                secret_unless=SEE_POOLED,
                max_length=200,
                key=True,
            ),
            Field(
                "wechat",
                TEXT,
                T("微信", "WeChat"),
                mask="middle",
                sensitive=True,
                secret_when=HELD_BY_NOBODY,
                secret_unless=SEE_POOLED,
                max_length=60,
                aliases=("微信号",),
            ),
            Field("is_primary", BOOL, T("主要联系人", "Main contact"), inline=True),
            Field(
                "reports_to",
                REFERENCE,
                T("上级", "Reports to"),
                target="contacts",
                within="customer",
                section="relation",
            ),
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
            Field("anniversary", DATE, T("纪念日", "Anniversary"), section="relation", sensitive=True, mask="null"),
            Field("anniversary_note", TEXT, T("纪念日说明", "What it marks"), section="relation", max_length=60),
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
            "anniversary",
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
        commands=(merge_command("contacts"),),
        doubles=doubles.CONTACT_DOUBLES,
        merging=doubles.CONTACT_MERGING,
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
                narrow=True,
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
                narrow=True,
            ),
            Field("remark", TEXT, T("备注", "Remark"), max_length=300, quick=True),
        ),
        columns=("customer", "kind", "related", "remark"),
        search=SearchLine(texts=("remark",), global_search=False),
        prepare=records.prepare_relations,
        merging=doubles.RELATION_MERGING,
        menu=False,
        unique=(("relation_once", "related", T("这个关系已经登记。", "This relation is on file already.")),),
    )
)

following.follow_customers(Contact, CustomerRelation)
also_points("customers_ownershipchange", "record_id")
