"""Taking a whole import back (PLT-9): created records to the bin, changed ones to what they were, unless somebody worked on since."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from kemai.accounts.access import Actor
from kemai.accounts.sessions import actor_of
from kemai.base.audit import act, emit
from kemai.base.jobs import JobRun, job_kind
from kemai.kit.clock import now
from kemai.kit.errors import KemaiError, NotFound
from kemai.kit.ids import new_id
from kemai.kit.words import T, language
from kemai.platform.events import RecordsChanged, RecordsDeleted
from kemai.platform.models import Import, UndoRow
from kemai.platform.objects import write
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.store import insert_rows
from kemai.platform.objects.undo import ChangedSince
from kemai.platform.transfer.batch import Batch
from kemai.platform.transfer.plan import Plan

UNDO_DAYS = 30
BATCH = 500


class HasMore(ChangedSince):
    code = "has_more"
    text = T("“{label}”之后已有新的{what}，不能撤销。", '"{label}" has got {what} since; this cannot be taken back.')


def remember_batch(plan: Plan, run: Import, batch: Batch) -> None:
    """Note how each record of a batch was, inside the act that changed it."""
    rows: list[dict[str, Any]] = [
        {"undo_id": run.id, "object": run.object, "record_id": draft.id, "op": "C", "version": 1}
        for _, draft in batch.new
    ]
    for _, draft in batch.edits:
        old = draft.old or {}
        before = _jsonable({column: old.get(column) for column in draft.values})
        rows.append(
            {
                "undo_id": run.id,
                "object": run.object,
                "record_id": draft.id,
                "op": "U",
                "before": before,
                "version": old["version"] + 1,
            }
        )
    insert_rows(UndoRow, rows)


def _jsonable(values: dict[str, Any]) -> dict[str, Any]:
    return {
        k: v if isinstance(v, (str, int, float, bool, list, dict, type(None))) else str(v) for k, v in values.items()
    }


@job_kind("import.undo")
def run_undo(job: JobRun) -> None:
    """Take an import back batch by batch; what cannot be is named, and the rest goes on."""
    run = Import.objects.get(pk=job.params["import"])
    actor = actor_of(job.job.actor_id)
    language.set(actor.locale)
    declaration = get_object(run.object)
    left = UndoRow.objects.filter(undo_id=run.id)
    job.total(job.job.done + left.count())
    after = 0
    while rows := list(left.filter(id__gt=after).order_by("id")[:BATCH]):
        after = rows[-1].id
        taken = _Taken(actor, declaration, run)
        with act(actor, "import.undo", object=run.object, data={"import": str(run.id)}):
            taken.take_back(rows)
            UndoRow.objects.filter(pk__in=[r.id for r in taken.done]).delete()
        for key, label, error in taken.refused:
            job.fail(key, label, error)
        job.step(succeeded=len(taken.done), failed=len(taken.refused))
    if job.job.succeeded or not job.job.failed:
        Import.objects.filter(pk=run.pk).update(state="undone", undone_at=now())
    job.result(**{"import": str(run.id), "undone": job.job.succeeded, "kept": job.job.failed})


@dataclass(slots=True)
class _Taken:
    """One batch of an undo."""

    actor: Actor
    declaration: ObjectType
    run: Import
    done: list[UndoRow] = field(default_factory=list)
    refused: list[tuple[UUID, str, KemaiError]] = field(default_factory=list)

    def take_back(self, rows: list[UndoRow]) -> None:
        locked = write.lock_rows(
            self.actor, self.declaration, [r.record_id for r in rows], self.declaration.perm("import")
        )
        title = self.declaration.by_name[self.declaration.title].stored
        fresh: list[UndoRow] = []
        for row in rows:
            current = locked.get(row.record_id)
            if current is None:
                self.refused.append((row.record_id, "", NotFound()))
            elif current["version"] != row.version:
                label = str(current.get(title) or "")
                self.refused.append((row.record_id, label, ChangedSince(label=label)))
            else:
                fresh.append(row)
        labels = {key: str(current.get(title) or "") for key, current in locked.items()}
        self._bin([r for r in fresh if r.op == "C"], labels)
        self._put_back([(r, locked[r.record_id]) for r in fresh if r.op == "U"], labels)

    def _bin(self, rows: list[UndoRow], labels: dict[UUID, str]) -> None:
        grown = _grown(self.declaration, [r.record_id for r in rows])
        gone = []
        for row in rows:
            what = grown.get(row.record_id)
            if what is None:
                gone.append(row)
            else:
                label = labels[row.record_id]
                self.refused.append((row.record_id, label, HasMore(label=label, what=what)))
        if gone:
            write.bin_rows(self.actor, self.declaration, [r.record_id for r in gone], new_id())
            emit(RecordsDeleted(self.declaration.name, None, [str(r.record_id) for r in gone]))
            self.done += gone

    def _put_back(self, pairs: list[tuple[UndoRow, dict[str, Any]]], labels: dict[UUID, str]) -> None:
        if not pairs:
            return
        drafts = [Draft(row.record_id, current, dict(row.before or {})) for row, current in pairs]
        try:
            with transaction.atomic(), write.refusing_doubles(self.declaration):
                write.update_rows(self.declaration, self.actor.id, drafts)
        except (KemaiError, IntegrityError) as error:
            if len(pairs) > 1:
                half = len(pairs) // 2
                self._put_back(pairs[:half], labels)
                self._put_back(pairs[half:], labels)
                return
            label = labels[pairs[0][0].record_id]
            self.refused.append(
                (pairs[0][0].record_id, label, error if isinstance(error, KemaiError) else ChangedSince(label=label))
            )
            return
        fields = sorted({f.name for d in drafts for c in d.values if (f := self.declaration.by_column.get(c))})
        emit(RecordsChanged(self.declaration.name, None, [str(d.id) for d in drafts], fields))
        self.done += [row for row, _ in pairs]


def _grown(declaration: ObjectType, keys: list[UUID]) -> dict[UUID, T]:
    """Records that have got others since (a follow-up, a contact): binning them would take somebody's work along."""
    found: dict[UUID, T] = {}
    for child_name, field_name in declaration.children if keys else ():
        child = get_object(child_name)
        column = child.by_name[field_name].stored
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT {column} FROM {child.table} WHERE {column} = ANY(%s) AND deleted_at IS NULL", [keys]
            )
            for (key,) in cursor.fetchall():
                found.setdefault(key, child.label)
    return found
