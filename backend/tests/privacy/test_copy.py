"""P-5: a person's copy is complete, machine-readable and readable, and tells of nobody else; requests have their days."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kemai.administration.services.people import INSTALLER
from kemai.base import jobs
from kemai.base.audit import act
from kemai.kit.words import EN, language
from kemai.platform.models import Notification
from kemai.platform.workdays import company_today
from kemai.privacy.models import Consent, SubjectRequest
from kemai.privacy.services import copy, requests
from kemai.privacy.services.person import find_person
from tests.privacy.people import CUSTOM, EMAIL, KEPT, NAME, PHONE, REMARK, TALK, TITLE, UNIT, WECHAT, Call, plant
from tests.world import World


def test_the_copy_is_complete_and_tells_of_nobody_else(world: World, call: Call, tmp_path: Path) -> None:
    """P-5: every personal field, what was written of him, history and files; colleagues and other contacts crossed out."""
    planted = plant(world, call)
    call("rep").patch(
        f"/interactions/{planted.talk}", {"next_step": "王伟 13900008888 和 员工rep2 陪同，抄送 wang@other.example"}, 1
    )
    copy.write_copy(find_person("contacts", planted.contact), tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as book:
        data, page = json.loads(book.read("data.json")), book.read("readable.html").decode()
        (paper,) = [book.read(n) for n in book.namelist() if n.startswith("files/")]
    assert b"\xe9" in paper
    for text in (json.dumps(data, ensure_ascii=False), page):
        for mark in (
            NAME,
            PHONE,
            EMAIL,
            WECHAT,
            TITLE,
            REMARK,
            UNIT,
            CUSTOM,
            TALK,
            KEPT,
            "1980-02-03",
            "先前的备注",
            "营销信息",
        ):
            assert mark in text, mark
        for other in ("王伟", "13900008888", "wang@other.example", "员工rep"):
            assert other not in text, other
    assert "陪同" in page and {entry["kind"] for entry in data["about"]} == {"contacts"}
    assert {"interactions", "tasks", "consents"} <= {entry["kind"] for entry in data["related"]}
    assert any(change["name"] == "remark" for line in data["history"] for change in line["changes"])


def test_a_request_is_done_by_a_job(world: World, call: Call) -> None:
    """P-5: entered, made by the worker in the reader's language, downloaded by who entered it and nobody else, noted in the audit."""
    admin, contact = call("admin"), world.get("contacts", "mine")
    body = {"asked": "要一份副本", "kind": "copy", "subject": {"object": "contacts", "id": str(contact.id)}}
    request = admin.post("/subject-requests", body).json()
    assert call("rep").post(f"/subject-requests/{request['id']}/make-copy").status_code == 403
    assert admin.post(f"/subject-requests/{request['id']}/make-copy").status_code == 200
    row = SubjectRequest.objects.get(pk=request["id"])
    assert row.status == "doing" and row.job_id
    assert jobs.run_job(row.job_id).state == "done"
    done = admin.get(f"/subject-requests/{request['id']}/preview").json()
    content = admin.get(f"/files/{done['file']}/content")
    assert b"".join(content.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert call("director").get(f"/files/{done['file']}/content").status_code == 404
    assert admin.get(f"/subject-requests/{request['id']}").json()["status"] == "done"
    assert admin.post(f"/subject-requests/{request['id']}/make-copy").json()["code"] == "privacy.request_closed"


def test_a_failed_job_leaves_the_request_open(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, contact = call("admin"), world.get("contacts", "mine")
    body = {"asked": "要一份副本", "kind": "copy", "subject": {"object": "contacts", "id": str(contact.id)}}
    key = admin.post("/subject-requests", body).json()["id"]
    admin.post(f"/subject-requests/{key}/make-copy")
    monkeypatch.setattr(copy, "write_copy", lambda *_: 1 / 0)
    assert jobs.run_job(SubjectRequest.objects.get(pk=key).job_id or "").state == "failed"
    assert SubjectRequest.objects.get(pk=key).status == "open"


def test_requests_have_their_days(world: World, call: Call) -> None:
    """P-5: due in fifteen days by default; told of once before that and once when late; settled ones are left alone."""
    admin, contact = call("admin"), world.get("contacts", "mine")
    received = company_today() - timedelta(days=13)
    body = {
        "asked": "电话错了",
        "kind": "correction",
        "subject": {"object": "contacts", "id": str(contact.id)},
        "received_on": received.isoformat(),
    }
    request = admin.post("/subject-requests", body).json()
    assert request["due_on"] == (received + timedelta(days=15)).isoformat()
    due = Notification.objects.filter(kind="privacy_due", record_id=UUID(request["id"]))
    assert [requests.remind(), requests.remind(), due.count()] == [1, 0, 1]
    with act(INSTALLER, "edit", object="subject-requests"):
        SubjectRequest.objects.filter(pk=request["id"]).update(
            due_on=company_today() - timedelta(days=1), reminded_on=company_today() - timedelta(days=2)
        )
    assert [requests.remind(), requests.remind(), due.count()] == [1, 0, 2]
    done = admin.post(f"/subject-requests/{request['id']}/complete", {"answer": "已改为新号码"})
    assert done.status_code == 200 and done.json()["status"] == "done"
    assert requests.remind() == 0


def test_consents_are_records(world: World, call: Call) -> None:
    """ORG-10: for what, when, how, by whom and whether withdrawn, on the contact's page, seen by who works the customer."""
    rep, contact = call("rep"), world.get("contacts", "mine")
    made = rep.post("/consents", {"contact": str(contact.id), "purpose": "sharing", "channel": "written"})
    assert made.status_code == 201, made.content.decode()
    told = made.json()
    assert told["customer"]["id"] == str(world.get("customers", "mine").id)
    assert told["obtained_by"]["id"] == str(world.users["rep"])
    early = rep.patch(f"/consents/{told['id']}", {"withdrawn_on": "2001-01-01"}, told["version"])
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "too_early")
    assert rep.patch(f"/consents/{told['id']}", {"withdrawn_on": told["given_on"]}, told["version"]).status_code == 200
    other = rep.post(
        "/consents",
        {"contact": str(contact.id), "customer": str(world.get("customers", "handed").id), "purpose": "sharing"},
    )
    assert other.json()["errors"][0]["code"] == "other_customer"
    assert call("rep3").get(f"/consents/{told['id']}").status_code == 404
    assert Consent.objects.filter(contact_id=contact.id).count() == 1
    panels = {p["key"] for p in rep.get("/meta/objects/contacts").json()["detail"]["panels"]}
    assert "consents" in panels and "subject-requests" not in panels


def test_the_page_is_in_the_readers_language(world: World) -> None:
    person = find_person("contacts", world.get("contacts", "mine").id)
    token = language.set(EN)
    try:
        page = copy.readable(copy.collect(person))
    finally:
        language.reset(token)
    assert "Copy of personal data" in page and "History" in page and "修改历史" not in page
