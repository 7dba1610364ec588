"""The declarations of consents and of persons' requests about their data."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.customers.objects.followers import HELD
from kemai.customers.services.following import follow_customers
from kemai.kit.words import T
from kemai.platform.objects.declare import (
    Choice,
    Command,
    Field,
    Moving,
    ObjectType,
    Panel,
    SearchLine,
    View,
    contribute,
    register,
)
from kemai.platform.objects.types import BOOL, CHOICE, DATE, INSTANT, LONG_TEXT, REFERENCE, RELATED, TEXT, USER
from kemai.privacy import dictionaries, errors
from kemai.privacy.models import Consent, SubjectRequest
from kemai.privacy.services import consents, outgoing, requests

assert dictionaries.PURPOSE and outgoing.LABEL  # declared before the fields that name it; what exports say

IN_FORCE = {"field": "withdrawn_on", "op": "is_null", "value": True}
SUBJECTS = ("contacts", "customers", "leads")
KIND = (
    Choice("copy", T("查阅、复制", "A copy"), "blue"),
    Choice("correction", T("更正、补充", "A correction"), "gold"),
    Choice("erasure", T("删除", "Erasure"), "red"),
)
STATUS = (
    Choice("open", T("待处理", "Open"), "gold"),
    Choice("doing", T("处理中", "Under way"), "blue"),
    Choice("done", T("已完成", "Done"), "green"),
    Choice("refused", T("未同意", "Refused"), "default"),
)


def _open_of(kind: str) -> Any:
    def refusal(actor: Actor, row: dict[str, Any]) -> T | None:
        if row["status"] != "open":
            return errors.RequestClosed.text
        if kind and row["kind"] != kind:
            return T("这不是此类请求。", "This is a request of another kind.")
        if kind == requests.ERASURE and row["created_by"] == actor.id:
            return errors.OwnErasure.text
        return None

    return refusal


register(
    ObjectType(
        name="consents",
        model=Consent,
        label=T("同意记录", "Consent"),
        label_plural=T("同意记录", "Consents"),
        description=T(
            "谁同意了我们把他的个人信息用于什么，何时、以何种方式，是否已撤回。",
            "Who agreed to what use of his data, when and how, and whether he took it back.",
        ),
        permission="privacy.consent",
        ownership=HELD,
        title="purpose",
        subtitle=("customer", "contact"),
        fields=(
            Field(
                "purpose",
                CHOICE,
                T("用途", "Purpose"),
                dictionary="consent_purpose",
                required=True,
                quick=True,
                indexed=False,
            ),
            Field(
                "contact",
                REFERENCE,
                T("联系人", "Contact"),
                target="contacts",
                quick=True,
                indexed=True,
                narrow=True,
                help=T("个人客户本人的同意留空", "Empty for a customer who is a person himself"),
            ),
            Field(
                "customer",
                REFERENCE,
                T("客户", "Customer"),
                target="customers",
                quick=True,
                indexed=True,
                narrow=True,
                require_when={"field": "contact", "op": "is_null", "value": True},
                help=T("填了联系人可留空", "May stay empty where a contact is given"),
            ),
            Field("channel", CHOICE, T("方式", "How"), dictionary="consent_channel", quick=True),
            Field(
                "given_on",
                DATE,
                T("同意日期", "Given on"),
                required=True,
                quick=True,
                sortable=True,
                indexed=True,
                default=Moving("today"),
            ),
            Field("obtained_by", USER, T("取得人", "Obtained by"), target="users"),
            Field("withdrawn_on", DATE, T("撤回日期", "Withdrawn on"), inline=True),
            Field("evidence", LONG_TEXT, T("凭证说明", "Evidence"), quick=True, max_length=2000),
        ),
        columns=("purpose", "customer", "contact", "channel", "given_on", "withdrawn_on", "obtained_by"),
        quick_filters=("purpose", "customer", "given_on"),
        search=SearchLine(texts=("evidence",), global_search=False),
        views=(
            View("all", T("全部同意", "All consents")),
            View("in_force", T("有效的同意", "In force"), IN_FORCE, sort="-given_on"),
        ),
        facts=("purpose", "customer", "contact", "channel", "given_on", "obtained_by", "withdrawn_on", "evidence"),
        prepare=consents.prepare_consents,
        menu=False,
    )
)

register(
    ObjectType(
        name="subject-requests",
        model=SubjectRequest,
        label=T("个人信息请求", "Request about personal data"),
        label_plural=T("个人信息请求", "Requests about personal data"),
        description=T(
            "个人要求查阅、复制、更正或删除自己的信息；应在期限内答复。",
            "A person asks for a copy, a correction or the erasure of his data; to be answered in time.",
        ),
        permission="privacy.request",
        ownership=Ownership(owners=("created_by",)),
        title="asked",
        subtitle=("kind", "due_on"),
        fields=(
            Field("asked", TEXT, T("请求内容", "What is asked"), required=True, quick=True, max_length=300),
            Field("kind", CHOICE, T("类型", "Kind"), choices=KIND, required=True, create_only=True, quick=True),
            Field(
                "subject",
                RELATED,
                T("本人", "Person"),
                targets=SUBJECTS,
                object_column="subject_object",
                required=True,
                create_only=True,
                quick=True,
                indexed=True,
                narrow=True,
                importable=False,
                help=T("联系人、线索或个人客户", "A contact, a lead or a customer who is a person"),
            ),
            Field(
                "received_on", DATE, T("收到日期", "Received on"), required=True, quick=True, default=Moving("today")
            ),
            Field(
                "with_content",
                BOOL,
                T("连同往来内容一并删除", "Erase what was written of talks, too"),
                help=T(
                    "仅用于删除：不勾选时，跟进内容保留，其中的姓名和号码抹去。",
                    "For erasures: otherwise follow-ups stay, with names and numbers taken out.",
                ),
                show_when={"field": "kind", "op": "eq", "value": "erasure"},
            ),
            Field(
                "due_on", DATE, T("答复期限", "Due on"), read_only=True, sortable=True, indexed=True, importable=False
            ),
            Field("status", CHOICE, T("状态", "Status"), choices=STATUS, read_only=True, default="open", indexed=True),
            Field("decided_by", USER, T("处理人", "Decided by"), column="decided_by", target="users", read_only=True),
            Field("decided_at", INSTANT, T("处理时间", "Decided at"), read_only=True),
            Field("answer", TEXT, T("答复", "Answer"), read_only=True, max_length=300),
        ),
        columns=("asked", "kind", "subject", "received_on", "due_on", "status", "created_by"),
        default_sort="due_on",
        quick_filters=("status", "kind", "due_on"),
        search=SearchLine(texts=("asked",), global_search=False),
        views=(
            View("open", T("待处理", "Open"), {"field": "status", "op": "eq", "value": "open"}, sort="due_on"),
            View("all", T("全部请求", "All requests")),
        ),
        facts=(
            "kind",
            "subject",
            "received_on",
            "due_on",
            "with_content",
            "status",
            "created_by",
            "decided_by",
            "decided_at",
            "answer",
        ),
        commands=(
            Command(
                "make-copy",
                T("生成副本", "Make the copy"),
                requests.make_copy,
                "copy",
                refusal=_open_of(requests.COPY),
                reads=("status", "kind", "created_by"),
                primary=True,
                scope="view",
            ),
            Command(
                "approve",
                T("批准删除", "Approve the erasure"),
                requests.approve_erasure,
                "approve",
                params=(Field("answer", TEXT, T("意见", "Remark"), max_length=300),),
                refusal=_open_of(requests.ERASURE),
                reads=("status", "kind", "created_by"),
                primary=True,
                danger=True,
                confirm=T(
                    "删除后任何人都不能恢复，撤销和回收站也不能。请先看下方将被清除的内容。",
                    "Nobody can bring it back, neither by undo nor from the bin. Look below at what goes first.",
                ),
                scope="view",
            ),
            Command(
                "complete",
                T("已更正", "Corrected"),
                requests.complete_request,
                "edit",
                params=(Field("answer", TEXT, T("更正了什么", "What was corrected"), required=True, max_length=300),),
                refusal=_open_of(requests.CORRECTION),
                reads=("status", "kind", "created_by"),
                primary=True,
                scope="view",
            ),
            Command(
                "refuse",
                T("不同意", "Refuse"),
                requests.refuse_request,
                "edit",
                params=(Field("answer", TEXT, T("原因", "Reason"), required=True, max_length=300),),
                refusal=_open_of(""),
                reads=("status", "kind", "created_by"),
                scope="view",
            ),
        ),
        prepare=requests.prepare_requests,
        after=requests.after_requests,
        can_import=False,
        menu=False,
    )
)

CONSENTS = ("purpose", "channel", "given_on", "withdrawn_on", "obtained_by")
REQUESTS = ("asked", "kind", "due_on", "status")
for _name, _field in (("contacts", "contact"), ("customers", "customer")):
    contribute(
        _name,
        panels=(
            Panel("consents", T("同意记录", "Consents"), "consents", _field, CONSENTS),
            Panel("subject-requests", T("个人信息请求", "Data requests"), "subject-requests", "subject", REQUESTS),
        ),
    )
contribute("customers", children=(("consents", "customer"),))
follow_customers(Consent)
