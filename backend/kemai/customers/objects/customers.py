"""The declaration of customers."""

from __future__ import annotations

from functools import partial
from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.customers.models import Customer
from kemai.customers.objects import doubles
from kemai.customers.objects.customer_fields import CUSTOMER_FIELDS
from kemai.customers.objects.pooling import FALLING, holding_commands
from kemai.customers.quality import CUSTOMER_QUALITY
from kemai.customers.services import ownership, protection, quotas, records
from kemai.customers.services.kind import CUSTOMERS
from kemai.kit.words import T
from kemai.platform.merging.command import merge_command
from kemai.platform.objects.declare import (
    Command,
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
    REFERENCE,
    TEXT,
    USER,
)
from kemai.platform.quality.command import confirm_command

POOLS_OF = "SELECT m.pool_id FROM customers_poolmember m WHERE m.member_id = ANY(%(principals)s)"
MANAGED = f"{POOLS_OF} AND m.manages"


#: Mine, and their contract ends within a month (PLT-15).
CONTRACT_ENDING: dict[str, Any] = {
    "and": [
        {"field": "owner", "op": "eq", "value": "me"},
        {"field": "contract_ends_on", "op": "within_next", "value": {"days": 30}},
    ]
}


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
            entering=MANAGED,
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
        fields=CUSTOMER_FIELDS,
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
            texts=("name", "short_name", "number", "legal_representative", "former_names"),
            phones=("phone",),
            exact=("credit_code",),
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
                "falling",
                T("即将掉入公海", "About to fall into the pool"),
                FALLING,
                sort="recycle_on",
                columns=(
                    "name",
                    "days_left",
                    "recycle_on",
                    "phone",
                    "last_contact_at",
                    "next_contact_at",
                    "deal_amount",
                ),
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
                "to_improve",
                T("我的待完善客户", "Mine to improve"),
                {
                    "and": [
                        {"field": "owner", "op": "eq", "value": "me"},
                        {"field": "quality", "op": "lt", "value": 60},
                    ]
                },
                sort="quality",
                columns=("name", "quality", "quality_faults", "confirmed_at", "phone", "updated_at"),
            ),
            View(
                "ending",
                T("我的合同将到期", "Mine, contract ending"),
                CONTRACT_ENDING,
                sort="contract_ends_on",
                columns=("name", "contract_ends_on", "phone", "deal_amount", "last_contact_at", "next_contact_at"),
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
        # The first few are all a phone shows: whom to call comes before what the record is called.
        facts=(
            "phone",
            "owner",
            "next_contact_at",
            "last_contact_at",
            "days_left",
            "industry",
            "number",
            "kind",
            "department",
            "pool",
            "email",
            "region",
            "address",
            "importance",
            "relation_stage",
            "source",
            "tags",
            "deal_amount",
            "contract_ends_on",
            "recycle_on",
            "protected_until",
        ),
        panels=(
            Panel(
                "contacts",
                T("联系人", "Contacts"),
                "contacts",
                "customer",
                ("name", "title", "phone", "decision_role", "warmth"),
                tree="reports_to",
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
                    Field("with_opportunities", BOOL, T("连同进行中的商机", "With open opportunities")),
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
            *holding_commands(
                CUSTOMERS,
                move=ownership.move_customer,
                protect=protection.protect_customer,
                unprotect=protection.unprotect_customer,
            ),
            confirm_command("customers"),
            merge_command("customers"),
        ),
        verbs=(("reveal_pool", T("查看公海客户联系方式", "See contact details in the pool")),),
        prepare=records.prepare_customers,
        after=records.after_customers,
        gone_or_back=records.customers_gone_or_back,
        opened=partial(quotas.count_opening, CUSTOMERS),
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
        doubles=doubles.CUSTOMER_DOUBLES,
        merging=doubles.CUSTOMER_MERGING,
        quality=CUSTOMER_QUALITY,
    )
)
