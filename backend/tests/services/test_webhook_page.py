"""The page of webhooks: who may, trying, replaying, the log, what is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kemai.base.outbox import dispatch_pending
from kemai.integrations.models import Health, WebhookDelivery
from kemai.integrations.services import deliveries
from kemai.kit import clock
from tests.calling import Caller
from tests.hooking import allow, edit, everything, moving_clock, send_all, verify
from tests.receiving import Receiver, answer
from tests.services.test_rights import give
from tests.world import World

Call = Callable[[str], Caller]


# ---------------------------------------------------------------- who may


def test_who_manages_webhooks(world: World, call: Call, receiver: Receiver) -> None:
    """A permission of its own; where one sends to is its owner's alone, who takes it over lends his rights."""
    allow(receiver.host)
    body = {"name": "x", "url": receiver.url, "subscriptions": everything("customers")}
    assert call("director").post("/webhooks", body).status_code == 403
    assert call("director").get("/webhooks").status_code == 403
    made_one = call("admin").post("/webhooks", body).json()
    path = f"/webhooks/{made_one['id']}"
    give(world.users["rep"], ("integrations.webhook.edit", "all", []))
    rep = call("rep")
    refused = rep.patch(path, {"url": "https://evil.example/"}, made_one["version"])
    assert refused.status_code == 403 and refused.json()["code"] == "not_owner"
    assert rep.post(f"{path}/rotate-secret").status_code == 403
    edit(world, "foreign", "只有管理员看得见")
    settled = send_all()
    assert settled >= 1
    log = rep.get(f"{path}/deliveries").json()["items"]
    seen = rep.get(f"/webhook-deliveries/{log[0]['id']}").json()
    assert seen["withheld"] and "只有管理员看得见" not in str(seen)
    own = call("admin").get(f"/webhook-deliveries/{log[0]['id']}").json()
    assert not own["withheld"] and "只有管理员看得见" in own["body"] and own["tries"][0]["status"] == 200
    taken = rep.post(f"{path}/take-over").json()
    assert taken["mine"]
    before = len(receiver.got)
    edit(world, "foreign", "接管之后")
    edit(world, "mine", "接管之后")
    send_all()
    assert [g.json["record_id"] for g in receiver.got[before:]] == [str(world.get("customers", "mine").id)]
    assert rep.patch(path, {"name": "我的"}, 1).status_code == 412
    assert rep.patch(path, {"name": "我的"}).status_code == 428
    assert rep.patch(path, {"name": "我的"}, taken["version"]).json()["name"] == "我的"
    assert call("admin").delete(path).status_code == 204 and not WebhookDelivery.objects.exists()


def test_a_test_goes_out_while_paused(world: World, call: Call, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """“发送测试”: once, without a record, without moving the health."""
    admin, path = call("admin"), f"/webhooks/{hook[0]}"
    assert admin.post(f"{path}/pause").json()["state"] == "paused"
    receiver.behaviour = answer(418)
    queued = admin.post(f"{path}/test")
    assert queued.status_code == 202
    send_all()
    found = admin.get(f"/webhook-deliveries/{queued.json()['id']}").json()
    assert (found["state"], found["status"], found["test"]) == ("failed", 418, True)
    assert receiver.got[0].json["type"] == "test" and verify(hook[1], receiver.got[0].headers, receiver.got[0].body)
    assert Health.objects.get().failures == 0


def test_replay_of_a_span(world: World, call: Call, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """Those of a span of time again, under the same ids; what waits is left alone."""
    edit(world, "mine", "一")
    edit(world, "colleague", "二")
    send_all()
    admin, path = call("admin"), f"/webhooks/{hook[0]}"
    since = (clock.now() - timedelta(hours=1)).isoformat()
    nothing = admin.post(f"{path}/replay", {"since": since})
    assert nothing.status_code == 409, "nothing failed"
    assert admin.post(f"{path}/replay", {"since": since, "states": ["done"]}).json() == {"count": 2}
    send_all()
    ids = [g.headers["webhook-id"] for g in receiver.got]
    assert len(ids) == 4 and len(set(ids)) == 2
    assert admin.post(f"{path}/replay", {}).status_code == 422


def test_the_log_pages_and_narrows(world: World, call: Call, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    for n in range(60):
        edit(world, "mine", f"第{n}")
    while dispatch_pending():
        pass
    admin, path = call("admin"), f"/webhooks/{hook[0]}/deliveries"
    first = admin.get(path).json()
    second = admin.get(path, cursor=first["next_cursor"]).json()
    ids = [i["id"] for i in first["items"] + second["items"]]
    assert len(ids) == len(set(ids)) == 60 and second["next_cursor"] is None
    assert admin.get(path, state="done").json()["items"] == []
    assert admin.get(path, record=str(world.get("customers", "boss").id)).json()["items"] == []
    assert admin.get(path, cursor="x").status_code == 400 and admin.get(path, record="x").status_code == 400


def test_old_deliveries_are_forgotten(world: World, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """F-9: what a receiver missed for too long does not fill the database."""
    edit(world, "mine", "一")
    while dispatch_pending():
        pass
    with moving_clock() as wait:
        wait(timedelta(days=13))
        assert deliveries.forget_old() == 0
        wait(timedelta(days=2))
        assert deliveries.forget_old() == 1


def test_without_receivers_an_event_costs_one_statement_a_batch(world: World) -> None:
    """The tap is set-based: no job and no row per event nobody asked for."""
    for n in range(10):
        edit(world, "mine", f"第{n}")
    with CaptureQueriesContext(connection) as seen:
        dispatch_pending()
    ours = [q["sql"] for q in seen if "integrations_" in q["sql"] or "platform_follow" in q["sql"]]
    assert len(ours) == 2, "one to take deliveries in, one to find followers"
    assert not WebhookDelivery.objects.exists()
