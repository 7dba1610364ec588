"""P-4: a person is erased everywhere, the books stay whole, and the audit stays provable."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from kemai.base import jobs, seals
from kemai.base.models import AuditErasure, AuditEvent, Job
from kemai.customers.models import Contact
from kemai.privacy.models import Erased, SubjectRequest
from kemai.privacy.services import erasure_list
from kemai.privacy.services.again import erase_again
from kemai.privacy.services.erase import trace_of
from kemai.privacy.services.person import Person, find_person, patterns
from tests.contracts.test_seals import highest, run
from tests.privacy.people import EMAIL, KEPT, MARKS, NAME, PHONE, WAYS, Call, Planted, as_text, leavings, plant
from tests.world import World


@pytest.fixture
def planted(world: World, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Planted:
    """The person, with a past that is sealed, and a list of erasures of the test's own."""
    monkeypatch.setattr(seals, "BLOCK", 20)
    monkeypatch.setattr(seals, "_settled", highest)
    monkeypatch.setattr(seals, "anchor_file", lambda: tmp_path / "anchors.jsonl")
    monkeypatch.setattr(erasure_list, "list_file", lambda: tmp_path / "erasures.jsonl")
    found = plant(world, call)
    assert seals.seal_audit() > 50
    return found


def asked(call: Call, subject: UUID, kind: str = "erasure", **more: Any) -> str:
    body = {"asked": f"{NAME}要求", "kind": kind, "subject": {"object": "contacts", "id": str(subject)}, **more}
    answer = call("admin").post("/subject-requests", body)
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["id"])


def erased(call: Call, planted: Planted, **more: Any) -> SubjectRequest:
    """Asked for by the administrator, approved by another, done by the worker."""
    key = asked(call, planted.contact, **more)
    assert call("admin").post(f"/subject-requests/{key}/approve").json()["code"] == "privacy.own_request"
    assert call("director").post(f"/subject-requests/{key}/approve").status_code == 200
    row = SubjectRequest.objects.get(pk=key)
    assert row.job_id is not None
    done = jobs.run_job(row.job_id)
    assert done.state == "done", done.result
    row.refresh_from_db()
    return row


def test_nothing_of_the_person_is_left(world: World, call: Call, planted: Planted) -> None:
    """P-4, P-7: 0 bytes in any table or file; the talk's facts stay; what others are called stays; the seals hold."""
    before = {mark for mark in MARKS if leavings((mark,))}
    assert before == set(MARKS)  # the search can find each of them
    row = erased(call, planted, with_content=True)
    assert row.status == "done" and row.outcome["files"] == 3
    assert leavings() == []
    assert seals.check_seals() == []
    assert AuditErasure.objects.count() > 0
    talk = call("rep").get(f"/interactions/{planted.talk}").json()
    assert talk["channel"] == "phone" and talk["customer"]["id"] == str(world.get("customers", "mine").id)
    assert call("rep").get(f"/contacts/{planted.colleague}").json()["phone"] == "13900008888"


def test_what_is_the_companys_stays(world: World, call: Call, planted: Planted) -> None:
    """P-4: unless asked otherwise a talk keeps what it was about, without the name and the number."""
    erased(call, planted)
    content = call("rep").get(f"/interactions/{planted.talk}").json()["content"]
    assert KEPT in content and NAME not in content and "139-1234-5678" not in content
    mention = call("rep").get(f"/interactions/{planted.mention}").json()["content"]
    assert KEPT in mention and "王伟" in mention and EMAIL.upper() not in mention
    assert call("rep").get("/interactions", q=NAME).json()["items"] == []


def test_an_erased_record_is_frozen(world: World, call: Call, planted: Planted) -> None:
    """P-4: it is out of sight and does not come back; the audit knows it by a trace of its key alone."""
    erased(call, planted)
    assert call("rep").get(f"/contacts/{planted.contact}").status_code == 404
    refused = call("rep").post(f"/contacts/{planted.contact}/restore")
    assert (refused.status_code, refused.json()["code"]) == (409, "privacy.erased")
    assert not AuditEvent.objects.filter(record_id=planted.contact).exists()
    assert AuditEvent.objects.filter(record_id=trace_of(planted.contact)).exists()
    assert Erased.objects.get(record_id=planted.contact).trace == trace_of(planted.contact)
    assert Contact.objects.get(pk=planted.contact).name.startswith("已删除个人")


FORGERIES = {
    "an erased row filled again": 'UPDATE base_audit_change SET diff = \'{"name": [null, "x"]}\' '
    "WHERE id = (SELECT min(row_id) FROM base_auditerasure WHERE audited = 'base_audit_change')",
    "an erasure nobody decided": "INSERT INTO base_auditerasure (audited, row_id, before, after, event_id) "
    "SELECT audited, row_id, after, after, event_id FROM base_auditerasure LIMIT 1",
    "a row changed under cover of an erasure": "WITH one AS (SELECT r.id, sha256(convert_to((jsonb_build_array(r.id, "
    "(extract(epoch FROM r.at) * 1000000)::bigint, r.event_id, r.object, r.record_id, r.op, r.diff))::text, 'UTF8')) AS before "
    "FROM base_audit_change r WHERE r.op = 'I' ORDER BY id LIMIT 1), changed AS (UPDATE base_audit_change c SET object = 'x' FROM one "
    "WHERE c.id = one.id) INSERT INTO base_auditerasure (audited, row_id, before, after, event_id) SELECT 'base_audit_change', id, before, "
    "sha256('x'), (SELECT max(id) FROM base_auditevent) FROM one",
}


def test_the_audit_can_still_be_proved(world: World, call: Call, planted: Planted) -> None:
    """P-7: after an erasure whoever alters the past is still found, and so is who uses erasures to hide it."""
    erased(call, planted)
    seals.seal_audit()
    assert seals.check_seals() == []
    for what, sql in FORGERIES.items():
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT forged; ALTER TABLE base_auditerasure DISABLE TRIGGER USER")
            run(sql)
            assert seals.check_seals() != [], what
            cursor.execute("ROLLBACK TO SAVEPOINT forged")


def test_history_cannot_be_changed_but_by_erasing(world: World, call: Call) -> None:
    """P-7: the door for erasures lets values out and nothing in."""
    event = AuditEvent.objects.order_by("id").first()
    assert event
    with connection.cursor() as cursor:
        for setting, sql in (
            ("", "UPDATE base_auditevent SET reason = '' WHERE id = %s"),
            ("on", "UPDATE base_auditevent SET action = 'x' WHERE id = %s"),
            ("on", "UPDATE base_auditevent SET actor_id = NULL, at = now() WHERE id = %s"),
            ("on", "DELETE FROM base_auditevent WHERE id = %s"),
        ):
            cursor.execute("SAVEPOINT tried")
            cursor.execute("SELECT set_config('kemai.erasing', %s, true)", [setting])
            with pytest.raises(Exception, match="append-only"):
                cursor.execute(sql, [event.id])
            cursor.execute("ROLLBACK TO SAVEPOINT tried")


def test_a_shared_number_goes_only_near_the_person(world: World, call: Call, planted: Planted) -> None:
    """P-4: what somebody else is called or reached by is not taken from him: short names and shared numbers only near the person."""
    call("rep2").post(
        "/contacts", {"name": "李雷", "customer": str(world.get("customers", "colleague").id), "phone": PHONE}
    )
    everywhere, nearby = patterns(find_person("contacts", planted.contact))
    assert NAME in everywhere and "[- ]?".join(PHONE) not in everywhere
    assert "[- ]?".join(PHONE) in nearby
    assert patterns(Person({}, [], ["王伟"], []))[0] == ""


def test_a_restored_backup_forgets_again(world: World, call: Call, planted: Planted) -> None:
    """P-4, F-10: the list beside the database holds keys alone, and makes what an older backup brings back forget the person."""
    erased(call, planted)
    text = erasure_list.list_file().read_text()
    assert str(planted.contact) in text and not any(mark in text for mark in MARKS)
    assert erase_again() == {"persons": 0}
    with connection.cursor() as cursor:  # as the backup had him
        cursor.execute("DELETE FROM privacy_erased")
        cursor.execute("SELECT set_config('kemai.event', %s, true)", [str(AuditEvent.objects.latest("id").id)])
        Contact.objects.filter(pk=planted.contact).update(name=NAME, phone=PHONE, deleted_at=None)
    assert leavings(WAYS, uploads=False) != []
    assert erase_again() == {"persons": 1}
    assert leavings(WAYS, uploads=False) == []


def test_open_deals_end_first(world: World, call: Call) -> None:
    """P-4: a customer who is a person is erased once nothing is under way with him; won deals stay in the figures."""
    rep = call("rep")
    customer = rep.post("/customers", {"name": "诸葛金丝雀", "kind": "person", "phone": "13711112222"}).json()
    deal = rep.post("/opportunities", {"name": "诸葛金丝雀的单", "customer": customer["id"], "amount": "88.00"}).json()
    body = {"asked": "删除", "kind": "erasure", "subject": {"object": "customers", "id": customer["id"]}}
    key = call("admin").post("/subject-requests", body).json()["id"]
    assert call("director").post(f"/subject-requests/{key}/approve").json()["code"] == "privacy.open_deals"
    assert rep.post(f"/opportunities/{deal['id']}/win").status_code == 200
    assert call("director").post(f"/subject-requests/{key}/approve").status_code == 200
    jobs.run_job(SubjectRequest.objects.get(pk=key).job_id or "")
    assert leavings(("诸葛金丝雀", "13711112222")) == []
    kept = rep.get(f"/opportunities/{deal['id']}").json()
    assert (kept["amount"], kept["status"]) == ("88.00", "won")


def test_companies_are_no_persons(world: World, call: Call) -> None:
    body = {
        "asked": "删除",
        "kind": "erasure",
        "subject": {"object": "customers", "id": str(world.get("customers", "mine").id)},
    }
    refused = call("admin").post("/subject-requests", body)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_a_person")
    assert as_text(Job.objects.count())
