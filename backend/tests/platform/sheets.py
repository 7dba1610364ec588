"""Making sheets, sending them, and doing the jobs they start."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from stdnum.cn import uscc

from kemai.base.files import path_of
from kemai.base.jobs import run_job
from kemai.base.models import StoredFile
from kemai.kit.spreadsheet.reader import Cell, read_rows
from tests.calling import API, Caller

Rows = list[list[Any]]


def credit_code(number: int) -> str:
    body = f"91330100MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def xlsx(rows: Rows, *, sheet: str = "Sheet1") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for n, row in enumerate(rows):
        for m, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(n, m, value)
            elif value is not None:
                page.write(n, m, value)
    book.close()
    return out.getvalue()


def csv_bytes(rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def upload(caller: Caller, content: bytes, name: str = "客户.xlsx") -> str:
    answer = caller.client.post(f"{API}/files", {"file": SimpleUploadedFile(name, content)}, headers=caller.headers)
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["id"])


def begin(
    caller: Caller, content: bytes, *, object: str = "customers", name: str = "客户.xlsx", **change: Any
) -> dict[str, Any]:
    answer = caller.post("/imports", {"file": upload(caller, content, name), "object": object, **change})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def work(caller: Caller, run: dict[str, Any], step: str) -> dict[str, Any]:
    """Start a step, do its job, and give the import as it is then, with the job as ``done``."""
    answer = caller.post(f"/imports/{run['id']}/{step}")
    assert answer.status_code == 202, answer.content.decode()
    job = answer.json()
    run_job(job["id"])
    after = caller.get(f"/imports/{run['id']}").json()
    return {**after, "done": caller.get(f"/jobs/{job['id']}").json()}


def bring_in(caller: Caller, content: bytes, **begun: Any) -> dict[str, Any]:
    """Upload, map, commit."""
    return work(caller, begin(caller, content, **begun), "commit")


def stored_rows(file_id: str) -> list[list[Cell]]:
    return list(read_rows(path_of(StoredFile.objects.get(pk=file_id))))


def fields_of(run: dict[str, Any]) -> dict[str, str | None]:
    return {c["header"]: c["field"] for c in run["columns"]}


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
