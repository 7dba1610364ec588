"""The steps of an import: begin, map, check, commit, undo. The work itself is done by the jobs in ``run`` and ``undo``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from kemai.accounts.access import Actor
from kemai.base import files
from kemai.base.jobs import start_job
from kemai.base.models import Job, StoredFile
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, Invalid
from kemai.kit.spreadsheet.model import Cell, SpreadsheetRefused, WorkbookInfo
from kemai.kit.spreadsheet.reader import guess_header_row, read_table
from kemai.kit.words import T
from kemai.platform.models import Import, RememberedMapping
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.takeback import undo_change
from kemai.platform.transfer.errors import (
    Busy,
    FileGone,
    Finished,
    ImportedBefore,
    NothingToUndo,
    UnknownImport,
    reading,
    refusal,
)
from kemai.platform.transfer.mapping import SAMPLES, SheetColumn, cell_text, guess_fields, header_key, header_names
from kemai.platform.transfer.plan import (
    MODES,
    column_json,
    import_fields,
    key_choices,
    make_plan,
    needed,
    require_import,
)
from kemai.platform.transfer.run import LABELS

HEAD_ROWS = 60
COUNTED_ROWS = 3_000
BUSY = ("checking", "committing")

UNKNOWN_SHEET = T("没有名为“{sheet}”的工作表。", 'There is no sheet called "{sheet}".')
UNKNOWN_FIELD = T("没有可以导入的字段：{field}。", "There is no such field to import into: {field}.")
UNKNOWN_COLUMN = T("没有第 {index} 列。", "There is no column {index}.")
BAD_HEADER_ROW = T("列名行应在 1 到 {limit} 之间。", "The row of headings lies between 1 and {limit}.")
UNKNOWN_MODE = T("导入方式应为 create、update 或 both。", "The mode is create, update or both.")
UNKNOWN_KEY = T("不能按此字段识别已有记录：{field}。", "Existing records cannot be recognised by this field: {field}.")


def begin_import(actor: Actor, *, file_id: UUID, object_name: str) -> Import:
    """Look into an uploaded file and guess what its columns mean."""
    declaration = get_object(object_name)
    require_import(actor, declaration)
    file = files.get_own_file(actor.id, file_id)
    run = Import(object=object_name, file=file, file_name=file.name, file_sha256=file.sha256, created_by=actor.id)
    _look(actor, declaration, run, sheet=None, header_row=None)
    run.mode = _first_mode(actor, declaration)
    run.key = _first_key(actor, declaration, run)
    if not run.key:
        run.mode = "create"
    run.save()
    return run


def get_import(actor: Actor, import_id: UUID) -> Import:
    """One's own import; :class:`UnknownImport` otherwise."""
    run = Import.objects.select_related("file").filter(pk=import_id, created_by=actor.id).first()
    if run is None:
        raise UnknownImport
    require_import(actor, get_object(run.object))
    return _settled(run)


def list_imports(actor: Actor, object_name: str = "", *, limit: int = 50) -> list[Import]:
    """One's latest imports, newest first."""
    found = Import.objects.filter(created_by=actor.id).select_related("file").order_by("-created_at")
    if object_name:
        found = found.filter(object=object_name)
    return [_settled(run) for run in found[:limit] if actor.has(get_object(run.object).perm("import"))]


def _settled(run: Import) -> Import:
    """An import whose job ended before it began (cancelled while waiting) is not busy any more."""
    if (
        run.state in BUSY
        and run.job_id
        and Job.objects.filter(pk=run.job_id, state__in=("cancelled", "failed")).exists()
    ):
        state = "mapping" if run.state == "checking" else "done" if run.next_row > run.header_row + 1 else "failed"
        Import.objects.filter(pk=run.pk, state=run.state).update(state=state)
        run.refresh_from_db()
    return run


def change_import(actor: Actor, import_id: UUID, change: dict[str, Any]) -> Import:
    """Another sheet, heading row, mapping, mode or key; what was checked before has to be checked again."""
    with transaction.atomic():
        get_import(actor, import_id)
        run = Import.objects.select_for_update().get(pk=import_id)
        _refuse_unchangeable(run)
        declaration = get_object(run.object)
        if change.get("sheet") is not None or change.get("header_row") is not None:
            _look(actor, declaration, run, sheet=change.get("sheet"), header_row=change.get("header_row"))
            run.key = run.key or _first_key(actor, declaration, run)
        if change.get("mapping") is not None:
            _map(actor, declaration, run, change["mapping"])
        if change.get("mode") is not None:
            if change["mode"] not in MODES:
                raise Invalid.one("mode", "unknown_mode", UNKNOWN_MODE)
            run.mode = change["mode"]
        if "key" in change:
            _set_key(actor, declaration, run, change["key"])
        run.state, run.check_result, run.errors = "mapping", None, []
        run.save()
    return run


def _refuse_unchangeable(run: Import) -> None:
    if run.state in BUSY:
        raise Busy
    if run.created or run.updated or run.state in ("done", "undone"):
        raise Finished
    if run.file is None:
        raise FileGone


def _set_key(actor: Actor, declaration: ObjectType, run: Import, name: str | None) -> None:
    if name and name not in {f.name for f in key_choices(actor, declaration)}:
        raise Invalid.one("key", "unknown_key", UNKNOWN_KEY, field=str(name)[:60])
    run.key = name or ""


def _map(actor: Actor, declaration: ObjectType, run: Import, mapping: dict[str, str | None]) -> None:
    known = {f.name for f in import_fields(actor, declaration)}
    by_index = {str(c["index"]): c for c in run.columns}
    for index, name in mapping.items():
        column = by_index.get(str(index))
        if column is None:
            raise Invalid.one("mapping", "unknown_column", UNKNOWN_COLUMN, index=str(index)[:20])
        if name and name not in known:
            raise Invalid.one("mapping", "unknown_field", UNKNOWN_FIELD, field=str(name)[:60])
        column["field"], column["guess"] = name or None, "none"
    run.settings = {**run.settings, "chosen": sorted({*run.settings.get("chosen", []), *mapping})}


# ---------------------------------------------------------------- looking into the file


def _look(actor: Actor, declaration: ObjectType, run: Import, *, sheet: str | None, header_row: int | None) -> None:
    """Read the head of a sheet: which sheets there are, where the headings stand, what the columns hold."""
    if run.file is None:
        raise FileGone
    sheet = sheet if sheet is not None else run.sheet or None
    if run.sheets and sheet is not None and sheet not in run.sheets:
        raise Invalid.one("sheet", "unknown_sheet", UNKNOWN_SHEET, sheet=str(sheet)[:100])
    with reading():
        info, head, rows, last = _read_head(files.path_of(run.file), sheet)
    visible = [s for s in info.sheets if not s.hidden] or list(info.sheets)
    run.sheets = [s.name for s in visible]
    run.sheet = sheet if sheet is not None else (run.sheets[0] if run.sheets else "")
    if header_row is not None and not 1 <= header_row <= HEAD_ROWS - 1:
        raise Invalid.one("header_row", "out_of_bounds", BAD_HEADER_ROW, limit=HEAD_ROWS - 1)
    guessed = guess_header_row(head)
    first = next((n for n, row in enumerate(head) if row), 0)
    at = header_row - 1 if header_row is not None else guessed if guessed is not None else first
    run.header_row = at + 1
    above = sum(1 for row in head[: at + 1] if row)
    stated = next((s.rows for s in visible if s.name == run.sheet), 0)
    run.rows = max(rows - above, 0) if last else max(stated - run.header_row, rows - above, 0)
    columns = _columns(head, at)
    remembered = {r.header: r.field for r in RememberedMapping.objects.filter(user_id=actor.id, object=run.object)}
    guess_fields(declaration, import_fields(actor, declaration), columns, remembered)
    if header_row is None and guessed is None and not any(c.field and c.guess != "none" for c in columns):
        raise refusal(SpreadsheetRefused("no_header"))
    run.columns = [column_json(c) for c in columns]


def _read_head(path: Any, sheet: str | None) -> tuple[WorkbookInfo, list[list[Cell]], int, bool]:
    """(what the file is, its first rows, rows counted that hold something, whether that is all of them)."""
    head: list[list[Cell]] = []
    rows = 0
    with read_table(path, sheet=sheet or None) as table:
        for row in table.rows:
            if len(head) < HEAD_ROWS:
                head.append(row)
            rows += bool(row)
            if rows >= COUNTED_ROWS:
                return table.info, head, rows, False
        return table.info, head, rows, True


def _columns(head: list[list[Cell]], at: int) -> list[SheetColumn]:
    """Every column that has a heading or a value."""
    below = head[at + 1 :]
    width = max([len(row) for row in head[at:]], default=0)
    heading = head[at] if at < len(head) else []
    names = header_names([*heading, *([None] * (width - len(heading)))])
    columns = []
    for index, name in enumerate(names):
        samples = [text for row in below if index < len(row) and (text := cell_text(row[index]).strip())]
        if name or samples:
            columns.append(SheetColumn(index, name, [s[:100] for s in samples[:SAMPLES]]))
    return columns


def _first_mode(actor: Actor, declaration: ObjectType) -> str:
    create = declaration.can_create and actor.has(declaration.perm("create"))
    edit = actor.has(declaration.perm("edit"))
    return "both" if create and edit else "create" if create else "update"


def _first_key(actor: Actor, declaration: ObjectType, run: Import) -> str:
    """The key the file offers: a number the system gave (an export coming back) before the title before any other."""
    mapped = {c["field"] for c in run.columns}
    found = [f for f in key_choices(actor, declaration) if f.name in mapped]
    found.sort(key=lambda f: (f.writable, f.name != declaration.title))
    return found[0].name if found else ""


# ---------------------------------------------------------------- starting the work


def start_check(actor: Actor, import_id: UUID) -> Job:
    """Queue the dry run."""
    run = _ready(actor, import_id)
    _refuse_unchangeable(run)
    make_plan(actor, run)
    remember_mapping(actor, run)
    return _start(actor, run, "check", state="checking")


def start_commit(actor: Actor, import_id: UUID) -> Job:
    """Queue the real run; one that was stopped goes on where it stopped."""
    run = _ready(actor, import_id)
    going_on = run.next_row > 0 and (run.state == "failed" or bool(run.settings.get("stopped")))
    if run.state in BUSY:
        raise Busy
    if run.state == "undone" or (run.state == "done" and not going_on):
        raise Finished
    make_plan(actor, run)
    remember_mapping(actor, run)
    if not going_on:
        begin_commit(run)
    return _start(actor, run, "commit", state="committing")


def begin_commit(run: Import) -> None:
    """Put an import at its first row; :class:`ImportedBefore` where nothing else would stop a double."""
    declaration = get_object(run.object)
    mapped = {c["field"] for c in run.columns}
    if not any(f.key and f.name in mapped for f in declaration.fields) and run.file_sha256:
        same = Import.objects.filter(
            object=run.object, file_sha256=run.file_sha256, sheet=run.sheet, created__gt=0, undone_at__isnull=True
        )
        earlier = same.exclude(pk=run.pk).order_by("-created_at").first()
        if earlier:
            raise ImportedBefore(
                at=earlier.created_at.date().isoformat(), count=earlier.created, label=declaration.label
            )
    run.faults.all().delete()  # of the dry run
    run.next_row = run.header_row + 1
    run.save(update_fields=["next_row"])


def start_undo(actor: Actor, import_id: UUID) -> Job:
    """Queue the taking back; what cannot go back keeps its reason, the rest goes."""
    run = _ready(actor, import_id)
    refuse_undo(run)
    job = undo_change(actor, run.id, rest=True)
    assert isinstance(job, Job)
    return job


def refuse_undo(run: Import) -> None:
    """Says why an import cannot be taken back, where it cannot."""
    if run.state in BUSY:
        raise Busy
    if run.undo_until is None:
        raise NothingToUndo


def _ready(actor: Actor, import_id: UUID) -> Import:
    run = get_import(actor, import_id)
    if not get_object(run.object).can_import:
        raise Forbidden
    return run


def _start(actor: Actor, run: Import, kind: str, *, state: str) -> Job:
    """Queue the job and mark the import busy, once: of two clicks at the same moment the second is refused."""
    if run.file is None:
        raise FileGone
    settings = {k: v for k, v in run.settings.items() if k not in ("stopped", "error")}
    with transaction.atomic():
        moved = Import.objects.filter(pk=run.pk).exclude(state__in=BUSY).update(state=state, settings=settings)
        if not moved:
            raise Busy
        label = LABELS[kind].to(label=run.file_name)
        job = start_job(
            actor.id, f"import.{kind}", label=T(label, label), params={"import": str(run.id)}, total=run.rows
        )
        Import.objects.filter(pk=run.pk).update(job_id=job.id)
    return job


def remember_mapping(actor: Actor, run: Import) -> None:
    """What this person put each heading on, for the next file; columns left alone are not a decision."""
    chosen = set(run.settings.get("chosen", []))
    rows = [
        RememberedMapping(
            user_id=actor.id, object=run.object, header=header_key(c["header"])[:200], field=c["field"] or ""
        )
        for c in run.columns
        if header_key(c["header"]) and (c["field"] or str(c["index"]) in chosen)
    ]
    unique = {row.header: row for row in rows}
    RememberedMapping.objects.bulk_create(
        unique.values(), update_conflicts=True, unique_fields=["user_id", "object", "header"], update_fields=["field"]
    )


# ---------------------------------------------------------------- as the API shows it


def import_json(actor: Actor, run: Import) -> dict[str, Any]:
    """The import of interface.md."""
    declaration = get_object(run.object)
    done = run.state in ("done", "failed", "undone", "committing")
    return {
        "id": run.id,
        "object": run.object,
        "state": run.state,
        "file": {"id": run.file_id, "name": run.file_name},
        "sheets": run.sheets,
        "sheet": run.sheet,
        "header_row": run.header_row,
        "rows": run.rows,
        "columns": run.columns,
        "fields": [
            {"name": f.name, "label": f.label.to(), "required": needed(f)} for f in import_fields(actor, declaration)
        ],
        "mode": run.mode,
        "key": run.key or None,
        "keys": [{"name": f.name, "label": f.label.to()} for f in key_choices(actor, declaration)],
        "settings": {k: v for k, v in run.settings.items() if k in ("stopped", "error")},
        "check": run.check_result,
        "errors": run.errors,
        "error_file": _living(run.error_file),
        "created": run.created if done else None,
        "updated": run.updated if done else None,
        "skipped": run.skipped if done else None,
        "failed": run.failed if done else None,
        "seconds": round(run.seconds, 2),
        "undo_until": run.undo_until,
        "created_at": run.created_at,
        "job": run.job_id,
    }


def _living(file: StoredFile | None) -> UUID | None:
    return file.id if file is not None and (file.expires_at is None or file.expires_at > now()) else None
