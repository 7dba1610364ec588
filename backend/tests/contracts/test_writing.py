"""S-5, C-3, C-4, ORG-12: what may be written, from which version, how often, and what history tells of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models

from kemai.platform.objects.declare import ObjectType, declared_object, declared_objects, get_object
from tests.calling import Caller
from tests.contracts.oracle import OBJECTS
from tests.contracts.test_matrix import EDITS
from tests.fixtures import business_hash, taken_back
from tests.world import World

#: Requests to hand over are made by a command on the opportunity.
CREATED = [n for n in OBJECTS if declared_object(n).can_create]


def minimal(world: World, name: str, n: int = 0) -> dict[str, Any]:
    """The least a new record of each kind needs; ``n`` tells one from another."""
    customer, deal = str(world.get("customers", "mine").id), str(world.get("opportunities", "mine").id)
    return {
        "customers": {"name": f"新客户{n}号"},
        "contacts": {"name": f"新联系人{n}", "customer": customer},
        "customer-relations": {
            "customer": customer,
            "related": str(world.get("customers", "colleague").id),
            "kind": ("parent", "subsidiary")[n],
        },
        "interactions": {"customer": customer, "content": f"新跟进{n}"},
        "tasks": {"title": f"新任务{n}"},
        "opportunities": {"name": f"新商机{n}", "customer": customer, "amount": "10.00"},
        "needs": {"title": f"新需求{n}", "customer": customer},
        "promises": {"content": f"新承诺{n}", "customer": customer, "due_on": "2030-02-01"},
        "planned-contacts": {"title": f"新拜访{n}", "customer": customer, "planned_on": "2030-02-01"},
        "enrollments": {"customer": customer, "sequence": str(world.sequences[n])},
        "consents": {"customer": customer, "purpose": ("marketing", "sharing")[n]},
        "subject-requests": {
            "asked": f"新请求{n}",
            "kind": "copy",
            "subject": {"object": "contacts", "id": str(world.more_contacts[n])},
        },
        "reports": {"kind": "day", "begins_on": f"2031-01-0{n + 1}", "places": f"新去处{n}"},
        "cadences": {"field": "size", "value": ("large", "small")[n], "days": 9},
        "greetings": {"name": f"新问候{n}", "occasion": "birthday", "text": "生日快乐"},
        "sequences": {"name": f"新序列{n}"},
        "sequence-steps": {"title": f"新步骤{n}", "sequence": str(world.sequence)},
        "leads": {"name": f"新线索{n}", "phone": f"1370000000{n}"},
        "opportunity-lines": {"opportunity": deal, "product": str(world.products[n]), "quantity": "3"},
        "opportunity-contacts": {"opportunity": deal, "contact": str(world.more_contacts[n])},
        "opportunity-competitors": {"opportunity": deal, "competitor": str(world.competitors[1 + n])},
        "opportunity-members": {"opportunity": deal, "member": str(world.users[("rep2", "manager")[n]])},
        "opportunity-steps": {"opportunity": deal, "stage": str(world.stages[("contact", "negotiate")[n]])},
        "products": {"name": f"新产品{n}", "code": f"NEW-{n}", "price": "10.00"},
        "competitors": {"name": f"新对手{n}"},
        "web-forms": {"name": f"新表单{n}"},
        "exchange-rates": {"currency": "GBP", "valid_from": f"2031-01-0{n + 1}", "rate": "9.1"},
        "departments": {"name": f"新部门{n}", "parent": str(world.departments["top"])},
        "users": {"name": f"新人{n}", "username": f"new.{n}"},
        "roles": {"name": f"新角色{n}"},
        "teams": {"name": f"新团队{n}"},
        "pools": {"name": f"新公海{n}"},
        "pipelines": {"name": f"新流程{n}"},
        "stages": {"name": f"新阶段{n}", "pipeline": str(world.pipeline), "code": f"new{n}", "kind": "open"},
    }[name]


def sample(column: models.Field[Any, Any]) -> Any:
    """Some value of a column's kind."""
    kind = column.get_internal_type()
    samples = {
        "UUIDField": "01900000-0000-7000-8000-000000000001",
        "ForeignKey": "01900000-0000-7000-8000-000000000001",
        "IntegerField": 3,
        "DecimalField": "3.00",
        "BooleanField": True,
        "DateTimeField": "2020-01-01T00:00:00+08:00",
        "DateField": "2020-01-01",
        "JSONField": {"a": 1},
    }
    return samples.get(kind, ["x"] if kind == "ArrayField" else "x")


def columns_of(declaration: ObjectType) -> list[tuple[str, Any]]:
    """Every name a body might try: column names and attribute names of the whole model."""
    found = {}
    for column in declaration.model._meta.concrete_fields:
        found[column.name] = found[column.column] = sample(column)
    return sorted(found.items())


@pytest.mark.parametrize("name", CREATED)
def test_only_declared_fields_are_written(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """S-5: every column of the model is tried in a create and in an edit; what is not declared writable is refused by name."""
    declaration, admin = get_object(name), call("admin")
    with taken_back():
        made = admin.post(f"/{name}", minimal(world, name))
        assert made.status_code == 201, made.content.decode()
        key, version = made.json()["id"], made.json()["version"]
        before = business_hash()
        tried = 0
        for column, value in columns_of(declaration):
            field = declaration.by_name.get(column)
            if field is not None and field.writable:
                continue
            tried += 1
            for answer in (
                admin.post(f"/{name}", {**minimal(world, name, 1), column: value}),
                admin.patch(f"/{name}/{key}", {column: value}, version),
                admin.post(f"/{name}/bulk", {"ids": [key], "action": "set", "params": {column: value}}),
            ):
                assert answer.status_code == 422, (column, answer.status_code)
                assert answer.json()["errors"][0]["code"] in ("unknown_field", "not_writable"), column
        assert business_hash() == before
        assert tried >= 8


@pytest.mark.parametrize("name", CREATED)
def test_versions(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """C-3: 428 without If-Match, 412 with an old one and both versions in the answer, the new ETag after a change."""
    admin = call("admin")
    made = admin.post(f"/{name}", minimal(world, name))
    assert made["Location"] == f"/api/v1/{name}/{made.json()['id']}"
    path = f"/{name}/{made.json()['id']}"
    edit = EDITS[name]
    assert admin.patch(path, edit).status_code == admin.delete(path).status_code == 428
    changed = admin.patch(path, edit, made["ETag"])
    assert changed.status_code == 200
    assert changed["ETag"] == admin.get(path)["ETag"] == f'"{changed.json()["version"]}"' != made["ETag"]
    field = next(iter(edit))
    stale = admin.patch(path, {field: 9 if isinstance(edit[field], int) else "mine"}, made["ETag"])
    assert stale.status_code == 412
    assert stale.json()["current"][field] == edit[field]
    assert stale.json()["conflicts"][0]["theirs"] == edit[field]
    assert admin.delete(path, made["ETag"]).status_code in (412, 403)
    assert admin.patch(path, edit, "nonsense").status_code == admin.patch(path, edit, "²").status_code == 400
    same = admin.patch(path, edit, changed["ETag"])
    assert same.json()["version"] == changed.json()["version"]  # nothing changed, no new version


@pytest.mark.parametrize("name", CREATED)
def test_history_tells_old_and_new(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """ORG-12: creation, then the change with both values, by whom."""
    admin = call("admin")
    made = admin.post(f"/{name}", minimal(world, name)).json()
    path = f"/{name}/{made['id']}"
    field, value = next(iter(EDITS[name].items()))
    admin.patch(path, EDITS[name], made["version"])
    items = admin.get(f"{path}/history").json()["items"]
    assert [i["action"] for i in items] == ["edit", "create"]
    assert items[0]["actor"] == {"id": str(world.users["admin"]), "label": "员工admin"}
    change = next(c for c in items[0]["changes"] if c["field"] == field)
    assert (change["old"], change["new"]) == (made[field], value)


@pytest.mark.parametrize("name", [n for n in CREATED if n != "users"])
def test_to_the_bin_and_back(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """ORG-12: a deleted record is gone from its list, lies in the bin, and comes back as it was."""
    admin = call("admin")
    made = admin.post(f"/{name}", minimal(world, name)).json()
    path = f"/{name}/{made['id']}"
    assert admin.delete(path, made["version"]).status_code == 204
    assert admin.get(path).status_code == 404
    assert made["id"] not in admin.ids(name) and made["id"] in admin.ids(name, deleted=True)
    assert admin.get(path, deleted=True).json()["deleted_at"]
    back = admin.post(f"{path}/restore")
    assert back.status_code == 200 and "deleted_at" not in back.json()
    same = {k: v for k, v in made.items() if k not in ("version", "updated_at", "can")}
    assert {k: back.json()[k] for k in same} == same
    assert admin.post(f"{path}/restore").status_code == 404


def test_children_go_and_come_back_together(world: World, call: Callable[[str], Caller]) -> None:
    """A customer takes its contacts, opportunities and follow-ups along; one deleted before stays in the bin."""
    rep, key = call("rep"), world.get("customers", "mine").id
    early = rep.post("/contacts", {"name": "早走的", "customer": str(key)}).json()
    rep.delete(f"/contacts/{early['id']}", 1)
    names = ("contacts", "opportunities", "interactions", "customer-relations")
    before = {n: rep.ids(n, filter={"field": "customer", "op": "eq", "value": str(key)}) for n in names}
    assert all(before.values())
    assert rep.delete(f"/customers/{key}", rep.get(f"/customers/{key}").json()["version"]).status_code == 204
    for n in names:
        assert not before[n] & rep.ids(n), n
    assert rep.post(f"/customers/{key}/restore").status_code == 200
    for n in names:
        assert rep.ids(n, filter={"field": "customer", "op": "eq", "value": str(key)}) == before[n], n
    assert early["id"] not in rep.ids("contacts")


def test_a_restored_double_is_refused(world: World, call: Callable[[str], Caller]) -> None:
    """CUS-9: what has been replaced meanwhile cannot come back."""
    rep = call("rep")
    first = rep.post("/customers", {"name": "先来公司"}).json()
    rep.delete(f"/customers/{first['id']}", 1)
    assert rep.post("/customers", {"name": "先来公司"}).status_code == 201
    assert rep.post(f"/customers/{first['id']}/restore").status_code == 409


@pytest.mark.parametrize("name", CREATED)
def test_the_same_key_gives_the_same_answer(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """C-4: one effect; another body 422; the key is its person's and its route's."""
    admin = call("admin")
    body = minimal(world, name)
    one = admin.post(f"/{name}", body, Idempotency_Key="abc")
    count = len(admin.ids(name))
    two = admin.post(f"/{name}", body, Idempotency_Key="abc")
    assert (one.status_code, one.content, one["ETag"]) == (two.status_code, two.content, two["ETag"])
    assert two["Idempotent-Replay"] == "true" and "Idempotent-Replay" not in one
    assert len(admin.ids(name)) == count
    assert admin.post(f"/{name}", minimal(world, name, 1), Idempotency_Key="abc").status_code == 422
    assert call("director").post(f"/{name}", body, Idempotency_Key="abc").content != one.content
    assert admin.post(f"/{name}", body, Idempotency_Key="x" * 201).status_code == 400


def test_a_refusal_is_not_kept(world: World, call: Callable[[str], Caller]) -> None:
    """C-4: after a refusal the same key may try again."""
    rep = call("rep")
    assert rep.post("/customers", {"name": ""}, Idempotency_Key="k").status_code == 422
    assert rep.post("/customers", {"name": "再试"}, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("name", CREATED)
def test_unknown_names_are_refused(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """S-5: never ignored in silence."""
    admin = call("admin")
    made = admin.post(f"/{name}", {**minimal(world, name), "no_such_field": 1})
    assert made.status_code == 422 and made.json()["errors"][0]["field"] == "no_such_field"
    assert admin.get(f"/{name}", fields="no_such_field").status_code == 400
    assert admin.get(f"/{name}", sort="no_such_field").status_code == 400
    assert admin.get(f"/{name}", view="no_such_view").status_code == 400
    assert admin.get(f"/{name}", filter={"field": "no_such_field", "op": "eq", "value": 1}).status_code == 400
    for command in get_object(name).commands:
        refused = admin.post(f"/{name}/01900000-0000-7000-8000-000000000000/{command.name}", {"no_such_param": 1})
        assert refused.status_code in (404, 422), command.name
    assert all(o.name in OBJECTS for o in declared_objects())


REFERENCES = [
    ("contacts", "customer"),
    ("customer-relations", "customer"),
    ("customer-relations", "related"),
    ("interactions", "customer"),
    ("interactions", "contact"),
    ("interactions", "opportunity"),
    ("opportunities", "customer"),
    ("opportunities", "contact"),
    ("tasks", "related"),
    ("tasks", "parent"),
]


@pytest.mark.parametrize(("name", "field"), REFERENCES)
def test_the_key_in_the_body_must_be_visible(
    name: str, field: str, world: World, call: Callable[[str], Caller]
) -> None:
    """S-2, trap 7: a reference to a foreign record and to none at all are refused with the same words."""
    declared = get_object(name).by_name[field]
    rep = call("rep")
    target = declared.target or declared.targets[0]
    body = minimal(world, name)
    answers = []
    for key in (str(world.get(target, "foreign").id), "01900000-0000-7000-8000-000000000000"):
        answer = rep.post(f"/{name}", {**body, field: key})
        assert answer.status_code == 422, answer.content.decode()
        answers.append(answer.content)
    assert answers[0] == answers[1]
    assert any(e["code"] == "not_visible" and e["field"] == field for e in answer.json()["errors"])
