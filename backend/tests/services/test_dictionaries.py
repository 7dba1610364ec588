"""PLT-2: dictionaries edited in place: each change is in the audit and can be taken back, and nobody overwrites another."""

from __future__ import annotations

from typing import Any

from tests.calling import Caller
from tests.fields.samples import Call
from tests.world import World

PATH = "/admin/dictionaries/size"


def put(caller: Caller, items: list[dict[str, Any]], seen: str = "") -> Any:
    return caller.send("PUT", PATH, {"items": items}, **({"If_Match": seen} if seen else {}))


def test_every_change_can_be_taken_back(world: World, call: Call) -> None:
    """Renamed, added to, put in another order, switched off: each told by name, and each state comes back whole."""
    admin = call("admin")
    first: list[dict[str, Any]] = admin.get(PATH).json()["items"]
    assert len(first) > 2
    begun = len(admin.get(f"{PATH}/history").json()["items"])
    renamed = [{**first[0], "label_zh": "巨型🏭", "active": False}, *first[1:]]
    assert put(admin, renamed).status_code == 200
    added = [*reversed(renamed), {"value": "tiny", "label_zh": "微型", "label_en": "Tiny"}]
    assert put(admin, added).status_code == 200
    told = admin.get(f"{PATH}/history").json()["items"]
    assert [i["version"] for i in told[:2]] == [begun + 2, begun + 1]
    assert told[0]["actor"]["label"] == "员工admin" and told[0]["action_label"] == "修改字典"
    changes = {(c["name"], c["label"], str(c["old"]), str(c["new"])) for c in told[1]["changes"]}
    assert {("label_zh", "巨型🏭", first[0]["label_zh"], "巨型🏭"), ("active", "巨型🏭", "True", "False")} <= changes
    assert {("added", "微型"), ("position", "")} <= {(c["name"], c["label"]) for c in told[0]["changes"]}
    back = admin.post(f"{PATH}/revert", {"version": begun + 1})
    assert back.status_code == 200, back.content.decode()
    off = {**added[-1], "color": "default", "active": False}
    assert back.json()["items"] == [*renamed, off], "what came later is switched off: records may hold it"
    assert admin.post(f"{PATH}/revert", {"version": begun}).json()["items"] == [*first, off]
    assert admin.get(f"{PATH}/history").json()["items"][0]["action_label"] == "恢复字典的旧版本"
    assert admin.post(f"{PATH}/revert", {"version": 99}).status_code == 404
    assert admin.post(f"{PATH}/revert", {"version": 0}).status_code == 404


def test_the_second_of_two_administrators_is_told(world: World, call: Call) -> None:
    admin = call("admin")
    read = admin.get(PATH)
    items = read.json()["items"]
    assert put(admin, [{**items[0], "label_zh": "甲"}, *items[1:]], read["ETag"]).status_code == 200
    late = put(admin, [{**items[0], "label_zh": "乙"}, *items[1:]], read["ETag"])
    assert (late.status_code, late.json()["code"]) == (412, "version_stale")
    assert admin.get(PATH).json()["items"][0]["label_zh"] == "甲"
    assert put(admin, items).status_code == 200, "a program that does not ask is not asked"


def test_only_who_may_edit_them(world: World, call: Call) -> None:
    for person, status in (("rep", 403), ("nobody", 401)):
        assert call(person).get(f"{PATH}/history").status_code == status
        assert call(person).post(f"{PATH}/revert", {"version": 1}).status_code == status
    assert call("admin").get("/admin/dictionaries/nothing/history").status_code == 404
