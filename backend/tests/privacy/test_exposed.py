"""P-9: who saw in clear, exported or received which persons between two times, complete against a planted history."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import connection

from kemai.administration.services.people import INSTALLER
from kemai.base import audit, jobs
from kemai.base.models import AuditEvent
from kemai.config.commands import COMMAND_TARGETS
from kemai.integrations.models import Endpoint, WebhookDelivery
from kemai.kit.clock import now
from kemai.kit.ids import new_id
from kemai.platform.models import ExportedRecords
from kemai.privacy.selectors.exposed import Span, exposures, list_exposed
from kemai.privacy.services.erase import trace_of
from tests.calling import Caller
from tests.world import World

Call = Callable[[str], Caller]


def today(days: int = 0) -> str:
    return (now() + timedelta(days=days)).isoformat()


def planted(world: World, call: Call) -> dict[str, set[str]]:
    """One occasion of each way there is; way → whose data it was."""
    rep, mine = call("rep"), world.get("contacts", "mine")
    asked = {"object": "contacts", "format": "csv", "fields": ["name", "phone"], "purpose": "寄样本"}
    started = rep.post("/exports", asked)
    assert started.status_code in (200, 201, 202), started.content.decode()
    assert jobs.run_job(started.json()["id"]).state == "done"
    audit.record(
        world.actor("rep2"), "reveal", object="contacts", record_id=mine.id, reason="核对", data={"field": "phone"}
    )
    with audit.act(INSTALLER, "webhook.create"):
        endpoint = Endpoint.objects.create(name="ERP", url="https://erp.example/in", owner_id=world.users["admin"])
    WebhookDelivery.objects.create(
        endpoint=endpoint,
        outbox_id=1,
        event="contact.created",
        object="contacts",
        record_id=mine.id,
        state="done",
        finished_at=now(),
    )
    WebhookDelivery.objects.create(
        endpoint=endpoint,
        outbox_id=2,
        event="contact.created",
        object="contacts",
        record_id=new_id(),
        state="failed",
        finished_at=now(),
    )
    return {
        "export": {str(key) for key in rep.ids("contacts")},
        "reveal": {str(mine.id)},
        "webhook": {str(mine.id)},
    }


def test_the_list_is_complete(world: World, call: Call) -> None:
    """P-9: each planted occasion, with who, when, what and whose, and nothing from outside the span; asking is noted."""
    before = now()
    wanted = planted(world, call)
    found = exposures(Span(before, now() + timedelta(seconds=1)))
    assert {one.how: {str(k) for k in one.records} for one in found} == wanted
    export = next(one for one in found if one.how == "export")
    assert (export.who, export.count, export.fields, export.about) == (
        "员工rep",
        len(wanted["export"]),
        ["name", "phone"],
        "寄样本",
    )
    assert exposures(Span(before - timedelta(days=9), before)) == []
    auditor = call("auditor")
    told = auditor.get("/privacy/exposed", start=before.isoformat(), end=today(1)).json()
    assert {item["how"] for item in told["items"]} == set(wanted)
    assert (
        next(i for i in told["items"] if i["how"] == "reveal")["records"][0]["label"]
        == world.get("contacts", "mine").canary
    )
    assert auditor.post("/privacy/exposed/file", {"start": before.isoformat(), "end": today(1)}).status_code == 200
    assert AuditEvent.objects.filter(action="privacy.exposed").count() == 2
    assert call("manager").get("/privacy/exposed", start=before.isoformat(), end=today(1)).status_code == 403
    wrong = auditor.get("/privacy/exposed", start="gestern", end=today(1))
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "from")


def test_one_person_is_found_after_his_erasure_too(world: World, call: Call) -> None:
    """P-9, P-4: asked by his key, the audit knows him by the trace of it."""
    before = now()
    planted(world, call)
    mine, other = world.get("contacts", "mine").id, world.get("contacts", "foreign").id
    assert {one.how for one in exposures(Span(before, now(), mine))} == {"export", "reveal", "webhook"}
    assert exposures(Span(before, now(), other)) == []
    ExportedRecords.objects.update(record_ids=[trace_of(mine)])
    assert "export" in {one.how for one in exposures(Span(before, now(), mine))}
    (export,) = [
        r for r in list_exposed(start=before.isoformat(), end=today(1), record=str(mine)) if r["how"] == "export"
    ]
    assert export["records"] == [{"id": str(trace_of(mine)), "label": None}]
    assert COMMAND_TARGETS["exposed"].endswith("list_exposed")


def test_the_audit_is_asked_by_its_index(world: World) -> None:
    """P-9: within bounded time however long the audit: by the moment or the action, never row by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO base_auditevent (at, actor_name, action, object, reason, address, request_id) "
            "SELECT now() - n * interval '1 minute', 'x', CASE n % 50 WHEN 0 THEN 'reveal' ELSE 'edit' END, 'contacts', '', '', '' "
            "FROM generate_series(1, 30000) n"
        )
        cursor.execute("ANALYZE base_auditevent")
        cursor.execute(
            "EXPLAIN SELECT e.at FROM base_auditevent e WHERE e.action = ANY(%s) AND e.at >= now() - interval '1 day' AND e.at < now() "
            "ORDER BY e.at DESC",
            [["reveal", "export", "privacy.copy"]],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    began = time.monotonic()
    found = exposures(Span(now() - timedelta(days=30), now()))
    assert len(found) >= 600 and time.monotonic() - began < 2
    assert all(isinstance(k, UUID) for one in found for k in one.records)
