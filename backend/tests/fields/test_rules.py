"""PLT-2: required, required where, only once; rules that records break already; files whose right is the record's."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kemai.base.models import StoredFile
from tests.calling import API, Caller
from tests.contracts.test_secrecy import lay_rule
from tests.fields.samples import Call, define
from tests.world import World


def change(call: Call, object_name: str, made: dict[str, Any], **values: Any) -> dict[str, Any]:
    answer = call("admin").send(
        "PATCH", f"/admin/fields/{object_name}/{made['key']}", values, If_Match=f'"{made["version"]}"'
    )
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def path_of(world: World, slug: str = "mine") -> str:
    return f"/customers/{world.get('customers', slug).id}"


def test_a_rule_that_records_break_is_asked_for_at_the_next_edit(world: World, call: Call) -> None:
    """They stay, are listed, and a person who edits one is asked; commands, bulk and imports judge what they write."""
    rep, admin, path = call("rep"), call("admin"), path_of(world)
    made = define(call, "customers", {"key": "devices", "type": "number", "label_zh": "设备台数", "decimals": 0})
    everybody = admin.ids("customers")
    listed = admin.get("/admin/fields/customers/devices/breaches", rule="required").json()
    assert listed["count"] == len(everybody) == len(listed["items"])
    change(call, "customers", made, required=True)
    assert rep.get(path).status_code == 200
    refused = rep.patch(path, {"address": "新地址"}, 1)
    assert refused.status_code == 422
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("custom.devices", "required")]
    assert rep.patch(path, {"address": "新地址", "custom.devices": 3}, 1).status_code == 200
    assert admin.get("/admin/fields/customers/devices/breaches", rule="required").json()["count"] == len(everybody) - 1
    made_by_form = rep.post("/customers", {"name": "没填台数"})
    assert [e["field"] for e in made_by_form.json()["errors"]] == ["custom.devices"]
    assert rep.post("/customers", {"name": "填了零台", "custom.devices": 0}).status_code == 201
    assert rep.patch(path, {"custom.devices": None}, 2).json()["errors"][0]["code"] == "required"


def test_required_where(world: World, call: Call) -> None:
    """The server judges the record as it would be saved; the condition stands in the description for the screens."""
    rep = call("rep")
    define(
        call,
        "customers",
        {
            "key": "size",
            "type": "choice",
            "label_zh": "大小",
            "choices": [{"value": "big", "label_zh": "大"}, {"value": "small", "label_zh": "小"}],
        },
    )
    when = {
        "and": [{"field": "custom.size", "op": "eq", "value": "big"}, {"field": "kind", "op": "eq", "value": "company"}]
    }
    made = define(
        call, "customers", {"key": "why", "type": "text", "label_zh": "说明", "require_when": when, "show_when": when}
    )
    described = next(f for f in rep.get("/meta/objects/customers").json()["fields"] if f["name"] == "custom.why")
    assert described["require_when"] == described["show_when"] == when and not described["required"]
    assert rep.post("/customers", {"name": "小公司", "custom.size": "small"}).status_code == 201
    refused = rep.post("/customers", {"name": "大公司", "custom.size": "big"})
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("custom.why", "required")]
    assert rep.post("/customers", {"name": "大个人", "kind": "person", "custom.size": "big"}).status_code == 201
    good = rep.post("/customers", {"name": "大公司", "custom.size": "big", "custom.why": "因为"}).json()
    path = f"/customers/{good['id']}"
    assert rep.patch(path, {"custom.why": ""}, good["version"]).status_code == 422
    smaller = rep.patch(path, {"custom.why": "", "custom.size": "small"}, good["version"])
    assert smaller.status_code == 200
    assert rep.patch(path, {"custom.size": "big"}, smaller.json()["version"]).status_code == 422
    used = call("admin").post("/admin/fields/customers/size/deactivate")
    assert used.status_code == 409 and "custom.why" in used.json()["errors"][0]["field"]
    for tree in (
        {"field": "custom.why", "op": "is_null", "value": True},
        {"field": "owner.department", "op": "is_null", "value": True},
        {"field": "gone", "op": "eq", "value": 1},
        {"field": "name", "op": "near", "value": 1},
        {"and": [{"field": "name"}]},
        {"related": {"object": "contacts", "field": "customer"}},
        {"not": {"in_segment": "01900000-0000-7000-8000-000000000000"}},
    ):
        answer = call("admin").send(
            "PATCH", "/admin/fields/customers/why", {"require_when": tree}, If_Match=f'"{made["version"]}"'
        )
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "require_when", tree
    deep: dict[str, Any] = {"field": "name", "op": "eq", "value": "x"}
    for _ in range(50):
        deep = {"not": deep}
    assert (
        call("admin")
        .send("PATCH", "/admin/fields/customers/why", {"show_when": deep}, If_Match=f'"{made["version"]}"')
        .status_code
        == 422
    )
    assert rep.get("/customers", filter=deep).status_code == 400


@pytest.mark.parametrize(
    ("kind", "first", "second", "same"),
    [
        ("text", "SN-1", "SN-2", "SN-1 "),
        ("number", "7", "8", "7.00"),
        ("phone", "13900001111", "13900002222", "+86 139 0000 1111"),
    ],
)
def test_only_once(kind: str, first: str, second: str, same: str, world: World, call: Call) -> None:
    """Create, edit, import row by row, bin and restore; the other record is named to whoever may see it."""
    rep, rep3 = call("rep"), call("rep3")
    define(call, "customers", {"key": "sn", "type": kind, "label_zh": "序列号", "unique": True})
    one = rep.post("/customers", {"name": "甲", "custom.sn": first}).json()
    double = rep.post("/customers", {"name": "乙", "custom.sn": same})
    assert double.status_code == 409
    error = double.json()["errors"][0]
    assert (error["field"], error["code"]) == ("custom.sn", "duplicate") and "“甲”" in error["message"]
    blind = rep3.post("/customers", {"name": "丙", "custom.sn": first})
    assert blind.status_code == 409 and "甲" not in blind.content.decode()
    tried = rep.post("/customers/check", {"custom.sn": first}).json()["errors"]
    assert [e["code"] for e in tried] == ["duplicate"]
    two = rep.post("/customers", {"name": "乙", "custom.sn": second}).json()
    assert rep.patch(f"/customers/{two['id']}", {"custom.sn": same}, 1).status_code == 409
    assert rep.patch(f"/customers/{one['id']}", {"custom.sn": same}, 1).status_code == 200
    assert rep.delete(f"/customers/{one['id']}", 1).status_code == 204
    assert rep.patch(f"/customers/{two['id']}", {"custom.sn": first}, 1).status_code == 200
    assert rep.post(f"/customers/{one['id']}/restore").status_code == 409
    assert rep.patch(f"/customers/{two['id']}", {"custom.sn": None}, 2).status_code == 200
    assert rep.post(f"/customers/{one['id']}/restore").status_code == 200
    empty = [rep.post("/customers", {"name": f"空{n}"}).status_code for n in range(2)]
    assert empty == [201, 201]


def test_doubles_from_before_the_rule(world: World, call: Call) -> None:
    rep, admin = call("rep"), call("admin")
    made = define(call, "customers", {"key": "sn", "type": "text", "label_zh": "序列号"})
    keys = [rep.post("/customers", {"name": f"旧{n}", "custom.sn": "A"}).json()["id"] for n in range(2)]
    change(call, "customers", made, unique=True)
    listed = admin.get("/admin/fields/customers/sn/breaches", rule="unique").json()
    assert {i["id"] for i in listed["items"]} == set(keys) and listed["count"] == 2
    refused = rep.patch(f"/customers/{keys[0]}", {"address": "改地址"}, 1)
    assert refused.status_code == 409 and refused.json()["errors"][0]["field"] == "custom.sn"
    assert rep.patch(f"/customers/{keys[0]}", {"address": "改地址", "custom.sn": "B"}, 1).status_code == 200
    assert admin.get("/admin/fields/customers/sn/breaches", rule="unique").json()["count"] == 0
    assert admin.get("/admin/fields/customers/sn/breaches", rule="other").status_code == 400
    assert rep.get("/admin/fields/customers/sn/breaches", rule="unique").status_code == 403


def send_file(caller: Caller, name: str = "合同.pdf") -> str:
    sent = caller.client.post(
        f"{API}/files", {"file": SimpleUploadedFile(name, b"content of it")}, headers=caller.headers
    )
    return str(sent.json()["id"])


def test_a_file_is_read_by_whoever_reads_its_field(world: World, call: Call) -> None:
    rep, rep2, manager, path = call("rep"), call("rep2"), call("manager"), path_of(world)
    define(call, "customers", {"key": "paper", "type": "file", "label_zh": "附件"})
    file, foreign = send_file(rep), send_file(rep2)
    content = f"/files/{file}/content"
    assert rep.patch(path, {"custom.paper": foreign}, 1).json()["errors"][0]["code"] == "not_visible"
    assert manager.get(content).status_code == 404
    saved = rep.patch(path, {"custom.paper": file}, 1)
    assert saved.json()["custom.paper"] == {"id": file, "name": "合同.pdf", "size": 13}
    row = StoredFile.objects.get(pk=file)
    assert (row.object, str(row.record_id), row.expires_at) == ("customers", path.split("/")[-1], None)
    assert b"".join(manager.get(content).streaming_content) == b"content of it"  # type: ignore[attr-defined]
    assert call("rep3").get(content).status_code == 404
    other = path_of(world, "handed")
    assert rep.patch(other, {"custom.paper": file}, rep.get(other).json()["version"]).status_code == 422
    with_file = {
        i["id"] for i in rep.all("customers", filter={"field": "custom.paper", "op": "is_null", "value": False})
    }
    assert with_file == {path.split("/")[-1]}
    change_of = next(i for i in rep.get(f"{path}/history").json()["items"] if i["changes"])["changes"][0]
    assert change_of["field"] == "custom.paper"
    lay_rule("customers", "custom.paper", "hidden")
    assert rep.get(content).status_code == 404, "not even to who sent it: the field is not his to read"
    assert manager.get(content).status_code == 200
    assert "custom.paper" not in rep.get(path).json()


def test_secrecy_of_custom_fields(world: World, call: Call) -> None:
    """ORG-3: hidden, masked and read-only hold for them as for any field."""
    rep, path = call("rep"), path_of(world)
    define(call, "customers", {"key": "secret", "type": "text", "label_zh": "秘密", "searchable": True})
    assert rep.patch(path, {"custom.secret": "隐藏的欧阳修"}, 1).status_code == 200
    assert [i["id"] for i in rep.get("/customers", q="欧阳修").json()["items"]] == [path.split("/")[-1]]
    lay_rule("customers", "custom.secret", "masked")
    item = rep.get(path).json()
    assert item["custom.secret"] == "隐****修" and "欧阳" not in rep.get(f"{path}/history").content.decode()
    assert rep.get("/customers", q="欧阳修").json()["items"] == []
    for query in ({"sort": "custom.secret"}, {"filter": {"field": "custom.secret", "op": "eq", "value": "x"}}):
        assert rep.get("/customers", **query).status_code == 400
    assert rep.patch(path, {"custom.secret": "改"}, item["version"]).json()["errors"][0]["code"] == "withheld"
    catalogue = call("admin").get("/admin/permissions").json()["fields"]
    assert "custom.secret" in {f["name"] for o in catalogue if o["object"] == "customers" for f in o["fields"]}
