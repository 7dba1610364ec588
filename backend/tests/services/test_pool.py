"""POOL-1, POOL-2, POOL-4: claim, release, assign and taking them back, by the API as people use it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from kemai.base import parameters
from kemai.base.models import OutboxEvent
from kemai.customers.models import Customer, OwnershipChange, Pool
from tests.calling import Caller
from tests.world import World

Call = Callable[[str], Caller]


def holders(customer: Any) -> set[tuple[Any, Any]]:
    """Who holds the records that follow a customer."""
    found = set()
    with connection.cursor() as cursor:
        for table in ("customers_contact", "activities_interaction", "sales_opportunity"):
            cursor.execute(
                f"SELECT DISTINCT holder_id, holder_department_id FROM {table} WHERE customer_id = %s", [customer]
            )
            found |= set(cursor.fetchall())
    return found


def log(customer: Any) -> list[str]:
    return list(OwnershipChange.objects.filter(record_id=customer).order_by("id").values_list("kind", flat=True))


def test_claim_release_and_back(world: World, call: Call) -> None:
    """POOL-2, POOL-4: everything follows the customer, each step is logged and told to the outbox, and can be undone once."""
    rep, key = call("rep"), world.get("customers", "pooled").id
    claimed = rep.post(f"/customers/{key}/claim").json()
    assert (claimed["owner"]["id"], claimed["pool"], claimed["in_pool"]) == (str(world.users["rep"]), None, False)
    assert claimed["department"]["id"] == str(world.departments["east_one"])
    assert holders(key) == {(world.users["rep"], world.departments["east_one"])}
    assert rep.get(f"/contacts/{world.get('contacts', 'pooled').id}").status_code == 200
    assert rep.post(f"/customers/{key}/claim").json()["code"] == "customers.already_yours"
    assert rep.post(f"/undo/{claimed['undo']}").status_code == 200
    assert Customer.objects.get(pk=key).pool_id == world.pools["open"] and holders(key) == {(None, None)}
    assert rep.post(f"/undo/{claimed['undo']}").status_code == 410
    assert log(key) == ["create", "release", "claim", "undo"]
    assert OutboxEvent.objects.filter(kind="customers.claimed", record_id=key).count() == 1


def test_release_needs_a_reason_and_a_pool(world: World, call: Call) -> None:
    """POOL-2: the reason is one of the dictionary's; without a default pool one must be named."""
    rep, key = call("rep"), world.get("customers", "mine").id
    for body in ({}, {"reason": ""}, {"reason": "nonsense"}, {"reason": "other", "pool": str(key)}):
        assert rep.post(f"/customers/{key}/release", body).status_code == 422, body
    chosen = rep.post(f"/customers/{key}/release", {"reason": "other", "pool": str(world.pools["south"])})
    assert chosen.status_code == 200 and chosen.json()["gone"] is True  # a pool he is no member of: out of his sight
    assert Customer.objects.get(pk=key).pool_id == world.pools["south"]


def test_cooling_off_and_limits(world: World, call: Call) -> None:
    """POOL-2: one's own release cannot be re-claimed for some days; another may; a pool's own limits come before the company's."""
    rep, key = call("rep"), world.get("customers", "mine").id
    rep.post(f"/customers/{key}/release", {"reason": "other"})
    assert rep.post(f"/customers/{key}/claim").json()["code"] == "customers.cooling_off"
    assert call("rep2").post(f"/customers/{key}/claim").status_code == 200
    admin = call("admin")
    version = Pool.objects.get(pk=world.pools["open"]).version
    assert admin.patch(f"/pools/{world.pools['open']}", {"hold_limit": 1}, version).status_code == 200
    other = world.get("customers", "pooled").id
    assert call("rep2").post(f"/customers/{other}/claim").json()["code"] == "customers.pool_limit_reached"
    admin.put("/admin/parameters/customers.reclaim_days", {"value": 0})
    parameters.forget_cache()
    assert (
        call("rep3").post(f"/customers/{other}/claim").status_code == 409
    )  # the pool's limit of one holds for him too


def test_a_closed_pool_is_for_its_members(world: World, call: Call) -> None:
    """POOL-1."""
    key = world.get("customers", "closed").id
    assert call("rep").post(f"/customers/{key}/claim").status_code == 404
    assert call("southlead").post(f"/customers/{key}/claim").status_code == 200


def test_assign(world: World, call: Call) -> None:
    """POOL-2, ORG-6: from a person or a pool; not to somebody disabled or absent; undone only while nobody touched it."""
    manager, key = call("manager"), world.get("customers", "mine").id
    rep2 = {"owner": str(world.users["rep2"]), "reason": "换人"}
    moved = manager.post(f"/customers/{key}/assign", rep2).json()
    assert moved["owner"]["id"] == rep2["owner"] and holders(key) == {
        (world.users["rep2"], world.departments["east_one"])
    }
    assert call("rep").get(f"/customers/{key}").status_code == 404
    edited = call("rep2").patch(f"/customers/{key}", {"remark": "已接手"}, moved["version"])
    assert edited.status_code == 200
    assert manager.post(f"/undo/{moved['undo']}").json()["code"] == "changed_since"
    assert call("rep").post(f"/undo/{moved['undo']}").status_code == 404  # another's token
    call("admin").post(f"/users/{world.users['rep4']}/disable")
    assert (
        manager.post(f"/customers/{key}/assign", {"owner": str(world.users["rep4"])}).json()["code"]
        == "customers.assignee_inactive"
    )
    assert (
        manager.post(f"/customers/{key}/assign", {"owner": "01900000-0000-7000-8000-000000000000"}).status_code == 422
    )
    history = manager.get(f"/customers/{key}/history").json()["items"]
    assert [(i["action"], i["reason"]) for i in history[:2]] == [("edit", ""), ("assign", "换人")]


def test_the_buttons_tell_what_the_commands_do(world: World, call: Call) -> None:
    """Architecture 7: ``can`` is true exactly when the command is not refused."""
    from_slug = {s: world.get("customers", s).id for s in ("mine", "pooled", "lent", "handed")}
    for person in ("rep", "manager", "director", "inside", "finance"):
        caller = call(person)
        for key in from_slug.values():
            answer = caller.get(f"/customers/{key}")
            if answer.status_code != 200:
                continue
            can = answer.json()["can"]
            listed = {r["id"]: r["can"] for r in caller.all("customers", fields="name,can")}
            assert listed[str(key)] == can
            for verb in ("claim", "release"):
                if can[verb] is not True:
                    refused = caller.post(f"/customers/{key}/{verb}", {"reason": "other"} if verb == "release" else {})
                    assert refused.status_code in (403, 409), (person, verb)
                    assert isinstance(can[verb], str) and can[verb]


@pytest.mark.parametrize("name", ["customers", "leads"])
def test_every_change_of_holder_is_told_outside(name: str, world: World, call: Call) -> None:
    """PLT-4: claims, releases, assignments and what takes them back are events, of customers and leads alike; a webhook's copy is right."""
    rep, chief = call("rep"), call("director")
    made = {"name": "外发测试公司", "phone": "13712345678"} | ({"person": "钱来"} if name == "leads" else {})
    key = chief.post(f"/{name}", made).json()["id"]
    seen = OutboxEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def told() -> list[str]:
        nonlocal seen
        fresh = OutboxEvent.objects.filter(id__gt=seen, object=name).order_by("id")
        mine = [e for e in fresh if str(e.record_id) == key or key in e.payload.get("ids", [])]
        seen = max([seen, *(e.id for e in fresh)])
        return [re.sub(r"^(customers\.|sales\.leads?_)", "", e.kind) for e in mine if e.kind != "customers.pooled"]

    def done(caller: Caller, verb: str, body: dict[str, Any] | None = None) -> str:
        answer = caller.post(f"/{name}/{key}/{verb}", body or {})
        assert answer.status_code == 200, answer.content.decode()
        return str(answer.json()["undo"])

    pool = str(world.pools["open"])
    undo = done(chief, "release", {"reason": "no_need", "pool": pool})
    assert told() == ["released"]
    assert chief.post(f"/undo/{undo}").status_code == 200
    assert told() == ["taken_back"]
    done(chief, "release", {"reason": "no_need", "pool": pool})
    undo = done(rep, "claim")
    assert told() == ["released", "claimed"]
    assert rep.post(f"/undo/{undo}").status_code == 200
    assert told() == ["taken_back"]
    undo = done(chief, "assign", {"owner": str(world.users["rep2"])})
    assert told() == ["assigned"]
    assert chief.post(f"/undo/{undo}").status_code == 200
    assert told() == ["taken_back"]
