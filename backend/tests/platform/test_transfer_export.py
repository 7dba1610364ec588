"""CUS-12, P-3, B-4: exports are the list as its reader sees it, and nothing a spreadsheet would run."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kemai.accounts.models import FieldRule, Role, RoleGrant
from kemai.administration.services.people import INSTALLER
from kemai.base import files
from kemai.base.audit import act
from kemai.base.files import path_of
from kemai.base.jobs import run_job
from kemai.base.models import AuditEvent, Job, StoredFile
from kemai.kit.clock import now
from kemai.kit.spreadsheet.reader import inspect, read_rows
from kemai.platform.objects.declare import get_object
from kemai.platform.transfer import export as exporting
from kemai.platform.transfer.marks import mark_of
from tests.calling import API, Caller
from tests.fixtures import business_hash, forget_everything
from tests.platform.sheets import begin, csv_bytes, stored_rows, upload, work
from tests.world import World

Call = Callable[[str], Caller]
EXPORTERS = ("admin", "director", "manager", "rep", "rep2", "rep3", "rep4", "southlead", "inside", "finance")
FILTERS: tuple[dict[str, Any] | None, ...] = (
    None,
    {"field": "owner", "op": "eq", "value": "me"},
    {"field": "in_pool", "op": "eq", "value": True},
    {
        "or": [
            {"field": "industry", "op": "eq", "value": "it"},
            {"not": {"field": "name", "op": "contains", "value": "m"}},
        ]
    },
    {"field": "owner.department", "op": "is_null", "value": False},
)


def send_out(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = caller.post("/exports", {"object": "customers", "fields": ["name", "owner", "phone"], **asked})
    assert answer.status_code == 202, answer.content.decode()
    run_job(answer.json()["id"])
    job = caller.get(f"/jobs/{answer.json()['id']}").json()
    assert job["state"] == "done", job
    return job


def table(job: dict[str, Any]) -> list[list[Any]]:
    return [[cell or "" for cell in (*row, *[None] * 3)][:3] for row in stored_rows(job["result"]["file"])]


def listed(caller: Caller, **query: Any) -> list[list[str]]:
    rows = caller.all("customers", fields="name,owner,phone", **query)
    return [[r["name"], (r["owner"] or {}).get("label") or "", r["phone"] or ""] for r in rows]


@pytest.mark.parametrize("username", EXPORTERS)
@pytest.mark.parametrize("index", range(len(FILTERS)))
def test_an_export_is_the_list(world: World, call: Call, username: str, index: int) -> None:
    caller, tree = call(username), FILTERS[index]
    for q, sort in itertools.product(("", "金丝雀"), ("-updated_at", "name")):
        query = {k: v for k, v in {"filter": tree, "q": q, "sort": sort}.items() if v}
        job = send_out(caller, **query)
        rows = table(job)
        assert rows[0] == ["客户名称", "负责人", "电话"]
        assert rows[1:] == listed(caller, **query)
        assert job["result"]["rows"] == len(rows) - 1


@pytest.mark.parametrize("name", ["customers", "contacts", "opportunities", "interactions", "tasks"])
@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_every_column_of_every_kind_goes_out(world: World, call: Call, name: str, file_format: str) -> None:
    director = call("director")
    fields = [f["name"] for f in director.get(f"/meta/objects/{name}").json()["fields"]]
    job = send_out(director, object=name, fields=fields, format=file_format)
    rows = stored_rows(job["result"]["file"])
    marked = mark_of(name) is not None
    assert len(rows[0]) == len(fields) + marked and job["result"]["rows"] == len(director.all(name)) > 0


def test_masks_and_hidden_fields_hold_in_the_file(world: World, call: Call) -> None:
    with act(INSTALLER, "grants", object="roles"):
        rep = Role.objects.get(code="sales_rep")
        FieldRule.objects.create(role=rep, object="customers", field="phone", access="masked")
        FieldRule.objects.create(role=rep, object="customers", field="email", access="hidden")
    forget_everything()
    caller = call("rep")
    text = str(stored_rows(send_out(caller)["result"]["file"]))
    mine = world.get("customers", "mine")
    assert "****" in text and not any(secret in text for secret in mine.secrets)
    assert caller.post("/exports", {"object": "customers", "fields": ["name", "email"]}).status_code == 400
    assert (
        caller.post(
            "/exports", {"object": "customers", "filter": {"field": "email", "op": "contains", "value": "a"}}
        ).status_code
        == 400
    )


def test_instants_choices_and_digits_are_as_people_read_them(world: World, call: Call) -> None:
    rep = call("rep")
    key = rep.post(
        "/customers",
        {"name": "读法公司", "industry": "it", "credit_code": "91350100M000100Y43", "phone": "13800001234"},
    ).json()["id"]
    fields = ["name", "industry", "credit_code", "phone", "created_at", "tags", "in_pool"]
    job = send_out(rep, fields=fields, filter={"field": "name", "op": "eq", "value": "读法公司"})
    row = stored_rows(job["result"]["file"])[1]
    created = datetime.fromisoformat(rep.get(f"/customers/{key}").json()["created_at"]).astimezone(
        ZoneInfo("Asia/Shanghai")
    )
    assert row[:4] == ["读法公司", "信息技术", "91350100M000100Y43", "13800001234"]
    assert row[4] == created.replace(tzinfo=None, microsecond=0).isoformat()
    assert row[6] == "否"


def test_who_when_and_how_much_is_on_the_file_and_in_the_audit(world: World, call: Call) -> None:
    rep = call("rep")
    tree = {"field": "owner", "op": "eq", "value": "me"}
    job = send_out(rep, filter=tree)
    path = path_of(StoredFile.objects.get(pk=job["result"]["file"]))
    assert [s.name for s in inspect(path).sheets] == ["客户", "导出信息"]
    mark = str(list(read_rows(path, "导出信息")))
    assert "员工rep（rep）" in mark and "Asia/Shanghai" in mark
    event = AuditEvent.objects.filter(action="export").latest("id")
    assert event.actor_id == world.users["rep"] and event.object == "customers"
    assert (
        event.data["rows"] == job["result"]["rows"]
        and '"owner"' in event.data["filter"]
        and event.data["file"] == job["result"]["file"]
    )


def test_a_file_is_its_makers_and_lives_a_day(world: World, call: Call) -> None:
    rep = call("rep")
    file = send_out(rep)["result"]["file"]
    answer = rep.get(f"/files/{file}/content")
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    assert call("director").get(f"/files/{file}/content").status_code == 404
    row = StoredFile.objects.get(pk=file)
    assert row.expires_at is not None and timedelta(hours=23) < row.expires_at - now() <= timedelta(days=1)
    StoredFile.objects.filter(pk=file).update(expires_at=now() - timedelta(seconds=1))
    assert rep.get(f"/files/{file}/content").status_code == 404


@pytest.mark.parametrize("username", ["service", "auditor", "guest", "watcher"])
def test_without_the_right_nothing_goes_out(world: World, call: Call, username: str) -> None:
    before = business_hash()
    assert call(username).post("/exports", {"object": "customers"}).status_code == 403
    assert call("nobody").post("/exports", {"object": "customers"}).status_code == 401
    assert business_hash() == before


def test_rights_are_those_of_the_moment_it_runs(world: World, call: Call) -> None:
    rep = call("rep")
    job = rep.post("/exports", {"object": "customers"}).json()
    with act(INSTALLER, "grants", object="roles"):
        RoleGrant.objects.filter(role__code="sales_rep", permission="customers.customer.export").delete()
    run_job(job["id"])
    assert Job.objects.get(pk=job["id"]).state == "failed"
    assert not StoredFile.objects.filter(purpose="export").exists()


def test_exports_are_counted_per_person(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    value = type(exporting.PER_HOUR).value
    monkeypatch.setattr(
        type(exporting.PER_HOUR), "value", lambda self: 2 if self is exporting.PER_HOUR else value(self)
    )
    rep = call("rep")
    answers = [rep.post("/exports", {"object": "customers"}) for _ in range(3)]
    assert [a.status_code for a in answers] == [202, 202, 429] and answers[2]["Retry-After"]
    assert call("rep2").post("/exports", {"object": "customers"}).status_code == 202


@pytest.mark.parametrize(
    "bad",
    [
        {"fields": ["owner__password"]},
        {"sort": "remark"},
        {"view": "nope"},
        {"filter": {"field": "x", "op": "eq", "value": 1}},
    ],
)
def test_only_known_names_pass(world: World, call: Call, bad: dict[str, Any]) -> None:
    assert call("rep").post("/exports", {"object": "customers", **bad}).status_code == 400


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_what_goes_out_comes_back_unchanged(world: World, call: Call, file_format: str) -> None:
    """B-4: formulas stay text, and an export read in again changes nothing."""
    rep = call("rep")
    fields = [f.name for f in get_object("customers").fields if f.importable and f.writable and f.name != "owner"]
    for n, text in enumerate(["=1+1", "+86", "-", "@SUM(A1)", "＝cmd", "\t=2", "'=3", "-12.5", 'a,b"c', "𠮷"]):
        assert (
            rep.post(
                "/customers",
                {"name": f"往返第{n}公司", "remark": f"{text}", "short_name": text[:20], "tags": ["一", "二"]},
            ).status_code
            == 201
        )
    job = send_out(
        rep,
        fields=["number", *fields],
        filter={"field": "name", "op": "starts_with", "value": "往返第"},
        format=file_format,
    )
    path = path_of(StoredFile.objects.get(pk=job["result"]["file"]))
    run = begin(rep, path.read_bytes(), name=f"back.{file_format}")
    assert run["key"] == "number" and {c["header"] for c in run["columns"] if not c["field"]} == {"个人信息同意"}
    checked = work(rep, run, "check")
    assert checked["check"] == {"create": 0, "update": 0, "skip": 10, "failed": 0}, checked["errors"]


def test_the_stream_holds_few_rows_at_a_time(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = exporting.stream_rows

    def watched(sql: str, params: dict[str, Any], size: int = 2000) -> Any:
        asked.append(size)
        return real(sql, params, size)

    monkeypatch.setattr(exporting, "stream_rows", watched)
    send_out(call("director"))
    assert asked == [2000]
    assert API == "/api/v1"


def test_rights_withdrawn_during_an_export_leave_no_file(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-6: it was written with rights its person does not have any more."""
    real, director = exporting.write_export, call("director")

    def withdrawn(*args: Any, **more: Any) -> int:
        rows = real(*args, **more)
        call("admin").replace(f"/users/{world.users['director']}/roles", {"roles": []})
        return rows

    monkeypatch.setattr(exporting, "write_export", withdrawn)
    started = director.post("/exports", {"object": "customers", "fields": ["name"]}).json()
    kept = StoredFile.objects.count()
    job = run_job(started["id"])
    assert job.state == "failed" and job.result["code"] == "rights_changed"
    assert StoredFile.objects.count() == kept


def test_expired_files_go_with_their_bytes(world: World, call: Call) -> None:
    rep = call("rep")
    first, second = (upload(rep, b"a,b\n1,2\n", f"{n}.csv") for n in range(2))
    path = path_of(StoredFile.objects.get(pk=first))
    os.utime(path, (0, 0))
    StoredFile.objects.filter(pk=first).update(expires_at=now() - timedelta(minutes=1))
    assert files.remove_expired() == 1 and path.is_file()  # the other upload holds the same bytes
    StoredFile.objects.filter(pk=second).update(expires_at=now() - timedelta(minutes=1))
    assert files.remove_expired() == 1 and not path.exists()
    run = begin(rep, csv_bytes([["客户名称"], ["文件过期公司"]]), name="c.csv")
    StoredFile.objects.filter(pk=run["file"]["id"]).update(expires_at=now() - timedelta(minutes=1))
    files.remove_expired()
    shown = rep.get(f"/imports/{run['id']}").json()
    assert shown["file"] == {"id": None, "name": "c.csv"}
    assert rep.post(f"/imports/{run['id']}/commit").status_code == 410
