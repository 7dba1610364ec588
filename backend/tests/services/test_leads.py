"""SAL-1: leads arrive, are worked on, given around, converted in one step and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kemai.base.models import OutboxEvent
from kemai.kit.clock import standing_at
from kemai.platform.objects import write
from kemai.platform.objects.declare import get_object
from kemai.sales.models import Lead
from kemai.sales.rules.leads import refusal_of
from tests.calling import Caller
from tests.fields.samples import define
from tests.world import World

Call = Callable[[str], Caller]

FULL = {
    "name": "海天精密仪器有限公司",
    "person": "赵敏",
    "title": "采购经理",
    "phone": "13911112222",
    "email": "zhao@haitian.example",
    "industry": "manufacturing",
    "region": "宁波",
    "source": "exhibition",
    "need": "两条检测线",
    "budget": "350000.00",
    "wanted_on": "2030-06-30",
}


def make(caller: Caller, **more: Any) -> dict[str, Any]:
    answer = caller.post("/leads", {**FULL, **more})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


@pytest.mark.parametrize(
    ("verb", "allowed"),
    [
        ("qualify", {"new", "working"}),
        ("disqualify", {"new", "working", "qualified"}),
        ("reopen", {"unqualified"}),
        ("convert", {"new", "working", "qualified"}),
        ("unconvert", {"converted"}),
        ("release", {"new", "working", "qualified"}),
    ],
)
def test_states(verb: str, allowed: set[str]) -> None:
    """SAL-1: the table of what may be done when."""
    every = ("new", "working", "qualified", "unqualified", "converted")
    assert {s for s in every if refusal_of(verb, s) is None} == allowed


def test_converted_in_one_step(world: World, call: Call) -> None:
    """SAL-1: customer, contact and opportunity carry everything the lead said; follow-ups and tasks come along."""
    rep = call("rep")
    lead = make(rep)
    path = f"/leads/{lead['id']}"
    follow_up = rep.post("/interactions", {"lead": lead["id"], "content": "电话里说月底前要方案"})
    assert follow_up.status_code == 201, follow_up.content.decode()
    task = rep.post("/tasks", {"title": "寄样本", "related": lead["id"]}).json()
    working = rep.get(path).json()
    assert working["status"] == "working" and working["responded_at"] and working["last_activity_at"]
    done = rep.post(f"{path}/convert", {"opportunity_name": "海天检测线"})
    assert done.status_code == 200, done.content.decode()
    after = done.json()
    customer = rep.get(f"/customers/{after['customer']['id']}").json()
    contact = rep.get(f"/contacts/{after['contact']['id']}").json()
    deal = rep.get(f"/opportunities/{after['opportunity']['id']}").json()
    assert (customer["name"], customer["industry"], customer["region"], customer["source"]) == (
        FULL["name"],
        "manufacturing",
        "宁波",
        "exhibition",
    )
    assert (contact["name"], contact["title"], contact["email"], contact["is_primary"]) == (
        "赵敏",
        "采购经理",
        "zhao@haitian.example",
        True,
    )
    assert (deal["name"], deal["amount"], deal["expected_close_on"], deal["need"], deal["contact"]["id"]) == (
        "海天检测线",
        "350000.00",
        "2030-06-30",
        "两条检测线",
        contact["id"],
    )
    moved = rep.get(f"/interactions/{follow_up.json()['id']}").json()
    assert (moved["customer"]["id"], moved["opportunity"]["id"], moved["lead"]["id"]) == (
        customer["id"],
        deal["id"],
        lead["id"],
    )
    assert rep.get(f"/tasks/{task['id']}").json()["related"]["id"] == deal["id"]
    assert customer["last_contact_at"] == moved["occurred_at"]
    assert any(i["kind"] == "interactions" for i in rep.get(f"/customers/{customer['id']}/timeline").json()["items"])


def test_taken_back(world: World, call: Call) -> None:
    """SAL-1: the undo bar puts everything where it was; the records made are gone, the follow-up is the lead's again."""
    rep = call("rep")
    lead = make(rep)
    path = f"/leads/{lead['id']}"
    follow_up = rep.post("/interactions", {"lead": lead["id"], "content": "谈过一次"}).json()
    after = rep.post(f"{path}/convert").json()
    assert rep.post(f"/undo/{after['undo']}").status_code == 200
    back = rep.get(path).json()
    assert (back["status"], back["customer"], back["opportunity"], back["converted_at"]) == (
        "working",
        None,
        None,
        None,
    )
    for name in ("customer", "contact", "opportunity"):
        assert (
            rep.get(f"/{'opportunities' if name == 'opportunity' else name + 's'}/{after[name]['id']}").status_code
            == 404
        )
    again = rep.get(f"/interactions/{follow_up['id']}").json()
    assert (again["customer"], again["lead"]["id"]) == (None, lead["id"])
    # With a reason, later, it is the same; and a new conversion is no double of what went to the bin.
    rep.post(f"{path}/convert")
    assert rep.post(f"{path}/unconvert", {"reason": "too_early"}).json()["status"] == "working"
    told = OutboxEvent.objects.filter(record_id=lead["id"], kind__startswith="sales.lead_").order_by("id")
    assert [e.kind for e in told] == ["sales.lead_converted", "sales.lead_unconverted"] * 2


@pytest.mark.parametrize("used", ["edit", "contact", "move"])
def test_used_is_not_taken_back(used: str, world: World, call: Call) -> None:
    """SAL-1: an honest refusal once somebody worked with what the conversion made."""
    rep = call("rep")
    lead = make(rep)
    after = rep.post(f"/leads/{lead['id']}/convert").json()
    customer, deal = after["customer"]["id"], after["opportunity"]["id"]
    if used == "edit":
        rep.patch(f"/customers/{customer}", {"remark": "重要"}, rep.get(f"/customers/{customer}").json()["version"])
    elif used == "contact":
        rep.post("/contacts", {"name": "另一人", "customer": customer})
    else:
        rep.post(f"/opportunities/{deal}/move-stage", {"stage": "contact"})
    refused = rep.post(f"/leads/{lead['id']}/unconvert", {"reason": "mistake"})
    assert (refused.status_code, refused.json()["code"]) == (409, "sales.conversion_used")
    assert rep.get(f"/leads/{lead['id']}").json()["status"] == "converted"


def test_into_an_existing_customer(world: World, call: Call) -> None:
    """SAL-1, CUS-9: a double is said before and refused; named, the lead becomes part of it and only the rest is taken back."""
    rep, mine = call("rep"), world.get("customers", "mine")
    lead = make(rep, name=mine.canary)
    matches = rep.get(f"/leads/{lead['id']}/matches").json()
    assert str(mine.id) in {m["record"]["id"] for m in matches["customers"]}
    refused = rep.post(f"/leads/{lead['id']}/convert")
    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate")
    assert rep.get(f"/leads/{lead['id']}").json()["status"] == "new"
    after = rep.post(f"/leads/{lead['id']}/convert", {"customer": str(mine.id), "opportunity": False}).json()
    assert (after["customer"]["id"], after["opportunity"]) == (str(mine.id), None)
    rep.post(f"/leads/{lead['id']}/unconvert", {"reason": "wrong_customer"})
    assert rep.get(f"/customers/{mine.id}").status_code == 200
    assert rep.get(f"/contacts/{after['contact']['id']}").status_code == 404


def test_without_a_deal_the_need_stays_known(world: World, call: Call) -> None:
    """SAL-1, CUS-13: nothing is typed again, also where no opportunity is made; it goes back with the conversion."""
    rep = call("rep")
    lead = make(rep, need="两条检测线\n要能接 MES")
    after = rep.post(f"/leads/{lead['id']}/convert", {"opportunity": False}).json()
    own = {"field": "customer", "op": "eq", "value": after["customer"]["id"]}
    (found,) = rep.all("needs", filter=own)
    need = rep.get(f"/needs/{found['id']}").json()
    assert (need["title"], need["pain"]) == ("两条检测线", "两条检测线\n要能接 MES")
    assert (need["budget"], need["wanted_on"], need["contact"]["id"]) == (
        "350000.00",
        "2030-06-30",
        after["contact"]["id"],
    )
    assert rep.post(f"/undo/{after['undo']}").status_code == 200
    assert rep.get(f"/needs/{need['id']}").status_code == 404


def test_matches_tell_no_more_than_the_place(world: World, call: Call) -> None:
    """CUS-9: of a customer one may not see only that there is one, and where."""
    rep, foreign = call("rep"), world.get("customers", "foreign")
    lead = make(rep, name=foreign.canary)
    found = rep.get(f"/leads/{lead['id']}/matches").json()["customers"]
    assert found and found[0]["record"] is None and found[0]["holder"] == "华南大区"
    assert str(foreign.id) not in str(found)


def test_handed_around(world: World, call: Call) -> None:
    """SAL-1, POOL-1: released, claimed, assigned, each with its undo; follow-ups go along; the clock starts anew for who gets it."""
    rep, rep2 = call("rep"), call("rep2")
    lead = make(rep)
    path = f"/leads/{lead['id']}"
    note = rep.post("/interactions", {"lead": lead["id"], "content": "留言"}).json()["id"]
    assert rep2.get(f"/interactions/{note}").status_code == 404
    rep.post(f"{path}/release", {"reason": "no_time"})
    pooled = rep2.get(path).json()
    assert pooled["owner"] is None and pooled["phone"] == "139****2222"  # withheld until claimed
    claimed = rep2.post(f"{path}/claim").json()
    assert claimed["owner"]["id"] == str(world.users["rep2"]) and claimed["phone"]
    assert rep2.get(f"/interactions/{note}").status_code == 200
    late = rep.post(f"{path}/claim")
    assert (late.status_code, late.json()["code"]) == (409, "customers.already_claimed")
    assert rep2.post(f"/undo/{claimed['undo']}").status_code == 200
    assert rep2.get(path).json()["in_pool"] is True
    given = call("manager").post(f"{path}/assign", {"owner": str(world.users["rep4"])})
    assert given.status_code == 200 and given.json()["owner"]["id"] == str(world.users["rep4"])


def test_first_response_clock(world: World, call: Call) -> None:
    """SAL-1: four working hours, over night and weekend: got on Friday 17:00, due on Monday 12:00 in Shanghai."""
    with standing_at(datetime(2026, 12, 4, 9, 0, tzinfo=UTC)):
        lead = write.create_record(world.actor("rep"), get_object("leads"), FULL)
    assert Lead.objects.get(pk=lead).respond_by == datetime(2026, 12, 7, 4, 0, tzinfo=UTC)
    with standing_at(datetime(2026, 12, 7, 3, 0, tzinfo=UTC)):
        write.create_record(world.actor("rep"), get_object("interactions"), {"lead": str(lead), "content": "回电"})
    assert Lead.objects.get(pk=lead).responded_at == datetime(2026, 12, 7, 3, 0, tzinfo=UTC)


def test_the_clock_runs_in_the_companys_hours(world: World, call: Call) -> None:
    """ACT-3: the company says when and where it works; hours that end before they begin are refused."""
    admin = call("admin")
    for code, value in (("closes", 24), ("opens", 20), ("time_zone", "Asia/Tokyo")):
        assert admin.put(f"/admin/parameters/company.{code}", {"value": value}).status_code == 200
    assert admin.put("/admin/parameters/company.closes", {"value": 20}).status_code == 422
    # Four hours from nine on Friday evening in Tokyo: three until midnight, the fourth on Monday from eight in the evening.
    with standing_at(datetime(2026, 12, 4, 12, 0, tzinfo=UTC)):
        lead = write.create_record(world.actor("rep"), get_object("leads"), FULL)
    assert Lead.objects.get(pk=lead).respond_by == datetime(2026, 12, 7, 12, 0, tzinfo=UTC)


def test_a_converted_lead_stays(world: World, call: Call) -> None:
    """SAL-1: what it became is edited there."""
    rep = call("rep")
    lead = make(rep)
    version = rep.post(f"/leads/{lead['id']}/convert").json()["version"]
    refused = rep.patch(f"/leads/{lead['id']}", {"need": "改了"}, version)
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "converted"
    twice = rep.post(f"/leads/{lead['id']}/convert")
    assert twice.json()["code"] == "sales.lead_converted" and "员工rep" in twice.json()["detail"]


def test_custom_fields_go_along(world: World, call: Call) -> None:
    """SAL-1: a custom field of the same key and type is carried to each record that has it."""
    for name in ("leads", "customers", "opportunities"):
        define(call, name, {"key": "machines", "type": "number", "label_zh": "机器数量", "label_en": "Machines"})
    lead = make(call("rep"), **{"custom.machines": "12"})
    after = call("rep").post(f"/leads/{lead['id']}/convert").json()
    assert call("rep").get(f"/customers/{after['customer']['id']}").json()["custom.machines"] == lead["custom.machines"]
    assert (
        call("rep").get(f"/opportunities/{after['opportunity']['id']}").json()["custom.machines"]
        == lead["custom.machines"]
    )


def test_a_converted_lead_is_not_deleted(world: World, call: Call) -> None:
    """SAL-1: its follow-ups are the customer's now; an open one goes to the bin with its own."""
    rep = call("rep")
    lead = make(rep)
    note = rep.post("/interactions", {"lead": lead["id"], "content": "谈过"}).json()["id"]
    rep.delete(f"/leads/{lead['id']}", rep.get(f"/leads/{lead['id']}").json()["version"])
    assert rep.get(f"/interactions/{note}").status_code == 404
    rep.post(f"/leads/{lead['id']}/restore")
    assert rep.get(f"/interactions/{note}").status_code == 200
    version = rep.post(f"/leads/{lead['id']}/convert").json()["version"]
    assert rep.delete(f"/leads/{lead['id']}", version).status_code == 409
    assert rep.get(f"/interactions/{note}").status_code == 200
