"""PLT-3: following a record, being mentioned, and who hears what. Whoever may not see a record learns nothing of it (S-2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from kemai.accounts.models import FieldRule, Role
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.models import OutboxEvent
from kemai.base.outbox import dispatch_pending
from kemai.kit.clock import now
from kemai.kit.text.mentions import mentioned, plain
from kemai.platform.models import Follow, Notification
from kemai.platform.objects import write
from kemai.platform.objects.declare import all_objects, get_object
from tests.calling import Caller
from tests.delivering import hand_on
from tests.fixtures import forget_everything
from tests.world import World

Call = Callable[[str], Caller]


@pytest.fixture(autouse=True)
def quiet(world: World) -> None:
    """What the building of the company left to hand on is nobody's here."""
    OutboxEvent.objects.filter(dispatched_at__isnull=True).update(dispatched_at=now())
    Notification.objects.all().delete()


def edit(world: World, who: str, key: UUID, object_name: str = "customers", **values: Any) -> None:
    declaration = get_object(object_name)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT version FROM {declaration.table} WHERE id = %s", [key])
        version = cursor.fetchone()[0]
    write.update_record(world.actor(who), declaration, key, values, version=version)


def heard(world: World, who: str) -> list[Notification]:
    return list(Notification.objects.filter(user_id=world.users[who]).order_by("id"))


# ---------------------------------------------------------------- following


def test_follow_is_seen_listed_and_taken_back(world: World, call: Call) -> None:
    rep, key = call("rep"), world.get("customers", "mine").id
    assert rep.get(f"/customers/{key}").json()["following"] is False
    assert rep.post(f"/customers/{key}/follow").json() == {"id": str(key), "following": True}
    assert rep.post(f"/customers/{key}/follow").status_code == 200
    assert rep.get(f"/customers/{key}").json()["following"] is True
    assert call("manager").get(f"/customers/{key}").json()["following"] is False, "a reader's own affair"
    assert rep.ids("customers", view="following") == {str(key)}
    others = rep.ids("customers", filter={"field": "following", "op": "eq", "value": False})
    assert str(key) not in others and others
    rows = rep.get("/customers", fields="name,following").json()["items"]
    assert [r["id"] for r in rows if r["following"]] == [str(key)]
    assert rep.send("DELETE", f"/customers/{key}/follow").json()["following"] is False
    assert rep.ids("customers", view="following") == set()


def test_every_kind_people_work_with_can_be_followed(world: World, call: Call) -> None:
    """Generic: by the declaration alone; what administrators set up is not followed."""
    admin = call("admin")
    for declaration in all_objects():
        fields = {f["name"] for f in admin.get(f"/meta/objects/{declaration.name}").json()["fields"]}
        assert ("following" in fields) == declaration.followable, declaration.name
        if declaration.followable and world.of(declaration.name):
            key = next(f.id for f in world.of(declaration.name) if not f.deleted)
            assert admin.post(f"/{declaration.name}/{key}/follow").status_code == 200, declaration.name
            assert admin.ids(declaration.name, view="following") == {str(key)}
    assert admin.post(f"/users/{world.users['rep']}/follow").status_code == 404


def test_what_one_may_not_see_cannot_be_followed(world: World, call: Call) -> None:
    """Absent and not-yours are one answer; letting go tells nothing either."""
    foreign, absent = world.get("customers", "foreign").id, "01900000-0000-7000-8000-000000000000"
    answers = [call("rep").post(f"/customers/{key}/follow") for key in (foreign, absent)]
    assert {a.status_code for a in answers} == {404} and not Follow.objects.exists()
    gone = [call("rep").send("DELETE", f"/customers/{key}/follow").status_code for key in (foreign, absent)]
    assert gone == [200, 200]


def test_a_follower_hears_of_others_not_of_himself(world: World, call: Call) -> None:
    """Edits, steps and follow-ups by others, in words, with a link; one unread message a record, which says how many."""
    key = world.get("customers", "mine").id
    for who in ("rep", "manager"):
        assert call(who).post(f"/customers/{key}/follow").status_code == 200
    edit(world, "rep", key, remark="秘密的内容", region="华东")
    hand_on()
    assert heard(world, "rep") == []
    (first,) = heard(world, "manager")
    assert first.path == f"/customers/{key}" and "员工rep" in first.text and "备注" in first.text
    assert "秘密的内容" not in first.text + first.title_zh, "a message names fields, not values"
    write.create_record(
        world.actor("rep"),
        get_object("interactions"),
        {"customer": str(key), "channel": "phone", "content": "谈了价格"},
    )
    hand_on(times=3)
    (second,) = heard(world, "manager")
    assert second.times == 2 and "谈了价格" in second.text and "备注" in second.text and "2" in second.title_zh
    call("manager").post("/notifications/read", {"all": True})
    edit(world, "rep", key, remark="又改")
    hand_on(times=3)
    assert [n.times for n in heard(world, "manager")] == [2, 1]


def test_steps_are_told_by_their_name(world: World, call: Call) -> None:
    deal = world.get("opportunities", "mine").id
    assert call("manager").post(f"/opportunities/{deal}/follow").status_code == 200
    moved = call("rep").post(f"/opportunities/{deal}/move-stage", {"stage": str(world.stages["negotiate"])})
    assert moved.status_code == 200, moved.content
    hand_on()
    (told,) = heard(world, "manager")
    assert told.kind == "follow_stage" and "推进阶段" in told.text


def test_whoever_loses_sight_hears_nothing(world: World, call: Call) -> None:
    """S-2, S-6: neither message, nor name, nor the number of records followed."""
    key = world.get("customers", "lent").id
    rep = call("rep")
    assert rep.post(f"/customers/{key}/follow").status_code == 200
    with act(INSTALLER, "unshare", object="customers"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_recordshare WHERE record_id = %s", [key])
    forget_everything()
    edit(world, "rep3", key, remark="之后的事")
    hand_on()
    assert heard(world, "rep") == []
    assert rep.ids("customers", view="following") == set()
    assert rep.get("/customers", view="following", with_total="true").json()["total"] == 0


def test_hidden_fields_are_not_named(world: World, call: Call) -> None:
    """S-3: an edit of nothing but hidden fields is no message at all."""
    key = world.get("customers", "mine").id
    assert call("manager").post(f"/customers/{key}/follow").status_code == 200
    with act(INSTALLER, "grants", object="roles"):
        FieldRule.objects.create(
            role=Role.objects.get(code="sales_manager"), object="customers", field="remark", access="hidden"
        )
    forget_everything()
    edit(world, "rep", key, remark="看不见")
    hand_on()
    assert heard(world, "manager") == []
    edit(world, "rep", key, remark="还是看不见", region="华东")
    hand_on()
    (told,) = heard(world, "manager")
    assert "备注" not in told.text


def test_each_chooses_what_he_hears(world: World, call: Call) -> None:
    """PLT-3: per person and kind; the list builds itself from what is declared."""
    manager, key = call("manager"), world.get("customers", "mine").id
    kinds = [c["kind"] for c in manager.get("/me/notifications").json()["items"]]
    assert {"mention", "follow_changed", "follow_stage", "follow_activity", "task_assigned"} <= set(kinds)
    assert manager.put("/me/notifications/follow_changed", {"in_page": False}).status_code == 200
    assert manager.put("/me/notifications/nonsense", {"in_page": False}).status_code == 404
    manager.post(f"/customers/{key}/follow")
    edit(world, "rep", key, remark="不想听")
    hand_on()
    assert heard(world, "manager") == []
    manager.put("/me/notifications/follow_changed", {"in_page": True})
    edit(world, "rep", key, remark="又想听了")
    hand_on()
    assert len(heard(world, "manager")) == 1


def test_events_nobody_follows_cost_no_job(world: World) -> None:
    edit(world, "rep", world.get("customers", "mine").id, remark="没人关注")
    dispatch_pending()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'subscriber' LIKE '%followers'")
        assert cursor.fetchone()[0] == 0


# ---------------------------------------------------------------- mentions


def at(world: World, who: str, name: str = "") -> str:
    return f"@[{name or '员工' + who}]({world.users[who]})"


def test_a_mention_rings_once_with_a_link(world: World) -> None:
    """However often it is delivered or the text is edited again; whoever wrote it is not told."""
    key = world.get("customers", "mine").id
    made = write.create_record(
        world.actor("rep"),
        get_object("interactions"),
        {
            "customer": str(key),
            "channel": "phone",
            "content": f"请 {at(world, 'manager')} 和 {at(world, 'rep')} 看一下",
        },
    )
    hand_on(times=3)
    (told,) = heard(world, "manager")
    assert told.kind == "mention" and told.path == f"/interactions/{made}" and "@员工manager" in told.text
    assert "员工rep" in told.title_zh and heard(world, "rep") == []
    edit(world, "rep", made, "interactions", content=f"改过：{at(world, 'manager')}，{at(world, 'director')}")
    hand_on()
    assert len(heard(world, "manager")) == 1 and len(heard(world, "director")) == 1


def test_a_mention_tells_nobody_who_may_not_see(world: World) -> None:
    """S-2: nor somebody for whom the text's field is hidden, nor a disabled person, nor one who is not there."""
    key = world.get("customers", "mine").id
    nobody = "@[谁](01900000-0000-7000-8000-000000000000)"
    with act(INSTALLER, "grants", object="roles"):
        FieldRule.objects.create(
            role=Role.objects.get(code="sales_manager"), object="customers", field="remark", access="hidden"
        )
    forget_everything()
    edit(world, "rep", key, remark=f"{at(world, 'rep3')} {at(world, 'manager')} {nobody}")
    hand_on()
    assert heard(world, "rep3") == [] and heard(world, "manager") == []


def test_people_are_offered_with_whether_they_see(world: World, call: Call) -> None:
    """Those who may see first; the others are marked; by pinyin-less fragments and names alike; one statement for all of them."""
    rep, key = call("rep"), world.get("customers", "mine").id
    found = rep.get(f"/customers/{key}/mentionable", q="员工rep").json()["items"]
    seen = {p["label"]: p["can_see"] for p in found}
    assert seen["员工rep"] and not seen["员工rep3"] and not seen["员工rep2"]
    assert [p["can_see"] for p in found] == sorted((p["can_see"] for p in found), reverse=True)
    assert rep.get(f"/customers/{key}/mentionable", q="员工manager").json()["items"][0]["can_see"]
    foreign = world.get("customers", "foreign").id
    assert rep.get(f"/customers/{foreign}/mentionable", q="员").status_code == 404


def test_offers_agree_with_the_detail(world: World, call: Call) -> None:
    """What is said of each person is what he gets himself."""
    for slug in ("mine", "lent", "sector", "pooled"):
        key = world.get("customers", slug).id
        for who in ("rep", "rep2", "rep3", "rep4", "manager", "service", "guest", "auditor"):
            found = call("admin").get(f"/customers/{key}/mentionable", q=f"员工{who}").json()["items"]
            said = next(p["can_see"] for p in found if p["label"] == f"员工{who}")
            assert said == (call(who).get(f"/customers/{key}").status_code == 200), (slug, who)


def test_a_text_without_marks_for_readers_that_know_none(world: World, call: Call) -> None:
    """Titles, search and exports have the name; the id stays in the text itself."""
    rep, key = call("rep"), world.get("customers", "mine").id
    text = f"约了 {at(world, 'manager', '张经理')} 一起去"
    made = write.create_record(
        world.actor("rep"), get_object("interactions"), {"customer": str(key), "channel": "phone", "content": text}
    )
    assert rep.get(f"/interactions/{made}").json()["content"] == text
    assert rep.get(f"/interactions/{made}").json()["summary"] == "约了 @张经理 一起去"
    assert str(made) in rep.ids("interactions", q="张经理")
    assert plain(text) == "约了 @张经理 一起去" and mentioned(text) == [world.users["manager"]]
    assert plain("@[a](b) @[](x) 一般的 @文字") == "@[a](b) @[](x) 一般的 @文字"
