"""Giving an opportunity or a customer to a colleague by request: the one who works it asks, a superior decides (SAL-17, POOL-5)."""

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

declare_kind("transfer_asked", T("移交申请", "Requests to hand over"))
declare_kind("transfer_decided", T("移交申请的结果", "Decisions on my requests"))


def request_transfer(
    actor: Actor, opportunity_id: UUID, *, owner: UUID, reason: str, with_customer: bool = False
) -> None:
    """Ask that an opportunity be given to a colleague, with its customer where wished."""
    _check_person(owner)
    declaration = get_object("opportunities")
    with act(actor, "request-transfer", object="opportunities", record_id=opportunity_id):
        row = lock_row(actor, declaration, opportunity_id, declaration.perm("edit"))
        holder = {c: row[c] for c in ("customer_id", "holder_id", "holder_department_id")}
        _ask(actor, row, owner, reason, {"opportunity_id": opportunity_id, "with_customer": with_customer, **holder})


def request_customer_transfer(
    actor: Actor, customer_id: UUID, *, owner: UUID, reason: str, with_opportunities: bool = False
) -> None:
    """Ask that a customer be given to a colleague, with its open opportunities where wished; plans and open tasks go along (POOL-5)."""
    _check_person(owner)
    declaration = get_object("customers")
    with act(actor, "transfer", object="customers", record_id=customer_id):
        row = lock_row(actor, declaration, customer_id, declaration.perm("edit"))
        if row["owner_id"] is None:
            raise errors.CustomerPooled
        holder = {"holder_id": row["owner_id"], "holder_department_id": row["department_id"]}
        _ask(
            actor, row, owner, reason, {"customer_id": customer_id, "with_opportunities": with_opportunities, **holder}
        )


def _check_person(owner: UUID) -> None:
    person = User.objects.filter(pk=owner).values("name", "is_active").first()
    if person is None:
        raise NotFound
    if not person["is_active"]:
        raise errors.NobodyToTakeOver(name=person["name"])


def _ask(actor: Actor, row: dict[str, Any], owner: UUID, reason: str, about: dict[str, Any]) -> None:
    """The request, once at a time: the record it is about is locked."""
    if row["owner_id"] == owner:
        raise errors.SameOwner
    same = {"opportunity_id": about.get("opportunity_id"), "customer_id": about["customer_id"]}
    if TransferRequest.objects.filter(**same, state="pending", deleted_at__isnull=True).exists():
        raise errors.TransferPending
    draft = Draft(new_id(), None, {})
    draft.values = {
        "requester_id": actor.id,
        "to_owner_id": owner,
        "reason": reason,
        "state": "pending",
        "owner_id": row["owner_id"],
        "department_id": row["department_id"],
        **about,
    }
    insert_drafts(actor, get_object("transfer-requests"), [draft], "view", alone=True)
    _tell_superior(actor, draft.id, row)


def _tell_superior(actor: Actor, key: UUID, row: dict[str, Any]) -> None:
    manager = User.objects.filter(pk=row["owner_id"]).values_list("manager_id", flat=True).first()
    if manager and manager != actor.id:
        notify(
            manager,
            kind="transfer_asked",
            title=T("{name}申请移交：{what}", "{name} asks to hand over: {what}"),
            title_params={"name": actor.name, "what": row["name"]},
            path=f"/transfer-requests/{key}",
            object="transfer-requests",
            record_id=key,
        )


def approve_transfer(actor: Actor, request_id: UUID, *, answer: str = "") -> UUID:
    """Hand it over by the rules of assigning: the opportunity, and its customer where asked; or the customer, and its open opportunities
    where asked. Stages, plans and history stay. Returns what takes it back, of the customer where one went."""
    with act(actor, "approve", object="transfer-requests", record_id=request_id, reason=answer):
        row = _lock(actor, request_id)
        if not _may_assign(actor, row):
            raise Forbidden
        undo = None
        if row["opportunity_id"]:
            undo = assign_opportunity(actor, row["opportunity_id"], owner=row["to_owner_id"])
        if row["with_customer"] or not row["opportunity_id"]:
            undo = assign_customer(
                actor,
                row["customer_id"],
                owner=row["to_owner_id"],
                reason=row["reason"],
                with_opportunities=row["with_opportunities"],
            )
        _decide(actor, row, "approved", answer)
    assert undo is not None
    return undo


def refuse_transfer(actor: Actor, request_id: UUID, *, answer: str) -> None:
    """Say no, and why."""
    with act(actor, "refuse", object="transfer-requests", record_id=request_id, reason=answer):
        row = _lock(actor, request_id)
        if not _may_assign(actor, row):
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


def _may_assign(actor: Actor, request: dict[str, Any]) -> bool:
    """Whoever may assign what it is about decides on it."""
    about, key = (
        ("opportunities", request["opportunity_id"])
        if request["opportunity_id"]
        else ("customers", request["customer_id"])
    )
    declaration = get_object(about)
    code = declaration.perm("assign")
    return actor.has(code) and can(actor, code, declaration.ownership, table=declaration.table, key=key)


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
