"""Many records at once: set fields, delete, restore, or any command declared for bulk. Each refusal keeps its reason; the rest go on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.accounts.sessions import actor_of
from kemai.base.audit import act
from kemai.base.jobs import JobRun, job_kind, start_job
from kemai.base.models import Job, Undo
from kemai.kit.errors import Forbidden, Invalid, KemaiError, NotFound
from kemai.kit.ids import new_id, parse_id
from kemai.kit.words import T, language
from kemai.platform.models import UndoRow
from kemai.platform.objects import write
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.read import list_options, run_params
from kemai.platform.objects.select import Query, plan_list
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind

LIMIT = 100_000
BATCH = 200

LABELS = {
    "set": T("批量修改", "Bulk edit"),
    "delete": T("批量删除", "Bulk delete"),
    "restore": T("批量恢复", "Bulk restore"),
}


class NothingChosen(KemaiError):
    status, code = 422, "nothing_chosen"
    text = T("没有选中任何记录。", "No record was chosen.")


def start_bulk(
    actor: Actor,
    declaration: ObjectType,
    *,
    ids: list[str] | None,
    query: Query | None,
    action: str,
    params: dict[str, Any],
) -> Job:
    """Check what is asked and queue the job. Records named by a filter are fixed now, as the person sees them now."""
    label = _check(actor, declaration, action, params)
    keys = list(dict.fromkeys(ids)) if ids is not None else _keys(actor, declaration, query)
    if not keys:
        raise NothingChosen
    if len(keys) > LIMIT:
        raise Invalid.one(
            "ids", "too_many", T("一次最多处理 {limit} 条。", "At most {limit} records at once."), limit=LIMIT
        )
    return start_job(
        actor.id,
        "bulk",
        label=label,
        params={"object": declaration.name, "ids": keys, "action": action, "params": params},
        total=len(keys),
    )


def _check(actor: Actor, declaration: ObjectType, action: str, params: dict[str, Any]) -> T:
    if action == "set":
        actor.require(declaration.perm("edit"))
        if not params:
            raise Invalid.one("params", "required", T("请选择要修改的字段。", "Choose the fields to change."))
        draft = Draft(new_id(), {}, {})
        write.parse_into(actor, declaration, draft, params)
        if draft.errors:
            raise Invalid(draft.errors)
        return LABELS["set"]
    if action in ("delete", "restore"):
        actor.require(declaration.perm("delete"))
        if not declaration.can_delete:
            raise Forbidden
        return LABELS[action]
    command = declaration.command_map.get(action)
    if command is None or "bulk" not in command.on:
        raise Invalid.one(
            "action",
            "unknown_action",
            T("没有这个批量操作：{action}。", "There is no such bulk action: {action}."),
            action=action[:60],
        )
    actor.require(declaration.perm(command.verb))
    write.parse_params(actor, command.params, params)
    return command.label


def _keys(actor: Actor, declaration: ObjectType, query: Query | None) -> list[str]:
    assert query is not None
    plan = plan_list(actor, declaration, query)
    with connection.cursor() as cursor:
        cursor.execute(f"{plan.keys_statement()} LIMIT {LIMIT + 1}", run_params(actor, plan, query))
        return [str(row[0]) for row in cursor.fetchall()]


@job_kind("bulk")
def run_bulk(run: JobRun) -> None:
    """Do the chosen action batch by batch, with the person's rights as they are now. A resumed job goes on after its last batch."""
    actor = actor_of(run.job.actor_id)
    language.set(actor.locale)
    declaration = get_object(run.params["object"])
    ids = [k for i in run.params["ids"] if (k := parse_id(i))]
    action, params = run.params["action"], run.params["params"]
    undo_id = new_id() if action == "set" else None
    if undo_id and run.job.undo:
        undo_id = run.job.undo
    for start in range(run.job.done, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        if action == "set":
            assert undo_id is not None
            succeeded = _set_batch(run, actor, declaration, batch, params, undo_id)
        else:
            succeeded = sum(_one(run, actor, declaration, key, action, params) for key in batch)
        run.step(succeeded=succeeded, failed=len(batch) - succeeded)


def _set_batch(
    run: JobRun, actor: Actor, declaration: ObjectType, batch: list[UUID], params: dict[str, Any], undo_id: UUID
) -> int:
    with act(actor, "bulk", object=declaration.name):
        rows = write.lock_rows(actor, declaration, batch, declaration.perm("edit"))
        drafts = [Draft(key, rows[key], {}) for key in batch if key in rows]
        write.prepare_edits(actor, declaration, drafts, [params] * len(drafts))
        good = [d for d in drafts if not d.errors]
        changed = write.write_edits(actor, declaration, good)
        if changed:
            _remember(actor, declaration, changed, undo_id, run)
    titles = {d.id: str(rows[d.id].get(declaration.by_name[declaration.title].stored) or "") for d in drafts}
    for key in batch:
        if key not in rows:
            run.fail(key, "", NotFound())
    for draft in drafts:
        if draft.errors:
            run.fail(draft.id, titles[draft.id], Invalid(draft.errors))
    return len(good)


def _remember(actor: Actor, declaration: ObjectType, changed: list[Draft], undo_id: UUID, run: JobRun) -> None:
    if not Undo.objects.filter(pk=undo_id).exists():
        token = offer_undo(actor, "edits", {"undo_id": str(undo_id), "object": declaration.name}, label=run.job.label)
        Undo.objects.filter(pk=token).update(id=undo_id)
        run.undoable(undo_id, Undo.objects.get(pk=undo_id).until)
    UndoRow.objects.bulk_create(
        UndoRow(
            undo_id=undo_id,
            object=declaration.name,
            record_id=d.id,
            op="U",
            before=_jsonable({c: (d.old or {}).get(c) for c in d.values}),
            version=(d.old or {})["version"] + 1,
        )
        for d in changed
    )


def _jsonable(values: dict[str, Any]) -> dict[str, Any]:
    return {
        k: v if isinstance(v, (str, int, float, bool, list, dict, type(None))) else str(v) for k, v in values.items()
    }


def _one(run: JobRun, actor: Actor, declaration: ObjectType, key: UUID, action: str, params: dict[str, Any]) -> bool:
    try:
        if action == "delete":
            write.delete_records(actor, declaration, [key])
        elif action == "restore":
            write.restore_record(actor, declaration, key)
        else:
            write.run_command(actor, declaration, action, key, params)
    except KemaiError as error:
        seen = list_options(actor, declaration, ids=[key]) if actor.has(declaration.perm("view")) else []
        run.fail(key, seen[0]["label"] if seen else "", error)
        return False
    return True


@undo_kind("edits")
def undo_edits(actor: Actor, payload: dict[str, Any]) -> None:
    """Put columns back where nobody changed the record since; one changed record refuses the whole, naming it."""
    declaration = get_object(payload["object"])
    rows = list(UndoRow.objects.filter(undo_id=payload["undo_id"], op="U").order_by("id"))
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        locked = write.lock_rows(actor, declaration, [r.record_id for r in part], declaration.perm("edit"))
        drafts = []
        for row in part:
            current = locked.get(row.record_id)
            if current is None:
                raise NotFound
            if current["version"] != row.version:
                raise ChangedSince(label=str(current.get(declaration.by_name[declaration.title].stored)))
            drafts.append(Draft(row.record_id, current, dict(row.before or {})))
        write.update_rows(declaration, actor.id, drafts)
