"""S-1: list, detail, search, options, bulk and export keys, count, aggregate and board agree on which records a person sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import MagicMock, patch
from uuid import UUID

import pytest

from kemai.platform.objects import searching
from kemai.platform.objects.bulk import _keys
from kemai.platform.objects.declare import declared_objects, get_object
from kemai.platform.objects.select import Query
from tests.calling import Caller
from tests.contracts import oracle
from tests.world import World

#: A filter and a search word for each kind of record that hold for all records of the world.
TRUE_OF_ALL: dict[str, tuple[dict[str, Any] | None, str]] = {
    "customers": ({"field": "industry", "op": "eq", "value": "it"}, "金丝雀"),
    "contacts": ({"field": "name", "op": "contains", "value": "金丝雀"}, "金丝雀"),
    "customer-relations": ({"field": "kind", "op": "eq", "value": "partner"}, "金丝雀"),
    "interactions": ({"field": "channel", "op": "eq", "value": "phone"}, "金丝雀"),
    "tasks": ({"field": "status", "op": "eq", "value": "open"}, "金丝雀"),
    "opportunities": ({"field": "status", "op": "eq", "value": "open"}, "金丝雀"),
    "needs": ({"field": "title", "op": "contains", "value": "金丝雀"}, "金丝雀"),
    "promises": ({"field": "status", "op": "eq", "value": "open"}, "金丝雀"),
    "planned-contacts": ({"field": "status", "op": "eq", "value": "planned"}, "金丝雀"),
    "enrollments": ({"field": "status", "op": "eq", "value": "active"}, "金丝雀"),
    "reports": ({"field": "kind", "op": "eq", "value": "day"}, "金丝雀"),
    "leads": ({"field": "status", "op": "eq", "value": "new"}, "金丝雀"),
    "subject-requests": ({"field": "kind", "op": "eq", "value": "copy"}, "金丝雀"),
    "consents": ({"field": "purpose", "op": "eq", "value": "marketing"}, "金丝雀"),
    "opportunity-lines": ({"field": "quantity", "op": "eq", "value": "1"}, "金丝雀"),
    "opportunity-contacts": ({"field": "influence", "op": "eq", "value": "high"}, "金丝雀"),
    "opportunity-competitors": ({"field": "threat", "op": "eq", "value": "high"}, "金丝雀"),
    "opportunity-members": ({"field": "can_write", "op": "eq", "value": False}, "金丝雀"),
    "opportunity-steps": ({"field": "due_on", "op": "eq", "value": "2030-01-31"}, "金丝雀"),
    "transfer-requests": ({"field": "state", "op": "eq", "value": "pending"}, "金丝雀"),
}
SEERS = [p for p in oracle.CALLERS if oracle.scope_of(oracle.CALLERS[p], "customers", "view")]


def ways(caller: Caller, world: World, person: str, name: str) -> dict[str, set[str] | int]:
    """Each way of asking → the keys or the number it gives."""
    tree, q = TRUE_OF_ALL[name]
    actor, declaration = world.actor(oracle.CALLERS[person]), get_object(name)
    found: dict[str, set[str] | int] = {
        "list": caller.ids(name),
        "list filtered": caller.ids(name, filter=tree),
        "list searched": caller.ids(name, q=q),
        "list by pages of three": caller.ids(name, limit=3),
        "detail": {str(f.id) for f in world.of(name) if caller.get(f"/{name}/{f.id}").status_code == 200},
        "options": {o["id"] for o in caller.get(f"/{name}/options", limit=50).json()["items"]},
        "options by id": {
            o["id"]
            for o in caller.get(
                f"/{name}/options", ids=",".join(str(f.id) for f in world.of(name) if not f.deleted)
            ).json()["items"]
        },
        "keys of bulk": set(_keys(actor, declaration, Query())),
        "count": caller.get(f"/{name}", limit=1, with_total=True).json()["total"],
        "count filtered": caller.get(f"/{name}", limit=1, with_total=True, filter=tree).json()["total"],
        "count searched": caller.get(f"/{name}", limit=1, with_total=True, q=q).json()["total"],
        "aggregate": counted(caller, name, {}),
        "aggregate filtered": counted(caller, name, {"filter": tree, "q": q}),
    }
    if declaration.search.global_search:
        groups = caller.get("/search", q=q, limit=20).json()["groups"]
        found["search"] = {i["id"] for g in groups if g["object"] == name for i in g["items"]}
    for words, spread in SPREADS.items():
        with every_word(spread):
            found[f"list searched for {words}"] = caller.ids(name, q=q)
            found[f"list searched for {words}, by pages of three"] = caller.ids(name, q=q, limit=3)
            found[f"count searched for {words}"] = caller.get(f"/{name}", limit=1, with_total=True, q=q).json()["total"]
            if declaration.search.global_search:
                groups = caller.get("/search", q=q, limit=20).json()["groups"]
                found[f"search for {words}"] = {i["id"] for g in groups if g["object"] == name for i in g["items"]}
    if declaration.board:
        # No opportunity of the world is lost, so the board shows all of them.
        for words, query in (("board", {}), ("board filtered", {"filter": tree}), ("board searched", {"q": q})):
            columns = caller.get(f"/{name}/board", limit=50, **query).json()["columns"]
            found[words] = {i["id"] for c in columns for i in c["items"]}
            found[f"{words} counts"] = sum(c["count"] for c in columns)
    return found


#: As statistics of larger tables would have them: searches then go other ways.
SPREADS = {"a common word": (True, False), "a word of some": (False, False), "a rare word": (False, True)}


@contextmanager
def every_word(spread: tuple[bool, bool]) -> Iterator[None]:
    """Statistics that say of every word whether most records have it, and whether few have."""
    known = MagicMock()
    known.common.return_value, known.few.return_value = spread
    with patch.object(searching, "search_terms", return_value=known):
        yield
    assert known.common.called


def counted(caller: Caller, name: str, body: dict[str, Any]) -> int:
    groups = caller.post(f"/{name}/aggregate", {**body, "group_by": [], "measures": [{"op": "count"}]}).json()["groups"]
    return sum(g["count"] for g in groups)


def disagreements(caller: Caller, world: World, person: str, name: str) -> list[str]:
    expected = {str(f.id) for f in world.of(name) if oracle.sees(oracle.CALLERS[person], f)}
    wrong = []
    for way, answer in ways(caller, world, person, name).items():
        if answer != (len(expected) if isinstance(answer, int) else expected):
            wrong.append(f"{way}: {answer if isinstance(answer, int) else len(answer)} of {len(expected)}")
    return wrong


@pytest.mark.parametrize("person", SEERS)
def test_every_way_of_asking_agrees(person: str, world: World, call: Callable[[str], Caller]) -> None:
    """S-1, PLT-1: and agrees with the oracle."""
    for name in oracle.SALES:
        if oracle.scope_of(oracle.CALLERS[person], name, "view"):
            assert not disagreements(call(person), world, person, name), name


@pytest.mark.parametrize("person", SEERS)
def test_lists_bounded_by_one_value_agree(person: str, world: World, call: Callable[[str], Caller]) -> None:
    """S-1: a list bounded by one value of a narrow field, which is sifted by the scope, shows what the whole list shows of it."""
    caller, tried = call(person), 0
    for name in oracle.SALES:
        if not oracle.scope_of(oracle.CALLERS[person], name, "view"):
            continue
        declaration = get_object(name)
        for found in (f for f in declaration.fields if f.narrow):
            # A value none of the person's records has, too: what is out of sight must stay so.
            values = set(declaration.model.objects.values_list(found.stored, flat=True)) - {None}
            rows = caller.all(name, fields=found.name)
            for value in map(str, values):
                leaf = {"field": found.name, "op": "eq", "value": value}
                expected = {r["id"] for r in rows if r[found.name] and r[found.name]["id"] == value}
                for tree in (leaf, {"and": [leaf, leaf]}):
                    assert caller.ids(name, filter=tree) == expected, (name, found.name, value)
                    assert caller.ids(name, filter=tree, limit=1) == expected, (name, found.name, value)
                tried += 1
    assert tried > 5


def test_sums_of_the_board_are_those_of_the_list(world: World, call: Callable[[str], Caller]) -> None:
    """The figures kept beside opportunities give each person the sum of what he sees."""
    for person in SEERS:
        if not oracle.scope_of(oracle.CALLERS[person], "opportunities", "view"):
            continue
        caller = call(person)
        listed = sum(round(float(row["amount"]) * 100) for row in caller.all("opportunities"))
        columns = caller.get("/opportunities/board").json()["columns"]
        assert sum(round(float(c["sum"]) * 100) for c in columns) == listed, person


def test_the_bin_is_for_those_who_may_delete(world: World, call: Callable[[str], Caller]) -> None:
    """ORG-2: what lies in the recycle bin is neither listed nor counted for anybody without the right to delete."""
    binned = world.get("customers", "binned")
    for person in SEERS:
        as_person = oracle.CALLERS[person]
        allowed = oracle.scope_of(as_person, "customers", "delete") is not None
        caller = call(person)
        answers = {
            "list": caller.get("/customers", deleted=True),
            "count": caller.get("/customers", deleted=True, with_total=True),
            "aggregate": caller.post("/customers/aggregate", {"deleted": True, "group_by": ["industry"]}),
            "bulk": caller.post("/customers/bulk", {"deleted": True, "action": "restore", "filter": {"and": []}}),
            "detail": caller.get(f"/customers/{binned.id}", deleted=True),
        }
        for way, answer in answers.items():
            if not allowed:
                assert answer.status_code == 403, (person, way)
        if allowed and way == "list":
            assert (str(binned.id) in caller.ids("customers", deleted=True)) == oracle.may(as_person, binned, "view"), (
                person
            )


def test_keys_named_are_not_trusted(world: World, call: Callable[[str], Caller]) -> None:
    """S-1: naming a foreign key in ids, cursor or filter opens nothing."""
    rep, foreign = call("rep"), world.get("customers", "foreign")
    assert rep.get("/customers/options", ids=str(foreign.id)).json()["items"] == []
    assert rep.ids("customers", filter={"field": "owner", "op": "eq", "value": str(world.users["rep3"])}) == {
        str(f.id) for f in world.of("customers") if "rep3" in f.owners and oracle.sees("rep", f)
    }
    stolen = call("rep3").get("/customers", limit=1).json()["next_cursor"]
    assert rep.get("/customers", limit=1, cursor=stolen).status_code == 400
    assert isinstance(foreign.id, UUID)


def test_kinds_of_record_of_the_world(world: World) -> None:
    """Nothing above would notice a kind of record without records."""
    assert {o.name for o in declared_objects()} - set(TRUE_OF_ALL) == {*oracle.LOOK_UP, "roles"}
