"""Import and export endpoints."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from kemai.base.jobs import job_json
from kemai.kit.http import json_response
from kemai.kit.words import T
from kemai.platform.api.records import query_of, signed_in
from kemai.platform.objects.declare import get_object
from kemai.platform.transfer import approvals, imports
from kemai.platform.transfer.export import start_export
from kemai.platform.transfer.template import make_template

router = Router()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATE = T("导入模板-{label}.xlsx", "template-{label}.xlsx")

Mode = Literal["create", "update", "both"]


class ImportChange(Schema):
    """What may be changed before the real run; a key left out stays as it is."""

    sheet: str | None = None
    header_row: int | None = None
    mapping: dict[str, str | None] | None = None
    mode: Mode | None = None
    key: str | None = None


class ImportStart(ImportChange):
    """A new import. With ``dry_run`` given the check (true) or the real run (false) starts at once."""

    file: UUID
    object: str
    dry_run: bool | None = None


class ExportStart(Schema):
    object: str
    filter: dict[str, Any] | None = None
    q: str | None = None
    view: str | None = None
    sort: str | None = None
    fields: list[str] | None = None
    format: Literal["xlsx", "csv"] = "xlsx"
    purpose: str = ""
    confirmed: bool = False


class Decision(Schema):
    reason: str = ""


def _given(data: ImportChange) -> dict[str, Any]:
    return {k: v for k, v in data.dict(exclude_unset=True).items() if k in ImportChange.model_fields}


@router.post(
    "/imports",
    operation_id="imports_begin",
    summary="Begin an import from an uploaded file",
    response={201: dict[str, Any]},
)
def begin(request: HttpRequest, data: ImportStart) -> HttpResponse:
    actor = signed_in(request)

    def run() -> HttpResponse:
        found = imports.begin_import(actor, file_id=data.file, object_name=data.object)
        change = _given(data)
        if change:
            found = imports.change_import(actor, found.id, change)
        if data.dry_run is not None:
            start = imports.start_check if data.dry_run else imports.start_commit
            start(actor, found.id)
            found = imports.get_import(actor, found.id)
        return json_response(imports.import_json(actor, found), 201)

    return run()


@router.get("/imports", operation_id="imports_list", summary="One's latest imports")
def list_imports(request: HttpRequest, object: str = "") -> HttpResponse:
    actor = signed_in(request)
    return json_response({"items": [imports.import_json(actor, run) for run in imports.list_imports(actor, object)]})


@router.get("/imports/template", operation_id="imports_template", summary="A template to fill in (.xlsx)")
def template(request: HttpRequest, object: str) -> HttpResponse:
    declaration = get_object(object)
    answer = HttpResponse(make_template(signed_in(request), declaration), content_type=XLSX)
    name = TEMPLATE.to(label=declaration.plural.to())
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@router.get("/imports/{import_id}", operation_id="imports_get", summary="An import with its mapping, check and outcome")
def get_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    actor = signed_in(request)
    return json_response(imports.import_json(actor, imports.get_import(actor, import_id)))


@router.patch(
    "/imports/{import_id}", operation_id="imports_change", summary="Change sheet, heading row, mapping, mode or key"
)
def change(request: HttpRequest, import_id: UUID, data: ImportChange) -> HttpResponse:
    actor = signed_in(request)
    return json_response(imports.import_json(actor, imports.change_import(actor, import_id, _given(data))))


@router.post(
    "/imports/{import_id}/check", operation_id="imports_check", summary="Dry run", response={202: dict[str, Any]}
)
def check(request: HttpRequest, import_id: UUID) -> HttpResponse:
    actor = signed_in(request)
    return json_response(job_json(imports.start_check(actor, import_id)), 202)


@router.post(
    "/imports/{import_id}/commit",
    operation_id="imports_commit",
    summary="Import for good",
    response={202: dict[str, Any]},
)
def commit(request: HttpRequest, import_id: UUID) -> HttpResponse:
    actor = signed_in(request)
    return json_response(job_json(imports.start_commit(actor, import_id)), 202)


@router.post(
    "/imports/{import_id}/undo",
    operation_id="imports_undo",
    summary="Take an import back",
    response={202: dict[str, Any]},
)
def undo(request: HttpRequest, import_id: UUID) -> HttpResponse:
    actor = signed_in(request)
    return json_response(job_json(imports.start_undo(actor, import_id)), 202)


@router.post("/exports", operation_id="exports_start", summary="Export a list as seen", response={202: dict[str, Any]})
def export(request: HttpRequest, data: ExportStart) -> HttpResponse:
    actor = signed_in(request)

    def run() -> HttpResponse:
        declaration = get_object(data.object)
        query = query_of(
            declaration,
            {k: v for k, v in data.dict().items() if k not in ("object", "format", "purpose", "confirmed")},
            actor=actor,
        )
        job = start_export(actor, declaration, query, data.format, purpose=data.purpose, confirmed=data.confirmed)
        return json_response(job_json(job), 202)

    return run()


@router.get("/exports", operation_id="exports_list", summary="The export log: one's own, those to decide on, or all")
def list_exports(request: HttpRequest, which: Literal["mine", "waiting", "all"] = "mine", cursor: str = "") -> Any:
    return json_response(approvals.list_exports(signed_in(request), which, cursor=cursor))


@router.post("/exports/{export_id}/approve", operation_id="exports_approve", summary="Let a large export run")
def approve_export(request: HttpRequest, export_id: UUID, data: Decision) -> Any:
    return json_response(approvals.decide(signed_in(request), export_id, approve=True, reason=data.reason))


@router.post("/exports/{export_id}/refuse", operation_id="exports_refuse", summary="Refuse a large export")
def refuse_export(request: HttpRequest, export_id: UUID, data: Decision) -> Any:
    return json_response(approvals.decide(signed_in(request), export_id, approve=False, reason=data.reason))


@router.post("/exports/{export_id}/withdraw", operation_id="exports_withdraw", summary="Take an export's file away")
def withdraw_export(request: HttpRequest, export_id: UUID) -> Any:
    return json_response(approvals.withdraw(signed_in(request), export_id))
