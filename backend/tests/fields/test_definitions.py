"""PLT-2: definitions and layouts themselves: who may, what is refused, versions, taken away and brought back."""

from __future__ import annotations

from typing import Any

import pytest

from kemai.base import parameters
from kemai.platform.custom.manage import MAX_FIELDS
from kemai.platform.objects.declare import get_object
from tests.contracts.test_secrecy import lay_rule
from tests.fields.samples import Call, define
from tests.world import World

TEXT = {"key": "colour", "type": "text", "label_zh": "颜色"}


@pytest.mark.parametrize(
    ("definition", "field", "code"),
    [
        ({**TEXT, "type": "matrix"}, "type", "unknown_choice"),
        ({**TEXT, "type": ["text"]}, "type", "unknown_choice"),
        ({**TEXT, "key": "Colour"}, "key", "bad_key"),
        ({**TEXT, "key": "a; DROP TABLE x"}, "key", "bad_key"),
        ({**TEXT, "key": "a" * 42}, "key", "bad_key"),
        ({**TEXT, "key": 7}, "key", "bad_key"),
        ({**TEXT, "label_zh": ""}, "label_zh", "required"),
        ({**TEXT, "label_zh": "长" * 61}, "label_zh", "too_long"),
        ({**TEXT, "label_zh": 5}, "label_zh", "not_text"),
        ({**TEXT, "label_zh": "负责人"}, "label_zh", "duplicate"),
        ({**TEXT, "label_en": "Name"}, "label_en", "duplicate"),
        ({**TEXT, "nonsense": 1}, "nonsense", "unknown_field"),
        ({**TEXT, "required": "yes"}, "required", "not_bool"),
        ({**TEXT, "max_length": 0}, "max_length", "out_of_bounds"),
        ({**TEXT, "max_length": True}, "max_length", "out_of_bounds"),
        ({**TEXT, "decimals": 2}, "decimals", "not_for_type"),
        ({**TEXT, "choices": [{"label_zh": "红"}]}, "choices", "not_for_type"),
        ({**TEXT, "type": "bool", "required": True}, "required", "not_for_type"),
        ({**TEXT, "type": "date", "unique": True}, "unique", "not_for_type"),
        ({**TEXT, "type": "number", "decimals": 7}, "decimals", "out_of_bounds"),
        ({**TEXT, "type": "number", "min": "5", "max": "4"}, "min", "out_of_bounds"),
        ({**TEXT, "type": "number", "min": "NaN"}, "min", "not_number"),
        ({**TEXT, "type": "number", "default": "abc"}, "default", "not_number"),
        ({**TEXT, "type": "rating", "max": 11}, "max", "out_of_bounds"),
        ({**TEXT, "type": "money", "currency": "yuan"}, "currency", "bad_currency"),
        ({**TEXT, "type": "choice"}, "choices", "required"),
        ({**TEXT, "type": "choice", "choices": [{"label_zh": "红"}, {"label_zh": "红"}]}, "choices.1", "duplicate"),
        ({**TEXT, "type": "choice", "choices": [{"value": "a b", "label_zh": "红"}]}, "choices.0", "bad_key"),
        ({**TEXT, "type": "choice", "choices": "红"}, "choices", "not_list"),
        ({**TEXT, "type": "choice", "dictionary": "nothing"}, "dictionary", "unknown_choice"),
        ({**TEXT, "type": "reference"}, "target", "required"),
        ({**TEXT, "type": "reference", "target": "nothing"}, "target", "unknown_choice"),
        ({**TEXT, "type": "formula"}, "formula", "required"),
        ({**TEXT, "type": "formula", "formula": 5}, "formula", "required"),
        ({**TEXT, "type": "rollup", "rollup": "x"}, "rollup", "required"),
        ({**TEXT, "section": "no such"}, "section", "unknown_choice"),
    ],
)
def test_what_cannot_be_defined(definition: dict[str, Any], field: str, code: str, world: World, call: Call) -> None:
    answer = call("admin").post("/admin/fields/customers", definition)
    assert answer.status_code == 422, answer.content.decode()
    assert (field, code) in {(e["field"], e["code"]) for e in answer.json()["errors"]}
    english = call("admin").send("POST", "/admin/fields/customers", definition, Accept_Language="en")
    assert all(e["message"] for e in english.json()["errors"])
    assert "custom.colour" not in get_object("customers").by_name


def test_only_administrators(world: World, call: Call) -> None:
    define(call, "customers", TEXT)
    for person, status in (("rep", 403), ("director", 403), ("nobody", 401)):
        for method, path in (
            ("GET", ""),
            ("GET", "/customers"),
            ("POST", "/customers"),
            ("PATCH", "/customers/colour"),
            ("POST", "/customers/colour/deactivate"),
            ("POST", "/customers/colour/activate"),
            ("POST", "/customers/colour/index"),
            ("POST", "/customers/colour/unindex"),
            ("GET", "/customers/colour/history"),
            ("GET", "/customers/colour/breaches"),
            ("POST", "/customers/preview"),
        ):
            answer = call(person).send(method, f"/admin/fields{path}", {} if method != "GET" else None, If_Match='"1"')
            assert answer.status_code == status, (person, method, path, answer.content.decode())
        assert call(person).get("/admin/layouts/customers").status_code == status
    admin = call("admin")
    assert admin.get("/admin/fields/nothing").status_code == 404
    assert admin.send("PATCH", "/admin/fields/customers/gone", {}, If_Match='"1"').status_code == 404


def test_versions_back_and_forth(world: World, call: Call) -> None:
    """Changed, listed with old and new, and taken back to what it was; a stale writer is told."""
    admin = call("admin")
    made = define(call, "customers", {**TEXT, "max_length": 20})
    path = "/admin/fields/customers/colour"
    assert admin.send("PATCH", path, {"label_zh": "新色"}).status_code == 428
    two = admin.send("PATCH", path, {"label_zh": "新色", "max_length": 30, "required": True}, If_Match='"1"').json()
    assert (two["version"], two["label_zh"], two["max_length"]) == (2, "新色", 30)
    assert admin.send("PATCH", path, {"label_zh": "旧写"}, If_Match='"1"').status_code == 412
    history = admin.get(f"{path}/history").json()["items"]
    assert [(i["version"], i["actor"]["label"]) for i in history] == [(2, "员工admin"), (1, "员工admin")]
    told = {c["name"]: (c["old"], c["new"]) for c in history[0]["changes"]}
    assert told["label_zh"] == ("颜色", "新色") and told["max_length"] == (20, 30) and told["required"] == (False, True)
    back = admin.post(f"{path}/revert", {"version": 1}).json()
    assert (back["version"], back["label_zh"], back["max_length"], back["required"]) == (3, "颜色", 20, False)
    assert admin.post(f"{path}/revert", {"version": 9}).status_code == 404
    assert admin.send("PATCH", path, {"key": "other"}, If_Match='"3"').json()["errors"][0]["code"] == "fixed"
    assert made["version"] == 1


def test_taken_away_and_brought_back(world: World, call: Call) -> None:
    """The field hides from every road; its values, its rule in the matrix and its place come back."""
    admin, rep, path = call("admin"), call("rep"), f"/customers/{world.get('customers', 'mine').id}"
    define(call, "customers", TEXT)
    assert rep.patch(path, {"custom.colour": "红"}, 1).status_code == 200
    view = {"object": "customers", "name": "红的", "columns": ["name", "custom.colour"], "filter": None}
    saved = rep.post("/views", view).json()
    lay_rule("customers", "custom.colour", "read_only", role="sales_manager")
    role = next(r for r in admin.all("roles", fields="name") if r["name"] == "销售经理")
    assert admin.post("/admin/fields/customers/colour/deactivate").json()["active"] is False
    assert "custom.colour" not in rep.get(path).json()
    for query in (
        {"fields": "custom.colour"},
        {"sort": "custom.colour"},
        {"filter": {"field": "custom.colour", "op": "eq", "value": "红"}},
    ):
        assert rep.get("/customers", **query).status_code == 400
    assert rep.patch(path, {"custom.colour": "蓝"}, 2).json()["errors"][0]["code"] == "unknown_field"
    assert rep.get("/customers", view=saved["key"]).status_code == 200
    assert all(
        "custom.colour" not in [c["field"] for c in i["changes"]] for i in rep.get(f"{path}/history").json()["items"]
    )
    grants = admin.get(f"/roles/{role['id']}/grants")
    kept = admin.put(
        f"/roles/{role['id']}/grants", {k: grants.json()[k] for k in ("grants", "field_rules")}, grants["ETag"]
    )
    assert kept.status_code == 200, kept.content.decode()
    taken = admin.post("/admin/fields/customers", TEXT).json()["errors"][0]
    assert taken["code"] == "duplicate" and "恢复" in taken["message"]
    assert admin.post("/admin/fields/customers/colour/activate").json()["active"] is True
    assert rep.get(path).json()["custom.colour"] == "红"
    assert call("manager").get("/meta/objects/customers").json()
    described = {f["name"]: f for f in call("manager").get("/meta/objects/customers").json()["fields"]}
    assert described["custom.colour"]["read_only"], "its rule came back with it"


def test_types_with_data_do_not_change(world: World, call: Call) -> None:
    admin, path = call("admin"), f"/customers/{world.get('customers', 'mine').id}"
    define(call, "customers", TEXT)
    change = {"type": "number", "decimals": 0}
    assert admin.send("PATCH", "/admin/fields/customers/colour", change, If_Match='"1"').json()["type"] == "number"
    assert admin.send("PATCH", "/admin/fields/customers/colour", {"type": "text"}, If_Match='"2"').status_code == 200
    assert admin.patch(path, {"custom.colour": "红"}, 1).status_code == 200
    refused = admin.send("PATCH", "/admin/fields/customers/colour", change, If_Match='"3"')
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "type_fixed"
    assert (
        admin.send("PATCH", "/admin/fields/customers/colour", {"type": "long_text"}, If_Match='"3"').status_code == 200
    )
    assert admin.get(path).json()["custom.colour"] == "红"


def test_choices_in_use_do_not_vanish(world: World, call: Call) -> None:
    admin, path = call("admin"), f"/customers/{world.get('customers', 'mine').id}"
    both = [{"value": "r", "label_zh": "红"}, {"label_zh": "蓝", "color": "blue"}]
    made = define(call, "customers", {**TEXT, "type": "choice", "choices": both})
    assert [c["value"] for c in made["choices"]] == ["r", "c1"]
    assert admin.patch(path, {"custom.colour": "r"}, 1).status_code == 200
    left = admin.send(
        "PATCH", "/admin/fields/customers/colour", {"choices": [{"value": "c1", "label_zh": "天蓝"}]}, If_Match='"1"'
    ).json()
    assert [(c["value"], c["label_zh"], c["active"]) for c in left["choices"]] == [
        ("c1", "天蓝", True),
        ("r", "红", False),
    ]
    assert admin.get(path).json()["custom.colour"] == "r"
    shown = next(f for f in admin.get("/meta/objects/customers").json()["fields"] if f["name"] == "custom.colour")
    assert {c["value"]: c["active"] for c in shown["choices"]} == {"c1": True, "r": False}


def test_limits_order_and_odd_labels(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = call("admin")
    for n, label in enumerate(("𠮷野家🍜", "Größe", "三")):
        define(call, "customers", {"type": "text", "label_zh": label, "key": f"k{n}"})
    assert admin.post("/admin/fields/customers", {"type": "text", "label_zh": "没有代码"}).json()["key"] == "f_1"
    ordered = admin.put("/admin/fields/customers/order", {"keys": ["k2", "k0"]}).json()["items"]
    assert [i["key"] for i in ordered] == ["k2", "k0", "k1", "f_1"]
    assert admin.put("/admin/fields/customers/order", {"keys": ["k2", "k2"]}).status_code == 422
    names = [f["name"] for f in admin.get("/meta/objects/customers").json()["fields"] if f["custom"]]
    assert names == ["custom.k2", "custom.k0", "custom.k1", "custom.f_1"]
    monkeypatch.setattr(parameters, "_values", lambda: {MAX_FIELDS.code: 4})
    full = admin.post("/admin/fields/customers", {"type": "text", "label_zh": "第五个"})
    assert full.status_code == 422 and full.json()["errors"][0]["code"] == "too_many"
    kinds = {i["object"]: i["custom"] for i in admin.get("/admin/fields").json()["items"]}
    assert kinds["customers"] == 4 and kinds["tasks"] == 0


def test_layouts_by_role(world: World, call: Call) -> None:
    """The company's, then the role's, part by part; required fields cannot be forgotten; removed ones drop out."""
    admin, rep, manager = call("admin"), call("rep"), call("manager")
    define(call, "customers", TEXT)
    define(call, "customers", {"key": "devices", "type": "number", "label_zh": "设备台数", "required": True})
    roles = {r["label"]: r["id"] for r in admin.get("/admin/layouts/customers").json()["roles"]}
    common = {
        "quick": ["name", "custom.colour"],
        "sections": [
            {"key": "first", "label_zh": "首要", "label_en": "First", "fields": ["name", "custom.colour", "owner"]},
            {"key": "more", "label_zh": "更多", "fields": ["phone"]},
        ],
        "facts": ["custom.colour"],
        "columns": ["name", "custom.devices"],
    }
    first = admin.put("/admin/layouts/customers/default", {"layout": common})
    assert first.status_code == 200, first.content.decode()
    own = admin.put(f"/admin/layouts/customers/{roles['销售代表']}", {"layout": {"columns": ["custom.colour", "name"]}})
    assert own.json()["role"]["label"] == "销售代表"
    seen = rep.get("/meta/objects/customers").json()
    assert seen["list"]["columns"] == ["custom.colour", "name"] and seen["detail"]["facts"] == ["custom.colour"]
    assert manager.get("/meta/objects/customers").json()["list"]["columns"] == ["name", "custom.devices"]
    assert [(s["key"], s["label"]) for s in seen["sections"]] == [("first", "首要"), ("more", "更多")]
    assert seen["layout"]["sections"][0]["fields"] == ["name", "custom.colour", "owner", "custom.devices"]
    assert seen["layout"]["quick"] == ["name", "custom.colour", "custom.devices"]
    assert [f["name"] for f in seen["fields"]][:5] == ["name", "custom.colour", "owner", "custom.devices", "phone"]
    address = next(f for f in seen["fields"] if f["name"] == "address")
    assert address["section"] is None and not address["quick"]
    assert rep.post("/customers", {"name": "不在表单里", "address": "也能写", "custom.devices": 1}).status_code == 201
    lay_rule("customers", "custom.colour", "hidden")
    assert "custom.colour" not in str(rep.get("/meta/objects/customers").json())
    define(call, "customers", {"key": "later", "type": "text", "label_zh": "后来的", "section": "more"})
    assert admin.get("/meta/objects/customers").json()["layout"]["sections"][1]["fields"] == ["phone", "custom.later"]
    assert admin.post("/admin/fields/customers/colour/deactivate").status_code == 200
    shown = admin.get("/admin/layouts/customers").json()["items"][0]
    assert shown["version"] == 2 and "custom.colour" not in str(shown["layout"])
    assert admin.put("/admin/layouts/customers/default", {"layout": shown["layout"]}).status_code == 428
    assert admin.put("/admin/layouts/customers/default", {"layout": shown["layout"]}, 1).status_code == 412
    assert admin.put("/admin/layouts/customers/default", {"layout": {"facts": []}}, 2).json()["version"] == 3
    versions = admin.get("/admin/layouts/customers/default/history").json()["items"]
    assert [v["version"] for v in versions] == [3, 2, 1]
    back = admin.post("/admin/layouts/customers/default/revert", {"version": 2})
    assert back.status_code == 200 and back.json()["layout"]["sections"][1]["fields"] == ["phone", "custom.later"]
    assert admin.delete("/admin/layouts/customers/default", 4).status_code == 204
    assert admin.get("/meta/objects/customers").json()["list"]["columns"][0] == get_object("customers").columns[0]


@pytest.mark.parametrize(
    ("layout", "place", "code"),
    [
        ({"columns": ["gone"]}, "columns.0", "unknown_field"),
        ({"columns": ["name", "name"]}, "columns.1", "duplicate"),
        ({"columns": "name"}, "columns", "not_list"),
        ({"columns": ["name"] * 31}, "columns", "not_list"),
        ({"quick": ["created_at"]}, "quick.0", "not_writable"),
        ({"sections": []}, "sections", "not_list"),
        ({"sections": [{"key": "a b", "label_zh": "甲", "fields": []}]}, "sections.0.key", "bad_key"),
        ({"sections": [{"key": "a", "label_zh": "", "fields": []}]}, "sections.0.label_zh", "required"),
        ({"sections": [{"key": "a", "label_zh": "甲", "fields": "x"}]}, "sections", "not_list"),
        ({"sections": [{"key": k, "label_zh": k, "fields": ["name"]} for k in "ab"]}, "sections.1", "duplicate"),
        ({"colour": []}, "layout", "not_layout"),
    ],
)
def test_layouts_that_cannot_be(layout: dict[str, Any], place: str, code: str, world: World, call: Call) -> None:
    answer = call("admin").put("/admin/layouts/customers/default", {"layout": layout})
    assert answer.status_code == 422
    assert (place, code) in {(e["field"], e["code"]) for e in answer.json()["errors"]}
    assert (
        call("admin").put("/admin/layouts/customers/01900000-0000-7000-8000-000000000000", {"layout": {}}).status_code
        == 404
    )
