"""Opportunities: entering a pipeline, moving, winning, losing, reopening, assigning."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.base.audit import act, emit
from kemai.base.numbering import take_numbers
from kemai.customers.models import Contact
from kemai.customers.services.ownership import note_deals
from kemai.customers.services.records import set_holders
from kemai.kit.clock import now
from kemai.kit.errors import FieldError, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.merging.references import recount_after_merge
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import lock_row, update_rows
from kemai.sales import errors
from kemai.sales.events import OpportunityLost, OpportunityMoved, OpportunityWon
from kemai.sales.models import Opportunity, Pipeline, Stage, StageMove
from kemai.sales.rules.stages import GateFacts, missing_for_stage


def prepare_opportunities(actor: Actor, drafts: list[Draft]) -> None:
    """Owner, number, the first stage of the pipeline; status only ever follows the stage."""
    set_holders(actor, drafts)
    created = [d for d in drafts if d.old is None]
    if created:
        _enter_pipeline(actor, created)
    for draft in drafts:
        draft.values["currency"] = draft.get("currency") or "CNY"
        if draft.old is not None:
            for column, name, verb in (
                ("owner_id", "owner", T("分配", "Assign")),
                ("stage_id", "stage", T("移动阶段", "Move")),
            ):
                if draft.changed(column):
                    draft.wrong(
                        name, "use_command", T("请用“{verb}”修改此项。", "Change this with {verb}."), verb=verb.to()
                    )
            if draft.changed("pipeline_id"):
                draft.wrong(
                    "pipeline", "use_command", T("建立后不能更换流程。", "The pipeline cannot be changed afterwards.")
                )
        contact = draft.values.get("contact_id")
        if (
            contact
            and draft.changed("contact_id")
            and not Contact.objects.filter(pk=contact, customer_id=draft.get("customer_id")).exists()
        ):
            draft.wrong(
                "contact", "other_customer", T("联系人不属于该客户。", "The contact belongs to another customer.")
            )


def _enter_pipeline(actor: Actor, drafts: list[Draft]) -> None:
    default = (
        Pipeline.objects.filter(active=True, deleted_at__isnull=True)
        .order_by("position", "name")
        .values_list("id", flat=True)
        .first()
    )
    firsts: dict[UUID, Stage] = {}
    stages: dict[UUID, Stage] = {}
    for found in Stage.objects.filter(deleted_at__isnull=True).order_by("position"):
        stages[found.id] = found
        if found.kind == "open":
            firsts.setdefault(found.pipeline_id, found)
    owners = {d.values.get("owner_id") or actor.id for d in drafts}
    departments = dict(User.objects.filter(pk__in=owners).values_list("id", "department_id"))
    for draft, number in zip(drafts, take_numbers("sales_opportunity_number", "SJ-", len(drafts)), strict=True):
        owner = draft.values.get("owner_id") or actor.id
        stage = stages.get(draft.values["stage_id"]) if draft.values.get("stage_id") else None
        pipeline = draft.values.get("pipeline_id") or (stage.pipeline_id if stage else default)
        if stage is None and pipeline is not None:
            stage = firsts.get(pipeline)
        draft.values.update(
            number=number, owner_id=owner, department_id=departments.get(owner), pipeline_id=pipeline, stage_since=now()
        )
        if stage is None or stage.pipeline_id != pipeline:
            draft.wrong("stage", "no_such_stage", errors.NoSuchStage.text)
            continue
        if stage.kind != "open":
            draft.wrong(
                "stage",
                "not_open",
                T(
                    "新商机应从进行中的阶段开始；成交请用“赢单”。",
                    "A new opportunity starts in an open stage; use Win to close it.",
                ),
            )
        draft.values["stage_id"] = stage.id


def after_opportunities(actor: Actor, drafts: list[Draft]) -> None:
    """The first line of each stage log; deals of a customer follow an edited amount of a won one."""
    StageMove.objects.bulk_create(
        StageMove(opportunity_id=d.id, to_stage_id=d.values["stage_id"], by_id=actor.id)
        for d in drafts
        if d.old is None
    )
    for draft in drafts:
        if (
            draft.old is not None
            and draft.get("status") == "won"
            and (draft.changed("amount") or draft.changed("customer_id"))
        ):
            for key in {draft.old["customer_id"], draft.get("customer_id")}:
                count_deals(key)


def recount_customers(actor: Actor, opportunity_ids: list[UUID]) -> None:
    """Count the deals of customers whose opportunities went to the bin or came back."""
    for key in Opportunity.objects.filter(pk__in=opportunity_ids).values_list("customer_id", flat=True).distinct():
        count_deals(key)


@recount_after_merge("customers")
def count_deals_of(keys: list[UUID]) -> None:
    """Count the deals of these customers anew."""
    for key in keys:
        count_deals(key)


def move_opportunity(actor: Actor, opportunity_id: UUID, *, stage: str) -> UUID | None:
    """Move to another open stage; into a won stage is winning, and into a lost one needs a reason, so use those verbs.

    ``stage`` is a stage's id or its code within the pipeline. :class:`StageGate` names what is missing.
    """
    with act(actor, "move-stage", object="opportunities", record_id=opportunity_id):
        row = _lock(actor, opportunity_id)
        target = _find_stage(row["pipeline_id"], stage)
        if target.kind == "won":
            return win_opportunity(actor, opportunity_id)
        if target.kind == "lost":
            raise errors.StageGate(
                [FieldError("reason", "required", T("丢单请说明原因。", "A loss needs its reason."))]
            )
        if row["status"] != "open":
            raise errors.Closed
        if target.id == row["stage_id"]:
            return None
        _gate(row, target)
        return _enter(actor, row, target, {})


def win_opportunity(
    actor: Actor, opportunity_id: UUID, *, reason: str = "", note: str = "", amount: Any = None
) -> UUID:
    """Close as won; the customer's dealings are counted anew."""
    with act(actor, "win", object="opportunities", record_id=opportunity_id, reason=note):
        row = _lock(actor, opportunity_id)
        if row["status"] != "open":
            raise errors.Closed
        final = row["amount"] if amount is None else amount
        target = _stage_of_kind(row["pipeline_id"], "won")
        _gate({**row, "amount": final}, target)
        changes = {
            "status": "won",
            "closed_at": now(),
            "close_reason": reason,
            "close_note": note,
            "amount": final,
        }
        undo = _enter(actor, row, target, changes)
        count_deals(row["customer_id"])
        emit(
            OpportunityWon(
                "opportunities",
                opportunity_id,
                str(row["customer_id"]),
                str(row["owner_id"]),
                row["name"],
                str(final),
            )
        )
        return undo


def lose_opportunity(actor: Actor, opportunity_id: UUID, *, reason: str, note: str = "", competitor: str = "") -> UUID:
    """Close as lost, with the reason."""
    with act(actor, "lose", object="opportunities", record_id=opportunity_id, reason=note):
        row = _lock(actor, opportunity_id)
        if row["status"] != "open":
            raise errors.Closed
        changes = {"status": "lost", "closed_at": now(), "close_reason": reason, "close_note": note}
        if competitor:
            changes["competitors"] = competitor
        undo = _enter(actor, row, _stage_of_kind(row["pipeline_id"], "lost"), changes)
        emit(OpportunityLost("opportunities", opportunity_id, str(row["customer_id"]), reason))
        return undo


def reopen_opportunity(actor: Actor, opportunity_id: UUID) -> UUID:
    """Take a closed opportunity up again, in the open stage it was in last."""
    with act(actor, "reopen", object="opportunities", record_id=opportunity_id):
        row = _lock(actor, opportunity_id)
        if row["status"] == "open":
            raise errors.NotClosed
        last = (
            StageMove.objects.filter(opportunity_id=opportunity_id, from_stage_id__isnull=False)
            .order_by("-id")
            .values_list("from_stage_id", flat=True)
            .first()
        )
        stage = Stage.objects.filter(pk=last, kind="open", deleted_at__isnull=True).first() if last else None
        target = stage or _stage_of_kind(row["pipeline_id"], "open")
        undo = _enter(actor, row, target, {"status": "open", "closed_at": None, "close_reason": "", "close_note": ""})
        count_deals(row["customer_id"])
        return undo


def assign_opportunity(actor: Actor, opportunity_id: UUID, *, owner: UUID) -> None:
    """A supervisor gives an opportunity to somebody; stage and history stay (SAL-17)."""
    person = User.objects.filter(pk=owner, is_active=True).values("department_id").first()
    if person is None:
        raise NotFound
    declaration = get_object("opportunities")
    with act(actor, "assign", object="opportunities", record_id=opportunity_id):
        row = lock_row(actor, declaration, opportunity_id, declaration.perm("assign"))
        update_rows(
            declaration,
            actor.id,
            [Draft(opportunity_id, row, {"owner_id": owner, "department_id": person["department_id"]})],
        )


def _lock(actor: Actor, opportunity_id: UUID) -> dict[str, Any]:
    declaration = get_object("opportunities")
    return lock_row(actor, declaration, opportunity_id, declaration.perm("edit"))


def _find_stage(pipeline_id: UUID, text: str) -> Stage:
    key = parse_id(text)
    stages = Stage.objects.filter(pipeline_id=pipeline_id, deleted_at__isnull=True)
    found = stages.filter(pk=key).first() if key else stages.filter(code=text).first()
    if found is None:
        raise errors.NoSuchStage
    return found


def _stage_of_kind(pipeline_id: UUID, kind: str) -> Stage:
    found = (
        Stage.objects.filter(pipeline_id=pipeline_id, kind=kind, deleted_at__isnull=True).order_by("position").first()
    )
    if found is None:
        raise errors.NoSuchStage
    return found


def _gate(row: dict[str, Any], target: Stage) -> None:
    missing = missing_for_stage(
        GateFacts(target.kind, target.probability, row["amount"], row["expected_close_on"] is not None)
    )
    if missing:
        fields = get_object("opportunities").by_name
        raise errors.StageGate(
            [
                FieldError(
                    n,
                    "required",
                    T("进入“{stage}”前请填写{label}。", "Fill in {label} before {stage}."),
                    (("stage", target.name), ("label", fields[n].label.to())),
                )
                for n in missing
            ]
        )


def _enter(actor: Actor, row: dict[str, Any], target: Stage, changes: dict[str, Any]) -> UUID:
    declaration = get_object("opportunities")
    before = {
        c: row[c]
        for c in (
            "stage_id",
            "status",
            "closed_at",
            "close_reason",
            "close_note",
            "competitors",
            "amount",
            "stage_since",
        )
    }
    update_rows(
        declaration, actor.id, [Draft(row["id"], row, {"stage_id": target.id, "stage_since": now(), **changes})]
    )
    StageMove.objects.create(
        opportunity_id=row["id"], from_stage_id=row["stage_id"], to_stage_id=target.id, by_id=actor.id
    )
    emit(OpportunityMoved("opportunities", row["id"], str(row["stage_id"]), str(target.id)))
    payload = {
        "id": str(row["id"]),
        "version": row["version"] + 1,
        "before": {k: None if v is None else str(v) for k, v in before.items()},
    }
    return offer_undo(actor, "opportunities.stage", payload, label=row["name"])


@undo_kind("opportunities.stage")
def undo_stage(actor: Actor, payload: dict[str, Any]) -> None:
    """Back to the stage before, when nobody touched the opportunity since."""
    row = _lock(actor, UUID(payload["id"]))
    if row["version"] != payload["version"]:
        raise ChangedSince(label=row["name"])
    before = dict(payload["before"])
    for column in ("closed_at", "stage_since"):
        before[column] = datetime.fromisoformat(before[column]) if before[column] else None
    update_rows(get_object("opportunities"), actor.id, [Draft(row["id"], row, before)])
    StageMove.objects.create(
        opportunity_id=row["id"], from_stage_id=row["stage_id"], to_stage_id=UUID(before["stage_id"]), by_id=actor.id
    )
    count_deals(row["customer_id"])


def count_deals(customer_id: UUID) -> None:
    """Count a customer's won opportunities anew and tell the customer file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), COALESCE(sum(amount), 0), max(closed_at) FROM sales_opportunity WHERE customer_id = %s AND status = 'won' AND deleted_at IS NULL",
            [customer_id],
        )
        count, amount, last = cursor.fetchone()
    note_deals(customer_id, count=count, amount=amount, last_at=last)


def board_columns(actor: Actor, pipeline: UUID | None) -> list[dict[str, Any]]:
    """The stages of a pipeline (the first active one by default), lost ones left out."""
    name = "COALESCE(NULLIF(s.name_en, ''), s.name)" if actor.locale == "en" else "s.name"
    columns = ("key", "label", "color", "kind", "probability", "guidance", "rot_days", "pipeline")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.id, {name}, s.color, s.kind, s.probability, s.guidance, s.rot_days, p.id FROM "
            "(SELECT COALESCE(%s::uuid, (SELECT id FROM sales_pipeline WHERE active AND deleted_at IS NULL ORDER BY position, name LIMIT 1)) AS id) p "
            "LEFT JOIN sales_stage s ON s.pipeline_id = p.id AND s.deleted_at IS NULL AND s.kind <> 'lost' ORDER BY s.position",
            [pipeline],
        )
        rows = cursor.fetchall()
    if rows[0][-1] is None:
        raise errors.NoSuchStage
    return [dict(zip(columns, row, strict=True)) for row in rows if row[0] is not None]
