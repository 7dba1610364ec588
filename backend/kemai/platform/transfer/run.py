"""Dry run and commit as jobs: the sheet gone through in batches, each batch one transaction that also moves the import on.

After a kill a resumed job goes on behind the last batch that was committed, so every row is taken exactly once (F-3).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Literal

from django.db import transaction
from django.db.models import F

from kemai.accounts.access import Actor
from kemai.accounts.sessions import actor_of
from kemai.base import audit, files
from kemai.base.audit import act
from kemai.base.jobs import JobCancelled, JobRun, job_kind
from kemai.base.numbering import rehearsal
from kemai.kit.clock import now
from kemai.kit.errors import KemaiError
from kemai.kit.spreadsheet.model import Cell
from kemai.kit.spreadsheet.reader import read_table
from kemai.kit.words import T, language
from kemai.platform.models import Import, ImportFault
from kemai.platform.transfer.ahead import read_ahead
from kemai.platform.transfer.batch import Batch, Seen, prepare_batch, save_batch
from kemai.platform.transfer.errors import FileGone, Overtaken, reading
from kemai.platform.transfer.faults import fault_of, first_errors, make_error_file
from kemai.platform.transfer.lines import Line, is_blank, line_key
from kemai.platform.transfer.plan import Plan, make_plan
from kemai.platform.transfer.template import example_sets
from kemai.platform.transfer.undo import UNDO_DAYS, count_import, log_import, note_batch

BATCH = 1000


@dataclass(slots=True)
class Totals:
    """Rows by what became of them."""

    create: int = 0
    update: int = 0
    skip: int = 0
    failed: int = 0
    wrong: list[ImportFault] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        created, updated, skipped, failed = batch.counts
        self.create += created
        self.update += updated
        self.skip += skipped
        self.failed += failed


@job_kind("import.check", T("导入检查", "Import, the check"))
def run_check(job: JobRun) -> None:
    """The dry run: everything but the writing."""
    run = Import.objects.select_related("file").get(pk=job.params["import"])
    if run.state != "checking":
        return
    with _settling(run, failed="mapping", cancelled="mapping"):
        actor = _actor(run)
        plan = make_plan(actor, run)
        ImportFault.objects.filter(run=run).delete()
        job.job.done = job.job.succeeded = job.job.failed = 0
        job.total(run.rows)
        totals, seen = Totals(), Seen()
        for lines in _batches(plan, run, seen, start=run.header_row + 1):
            with transaction.atomic(), rehearsal():
                batch = prepare_batch(plan, lines, seen)
                transaction.set_rollback(True)
            totals.add(batch)
            ImportFault.objects.bulk_create(fault_of(plan, run, line) for line in batch.bad)
            job.step(succeeded=len(lines) - len(batch.bad), failed=len(batch.bad))
        run.check_result = {
            "create": totals.create,
            "update": totals.update,
            "skip": totals.skip,
            "failed": totals.failed,
        }
        run.rows = totals.create + totals.update + totals.skip + totals.failed
        run.state = "checked"
        _finish(run, plan)
        run.save(update_fields=["check_result", "rows", "state", "errors", "error_file"])
        facts = {"import": str(run.id), "file": run.file_name, **run.check_result}
        audit.record(actor, "import.check", object=run.object, data=facts)
        job.total(run.rows)
        job.result(**{"import": str(run.id), **run.check_result})


@job_kind("import.commit", T("导入", "Import"))
def run_commit(job: JobRun) -> None:
    """The real run, from wherever the last one got to."""
    run = Import.objects.select_related("file").get(pk=job.params["import"])
    if run.state != "committing":
        return
    began = time.monotonic()
    with _settling(run, failed="failed", cancelled="done"):
        actor = _actor(run)
        plan = make_plan(actor, run)
        log_import(actor, run, job.job.id)
        _count_done(job, run)
        seen = Seen()
        try:
            for lines in _batches(plan, run, seen, start=run.next_row):
                spent = time.monotonic() - began
                began = time.monotonic()
                batch = _commit_batch(plan, run, lines, seen, spent)
                good = len(batch.new) + len(batch.edits) + len(batch.same)
                job.step(succeeded=good, failed=len(batch.bad))
        except Overtaken:
            return
        finally:
            _close(run, plan, time.monotonic() - began)
        run.state = "done"
        run.rows = run.created + run.updated + run.skipped + run.failed
        run.save(update_fields=["state", "rows"])
        job.total(run.rows)
        job.result(
            **{
                "import": str(run.id),
                "created": run.created,
                "updated": run.updated,
                "skipped": run.skipped,
                "failed": run.failed,
            }
        )


def _actor(run: Import) -> Actor:
    """Whose import it is, with the rights and the language he has now."""
    actor = actor_of(run.created_by)
    language.set(actor.locale)
    return actor


def _count_done(job: JobRun, run: Import) -> None:
    """A resumed job's figures are the import's: those of the job may lag behind by a batch."""
    job.job.succeeded = run.created + run.updated + run.skipped
    job.job.failed = run.failed
    job.job.done = job.job.succeeded + job.job.failed
    job.total(run.rows)


def _batches(plan: Plan, run: Import, seen: Seen, *, start: int) -> Iterator[list[Line]]:
    """The rows from ``start`` on, a batch at a time, blank ones left out; what stands before is only noted as seen."""
    if run.file is None:
        raise FileGone
    rows = _rows(plan, run, seen, start, files.path_of(run.file), example_sets(plan.declaration))
    return read_ahead(plan, iter(lambda: list(islice(rows, BATCH)), []))


def _rows(
    plan: Plan, run: Import, seen: Seen, start: int, path: Path, examples: list[dict[str, str]]
) -> Iterator[tuple[int, list[Cell]]]:
    """Runs ahead in a thread of its own: it asks the database nothing."""
    with reading(), read_table(path, sheet=run.sheet or None) as table:
        for number, cells in enumerate(table.rows, start=1):
            if number <= run.header_row or is_blank(cells, plan, examples):
                continue
            if number >= start:
                yield number, cells
            else:
                seen.note(line_key(plan, cells), number)


def _commit_batch(plan: Plan, run: Import, lines: list[Line], seen: Seen, seconds: float) -> Batch:
    """One batch, one transaction: records, their line in the log, refused rows and the import's place in the file."""
    following = lines[-1].row + 1
    with act(
        plan.actor,
        "import",
        object=plan.declaration.name,
        data={"import": str(run.id), "file": run.file_name, "rows": [lines[0].row, lines[-1].row]},
    ) as opened:
        batch = prepare_batch(plan, lines, seen)
        save_batch(plan, batch)
        if batch.new or batch.edits:
            note_batch(run, opened.event_id)
        ImportFault.objects.bulk_create(fault_of(plan, run, line) for line in batch.bad)
        created, updated, skipped, failed = batch.counts
        moved = Import.objects.filter(pk=run.pk, next_row=run.next_row, state="committing").update(
            next_row=following,
            created=F("created") + created,
            updated=F("updated") + updated,
            skipped=F("skipped") + skipped,
            failed=F("failed") + failed,
            seconds=F("seconds") + seconds,
        )
        if not moved:
            raise Overtaken
    run.next_row = following
    run.created += created
    run.updated += updated
    run.skipped += skipped
    run.failed += failed
    return batch


def _close(run: Import, plan: Plan, seconds: float) -> None:
    """What an import leaves behind however it ends: the refused rows as a workbook, the days it can be taken back."""
    current = Import.objects.filter(pk=run.pk).values("next_row", "state").first()
    if current is None or current["next_row"] != run.next_row or current["state"] != "committing":
        return
    if run.created or run.updated:
        run.undo_until = now() + timedelta(days=UNDO_DAYS)
    Import.objects.filter(pk=run.pk).update(seconds=F("seconds") + seconds, undo_until=run.undo_until)
    count_import(run)
    _finish(run, plan)
    run.save(update_fields=["errors", "error_file"])


def _finish(run: Import, plan: Plan) -> None:
    run.errors = first_errors(run)
    run.error_file = make_error_file(run, plan.headers)


class _settling(ExitStack):
    """An import never stays busy after its job has ended: a refusal or a cancellation puts it into a state one can go on from."""

    def __init__(self, run: Import, *, failed: str, cancelled: str) -> None:
        super().__init__()
        self.run, self.failed, self.cancelled = run, failed, cancelled

    def __exit__(self, kind: object, error: object, trace: object) -> Literal[False]:
        state = ""
        if isinstance(error, JobCancelled):
            state = self.cancelled
        elif isinstance(error, Exception):
            state = self.failed
        if state:
            stopped = {**self.run.settings, "stopped": True}
            if isinstance(error, KemaiError):
                stopped["error"] = error.detail()
            Import.objects.filter(pk=self.run.pk, state__in=("checking", "committing")).update(
                state=state, settings=stopped
            )
        return False


LABELS = {
    "check": T("检查导入文件：{label}", "Check import: {label}"),
    "commit": T("导入：{label}", "Import: {label}"),
}
