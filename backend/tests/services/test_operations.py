"""PLT-9: the log of operations and taking them back: whose it is, what changed since, rights and scope as they are now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kemai.accounts.models import FieldRule, Role, User
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.base.models import Job, Operation
from kemai.customers.models import Customer
from kemai.kit.clock import now
from kemai.platform.models import Notification
from kemai.platform.objects import inverse, takeback, write
from tests.calling import Caller
from tests.counting import counting
from tests.fixtures import forget_everything
from tests.world import World

Call = Callable[[str], Caller]


def bulk(caller: Caller, ids: list[str], action: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = caller.post("/customers/bulk", {"ids": ids, "action": action, "params": params or {}})
    assert answer.status_code == 202, answer.content.decode()
    run_job(answer.json()["id"])
    found: dict[str, Any] = caller.get(f"/jobs/{answer.json()['id']}").json()
    return found


def take_back(caller: Caller, token: str, *, rest: bool = False) -> dict[str, Any]:
    answer = caller.post(f"/undo/{token}", {"rest": rest})
    assert answer.status_code == 202, answer.content.decode()
    run_job(answer.json()["id"])
    found: dict[str, Any] = caller.get(f"/jobs/{answer.json()['id']}").json()
    return found


def key_of(world: World, slug: str) -> str:
    return str(world.get("customers", slug).id)


def lines(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get("/operations", **query).json()["items"]
    return found


def test_the_log_says_what_was_done_and_how_it_stands(world: World, call: Call) -> None:
    rep, mine = call("rep"), key_of(world, "mine")
    job = bulk(rep, [mine, key_of(world, "foreign")], "set", {"remark": "批量"})
    line = rep.get(f"/operations/{job['undo']}").json()
    assert (line["action"], line["object"], line["succeeded"], line["failed"]) == ("bulk", "customers", 1, 1)
    assert line["can_undo"] is True and line["state"] == "done" and line["until"]
    take_back(rep, job["undo"])
    line = rep.get(f"/operations/{job['undo']}").json()
    assert (line["state"], line["taken_back"], line["kept"], line["can_undo"]) == ("undone", 1, 0, False)
    assert line["undone_by"]["label"] == "员工rep"
    again = rep.post(f"/undo/{job['undo']}")
    assert (again.status_code, again.json()["code"]) == (410, "undo_done")
    assert "员工rep" in again.json()["detail"]


def test_everybody_sees_his_own_and_managers_those_below(world: World, call: Call) -> None:
    """S-1: by the scope of the grant; another's line is absent, and so is its undo."""
    job = bulk(call("rep"), [key_of(world, "mine")], "set", {"remark": "批量"})
    for person, status in (("manager", 200), ("director", 200), ("admin", 200), ("rep2", 404), ("southlead", 404)):
        assert call(person).get(f"/operations/{job['undo']}").status_code == status, person
        assert (job["undo"] in {o["id"] for o in lines(call(person))}) is (status == 200), person
    assert call("southlead").post(f"/undo/{job['undo']}").status_code == 404
    assert lines(call("manager"), mine="true") == [
        o for o in lines(call("manager")) if o["actor"]["label"] == "员工manager"
    ]
    assert take_back(call("manager"), job["undo"])["succeeded"] == 1
    assert Notification.objects.filter(user_id=world.users["rep"], kind="undo").exists()


def test_names_of_records_are_told_to_those_who_may_see_them(world: World, call: Call) -> None:
    """S-2: who may see that something was done learns no more of the record than its list shows him."""
    rep3 = call("rep3")
    path = f"/customers/{key_of(world, 'foreign')}"
    assert rep3.delete(path, rep3.get(path).json()["version"]).status_code == 204
    User.objects.filter(pk=world.users["rep3"]).exists()
    line = lines(call("director"), actor=str(world.users["rep3"]), action="delete")[0]
    assert line["label"] == world.get("customers", "foreign").canary
    assert world.get("customers", "foreign").canary not in str(lines(call("manager")))


def test_a_delete_is_a_line_and_comes_back(world: World, call: Call) -> None:
    rep, path = call("rep"), f"/customers/{key_of(world, 'mine')}"
    assert rep.delete(path, rep.get(path).json()["version"]).status_code == 204
    line = lines(rep, action="delete")[0]
    assert line["label"] == world.get("customers", "mine").canary
    assert rep.post(f"/undo/{line['id']}").json()["undone"] is True
    assert rep.get(path).status_code == 200
    assert rep.get(f"/contacts/{world.get('contacts', 'mine').id}").status_code == 200  # with what went along


def test_bulk_delete_and_bulk_assign_come_back(world: World, call: Call) -> None:
    manager, keys = call("manager"), [key_of(world, "mine"), key_of(world, "colleague")]
    job = bulk(manager, keys, "delete")
    assert take_back(manager, job["undo"])["succeeded"] == 2
    assert Customer.objects.filter(pk__in=keys, deleted_at__isnull=True).count() == 2
    job = bulk(manager, keys, "assign", {"owner": str(world.users["rep4"])})
    assert Customer.objects.filter(pk__in=keys, owner=world.users["rep4"]).count() == 2
    # One line for all, and none for each.
    assert [o["succeeded"] for o in lines(manager, action="assign")] == [2]
    assert take_back(manager, job["undo"])["succeeded"] == 2
    owners = dict(Customer.objects.filter(pk__in=keys).values_list("name", "owner__username"))
    assert set(owners.values()) == {"rep", "rep2"}


def test_a_part_of_a_bulk_command_moved_since_is_named(world: World, call: Call) -> None:
    manager, keys = call("manager"), [key_of(world, "mine"), key_of(world, "colleague")]
    job = bulk(manager, keys, "assign", {"owner": str(world.users["rep4"])})
    path = f"/customers/{keys[0]}"
    assert manager.patch(path, {"remark": "后改"}, manager.get(path).json()["version"]).status_code == 200
    told = manager.post(f"/undo/{job['undo']}").json()
    assert (told["code"], told["kept"], told["rest"]) == ("changed_since", 1, 1)
    assert (told["changed"][0]["by"], told["changed"][0]["fields"][0]["field"]) == ("员工manager", "remark")
    assert Customer.objects.filter(pk__in=keys, owner=world.users["rep4"]).count() == 2
    assert take_back(manager, job["undo"], rest=True)["succeeded"] == 1
    assert rest_state(job["undo"]) == ("partly", 1, 1)


def rest_state(token: str) -> tuple[str, int, int]:
    row = Operation.objects.get(pk=token)
    return row.state, row.taken_back, row.kept


def test_another_field_changed_since_does_not_stand_in_the_way(world: World, call: Call) -> None:
    rep, mine = call("rep"), key_of(world, "mine")
    job = bulk(rep, [mine], "set", {"remark": "批量"})
    path = f"/customers/{mine}"
    assert rep.patch(path, {"short_name": "金"}, rep.get(path).json()["version"]).status_code == 200
    assert take_back(rep, job["undo"])["succeeded"] == 1
    row = Customer.objects.get(pk=mine)
    assert (row.remark, row.short_name) == ("备注mine", "金")


def test_derived_columns_go_back_too(world: World, call: Call) -> None:
    """The name back means the search finds it by the old one and the key against doubles is the old one."""
    rep, mine = call("rep"), key_of(world, "mine")
    before = Customer.objects.filter(pk=mine).values("unique_key", "search_terms", "name_sort")[0]
    job = bulk(rep, [mine], "set", {"name": "全新名称有限公司"})
    assert Customer.objects.filter(pk=mine).values("unique_key", "search_terms", "name_sort")[0] != before
    take_back(rep, job["undo"])
    assert Customer.objects.filter(pk=mine).values("unique_key", "search_terms", "name_sort")[0] == before


def test_scope_is_that_of_now(world: World, call: Call) -> None:
    """S-6: a record given to somebody else meanwhile is out of the person's reach, and the undo does not touch it."""
    rep, keys = call("rep"), [key_of(world, "mine"), key_of(world, "handed")]
    job = bulk(rep, keys, "set", {"remark": "批量"})
    assert call("admin").post(f"/customers/{keys[0]}/assign", {"owner": str(world.users["rep3"])}).status_code == 200
    told = rep.post(f"/undo/{job['undo']}").json()
    assert (told["kept"], told["rest"]) == (1, 1)
    assert told["changed"][0]["label"] == "" and told["changed"][0]["code"] == "not_found"
    take_back(rep, job["undo"], rest=True)
    assert Customer.objects.get(pk=keys[0]).remark == "批量"


def test_the_scope_guard_can_fail(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: with rows locked whatever the scope, the record given away is changed; so the test above can fail."""
    rep, keys = call("rep"), [key_of(world, "mine")]
    job = bulk(rep, keys, "set", {"remark": "批量"})
    assert call("admin").post(f"/customers/{keys[0]}/assign", {"owner": str(world.users["rep3"])}).status_code == 200
    real = write.lock_rows
    admin = world.actor("admin")
    monkeypatch.setattr(inverse.write, "lock_rows", lambda actor, *rest: real(admin, *rest))
    monkeypatch.setattr(inverse.write, "_recheck", lambda *rest: None)
    assert take_back(rep, job["undo"])["succeeded"] == 1
    assert Customer.objects.get(pk=keys[0]).remark != "批量"


def test_field_rules_are_those_of_now(world: World, call: Call) -> None:
    """ORG-3: a field one may no longer write does not go back by one's hand."""
    rep, mine = call("rep"), key_of(world, "mine")
    job = bulk(rep, [mine], "set", {"remark": "批量"})
    with act(INSTALLER, "grants", object="roles"):
        FieldRule.objects.create(
            role=Role.objects.get(code="sales_rep"), object="customers", field="remark", access="read_only"
        )
    forget_everything()
    assert rep.post(f"/undo/{job['undo']}").json()["changed"][0]["code"] == "invalid"
    assert Customer.objects.get(pk=mine).remark == "批量"


def test_a_claim_needs_its_right_to_be_taken_back(world: World, call: Call) -> None:
    """S-6: whoever lost the customer or the right does not put it back."""
    rep, key = call("rep"), key_of(world, "pooled")
    token = rep.post(f"/customers/{key}/claim").json()["undo"]
    assert call("admin").post(f"/customers/{key}/assign", {"owner": str(world.users["rep3"])}).status_code == 200
    assert rep.post(f"/undo/{token}").status_code in (403, 404)
    assert Customer.objects.get(pk=key).owner_id == world.users["rep3"]


def test_work_without_an_inverse_offers_none(world: World, call: Call) -> None:
    """A bulk restore, and a bulk command none of whose parts can be taken back."""
    rep, mine = call("rep"), key_of(world, "mine")
    bulk(rep, [mine], "delete")
    job = bulk(rep, [mine], "restore")
    line = rep.get(f"/operations/{job['id']}").json()
    assert job["undo"] is None and line["until"] is None and line["can_undo"] is False
    assert rep.post(f"/undo/{job['id']}").json()["code"] == "not_undoable"


def test_a_page_takes_a_fixed_number_of_statements(world: World, call: Call) -> None:
    manager, counts = call("manager"), []
    for _ in range(2):
        for slug in ("mine", "colleague"):
            bulk(call("rep" if slug == "mine" else "rep2"), [key_of(world, slug)], "set", {"remark": str(len(counts))})
        manager.get("/operations")
        with counting() as seen:
            assert manager.get("/operations").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] < 15, counts


def test_too_late(world: World, call: Call) -> None:
    rep = call("rep")
    job = bulk(rep, [key_of(world, "mine")], "set", {"remark": "批量"})
    Operation.objects.filter(pk=job["undo"]).update(until=now() - timedelta(seconds=1))
    assert rep.get(f"/operations/{job['undo']}").json()["state"] == "expired"
    answer = rep.post(f"/undo/{job['undo']}")
    assert (answer.status_code, answer.json()["code"]) == (410, "undo_expired")


def test_pages_follow_each_other(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    rep = call("rep")
    monkeypatch.setattr("kemai.platform.objects.operations.PAGE", 2)
    for n in range(5):
        bulk(rep, [key_of(world, "mine")], "set", {"remark": f"第{n}次"})
    seen: list[str] = []
    cursor = ""
    while True:
        page = rep.get("/operations", mine="true", cursor=cursor).json()
        seen += [o["id"] for o in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) >= 5
    assert rep.get("/operations", cursor="x").status_code == 400


@pytest.mark.parametrize("action", ["set", "delete", "assign"])
def test_statements_do_not_grow_with_records(action: str, world: World, call: Call) -> None:
    """Bulk work and its undo are set-based: sixty records take as many statements as thirty. A bulk command is done one by one, and
    goes back all at once."""
    rep = call("manager" if action == "assign" else "rep")
    params = {"set": {"remark": "批量"}, "assign": {"owner": str(world.users["rep4"])}}.get(action)
    counts = []
    for size in (30, 60):
        keys = [rep.post("/customers", {"name": f"撤销量{size}之{n}公司"}).json()["id"] for n in range(size)]
        with counting() as doing:
            job = bulk(rep, keys, action, params)
        assert job["succeeded"] == size
        with counting() as undoing:
            assert take_back(rep, job["undo"])["succeeded"] == size
        mine = {"field": "name", "op": "starts_with", "value": f"撤销量{size}之"}  # a search would also meet numbers
        assert len(rep.ids("customers", filter=mine)) == size
        counts.append((0 if action == "assign" else len(doing), len(undoing)))
    assert counts[0] == counts[1] and max(counts[0]) < 110, counts


def test_a_bulk_release_goes_back_as_far_as_it_comes_within_reach(world: World, call: Call) -> None:
    """S-6: who was given the others' customers to release brings back only what would be within his reach again."""
    manager, keys = call("manager"), [key_of(world, "mine"), key_of(world, "colleague")]
    job = bulk(manager, keys, "release", {"reason": "other"})
    assert job["succeeded"] == 2
    owned = dict(Operation.objects.filter(parent_id=job["undo"]).values_list("record_id", "id"))
    with act(INSTALLER, "move", object="customers"):
        part = Operation.objects.get(pk=owned[world.get("customers", "mine").id])
        payload = {**part.payload, "owner": str(world.users["rep3"]), "department": str(world.departments["south"])}
        Operation.objects.filter(pk=part.pk).update(payload=payload)
    told = manager.post(f"/undo/{job['undo']}").json()
    assert (told["kept"], told["rest"], told["changed"][0]["code"]) == (1, 1, "out_of_scope")
    back = take_back(manager, job["undo"], rest=True)
    assert (back["succeeded"], back["failed"]) == (1, 1)
    assert Customer.objects.get(pk=keys[0]).pool_id and Customer.objects.get(pk=keys[1]).owner_id == world.users["rep2"]


def test_a_bulk_delete_says_why_a_record_stays(world: World, call: Call) -> None:
    """Seen and not to be deleted is forbidden; not seen is not there, and has no name."""
    rep = call("rep")
    job = bulk(rep, [key_of(world, "mine"), key_of(world, "lent"), key_of(world, "foreign")], "delete")
    assert (job["succeeded"], job["failed"]) == (1, 2)
    told = {f["id"]: (f["code"], f["label"]) for f in job["failures"]}
    assert told == {
        key_of(world, "lent"): ("forbidden", world.get("customers", "lent").canary),
        key_of(world, "foreign"): ("not_found", ""),
    }


def test_one_place_taken_meanwhile_keeps_the_others_from_nothing(world: World, call: Call) -> None:
    """Of many that come back together, the one whose name somebody else has by now stays in the bin, and says so."""
    rep = call("rep")
    keys = [rep.post("/customers", {"name": f"归来{n}有限公司"}).json()["id"] for n in range(5)]
    job = bulk(rep, keys, "delete")
    assert rep.post("/customers", {"name": "归来3有限公司"}).status_code == 201
    back = take_back(rep, job["undo"])
    assert (back["succeeded"], back["failed"], back["failures"][0]["id"]) == (4, 1, keys[3])
    job = bulk(rep, [keys[3], keys[0]], "restore")
    assert (job["succeeded"], [f["code"] for f in job["failures"]]) == (0, ["not_found", "duplicate"])


@pytest.fixture
def looks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeback, "LOOKED_AT_ONCE", 1)


@pytest.mark.usefixtures("looks_first")
@pytest.mark.parametrize("action", ["set", "assign"])
def test_of_very_many_the_job_looks_first_and_asks(action: str, world: World, call: Call) -> None:
    """PLT-9: the look goes on outside the request; where something was changed since, nothing is taken back until somebody decides."""
    manager, keys = call("manager"), [key_of(world, "mine"), key_of(world, "colleague")]
    job = bulk(manager, keys, action, {"remark": "批量"} if action == "set" else {"owner": str(world.users["rep4"])})
    path = f"/customers/{keys[0]}"
    assert manager.patch(path, {"remark": "后改"}, manager.get(path).json()["version"]).status_code == 200
    state = list(Customer.objects.filter(pk__in=keys).order_by("pk").values_list("remark", "owner_id", "version"))
    asked = take_back(manager, job["undo"])
    told = asked["result"]
    assert (asked["state"], asked["succeeded"], told["kept"], told["rest"]) == ("done", 0, 1, 1)
    assert told["operation"] == job["undo"] and told["changed"][0]["by"] == "员工manager" and "1 条" in told["detail"]
    assert (
        list(Customer.objects.filter(pk__in=keys).order_by("pk").values_list("remark", "owner_id", "version")) == state
    )
    assert rest_state(job["undo"]) == ("done", 0, 0)
    assert manager.get(f"/operations/{job['undo']}").json()["can_undo"] is True
    bell = Notification.objects.get(user_id=world.users["manager"], kind="undo")
    assert "1 条之后又被修改" in bell.title_zh and bell.path == "/operations"
    assert take_back(manager, job["undo"], rest=True)["succeeded"] == 1
    assert rest_state(job["undo"]) == ("partly", 1, 1)


@pytest.mark.usefixtures("looks_first")
def test_where_nothing_was_changed_the_look_goes_on_to_the_work(world: World, call: Call) -> None:
    manager, keys = call("manager"), [key_of(world, "mine"), key_of(world, "colleague")]
    job = bulk(manager, keys, "set", {"remark": "批量"})
    back = take_back(manager, job["undo"])
    assert (back["succeeded"], back["failed"], back["done"]) == (2, 0, 2)
    assert rest_state(job["undo"]) == ("undone", 2, 0)


@pytest.mark.usefixtures("looks_first")
def test_a_look_that_is_stopped_leaves_everything_as_it_was(world: World, call: Call) -> None:
    manager, keys = call("manager"), [key_of(world, "mine"), key_of(world, "colleague")]
    job = bulk(manager, keys, "set", {"remark": "批量"})
    undo = manager.post(f"/undo/{job['undo']}").json()
    assert manager.post(f"/undo/{job['undo']}").json()["code"] == "undo_running"
    Job.objects.filter(pk=undo["id"]).update(cancel_asked=True)
    assert run_job(undo["id"]).state == "cancelled"
    assert rest_state(job["undo"]) == ("done", 0, 0)
    assert manager.get(f"/operations/{job['undo']}").json()["can_undo"] is True
