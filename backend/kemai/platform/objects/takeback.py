"""Taking operations back (PLT-9): one record at once, many as a job that says what it met.

Taking back always goes by the rights of whoever does it, on each record as it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from kemai.accounts.access import Actor
from kemai.accounts.sessions import actor_of
from kemai.base.audit import act
from kemai.base.jobs import JobCancelled, JobRun, job_kind, run_job, start_job
from kemai.base.models import Job, Operation
from kemai.kit.clock import now
from kemai.kit.errors import KemaiError, NotFound
from kemai.kit.words import T, language
from kemai.platform.notify import notify
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.inverse import (
    FieldsChangedSince,
    Outcome,
    Refusal,
    TakingBack,
    changed_error,
    later_changes,
)
from kemai.platform.objects.operations import NOBODY, get_operation_for, refuse_undo
from kemai.platform.objects.undo import (
    PARTS,
    RECORDS,
    ChangedSince,
    NotUndoable,
    inverse_of,
    inverse_of_many,
    steps_of,
)

#: So many refused records are named in an answer; the job's result has more.
NAMED = 50
#: Of so many records what was changed since is looked up while the person waits; of more, the job looks first and then asks.
LOOKED_AT_ONCE = 300
#: Single commands taken back in one transaction, where their kind knows how.
PARTS_TOGETHER = 500
#: So many refusals are explained by who changed what and when; each takes a look into the audit.
EXPLAINED = 200
#: Acts taken back in one transaction; a bulk job writes 200 records in each, an import 500.
TOGETHER = 5
LABEL = T("撤销：{label}", "Take back: {label}")
ASKS = T(
    "撤销“{label}”：有 {kept} 条之后又被修改，是否撤销其余 {rest} 条由您决定",
    'Taking back "{label}": {kept} were changed since; decide about the other {rest}',
)
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


def undo_change(actor: Actor, token: UUID, *, rest: bool = False) -> dict[str, Any] | Job:
    """Take an operation back, once.

    One record: done at once, the answer says so. Work on many: a job; before it begins, :class:`SomeChanged` names the records that
    cannot go back, and ``rest`` takes back the others. Of very many the job itself looks, and where some cannot go back it changes
    nothing and ends with what :class:`SomeChanged` would have said.
    """
    row = get_operation_for(actor, token)
    refuse_undo(actor, row)
    if row.job_id is None and steps_of(row.kind) is None:
        return _undo_one(actor, token)
    many = row.succeeded > LOOKED_AT_ONCE
    if not rest and not many:
        outcome = rehearse(actor, row)
        if outcome.refused:
            raise SomeChanged(outcome)
    return _start(actor, row, look=many and not rest)


def _undo_one(actor: Actor, token: UUID) -> dict[str, Any]:
    row = get_operation_for(actor, token)
    with act(actor, "undo", object=row.object, record_id=row.record_id, data={"operation": str(token)}):
        row = Operation.objects.select_for_update().get(pk=token)
        refuse_undo(actor, row)
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


def rehearse(actor: Actor, row: Operation, tell: Callable[[int], None] = lambda count: None) -> Outcome:
    """What would become of each record; changes nothing. A few at a time, so that nobody waits for locks; ``tell`` hears how many."""
    outcome = Outcome()
    if row.kind == RECORDS:
        for events in _groups(row):
            with transaction.atomic():
                outcome.add(_taking_back(actor, row, events, dry=True).run())
                transaction.set_rollback(True)
            tell(outcome.count)
    elif row.kind == PARTS:
        for parts in _part_groups(row):
            with transaction.atomic():
                with act(actor, "undo", object=row.object):
                    outcome.add(_try_parts(actor, parts, keep=False))
                transaction.set_rollback(True)
            tell(outcome.count)
    return outcome


def _part_groups(row: Operation) -> Iterator[list[Operation]]:
    """Its single commands, newest first: together those whose kind knows how to take many back, the others one by one."""
    for kind, run in groupby(row.parts.order_by("-created_at", "-id"), key=lambda part: part.kind):
        parts = list(run)
        size = PARTS_TOGETHER if inverse_of_many(kind) else 1
        yield from (parts[n : n + size] for n in range(0, len(parts), size))


def _try_parts(actor: Actor, parts: list[Operation], *, keep: bool) -> Outcome:
    """Some parts of one kind, in a savepoint of their own."""
    many = inverse_of_many(parts[0].kind)
    left = {part.id: part for part in parts if part.state != "undone"}
    outcome = Outcome(already=len(parts) - len(left))
    if many is None or len(left) < 2:
        for part in left.values():
            outcome.add(_try_part(actor, part, keep=keep))
        return outcome
    with transaction.atomic():
        refused = many(actor, {key: part.payload for key, part in left.items()})
        if keep:
            _settle_parts(actor, [key for key in left if key not in refused])
        else:
            transaction.set_rollback(True)
    for n, (key, error) in enumerate(refused.items()):
        part = left[key]
        told = _explained(actor, part, error) if isinstance(error, ChangedSince) and n < EXPLAINED else error
        outcome.refused.append(Refusal(part.record_id or key, "" if isinstance(error, NotFound) else part.label, told))
    outcome.done += len(left) - len(refused)
    return outcome


def _settle_parts(actor: Actor, keys: list[UUID]) -> None:
    Operation.objects.filter(pk__in=keys).update(
        state="undone", taken_back=1, kept=0, undone_at=now(), undone_by=actor.id
    )


def _try_part(actor: Actor, part: Operation, *, keep: bool) -> Outcome:
    """One part, in a savepoint of its own."""
    try:
        with transaction.atomic():
            _invert(actor, part)
            if keep:
                _settle_parts(actor, [part.id])
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


def _start(actor: Actor, row: Operation, *, queue: bool = True, look: bool = False) -> Job:
    """Make the job that takes back, once: of two at the same moment the second is refused. ``look``: it looks first what was changed."""
    with transaction.atomic():
        locked = Operation.objects.select_for_update().get(pk=row.pk)
        refuse_undo(actor, locked)
        label = LABEL.to(label=row.label)
        params = {"operation": str(row.pk), "look": look, "before": locked.state}
        job = start_job(actor.id, "undo", label=T(label, label), params=params, total=row.succeeded, queue=queue)
        Operation.objects.filter(pk=row.pk).update(state="undoing", undo_job=job.id)
    return job


@job_kind("undo", T("撤销操作", "Taking back"))
def run_undo(run: JobRun) -> None:
    """Take an operation back act by act, newest first. What cannot go back keeps its reason; the rest goes on. Safe to run again."""
    actor = actor_of(run.job.actor_id)
    language.set(actor.locale)
    row = Operation.objects.get(pk=run.params["operation"])
    if row.undo_job != run.job.id or row.state == "undone":
        return
    if run.params.get("look") and not run.job.result.get("looked") and _asks(run, actor, row):
        return
    run.job.done = run.job.succeeded = run.job.failed = 0
    run.failures.clear()
    outcome = Outcome()
    with _settled(actor, row, outcome):
        for step in _steps(actor, row):
            with act(actor, "undo", object=row.object, data={"operation": str(row.pk), "label": row.label}):
                done = step()
            outcome.add(done)
            for refusal in done.refused:
                run.fail(refusal.id, refusal.label, refusal.error)
            run.step(succeeded=done.done + done.already, failed=len(done.refused))
    run.result(undone=outcome.done + outcome.already, kept=len(outcome.refused), operation=str(row.pk))


def _asks(run: JobRun, actor: Actor, row: Operation) -> bool:
    """Look what was changed since. Where something was, all stays as it is and the job ends with the question what to do."""

    def tell(count: int) -> None:
        run.job.done = count
        run.step()

    run.result(looking=True)
    try:
        outcome = rehearse(actor, row, tell)
    except JobCancelled:
        _stays(run, row)
        raise
    run.result(looking=False, looked=True)
    if not outcome.refused:
        return False
    _stays(run, row)
    error = SomeChanged(outcome)
    run.result(**orjson.loads(orjson.dumps(error.extra())), detail=error.detail(), operation=str(row.pk))
    told = {"label": row.label, "kept": len(outcome.refused), "rest": outcome.done}
    notify(actor.id, kind="undo", title=ASKS, title_params=told, path="/operations")
    return True


def _stays(run: JobRun, row: Operation) -> None:
    Operation.objects.filter(pk=row.pk).update(state=run.params["before"], undo_job=None)


def _steps(actor: Actor, row: Operation) -> Iterator[Callable[[], Outcome]]:
    known = steps_of(row.kind)
    if row.kind == RECORDS:
        for events in _groups(row):
            yield _taking_back(actor, row, events).run
    elif known:
        yield from known(actor, row.payload)
    else:
        for parts in _part_groups(row):
            yield partial(_try_parts, actor, parts, keep=True)


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
