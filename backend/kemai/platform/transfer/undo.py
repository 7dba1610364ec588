"""An import in the log of operations, and what its taking back means for the import itself (PLT-9)."""

from __future__ import annotations

from uuid import UUID

from kemai.accounts.access import Actor
from kemai.base.models import Operation
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.models import Import
from kemai.platform.objects.takeback import when_undone
from kemai.platform.objects.undo import DAYS, RECORDS, note_event, open_operation

UNDO_DAYS = DAYS
LABEL = T("导入：{label}", "Import: {label}")


def log_import(actor: Actor, run: Import, job_id: UUID) -> Operation:
    """The import's line in the log; the import's id is the operation's."""
    row = open_operation(
        actor,
        run.id,
        action="import",
        object=run.object,
        label=LABEL.to(label=run.file_name),
        kind=RECORDS,
        job_id=job_id,
    )
    if not row.payload:
        row.payload = {"permission": "import"}
        row.save(update_fields=["payload"])
    return row


def note_batch(run: Import, event_id: int) -> None:
    """Add a batch to the operation, inside the act that wrote it."""
    note_event(run.id, event_id)


def count_import(run: Import) -> None:
    """How many records the import changed, and how many rows were refused."""
    Operation.objects.filter(pk=run.id).update(succeeded=run.created + run.updated, failed=run.failed)


def _note_undone(row: Operation) -> None:
    Import.objects.filter(pk=row.id).update(state="undone", undone_at=now())


when_undone("import", _note_undone)
