"""Saved views (CUS-7): one's own, shared ones, and what each reader gets of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.calling import Caller
from tests.contracts.test_secrecy import lay_rule
from tests.world import World

FILTER = {"field": "kind", "op": "eq", "value": "company"}


def make(caller: Caller, **more: object) -> dict[str, object]:
    answer = caller.post(
        "/views",
        {"object": "customers", "name": "我的公司客户", "filter": FILTER, "columns": ["name", "owner"], **more},
    )
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def keys(caller: Caller) -> set[str]:
    return {v["key"] for v in caller.get("/meta/objects/customers").json()["views"]}


def test_a_view_is_found_again_and_is_nobody_elses(call: Callable[[str], Caller]) -> None:
    view = make(call("rep"))
    assert view["key"] in keys(call("rep"))
    assert view["key"] not in keys(call("rep3"))
    rows = call("rep").get("/customers", view=str(view["key"])).json()["items"]
    assert rows and set(rows[0]) == {"id", "version", "name", "owner"}
    assert call("rep3").get("/customers", view=str(view["key"])).status_code == 400
    assert call("rep3").patch(f"/views/{view['key']}", {"name": "抢来的"}).status_code == 404
    assert call("rep3").delete(f"/views/{view['key']}").status_code == 404


def test_a_shared_view_shows_each_reader_his_own_records(call: Callable[[str], Caller]) -> None:
    view = make(call("admin"), shared={"kind": "all"})
    assert view["key"] in keys(call("rep3"))
    seen = call("rep3").ids("customers", view=str(view["key"]))
    assert seen == call("rep3").ids("customers", filter=FILTER)
    assert call("rep3").patch(f"/views/{view['key']}", {"name": "改名"}).status_code == 403


def test_only_who_may_opens_a_view_to_all(call: Callable[[str], Caller]) -> None:
    answer = call("rep").post("/views", {"object": "customers", "name": "给大家", "shared": {"kind": "all"}})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "我的客户"}, 422),
        ({"filter": {"field": "nothing", "op": "eq", "value": 1}}, 400),
        ({"filter": {"field": "owner__password", "op": "eq", "value": 1}}, 400),
        ({"sort": "remark"}, 400),
        ({"object": "nothing"}, 404),
    ],
)
def test_a_view_that_asks_what_cannot_be_asked_is_refused(
    call: Callable[[str], Caller], change: dict[str, object], status: int
) -> None:
    body = {"object": "customers", "name": "视图", **change}
    assert call("rep").post("/views", body).status_code == status


def test_a_view_is_changed_and_forgotten_by_its_owner(call: Callable[[str], Caller]) -> None:
    view = make(call("rep"))
    changed = call("rep").patch(f"/views/{view['key']}", {"name": "改过的", "sort": "-created_at"})
    assert changed.status_code == 200 and changed.json()["label"] == "改过的" and changed.json()["filter"] == FILTER
    assert call("rep").delete(f"/views/{view['key']}").status_code == 204
    assert view["key"] not in keys(call("rep"))


# Options, degrading, who may change, races ---------------------------------------------------------------------------


def view_of(caller: Caller, key: object) -> dict[str, object]:
    return next(v for v in caller.get("/meta/objects/customers").json()["views"] if v["key"] == key)


OPTIONS = {
    "group": ["industry", "created_at:month"],
    "measures": [{"op": "sum", "field": "deal_amount"}],
    "column": "owner",
    "sum": "deal_amount",
    "hidden": ["x"],
    "date": "created_at",
    "span": "week",
    "order": "-sum_deal_amount",
}


@pytest.mark.parametrize("layout", ["groups", "board", "calendar"])
def test_a_view_keeps_its_layout(call: Callable[[str], Caller], layout: str) -> None:
    view = make(call("rep"), layout=layout, options=OPTIONS)
    assert (view["layout"], view["options"]) == (layout, OPTIONS)
    assert view_of(call("rep"), view["key"])["options"] == OPTIONS


@pytest.mark.parametrize(
    "options",
    [
        {"group": ["remark"]},
        {"group": ["created_at"]},
        {"group": ["created_at:decade"]},
        {"group": ["industry", "owner", "kind"]},
        {"measures": [{"op": "sum", "field": "name"}]},
        {"column": "name"},
        {"sum": "owner__password"},
        {"date": "name"},
        {"span": "eon"},
        {"order": "1; DROP TABLE"},
        {"unknown": 1},
        {"group": "industry"},
    ],
)
def test_options_that_cannot_be_asked_are_refused(call: Callable[[str], Caller], options: dict[str, object]) -> None:
    body = {"object": "customers", "name": "视图", "options": options}
    assert call("rep").post("/views", body).status_code == 400


@pytest.mark.parametrize("access", ["hidden", "masked"])
def test_a_shared_view_says_what_its_reader_does_not_get(
    world: World, call: Callable[[str], Caller], access: str
) -> None:
    """A part that names what a reader may not see is left out, counted, and not named."""
    tree = {"and": [FILTER, {"field": "legal_representative", "op": "contains", "value": "欧"}]}
    columns = ["name", "legal_representative", "owner"]
    view = make(call("admin"), shared={"kind": "all"}, filter=tree, columns=columns)
    assert view["left_out"] == {}
    lay_rule("customers", "legal_representative", access)
    cut = view_of(call("rep"), view["key"])
    missing = {"conditions": 1, **({"columns": 1} if access == "hidden" else {})}
    assert cut["left_out"] == missing and cut["filter"] == {"and": [FILTER]}
    if access == "hidden":
        assert "legal_representative" not in str(cut) and cut["columns"] == ["name", "owner"]
    assert call("rep").ids("customers", view=str(view["key"])) == call("rep").ids("customers", filter=FILTER)
    assert view_of(call("admin"), view["key"])["filter"] == tree
    # Who may change it but does not see all of it would save it without the rest.
    assert call("admin").patch(f"/views/{view['key']}", {"shared_change": True}).status_code == 200
    refused = call("rep").patch(f"/views/{view['key']}", {"filter": FILTER})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "left_out")
    assert call("rep").patch(f"/views/{view['key']}", {"name": "换个名字"}).status_code == 200


def test_half_of_an_or_is_not_shown(world: World, call: Callable[[str], Caller]) -> None:
    tree = {"or": [FILTER, {"field": "legal_representative", "op": "contains", "value": "欧"}]}
    view = make(call("admin"), shared={"kind": "all"}, filter=tree)
    lay_rule("customers", "legal_representative", "hidden")
    cut = view_of(call("rep"), view["key"])
    assert (cut["filter"], cut["left_out"]) == (None, {"conditions": 1})


def test_who_may_change_a_shared_view(call: Callable[[str], Caller]) -> None:
    """Its owner; whoever it was opened to for changing; and who looks after shared views. Sharing and forgetting: not the second."""
    rep2, department = call("rep2"), call("rep2").get("/me").json()["department"]["id"]
    view = make(rep2, shared={"kind": "department", "id": department})
    path = f"/views/{view['key']}"
    assert call("rep").patch(path, {"name": "改"}).status_code == 403
    assert rep2.patch(path, {"shared_change": True}).status_code == 200
    assert call("rep").patch(path, {"sort": "-created_at"}).status_code == 200
    assert call("rep").patch(path, {"shared": None}).status_code == 403
    assert call("rep").delete(path).status_code == 403
    assert call("rep3").patch(path, {"name": "改"}).status_code == 404
    # Unshared it is private again, and nobody else's to change.
    assert rep2.patch(path, {"shared": None}).json()["shared_change"] is False
    assert call("rep").patch(path, {"name": "改"}).status_code == 404
    assert call("admin").patch(path, {"name": "改"}).status_code == 404


def test_the_second_of_two_saves_is_told(call: Callable[[str], Caller]) -> None:
    """Both read version 1; the first wins, the second gets what is there now."""
    view = make(call("rep"))
    path = f"/views/{view['key']}"
    first = call("rep").patch(path, {"sort": "-created_at"}, 1)
    assert (first.status_code, first.json()["version"]) == (200, 2)
    second = call("rep").patch(path, {"sort": "name"}, 1)
    assert (second.status_code, second.json()["current"]["sort"]) == (412, "-created_at")


# Pinned views, and the one that opens the list -----------------------------------------------------------------------


def opens(caller: Caller) -> str:
    views = caller.get("/meta/objects/customers").json()["views"]
    found = [v["key"] for v in views if v["default"]]
    assert len(found) == 1
    return str(found[0])


def test_each_person_pins_and_begins_as_he_likes(call: Callable[[str], Caller]) -> None:
    first, second = make(call("rep")), make(call("rep"), name="另一个")
    pinned = [second["key"], "all", first["key"]]
    put = call("rep").put("/views/arrangement/customers", {"pinned": pinned, "default": first["key"]})
    assert put.status_code == 200, put.content.decode()
    meta = call("rep").get("/meta/objects/customers").json()
    assert meta["arrangement"]["pinned"] == pinned and opens(call("rep")) == first["key"]
    assert call("rep2").get("/meta/objects/customers").json()["arrangement"]["pinned"] == []
    # Only what is sent changes; a view that is gone is pinned no more and opens nothing.
    call("rep").put("/views/arrangement/customers", {"pinned": [first["key"]]})
    assert opens(call("rep")) == first["key"]
    call("rep").delete(f"/views/{first['key']}")
    assert call("rep").get("/meta/objects/customers").json()["arrangement"]["pinned"] == []
    assert opens(call("rep")) == "mine"


@pytest.mark.parametrize("body", [{"pinned": ["nothing"]}, {"pinned": ["all", "all"]}, {"default": "nothing"}])
def test_only_views_one_finds_are_pinned(call: Callable[[str], Caller], body: dict[str, object]) -> None:
    foreign = make(call("rep3"))
    assert call("rep").put("/views/arrangement/customers", body).status_code == 422
    assert call("rep").put("/views/arrangement/customers", {"pinned": [foreign["key"]]}).status_code == 422
    assert call("guest").put("/views/arrangement/customers", {"pinned": []}).status_code == 403


def test_a_role_begins_as_its_administrator_chose(call: Callable[[str], Caller]) -> None:
    shared, private = make(call("admin"), shared={"kind": "all"}), make(call("admin"), name="自己的")
    path = "/views/roles/customers/sales_rep"
    assert call("rep").put(path, {"view": shared["key"]}).status_code == 403
    for person in (
        "rep",
        "manager",
        "southlead",
    ):  # a department's head shares within it; what roles begin with is the company's
        assert call(person).get("/views/roles/customers").status_code == 403, person
        assert call(person).put(path, {"view": "all"}).status_code == 403, person
    assert call("admin").put(path, {"view": private["key"]}).status_code == 422
    assert call("admin").put("/views/roles/customers/nothing", {"view": "all"}).status_code == 404
    items = call("admin").put(path, {"view": shared["key"]}).json()["items"]
    assert {i["role"]: i["view"] for i in items}["sales_rep"] == shared["key"]
    assert opens(call("rep")) == shared["key"] and opens(call("manager")) != shared["key"]
    call("rep").put("/views/arrangement/customers", {"default": "mine"})
    assert opens(call("rep")) == "mine"
