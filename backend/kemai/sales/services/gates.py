"""What a stage asks for before it may be entered or left: fields and a checklist, set up by the administrator (SAL-2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, can
from kemai.accounts.models import User
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.errors import FieldError, Invalid, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import EN, T
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.write import lock_row
from kemai.sales import errors
from kemai.sales.models import Check, Opportunity, Stage, StageItem
from kemai.sales.rules.stages import GateFacts, missing_for_stage

EMPTY: tuple[Any, ...] = (None, "", [], ())


def pass_gate(actor: Actor, row: dict[str, Any], target: Stage, checks: list[str]) -> None:
    """Tick ``checks``, then refuse with :class:`StageGate` when something is still missing to enter ``target``."""
    current = Stage.objects.filter(pk=row["stage_id"]).first()
    open_items = _open_items(row["id"], current) if current and _forward(current, target) else []
    ticked = {key for text in checks if (key := parse_id(text))}
    for item in open_items:
        if item.id in ticked:
            Check.objects.create(opportunity_id=row["id"], item=item, by_id=actor.id, at=now())
    still = [item for item in open_items if item.id not in ticked and item.required]
    missing = _missing_fields(row, target)
    if not missing and not still:
        return
    fields = get_object("opportunities").by_name
    wrong = [
        FieldError(
            n,
            "required",
            T("进入“{stage}”前请填写{label}。", "Fill in {label} before {stage}."),
            (("stage", stage_name(actor, target)), ("label", fields[n].label.to())),
        )
        for n in missing
    ]
    wrong += [
        FieldError("checks", "unchecked", T("尚未完成：{item}", "Not done yet: {item}"), (("item", _words(actor, i)),))
        for i in still
    ]
    raise errors.StageGate(
        wrong,
        guidance=target.guidance,
        param="checks",
        items=[
            {"id": str(i.id), "label": _words(actor, i), "required": i.required}
            for i in open_items
            if i.id not in ticked
        ],
    )


def stage_name(actor: Actor, stage: Stage) -> str:
    """A stage's name in the reader's language."""
    return stage.name_en if actor.locale == EN and stage.name_en else stage.name


def _forward(current: Stage, target: Stage) -> bool:
    return target.kind == "won" or (target.kind == "open" and target.position > current.position)


def _words(actor: Actor, item: StageItem) -> str:
    return item.label_en if actor.locale == EN and item.label_en else item.label


def _open_items(opportunity_id: UUID, stage: Stage) -> list[StageItem]:
    done = Check.objects.filter(opportunity_id=opportunity_id).values("item_id")
    return list(StageItem.objects.filter(stage=stage).exclude(pk__in=done).order_by("position", "id"))


def _missing_fields(row: dict[str, Any], target: Stage) -> list[str]:
    missing = missing_for_stage(
        GateFacts(target.kind, target.probability, row["amount"], row["expected_close_on"] is not None)
    )
    by_name = get_object("opportunities").by_name
    for name in target.required_fields:
        found = by_name.get(name)
        if found is not None and found.stored and name not in missing and row.get(found.stored) in EMPTY:
            missing.append(name)
    return missing


# ---------------------------------------------------------------- the checklist of one opportunity


def read_checklist(actor: Actor, opportunity_id: UUID) -> dict[str, Any]:
    """Guidance and checklist of the stage an opportunity is in: what is done, by whom, when."""
    declaration = get_object("opportunities")
    view = declaration.perm("view")
    actor.require(view)
    if not can(actor, view, declaration.ownership, table=declaration.table, key=opportunity_id):
        raise NotFound
    opportunity = Opportunity.objects.select_related("stage").get(pk=opportunity_id)
    checks = {c.item_id: c for c in Check.objects.filter(opportunity_id=opportunity_id)}
    people = names_of({c.by_id for c in checks.values()})
    items = []
    for item in StageItem.objects.filter(stage=opportunity.stage).order_by("position", "id"):
        check = checks.get(item.id)
        items.append(
            {
                "id": item.id,
                "label": _words(actor, item),
                "required": item.required,
                "done": check is not None,
                "by": {"id": check.by_id, "label": people.get(check.by_id)} if check else None,
                "at": check.at if check else None,
            }
        )
    return {
        "stage": {"id": opportunity.stage_id, "label": stage_name(actor, opportunity.stage)},
        "guidance": opportunity.stage.guidance,
        "items": items,
        "can_tick": actor.has(declaration.perm("edit"))
        and opportunity.status == "open"
        and can(actor, declaration.perm("edit"), declaration.ownership, table=declaration.table, key=opportunity_id),
    }


def names_of(keys: set[UUID]) -> dict[UUID, str]:
    """Names of colleagues by key."""
    return dict(User.objects.filter(pk__in=keys).values_list("id", "name"))


def tick_item(actor: Actor, opportunity_id: UUID, item_id: UUID, *, done: bool) -> None:
    """Tick a line of the checklist for an opportunity, or take the tick back."""
    declaration = get_object("opportunities")
    with act(actor, "check", object="opportunities", record_id=opportunity_id):
        row = lock_row(actor, declaration, opportunity_id, declaration.perm("edit"))
        if row["status"] != "open":
            raise errors.Closed
        item = StageItem.objects.filter(pk=item_id, stage__pipeline_id=row["pipeline_id"]).first()
        if item is None:
            raise NotFound
        known = Check.objects.filter(opportunity_id=opportunity_id, item=item)
        if done and not known.exists():
            Check.objects.create(opportunity_id=opportunity_id, item=item, by_id=actor.id, at=now())
        elif not done:
            known.delete()


# ---------------------------------------------------------------- what the administrator sets up


def read_gate(actor: Actor, stage_id: UUID) -> dict[str, Any]:
    """What a stage asks for, and the fields one may ask for."""
    actor.require("sales.pipeline.view")
    stage = Stage.objects.filter(pk=stage_id, deleted_at__isnull=True).first()
    if stage is None:
        raise NotFound
    return {
        "required_fields": stage.required_fields,
        "fields": [{"name": f.name, "label": f.label.to()} for f in askable()],
        "items": [
            {"id": i.id, "label": i.label, "label_en": i.label_en, "required": i.required}
            for i in StageItem.objects.filter(stage=stage).order_by("position", "id")
        ],
    }


def askable() -> list[Any]:
    """Fields of opportunities a stage may ask for: those people fill in."""
    return [f for f in get_object("opportunities").fields if f.writable and not f.create_only and not f.required]


MAX_ITEMS = 30


def set_gate(
    actor: Actor, stage_id: UUID, *, required_fields: list[str], items: list[dict[str, Any]]
) -> dict[str, Any]:
    """Replace what a stage asks for. Lines that stay keep their key, so that ticks stay."""
    declaration = get_object("stages")
    known = {f.name for f in askable()}
    wrong = [n for n in required_fields if n not in known]
    if wrong:
        raise Invalid.one(
            "required_fields",
            "unknown_field",
            T("没有这个字段：{name}", "No such field: {name}"),
            name=str(wrong[0])[:60],
        )
    if len(items) > MAX_ITEMS:
        raise Invalid.one("items", "too_many", T("最多 {limit} 条。", "At most {limit} lines."), limit=MAX_ITEMS)
    with act(actor, "gate", object="stages", record_id=stage_id):
        lock_row(actor, declaration, stage_id, declaration.perm("edit"))
        Stage.objects.filter(pk=stage_id).update(required_fields=list(dict.fromkeys(required_fields)))
        kept = {i.id: i for i in StageItem.objects.filter(stage_id=stage_id)}
        seen = set()
        for position, raw in enumerate(items):
            values = _item_values(raw, position)
            old = kept.get(parse_id(str(raw.get("id") or "")) or UUID(int=0))
            if old:
                seen.add(old.id)
                if any(getattr(old, n) != v for n, v in values.items()):
                    StageItem.objects.filter(pk=old.id).update(**values)
            else:
                StageItem.objects.create(stage_id=stage_id, **values)
        gone = [k for k in kept if k not in seen]
        Check.objects.filter(item_id__in=gone).delete()
        StageItem.objects.filter(pk__in=gone).delete()
    return read_gate(actor, stage_id)


def _item_values(raw: dict[str, Any], position: int) -> dict[str, Any]:
    label, label_en = str(raw.get("label") or "").strip(), str(raw.get("label_en") or "").strip()
    if not label or len(label) > 200 or len(label_en) > 200 or "\x00" in label + label_en:
        raise Invalid.one(
            "items", "label", T("每条应有 1 到 200 个字。", "Each line has between 1 and 200 characters.")
        )
    return {"label": label, "label_en": label_en, "required": raw.get("required") is not False, "position": position}
