"""SAL-2, 16, 17, 18: gates, lines, committee, competitors, team, plan, hand-over."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kemai.sales.models import Pipeline
from kemai.sales.rules.lines import compute_line
from tests.calling import Caller
from tests.world import World

Call = Callable[[str], Caller]


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "amount"),
    [
        ("2", "100.00", "0", "200.00"),
        ("3", "33.33", "10", "89.99"),
        ("0.5", "0.01", "0", "0.01"),
        ("1", "99.99", "100", "0.00"),
        ("1000000", "12345.67", "12.5", "10802461250.00"),
    ],
)
def test_line_amounts(quantity: str, price: str, discount: str, amount: str) -> None:
    """SAL-2: rounded once, half up, at the end."""
    assert compute_line(Decimal(quantity), Decimal(price), Decimal(discount)) == Decimal(amount)


def deal_of(world: World, caller: Caller, **more: Any) -> dict[str, Any]:
    body = {"name": "新单", "customer": str(world.get("customers", "mine").id), **more}
    answer = caller.post("/opportunities", body)
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def test_the_amount_is_the_lines(world: World, call: Call) -> None:
    """SAL-2: added, changed, deleted and brought back, the sum follows; by hand it is refused while there are lines."""
    rep = call("rep")
    deal = deal_of(world, rep, amount="5.00")
    path = f"/opportunities/{deal['id']}"

    def amount() -> str:
        return str(rep.get(path).json()["amount"])

    first = rep.post(
        "/opportunity-lines", {"opportunity": deal["id"], "product": str(world.products[0]), "quantity": "2"}
    )
    assert first.status_code == 201, first.content.decode()
    assert (first.json()["price"], first.json()["amount"], amount()) == ("100.00", "200.00", "200.00")
    second = rep.post(
        "/opportunity-lines",
        {"opportunity": deal["id"], "product": str(world.products[1]), "price": "50.00", "discount": "10"},
    ).json()
    assert amount() == "245.00"
    refused = rep.patch(path, {"amount": "1.00"}, rep.get(path).json()["version"])
    assert refused.json()["errors"][0]["code"] == "from_lines"
    rep.patch(f"/opportunity-lines/{second['id']}", {"quantity": "3"}, second["version"])
    assert amount() == "335.00"
    rep.delete(f"/opportunity-lines/{first.json()['id']}", first.json()["version"])
    assert amount() == "135.00"
    rep.post(f"/opportunity-lines/{first.json()['id']}/restore")
    assert amount() == "335.00"
    rep.post(f"{path}/win", {"amount": "300.00"})
    closed = rep.post("/opportunity-lines", {"opportunity": deal["id"], "product": str(world.products[0])})
    assert closed.json()["errors"][0]["code"] == "closed"
    rep.post(f"{path}/reopen")
    assert amount() == "335.00"


def gate(call: Call, stage: Any, **body: Any) -> list[dict[str, Any]]:
    answer = call("admin").put(f"/stages/{stage}/gate", body)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["items"]


def test_gates_ask_for_what_is_missing(world: World, call: Call) -> None:
    """SAL-2: fields before entering, the checklist before leaving; both at once, done in the step itself, by whom and when."""
    rep = call("rep")
    need, call_made = gate(
        call,
        world.stages["explore"],
        items=[{"label": "确认需求", "label_en": "Need confirmed"}, {"label": "电话记录", "required": False}],
    )
    gate(call, world.stages["contact"], required_fields=["need", "source"])
    deal = deal_of(world, rep, source="web")
    path = f"/opportunities/{deal['id']}"
    refused = rep.post(f"{path}/move-stage", {"stage": "contact"})
    assert (refused.status_code, refused.json()["code"]) == (422, "sales.stage_gate")
    assert [e["field"] for e in refused.json()["errors"]] == ["need", "checks"]
    asked = refused.json()["gate"]
    assert asked["param"] == "checks" and [i["label"] for i in asked["items"]] == ["确认需求", "电话记录"]
    version = rep.patch(path, {"need": "要三台"}, deal["version"]).json()["version"]
    moved = rep.post(f"{path}/move-stage", {"stage": "contact", "checks": [need["id"]]})
    assert moved.status_code == 200 and moved.json()["version"] > version
    rep.post(f"/undo/{moved.json()['undo']}")
    listed = rep.get(f"{path}/checklist").json()
    assert [(i["done"], i["by"] and i["by"]["label"]) for i in listed["items"]] == [(True, "员工rep"), (False, None)]
    rep.put(f"{path}/checklist/{need['id']}", {"done": False})
    assert rep.post(f"{path}/move-stage", {"stage": "contact"}).json()["code"] == "sales.stage_gate"
    ticked = rep.put(f"{path}/checklist/{call_made['id']}", {"done": True}).json()
    assert [i["done"] for i in ticked["items"]] == [False, True]
    assert rep.post(f"{path}/lose", {"reason": "price"}).status_code == 200  # losing asks for its reason, nothing else


def test_who_may_tick(world: World, call: Call) -> None:
    """S-1: who sees may read the list, who may not edit may not tick, and strangers find nothing."""
    (item,) = gate(call, world.stages["explore"], items=[{"label": "一项"}])
    lent = world.get("opportunities", "foreign").id  # shared with rep2 for reading
    path = f"/opportunities/{lent}/checklist"
    assert call("rep2").get(path).json()["can_tick"] is False
    assert call("rep2").put(f"{path}/{item['id']}", {"done": True}).status_code == 403
    assert call("rep4").get(path).status_code == 404
    assert call("rep").put(f"/stages/{world.stages['explore']}/gate", {"items": []}).status_code == 403
    assert (
        call("admin").put(f"/stages/{world.stages['explore']}/gate", {"required_fields": ["owner"]}).status_code == 422
    )


def test_key_account_plan(world: World, call: Call) -> None:
    """SAL-18: seven steps with a responsible person and a date each; done as the stages are passed, not done when moved back."""
    rep = call("rep")
    pipeline = Pipeline.objects.get(ready="key_account")
    deal = deal_of(world, rep, pipeline=str(pipeline.id), amount="100.00", expected_close_on="2030-01-01")
    own = {"field": "opportunity", "op": "eq", "value": deal["id"]}

    def steps() -> list[dict[str, Any]]:
        return sorted(
            rep.all("opportunity-steps", filter=own, fields="stage,position,responsible,due_on,done_at"),
            key=lambda s: float(s["position"]),
        )

    assert [s["stage"]["label"] for s in steps()] == [
        "客户识别",
        "关系建立",
        "需求挖掘",
        "方案提供",
        "合同签订",
        "交付实施",
        "服务维护",
    ]
    assert {s["responsible"]["id"] for s in steps()} == {str(world.users["rep"])}
    path = f"/opportunities/{deal['id']}"
    rep.post(f"{path}/move-stage", {"stage": "discover"})
    assert [s["done_at"] is not None for s in steps()] == [True, True, False, False, False, False, False]
    rep.post(f"{path}/move-stage", {"stage": "relate"})
    assert [s["done_at"] is not None for s in steps()] == [True, False, False, False, False, False, False]
    assert rep.post(f"{path}/win").json()["stage"]["label"] == "交付实施"
    served = rep.post(f"{path}/move-stage", {"stage": "serve"}).json()
    assert (served["status"], served["stage"]["label"]) == ("won", "服务维护")
    assert all(s["done_at"] for s in steps())


def test_pipeline_of_a_department(world: World, call: Call) -> None:
    """SAL-2: people of a department begin in its own pipeline, others in the common one."""
    pipeline = Pipeline.objects.get(ready="journey")
    version = call("admin").get(f"/pipelines/{pipeline.id}").json()["version"]
    call("admin").patch(f"/pipelines/{pipeline.id}", {"department": str(world.departments["east"])}, version)
    assert deal_of(world, call("rep"))["pipeline"]["id"] == str(pipeline.id)
    other = {"name": "另一单", "customer": str(world.get("customers", "foreign").id)}
    assert call("rep3").post("/opportunities", other).json()["pipeline"]["id"] == str(world.pipeline)


def test_forecast(world: World, call: Call) -> None:
    """SAL-2: category and probability come from the stage, unless overridden."""
    rep = call("rep")
    deal = deal_of(world, rep, amount="1000.00", expected_close_on="2030-01-01")
    assert (deal["forecast"], deal["probability"], deal["weighted"]) == ("pipeline", 10, "100.00")
    path = f"/opportunities/{deal['id']}"
    mine = rep.patch(path, {"own_forecast": "commit", "own_probability": 90}, deal["version"]).json()
    assert (mine["forecast"], mine["probability"], mine["weighted"]) == ("commit", 90, "900.00")
    assert deal["id"] in rep.ids("opportunities", filter={"field": "forecast", "op": "eq", "value": "commit"})
    lost = rep.post(f"{path}/lose", {"reason": "price"}).json()
    assert (lost["forecast"], lost["probability"]) == ("omitted", 0)


def test_team_and_contenders(world: World, call: Call) -> None:
    """SAL-16, SAL-17: a member sees, or writes, through his seat and no longer without it; results follow the end of the deal."""
    rep, rep4 = call("rep"), call("rep4")
    deal = deal_of(world, rep, amount="10.00")
    path = f"/opportunities/{deal['id']}"
    assert rep4.get(path).status_code == 404
    seat = rep.post(
        "/opportunity-members", {"opportunity": deal["id"], "member": str(world.users["rep4"]), "can_write": True}
    )
    assert seat.status_code == 201, seat.content.decode()
    assert rep4.patch(path, {"need": "写了"}, rep4.get(path).json()["version"]).status_code == 200
    line = rep4.post("/opportunity-lines", {"opportunity": deal["id"], "product": str(world.products[0])})
    assert line.status_code == 201
    less = rep.patch(f"/opportunity-members/{seat.json()['id']}", {"can_write": False}, seat.json()["version"]).json()
    assert rep4.patch(path, {"need": "再写"}, rep4.get(path).json()["version"]).status_code == 403
    rep.delete(f"/opportunity-members/{seat.json()['id']}", less["version"])
    assert rep4.get(path).status_code == 404
    one, two = (
        rep.post("/opportunity-competitors", {"opportunity": deal["id"], "competitor": str(c)}).json()
        for c in world.competitors[:2]
    )
    won = rep.post(f"{path}/win").json()
    results = [rep.get(f"/opportunity-competitors/{c['id']}").json()["result"] for c in (one, two)]
    assert results == ["beaten", "beaten"]
    rep.post(f"/undo/{won['undo']}")
    rep.post(f"{path}/lose", {"reason": "competitor", "competitor": str(world.competitors[1])})
    assert rep.get(f"/opportunity-competitors/{two['id']}").json()["result"] == "lost"


def test_parts_follow_their_opportunity(world: World, call: Call) -> None:
    """ORG-2: assigned to somebody else, the opportunity takes its parts along, and the undo brings them back."""
    deal = world.get("opportunities", "mine")
    line = world.get("opportunity-lines", "mine")
    given = call("manager").post(f"/opportunities/{deal.id}/assign", {"owner": str(world.users["rep4"])}).json()
    assert call("rep4").get(f"/opportunity-lines/{line.id}").status_code == 200
    call("manager").post(f"/undo/{given['undo']}")
    assert call("rep4").get(f"/opportunity-lines/{line.id}").status_code == 404


def test_hand_over_by_request(world: World, call: Call) -> None:
    """SAL-17: asked, decided by a superior, done with stage and history, with the customer where asked; refused with words."""
    rep, manager = call("rep"), call("manager")
    deal = deal_of(world, rep, amount="10.00")
    path = f"/opportunities/{deal['id']}"
    rep.post(f"{path}/move-stage", {"stage": "contact"})
    body = {"owner": str(world.users["rep4"]), "reason": "客户迁到二部", "with_customer": True}
    assert rep.post(f"{path}/request-transfer", body).status_code == 200
    assert rep.post(f"{path}/request-transfer", body).json()["code"] == "sales.transfer_pending"
    own = {"field": "opportunity", "op": "eq", "value": deal["id"]}
    (request,) = manager.all("transfer-requests", filter=own)
    assert rep.post(f"/transfer-requests/{request['id']}/approve").status_code == 403
    offered = [who.get(f"/transfer-requests/{request['id']}").json()["can"]["withdraw"] for who in (rep, manager)]
    assert offered == [True, "只有申请人可以撤回。"]
    assert call("southlead").get(f"/transfer-requests/{request['id']}").status_code == 404
    assert (
        manager.post(f"/transfer-requests/{request['id']}/refuse", {"answer": "再跟一个月"}).json()["state"]
        == "refused"
    )
    assert rep.get(path).json()["owner"]["id"] == str(world.users["rep"])
    rep.post(f"{path}/request-transfer", body)
    (again,) = [r for r in manager.all("transfer-requests", filter=own) if r["state"] == "pending"]
    done = manager.post(f"/transfer-requests/{again['id']}/approve", {"answer": "同意"})
    assert done.status_code == 200 and done.json()["state"] == "approved"
    after = call("rep4").get(path).json()
    assert (after["owner"]["id"], after["stage"]["label"]) == (str(world.users["rep4"]), "接触")
    assert call("rep4").get(f"/customers/{deal['customer']['id']}").json()["owner"]["id"] == str(world.users["rep4"])
    assert (
        manager.post(f"/transfer-requests/{again['id']}/refuse", {"answer": "x"}).json()["code"]
        == "sales.transfer_decided"
    )


def test_a_follow_up_becomes_a_deal(world: World, call: Call) -> None:
    """SAL-17: customer, contact and words are taken over, once."""
    rep, note = call("rep"), world.get("interactions", "mine").id
    done = rep.post(f"/interactions/{note}/make-opportunity", {"name": "拜访得知的需求", "amount": "80000"}).json()
    deal = rep.get(f"/opportunities/{done['opportunity']['id']}").json()
    assert (deal["name"], deal["amount"], deal["customer"]["id"]) == (
        "拜访得知的需求",
        "80000.00",
        str(world.get("customers", "mine").id),
    )
    assert "金丝雀mine跟进" in deal["need"] and deal["contact"]
    twice = rep.post(f"/interactions/{note}/make-opportunity", {"name": "再来"})
    assert twice.json()["code"] == "sales.has_opportunity"


def _work_of(world: World, rep: Caller, customer: str) -> dict[str, str]:
    """Open work of every kind on a customer; path → the field that says whose it is."""
    about = {"customer": customer}
    made = {
        "tasks": ("assignee", {"title": "寄样", "related": {"object": "customers", "id": customer}}),
        "promises": ("owner", {"content": "周五前回复", "due_on": "2030-01-05", **about}),
        "planned-contacts": ("owner", {"title": "回访", "planned_on": "2030-01-05", **about}),
        "opportunities": ("owner", {"name": "新单", **about}),
    }
    found = {}
    for kind, (whose, body) in made.items():
        answer = rep.post(f"/{kind}", body)
        assert answer.status_code == 201, answer.content.decode()
        found[f"/{kind}/{answer.json()['id']}"] = whose
    return found


@pytest.mark.parametrize("with_opportunities", [False, True])
def test_a_customer_is_handed_over_with_its_plans(world: World, call: Call, with_opportunities: bool) -> None:
    """POOL-5: asked, approved; open work goes along untouched, opportunities where wished; the undo brings all of it back."""
    rep, manager, taker = call("rep"), call("manager"), call("rep4")
    customer = str(world.get("customers", "mine").id)
    work = _work_of(world, rep, customer)
    deal = next(path for path in work if path.startswith("/opportunities"))
    rep.post(f"{deal}/move-stage", {"stage": "contact"})
    before = {path: rep.get(path).json() for path in work}
    body = {"owner": str(world.users["rep4"]), "reason": "换区", "with_opportunities": with_opportunities}
    assert call("rep3").post(f"/customers/{customer}/transfer", body).status_code == 404
    assert rep.post(f"/customers/{customer}/transfer", body).status_code == 200
    assert rep.post(f"/customers/{customer}/transfer", body).json()["code"] == "sales.transfer_pending"
    own = {"field": "customer", "op": "eq", "value": customer}
    (request,) = [r for r in manager.all("transfer-requests", filter=own) if r["opportunity"] is None]
    assert rep.post(f"/transfer-requests/{request['id']}/approve").status_code == 403
    done = manager.post(f"/transfer-requests/{request['id']}/approve", {"answer": "同意"})
    assert done.status_code == 200 and done.json()["undo"], done.content.decode()
    assert taker.get(f"/customers/{customer}").json()["owner"]["id"] == str(world.users["rep4"])
    for path, whose in work.items():
        now = manager.get(path).json()
        moved = with_opportunities or path != deal
        assert now[whose]["id"] == str(world.users["rep4" if moved else "rep"]), path
        for name in ("due_at", "due_on", "planned_on", "stage", "stage_since", "status"):
            assert now.get(name) == before[path].get(name), (path, name)
    finished = next(path for path in work if path.startswith("/tasks"))
    assert taker.post(f"{finished}/complete").status_code == 200
    assert manager.post(f"/undo/{done.json()['undo']}").status_code == 200
    for path, whose in work.items():
        stays = path == finished  # what the colleague worked on since is his
        assert manager.get(path).json()[whose]["id"] == str(world.users["rep4" if stays else "rep"]), path


def test_nobody_asks_for_what_lies_in_a_pool(world: World, call: Call) -> None:
    """POOL-5: a pooled customer is claimed, not handed over; one's own is not claimed again."""
    pooled = str(world.get("customers", "pooled").id)
    body = {"owner": str(world.users["rep2"]), "reason": "x"}
    assert call("rep").post(f"/customers/{pooled}/transfer", body).status_code in (403, 409)
    mine = str(world.get("customers", "mine").id)
    assert call("rep").post(f"/customers/{mine}/claim").json()["code"] == "customers.already_yours"
