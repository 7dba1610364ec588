"""Lists as files: what the person sees, as he sees it, row by row in constant memory (CUS-12, P-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, connections, transaction

from kemai.accounts.access import Actor, branches
from kemai.accounts.sessions import actor_of
from kemai.base import audit, rates
from kemai.base.currencies import BASE_CURRENCY
from kemai.base.jobs import JobCancelled, JobRun, job_kind, start_job
from kemai.base.models import Job
from kemai.base.parameters import Parameter, declare
from kemai.base.replica import read_whole
from kemai.kit.clock import now
from kemai.kit.errors import Malformed
from kemai.kit.ids import PackedIds
from kemai.kit.spreadsheet.writer import Column, CsvRows, XlsxRows, safe_file_name
from kemai.kit.words import T, language
from kemai.platform.models import Export, ExportedRecords
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.read import run_params
from kemai.platform.objects.rows import stream_rows
from kemai.platform.objects.secrecy import HIDDEN, MASKED, access_of
from kemai.platform.objects.select import ListPlan, Query, plan_list
from kemai.platform.objects.types import CellContext
from kemai.platform.transfer import approvals
from kemai.platform.transfer.errors import RightsChanged
from kemai.platform.transfer.faults import stored
from kemai.platform.transfer.lines import WATERMARK
from kemai.platform.transfer.marks import SAY, hold_back, mark_of
from kemai.platform.transfer.watch import watch_exports

FORMATS = ("xlsx", "csv")
REPORT_EVERY = 5_000
#: Seconds an export waits for a standby to catch up before it reads from the primary.
STANDBY_SECONDS = 5
LABEL = T("导出：{label}", "Export: {label}")
ABOUT = T("导出信息", "About this export")
MARK = T(
    "{label} · 导出人 {name}（{username}） · {at}（{zone}）",
    "{label} · exported by {name} ({username}) · {at} ({zone})",
)
PURPOSE = T(" · 用途：{purpose}", " · purpose: {purpose}")
NUMBER = T(" · 编号 {id}", " · number {id}")
PER_HOUR = declare(
    Parameter(
        "export.per_hour",
        "int",
        30,
        T("每人每小时导出次数", "Exports per person and hour"),
        T("数据", "Data"),
        minimum=1,
        maximum=10_000,
    )
)


@dataclass(frozen=True, slots=True)
class Watermark:
    """Who exported what, when and what for, in the person's zone and language; ``number`` finds the line of the export log."""

    text: str
    number: str = ""

    @classmethod
    def of(cls, actor: Actor, label: T, *, purpose: str = "", number: str = "") -> Watermark:
        at = now().astimezone(ZoneInfo(actor.time_zone)).strftime("%Y-%m-%d %H:%M:%S")
        text = MARK.to(label=label.to(), name=actor.name, username=actor.username, at=at, zone=actor.time_zone)
        if purpose:
            text += PURPOSE.to(purpose=purpose)
        if number:
            text += NUMBER.to(id=number)
        return cls(text, number)


def start_export(
    actor: Actor, declaration: ObjectType, query: Query, file_format: str, *, purpose: str = "", confirmed: bool = False
) -> Job:
    """Check what is asked and queue the job; above the row limit it waits for an approval first.

    ``confirmed``: also with rows that are marked as not to go out, where the company leaves that to the person (ORG-10).
    Rows, columns and masks are decided when it runs, by the rights of that moment.
    """
    if file_format not in FORMATS:
        raise Malformed(what="format: xlsx | csv")
    plan = export_plan(actor, declaration, query)
    purpose = approvals.check_purpose(purpose)
    _hold_back(actor, plan, query, confirmed=confirmed)
    rates.take(f"export:{actor.id}", limit=PER_HOUR.value(), seconds=3600)
    rows = _rows_above(actor, plan, query, approvals.limit())
    label = LABEL.to(label=declaration.plural.to())
    asked = {k: v for k, v in asdict(query).items() if k in ("fields", "filter", "q", "sort")}
    with transaction.atomic():
        export = Export.objects.create(
            actor_id=actor.id, object=declaration.name, query=asked, format=file_format, purpose=purpose
        )
        params = {"object": declaration.name, "format": file_format, "export": str(export.id), **asked}
        job = start_job(actor.id, "export", label=T(label, label), params=params, queue=rows is None)
        export.job_id = job.id
        export.save(update_fields=["job_id"])
        if rows is not None:
            approvals.ask(actor, export, job, rows=rows, label=declaration.plural)
    return job


def _hold_back(actor: Actor, plan: ListPlan, query: Query, *, confirmed: bool) -> None:
    mark = mark_of(plan.declaration.name)
    if mark is None or mark.policy() == SAY:
        return
    sql, params = _statement(actor, plan, query, select="1", ordered=False)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql} AND {mark.lacking}) x", params)
        hold_back(mark, cursor.fetchone()[0], confirmed=confirmed)


def _rows_above(actor: Actor, plan: ListPlan, query: Query, limit: int) -> int | None:
    """How many rows the export would have, where that is more than ``limit`` (0: no limit); None where it is not."""
    if limit == 0:
        return None
    sql, params = _statement(actor, plan, query, select="1", ordered=False)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql} LIMIT {limit + 1}) x", params)
        if cursor.fetchone()[0] <= limit:
            return None
        cursor.execute(f"SELECT count(*) FROM ({sql}) x", params)
        return int(cursor.fetchone()[0])


def export_figures(
    actor: Actor,
    declaration: ObjectType,
    label: T,
    asked: dict[str, Any],
    *,
    columns: list[Column],
    rows: list[list[Any]],
    about: str,
    purpose: str = "",
) -> UUID:
    """A table of figures as a spreadsheet, made at once: counted, logged, marked and watched over like a list. The file's key.

    ``declaration``: the kind of record the log names; ``about``: what the figures are of, for the mark. The caller has proved the right.
    """
    purpose = approvals.check_purpose(purpose)
    rates.take(f"export:{actor.id}", limit=PER_HOUR.value(), seconds=3600)
    export = Export.objects.create(
        actor_id=actor.id, object=declaration.name, query=asked, format="xlsx", purpose=purpose, state="approved"
    )
    mark = Watermark.of(actor, label, purpose=purpose, number=str(export.id)[-12:])
    target = _target(actor, label, "xlsx")
    with (
        target as path,
        XlsxRows(
            path, columns, title=label.to(), note=f"{mark.text}\n{about}", note_title=ABOUT.to(), number=mark.number
        ) as book,
    ):
        for row in rows:
            book.write(row)
    file = _finish(export.id, target, len(rows))
    audit.record(actor, "export", object=declaration.name, data={**asked, "rows": len(rows), "file": str(file)})
    watch_exports(actor)
    return file


def _target(actor: Actor, label: T, file_format: str) -> stored:
    """Where an export of this name goes, kept as long as exports are."""
    day = now().astimezone(ZoneInfo(actor.time_zone)).strftime("%Y%m%d-%H%M")
    name = safe_file_name(f"{label.to()}-{day}-{actor.username}.{file_format}")
    return stored(name, created_by=actor.id, days=approvals.KEEP_DAYS.value())


def _finish(export_id: UUID, target: stored, rows: int) -> UUID:
    """Note in the log that the file is there; its key."""
    assert target.row is not None
    Export.objects.filter(pk=export_id).update(
        state="done", rows=rows, file_id=target.row.id, kept_until=target.row.expires_at
    )
    return target.row.id


@job_kind("export", T("导出", "Export"))
def run_export(job: JobRun) -> None:
    """Write the file and keep it for a day, for the one who asked."""
    actor = actor_of(job.job.actor_id)
    language.set(actor.locale)
    declaration = get_object(job.params["object"])
    query = Query(tuple(job.params["fields"]), job.params["filter"], job.params["q"], job.params["sort"])
    file_format = job.params["format"]
    export = Export.objects.get(pk=job.params["export"])
    approvals.require_approved(export)
    mark = Watermark.of(actor, declaration.plural, purpose=export.purpose, number=str(export.id)[-12:])
    target = _target(actor, declaration.plural, file_format)
    taken = PackedIds()
    with target as path, _reporting(job.job.id) as report:
        rows = read_whole(
            lambda: write_export(actor, declaration, query, path, report=report, mark=mark, taken=taken),
            patience=STANDBY_SECONDS,
        )
        _hold_to_rights(actor)
    file = _finish(export.id, target, rows)
    note_export(actor, declaration, query, taken=taken, file=file, purpose=export.purpose)
    watch_exports(actor)
    job.job.total = job.job.done = job.job.succeeded = rows
    job.result(file=str(file), rows=rows)


def _hold_to_rights(actor: Actor) -> None:
    """Refuse to hand out what was written with rights its person does not have any more (S-6); :class:`NotFound` when disabled."""
    today = actor_of(actor.id)
    if (today.reaches, today.field_access, today.principals) != (actor.reaches, actor.field_access, actor.principals):
        raise RightsChanged


def note_export(
    actor: Actor, declaration: ObjectType, query: Query, *, taken: PackedIds, file: UUID | None, purpose: str = ""
) -> None:
    """The audit event of an export: what was asked for and which records went out (P-3, P-9)."""
    data = {
        "filter": query.filter,
        "q": query.q,
        "sort": query.sort,
        "fields": list(query.fields),
        "rows": len(taken),
        "file": str(file) if file else None,
    }
    with transaction.atomic():
        event = audit.record(actor, "export", object=declaration.name, reason=purpose, data=data)
        for part in taken.parts(REPORT_EVERY):
            ExportedRecords.objects.create(event_id=event, record_ids=part)


def export_plan(actor: Actor, declaration: ObjectType, query: Query) -> ListPlan:
    """The list compiled for exporting; :class:`Forbidden` without the right, :class:`Malformed` for hidden fields and filters."""
    actor.require(declaration.perm("view"))
    return plan_list(actor, declaration, query, permission="export")


def write_export(
    actor: Actor,
    declaration: ObjectType,
    query: Query,
    path: Path,
    *,
    report: Callable[[int], None] = lambda rows: None,
    mark: Watermark | None = None,
    taken: PackedIds | None = None,
) -> int:
    """Write the rows of a list to ``path`` (.xlsx or .csv) with a watermark; returns how many. Their keys are left in ``taken``."""
    taken = PackedIds() if taken is None else taken
    taken.clear()
    query = _with_currencies(actor, declaration, query)
    plan = export_plan(actor, declaration, query)
    fields = [declaration.by_name[name] for name in query.fields]
    context = CellContext({}, actor.time_zone)
    shown = [(f.name, _exporter(actor, declaration, f, context)) for f in fields]
    columns = [
        Column(_heading(f), "text" if access_of(actor, declaration, f) == MASKED else f.type.cell_kind) for f in fields
    ]
    make = plan.columns.output.make
    found = mark_of(declaration.name)
    select = plan.columns.select
    if found:
        columns.append(Column(found.label.to()))
        select = [*select, found.sql]
    sql, params = _statement(actor, plan, query, select=", ".join(select))
    with (
        _writer(path, columns, declaration, mark or Watermark.of(actor, declaration.plural), actor) as out,
        stream_rows(sql, params) as rows,
    ):
        for row in rows:
            item = make(row)
            out.write([*(show(item[name]) for name, show in shown), *([found.text(row[-1])] if found else [])])
            taken.append(UUID(item["id"]))
            if len(taken) % REPORT_EVERY == 0:
                report(len(taken))
    return len(taken)


def _with_currencies(actor: Actor, declaration: ObjectType, query: Query) -> Query:
    """Beside an amount stands the currency each record has it in (PLT-7)."""
    names: dict[str, None] = {}
    for name in query.fields:
        names[name] = None
        beside = declaration.by_name.get(declaration.by_name[name].currency)
        if beside and access_of(actor, declaration, beside) != HIDDEN:
            names[beside.name] = None
    return replace(query, fields=tuple(names))


def _heading(f: Field) -> str:
    """What the product adds up says in which currency it is, as does what is always in another than the company's."""
    if f.currency_code not in ("", BASE_CURRENCY.value()):
        return f"{f.label.to()} ({f.currency_code})"
    summed = isinstance(f.type, types.Money) and not (f.currency or f.currency_code or (f.writable and f.importable))
    return f"{f.label.to()} ({BASE_CURRENCY.value()})" if summed else f.label.to()


def _exporter(actor: Actor, declaration: ObjectType, f: Field, context: CellContext) -> Callable[[Any], Any]:
    if access_of(actor, declaration, f) == MASKED:
        return lambda value: value
    return f.type.exporter(f, context)


def _statement(
    actor: Actor, plan: ListPlan, query: Query, *, select: str = "", ordered: bool = True
) -> tuple[str, dict[str, Any]]:
    """Every row the list would show and the right to export reaches, in the order of the list."""
    declaration = plan.declaration
    seen = branches(actor, declaration.perm("view"), declaration.ownership)
    way = "DESC" if plan.descending else "ASC"
    order = f"ORDER BY {plan.sort.sort_expression} {way} NULLS LAST, t.id {way}" if ordered else ""
    sql = (
        f"SELECT {select or ', '.join(plan.columns.select)} FROM {declaration.table} t "
        f"WHERE {plan.scope.sql} AND {seen.sql} AND {plan.condition} {order}"
    )
    return sql, {**seen.params, **run_params(actor, plan, query)}


@contextmanager
def _writer(
    path: Path, columns: list[Column], declaration: ObjectType, mark: Watermark, actor: Actor
) -> Iterator[XlsxRows | CsvRows]:
    zone = ZoneInfo(actor.time_zone)
    if path.suffix.lower() == ".csv":
        with CsvRows(path, columns, zone=zone) as out:
            yield out
            out.write([f"{WATERMARK} {mark.text}"])
    else:
        with XlsxRows(
            path,
            columns,
            title=declaration.plural.to(),
            note=mark.text,
            note_title=ABOUT.to(),
            number=mark.number,
            zone=zone,
        ) as book:
            yield book


@contextmanager
def _reporting(job_id: UUID) -> Iterator[Callable[[int], None]]:
    """Progress on a connection of its own: the job's is inside the transaction its rows stream from."""
    other = connections.create_connection("default")

    def report(rows: int) -> None:
        with other.cursor() as cursor:
            cursor.execute("UPDATE base_job SET done = %s WHERE id = %s RETURNING cancel_asked", [rows, job_id])
            asked = cursor.fetchone()
        if asked and asked[0]:
            raise JobCancelled

    try:
        yield report
    finally:
        other.close()
