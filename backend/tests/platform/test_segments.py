"""Segments (CUS-7): kept, shared, counted; members by hand; in filters; who came and who went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from kemai.accounts.models import User
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.platform.merging.merge import merge_records
from kemai.platform.models import Segment, SegmentMember, SegmentSize
from kemai.platform.objects.segment_members import count_all, count_segment
from tests.calling import Caller
from tests.contracts.oracle import CALLERS, sees
from tests.contracts.test_secrecy import lay_rule
from tests.counting import counting
from tests.world import World

Call = Callable[[str], Caller]
COMPANY = {"field": "kind", "op": "eq", "value": "company"}
NAMED = {"field": "name", "op": "contains", "value": "金丝雀"}


def make(caller: Caller, **more: Any) -> dict[str, Any]:
    answer = caller.post("/segments", {"object": "customers", "name": "重点", "filter": NAMED, **more})
    assert answer.status_code == 201, answer.content.decode()
    return dict(answer.json())


def members(caller: Caller, segment: dict[str, Any]) -> set[str]:
    return caller.ids("customers", filter={"in_segment": segment["id"]})


@pytest.mark.parametrize("person", list(CALLERS))
def test_a_shared_segment_shows_each_reader_his_own_records(person: str, world: World, call: Call) -> None:
    """Whoever opens it gets of its conditions what he may see, judged by the oracle."""
    segment = make(call("admin"), shared={"kind": "all"})
    answer = call(person).get("/customers", filter={"in_segment": segment["id"]}, limit=200)
    who = CALLERS[person]
    if answer.status_code == 403:
        assert call(person).get(f"/segments/{segment['id']}").status_code == 404
        return
    assert {r["id"] for r in answer.json()["items"]} == {str(f.id) for f in world.of("customers") if sees(who, f)}


def test_a_private_segment_is_nobody_elses(world: World, call: Call) -> None:
    segment = make(call("rep"))
    path = f"/segments/{segment['id']}"
    assert [s["id"] for s in call("rep").get("/segments", object="customers").json()["items"]] == [segment["id"]]
    assert call("rep2").get("/segments").json()["items"] == []
    for answer in (
        call("rep2").get(path),
        call("rep2").patch(path, {"name": "抢"}),
        call("rep2").delete(path),
        call("rep2").post(f"{path}/count"),
        call("rep2").get(f"{path}/changes"),
        call("rep2").post(f"{path}/members", {"ids": [str(world.get("customers", "mine").id)]}),
    ):
        assert answer.status_code == 404
    assert call("rep2").get("/customers", filter={"in_segment": segment["id"]}).status_code == 400
    assert call("guest").post("/segments", {"object": "customers", "name": "x", "filter": NAMED}).status_code == 403
    assert call("nobody").get("/segments").status_code == 401


def test_who_may_change_a_shared_one(world: World, call: Call) -> None:
    """Opened to all only by whoever may; changed by its owner and by who looks after shared things."""
    assert (
        call("rep")
        .post("/segments", {"object": "customers", "name": "x", "filter": NAMED, "shared": {"kind": "all"}})
        .status_code
        == 403
    )
    team = {"kind": "department", "id": str(world.departments["east_one"])}
    segment = make(call("rep"), shared=team)
    path = f"/segments/{segment['id']}"
    assert call("rep2").get(path).status_code == 200
    assert call("rep2").patch(path, {"name": "改"}).status_code == 403
    assert call("rep2").delete(path).status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": ""}, 422),
        ({"filter": None}, 422),
        ({"filter": {"and": []}}, 422),
        ({"filter": {"field": "owner__password", "op": "eq", "value": 1}}, 400),
        ({"kind": "floating"}, 422),
        ({"object": "nothing"}, 404),
        ({"filter": {"in_segment": "00000000-0000-0000-0000-000000000000"}}, 400),
    ],
)
def test_what_cannot_be_kept_is_refused(world: World, call: Call, change: dict[str, Any], status: int) -> None:
    body = {"object": "customers", "name": "重点", "filter": NAMED, **change}
    assert call("rep").post("/segments", body).status_code == status


def test_a_segment_of_segments_is_as_new_as_its_parts(world: World, call: Call) -> None:
    rep = call("rep")
    inner = make(rep)
    outer = make(rep, name="外层", filter={"and": [{"in_segment": inner["id"]}, COMPANY]})
    assert members(rep, outer) == members(rep, inner) != set()
    assert (
        rep.patch(
            f"/segments/{inner['id']}", {"filter": {"field": "name", "op": "eq", "value": "谁也不是"}}
        ).status_code
        == 200
    )
    assert members(rep, outer) == set()
    # Neither itself nor around a corner.
    assert rep.patch(f"/segments/{inner['id']}", {"filter": {"in_segment": inner["id"]}}).status_code == 422
    assert rep.patch(f"/segments/{inner['id']}", {"filter": {"in_segment": outer["id"]}}).status_code == 400
    # What is in use stays.
    refused = rep.delete(f"/segments/{inner['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert [u["label"] for u in rep.get(f"/segments/{inner['id']}").json()["used_in"]] == ["外层"]
    assert rep.delete(f"/segments/{outer['id']}").status_code == 204
    assert rep.delete(f"/segments/{inner['id']}").status_code == 204


def test_the_second_of_two_saves_is_told(world: World, call: Call) -> None:
    segment = make(call("rep"))
    path = f"/segments/{segment['id']}"
    assert call("rep").patch(path, {"name": "一"}, 1).status_code == 200
    assert call("rep").patch(path, {"name": "二"}, 1).status_code == 412


# Static lists --------------------------------------------------------------------------------------------------------


def test_records_are_put_on_and_taken_off(world: World, call: Call) -> None:
    rep = call("rep")
    mine, foreign = (str(world.get("customers", slug).id) for slug in ("mine", "foreign"))
    segment = make(rep, kind="static", filter=None)
    path = f"/segments/{segment['id']}/members"
    assert members(rep, segment) == set()
    added = rep.post(path, {"ids": [mine, foreign]})
    assert added.json() == {"changed": 1, "already": 0, "missing": 1}
    assert rep.post(path, {"ids": [mine]}).json() == {"changed": 0, "already": 1, "missing": 0}
    assert members(rep, segment) == {mine}
    assert rep.get(f"/segments/{segment['id']}").json()["size"] == 1
    everything = rep.post(path, {"filter": NAMED, "view": "all"}).json()
    assert everything["changed"] + everything["already"] == len(rep.ids("customers", filter=NAMED))
    assert rep.post(f"{path}/remove", {"ids": [mine]}).json()["changed"] == 1
    assert mine not in members(rep, segment)
    # Put on again it is a second stay; the first is history.
    rep.post(path, {"ids": [mine]})
    stays = SegmentMember.objects.filter(segment_id=segment["id"], record_id=mine)
    assert [s.left_at is None for s in stays.order_by("id")] == [False, True]
    whats = [
        c["what"] for c in rep.get(f"/segments/{segment['id']}/changes").json()["items"] if c["record"]["id"] == mine
    ]
    assert whats == ["joined", "left", "joined"]


@pytest.mark.parametrize(
    "body", [{"ids": []}, {"ids": ["x"]}, {"filter": {"field": "nothing", "op": "eq", "value": 1}}]
)
def test_members_that_are_none_are_refused(world: World, call: Call, body: dict[str, Any]) -> None:
    segment = make(call("rep"), kind="static", filter=None)
    assert call("rep").post(f"/segments/{segment['id']}/members", body).status_code in (400, 422)


def test_a_dynamic_one_takes_nobody_by_hand_but_gives_a_snapshot(world: World, call: Call) -> None:
    rep, mine = call("rep"), str(world.get("customers", "mine").id)
    segment = make(rep)
    refused = rep.post(f"/segments/{segment['id']}/members", {"ids": [mine]})
    assert (refused.status_code, refused.json()["code"]) == (409, "segment_dynamic")
    frozen = make(rep, name="快照", kind="static", filter={"in_segment": segment["id"]})
    assert members(rep, frozen) == members(rep, segment) != set()
    rep.patch(f"/segments/{segment['id']}", {"filter": {"field": "name", "op": "eq", "value": "谁也不是"}})
    assert members(rep, frozen) != members(rep, segment) == set()


def test_a_list_withdrawn_is_no_filter_any_more(world: World, call: Call) -> None:
    """Its visibility is asked in the statement: a compiled list does not outlive the share."""
    team = {"kind": "department", "id": str(world.departments["east_one"])}
    segment = make(call("rep"), kind="static", filter=NAMED, shared=team)
    rep2 = call("rep2")
    shown = {"and": [{"in_segment": segment["id"]}]}
    assert rep2.get("/customers", filter=shown).status_code == 200
    assert call("rep").patch(f"/segments/{segment['id']}", {"shared": None}).status_code == 200
    assert rep2.get("/customers", filter=shown).status_code == 400


def test_two_lists_by_two_hands_are_one_statement_each(world: World, call: Call) -> None:
    """L-4: putting on 2 or 11 records takes the same number of statements."""
    director = call("director")
    keys = sorted(director.ids("customers"))
    counts = []
    for ids in (keys[:2], keys[:11]):
        segment = make(director, kind="static", filter=None, name=f"名单{len(ids)}")
        with counting() as captured:
            assert director.post(f"/segments/{segment['id']}/members", {"ids": ids}).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# Counting ------------------------------------------------------------------------------------------------------------


def test_the_count_writes_down_who_came_and_who_went(world: World, call: Call) -> None:
    """By the owner's rights, set by set, the same when done twice; a changed record leaves, a new one comes."""
    rep = call("rep")
    segment = make(rep)
    key = UUID(segment["id"])
    seen = len(members(rep, segment))
    assert count_segment(key) == (seen, seen, 0)
    assert count_segment(key) == (seen, 0, 0)
    mine = world.get("customers", "mine")
    version = rep.get(f"/customers/{mine.id}").json()["version"]
    assert rep.patch(f"/customers/{mine.id}", {"name": "改了名"}, version).status_code == 200
    assert rep.post("/customers", {"name": "金丝雀新来的"}).status_code == 201
    assert count_segment(key) == (seen, 1, 1)
    described = rep.get(f"/segments/{key}").json()
    assert (described["size"], described["trend"][0]["joined"], described["trend"][0]["left"]) == (seen, seen + 1, 1)
    assert SegmentSize.objects.filter(segment_id=key).count() == 1
    changes = rep.get(f"/segments/{key}/changes").json()["items"]
    assert {c["record"]["label"] for c in changes if c["what"] == "left"} == {"改了名"}
    assert "金丝雀新来的" in {c["record"]["label"] for c in changes if c["what"] == "joined"}


def test_the_history_tells_only_of_what_the_reader_sees(world: World, call: Call) -> None:
    segment = make(call("admin"), shared={"kind": "all"})
    count_segment(UUID(segment["id"]))
    for person in ("rep", "rep3", "manager", "service"):
        found: set[str] = set()
        cursor = ""
        while True:
            page = call(person).get(f"/segments/{segment['id']}/changes", cursor=cursor).json()
            found |= {c["record"]["id"] for c in page["items"]}
            cursor = page["next_cursor"] or ""
            if not cursor:
                break
        assert found == {str(f.id) for f in world.of("customers") if sees(person, f)}
    assert call("rep").get(f"/segments/{segment['id']}/changes", cursor="1'; DROP").status_code == 400


def test_a_person_counts_now_and_the_night_counts_all(world: World, call: Call) -> None:
    segment = make(call("rep"))
    job = call("rep").post(f"/segments/{segment['id']}/count")
    assert job.status_code == 202
    done = run_job(job.json()["id"])
    assert (done.state, done.result["size"]) == ("done", len(members(call("rep"), segment)))
    gone = make(call("rep4"), name="离职者的")
    with act(INSTALLER, "edit", object="users"):
        User.objects.filter(pk=world.users["rep4"]).update(is_active=False)
    assert count_all() >= 1
    assert Segment.objects.get(pk=gone["id"]).problem and not Segment.objects.get(pk=segment["id"]).problem


def test_a_condition_its_owner_may_not_ask_any_more_is_told(world: World, call: Call) -> None:
    """A field hidden since: the segment is not counted on something else, it says that it cannot be."""
    tree = {"field": "legal_representative", "op": "contains", "value": "欧"}
    segment = make(call("rep"), filter=tree)
    lay_rule("customers", "legal_representative", "hidden")
    count_all()
    assert Segment.objects.get(pk=segment["id"]).problem
    assert call("rep").get("/customers", filter={"in_segment": segment["id"]}).status_code == 400


@pytest.mark.parametrize(
    ("field", "tree"),
    [
        ("legal_representative", {"field": "legal_representative", "op": "contains", "value": "欧阳秘密"}),
        ("", {"field": "phone", "op": "is_null", "value": False}),
    ],
)
def test_who_is_on_it_does_not_tell_what_the_reader_may_not_know(
    field: str, tree: dict[str, Any], world: World, call: Call
) -> None:
    """ORG-3: neither the conditions nor who came and went, where they speak of a field kept from him (hidden, or that of a pool)."""
    mine, admin = world.get("customers", "mine"), call("admin")
    version = admin.get(f"/customers/{mine.id}").json()["version"]
    values = {"legal_representative": "欧阳秘密", "phone": "13912345678"}
    assert admin.patch(f"/customers/{mine.id}", values, version).status_code == 200
    segment = make(admin, filter={"and": [tree]}, shared={"kind": "all"})
    around = make(admin, name="外层", filter={"not": {"not": {"in_segment": segment["id"]}}}, shared={"kind": "all"})
    for made in (segment, around):
        count_segment(UUID(made["id"]))
    if field:
        assert str(mine.id) in call("rep").get(f"/segments/{segment['id']}/changes").content.decode()
        lay_rule("customers", field, "masked")
    rep = call("rep")
    for made in (segment, around):
        refused = rep.get(f"/segments/{made['id']}/changes")
        assert (refused.status_code, refused.json()["code"]) == (403, "segment_withheld")
        described = rep.get(f"/segments/{made['id']}").json()
        assert (described["filter"], described["withheld"]) == (None, True)
    told = rep.get("/segments").content.decode()
    assert "欧阳秘密" not in told and "legal_representative" not in told
    listed = rep.get("/customers", filter={"in_segment": segment["id"]})
    if field:
        assert (listed.status_code, listed.json()["code"]) == (403, "segment_withheld")
    else:
        assert listed.status_code == 200, "row by row the condition itself keeps back what is withheld"
    assert admin.get(f"/segments/{segment['id']}").json()["withheld"] is False


def test_what_is_done_to_segments_is_in_the_audit_log(world: World, call: Call) -> None:
    rep = call("rep")
    segment = make(rep, kind="static", filter=None)
    rep.post(f"/segments/{segment['id']}/members", {"ids": [str(world.get("customers", "mine").id)]})
    rep.delete(f"/segments/{segment['id']}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT action FROM base_auditevent WHERE action LIKE 'segment.%' ORDER BY id")
        actions = [row[0] for row in cursor.fetchall()]
    assert actions[0] == "segment.save" and {"segment.add", "segment.delete"} <= set(actions)


def test_a_merged_record_leaves_its_place_on_a_list_to_the_one_that_stays(world: World, call: Call) -> None:
    """CUS-9 meets CUS-7: what was on a list by its former self is on it still, once."""
    rep = call("rep")
    stays, goes = (rep.post("/customers", {"name": f"合并名单{n}"}).json()["id"] for n in (1, 2))
    segment, both = make(rep, kind="static", filter=None), make(rep, name="两个都在", kind="static", filter=None)
    rep.post(f"/segments/{segment['id']}/members", {"ids": [goes]})
    rep.post(f"/segments/{both['id']}/members", {"ids": [goes, stays]})
    merge_records(world.actor("rep"), "customers", UUID(stays), loser=UUID(goes))
    assert members(rep, segment) == members(rep, both) == {stays}
