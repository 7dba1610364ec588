"""The declaration of requests to hand over opportunities and customers (SAL-17, POOL-5)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.customers.services.following import follow_customers
from kemai.kit.words import T
from kemai.platform.objects.declare import Choice, Command, Field, ObjectType, SearchLine, View, contribute, register
from kemai.platform.objects.types import BOOL, CHOICE, DEPARTMENT, INSTANT, REFERENCE, TEXT, USER
from kemai.sales import errors
from kemai.sales.models import TransferRequest
from kemai.sales.services import transfers

STATE = (
    Choice("pending", T("待处理", "Pending"), "gold"),
    Choice("approved", T("已同意", "Approved"), "green"),
    Choice("refused", T("未同意", "Refused"), "red"),
    Choice("withdrawn", T("已撤回", "Withdrawn"), "default"),
)


def _pending(actor: Actor, row: dict[str, Any]) -> T | None:
    return None if row["state"] == "pending" else errors.TransferDecided.text


def _own(actor: Actor, row: dict[str, Any]) -> T | None:
    own = str(row["requester_id"]) == str(actor.id)
    return _pending(actor, row) if own else T("只有申请人可以撤回。", "Only whoever asked can withdraw it.")


def _pooled(actor: Actor, row: dict[str, Any]) -> T | None:
    return errors.CustomerPooled.text if row["pool_id"] else None


register(
    ObjectType(
        name="transfer-requests",
        model=TransferRequest,
        label=T("移交申请", "Request to hand over"),
        label_plural=T("移交申请", "Requests to hand over"),
        description=T(
            "业务员申请把商机或客户交给同事，由主管决定。",
            "Asked by who works an opportunity or a customer, decided by a superior.",
        ),
        permission="sales.transfer",
        ownership=Ownership(owners=("requester_id", "to_owner_id", "owner_id"), departments=("department_id",)),
        title="summary",
        fields=(
            Field(
                "summary",
                TEXT,
                T("摘要", "Summary"),
                sql="t.reason",
                filterable=False,
                importable=False,
            ),
            Field(
                "opportunity",
                REFERENCE,
                T("商机", "Opportunity"),
                target="opportunities",
                read_only=True,
                indexed=True,
                narrow=True,
            ),
            Field("customer", REFERENCE, T("客户", "Customer"), target="customers", read_only=True),
            Field("requester", USER, T("申请人", "Asked by"), target="users", read_only=True),
            Field("owner", USER, T("原负责人", "Owner"), target="users", read_only=True, indexed=True, narrow=True),
            Field(
                "department", DEPARTMENT, T("部门", "Department"), target="departments", read_only=True, indexed=True
            ),
            Field("to_owner", USER, T("移交给", "To"), target="users", read_only=True, indexed=True, narrow=True),
            Field("with_customer", BOOL, T("连同客户", "With the customer"), read_only=True),
            Field("with_opportunities", BOOL, T("连同进行中的商机", "With open opportunities"), read_only=True),
            Field("reason", TEXT, T("原因", "Reason"), required=True, max_length=300),
            Field("state", CHOICE, T("状态", "State"), choices=STATE, default="pending", read_only=True),
            Field("decided_by", USER, T("处理人", "Decided by"), column="decided_by", target="users", read_only=True),
            Field("decided_at", INSTANT, T("处理时间", "Decided at"), read_only=True),
            Field("answer", TEXT, T("处理意见", "Answer"), read_only=True, max_length=300),
        ),
        columns=(
            "customer",
            "opportunity",
            "requester",
            "owner",
            "to_owner",
            "with_customer",
            "reason",
            "state",
            "updated_at",
        ),
        quick_filters=("state", "to_owner"),
        search=SearchLine(texts=("reason",), global_search=False),
        views=(
            View("pending", T("待处理", "Pending"), {"field": "state", "op": "eq", "value": "pending"}),
            View("all", T("全部", "All")),
        ),
        facts=(
            "opportunity",
            "customer",
            "requester",
            "owner",
            "to_owner",
            "with_customer",
            "with_opportunities",
            "reason",
            "state",
            "decided_by",
            "decided_at",
            "answer",
        ),
        commands=(
            Command(
                "approve",
                T("同意", "Approve"),
                transfers.approve_transfer,
                "decide",
                params=(Field("answer", TEXT, T("意见", "Remark"), max_length=300),),
                refusal=_pending,
                reads=("state",),
                primary=True,
                scope="view",
            ),
            Command(
                "refuse",
                T("不同意", "Refuse"),
                transfers.refuse_transfer,
                "decide",
                params=(Field("answer", TEXT, T("原因", "Reason"), required=True, max_length=300),),
                refusal=_pending,
                reads=("state",),
                scope="view",
            ),
            Command(
                "withdraw",
                T("撤回", "Withdraw"),
                transfers.withdraw_transfer,
                "view",
                refusal=_own,
                reads=("state", "requester_id"),
            ),
        ),
        prepare=None,
        can_create=False,
        can_import=False,
        menu=False,
    )
)

follow_customers(TransferRequest)

contribute(
    "customers",
    commands=(
        Command(
            "transfer",
            T("申请移交", "Ask to hand over"),
            transfers.request_customer_transfer,
            "edit",
            params=(
                Field("owner", USER, T("移交给", "To"), target="users", required=True),
                Field("reason", TEXT, T("原因", "Reason"), required=True, max_length=300),
                Field("with_opportunities", BOOL, T("连同进行中的商机", "With open opportunities")),
            ),
            refusal=_pooled,
            reads=("pool_id",),
        ),
    ),
)
