"""Opportunities: entering a pipeline, moving, winning, losing, reopening, assigning."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.base import epochs
from kemai.base.audit import act, emit
from kemai.base.currencies import BASE_CURRENCY, in_base, without_rate
from kemai.base.numbering import take_numbers
from kemai.customers.services.ownership import note_deals
from kemai.customers.services.records import set_holders
from kemai.kit.clock import now
from kemai.kit.errors import FieldError, Invalid, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.money import CURRENCIES, InvalidMoney, exact_amount
from kemai.kit.words import T
from kemai.platform.merging.references import recount_after_merge
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.select import remembered
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import create_record, lock_row, update_rows
from kemai.sales import errors
from kemai.sales.events import OpportunityLost, OpportunityMoved, OpportunityReopened, OpportunityWon
from kemai.sales.models import PIPELINES, Contender, Opportunity, Stage, StageMove
from kemai.sales.services.gates import pass_gate
from kemai.sales.services.parts import follow_opportunities, has_lines, settle_contenders, sum_lines
from kemai.sales.services.pipelines import own_pipelines
from kemai.sales.services.reaching import note_reached
from kemai.sales.services.steps import mark_steps, plan_steps

FROM_LINES = T(
    "金额由产品明细合计得出，请修改明细。", "The amount is the sum of the product lines; change those instead."
)


def prepare_opportunities(actor: Actor, drafts: list[Draft]) -> None:
    """Owner, number, the first stage of the pipeline; status only ever follows the stage."""
    set_holders(actor, drafts)
    created = [d for d in drafts if d.old is None]
    if created:
        _enter_pipeline(actor, created)
    price_in_currency(drafts)
    for draft in drafts:
        if draft.old is not None and draft.old["status"] == "open" and draft.changed("amount") and has_lines(draft.id):
            draft.wrong("amount", "from_lines", FROM_LINES)
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


def price_in_currency(drafts: list[Draft]) -> None:
    """Each amount is in a currency that has a rate, with the places that currency has (PLT-7)."""
    for draft in drafts:
        draft.values["currency"] = draft.get("currency") or BASE_CURRENCY.value()
    unknown = without_rate({d.values["currency"] for d in drafts if d.changed("currency")})
    for draft in drafts:
        currency, amount = draft.values["currency"], draft.get("amount")
        if currency in unknown and draft.changed("currency"):
            draft.wrong("currency", "no_rate", errors.NO_RATE, currency=CURRENCIES[currency].to())
        if draft.old is not None and draft.changed("currency") and has_lines(draft.id):
            draft.wrong("currency", "from_lines", errors.PRICED)
        changed = draft.changed("amount") or draft.changed("currency")
        if changed and not _has_its_places(amount, currency):
            draft.wrong("amount", "no_cents", errors.NO_CENTS, currency=CURRENCIES[currency].to())


def _has_its_places(amount: Any, currency: str) -> bool:
    """Whether the amount has no smaller part than the currency has."""
    try:
        return amount is None or exact_amount(amount, currency) == amount
    except InvalidMoney:
        return False


def _enter_pipeline(actor: Actor, drafts: list[Draft]) -> None:
    firsts: dict[UUID, Stage] = {}
    stages: dict[UUID, Stage] = {}
    for found in Stage.objects.filter(deleted_at__isnull=True).order_by("position"):
        stages[found.id] = found
        if found.kind == "open":
            firsts.setdefault(found.pipeline_id, found)
    owners = {d.values.get("owner_id") or actor.id for d in drafts}
    departments = dict(User.objects.filter(pk__in=owners).values_list("id", "department_id"))
    usual = own_pipelines({departments.get(owner) for owner in owners})
    for draft, number in zip(drafts, take_numbers("sales_opportunity_number", "SJ-", len(drafts)), strict=True):
        owner = draft.values.get("owner_id") or actor.id
        stage = stages.get(draft.values["stage_id"]) if draft.values.get("stage_id") else None
        pipeline = draft.values.get("pipeline_id") or (stage.pipeline_id if stage else None)
        pipeline = pipeline or usual.get(departments.get(owner))
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
        draft.values["stage_id"] = draft.values["reached_id"] = stage.id


def after_opportunities(actor: Actor, drafts: list[Draft]) -> None:
    """The first line of each stage log, and the plan; deals of a customer follow an edited amount of a won one."""
    plan_steps(actor, [d for d in drafts if d.old is None])
    moved = [d.id for d in drafts if d.old is not None and d.changed("customer_id")]
    if moved:
        follow_opportunities(moved)
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


def move_opportunity(actor: Actor, opportunity_id: UUID, *, stage: str, checks: list[str] | None = None) -> UUID | None:
    """Move to another open stage; into a won stage is winning, and into a lost one needs a reason, so use those verbs.

    ``stage`` is a stage's id or its code within the pipeline; ``checks`` are lines of the checklist done just now. :class:`StageGate`
    names what is missing.
    """
    with act(actor, "move-stage", object="opportunities", record_id=opportunity_id):
        row = _lock(actor, opportunity_id)
        target = _find_stage(row["pipeline_id"], stage)
        if target.kind == "won" and row["status"] == "won" and target.id != row["stage_id"]:
            return _enter(actor, row, target, {})  # what follows the signature: delivery, service
        if target.kind == "won":
            return win_opportunity(actor, opportunity_id, checks=checks)
        if target.kind == "lost":
            raise errors.StageGate(
                [FieldError("reason", "required", T("丢单请说明原因。", "A loss needs its reason."))]
            )
        if target.id == row["stage_id"]:
            return None
        if row["status"] != "open":
            raise errors.Closed
        pass_gate(actor, row, target, checks or [])
        return _enter(actor, row, target, {})


def win_opportunity(
    actor: Actor,
    opportunity_id: UUID,
    *,
    reason: str = "",
    note: str = "",
    amount: Any = None,
    checks: list[str] | None = None,
) -> UUID:
    """Close as won; the customer's dealings are counted anew."""
    with act(actor, "win", object="opportunities", record_id=opportunity_id, reason=note):
        row = _lock(actor, opportunity_id)
        if row["status"] != "open":
            raise errors.Closed
        final = row["amount"] if amount is None else amount
        if not _has_its_places(final, row["currency"]):
            raise Invalid.one("amount", "no_cents", errors.NO_CENTS, currency=CURRENCIES[row["currency"]].to())
        target = _stage_of_kind(row["pipeline_id"], "won")
        pass_gate(actor, {**row, "amount": final}, target, checks or [])
        changes = {
            "status": "won",
            "closed_at": now(),
            "close_reason": reason,
            "close_note": note,
            "amount": final,
        }
        undo = _enter(actor, row, target, changes)
        settle_contenders(opportunity_id, "won")
        count_deals(row["customer_id"])
        emit(
            OpportunityWon(
                "opportunities",
                opportunity_id,
                str(row["customer_id"]),
                str(row["owner_id"]),
                row["name"],
                str(final),
                row["currency"],
            )
        )
        return undo


def lose_opportunity(
    actor: Actor, opportunity_id: UUID, *, reason: str, note: str = "", competitor: UUID | None = None
) -> UUID:
    """Close as lost, with the reason, and to which competitor where one is named (SAL-16)."""
    with act(actor, "lose", object="opportunities", record_id=opportunity_id, reason=note):
        row = _lock(actor, opportunity_id)
        if row["status"] != "open":
            raise errors.Closed
        changes = {"status": "lost", "closed_at": now(), "close_reason": reason, "close_note": note}
        undo = _enter(actor, row, _stage_of_kind(row["pipeline_id"], "lost"), changes)
        if competitor:
            _name_winner(actor, opportunity_id, competitor)
        emit(OpportunityLost("opportunities", opportunity_id, str(row["customer_id"]), reason))
        return undo


def _name_winner(actor: Actor, opportunity_id: UUID, competitor: UUID) -> None:
    """The competitor who got it stands on the opportunity, also when nobody had put him there before."""
    declaration = get_object("opportunity-competitors")
    if not Contender.objects.filter(
        opportunity_id=opportunity_id, competitor_id=competitor, deleted_at__isnull=True
    ).exists():
        create_record(actor, declaration, {"opportunity": str(opportunity_id), "competitor": str(competitor)})
    settle_contenders(opportunity_id, "lost", competitor)


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
        settle_contenders(opportunity_id, "open")
        sum_lines(actor, {opportunity_id})
        count_deals(row["customer_id"])
        emit(OpportunityReopened("opportunities", opportunity_id, str(row["customer_id"])))
        return undo


def assign_opportunity(actor: Actor, opportunity_id: UUID, *, owner: UUID) -> UUID:
    """A supervisor gives an opportunity to somebody; stage and history stay (SAL-17)."""
    person = User.objects.filter(pk=owner, is_active=True).values("department_id").first()
    if person is None:
        raise NotFound
    declaration = get_object("opportunities")
    with act(actor, "assign", object="opportunities", record_id=opportunity_id):
        row = lock_row(actor, declaration, opportunity_id, declaration.perm("assign"))
        before = {"owner_id": row["owner_id"], "department_id": row["department_id"]}
        _give(actor, row, {"owner_id": owner, "department_id": person["department_id"]})
        payload = {"id": str(opportunity_id), "version": row["version"] + 1}
        payload |= {c: str(v) if v else None for c, v in before.items()}
        return offer_undo(actor, "opportunities.assign", payload, label=row["name"])


def _give(actor: Actor, row: dict[str, Any], changes: dict[str, Any]) -> None:
    update_rows(get_object("opportunities"), actor.id, [Draft(row["id"], row, changes)])
    follow_opportunities([row["id"]])


@undo_kind("opportunities.assign")
def undo_assign(actor: Actor, payload: dict[str, Any]) -> None:
    """Back to whom it was taken from, when nobody touched the opportunity since."""
    declaration = get_object("opportunities")
    actor.require(declaration.perm("assign"))
    row = lock_row(actor, declaration, UUID(payload["id"]), declaration.perm("assign"))
    if row["version"] != payload["version"]:
        raise ChangedSince(label=row["name"])
    _give(actor, row, {c: UUID(payload[c]) if payload[c] else None for c in ("owner_id", "department_id")})


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
    note_reached([row["id"]])
    mark_steps(row["id"], target)
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
    StageMove.objects.filter(
        pk=StageMove.objects.filter(opportunity_id=row["id"]).order_by("-id").values("id")[:1]
    ).update(void=True)
    StageMove.objects.create(
        opportunity_id=row["id"],
        from_stage_id=row["stage_id"],
        to_stage_id=UUID(before["stage_id"]),
        by_id=actor.id,
        void=True,
    )
    note_reached([row["id"]])
    mark_steps(row["id"], Stage.objects.get(pk=before["stage_id"]))
    settle_contenders(row["id"], before["status"])
    count_deals(row["customer_id"])
    emit(OpportunityMoved("opportunities", row["id"], str(row["stage_id"]), before["stage_id"]))
    if row["status"] != "open" == before["status"]:
        emit(OpportunityReopened("opportunities", row["id"], str(row["customer_id"])))


def count_deals(customer_id: UUID) -> None:
    """Count a customer's won opportunities anew and tell the customer file."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), COALESCE(sum({in_base('t.amount')}), 0), max(closed_at) FROM sales_opportunity t "
            "WHERE customer_id = %s AND status = 'won' AND deleted_at IS NULL",
            [customer_id],
        )
        count, amount, last = cursor.fetchone()
    note_deals(customer_id, count=count, amount=amount, last_at=last)


def follow_rates(ids: list[UUID]) -> None:
    """Customers' dealings after other rates came to count for these opportunities."""
    won = Opportunity.objects.filter(pk__in=ids, status="won", deleted_at__isnull=True)
    count_deals_of(sorted(set(won.values_list("customer_id", flat=True))))


def board_columns(actor: Actor, pipeline: UUID | None) -> list[dict[str, Any]]:
    """The stages of a pipeline (the first active one by default), lost ones left out. Kept in memory until one of them is changed."""
    key = ("stages", epochs.current(PIPELINES), pipeline, actor.locale)
    return remembered(key, lambda: _read_columns(actor.locale, pipeline))


def _read_columns(locale: str, pipeline: UUID | None) -> list[dict[str, Any]]:
    name = "COALESCE(NULLIF(s.name_en, ''), s.name)" if locale == "en" else "s.name"
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
