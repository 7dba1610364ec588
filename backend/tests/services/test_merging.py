"""CUS-9, PLT-9: two records become one and can be parted again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from kemai.accounts.models import RecordShare
from kemai.activities.models import Interaction, Task
from kemai.base.models import AuditEvent, Operation, OutboxEvent
from kemai.config.verify import run_checks
from kemai.customers.models import Contact, Customer, CustomerRelation, OwnershipChange
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound
from kemai.platform.merging import errors
from kemai.platform.merging.merge import merge_records
from kemai.platform.merging.part import part_records
from kemai.platform.merging.references import places_of
from kemai.platform.models import Merge, Notification
from kemai.platform.objects import shares, write
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.takeback import undo_change
from kemai.platform.objects.undo import UndoDone, UndoTooLate
from kemai.sales.models import Opportunity
from kemai.sales.services.opportunities import win_opportunity
from tests.calling import Caller
from tests.database import Outcome
from tests.delivering import hand_on
from tests.fields.samples import define
from tests.world import World

Call = Callable[[str], Caller]

#: Tables that remember what was: they name the loser for ever.
REMEMBERS = {
    "platform_merge",
    "platform_match_key",
    "platform_duplicate_pair",
    "base_outboxevent",
    "base_operation",
    "base_auditevent",
    "platform_notification",
    "customers_customer",
    "customers_contact",
    "customers_customerrelation",
    "privacy_erased",  # each record by its own key: who was merged into an erased one is erased with it
}


def make(world: World, name: str, person: str = "rep", kind: str = "customers", **values: Any) -> UUID:
    title = {"tasks": "title", "interactions": "content"}.get(kind, "name")
    return write.create_record(world.actor(person), get_object(kind), {title: name, **values})


def full(world: World, name: str, person: str = "rep", phone: str = "13811110000", **values: Any) -> dict[str, UUID]:
    """A customer with one of everything that points to it."""
    key = make(world, name, person, **values)
    contact = make(world, "张三", person, "contacts", customer=str(key), phone=phone)
    won = make(world, f"{name}大单", person, "opportunities", customer=str(key), amount="1000", contact=str(contact))
    actor = world.actor(person)
    win_opportunity(actor, won)
    return {
        "customer": key,
        "contact": contact,
        "opportunity": won,
        "interaction": make(
            world,
            "谈过",
            person,
            "interactions",
            customer=str(key),
            contact=str(contact),
            next_contact_at="2031-01-01T09:00:00+08:00",
        ),
        "task": make(world, "回访", person, "tasks", related=str(key)),
    }


def broken() -> list[str]:
    return [f"{c['check']}: {c['remedy']}" for c in run_checks() if not c["ok"]]


def pointing_to(key: UUID) -> set[str]:
    """Every uuid column of every table that holds the key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_name, table_schema) "
            "WHERE c.table_schema = 'public' AND c.data_type = 'uuid' AND t.table_type = 'BASE TABLE'"
        )
        found = set()
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT 1 FROM {table} WHERE "{column}" = %s LIMIT 1', [key])
            if cursor.fetchone():
                found.add(f"{table}.{column}")
        return found


def test_everything_follows_the_survivor(world: World) -> None:
    """Children of every kind, shares, the ownership log and the figures; nothing is left pointing to the loser."""
    stays, goes = (
        full(world, "甲科技", industry="it"),
        full(world, "乙科技", "rep2", phone="13811119999", region="上海"),
    )
    director = world.actor("director")
    shares.share(
        director,
        get_object("customers"),
        goes["customer"],
        {"grantee_kind": "user", "grantee": str(world.users["finance"])},
    )
    merge_records(director, "customers", stays["customer"], loser=goes["customer"])
    row = Customer.objects.get(pk=stays["customer"])
    assert (row.deal_count, int(row.deal_amount), row.region, row.industry) == (2, 2000, "上海", "it")
    assert row.former_names == ["乙科技"]
    for model in (Contact, Opportunity, Interaction):
        assert model._base_manager.filter(customer_id=row.id, holder_id=row.owner_id).count() == 2, model
    assert Task.objects.filter(related_id=row.id).count() == 2
    assert RecordShare.objects.filter(record_id=row.id).count() == 1
    assert OwnershipChange.objects.filter(record_id=row.id).count() == 2
    left = {place for place in pointing_to(goes["customer"]) if place.split(".")[0] not in REMEMBERS}
    assert {p for p in left if not p.startswith("base_audit_change")} == set()
    assert broken() == []
    assert OutboxEvent.objects.filter(kind="platform.records_merged").count() == 1
    assert AuditEvent.objects.get(action="merge").record_id == row.id


def test_it_is_found_by_either_name_and_address(world: World, call: Callable[[str], Caller]) -> None:
    stays, goes = make(world, "海天机械有限公司"), make(world, "云帆机械有限公司")
    before = call("rep").get(f"/customers/{goes}").json()
    answer = call("rep").post(f"/customers/{stays}/merge", {"loser": str(goes), "take": []})
    assert answer.status_code == 200 and answer.json()["undo"], answer.content
    assert call("rep").ids("customers", q="云帆") == {str(stays)}
    moved = call("rep").get(f"/customers/{goes}")
    assert (moved.status_code, moved.json()["id"], moved.json()["merged_from"]) == (200, str(stays), str(goes))
    assert moved["Content-Location"].endswith(str(stays))
    assert str(goes) not in call("rep").ids("customers", deleted=True), "not in the ordinary bin"
    assert call("rep").post(f"/customers/{goes}/restore").json()["code"] == "part_of_merge"
    assert call("rep3").get(f"/customers/{goes}").status_code == 404
    history = call("rep").get(f"/customers/{stays}/history").json()["items"]
    assert "merge" in {e["action"] for e in history}
    assert any(e.get("merged") and e["action"] == "create" for e in history), (
        "the loser's history is read at the survivor"
    )
    assert before["name"] == "云帆机械有限公司"


def test_values_are_chosen(world: World) -> None:
    """Gaps are filled, sets united, the rest chosen; the old name is kept whichever is taken; what may not be chosen is refused."""
    stays = make(world, "甲科技", industry="it", tags=["a", "b"], phone="13811112222")
    goes = make(world, "乙科技", industry="finance", tags=["b", "c"], email="x@y.cn")
    merge_records(world.actor("rep"), "customers", stays, loser=goes, take=["name", "industry"])
    row = Customer.objects.get(pk=stays)
    assert (row.name, row.industry, row.tags, row.phone, row.email) == (
        "乙科技",
        "finance",
        ["a", "b", "c"],
        "13811112222",
        "x@y.cn",
    )
    assert (row.unique_key, row.former_names) == ("c:乙科技", ["甲科技"])
    other = make(world, "丙科技")
    for name in ("owner", "number", "no_such", "deal_count"):
        with pytest.raises(Invalid):
            merge_records(world.actor("rep"), "customers", stays, loser=other, take=[name])


def test_the_same_person_at_both_is_merged_along(world: World) -> None:
    """One contact with the follow-ups of both; relations to each other and double ones go; all come back."""
    stays, goes = full(world, "甲科技"), full(world, "乙科技")
    third = make(world, "丙科技")
    rel = {"kind": "partner", "related": str(third)}
    for side in (stays, goes):
        write.create_record(
            world.actor("rep"), get_object("customer-relations"), {"customer": str(side["customer"]), **rel}
        )
    write.create_record(
        world.actor("rep"),
        get_object("customer-relations"),
        {"customer": str(goes["customer"]), "related": str(stays["customer"]), "kind": "partner"},
    )
    token = merge_records(world.actor("rep"), "customers", stays["customer"], loser=goes["customer"])
    live = Contact.objects.filter(customer_id=stays["customer"], deleted_at__isnull=True)
    assert [c.id for c in live] == [stays["contact"]]
    assert Interaction.objects.filter(contact_id=stays["contact"]).count() == 2
    assert CustomerRelation.objects.filter(deleted_at__isnull=True, customer_id=stays["customer"]).count() == 1
    assert broken() == []
    undo_change(world.actor("rep"), token)
    assert Contact.objects.filter(deleted_at__isnull=True, customer_id=goes["customer"]).count() == 1
    assert Interaction.objects.get(pk=goes["interaction"]).contact_id == goes["contact"]
    assert CustomerRelation.objects.filter(deleted_at__isnull=True, customer_id=goes["customer"]).count() == 2
    assert broken() == []


def test_refusals_are_clear(world: World, call: Callable[[str], Caller]) -> None:
    """Itself, out of sight, in the bin, merged already, of another kind, changed since the preview, one pooled."""
    stays, goes = make(world, "甲科技"), make(world, "乙科技")
    person, binned = _person(world), make(world, "丙科技")
    write.delete_records(world.actor("rep"), get_object("customers"), [binned])
    foreign, pooled = world.get("customers", "foreign").id, world.get("customers", "pooled").id
    lent = world.get("customers", "lent").id

    def code(loser: UUID, **more: Any) -> tuple[int, str]:
        answer = call("rep").post(f"/customers/{stays}/merge", {"loser": str(loser), **more})
        return answer.status_code, answer.json().get("code", "")

    assert code(stays) == (422, "merge_same_record")
    assert code(foreign) == (404, "not_found")
    assert code(lent) == (403, "forbidden")
    assert code(binned) == (409, "merge_in_bin")
    assert code(person) == (409, "not_mergeable")
    assert code(goes, loser_version=7) == (409, "merge_changed")
    assert code(goes, version=7) == (409, "merge_changed")
    assert code(UUID(int=5)) == (404, "not_found")
    with pytest.raises(errors.NotMergeable):
        merge_records(world.actor("admin"), "customers", stays, loser=pooled)
    assert code(goes)[0] == 200
    assert code(goes) == (409, "already_merged")
    assert call("service").post(f"/customers/{stays}/merge", {"loser": str(goes)}).status_code == 403


def _person(world: World) -> UUID:
    return write.create_record(world.actor("rep"), get_object("customers"), {"name": "王五", "kind": "person"})


def test_the_preview_is_what_happens(world: World, call: Callable[[str], Caller]) -> None:
    stays, goes = full(world, "甲科技"), full(world, "乙科技")
    body = {"object": "customers", "survivor": str(stays["customer"]), "loser": str(goes["customer"])}
    seen = call("rep").post("/duplicates/preview", body).json()
    told = {(c["object"], c["field"]): c["after"] for c in seen["children"]}
    assert told["contacts", "customer"] == 1 and told["opportunities", "customer"] == 2
    assert {f["name"] for f in seen["fields"]} >= {"name"}
    assert Customer.objects.filter(pk=goes["customer"], deleted_at__isnull=True).exists(), "nothing was done yet"
    merge_records(world.actor("rep"), "customers", stays["customer"], loser=goes["customer"])
    for (kind, field), count in told.items():
        o = get_object(kind)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {o.table} WHERE {o.by_name[field].stored} = %s AND deleted_at IS NULL",
                [stays["customer"]],
            )
            assert cursor.fetchone()[0] == count, kind
    refused = call("rep").post("/duplicates/preview", {**body, "loser": body["survivor"]}).json()
    assert refused["refusal"]["code"] == "merge_same_record"
    foreign = {**body, "loser": str(world.get("customers", "foreign").id)}
    assert call("rep").post("/duplicates/preview", foreign).status_code == 404


def test_a_field_switched_off_follows_too(world: World, call: Call) -> None:
    """PLT-2: a reference taken from the forms goes along with a merge and back with its parting; on again it leads to who is there."""
    define(call, "contacts", {"key": "maker", "type": "reference", "target": "customers", "label_zh": "原厂"})
    stays, goes = make(world, "甲科技"), make(world, "乙科技")
    contact = make(world, "张三", kind="contacts", customer=str(stays), **{"custom.maker": str(goes)})
    call("admin").post("/admin/fields/contacts/maker/deactivate")
    body = {"object": "customers", "survivor": str(stays), "loser": str(goes)}
    assert call("rep").post("/duplicates/preview", body).status_code == 200
    merge_records(world.actor("director"), "customers", stays, loser=goes)
    assert Contact.objects.get(pk=contact).custom["maker"] == str(stays)
    part_records(world.actor("director"), Merge.objects.latest("at").id)
    assert Contact.objects.get(pk=contact).custom["maker"] == str(goes)
    call("admin").post("/admin/fields/contacts/maker/activate")
    assert call("rep").get(f"/contacts/{contact}").json()["custom.maker"]["id"] == str(goes)


def test_parting_is_honest(world: World) -> None:
    """What was done since stays and is named; what the merge moved goes back."""
    stays, goes = (
        full(world, "甲科技", industry="it"),
        full(world, "乙科技", "rep2", phone="13811119999", region="上海"),
    )
    director = world.actor("director")
    token = merge_records(director, "customers", stays["customer"], loser=goes["customer"], take=["industry"])
    row = Customer.objects.get(pk=stays["customer"])
    write.update_record(director, get_object("customers"), row.id, {"region": "苏州"}, version=row.version)
    make(world, "新联系人", "director", "contacts", customer=str(row.id))
    third = make(world, "丙科技", "director")
    task = Task.objects.get(pk=goes["task"])
    write.update_record(director, get_object("tasks"), task.id, {"related": str(third)}, version=task.version)
    merge = Merge.objects.get(undo_id=token)
    report = " ".join(line["zh-CN"] for line in part_records(director, merge.id)["report"])
    assert "地区" in report and "1 条联系人" in report and "1 条任务" in report, report
    row.refresh_from_db()
    assert (row.region, row.industry, row.former_names, row.deal_count) == ("苏州", "it", [], 1)
    back = Customer.objects.get(pk=goes["customer"])
    assert (back.deleted_at, back.deal_count, back.name) == (None, 1, "乙科技")
    assert Contact.objects.get(pk=goes["contact"]).holder_id == world.users["rep2"]
    assert Task.objects.get(pk=goes["task"]).related_id == third
    assert broken() == []
    with pytest.raises(NotFound):
        part_records(director, merge.id)
    with pytest.raises(UndoDone):
        undo_change(director, token)


def test_who_may_part_and_until_when(world: World) -> None:
    stays, goes = make(world, "甲科技"), make(world, "乙科技")
    token = merge_records(world.actor("rep"), "customers", stays, loser=goes)
    merge = Merge.objects.get(undo_id=token)
    with pytest.raises(NotFound):
        part_records(world.actor("rep3"), merge.id)
    with pytest.raises(Forbidden):
        part_records(world.actor("service"), merge.id)
    Operation.objects.filter(pk=token).update(until=now() - timedelta(seconds=1))
    with pytest.raises(UndoTooLate):
        part_records(world.actor("manager"), merge.id)
    Operation.objects.filter(pk=token).update(until=now() + timedelta(days=1))
    write.delete_records(world.actor("rep"), get_object("customers"), [stays])
    with pytest.raises(errors.SurvivorGone):
        part_records(world.actor("manager"), merge.id)
    write.restore_record(world.actor("rep"), get_object("customers"), stays)
    third = make(world, "丙科技")
    merge_records(world.actor("rep"), "customers", third, loser=stays)
    with pytest.raises(errors.MergedOnwards):
        part_records(world.actor("manager"), merge.id)


def test_a_taken_name_keeps_them_together(world: World) -> None:
    """The loser's name was given to a new customer since: parting would make an exact double, and says so."""
    stays, goes = make(world, "甲科技"), make(world, "乙科技")
    token = merge_records(world.actor("rep"), "customers", stays, loser=goes)
    make(world, "乙科技")
    with pytest.raises(Duplicate):
        undo_change(world.actor("rep"), token)
    assert Merge.objects.get(undo_id=token).undone_at is None


def test_chains_answer_with_their_end(world: World, call: Callable[[str], Caller]) -> None:
    one, two, three = (make(world, n) for n in ("甲科技", "乙科技", "丙科技"))
    merge_records(world.actor("rep"), "customers", two, loser=one)
    merge_records(world.actor("rep"), "customers", three, loser=two)
    assert call("rep").get(f"/customers/{one}").json()["id"] == str(three)
    assert Customer.objects.get(pk=three).former_names == ["甲科技", "乙科技"]
    listed = call("rep").get("/merges", object="customers", id=str(three)).json()["items"]
    assert [(m["loser"]["label"], m["can_undo"]) for m in listed] == [("乙科技", True), ("甲科技", False)]


@pytest.mark.parametrize("seed", range(8))
def test_any_merging_and_parting_leaves_every_child_with_one_parent(seed: int, world: World) -> None:
    """Against a model: which root each child hangs on after random merges, partings and new children."""
    dice = random.Random(seed)
    actor = world.actor("rep")
    customers = [make(world, f"模型{seed}{'甲乙丙丁戊'[n]}公司") for n in range(5)]
    parent: dict[UUID, UUID] = {}
    open_merges: list[tuple[UUID, UUID, UUID, set[UUID]]] = []
    living = set(customers)
    for step in range(14):
        choice = dice.random()
        if choice < 0.4:
            home = dice.choice(sorted(living))
            parent[make(world, f"跟进{step}", kind="interactions", customer=str(home))] = home
        elif choice < 0.75 and len(living) > 1:
            stays, goes = dice.sample(sorted(living), 2)
            moved = {child for child, home in parent.items() if home == goes}
            open_merges.append((merge_records(actor, "customers", stays, loser=goes), stays, goes, moved))
            living.discard(goes)
            parent.update(dict.fromkeys(moved, stays))
        elif open_merges:
            token, stays, goes, moved = open_merges.pop()  # the newest: its survivor is no loser since
            undo_change(actor, token)
            living.add(goes)
            parent.update(dict.fromkeys(moved, goes))
    real = dict(Interaction.objects.filter(pk__in=parent).values_list("id", "customer_id"))
    assert real == parent
    for key in customers:
        row = Customer.objects.get(pk=key)
        newest = Interaction.objects.filter(customer_id=key, deleted_at__isnull=True).order_by("-occurred_at").first()
        assert (row.deleted_at is None) == (key in living)
        assert row.last_contact_at == (newest.occurred_at if newest else None)
    assert broken() == []


def test_every_table_that_names_records_is_known(world: World) -> None:
    """A table of (object, record) that neither moves with a merge nor remembers on purpose would lose its rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name IN ('object', 'record_id') "
            "AND table_name NOT LIKE 'base_audit_change%' GROUP BY 1 HAVING count(*) = 2"
        )
        tables = {row[0] for row in cursor.fetchall()}
    moved = {p.table for p in places_of(get_object("customers"))}
    # What they keep is of the record as it was or opens by its address, which answers with the survivor.
    apart = {"platform_notification", "integrations_webhookdelivery"} | REMEMBERS
    assert tables - moved - apart == set()


# ---------------------------------------------------------------- races


def test_one_loser_goes_to_one_survivor(committed_world: World, race_db: Callable[..., list[Outcome]]) -> None:
    """C-1: two merges of one record, and a merge against an edit and against a new child."""
    world = committed_world
    actor = world.actor("rep")
    for n in range(6):
        one, two, goes = (make(world, f"竞争{n}{c}公司") for c in "甲乙丙")
        outcomes = race_db(
            lambda one=one, goes=goes: merge_records(actor, "customers", one, loser=goes),
            lambda two=two, goes=goes: merge_records(actor, "customers", two, loser=goes),
        )
        assert sorted(o.error is None for o in outcomes) == [False, True]
        assert isinstance(next(o.error for o in outcomes if o.error), Conflict)
        assert Merge.objects.filter(loser_id=goes, undone_at__isnull=True).count() == 1


def test_a_merge_against_an_edit_and_a_new_child(committed_world: World, race_db: Callable[..., list[Outcome]]) -> None:
    """Whoever is second learns it; no child is born under a record that has gone."""
    world = committed_world
    actor = world.actor("rep")
    for n in range(6):
        stays, goes = make(world, f"竞合{n}甲公司"), make(world, f"竞合{n}乙公司")
        outcomes = race_db(
            lambda stays=stays, goes=goes: merge_records(actor, "customers", stays, loser=goes, loser_version=1),
            lambda goes=goes: make(world, "新任务", kind="tasks", related=str(goes)),
            lambda goes=goes: make(world, "新跟进", kind="interactions", customer=str(goes)),
            lambda goes=goes: write.update_record(actor, get_object("customers"), goes, {"remark": "x"}, version=1),
        )
        merged = outcomes[0].error is None
        home = stays if merged else goes
        assert all(isinstance(o.error, (Invalid, NotFound, Conflict, type(None))) for o in outcomes), outcomes
        assert not Task.objects.filter(related_id=stays if home == goes else goes).exists()
        assert not Interaction.objects.filter(customer_id=stays if home == goes else goes).exists()


def test_whoever_held_the_one_that_goes_is_told(world: World) -> None:
    """CUS-9, S-2: by name where he may see what it became part of, without a name where he may not; never who merged it himself."""
    director = world.actor("director")
    near, far = make(world, "归并近有限公司", "rep"), make(world, "归并远有限公司", "rep3")
    lost, given = (make(world, f"归并{n}有限公司", "rep2") for n in ("甲", "乙"))
    shares.share(
        world.actor("rep"), get_object("customers"), near, {"grantee_kind": "user", "grantee": str(world.users["rep2"])}
    )
    hand_on()
    Notification.objects.all().delete()
    merge_records(director, "customers", near, loser=lost)
    merge_records(director, "customers", far, loser=given)
    hand_on()
    told = list(
        Notification.objects.filter(user_id=world.users["rep2"])
        .order_by("id")
        .values_list("title_zh", "path", "record_id")
    )
    assert told == [
        ("您负责的客户“归并甲有限公司”已被员工director合并到“归并近有限公司”", f"/customers/{near}", near),
        ("您负责的客户“归并乙有限公司”已被员工director合并到您看不到的记录", "", None),
    ]
    merge_records(
        director,
        "customers",
        make(world, "归并丁有限公司", "director"),
        loser=make(world, "归并戊有限公司", "director"),
    )
    hand_on()
    assert not Notification.objects.filter(user_id=world.users["director"], kind="merged").exists()
    assert not Notification.objects.filter(user_id=world.users["rep3"], kind="merged").exists()
