"""SAL-2, SAL-17, SAL-18, ACT-4: opportunities through their stages, tasks done and repeated, and what is counted from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from kemai.activities.models import Task
from kemai.base.audit import act
from kemai.customers.models import Contact, Customer
from kemai.kit.clock import standing_at
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.write import delete_records, insert_drafts, prepare_new
from kemai.sales.models import Opportunity, StageMove
from tests.calling import Caller
from tests.world import World

Call = Callable[[str], Caller]


def deals(world: World) -> tuple[int, Decimal]:
    row = Customer.objects.get(pk=world.get("customers", "mine").id)
    return row.deal_count, row.deal_amount


def stage(world: World, code: str) -> str:
    return str(world.stages[code])


def test_through_the_stages(world: World, call: Call) -> None:
    """SAL-18: move, win, reopen, lose; the status follows the stage, and the customer's dealings follow the status."""
    rep, key = call("rep"), world.get("opportunities", "mine").id
    path = f"/opportunities/{key}"
    for target in ("contact", stage(world, "negotiate")):
        assert rep.post(f"{path}/move-stage", {"stage": target}).json()["status"] == "open"
    won = rep.post(f"{path}/win", {"amount": "9000.50", "reason": "price"}).json()
    assert (won["status"], won["stage"]["id"], won["amount"], won["won_reason"]) == (
        "won",
        stage(world, "cooperate"),
        "9000.50",
        "price",
    )
    assert won["closed_at"] and deals(world) == (1, Decimal("9000.50"))
    for verb, body in (("win", {}), ("lose", {"reason": "price"}), ("move-stage", {"stage": "contact"})):
        assert rep.post(f"{path}/{verb}", body).json()["code"] == "sales.opportunity_closed", verb
    again = rep.post(f"{path}/reopen").json()
    assert (again["status"], again["stage"]["id"], again["closed_at"]) == ("open", stage(world, "negotiate"), None)
    assert deals(world) == (0, Decimal(0))
    winner = str(world.competitors[1])
    lost = rep.post(f"{path}/lose", {"reason": "competitor", "competitor": winner}).json()
    assert lost["status"] == "lost" and deals(world) == (0, Decimal(0))
    against = {"field": "opportunity", "op": "eq", "value": str(key)}
    results = {c["competitor"]["id"]: c["result"] for c in rep.all("opportunity-competitors", filter=against)}
    assert results == {str(world.competitors[0]): "open", winner: "lost"}
    moves = list(StageMove.objects.filter(opportunity_id=key).order_by("id").values_list("to_stage_id", flat=True))
    assert moves == [world.stages[s] for s in ("explore", "contact", "negotiate", "cooperate", "negotiate", "lost")]


def test_undo_of_a_win(world: World, call: Call) -> None:
    """PLT-9: stage, amount and the customer's figures are as before; not after somebody else's edit."""
    rep, path = call("rep"), f"/opportunities/{world.get('opportunities', 'mine').id}"
    before = rep.get(path).json()
    token = rep.post(f"{path}/win", {"amount": "1.00"}).json()["undo"]
    assert rep.post(f"/undo/{token}").status_code == 200
    after = rep.get(path).json()
    same = ("stage", "status", "amount", "closed_at", "won_reason", "lost_reason", "competitors")
    assert {k: after[k] for k in same} == {k: before[k] for k in same} and deals(world) == (0, Decimal(0))
    token = rep.post(f"{path}/win").json()["undo"]
    rep.patch(path, {"need": "改"}, rep.get(path).json()["version"])
    assert rep.post(f"/undo/{token}").json()["code"] == "changed_since"


def test_gates_and_wrong_ways(world: World, call: Call) -> None:
    """SAL-2: what a stage asks for is named field by field; status and stage are never set by an edit."""
    rep, customer = call("rep"), str(world.get("customers", "mine").id)
    bare = rep.post("/opportunities", {"name": "空的", "customer": customer}).json()
    path = f"/opportunities/{bare['id']}"
    gate = rep.post(f"{path}/move-stage", {"stage": "negotiate"})
    assert gate.status_code == 422 and {e["field"] for e in gate.json()["errors"]} == {"amount", "expected_close_on"}
    assert {e["field"] for e in rep.post(f"{path}/win").json()["errors"]} == {"amount"}
    assert rep.post(f"{path}/move-stage", {"stage": "nowhere"}).json()["code"] == "sales.no_such_stage"
    assert rep.post(f"{path}/move-stage", {"stage": "lost"}).status_code == 422  # a loss needs its reason
    assert rep.post(f"{path}/lose", {}).status_code == 422
    for body in (
        {"stage": stage(world, "contact")},
        {"status": "won"},
        {"owner": str(world.users["rep2"])},
        {"probability": 100},
    ):
        assert rep.patch(path, body, 1).status_code == 422, body
    for body in ({"stage": stage(world, "cooperate")}, {"contact": str(world.get("contacts", "handed").id)}):
        assert rep.post("/opportunities", {"name": "x", "customer": customer, **body}).status_code == 422, body
    assert Opportunity.objects.get(pk=bare["id"]).status == "open"


def test_a_deleted_deal_no_longer_counts(world: World, call: Call) -> None:
    """CUS-1: computed figures follow what there is, also into the bin and back."""
    rep, path = call("rep"), f"/opportunities/{world.get('opportunities', 'mine').id}"
    won = rep.post(f"{path}/win").json()
    assert deals(world)[0] == 1
    rep.delete(path, won["version"])
    assert deals(world) == (0, Decimal(0))
    rep.post(f"{path}/restore")
    assert deals(world)[0] == 1
    current = rep.get(path).json()
    rep.patch(path, {"amount": "5.00"}, current["version"])
    assert deals(world) == (1, Decimal("5.00"))


def test_assigning_an_opportunity(world: World, call: Call) -> None:
    """SAL-17: stage and history stay; the new owner sees it."""
    key = world.get("opportunities", "mine").id
    assert call("rep").post(f"/opportunities/{key}/assign", {"owner": str(world.users["rep2"])}).status_code == 403
    moved = call("manager").post(f"/opportunities/{key}/assign", {"owner": str(world.users["rep2"])}).json()
    assert moved["owner"]["id"] == str(world.users["rep2"]) and moved["stage"]["id"] == stage(world, "explore")
    assert call("rep2").get(f"/opportunities/{key}").status_code == 200
    assert call("rep").get(f"/opportunities/{key}").status_code == 200  # its customer is still his


def task(rep: Caller, **values: Any) -> dict[str, Any]:
    answer = rep.post("/tasks", {"title": "回访", "due_at": "2026-01-31T09:00:00+08:00", **values})
    assert answer.status_code == 201, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def test_a_repeating_task_comes_again(world: World, call: Call) -> None:
    """ACT-4: done makes the next one, with its reminder as far ahead; undoing takes it away again."""
    rep = call("rep")
    made = task(rep, repeat="monthly", remind_at="2026-01-31T08:00:00+08:00", priority="high")
    done = rep.post(f"/tasks/{made['id']}/complete").json()
    assert (done["status"], done["progress"]) == ("done", 100) and done["done_at"]
    successor = Task.objects.exclude(pk=made["id"]).get(title="回访", deleted_at__isnull=True)
    assert (successor.due_at.isoformat(), successor.remind_at.isoformat()) == (
        "2026-02-28T01:00:00+00:00",
        "2026-02-28T00:00:00+00:00",
    )
    assert (successor.priority, successor.status, successor.version) == ("high", "open", 1)
    assert str(successor.pk) in rep.ids("tasks", q="回访")
    assert rep.post(f"/tasks/{made['id']}/complete").json()["code"] == "activities.already_done"
    assert rep.post(f"/undo/{done['undo']}").status_code == 200
    assert rep.get(f"/tasks/{made['id']}").json()["status"] == "open"
    assert Task.objects.get(pk=successor.pk).deleted_at


def test_tasks_have_sense(world: World, call: Call) -> None:
    """ACT-4: a repeating task needs its time, no task is its own ancestor, nobody disabled gets one."""
    rep = call("rep")
    one = task(rep)
    two = task(rep, parent=one["id"])
    assert rep.patch(f"/tasks/{one['id']}", {"parent": two["id"]}, 1).status_code == 422
    assert rep.patch(f"/tasks/{one['id']}", {"parent": one["id"]}, 1).status_code == 422
    assert rep.post("/tasks", {"title": "x", "repeat": "daily"}).status_code == 422
    assert rep.post("/tasks", {"title": "x", "progress": 101}).status_code == 422
    call("admin").post(f"/users/{world.users['rep2']}/disable")
    assert rep.post("/tasks", {"title": "x", "assignee": str(world.users["rep2"])}).status_code == 422


def test_follow_ups_move_the_customers_dates(world: World, call: Call) -> None:
    """ACT-1: the latest contact counts, an older one entered later does not; none lies in the future."""
    rep, key = call("rep"), world.get("customers", "mine").id

    def follow(at: str, following: str | None = None) -> int:
        body = {"customer": str(key), "content": "谈", "occurred_at": at, "next_contact_at": following}
        return rep.post("/interactions", body).status_code

    last = Customer.objects.get(pk=key).last_contact_at
    assert follow("2025-05-01T09:00:00+08:00", "2025-06-01T09:00:00+08:00") == 201
    assert Customer.objects.get(pk=key).last_contact_at == last
    assert follow("2999-01-01T09:00:00+08:00") == 422
    assert follow("2025-05-01T09:00:00+08:00", "2025-04-01T09:00:00+08:00") == 422
    version = Customer.objects.get(pk=key).version
    made = rep.post(
        "/interactions", {"customer": str(key), "content": "谈", "next_contact_at": "2290-01-01T09:00:00+08:00"}
    )
    row = Customer.objects.get(pk=key)
    assert made.status_code == 201 and row.last_contact_at > last and row.next_contact_at.year == 2290
    assert row.version == version  # computed columns move no version


def test_follow_ups_written_together_move_the_dates_alike(world: World) -> None:
    """ACT-1: a batch, in any order, ends as if written one after the other by date."""
    rep, key = world.actor("rep"), world.get("customers", "mine").id
    days = {5: "2031-01-09T09:00:00+08:00", 7: None, 6: "2031-02-09T09:00:00+08:00"}
    rows = [
        {
            "customer": str(key),
            "content": "谈",
            "occurred_at": f"2030-01-0{day}T09:00:00+08:00",
            "next_contact_at": following,
        }
        for day, following in days.items()
    ]
    with standing_at(datetime(2030, 1, 20, tzinfo=UTC)), act(rep, "create", object="interactions"):
        drafts = prepare_new(rep, get_object("interactions"), rows)
        insert_drafts(rep, get_object("interactions"), drafts)
    row = Customer.objects.get(pk=key)
    assert (row.last_contact_at, row.next_contact_at) == (datetime(2030, 1, 7, 1, tzinfo=UTC), None)
    with standing_at(datetime(2030, 1, 20, tzinfo=UTC)):
        delete_records(rep, get_object("interactions"), [drafts[1].id])
    row = Customer.objects.get(pk=key)
    assert (row.last_contact_at.day, row.next_contact_at) == (6, datetime(2031, 2, 9, 1, tzinfo=UTC))


def test_a_deal_that_goes_to_another_customer_leaves_the_contact(world: World, call: Call) -> None:
    """A contact belongs to the record's customer, also when it is the customer that changes."""
    rep, contact = call("rep"), Contact.objects.get(pk=world.get("contacts", "mine").id)
    made = rep.post(
        "/opportunities", {"name": "换客户", "customer": str(contact.customer_id), "contact": str(contact.id)}
    )
    other = rep.post("/customers", {"name": "接手的公司"}).json()["id"]
    path = f"/opportunities/{made.json()['id']}"
    refused = rep.patch(path, {"customer": other}, 1)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "other_customer")
    assert rep.patch(path, {"customer": other, "contact": None}, 1).status_code == 200


def test_a_win_starts_from_the_amount(world: World, call: Call) -> None:
    """SAL-18: the description says which field a parameter starts from, and in which currency it is."""
    actions = {a["name"]: a for a in call("rep").get("/meta/objects/opportunities").json()["actions"]}
    amount = next(p for p in actions["win"]["params"] if p["name"] == "amount")
    assert (amount["prefill"], amount["currency_field"]) == ("amount", "currency")


def test_english_names_of_what_is_ready(world: World, call: Call) -> None:
    """A reader of English meets the stages' English names wherever they are named; others the Chinese."""
    rep = call("rep")
    path, stages = (
        f"/opportunities/{world.get('opportunities', 'mine').id}",
        f"/stages/options?ids={stage(world, 'explore')}",
    )
    seen = {}
    for locale in ("zh-CN", "en"):
        assert rep.patch("/me", {"locale": locale}).status_code == 200
        meta = rep.get("/meta/objects/stages").json()
        seen[locale] = (
            rep.get(path).json()["stage"]["label"],
            rep.get(stages).json()["items"][0]["label"],
            rep.get("/opportunities/board").json()["columns"][0]["label"],
            meta["title_field_en"],
        )
    assert seen == {"zh-CN": ("开拓", "开拓", "开拓", None), "en": ("Explore", "Explore", "Explore", "name_en")}


def test_a_board_card_says_its_currency(world: World, call: Call) -> None:
    columns = call("rep").get("/opportunities/board").json()["columns"]
    cards = [card for column in columns for card in column["items"]]
    assert cards and {card["currency"] for card in cards} == {"CNY"}


def test_a_changed_stage_is_on_the_board_at_once(world: World, call: Call) -> None:
    """Stages are kept in memory; another name, another order and another first pipeline are seen by the next reader."""

    def columns() -> list[str]:
        return [c["label"] for c in call("rep").get("/opportunities/board").json()["columns"]]

    admin, first, second = call("admin"), *columns()[:2]
    path = f"/stages/{stage(world, 'explore')}"
    assert admin.patch(path, {"name": "开荒"}, admin.get(path).json()["version"]).status_code == 200
    assert columns()[:2] == ["开荒", second]
    after = {"position": 9, "name": first}
    assert admin.patch(path, after, admin.get(path).json()["version"]).status_code == 200
    assert (columns()[0], columns()[-1]) == (second, first)
    pipeline = f"/pipelines/{admin.get(path).json()['pipeline']['id']}"
    assert admin.patch(pipeline, {"active": False}, admin.get(pipeline).json()["version"]).status_code == 200
    assert first not in columns()
