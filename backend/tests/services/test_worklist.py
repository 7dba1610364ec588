"""ACT-3, ACT-10, ACT-12, PLT-15: whom to contact today, why, in which order, and putting it off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kemai.activities.models import CadenceRule, WorklistPause
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.customers.models import Contact, Customer
from kemai.platform.objects.declare import get_object
from kemai.sales.models import Lead, Opportunity, Stage
from tests.calling import Caller
from tests.counting import counting
from tests.fixtures import at
from tests.world import World

Call = Callable[[str], Caller]
#: A Wednesday, ten in the morning in Shanghai; past the days of the world.
NOW = datetime(2030, 3, 6, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_ten(world: World) -> Iterator[None]:
    with at(NOW):
        yield


def set_customer(key: Any, **values: Any) -> None:
    with act(INSTALLER, "test", object="customers"):
        Customer.objects.filter(pk=key).update(**values)


def quiet(world: World) -> None:
    """Nothing speaks for anybody: no cadence, contacted just now, nothing due."""
    with act(INSTALLER, "test", object="customers"):
        CadenceRule.objects.update(active=False)
        Customer.objects.update(last_contact_at=NOW - timedelta(hours=1), next_contact_at=None)
        Opportunity.objects.update(stage_since=NOW)
        Lead.objects.update(respond_by=None, next_contact_at=None, score=0)
        for table in ("promises", "planned-contacts", "tasks"):
            get_object(table).model._base_manager.filter(deleted_at__isnull=True).update(deleted_at=NOW)


def lines(caller: Caller, **query: Any) -> dict[str, list[str]]:
    """Name of the customer or lead → the codes of its reasons, in order."""
    answer = caller.get("/worklist", **query)
    assert answer.status_code == 200, answer.content.decode()
    return {i["record"]["name"]: [r["code"] for r in i["reasons"]] for i in answer.json()["items"]}


def test_each_reason_and_its_words(world: World, call: Call) -> None:
    """ACT-3: the most pressing first, each line says why in plain words."""
    quiet(world)
    rep, mine = call("rep"), str(world.get("customers", "mine").id)
    assert lines(rep) == {}
    rep.post("/promises", {"content": "寄样品", "customer": mine, "due_on": "2030-03-04"})
    rep.post("/tasks", {"title": "送合同", "related": mine, "due_at": "2030-03-06T15:00:00+08:00"})
    rep.post("/planned-contacts", {"title": "季度回顾", "customer": mine, "planned_on": "2030-03-06"})
    set_customer(mine, next_contact_at=NOW + timedelta(hours=4))
    with act(INSTALLER, "test", object="contacts"):
        Contact.objects.filter(pk=world.get("contacts", "mine").id).update(birthday="1980-03-08")
    (item,) = rep.get("/worklist").json()["items"]
    words = {r["code"]: r["text"] for r in item["reasons"]}
    assert [r["code"] for r in item["reasons"]] == ["promise", "next_contact", "task", "planned", "birthday"]
    assert words["promise"] == "承诺已过期 2 天：寄样品"
    assert words["next_contact"] == "约定今天 14:00 联系"
    assert words["task"] == "今天的任务：送合同"
    assert words["planned"] == "今天的往来计划：季度回顾"
    assert words["birthday"] == "金丝雀mine联系人还有 2 天生日（03-08）"


def test_a_task_of_a_deal_is_its_customers(world: World, call: Call) -> None:
    """ACT-3: what is to be done about an opportunity is a reason to contact its customer, until it is done."""
    quiet(world)
    rep = call("rep")
    deal = rep.get(f"/opportunities/{world.get('opportunities', 'mine').id}").json()
    made = rep.post("/tasks", {"title": "改报价", "related": deal["id"], "due_at": "2030-03-06T15:00:00+08:00"}).json()
    (item,) = rep.get("/worklist").json()["items"]
    assert (item["id"], [r["text"] for r in item["reasons"]]) == (deal["customer"]["id"], ["今天的任务：改报价"])
    rep.post(f"/tasks/{made['id']}/complete")
    assert lines(rep) == {}


def test_a_later_day_is_not_today(world: World, call: Call) -> None:
    """Tomorrow's next contact, a future promise, a done task are silent; the edge is midnight in the reader's zone."""
    quiet(world)
    rep, mine = call("rep"), str(world.get("customers", "mine").id)
    set_customer(mine, next_contact_at=datetime(2030, 3, 6, 16, 0, tzinfo=UTC))  # 00:00 on the 7th in Shanghai
    rep.post("/promises", {"content": "以后", "customer": mine, "due_on": "2030-03-07"})
    done = rep.post("/tasks", {"title": "做完了", "related": mine, "due_at": "2030-03-05T15:00:00+08:00"}).json()
    rep.post(f"/tasks/{done['id']}/complete")
    assert lines(rep) == {}
    set_customer(mine, next_contact_at=datetime(2030, 3, 6, 15, 59, tzinfo=UTC))
    assert list(lines(rep).values()) == [["next_contact"]]


def test_cadence_by_class(world: World, call: Call) -> None:
    """ACT-3: the first rule that fits counts, in working days where it says so; an agreed later day comes first."""
    quiet(world)
    rep, mine = call("rep"), world.get("customers", "mine").id
    with act(INSTALLER, "test", object="cadences"):
        CadenceRule.objects.all().delete()
        CadenceRule.objects.create(name="重点", field="importance", value="key", days=3, working_days=True, position=1)
        CadenceRule.objects.create(name="大客户", field="size", value="large", days=1, position=2)
    # Three working days before Wednesday 6 March is Friday 1 March.
    set_customer(mine, importance="key", size="large", last_contact_at=datetime(2030, 3, 2, 2, tzinfo=UTC))
    assert lines(rep) == {}
    set_customer(mine, last_contact_at=datetime(2030, 2, 28, 2, tzinfo=UTC))
    (item,) = rep.get("/worklist").json()["items"]
    assert item["reasons"][0]["text"] == "按频率已晚 1 天（重点）"
    set_customer(mine, next_contact_at=datetime(2030, 3, 20, 2, tzinfo=UTC))
    assert lines(rep) == {}
    set_customer(mine, next_contact_at=None, importance="")  # the second rule
    assert rep.get("/worklist").json()["items"][0]["reasons"][0]["text"].endswith("（大客户）")
    bad = call("admin").post("/cadences", {"field": "importance", "value": "nonsense", "days": 5})
    assert bad.status_code == 422 and bad.json()["errors"][0]["code"] == "unknown_choice"
    named = call("admin").post("/cadences", {"field": "importance", "value": "普通客户", "days": 30}).json()
    assert (named["value"], named["name"]) == ("ordinary", "重要程度：普通客户")


def test_a_rotting_opportunity(world: World, call: Call) -> None:
    """SAL-2: sales adds its reason without activities knowing of it."""
    quiet(world)
    deal = world.get("opportunities", "mine").id
    with act(INSTALLER, "test", object="opportunities"):
        stage = Stage.objects.get(pk=world.stages["explore"])
        Opportunity.objects.filter(pk=deal).update(stage_since=NOW - timedelta(days=stage.rot_days + 4))
        Opportunity.objects.exclude(pk=deal).update(stage_since=NOW)
    found = call("rep").get("/worklist").json()["items"]
    assert [r["text"] for r in found[0]["reasons"]] == ["商机“金丝雀mine商机”在开拓已停滞 4 天"]


def test_leads_stand_on_the_list(world: World, call: Call) -> None:
    """SAL-1, ACT-3: a lead waits for its first answer, then for the agreed day; a follow-up answers, a conversion ends it."""
    quiet(world)
    rep = call("rep")
    key = rep.post("/leads", {"name": "来电询价的公司", "person": "钱来", "phone": "13512349999"}).json()["id"]

    def reasons() -> dict[str, str]:
        found = {i["id"]: i for i in rep.get("/worklist").json()["items"]}
        line = found.get(key, {"reasons": []})
        return {r["code"]: r["text"] for r in line["reasons"]}

    assert reasons() == {"lead_response": "今天 14:00 前首次响应"}
    with at(NOW + timedelta(hours=5)):
        assert reasons() == {"lead_late": "首次响应已超时（今天 14:00 截止）"}
    with at(NOW + timedelta(days=2)):
        assert reasons() == {"lead_late": "首次响应已超时 2 天（03-06 14:00 截止）"}
    rep.post("/tasks", {"title": "寄资料", "related": key, "due_at": "2030-03-06T15:00:00+08:00"})
    body = {"lead": key, "content": "电话沟通", "next_contact_at": "2030-03-06T11:00:00+08:00"}
    assert rep.post("/interactions", body).status_code == 201
    assert reasons() == {"lead_next_contact": "约定今天 11:00 联系", "lead_task": "今天的任务：寄资料"}
    day = {"first": "2030-03-06", "last": "2030-03-06"}
    assert "联系线索 来电询价的公司" in {e["title"] for e in rep.get("/calendar", **day).json()["items"]}
    with act(INSTALLER, "test", object="leads"):
        ago = dict.fromkeys(("created_at", "claimed_at", "last_activity_at"), NOW - timedelta(days=5))
        Lead.objects.filter(pk=key).update(score=80, next_contact_at=None, **ago)
    assert reasons()["lead_hot"] == "高分线索（80 分），该联系已过 3 天"
    assert "lead_response" not in str(call("rep2").get("/worklist").json())
    path = f"/worklist/{key}/pause"
    assert rep.post(path, {"object": "leads", "until": "2030-03-10"}).status_code == 200 and reasons() == {}
    assert rep.post(path, {"object": "users", "reason": "x"}).status_code == 404
    with at(NOW + timedelta(days=5)):
        assert "lead_hot" in reasons()
        assert rep.post(f"/leads/{key}/convert").status_code == 200
        assert reasons() == {}


def test_whose_list(world: World, call: Call) -> None:
    """Own by default; a manager sees his people's, nobody else's; a stranger's is absent."""
    quiet(world)
    for slug in ("mine", "below", "foreign"):
        set_customer(world.get("customers", slug).id, next_contact_at=NOW)
    assert set(lines(call("rep"))) == {"金丝雀mine客户"}
    manager = call("manager")
    assert set(lines(manager)) == set()
    assert set(lines(manager, team=True)) == {"金丝雀mine客户", "金丝雀below客户"}
    assert set(lines(manager, person=world.users["rep4"])) == {"金丝雀below客户"}
    assert manager.get("/worklist", person=world.users["rep3"]).status_code == 404
    assert call("rep").get("/worklist", person=world.users["rep2"]).status_code == 404
    assert set(lines(call("rep"), team=True)) == {"金丝雀mine客户"}
    assert call("auditor").get("/worklist").status_code == 403
    names = {p["label"] for p in manager.get("/worklist/people").json()["items"]}
    assert "员工rep4" in names and "员工rep3" not in names


def test_postpone_skip_and_back(world: World, call: Call) -> None:
    """ACT-3: silent until the day, then speaks again; a skip needs its reason; undo; only one's own line."""
    quiet(world)
    rep, mine = call("rep"), world.get("customers", "mine").id
    set_customer(mine, next_contact_at=NOW)
    path = f"/worklist/{mine}/pause"
    assert rep.post(path, {}).json()["errors"][0]["field"] == "reason"
    for until in ("2030-03-06", "2032-01-01", "nonsense"):
        assert rep.post(path, {"until": until}).status_code == 422, until
    assert rep.post(path, {"reason": "对方出差"}).status_code == 200 and lines(rep) == {}
    with at(NOW + timedelta(days=1)):
        assert len(lines(rep)) == 1
    token = rep.post(path, {"until": "2030-03-10"}).json()["undo"]
    with at(NOW + timedelta(days=1)):
        assert lines(rep) == {}
        assert rep.post(f"/undo/{token}").status_code == 200
        assert len(lines(rep)) == 1
    assert WorklistPause.objects.get(record_id=mine).kind == "skip"
    assert call("manager").post(path, {"reason": "x"}).json()["code"] == "activities.not_yours"
    assert call("rep3").post(path, {"reason": "x"}).status_code == 404


def test_one_statement_however_many(world: World, call: Call) -> None:
    """L-4: the list costs the same statements over one line and over a hundred."""
    quiet(world)
    rep = call("rep")
    set_customer(world.get("customers", "mine").id, next_contact_at=NOW)

    def asked() -> int:
        counts = []
        for _ in range(3):
            with counting() as captured:
                assert rep.get("/worklist").status_code == 200
            counts.append(len(captured))
        return min(counts)

    few = asked()
    for n in range(40):
        made = rep.post("/customers", {"name": f"许多客户{n}"}).json()["id"]
        set_customer(made, next_contact_at=NOW)
    assert len(lines(rep)) == 41
    assert asked() == few <= 5
