"""Grouped tables and boards by any field: over every kind of record, for each role, they add up to what the list shows (CUS-7)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kemai.platform.objects import types
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.groups import may_group
from tests.calling import Caller
from tests.contracts.oracle import CALLERS, OBJECTS, list_status
from tests.contracts.test_paging import bulk
from tests.contracts.test_queries import statements
from tests.contracts.test_secrecy import lay_rule
from tests.fixtures import taken_back
from tests.world import World


def levels(declaration: ObjectType) -> list[str]:
    """Everything that can be grouped by, dates by each period once."""
    periods = ("day", "week", "month", "quarter", "year")
    fields = [f for f in declaration.by_name.values() if may_group(declaration, f) and f.filterable]
    dated = [f for f in fields if isinstance(f.type, types.Date)]
    return [f.name for f in fields if f not in dated] + [
        f"{f.name}:{periods[n % len(periods)]}" for n, f in enumerate(dated)
    ]


@pytest.mark.parametrize("person", ["rep", "manager", "director", "service", "watcher", "auditor"])
@pytest.mark.parametrize("name", OBJECTS)
def test_the_groups_of_a_list_are_the_list(name: str, person: str, world: World, call: Callable[[str], Caller]) -> None:
    """Each record is in exactly one group, each group's own filter finds its records, and the total is the list's."""
    caller = call(person)
    if list_status(CALLERS[person], name) == 403:
        assert caller.post(f"/{name}/aggregate", {"group_by": []}).status_code == 403
        return
    everything = caller.ids(name)
    described = caller.get(f"/meta/objects/{name}").json()["fields"]
    offered = {f["name"] for f in described if f["groupable"]}
    for level in levels(get_object(name)):
        if level.partition(":")[0] not in offered:  # withheld from him, on all records or on some
            assert caller.post(f"/{name}/aggregate", {"group_by": [level]}).status_code == 400, level
            continue
        answer = caller.post(f"/{name}/aggregate", {"group_by": [level], "with_total": True, "order": "key"})
        assert answer.status_code == 200, (level, answer.content.decode())
        data = answer.json()
        found: list[str] = []
        for group in data["groups"]:
            members = caller.ids(name, filter=group["filter"])
            assert len(members) == group["count"], (level, group)
            found += members
        assert sorted(found) == sorted(everything), level
        assert (data["total"] or {"count": 0})["count"] == len(everything)
        assert data["more"] is False


def test_two_levels_nest_and_sums_add_up(world: World, call: Callable[[str], Caller]) -> None:
    director = call("director")
    measures = [{"op": "sum", "field": "amount"}, {"op": "max", "field": "amount"}]
    body = {"group_by": ["owner"], "measures": measures, "with_total": True, "order": "-sum_amount"}
    outer = director.post("/opportunities/aggregate", body).json()
    sums = [Decimal(g["sum_amount"]) for g in outer["groups"]]
    assert sums == sorted(sums, reverse=True) and sum(sums) == Decimal(outer["total"]["sum_amount"])
    for group in outer["groups"]:
        inner = director.post(
            "/opportunities/aggregate",
            {"group_by": ["created_at:month"], "measures": measures, "filter": group["filter"]},
        ).json()["groups"]
        assert sum(Decimal(g["sum_amount"]) for g in inner) == Decimal(group["sum_amount"])
        assert sum(g["count"] for g in inner) == group["count"]


def test_limit_and_total_are_told(world: World, call: Callable[[str], Caller]) -> None:
    """The total is of everything, also of what the limit cut away."""
    director = call("director")
    body = {"group_by": ["owner"], "limit": 1, "with_total": True}
    data = director.post("/opportunities/aggregate", body).json()
    assert len(data["groups"]) == 1 and data["more"] is True
    assert data["total"]["count"] == len(director.ids("opportunities")) > data["groups"][0]["count"]


def test_choices_stand_in_their_own_order(world: World, call: Callable[[str], Caller]) -> None:
    known = [
        c["value"]
        for f in call("rep").get("/meta/objects/tasks").json()["fields"]
        if f["name"] == "status"
        for c in f["choices"]
    ]
    groups = call("director").post("/tasks/aggregate", {"group_by": ["status"], "order": "key"}).json()["groups"]
    shown = [g["key"]["status"] for g in groups]
    assert shown == [value for value in known if value in shown]


@pytest.mark.parametrize(
    "body",
    [
        {"order": "name"},
        {"order": "sum_amount"},
        {"group_by": ["created_at"]},
        {"group_by": ["created_at:decade"]},
        {"group_by": ["remark"]},
        {"group_by": ["owner", "kind", "industry", "region"]},
        {"limit": 0},
        {"limit": "many"},
        {"measures": [{"op": "sum", "field": "name"}]},
        {"measures": [{"op": "sum; DROP", "field": "deal_amount"}]},
    ],
)
def test_what_cannot_be_grouped_is_refused(body: dict[str, Any], world: World, call: Callable[[str], Caller]) -> None:
    """B-6."""
    answer = call("director").post("/customers/aggregate", {"group_by": ["industry"], **body})
    assert answer.status_code == 400, answer.content.decode()


# Boards --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["rep", "director", "service"])
@pytest.mark.parametrize("name", OBJECTS)
def test_a_board_by_any_field_is_the_list(name: str, person: str, world: World, call: Callable[[str], Caller]) -> None:
    """Every column read on to its end by its own filter: together exactly the records of the list."""
    caller = call(person)
    if list_status(CALLERS[person], name) == 403:
        return
    meta = caller.get(f"/meta/objects/{name}").json()
    declared = (meta["board"] or {}).get("group_field")
    everything = caller.ids(name)
    for field in meta["board_fields"]:
        if field == declared:
            continue
        answer = caller.get(f"/{name}/board", group=field, limit=2)
        assert answer.status_code == 200, (field, answer.content.decode())
        data = answer.json()
        found: list[str] = []
        for column in data["columns"]:
            members = caller.ids(name, filter=data["filter_of"][column["key"]])
            assert len(members) == column["count"], (field, column["key"])
            assert {item["id"] for item in column["items"]} <= members
            assert (column["next_cursor"] is not None) == (column["count"] > 2)
            found += members
        assert sorted(found) == sorted(everything), field


@pytest.mark.parametrize("group", ["name", "remark", "created_at", "tags", "owner__password", "in_pool"])
def test_what_is_no_column_is_refused(group: str, world: World, call: Callable[[str], Caller]) -> None:
    assert call("rep").get("/customers/board", group=group).status_code == 400
    assert call("rep").get("/customers/board", group="industry", sum="name").status_code == 400


def test_a_card_moves_by_an_edit(world: World, call: Callable[[str], Caller]) -> None:
    """A move is a PATCH with If-Match, with all its refusals; the board then shows it there."""
    rep, key = call("rep"), str(world.get("tasks", "mine").id)
    before = rep.get(f"/tasks/{key}").json()
    assert rep.patch(f"/tasks/{key}", {"priority": "high"}).status_code == 428
    assert rep.patch(f"/tasks/{key}", {"priority": "high"}, before["version"]).status_code == 200
    columns = {c["key"]: c for c in rep.get("/tasks/board", group="priority").json()["columns"]}
    assert key in {item["id"] for item in columns["high"]["items"]}
    assert rep.patch(f"/tasks/{key}", {"priority": "low"}, before["version"]).status_code == 412


def test_statements_do_not_grow(world: World, call: Callable[[str], Caller]) -> None:
    """L-4: groups two statements, a board by any field five, over 10 rows and over 110."""
    admin = call("admin")
    asks = {
        "groups": lambda: admin.post("/tasks/aggregate", {"group_by": ["assignee"], "with_total": True}),
        "board": lambda: admin.get("/tasks/board", group="assignee", limit=20),
    }
    few = {words: statements(ask) for words, ask in asks.items()}
    bulk(world, get_object("tasks"))
    assert {words: statements(ask) for words, ask in asks.items()} == few
    assert few["groups"] <= 2 and few["board"] <= 5


@pytest.mark.parametrize("access", ["hidden", "masked"])
def test_a_hidden_field_takes_no_group_and_no_sum(access: str, world: World, call: Callable[[str], Caller]) -> None:
    rep = call("rep")
    with taken_back():
        lay_rule("opportunities", "amount", access)
        lay_rule("opportunities", "source", access)
        meta = rep.get("/meta/objects/opportunities").json()
        assert "source" not in meta["board_fields"]
        ask = lambda **body: rep.post("/opportunities/aggregate", body).status_code  # noqa: E731
        assert ask(group_by=["owner"], measures=[{"op": "sum", "field": "amount"}]) == 400
        assert ask(group_by=["source"]) == 400
        assert rep.get("/opportunities/board", group="source").status_code == 400
        assert rep.get("/opportunities/board", group="owner", sum="amount").status_code == 400
