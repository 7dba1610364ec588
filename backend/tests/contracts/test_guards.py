"""T-3: each guard of rights is broken once, and the check that watches it must go red."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kemai.accounts import access
from kemai.accounts.access import Actor, Ownership, Scope
from kemai.customers.models import Contact
from kemai.platform.objects import drafts, filters, read, select, write
from kemai.platform.objects.declare import get_object
from tests.calling import Caller
from tests.contracts import test_canary, test_matrix, test_visible
from tests.contracts.trail import leave
from tests.world import World


def everything(actor: Actor, permission: str, line: Ownership, alias: str = "t") -> Scope:
    return Scope(True, (), {})


def break_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    """The predicate lets everybody see and do everything."""
    for module in (access, select, read, write, filters):
        monkeypatch.setattr(module, "branches", everything)
    select._plans.clear()


def test_the_matrix_notices_a_broken_scope(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-1."""
    break_scope(monkeypatch)
    wrong, _ = test_matrix.check(call("rep"), "rep", world)
    assert any("404" in line for line in wrong) and any("GET customers" in line for line in wrong)


def test_the_crawl_notices_a_broken_scope(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-2."""
    trail = leave(world)
    break_scope(monkeypatch)
    wrong, _ = test_canary.leaks(call("rep"), world, "rep", trail)
    assert wrong


def test_the_agreement_notices_a_list_that_differs(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-1: details alone are broken, lists are not; the two no longer agree."""
    monkeypatch.setattr(read, "branches", everything)
    select._plans.clear()
    assert any("detail" in line for line in test_visible.disagreements(call("rep"), world, "rep", "customers"))


def test_labels_notice_a_broken_scope(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-2: labels of references come through the scope of what they name."""
    path = f"/customer-relations/{world.get('customer-relations', 'mine').id}"
    assert "金丝雀colleague客户" not in call("rep").get(path).content.decode()
    monkeypatch.setattr(select, "branches", everything)
    select._plans.clear()
    assert "金丝雀colleague客户" in call("rep").get(path).content.decode()


def test_relation_filters_notice_a_broken_scope(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-2: a filter over a reference asks only what the reader may see there."""
    tree = {"field": "related.name", "op": "contains", "value": "colleague"}
    assert call("rep").ids("customer-relations", filter=tree) == set()
    monkeypatch.setattr(filters, "branches", everything)
    select._plans.clear()
    assert call("rep").ids("customer-relations", filter=tree) != set()


def test_the_key_in_the_body_notices_a_broken_check(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trap 7: without the proof of visibility a foreign key would be taken."""
    body = {"title": "x", "related": str(world.get("customers", "foreign").id)}
    assert call("rep").post("/tasks", body).status_code == 422

    def all_visible(
        actor: Actor, permission: str, line: Ownership, *, table: str, keys: list[Any], hold: bool = False
    ) -> set[Any]:
        return set(keys)

    monkeypatch.setattr(drafts, "visible_among", all_visible)
    assert call("rep").post("/tasks", body).status_code == 201


def test_the_recheck_is_needed(world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch) -> None:
    """ORG-2: a record may not be saved to where the writer's right does not reach."""
    body = {"name": "送给别人", "owner": str(world.users["rep2"])}
    refused = call("rep").post("/customers", body)
    assert refused.status_code == 403 and refused.json()["code"] == "out_of_scope"
    moved = {"name": "挂在公海名下", "customer": str(world.get("customers", "pooled").id)}
    assert call("rep").post("/contacts", moved).status_code == 403
    monkeypatch.setattr(write, "_recheck", lambda *arguments: None)
    assert not Contact.objects.filter(name=moved["name"]).exists()
    call("rep").post("/contacts", moved)
    assert Contact.objects.filter(name=moved["name"]).exists()


def test_explain_names_the_branch(world: World) -> None:
    """PLT-16: why somebody sees a record, and that nobody else does."""
    line = get_object("customers").ownership

    def why(person: str, slug: str) -> list[str]:
        key = world.get("customers", slug).id
        found = access.explain(
            world.actor(person), "customers.customer.view", line, table="customers_customer", key=key
        )
        return ["everything"] if found.everything else [way.kind for way, met in found.ways if met]

    assert why("rep", "mine") == ["owner"]
    assert why("rep", "lent") == ["share"]
    assert why("rep", "pooled") == ["pool"]
    assert why("manager", "mine") == ["department"]
    assert why("director", "mine") == ["everything"]
    assert why("rep", "foreign") == why("rep", "lapsed") == []
