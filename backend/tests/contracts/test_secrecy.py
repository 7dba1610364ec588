"""S-3, P-1, POOL-4: hidden, masked and read-only fields on every road out and in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kemai.accounts.models import FieldRule, Role
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.platform.objects import secrecy
from kemai.platform.objects.declare import Field, get_object
from tests.calling import Caller
from tests.contracts import oracle
from tests.fixtures import forget_everything
from tests.world import World

#: object → the field a rule is laid on, what it holds, and how the world's own record gets that value.
FIELDS = {
    "customers": ("legal_representative", "隐藏的法人欧阳"),
    "contacts": ("email", "person0@who.example"),
    "opportunities": ("competitors", "隐藏的对手司徒"),
    "interactions": ("next_step", "隐藏的下一步令狐"),
    "tasks": ("description", "隐藏的说明上官"),
}


def lay_rule(name: str, field: str, access: str, role: str = "sales_rep") -> None:
    with act(INSTALLER, "grants", object="roles"):
        FieldRule.objects.create(role=Role.objects.get(code=role), object=name, field=field, access=access)
    forget_everything()


def plant(world: World, call: Callable[[str], Caller], name: str) -> str:
    """Write the value into the representative's own record, twice, so that history holds it as old and as new."""
    field, value = FIELDS[name]
    path = f"/{name}/{world.get(name, 'mine').id}"
    rep = call("rep")
    for text in (value.replace("隐藏", "从前"), value):
        text = text if "@" not in value else value
        answer = rep.patch(path, {field: text}, rep.get(path).json()["version"])
        assert answer.status_code == 200, answer.content.decode()
    return path


def roads(rep: Caller, name: str, path: str, field: str, value: str) -> dict[str, str]:
    """Every road out, as text."""
    found = {
        "list": rep.get(f"/{name}", limit=200),
        "detail": rep.get(path),
        "history": rep.get(f"{path}/history"),
        "options": rep.get(f"/{name}/options"),
        "search": rep.get("/search", q=value[:60]),
        "meta": rep.get(f"/meta/objects/{name}"),
        "timeline": rep.get(f"/customers/{path.split('/')[-1]}/timeline"),
        "stale": rep.patch(path, {}, 99_999),
    }
    return {words: answer.content.decode() for words, answer in found.items()}


def check_withheld(rep: Caller, name: str, path: str, access: str) -> None:
    field, value = FIELDS[name]
    for words, text in roads(rep, name, path, field, value).items():
        assert value not in text, words
        assert value.replace("隐藏", "从前") not in text, words
    if access == "masked":
        assert rep.get(f"/{name}", fields=field).status_code == 200
    else:
        assert rep.get(f"/{name}", fields=field).status_code == 400
        assert field not in rep.get(path).json()
    for operator in get_object(name).by_name[field].type.operators:
        argument = {"is_null": False, "in": [value], "not_in": ["x"]}.get(operator, value)
        leaf = {"field": field, "op": operator, "value": argument}
        assert rep.get(f"/{name}", filter=leaf).status_code == 400, operator
        assert rep.post(f"/{name}/aggregate", {"filter": leaf}).status_code == 400, operator
    assert rep.get(f"/{name}", sort=field).status_code == 400
    assert rep.post(f"/{name}/aggregate", {"group_by": [field]}).status_code == 400
    assert rep.post(f"/{name}/aggregate", {"measures": [{"op": "min", "field": field}]}).status_code == 400
    # Guessing by search: a fragment of the withheld value finds nothing.
    assert rep.get(f"/{name}", q=value[-4:] if "@" not in value else "who.example").json()["items"] == []
    refused = rep.patch(path, {field: "我改"}, rep.get(path).json()["version"])
    assert refused.status_code == 422, refused.content.decode()
    assert (
        rep.post(
            f"/{name}/bulk", {"ids": [path.split("/")[-1]], "action": "set", "params": {field: "我改"}}
        ).status_code
        == 422
    )


@pytest.mark.parametrize("access", ["hidden", "masked"])
@pytest.mark.parametrize("name", FIELDS)
def test_a_withheld_field_stays_withheld(name: str, access: str, world: World, call: Callable[[str], Caller]) -> None:
    """S-3, ORG-3."""
    path = plant(world, call, name)
    field, value = FIELDS[name]
    assert value in call("rep").get(path).content.decode()  # without the rule it is told
    lay_rule(name, field, access)
    check_withheld(call("rep"), name, path, access)


def test_the_check_of_withheld_fields_can_fail(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """T-3: with masking broken the check above goes red."""
    path = plant(world, call, "customers")
    lay_rule("customers", "legal_representative", "masked")
    monkeypatch.setattr(secrecy, "_MASKS", dict.fromkeys(secrecy._MASKS, "{0}"))
    forget_everything()
    with pytest.raises(AssertionError):
        check_withheld(call("rep"), "customers", path, "masked")


def test_read_only_is_seen_and_not_written(world: World, call: Callable[[str], Caller]) -> None:
    """ORG-3."""
    path = plant(world, call, "customers")
    field, value = FIELDS["customers"]
    lay_rule("customers", field, "read_only")
    rep = call("rep")
    assert rep.get(path).json()[field] == value
    assert rep.patch(path, {field: "我改"}, rep.get(path).json()["version"]).status_code == 422
    assert rep.get("/customers", filter={"field": field, "op": "eq", "value": value}).json()["items"]


def test_a_rule_binds_only_when_every_role_carries_it(world: World, call: Callable[[str], Caller]) -> None:
    """ORG-3: the most open rule of several roles holds, and the one of another role does not bind."""
    plant(world, call, "customers")
    lay_rule("customers", "legal_representative", "hidden", role="finance")
    assert "legal_representative" in call("rep").get(f"/customers/{world.get('customers', 'mine').id}").json()
    assert "legal_representative" not in call("finance").get(f"/customers/{world.get('customers', 'mine').id}").json()


PERSONAL = ("phone", "email", "address")
BLIND = ("rep", "rep2", "inside", "service", "finance", "watcher")


def check_pool(caller: Caller, world: World) -> None:
    fact = world.get("customers", "pooled")
    relation = world.get("customer-relations", "pooled")
    phone, mail = fact.secrets
    detail = caller.get(f"/customers/{fact.id}").json()
    assert detail["in_pool"] is True
    assert (detail["phone"], detail["email"], detail["address"]) == (
        "139****" + phone[-4:],
        "c***@" + mail.split("@")[1],
        "****",
    )
    texts = [
        caller.get("/customers", view="pool", fields="name,phone,email,address").content,
        caller.get(f"/customers/{fact.id}/history").content,
        caller.get(f"/customers/{fact.id}/timeline").content,
        caller.get("/customers/options", q="pooled").content,
    ]
    for text in texts:
        assert phone not in text.decode() and mail not in text.decode()
    for leaf in (
        {"field": "phone", "op": "eq", "value": phone},
        {"field": "email", "op": "starts_with", "value": mail[:8]},
        {"field": "address", "op": "contains", "value": "canary street pooled"},
    ):
        assert str(fact.id) not in caller.ids("customers", filter=leaf), leaf
        assert str(fact.id) not in {
            i["id"] for i in caller.get("/customers", filter=leaf, with_total=True).json()["items"]
        }
        count = caller.post(
            "/customers/aggregate", {"filter": {"and": [leaf, {"field": "in_pool", "op": "eq", "value": True}]}}
        ).json()["groups"]
        assert sum(g["count"] for g in count) == 0, leaf
        inner = {**leaf, "field": f"customer.{leaf['field']}"}
        if oracle.may(caller.name, relation, "view"):
            assert str(relation.id) in caller.ids("customer-relations")
        assert str(relation.id) not in caller.ids("customer-relations", filter=inner)
    assert str(fact.id) not in caller.ids("customers", q=phone[3:9])  # fragments only where the number may be seen


@pytest.mark.parametrize("person", BLIND)
def test_contact_ways_in_the_pool_are_masked(person: str, world: World, call: Callable[[str], Caller]) -> None:
    """POOL-4: in lists, details, history, pickers and filters, for everybody without the right to see them."""
    check_pool(call(person), world)


def test_the_pool_check_can_fail(world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: with the row's secrecy broken the check goes red."""

    def open_secret(actor: object, field: Field) -> str:
        return ""

    monkeypatch.setattr(secrecy, "row_secret", open_secret)
    forget_everything()
    with pytest.raises(AssertionError):
        check_pool(call("rep2"), world)


def test_claiming_reveals_and_releasing_hides_again(world: World, call: Callable[[str], Caller]) -> None:
    """POOL-4: who holds the customer sees its number, history included; who gave it back does not."""
    rep, fact = call("rep"), world.get("customers", "pooled")
    assert rep.post(f"/customers/{fact.id}/claim").json()["phone"] == fact.secrets[0]
    assert str(fact.id) in rep.ids("customers", q=fact.secrets[0][3:9])
    assert "*" in rep.post(f"/customers/{fact.id}/release", {"reason": "other"}).json()["phone"]


def test_contacts_of_pooled_customers_are_masked(world: World, call: Callable[[str], Caller]) -> None:
    """POOL-4: a contact's number is as secret as its customer's while that lies in the pool."""
    contact = world.get("contacts", "pooled")
    for person in ("service", "finance"):
        caller = call(person)
        detail = caller.get(f"/contacts/{contact.id}").json()
        assert detail["phone"] == "138****" + "5010" and "person10" not in detail["email"], person
        assert str(contact.id) not in caller.ids(
            "contacts", filter={"field": "phone", "op": "eq", "value": "13800105010"}
        )
        assert str(contact.id) not in caller.ids("contacts", q="person10")
    assert call("director").get(f"/contacts/{contact.id}").json()["phone"] == "13800105010"


def test_masked_numbers_cannot_be_overwritten_unseen(world: World, call: Callable[[str], Caller]) -> None:
    """S-3: somebody who may edit but not see the pooled number may not replace it either."""
    with act(INSTALLER, "grants", object="roles"):
        Role.objects.get(code="finance").grants.create(permission="customers.customer.edit", scope="all")
    forget_everything()
    finance, fact = call("finance"), world.get("customers", "pooled")
    version = finance.get(f"/customers/{fact.id}").json()["version"]
    refused = finance.patch(f"/customers/{fact.id}", {"phone": "13911112222"}, version)
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "withheld"
    assert finance.patch(f"/customers/{fact.id}", {"remark": "fine"}, version).status_code == 200
