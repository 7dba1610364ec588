"""Saved views (CUS-7): one's own, shared ones, and what each reader gets of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.calling import Caller

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
