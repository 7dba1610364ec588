"""Giving an opportunity to a colleague by request: the one who works it asks, a superior decides (SAL-17)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, can
from kemai.accounts.models import User
from kemai.base.audit import act
from kemai.customers.services.ownership import assign_customer
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, NotFound
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.notify import declare_kind, notify
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.write import insert_drafts, lock_row, update_rows
from kemai.sales import errors
from kemai.sales.models import TransferRequest
from kemai.sales.services.opportunities import assign_opportunity

declare_kind("transfer_asked", T("商机移交申请", "Requests to hand over opportunities"))
declare_kind("transfer_decided", T("商机移交结果", "Decisions on my requests"))


def request_transfer(
    actor: Actor, opportunity_id: UUID, *, owner: UUID, reason: str, with_customer: bool = False
) -> None:
    """Ask that an opportunity be given to a colleague, with its customer where wished."""
    declaration, kind = get_object("opportunities"), get_object("transfer-requests")
    person = User.objects.filter(pk=owner).values("name", "is_active").first()
    if person is None:
        raise NotFound
    if not person["is_active"]:
        raise errors.NobodyForLead(name=person["name"])
    with act(actor, "request-transfer", object="opportunities", record_id=opportunity_id):
        row = lock_row(actor, declaration, opportunity_id, declaration.perm("edit"))
        if row["owner_id"] == owner:
            raise errors.SameOwner
        if TransferRequest.objects.filter(
            opportunity_id=opportunity_id, state="pending", deleted_at__isnull=True
        ).exists():
            raise errors.TransferPending
        draft = Draft(new_id(), None, {})
        draft.values = {
            "opportunity_id": opportunity_id,
            "requester_id": actor.id,
            "to_owner_id": owner,
            "with_customer": with_customer,
            "reason": reason,
            "state": "pending",
            **{c: row[c] for c in ("customer_id", "owner_id", "department_id", "holder_id", "holder_department_id")},
        }
        insert_drafts(actor, kind, [draft], "view", alone=True)
        _tell_superior(actor, draft.id, row)


def _tell_superior(actor: Actor, key: UUID, row: dict[str, Any]) -> None:
    manager = User.objects.filter(pk=row["owner_id"]).values_list("manager_id", flat=True).first()
    if manager and manager != actor.id:
        notify(
            manager,
            kind="transfer_asked",
            title=T("{name}申请移交商机：{what}", "{name} asks to hand over: {what}"),
            title_params={"name": actor.name, "what": row["name"]},
            path=f"/transfer-requests/{key}",
            object="transfer-requests",
            record_id=key,
        )


def approve_transfer(actor: Actor, request_id: UUID, *, answer: str = "") -> None:
    """Hand it over: the opportunity, and its customer where asked, by the rules of assigning them. Stage and history stay."""
    with act(actor, "approve", object="transfer-requests", record_id=request_id, reason=answer):
        row = _lock(actor, request_id)
        if not _may_assign(actor, row["opportunity_id"]):
            raise Forbidden
        assign_opportunity(actor, row["opportunity_id"], owner=row["to_owner_id"])
        if row["with_customer"]:
            assign_customer(actor, row["customer_id"], owner=row["to_owner_id"], reason=row["reason"])
        _decide(actor, row, "approved", answer)


def refuse_transfer(actor: Actor, request_id: UUID, *, answer: str) -> None:
    """Say no, and why."""
    with act(actor, "refuse", object="transfer-requests", record_id=request_id, reason=answer):
        row = _lock(actor, request_id)
        if not _may_assign(actor, row["opportunity_id"]):
            raise Forbidden
        _decide(actor, row, "refused", answer)


def withdraw_transfer(actor: Actor, request_id: UUID) -> None:
    """Take one's own request back."""
    with act(actor, "withdraw", object="transfer-requests", record_id=request_id):
        row = _lock(actor, request_id)
        if row["requester_id"] != actor.id:
            raise Forbidden
        _decide(actor, row, "withdrawn", "")


def _lock(actor: Actor, request_id: UUID) -> dict[str, Any]:
    kind = get_object("transfer-requests")
    row = lock_row(actor, kind, request_id, kind.perm("view"))
    if row["state"] != "pending":
        raise errors.TransferDecided
    return row


def _may_assign(actor: Actor, opportunity_id: UUID) -> bool:
    """Whoever may assign the opportunity decides on it."""
    declaration = get_object("opportunities")
    code = declaration.perm("assign")
    return actor.has(code) and can(actor, code, declaration.ownership, table=declaration.table, key=opportunity_id)


def _decide(actor: Actor, row: dict[str, Any], state: str, answer: str) -> None:
    changes = {"state": state, "answer": answer, "decided_by": actor.id, "decided_at": now()}
    update_rows(get_object("transfer-requests"), actor.id, [Draft(row["id"], row, changes)])
    if row["requester_id"] != actor.id:
        notify(
            row["requester_id"],
            kind="transfer_decided",
            title=T("移交申请已通过", "Your request was approved")
            if state == "approved"
            else T("移交申请未通过", "Your request was refused"),
            text=answer,
            path=f"/transfer-requests/{row['id']}",
            object="transfer-requests",
            record_id=row["id"],
        )
