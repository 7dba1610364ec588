"""PLT-19: the menu by what a person does, cut to the person's rights; modules switched off; pinned entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kemai.administration import menu
from kemai.base import parameters
from kemai.base.models import ParameterValue
from kemai.kit.clock import now
from kemai.platform.objects.declare import all_objects
from tests.calling import Caller

Call = Callable[[str], Caller]


def flat(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield from flat(item["children"]) if "children" in item else [item]


def keys_of(caller: Caller) -> list[str]:
    return [item["key"] for item in flat(caller.get("/me").json()["menu"])]


def test_each_entry_stands_once_and_leads_somewhere(call: Call) -> None:
    entries = list(flat(call("admin").get("/me").json()["menu"]))
    for by in ("key", "path"):
        values = [entry[by] for entry in entries]
        assert len(values) == len(set(values)), by
    for entry in entries:
        assert entry["pinyin"], entry["key"]
        assert entry["label"].lower() in entry["also"], entry["key"]
        assert entry["object"] is None or entry["path"] in (f"/{entry['object']}", f"/admin/{entry['object']}")


@pytest.mark.parametrize("person", ["rep", "manager", "auditor", "guest"])
def test_rights_decide(call: Call, person: str) -> None:
    caller = call(person)
    me = caller.get("/me").json()
    held = set(me["permissions"])
    shown = {item["key"] for item in flat(me["menu"])}
    lists = {o.name: o.perm("view") for o in all_objects()}
    entries = [*menu.DAY, *(e for m in menu.MODULES for g in m.groups for e in g.entries)]
    for entry in entries:
        right = entry.right if entry.label else lists[entry.key]
        assert (entry.key in shown) == (not right or right in held), entry.key
    assert ("admin-index" in shown) == any(item["path"].startswith("/admin/") for item in flat(me["menu"]))


def test_groups_that_would_be_empty_are_left_out(call: Call) -> None:
    modules = {item["key"]: item for item in call("rep").get("/me").json()["menu"] if "children" in item}
    assert "admin" not in modules
    groups = [item["key"] for item in modules["sales"]["children"]]
    assert groups == ["sales.customers", "sales.deals", "sales.follow-up", "sales.tidying"]
    assert [item["key"] for item in call("guest").get("/me").json()["menu"]] == ["home", "mine"]


def test_a_module_can_be_switched_off(call: Call) -> None:
    rep = call("rep")
    assert "customers" in keys_of(rep)
    ParameterValue.objects.create(code="menu.sales", value=False, updated_at=now())
    parameters.forget_cache()
    try:
        assert "customers" not in keys_of(rep)
        assert "worklist" in keys_of(rep)
        assert rep.get("/customers").status_code == 200  # rights and data stay
    finally:
        parameters.forget_cache()


def test_one_pins_entries_of_ones_own(call: Call) -> None:
    rep = call("rep")
    assert rep.get("/me").json()["favourites"] == []
    assert rep.patch("/me", {"favourites": ["leads", "pool"]}).json()["favourites"] == ["leads", "pool"]
    assert rep.patch("/me", {"theme": "dark"}).json()["favourites"] == ["leads", "pool"]
    assert call("rep2").get("/me").json()["favourites"] == []
    for wrong in (["nothing-here"], ["leads", "leads"], [entry.key for entry in menu.MINE] * 3):
        answer = rep.patch("/me", {"favourites": wrong})
        assert answer.status_code == 422, wrong
        assert answer.json()["errors"][0]["field"] == "favourites"
    assert rep.patch("/me", {"favourites": []}).json()["favourites"] == []
