"""ORG-8, P-3: control over exports: purpose and watermark, approval above a limit, the log with downloads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest

from kemai.accounts.models import FieldRule, Role, RoleGrant
from kemai.administration.services.people import INSTALLER
from kemai.base import files, parameters
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.base.models import AuditEvent, Job, ParameterValue, StoredFile
from kemai.kit.clock import now
from kemai.platform.models import Export, Notification
from kemai.platform.transfer import approvals
from tests.calling import Caller
from tests.fixtures import forget_everything
from tests.world import World

Call = Callable[[str], Caller]


def set_value(code: str, value: Any) -> None:
    ParameterValue.objects.update_or_create(code=code, defaults={"value": value})
    parameters.forget_cache()


def ask(caller: Caller, **more: Any) -> dict[str, Any]:
    answer = caller.post("/exports", {"object": "customers", "fields": ["name", "phone"], **more})
    assert answer.status_code == 202, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def finished(caller: Caller, job: str) -> dict[str, Any]:
    run_job(job)
    found: dict[str, Any] = caller.get(f"/jobs/{job}").json()
    return found


def waiting(caller: Caller, **more: Any) -> tuple[dict[str, Any], str]:
    set_value("export.approve_above", 1)
    job = ask(caller, **more)
    assert job["state"] == "waiting" and job["result"]["approval"] == "waiting"
    return job, job["result"]["export"]


def test_a_file_says_who_when_and_what_for(world: World, call: Call) -> None:
    rep = call("rep")
    job = finished(rep, ask(rep, purpose="季度盘点")["id"])
    line = rep.get("/exports").json()["items"][0]
    assert (line["state"], line["purpose"], line["rows"], line["downloads"]) == (
        "done",
        "季度盘点",
        job["result"]["rows"],
        0,
    )
    row = StoredFile.objects.get(pk=job["result"]["file"])
    with ZipFile(files.path_of(row)) as book:
        whole = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    for mark in ("员工rep", "季度盘点", line["id"][-12:], "<oddHeader>", "KemaiExport"):
        assert mark in whole, mark
    text = files.path_of(
        StoredFile.objects.get(pk=finished(rep, ask(rep, format="csv", purpose="盘点")["id"])["result"]["file"])
    ).read_text("utf-8-sig")
    assert "员工rep" in text.splitlines()[-1] and "用途：盘点" in text


def test_a_purpose_may_be_asked_for(world: World, call: Call) -> None:
    set_value("export.purpose_required", True)
    answer = call("rep").post("/exports", {"object": "customers", "fields": ["name"], "purpose": "  "})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "purpose")


def test_a_large_one_waits_for_an_approver(world: World, call: Call) -> None:
    rep = call("rep")
    job, export = waiting(rep, purpose="拜访准备")
    run_job(job["id"])  # even were it run, nothing goes out
    assert rep.get(f"/jobs/{job['id']}").json()["state"] == "failed" and not Export.objects.get(pk=export).file_id


def test_approved_it_runs_with_the_rights_of_then(world: World, call: Call) -> None:
    """P-3: the requester's rights at run time: what he lost meanwhile is not in the file."""
    rep, manager = call("rep"), call("manager")
    job, export = waiting(rep)
    told = Notification.objects.filter(kind="export_request").values_list("user_id", flat=True)
    assert world.users["manager"] in told and world.users["southlead"] not in told and world.users["rep"] not in told
    assert export in {e["id"] for e in manager.get("/exports", which="waiting").json()["items"]}
    with act(INSTALLER, "grants", object="roles"):
        FieldRule.objects.create(
            role=Role.objects.get(code="sales_rep"), object="customers", field="phone", access="masked"
        )
    forget_everything()
    answer = manager.post(f"/exports/{export}/approve", {"reason": "同意"})
    assert answer.status_code == 200 and answer.json()["state"] == "approved"
    done = finished(rep, job["id"])
    assert done["state"] == "done"
    with ZipFile(files.path_of(StoredFile.objects.get(pk=done["result"]["file"]))) as book:
        whole = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "****" in whole and world.get("customers", "mine").secrets[0] not in whole
    assert Notification.objects.filter(user_id=world.users["rep"], kind="export_decided").exists()
    assert AuditEvent.objects.filter(action="export.approve", actor_id=world.users["manager"]).exists()


def test_who_may_decide(world: World, call: Call) -> None:
    """S-1, C-6: nobody on his own, nobody beyond his scope; a decision stands."""
    rep = call("rep")
    _, export = waiting(rep)
    assert rep.post(f"/exports/{export}/approve", {}).json()["code"] == "export.own_request"
    for person in ("rep2", "southlead", "auditor", "finance"):
        assert call(person).post(f"/exports/{export}/approve", {}).status_code == 404, person
    manager = call("manager")
    assert manager.post(f"/exports/{export}/refuse", {"reason": " "}).status_code == 422
    assert manager.post(f"/exports/{export}/refuse", {"reason": "数据过多"}).json()["state"] == "refused"
    job = Job.objects.get(pk=Export.objects.get(pk=export).job_id)
    assert job.state == "failed" and "数据过多" in job.result["error"] and "员工manager" in job.result["error"]
    assert manager.post(f"/exports/{export}/approve", {}).json()["code"] == "export.already_decided"
    own, mine = waiting(manager)
    assert manager.post(f"/exports/{mine}/approve", {}).json()["code"] == "export.own_request"
    assert call("director").post(f"/exports/{mine}/approve", {}).status_code == 200
    assert finished(manager, own["id"])["state"] == "done"


def test_the_own_request_guard_can_fail(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3."""
    manager = call("manager")
    _, mine = waiting(manager)
    monkeypatch.setattr(approvals, "refuse_own", lambda actor, export: None)
    assert manager.post(f"/exports/{mine}/approve", {}).json()["state"] == "approved"


def test_withdrawn_expired_and_nobody_to_ask(world: World, call: Call) -> None:
    rep = call("rep")
    job, export = waiting(rep)
    rep.post(f"/jobs/{job['id']}/cancel")
    assert rep.get("/exports").json()["items"][0]["state"] == "withdrawn"
    assert call("manager").post(f"/exports/{export}/approve", {}).json()["code"] == "export.already_decided"
    job, export = waiting(rep)
    Export.objects.filter(pk=export).update(until=now() - timedelta(minutes=1))
    assert call("manager").post(f"/exports/{export}/approve", {}).json()["code"] == "export.already_decided"
    assert approvals.expire() == 1
    ended = rep.get(f"/jobs/{job['id']}").json()
    assert (ended["state"], ended["result"]["code"]) == ("failed", "export.expired")
    with act(INSTALLER, "grants", object="roles"):
        RoleGrant.objects.filter(permission=approvals.APPROVE).delete()
    forget_everything()
    answer = rep.post("/exports", {"object": "customers", "fields": ["name"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "export.no_approver")


def test_at_the_limit_no_approval(world: World, call: Call) -> None:
    rep = call("rep")
    count = len(rep.ids("customers", filter={"field": "in_pool", "op": "eq", "value": False}))
    tree = {"field": "in_pool", "op": "eq", "value": False}
    set_value("export.approve_above", count)
    assert "approval" not in ask(rep, filter=tree)["result"]
    set_value("export.approve_above", count - 1)
    assert ask(rep, filter=tree)["result"]["rows"] == count
    set_value("export.approve_above", 0)
    assert "approval" not in ask(rep, filter=tree)["result"]


def test_downloads_are_counted_and_files_taken_away(world: World, call: Call) -> None:
    rep, auditor = call("rep"), call("auditor")
    done = finished(rep, ask(rep)["id"])
    path = f"/files/{done['result']['file']}/content"
    for _ in range(2):
        assert rep.get(path).status_code == 200
    assert auditor.get(path).status_code == 404  # the log is not the file
    line = auditor.get("/exports", which="all").json()["items"][0]
    assert (line["downloads"], line["actor"]["label"], line["file"], line["can_withdraw"]) == (2, "员工rep", None, True)
    assert AuditEvent.objects.filter(action="export.download").count() == 2
    assert call("rep2").post(f"/exports/{line['id']}/withdraw").status_code == 404
    assert auditor.post(f"/exports/{line['id']}/withdraw").json()["kept_until"] is None
    assert rep.get(path).status_code == 404


def test_the_log_is_cut_to_its_reader(world: World, call: Call) -> None:
    """S-1."""
    rep = call("rep")
    ask(rep, purpose="只给自己")
    for person, sees in (("rep2", False), ("southlead", False), ("manager", True), ("auditor", True), ("admin", True)):
        assert ("只给自己" in call(person).get("/exports", which="all").content.decode()) is sees, person
    assert call("auditor").get("/exports").json()["items"] == []
    assert rep.get("/exports", cursor="x|y").status_code == 400
