"""Many records at once: set fields, delete, restore, or any command declared for bulk. Each refusal keeps its reason; the rest go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kemai.accounts.access import Actor
from kemai.accounts.sessions import actor_of
from kemai.base.audit import act, emit
from kemai.base.jobs import JobRun, job_kind, start_job
from kemai.base.models import Job, Operation
from kemai.kit.errors import Forbidden, InUse, Invalid, KemaiError, NotFound
from kemai.kit.ids import new_id, parse_id
from kemai.kit.words import T, language
from kemai.platform.events import RecordsDeleted
from kemai.platform.objects import write
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.read import list_options, run_params
from kemai.platform.objects.select import Query, plan_list
from kemai.platform.objects.undo import PARTS, RECORDS, note_event, open_operation, parts_of

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


@job_kind("bulk", T("批量操作", "Bulk change"))
def run_bulk(run: JobRun) -> None:
    """Do the chosen action batch by batch, each with the person's rights as they are then (S-6). A resumed job goes on after its last batch.

    The job's id is the operation's too: the log shows one line, whose undo takes back all of it.
    """
    actor = actor_of(run.job.actor_id)
    language.set(actor.locale)
    declaration = get_object(run.params["object"])
    ids = [k for i in run.params["ids"] if (k := parse_id(i))]
    operation = _log(run, actor, declaration)
    for start in range(run.job.done, len(ids), BATCH):
        actor, batch = actor_of(run.job.actor_id), ids[start : start + BATCH]
        with parts_of(operation.id):
            succeeded = _batch(run, actor, declaration, batch)
        back = operation.kind == RECORDS or (operation.kind == PARTS and operation.parts.exists())
        if succeeded and back and operation.until:
            run.undoable(operation.id, operation.until)
        run.step(succeeded=succeeded, failed=len(batch) - succeeded)
        Operation.objects.filter(pk=operation.id).update(succeeded=run.job.succeeded, failed=run.job.failed)


def _log(run: JobRun, actor: Actor, declaration: ObjectType) -> Operation:
    action = run.params["action"]
    verb = {"set": "edit", "delete": "delete"}.get(action)
    kind = RECORDS if verb else "" if action == "restore" else PARTS
    row = open_operation(
        actor,
        run.job.id,
        action={"set": "bulk"}.get(action, action),
        object=declaration.name,
        label=run.job.label,
        kind=kind,
        job_id=run.job.id,
    )
    if verb and not row.payload:
        row.payload = {"permission": verb}
        row.save(update_fields=["payload"])
    return row


def _batch(run: JobRun, actor: Actor, declaration: ObjectType, batch: list[UUID]) -> int:
    """One batch; how many went well."""
    action, params = run.params["action"], run.params["params"]
    if action == "set":
        return _set_batch(run, actor, declaration, batch, params)
    if action not in ("delete", "restore"):
        return sum(_one(run, actor, declaration, key, action, params) for key in batch)
    with act(actor, action, object=declaration.name) as opened:
        done = (_delete if action == "delete" else _restore)(run, actor, declaration, batch)
        if done:
            note_event(run.job.id, opened.event_id)
    return done


def _delete(run: JobRun, actor: Actor, declaration: ObjectType, batch: list[UUID]) -> int:
    rows = write.lock_rows(actor, declaration, batch, declaration.perm("delete"))
    used = write.in_use_among(declaration, list(rows))
    stays = {key: why for key, row in rows.items() if (why := write.why_stays(declaration, row))}
    _refuse(run, actor, declaration, {key: InUse() for key in batch if key in used})
    _refuse(
        run, actor, declaration, {key: write.Stays(why=stays[key]) for key in batch if key in stays and key not in used}
    )
    missing = [key for key in batch if key not in rows]
    seen = _labels(actor, declaration, missing)
    _refuse(run, actor, declaration, {key: Forbidden() if key in seen else NotFound() for key in missing})
    gone = [key for key in batch if key in rows and key not in used and key not in stays]
    if gone:
        write.bin_rows(actor, declaration, gone, new_id())
        emit(RecordsDeleted(declaration.name, None, [str(key) for key in gone]))
    return len(gone)


def _restore(run: JobRun, actor: Actor, declaration: ObjectType, batch: list[UUID]) -> int:
    rows = write.restorable_rows(actor, declaration, batch)
    merged = write.merged_away(actor, rows)
    _refuse(
        run,
        actor,
        declaration,
        {key: merged.get(key) or NotFound() for key in batch if key in merged or key not in rows},
    )
    return _bring_back(run, actor, declaration, {key: d for key, d in rows.items() if key not in merged})


def _bring_back(run: JobRun, actor: Actor, declaration: ObjectType, rows: dict[UUID, UUID]) -> int:
    """All at once; when the place of one is taken, by halves until it is found."""
    if not rows:
        return 0
    try:
        with transaction.atomic():
            write.restore_rows(actor, declaration, rows)
    except KemaiError as error:
        if len(rows) == 1:
            _refuse(run, actor, declaration, dict.fromkeys(rows, error))
            return 0
        keys = list(rows)
        halves = (keys[: len(keys) // 2], keys[len(keys) // 2 :])
        return sum(_bring_back(run, actor, declaration, {k: rows[k] for k in half}) for half in halves)
    return len(rows)


def _refuse(run: JobRun, actor: Actor, declaration: ObjectType, errors: Mapping[UUID, KemaiError]) -> None:
    """Keep the reasons, with the names of those records that the person sees."""
    labels = _labels(actor, declaration, list(errors))
    for key, error in errors.items():
        run.fail(key, labels.get(key, ""), error)


def _labels(actor: Actor, declaration: ObjectType, keys: list[UUID]) -> dict[UUID, str]:
    """Names of those of some records that the person sees, by key."""
    if not keys or not actor.has(declaration.perm("view")):
        return {}
    return {UUID(o["id"]): str(o["label"] or "") for o in list_options(actor, declaration, ids=keys)}


def _set_batch(run: JobRun, actor: Actor, declaration: ObjectType, batch: list[UUID], params: dict[str, Any]) -> int:
    with act(actor, "bulk", object=declaration.name) as opened:
        rows = write.lock_rows(actor, declaration, batch, declaration.perm("edit"))
        drafts = [Draft(key, rows[key], {}) for key in batch if key in rows]
        write.prepare_edits(actor, declaration, drafts, [params] * len(drafts))
        good = [d for d in drafts if not d.errors]
        if write.write_edits(actor, declaration, good):
            note_event(run.job.id, opened.event_id)
    titles = {d.id: str(rows[d.id].get(declaration.by_name[declaration.title].stored) or "") for d in drafts}
    for key in batch:
        if key not in rows:
            run.fail(key, "", NotFound())
    for draft in drafts:
        if draft.errors:
            run.fail(draft.id, titles[draft.id], Invalid(draft.errors))
    return len(good)


def _one(run: JobRun, actor: Actor, declaration: ObjectType, key: UUID, action: str, params: dict[str, Any]) -> bool:
    try:
        write.run_command(actor, declaration, action, key, params)
    except KemaiError as error:
        _refuse(run, actor, declaration, {key: error})
        return False
    return True
