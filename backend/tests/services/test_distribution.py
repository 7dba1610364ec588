"""POOL-1, POOL-4, POOL-6: managers of pools, quotas of openings, moves, and giving customers out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from kemai.base import parameters
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.base.models import AuditEvent, OutboxEvent, ParameterValue
from kemai.base.outbox import deliver_event
from kemai.customers.models import Customer, OwnershipChange, Pool, PoolMember, PoolView
from kemai.customers.services.recycle_rules import RECYCLER
from kemai.platform.models import Notification
from tests.calling import Caller
from tests.counting import counting
from tests.world import World

Call = Callable[[str], Caller]


def fill(world: World, count: int, pool: str = "open", **values: Any) -> list[UUID]:
    with act(RECYCLER, "create", object="customers"):
        rows = [
            Customer(
                name=f"池中{pool}{n}",
                name_sort=f"{n}",
                number=f"D-{n}",
                unique_key=f"c:{pool}{n}",
                pool_id=world.pools[pool],
                phone="13800001111",
                **values,
            )
            for n in range(count)
        ]
        Customer.objects.bulk_create(rows)
        OwnershipChange.objects.bulk_create(
            OwnershipChange(record_id=row.pk, kind="create", pool_id=row.pool_id) for row in rows
        )
    return [row.pk for row in rows]


def manage(world: World, person: str, pool: str = "open", **values: Any) -> None:
    with act(RECYCLER, "members", object="pools"):
        PoolMember.objects.update_or_create(
            pool_id=world.pools[pool],
            member_id=world.users[person],
            defaults={"member_kind": "user", "manages": True, **values},
        )


def set_parameter(code: str, value: int) -> None:
    ParameterValue.objects.update_or_create(code=code, defaults={"value": value})
    parameters.forget_cache()


def owners(keys: list[UUID]) -> Counter[Any]:
    return Counter(Customer.objects.filter(pk__in=keys).values_list("owner_id", flat=True))


def ids(keys: list[UUID]) -> list[str]:
    return [str(key) for key in keys]


# ---------------------------------------------------------------- the board


def test_preview_then_exactly_that(world: World, call: Call) -> None:
    """POOL-6: what is looked at is what is done; children follow; one message a person; undone as one."""
    keys = fill(world, 7)
    path = f"/pools/{world.pools['open']}/distribution"
    manager = call("manager")
    board = manager.get(path).json()
    assert board["total"] == 8 and {m["code"] for m in board["methods"]} == {"round_robin", "load", "area", "win_rate"}
    people = [str(world.users[p]) for p in ("rep", "rep2")]
    plan = manager.post(f"{path}/preview", {"ids": ids(keys), "method": "round_robin", "people": people}).json()
    assert sorted(len(line["records"]) for line in plan["lines"]) == [3, 4] and plan["left"] == []
    assert owners(keys) == {None: 7}
    lines = [{"user": x["user"]["id"], "ids": [c["id"] for c in x["records"]]} for x in plan["lines"]]
    done = manager.post(path, {"lines": lines, "reason": "周会分配"}).json()
    assert (done["given"], done["missed"]) == (7, 0)
    for line in lines:
        assert set(line["ids"]) == set(
            ids(list(Customer.objects.filter(pk__in=keys, owner_id=line["user"]).values_list("pk", flat=True)))
        )
    assert set(OwnershipChange.objects.filter(operation_id=done["undo"]).values_list("kind", "reason")) == {
        ("distribute", "周会分配")
    }
    assert Notification.objects.filter(kind="customer_assigned", user_id=world.users["rep"]).count() == 1
    call("rep").post(f"/customers/{lines[0]['ids'][0]}/release", {"reason": "other"})
    job = run_job(manager.post(f"/undo/{done['undo']}").json()["id"])
    assert (job.succeeded, job.failed) == (6, 1)
    assert owners(keys) == {None: 7}


def test_by_load_area_and_rate(world: World, call: Call) -> None:
    """POOL-6: the least laden gets first; the area's own people only; nobody beyond his limit."""
    keys = fill(world, 6, region="浙江杭州", industry="it")
    manager, path = call("manager"), f"/pools/{world.pools['open']}/distribution/preview"
    held = Counter(
        Customer.objects.filter(owner_id__isnull=False, deleted_at__isnull=True).values_list("owner_id", flat=True)
    )
    lines = manager.post(path, {"ids": ids(keys), "method": "load"}).json()["lines"]
    after = {UUID(line["user"]["id"]): line["after"] for line in lines}
    given = {UUID(line["user"]["id"]): len(line["records"]) for line in lines}
    assert max((after[p] for p in after if given[p]), default=0) <= min(after.values()) + 1
    assert all(after[p] == held[p] + given[p] for p in after)
    manage(world, "rep4", regions=["浙江"], industries=["it", "finance"])
    by_area = manager.post(path, {"ids": ids(keys), "method": "area"}).json()
    assert {line["user"]["id"] for line in by_area["lines"] if line["records"]} == {str(world.users["rep4"])}
    set_parameter("customers.hold_limit", held[world.users["rep4"]] + 2)
    by_area = manager.post(path, {"ids": ids(keys), "method": "area"}).json()
    assert len(by_area["left"]) == 4
    rated = manager.post(path, {"ids": ids(keys), "method": "win_rate"}).json()
    assert sum(len(line["records"]) for line in rated["lines"]) + len(rated["left"]) == 6


def test_nobody_gets_back_what_he_gave_up(world: World, call: Call) -> None:
    """POOL-2: the cooling-off holds for distribution too."""
    key = world.get("customers", "pooled").id  # rep3 released it
    answer = call("director").post(
        f"/pools/{world.pools['open']}/distribution/preview",
        {"ids": [str(key)], "method": "load", "people": [str(world.users["rep3"])]},
    )
    assert answer.json()["left"][0]["id"] == str(key)


def test_what_was_claimed_meanwhile_stays(world: World, call: Call) -> None:
    keys = fill(world, 2)
    call("rep2").post(f"/customers/{keys[0]}/claim")
    line = {"user": str(world.users["rep"]), "ids": ids(keys)}
    done = call("manager").post(f"/pools/{world.pools['open']}/distribution", {"lines": [line]}).json()
    assert (done["given"], done["missed"]) == (1, 1)
    assert Customer.objects.get(pk=keys[0]).owner_id == world.users["rep2"]


def test_who_may(world: World, call: Call) -> None:
    """POOL-1: a pool's managers and those who assign; a rep becomes one by being named, and only there."""
    keys = fill(world, 2)
    board = f"/pools/{world.pools['open']}/distribution"
    line = {"user": str(world.users["rep2"]), "ids": ids(keys[:1])}
    for person in ("rep", "finance", "inside"):
        expected = 200 if person == "inside" else 403
        assert call(person).get(board).status_code == expected, person
    for path, body in (
        (board, {"lines": [line]}),
        (f"/pools/{world.pools['open']}/move", {"ids": ids(keys), "pool": str(world.pools["south"])}),
    ):
        assert call("rep").post(path, body).status_code == 403
    assert call("manager").get(f"/pools/{world.pools['south']}/distribution").status_code == 403  # no member of it
    manage(world, "rep")
    assert call("rep").get(board).status_code == 200
    assert call("rep").post(board, {"lines": [line]}).json()["given"] == 1
    assert call("rep").get(f"/pools/{world.pools['south']}/distribution").status_code == 403
    outside = {"user": str(world.users["finance"]), "ids": ids(keys[1:])}
    assert call("rep").post(board, {"lines": [outside]}).status_code == 404  # not one of those it may be given to


def test_what_a_manager_sets(world: World, call: Call) -> None:
    """POOL-1: limits and areas; not the name, nor whom the pool is open to."""
    pool, limits = world.pools["open"], f"/pools/{world.pools['open']}/limits"
    assert call("rep").put(limits, {"values": {"daily_claims": 3}}).status_code == 403
    manage(world, "rep")
    assert call("rep").put(limits, {"values": {"daily_claims": 3}}).status_code == 200
    assert Pool.objects.get(pk=pool).daily_claims == 3
    assert call("rep").put(limits, {"values": {"daily_claims": -1}}).status_code == 422
    assert call("rep").put(limits, {"values": {"name": "我的"}}).status_code == 422
    members = call("rep").get(f"/pools/{pool}/members").json()["items"]
    body = [{**m, "member": m["member"]["id"], "regions": ["江苏"]} for m in members]
    assert call("rep").put(f"/pools/{pool}/members", {"members": body}).status_code == 200
    assert set(PoolMember.objects.filter(pool_id=pool).values_list("regions", flat=True).first()) == {"江苏"}
    more = [*body, {"member_kind": "user", "member": str(world.users["finance"])}]
    assert call("rep").put(f"/pools/{pool}/members", {"members": more}).status_code == 403
    assert call("admin").put(f"/pools/{pool}/members", {"members": more}).status_code == 200


def test_the_board_asks_a_fixed_number_of_statements(world: World, call: Call) -> None:
    """However many lie in the pool, and however many members it has."""
    path, counted = f"/pools/{world.pools['open']}/distribution", []
    call("admin").get(path)
    for count in (0, 30):
        fill(world, count, region="浙江", industry="it")
        with counting() as seen:
            answer = call("admin").get(path).json()
        counted.append((len(seen), answer["total"]))
    assert counted[0][0] == counted[1][0] <= 14 and counted[1][1] == counted[0][1] + 30, counted


# ---------------------------------------------------------------- moves and import


def test_moves(world: World, call: Call) -> None:
    """POOL-4: one and many, logged, told, undone."""
    keys = fill(world, 3)
    south = str(world.pools["south"])
    one = call("director").post(f"/customers/{keys[0]}/move-pool", {"pool": south, "reason": "属华南"}).json()
    assert one["pool"]["id"] == south
    line = OwnershipChange.objects.filter(record_id=keys[0]).latest("id")
    assert (line.kind, line.from_pool_id, line.pool_id) == ("move", world.pools["open"], world.pools["south"])
    assert (
        call("director").post(f"/customers/{keys[0]}/move-pool", {"pool": south}).json()["code"]
        == "customers.same_pool"
    )
    assert call("director").post(f"/undo/{one['undo']}").status_code == 200
    many = call("manager").post(f"/pools/{world.pools['open']}/move", {"ids": ids(keys), "pool": south}).json()
    assert (many["moved"], many["missed"]) == (3, 0)
    assert run_job(call("manager").post(f"/undo/{many['undo']}").json()["id"]).succeeded == 3
    assert set(Customer.objects.filter(pk__in=keys).values_list("pool_id", flat=True)) == {world.pools["open"]}
    owned = str(world.get("customers", "mine").id)
    assert (
        call("director").post(f"/customers/{owned}/move-pool", {"pool": south}).json()["code"]
        == "customers.not_in_pool"
    )


def test_a_customer_may_be_entered_into_a_pool(world: World, call: Call) -> None:
    """POOL-4: by its managers and those who see everything; not by a rep; never with an owner as well."""
    pool = str(world.pools["open"])
    body = {"name": "杭州入池科技有限公司", "pool": pool}
    assert call("rep").post("/customers", body).status_code == 403
    manage(world, "rep")
    made = call("rep").post("/customers", body)
    assert made.status_code == 201 and made.json()["owner"] is None and made.json()["pool"]["id"] == pool
    assert OwnershipChange.objects.filter(record_id=made.json()["id"]).values_list("kind", "pool_id").get() == (
        "create",
        world.pools["open"],
    )
    both = {**body, "name": "两处有限公司", "owner": str(world.users["rep"])}
    assert call("rep").post("/customers", both).json()["errors"][0]["code"] == "owner_or_pool"
    edit = call("admin").patch(
        f"/customers/{made.json()['id']}", {"pool": str(world.pools["south"])}, made.json()["version"]
    )
    assert edit.json()["errors"][0]["code"] == "use_command"


def test_a_pool_may_give_out_by_itself(world: World, call: Call) -> None:
    """POOL-6: on arrival; not to whoever just gave it up; what nobody can take stays."""
    with act(RECYCLER, "edit", object="pools"):
        Pool.objects.filter(pk=world.pools["open"]).update(distribution="load")
    key = world.get("customers", "mine").id
    call("rep").post(f"/customers/{key}/release", {"reason": "other"})
    event = OutboxEvent.objects.get(kind="customers.pooled", record_id=key)
    for _ in range(2):  # delivered twice, done once
        deliver_event(event.id, "kemai.customers.subscribers.give_out")
    assert Customer.objects.get(pk=key).owner_id not in (None, world.users["rep"])
    assert OwnershipChange.objects.filter(record_id=key, kind="distribute").count() == 1


# ---------------------------------------------------------------- quotas


def test_a_quota_of_openings(world: World, call: Call) -> None:
    """POOL-4: each record once a day, a clear refusal that is logged, managers not counted, and what is left is told."""
    keys = fill(world, 4)
    set_parameter("customers.daily_views", 2)
    rep = call("rep")

    def left() -> Any:
        return next(p for p in rep.get("/my-pools").json()["items"] if p["id"] == str(world.pools["open"]))[
            "views_left"
        ]

    assert left() == 2
    for _ in range(3):
        assert rep.get(f"/customers/{keys[0]}").status_code == 200
    assert rep.get(f"/customers/{keys[1]}").status_code == 200 and left() == 0
    refused = rep.get(f"/customers/{keys[2]}")
    assert refused.status_code == 429 and refused.json()["code"] == "customers.pool_views_reached"
    assert rep.get(f"/customers/{keys[0]}").status_code == 200  # seen today already
    assert PoolView.objects.filter(user_id=world.users["rep"]).count() == 2
    assert AuditEvent.objects.filter(action="pool.views_refused", record_id=keys[2]).count() == 1
    assert rep.get("/customers", view="pool").status_code == 200
    assert rep.post(f"/customers/{keys[1]}/claim").status_code == 200
    assert rep.get(f"/customers/{keys[1]}").json()["phone"] == "13800001111"
    assert [call("manager").get(f"/customers/{k}").status_code for k in keys] == [200] * 4
    with act(RECYCLER, "edit", object="pools"):
        Pool.objects.filter(pk=world.pools["open"]).update(daily_views=0)
    assert rep.get(f"/customers/{keys[2]}").status_code == 200


def test_a_list_is_no_way_around_the_quota(world: World, call: Call) -> None:
    """POOL-4: lists, exports and the wide row show what is masked; only claiming shows it."""
    fill(world, 2)
    set_parameter("customers.daily_views", 1)
    rows = call("rep").all("customers", fields="name,phone", filter={"field": "in_pool", "op": "eq", "value": True})
    assert rows and all(row["phone"] != "13800001111" for row in rows)


def test_what_is_left_of_claims(world: World, call: Call) -> None:
    """POOL-2: the smaller of the day's claims and the room below the limit; a pool's own limits before the company's."""
    keys = fill(world, 2)
    set_parameter("customers.daily_claims", 5)
    rep = call("rep")
    mine = next(p for p in rep.get("/my-pools").json()["items"] if p["id"] == str(world.pools["open"]))
    assert mine["claims_left"] == 5 and mine["gives_out"] is False
    rep.post(f"/customers/{keys[0]}/claim")
    held = Customer.objects.filter(owner_id=world.users["rep"], deleted_at__isnull=True).count()
    with act(RECYCLER, "edit", object="pools"):
        Pool.objects.filter(pk=world.pools["open"]).update(hold_limit=held + 1, reclaim_days=0)
    data = rep.get("/my-pools").json()
    mine = next(p for p in data["items"] if p["id"] == str(world.pools["open"]))
    assert (mine["claims_left"], data["claimed_today"], data["held"]) == (1, 1, held)
    rep.post(f"/customers/{keys[0]}/release", {"reason": "other", "pool": str(world.pools["open"])})
    assert rep.post(f"/customers/{keys[0]}/claim").status_code == 200  # this pool has no cooling-off


@pytest.mark.parametrize("person", ["finance", "service", "auditor"])
def test_my_pools_is_for_who_sees_customers(world: World, call: Call, person: str) -> None:
    expected = {"finance": 200, "service": 200, "auditor": 403}[person]
    assert call(person).get("/my-pools").status_code == expected


def test_managers_get_none_of_themselves(world: World, call: Call) -> None:
    """POOL-6: who assigns looks after others' customers; named by the pool he is among those who work it."""

    def people() -> set[str]:
        return {
            p["user"]["id"] for p in call("admin").get(f"/pools/{world.pools['open']}/distribution").json()["people"]
        }

    assert str(world.users["rep"]) in people() and str(world.users["manager"]) not in people()
    manage(world, "manager")
    assert str(world.users["manager"]) in people()
