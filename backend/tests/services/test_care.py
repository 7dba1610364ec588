"""ACT-9, ACT-10, ACT-12, CUS-13: greetings of the week, promises and how they are kept, a year of key accounts, needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from kemai.accounts.models import FieldRule, Role
from kemai.activities.models import GreetingTemplate
from kemai.activities.services.care import remind_of_promises
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.customers.models import Contact, Customer
from kemai.platform.models import Notification
from tests.calling import Caller
from tests.fixtures import at, forget_everything
from tests.world import World

Call = Callable[[str], Caller]
#: A Wednesday; 2030 has no 29 February.
NOW = datetime(2030, 2, 27, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_ten(world: World) -> Iterator[None]:
    with at(NOW):
        yield


def born(world: World, slug: str, day: str) -> None:
    with act(INSTALLER, "test", object="contacts"):
        Contact.objects.filter(pk=world.get("contacts", slug).id).update(birthday=day)


def test_greetings_of_the_week(world: World, call: Call) -> None:
    """Texts are filled in, the leap day is kept on the 28th, a greeting sent is done, others' contacts are not told of."""
    born(world, "mine", "1980-02-29")
    born(world, "foreign", "1980-02-28")
    rep = call("rep")
    (item,) = rep.get("/care").json()["items"]
    assert (item["contact"]["name"], item["day"], item["occasion"]) == ("金丝雀mine联系人", "2030-02-28", "birthday")
    assert item["texts"][0]["text"].startswith("金丝雀mine联系人，生日快乐") and item["texts"][0]["text"].endswith(
        "员工rep"
    )
    assert not item["done"]
    body = {
        "customer": item["contact"]["customer"]["id"],
        "contact": item["contact"]["id"],
        "content": "生日快乐",
        "occasion": "birthday",
    }
    assert rep.post("/interactions", body).status_code == 201
    assert rep.get("/care").json()["items"][0]["done"] is True
    assert {i["contact"]["name"] for i in call("manager").get("/care", team=True).json()["items"]} == {
        "金丝雀mine联系人"
    }
    assert call("manager").get("/care", person=world.users["rep3"]).status_code == 404


def test_a_holiday_is_for_key_customers(world: World, call: Call) -> None:
    admin, rep = call("admin"), call("rep")
    made = {"name": "元宵", "occasion": "holiday", "holiday_on": "2030-03-01", "text": "{{客户}}的{{ 联系人 }}，节日好"}
    assert admin.post("/greetings", {**made, "text": "{{密码}}"}).json()["errors"][0]["code"] == "unknown_field"
    assert admin.post("/greetings", {**made, "holiday_on": None}).status_code == 422
    assert admin.post("/greetings", made).status_code == 201
    assert rep.get("/care").json()["items"] == []
    with act(INSTALLER, "test", object="customers"):
        Customer.objects.filter(pk=world.get("customers", "mine").id).update(importance="key")
    (item,) = rep.get("/care").json()["items"]
    assert item["texts"] == [{"name": "元宵", "text": "金丝雀mine客户的金丝雀mine联系人，节日好"}]
    with act(INSTALLER, "test", object="greetings"):
        GreetingTemplate.objects.filter(name="元宵").update(active=False)
    assert rep.get("/care").json()["items"] == []


def test_promises_kept_broken_and_measured(world: World, call: Call) -> None:
    """A settled promise keeps its words and its day; the measure tells in time from late from broken from forgotten."""
    rep, mine = call("rep"), str(world.get("customers", "mine").id)

    def promise(due: str) -> str:
        made = rep.post("/promises", {"content": f"到{due}", "customer": mine, "due_on": due})
        assert made.status_code == 201, made.content.decode()
        return str(made.json()["id"])

    in_time, late, broken, _ = (promise(d) for d in ("2030-02-27", "2030-02-20", "2030-02-25", "2030-02-26"))
    promise("2030-03-20")
    token = rep.post(f"/promises/{in_time}/keep").json()["undo"]
    assert rep.post(f"/undo/{token}").status_code == 200
    kept = rep.post(f"/promises/{in_time}/keep").json()
    assert (kept["status"], kept["settled_on"]) == ("kept", "2030-02-27")
    rep.post(f"/promises/{late}/keep")
    rep.post(f"/promises/{broken}/break", {"reason": "缺货"})
    assert rep.post(f"/promises/{broken}/keep").json()["code"] == "activities.settled"
    for change in ({"content": "别的"}, {"due_on": "2030-12-01"}):
        assert rep.patch(f"/promises/{in_time}", change, kept["version"]).status_code == 422
    own = next(i for i in rep.get("/promises/measures", days=30).json()["items"] if i["person"]["label"] == "员工rep")
    assert (own["in_time"], own["late"], own["broken"], own["overdue"], own["rate"]) == (1, 1, 1, 1, 25)
    opened = {
        "and": [
            {"field": "status", "op": "eq", "value": "open"},
            {"field": "due_on", "op": "lt", "value": "2030-02-27"},
        ]
    }
    opened["and"].append(
        {"field": "due_on", "op": "gte", "value": rep.get("/promises/measures", days=30).json()["since"]}
    )
    assert len(rep.ids("promises", filter=opened)) == own["overdue"]
    assert all(i["person"]["label"] != "员工rep" for i in call("rep3").get("/promises/measures").json()["items"])


def test_a_promise_due_today_rings_once(world: World, call: Call) -> None:
    call("rep").post(
        "/promises",
        {"content": "寄样品", "customer": str(world.get("customers", "mine").id), "due_on": "2030-02-27"},
    )
    assert remind_of_promises() == 1 and remind_of_promises() == 0
    told = Notification.objects.get(user_id=world.users["rep"], kind="promise_due")
    assert told.title_zh == "承诺今天到期：寄样品（金丝雀mine客户）"


def test_a_year_of_key_accounts(world: World, call: Call) -> None:
    """Months and levels; what was dropped is not counted; others' accounts are not told of."""
    rep, mine = call("rep"), str(world.get("customers", "mine").id)

    def plan(day: str, level: str) -> str:
        values = {"title": "互访", "customer": mine, "planned_on": day, "our_level": level, "their_level": level}
        return str(rep.post("/planned-contacts", values).json()["id"])

    done, dropped = plan("2030-02-10", "top"), plan("2030-05-10", "top")
    plan("2030-08-10", "department")
    plan("2031-01-10", "working")
    rep.post(f"/planned-contacts/{done}/do", {"result": "谈妥"})
    rep.post(f"/planned-contacts/{dropped}/drop", {"reason": "出差"})
    (line,) = (i for i in rep.get("/account-year", year=2030).json()["items"] if i["id"] == mine)
    days = [e["on"] for e in line["entries"] if e["title"] == "互访"]
    assert days == ["2030-02-10", "2030-08-10"]
    assert line["coverage"]["top:top"] == {"planned": 0, "done": 1}
    assert line["coverage"]["department:department"] == {"planned": 1, "done": 0}
    assert mine not in {i["id"] for i in call("rep3").get("/account-year", year=2030).json()["items"]}
    assert rep.get("/account-year", year=9).status_code == 400


def test_a_need_is_the_customers_own(world: World, call: Call) -> None:
    """CUS-13: whoever voiced it is the customer's contact, and the need appears in both timelines."""
    rep, mine = call("rep"), str(world.get("customers", "mine").id)
    deal = str(world.get("opportunities", "mine").id)
    other = str(world.get("contacts", "handed").id)
    refused = rep.post("/needs", {"title": "x", "customer": mine, "contact": other})
    assert refused.json()["errors"][0]["code"] == "other_customer"
    values = {"title": "两条包装线", "customer": mine, "opportunity": deal, "budget": "120 万", "pain": "跟不上旺季"}
    made = rep.post("/needs", values).json()
    assert made["budget"] == "1200000.00"
    for path in (f"/customers/{mine}", f"/opportunities/{deal}"):
        kinds = [i for i in rep.get(f"{path}/timeline").json()["items"] if i["kind"] == "needs"]
        assert made["id"] in {i["id"] for i in kinds}, path


@pytest.mark.parametrize(
    ("path", "values", "field", "kind"),
    [
        ("/needs", {"title": "x"}, "opportunity", "opportunities"),
        ("/promises", {"content": "x", "due_on": "2030-05-01"}, "contact", "contacts"),
        ("/interactions", {"content": "x", "channel": "phone"}, "opportunity", "opportunities"),
        ("/interactions", {"content": "x", "channel": "phone"}, "contact", "contacts"),
        ("/contacts", {"name": "x"}, "reports_to", "contacts"),
    ],
)
def test_what_is_another_customers_is_refused_and_not_offered(
    world: World, call: Call, path: str, values: dict[str, str], field: str, kind: str
) -> None:
    """What one may choose belongs to the customer it is about; what one is offered is that and nothing else."""
    rep, mine = call("rep"), str(world.get("customers", "mine").id)
    own, other = (str(world.get(kind, slug).id) for slug in ("mine", "handed"))
    refused = rep.post(path, {**values, "customer": mine, field: other})
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [(field, "other_customer")]
    assert rep.post(path, {**values, "customer": mine, field: own}).status_code == 201
    (asked,) = (f for f in rep.get(f"/meta/objects{path}").json()["fields"] if f["name"] == field)
    within = json.dumps({"field": asked["within"], "op": "eq", "value": mine})
    offered = {o["id"] for o in rep.get(f"/{kind}/options", filter=within).json()["items"]}
    assert own in offered and other not in offered


def test_a_picker_narrows_by_what_its_reader_may_filter_by(world: World, call: Call) -> None:
    with act(INSTALLER, "test", object="field-rules"):
        FieldRule.objects.create(
            role=Role.objects.get(code="sales_rep"), object="contacts", field="customer", access="hidden"
        )
    forget_everything()
    (asked,) = (f for f in call("rep").get("/meta/objects/needs").json()["fields"] if f["name"] == "contact")
    assert asked["within"] is None


def test_how_a_sequence_goes(world: World, call: Call) -> None:
    """ACT-6: of the enrolments the reader sees."""
    report = call("director").get(f"/sequences/{world.sequence}/report").json()
    assert (
        len(report["steps"]) == 6
        and report["states"]["active"]
        > call("rep").get(f"/sequences/{world.sequence}/report").json()["states"]["active"]
        > 0
    )
    assert call("auditor").get(f"/sequences/{world.sequence}/report").status_code == 403


def test_a_settled_promise_is_not_deleted(world: World, call: Call) -> None:
    """ACT-10: who broke a promise does not mend the measure by deleting it, alone or among many; with its customer it goes."""
    rep = call("rep")
    customer = rep.post("/customers", {"name": "守约公司"}).json()
    made = [
        rep.post("/promises", {"content": f"第{n}件", "customer": customer["id"], "due_on": "2030-03-01"}).json()
        for n in range(2)
    ]
    path = f"/promises/{made[0]['id']}"
    assert rep.get(path).json()["can"]["delete"] is True
    assert rep.post(f"{path}/break").status_code == 200
    broken = rep.get(path).json()
    assert broken["can"]["delete"].startswith("已了结的承诺不能删除")
    refused = rep.delete(path, broken["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "stays")
    asked = rep.post("/promises/bulk", {"action": "delete", "ids": [m["id"] for m in made]})
    job = asked.json()["id"]
    done = run_job(job)
    assert (done.succeeded, done.failed) == (1, 1)
    assert (
        rep.delete(
            f"/customers/{customer['id']}", rep.get(f"/customers/{customer['id']}").json()["version"]
        ).status_code
        == 204
    )
    assert rep.get(path).status_code == 404
