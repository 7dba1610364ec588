"""PLT-2: what new records begin with, in forms, over the interface and in imports; existing records stay as they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from kemai.kit.clock import now, today
from tests.fields.samples import Call, define
from tests.platform.sheets import bring_in, csv_bytes
from tests.world import World

CHOICES = [{"value": "a", "label_zh": "甲类"}, {"value": "b", "label_zh": "乙类"}]
PLAIN: list[tuple[str, Any, Any, dict[str, Any]]] = [
    ("text", "默认的话", "默认的话", {}),
    ("number", "3", "3", {"decimals": 0}),
    ("money", "99.5", "99.50", {}),
    ("percent", "12.5", "12.5000", {}),
    ("date", "2027-01-31", "2027-01-31", {}),
    ("bool", True, True, {}),
    ("choice", "b", "b", {"choices": CHOICES}),
    ("multi_choice", ["a"], ["a"], {"choices": CHOICES}),
    ("rating", 4, 4, {}),
]


def make(call: Call, kind: str, default: Any, **extra: Any) -> dict[str, Any]:
    return define(call, "customers", {"key": "d", "type": kind, "label_zh": "有默认", "default": default, **extra})


@pytest.mark.parametrize(("kind", "sent", "shown", "extra"), PLAIN)
def test_a_plain_value(kind: str, sent: Any, shown: Any, extra: dict[str, Any], world: World, call: Call) -> None:
    rep = call("rep")
    before = world.get("customers", "mine").id
    made = make(call, kind, sent, **extra)
    assert made["default"] == sent
    described = next(f for f in rep.get("/meta/objects/customers").json()["fields"] if f["name"] == "custom.d")
    assert described["default"] is not None
    assert rep.post("/customers", {"name": "没填的公司"}).json()["custom.d"] == shown
    emptied = rep.post("/customers", {"name": "清空的公司", "custom.d": None}).json()
    assert emptied["custom.d"] in (None, "", [], False), "who empties it means it"
    run = bring_in(rep, csv_bytes([["客户名称"], ["导入的公司"]]), name="a.csv", mode="create")
    assert run["created"] == 1
    assert rep.get("/customers", q="导入的公司", fields="custom.d").json()["items"][0]["custom.d"] == shown
    assert rep.get(f"/customers/{before}").json()["custom.d"] in (None, "", [], False), "records of before stay"


def test_what_depends_on_who_and_when(world: World, call: Call) -> None:
    rep = call("rep")
    for key, kind, word in (
        ("day", "date", "today"),
        ("at", "instant", "now"),
        ("who", "user", "me"),
        ("where", "department", "my_department"),
    ):
        define(call, "customers", {"key": key, "type": kind, "label_zh": f"默认{key}", "default": word})
    described = {f["name"]: f["default"] for f in rep.get("/meta/objects/customers").json()["fields"]}
    assert [described[f"custom.{k}"] for k in ("day", "at", "who", "where")] == ["today", "now", "me", "my_department"]
    made = rep.post("/customers", {"name": "今天的公司"}).json()
    assert made["custom.day"] == today("Asia/Shanghai").isoformat()
    assert abs(datetime.fromisoformat(made["custom.at"]) - now()) < timedelta(minutes=1)
    assert made["custom.who"]["id"] == str(world.users["rep"])
    assert made["custom.where"]["id"] == str(world.departments["east_one"])
    run = bring_in(call("manager"), csv_bytes([["客户名称"], ["经理导入的公司"]]), name="a.csv", mode="create")
    assert run["created"] == 1, run["errors"]
    brought = rep.get("/customers", q="经理导入的公司", fields="custom.who,custom.day").json()["items"]
    found = brought or call("manager").get("/customers", q="经理导入的公司", fields="custom.who").json()["items"]
    assert found[0]["custom.who"]["id"] == str(world.users["manager"])


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ({"type": "number", "default": "三"}, "not_number"),
        ({"type": "number", "max": "5", "default": "6"}, "too_large"),
        ({"type": "choice", "choices": CHOICES, "default": "z"}, "unknown_choice"),
        ({"type": "date", "default": "now"}, "not_date"),
        ({"type": "user", "default": "today"}, "not_for_type"),
        ({"type": "reference", "target": "customers", "default": "me"}, "not_for_type"),
        ({"type": "file", "default": "me"}, "not_for_type"),
        ({"type": "text", "unique": True, "default": "同一个"}, "not_for_unique"),
    ],
)
def test_defaults_that_cannot_be(definition: dict[str, Any], code: str, world: World, call: Call) -> None:
    answer = call("admin").post("/admin/fields/customers", {"key": "d", "label_zh": "有默认", **definition})
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("default", code)]


def test_a_required_field_with_a_default_needs_no_column(world: World, call: Call) -> None:
    rep = call("rep")
    make(call, "number", "7", required=True)
    assert rep.post("/customers", {"name": "必填有默认"}).status_code == 201
    run = bring_in(rep, csv_bytes([["客户名称"], ["必填导入"]]), name="a.csv", mode="create")
    assert (run["created"], run["failed"]) == (1, 0)


def test_a_choice_switched_off_is_no_default_any_more(world: World, call: Call) -> None:
    made = make(call, "choice", "b", choices=CHOICES)
    answer = call("admin").send(
        "PATCH", "/admin/fields/customers/d", {"choices": CHOICES[:1], "default": None}, If_Match=f'"{made["version"]}"'
    )
    assert answer.status_code == 200, answer.content.decode()
    assert call("rep").post("/customers", {"name": "没有默认了"}).json()["custom.d"] == ""
