"""The log of operations: who did what to how many records, and taking it back (PLT-9).

Everybody sees his own; ``platform.operation.view`` opens those of others by the scope of its grant, ``platform.operation.undo`` lets them
be taken back too. Taking back always goes by the rights of whoever does it, on each record as it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.accounts.sessions import actor_of
from kemai.base.audit import act
from kemai.base.jobs import JobRun, job_kind, run_job, start_job
from kemai.base.models import Job, Operation
from kemai.kit.clock import now
from kemai.kit.errors import KemaiError, Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T, language
from kemai.platform.notify import notify
from kemai.platform.objects.declare import ObjectType, all_objects, get_object
from kemai.platform.objects.history import action_label
from kemai.platform.objects.inverse import (
    FieldsChangedSince,
    Outcome,
    Refusal,
    TakingBack,
    changed_error,
    later_changes,
)
from kemai.platform.objects.read import list_options
from kemai.platform.objects.undo import (
    PARTS,
    RECORDS,
    ChangedSince,
    NotUndoable,
    UndoDone,
    UndoRunning,
    UndoTooLate,
    inverse_of,
    steps_of,
)

VIEW, UNDO = "platform.operation.view", "platform.operation.undo"
PAGE = 30
#: So many refused records are named in an answer; the job's result has more.
NAMED = 50
#: So many parts (single commands) are tried before a job begins; beyond, the job itself says what it met.
TRIED = 300
#: Acts taken back in one transaction; a bulk job writes 200 records in each, an import 500.
TOGETHER = 5
#: Whose the product's own work is.
NOBODY, SYSTEM = UUID(int=0), T("系统", "The system")
LABEL = T("撤销：{label}", "Take back: {label}")
TAKEN = T("{name}撤销了您的操作：{label}", "{name} took back what you did: {label}")


class SomeChanged(ChangedSince):
    """Part of a larger operation cannot be taken back; names what, and how many could."""

    text = T(
        "有 {kept} 条记录之后又被修改或已不在您的权限内；其余 {rest} 条可以撤销。",
        "{kept} record(s) were changed since or are out of your reach; the other {rest} can be taken back.",
    )

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(kept=len(outcome.refused), rest=outcome.done)

    def extra(self) -> dict[str, Any]:
        return {
            "changed": [refusal_json(r) for r in self.outcome.refused[:NAMED]],
            "kept": len(self.outcome.refused),
            "rest": self.outcome.done,
        }


def refusal_json(refusal: Refusal) -> dict[str, Any]:
    """A record that stays as it is: which, why, and where somebody changed it, what, who and when."""
    error = refusal.error
    known = error if isinstance(error, FieldsChangedSince) else None
    return {
        "record": refusal.id,
        "label": refusal.label,
        "code": error.code,
        "message": error.detail(),
        "fields": known.fields if known else [],
        "by": known.params["by"] if known else None,
        "at": known.moment if known else None,
    }


# ---------------------------------------------------------------- reading


def _within(actor: Actor, permission: str) -> Q:
    """Operations of oneself, and of those the permission reaches."""
    reach = actor.reach(permission)
    if reach is None:
        return Q(actor_id=actor.id)
    if reach.everything:
        return Q()
    people = User.objects.filter(department_id__in=reach.departments).values("id")
    return Q(actor_id=actor.id) | Q(actor_id__in=people)


def get_operation_for(actor: Actor, key: UUID, permission: str = VIEW) -> Operation:
    """One operation; :class:`NotFound` when absent or another's."""
    row = Operation.objects.filter(_within(actor, permission), pk=key).first()
    if row is None:
        raise NotFound
    return row


def list_operations(actor: Actor, filters: dict[str, str], *, cursor: str = "") -> dict[str, Any]:
    """One page of the log, newest first. Parts of larger work are not lines of their own."""
    rows = Operation.objects.filter(_within(actor, VIEW), parent__isnull=True)
    if filters.get("mine") in ("true", "1"):
        rows = rows.filter(actor_id=actor.id)
    if filters.get("actor"):
        rows = rows.filter(actor_id=_key(filters["actor"], "actor"))
    for name in ("object", "action", "state"):
        if filters.get(name):
            rows = rows.filter(**{name: filters[name]})
    if cursor:
        moment, _, key = cursor.partition("|")
        try:
            at = datetime.fromisoformat(moment)
        except ValueError as error:
            raise Malformed(what="cursor") from error
        if at.tzinfo is None:
            raise Malformed(what="cursor")
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=_key(key, "cursor")))
    found = list(rows.order_by("-created_at", "-id")[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    following = f"{found[-1].created_at.isoformat()}|{found[-1].id}" if more else None
    return {"items": operations_json(actor, found), "next_cursor": following}


def _key(text: str, what: str) -> UUID:
    key = parse_id(text)
    if key is None:
        raise Malformed(what=what)
    return key


@dataclass(slots=True)
class _Facts:
    """What is known beside the rows of a page, read once for all of them."""

    running: set[UUID]
    """Jobs that have not ended."""
    undoable: set[UUID]
    """Operations whose taking back is the reader's to try."""
    empty: set[UUID]
    """Bulk work none of whose parts has an inverse."""
    names: dict[UUID, str]

    @classmethod
    def of(cls, actor: Actor, rows: list[Operation]) -> _Facts:
        jobs = [j for row in rows for j in (row.job_id, row.undo_job) if j]
        keys = [row.id for row in rows]
        whole = [row.id for row in rows if row.kind == PARTS]
        held = set(Operation.objects.filter(parent_id__in=whole).values_list("parent_id", flat=True).distinct())
        people = {u for row in rows for u in (row.actor_id, row.undone_by) if u}
        return cls(
            set(Job.objects.filter(pk__in=jobs, state__in=("waiting", "running")).values_list("pk", flat=True)),
            set(Operation.objects.filter(_within(actor, UNDO), pk__in=keys).values_list("pk", flat=True)),
            set(whole) - held,
            dict(User.objects.filter(pk__in=people).values_list("id", "name")),
        )


def operations_json(actor: Actor, rows: list[Operation]) -> list[dict[str, Any]]:
    """Lines of the log as this reader may know them. Names of records only of his own work, or where he may see the record."""
    kinds = {o.name: o for o in all_objects()}
    facts, labels = _Facts.of(actor, rows), _labels(actor, kinds, rows)
    return [_line(actor, row, kinds.get(row.object), facts, labels) for row in rows]


def _labels(actor: Actor, kinds: dict[str, ObjectType], rows: list[Operation]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for name in {r.object for r in rows if r.record_id} & kinds.keys():
        declaration = kinds[name]
        keys = list({r.record_id for r in rows if r.object == name and r.record_id})
        if actor.has(declaration.perm("view")):
            found.update({UUID(o["id"]): o["label"] for o in list_options(actor, declaration, ids=keys)})
    return found


def _line(
    actor: Actor, row: Operation, declaration: ObjectType | None, facts: _Facts, labels: dict[UUID, str]
) -> dict[str, Any]:
    mine, names = row.actor_id == actor.id, facts.names
    label = row.label if mine or row.record_id is None else labels.get(row.record_id, "")
    return {
        "id": row.id,
        "at": row.created_at,
        "actor": {"id": row.actor_id, "label": SYSTEM.to() if row.actor_id == NOBODY else names.get(row.actor_id, "")},
        "action": row.action,
        "action_label": action_label(declaration, row.action),
        "object": row.object,
        "object_label": declaration.label.to() if declaration else row.object,
        "record": row.record_id if row.record_id and (mine or row.record_id in labels) else None,
        "label": label,
        "succeeded": row.succeeded,
        "failed": row.failed,
        "job": row.job_id if mine else None,
        "state": "expired" if _expired(row) else row.state,
        "until": row.until if row.kind and row.id not in facts.empty else None,
        "can_undo": _refusal(actor, row, facts) is None,
        "undone_at": row.undone_at,
        "undone_by": {"id": row.undone_by, "label": names.get(row.undone_by, "")} if row.undone_by else None,
        "taken_back": row.taken_back,
        "kept": row.kept,
        "undo_job": row.undo_job if row.undone_by == actor.id else None,
    }


def _expired(row: Operation) -> bool:
    return bool(row.kind) and row.until is not None and row.until < now() and row.state in ("done", "partly")


def _refusal(actor: Actor, row: Operation, facts: _Facts) -> KemaiError | None:
    """Why the operation as a whole cannot be taken back, None when it can be tried."""
    if row.state == "undone" and row.undone_at:
        at = row.undone_at.astimezone(ZoneInfo(actor.time_zone)).strftime("%Y-%m-%d %H:%M")
        return UndoDone(name=facts.names.get(row.undone_by, "") if row.undone_by else "", at=at)
    if row.state == "undoing" and row.undo_job in facts.running:
        return UndoRunning()
    if not row.kind or row.succeeded == 0 or row.id in facts.empty:
        return NotUndoable()
    if row.until is None or row.until < now():
        return UndoTooLate()
    if row.job_id in facts.running:
        return StillRunning()
    return None if row.id in facts.undoable else NotUndoable()


class StillRunning(UndoRunning):
    text = T("这项操作还在进行，完成后才能撤销。", "This is still under way; it can be taken back when it is done.")


def _refuse(actor: Actor, row: Operation) -> None:
    refusal = _refusal(actor, row, _Facts.of(actor, [row]))
    if refusal:
        raise refusal


# ---------------------------------------------------------------- taking back


def undo_change(actor: Actor, token: UUID, *, rest: bool = False) -> dict[str, Any] | Job:
    """Take an operation back, once.

    One record: done at once, the answer says so. Work on many: a job; before it begins, :class:`SomeChanged` names the records that
    cannot go back, and ``rest`` takes back the others.
    """
    row = get_operation_for(actor, token)
    _refuse(actor, row)
    if row.job_id is None and steps_of(row.kind) is None:
        return _undo_one(actor, token)
    if not rest:
        outcome = rehearse(actor, row)
        if outcome.refused:
            raise SomeChanged(outcome)
    return _start(actor, row)


def _undo_one(actor: Actor, token: UUID) -> dict[str, Any]:
    row = get_operation_for(actor, token)
    with act(actor, "undo", object=row.object, record_id=row.record_id, data={"operation": str(token)}):
        row = Operation.objects.select_for_update().get(pk=token)
        _refuse(actor, row)
        _invert(actor, row)
        _settle(actor, row, Outcome(done=1))
    return {"undone": True, "label": row.label}


def _invert(actor: Actor, row: Operation) -> None:
    """Take one small operation back inside an open act; a refusal says who changed what since."""
    if row.kind == RECORDS:
        for events in _groups(row):
            outcome = _taking_back(actor, row, events).run()
            if outcome.refused:
                raise outcome.refused[0].error
        return
    inverse = inverse_of(row.kind)
    if inverse is None:
        raise NotUndoable
    try:
        inverse(actor, row.payload)
    except FieldsChangedSince:
        raise
    except ChangedSince as error:
        raise _explained(actor, row, error) from error


def _explained(actor: Actor, row: Operation, error: ChangedSince) -> ChangedSince:
    """A bare "was changed since" with who and when, where the reader may see the record."""
    if row.record_id is None or not row.events or type(error) is not ChangedSince:
        return error
    declaration = get_object(row.object)
    lines = later_changes(declaration, [row.record_id], max(row.events), None).get(row.record_id, [])
    return changed_error(actor, declaration, str(error.params.get("label") or row.label), lines)


def _groups(row: Operation) -> list[list[int]]:
    """Its acts, newest first, some at a time: each group is one transaction."""
    ends = range(len(row.events), 0, -TOGETHER)
    return [row.events[max(0, end - TOGETHER) : end] for end in ends]


def _taking_back(actor: Actor, row: Operation, events: list[int], *, dry: bool = False) -> TakingBack:
    return TakingBack(
        actor,
        get_object(row.object),
        events,
        last_event=max(row.events),
        permission=str(row.payload.get("permission", "edit")),
        dry=dry,
    )


def rehearse(actor: Actor, row: Operation) -> Outcome:
    """What would become of each record; changes nothing."""
    outcome = Outcome()
    with transaction.atomic():
        if row.kind == RECORDS:
            for events in _groups(row):
                outcome.add(_taking_back(actor, row, events, dry=True).run())
        elif row.kind == PARTS and row.succeeded <= TRIED:
            with act(actor, "undo", object=row.object):
                for part in _parts(row):
                    outcome.add(_try_part(actor, part, keep=False))
        transaction.set_rollback(True)
    return outcome


def _part_step(actor: Actor, part: Operation) -> Callable[[], Outcome]:
    return lambda: _try_part(actor, part, keep=True)


def _parts(row: Operation) -> list[Operation]:
    return list(row.parts.order_by("-created_at", "-id"))


def _try_part(actor: Actor, part: Operation, *, keep: bool) -> Outcome:
    """One part, in a savepoint of its own."""
    if part.state == "undone":
        return Outcome(already=1)
    try:
        with transaction.atomic():
            _invert(actor, part)
            if keep:
                _settle(actor, part, Outcome(done=1))
            else:
                transaction.set_rollback(True)
    except KemaiError as error:
        label = "" if isinstance(error, NotFound) else part.label
        return Outcome(refused=[Refusal(part.record_id or part.id, label, error)])
    return Outcome(done=1)


def undo_here(actor: Actor, key: UUID) -> Job:
    """Take back what can be, in this process (the command line); the job it leaves is on record like any other."""
    row = get_operation_for(actor, key)
    return run_job(_start(actor, row, queue=False).id)


def _start(actor: Actor, row: Operation, *, queue: bool = True) -> Job:
    """Make the job that takes back, once: of two at the same moment the second is refused."""
    with transaction.atomic():
        locked = Operation.objects.select_for_update().get(pk=row.pk)
        _refuse(actor, locked)
        label = LABEL.to(label=row.label)
        params = {"operation": str(row.pk)}
        job = start_job(actor.id, "undo", label=T(label, label), params=params, total=row.succeeded, queue=queue)
        Operation.objects.filter(pk=row.pk).update(state="undoing", undo_job=job.id)
    return job


@job_kind("undo")
def run_undo(run: JobRun) -> None:
    """Take an operation back act by act, newest first. What cannot go back keeps its reason; the rest goes on. Safe to run again."""
    actor = actor_of(run.job.actor_id)
    language.set(actor.locale)
    row = Operation.objects.get(pk=run.params["operation"])
    if row.undo_job != run.job.id or row.state == "undone":
        return
    run.job.done = run.job.succeeded = run.job.failed = 0
    run.failures.clear()
    outcome = Outcome()
    with _settled(actor, row, outcome):
        for step in _steps(actor, row):
            with act(actor, "undo", object=row.object, data={"operation": str(row.pk)}):
                done = step()
            outcome.add(done)
            for refusal in done.refused:
                run.fail(refusal.id, refusal.label, refusal.error)
            run.step(succeeded=done.done + done.already, failed=len(done.refused))
    run.result(undone=outcome.done + outcome.already, kept=len(outcome.refused), operation=str(row.pk))


def _steps(actor: Actor, row: Operation) -> Iterator[Callable[[], Outcome]]:
    known = steps_of(row.kind)
    if row.kind == RECORDS:
        for events in _groups(row):
            yield _taking_back(actor, row, events).run
    elif known:
        yield from known(actor, row.payload)
    else:
        for part in _parts(row):
            yield _part_step(actor, part)


@contextmanager
def _settled(actor: Actor, row: Operation, outcome: Outcome) -> Iterator[None]:
    """However the job ends, the log says how far it got."""
    complete = False
    try:
        yield
        complete = True
    finally:
        _settle(actor, row, outcome, complete=complete)


def _settle(actor: Actor, row: Operation, outcome: Outcome, *, complete: bool = True) -> None:
    back = outcome.done + outcome.already
    whole = complete and not outcome.refused
    row.state = "undone" if whole else "partly" if back else "done"
    row.taken_back, row.kept = back, len(outcome.refused)
    if back or whole:
        row.undone_at, row.undone_by = now(), actor.id
    row.save(update_fields=["state", "taken_back", "kept", "undone_at", "undone_by"])
    if back and row.parent_id is None:
        for told in _after.get(row.action, ()):
            told(row)
        if row.actor_id not in (actor.id, NOBODY):
            notify(
                row.actor_id,
                kind="undo",
                title=TAKEN,
                title_params={"name": actor.name, "label": row.label},
                path="/operations",
            )


_after: dict[str, list[Callable[[Operation], None]]] = {}


def when_undone(action: str, told: Callable[[Operation], None]) -> None:
    """Have ``told`` called after an operation of this action was taken back, wholly or in part."""
    _after.setdefault(action, []).append(told)


def forget_inverses() -> None:
    """Drop what was kept for taking back once that is no longer possible (P-4); the line in the log stays."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_operation WHERE parent_id IS NOT NULL AND until < now()")
        cursor.execute("UPDATE base_operation SET payload = '{}' WHERE until < now() AND payload <> '{}'")
