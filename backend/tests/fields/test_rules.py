"""PLT-2: required, required where, only once; rules that records break already; files whose right is the record's."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kemai.base.jobs import run_job
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


def test_what_a_form_does_not_show_is_not_asked_for(world: World, call: Call) -> None:
    """Required and shown only for big ones: a small one is saved without it, and is no record that breaks the rule."""
    rep, admin = call("rep"), call("admin")
    sizes = [{"value": "big", "label_zh": "大"}, {"value": "small", "label_zh": "小"}]
    define(call, "customers", {"key": "size", "type": "choice", "label_zh": "大小", "choices": sizes})
    big = {"field": "custom.size", "op": "eq", "value": "big"}
    define(call, "customers", {"key": "why", "type": "text", "label_zh": "说明", "show_when": big, "required": True})
    small = rep.post("/customers", {"name": "小公司", "custom.size": "small"})
    assert small.status_code == 201, small.content.decode()
    refused = rep.post("/customers", {"name": "大公司", "custom.size": "big"})
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("custom.why", "required")]
    assert rep.patch(f"/customers/{small.json()['id']}", {"address": "新地址"}, 1).status_code == 200
    assert rep.patch(f"/customers/{small.json()['id']}", {"custom.size": "big"}, 2).status_code == 422
    assert admin.get("/admin/fields/customers/why/breaches", rule="required").json()["count"] == 0
    old = {"field": "kind", "op": "eq", "value": "company"}
    define(
        call,
        "customers",
        {"key": "how", "type": "text", "label_zh": "方式", "show_when": big, "require_when": old},
    )
    assert rep.post("/customers", {"name": "又小", "custom.size": "small"}).status_code == 201
    both = rep.post("/customers", {"name": "又大", "custom.size": "big", "custom.why": "因为"})
    assert [e["field"] for e in both.json()["errors"]] == ["custom.how"]
    deep: dict[str, Any] = {"field": "name", "op": "eq", "value": "x"}
    for _ in range(7):
        deep = {"not": deep}
    told = admin.send("PATCH", "/admin/fields/customers/how", {"require_when": deep}, If_Match='"1"')
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "require_when"), "both are judged as one"


@pytest.mark.parametrize("access", ["hidden", "masked", "read_only"])
def test_nobody_is_asked_for_what_he_may_not_fill_in(access: str, world: World, call: Call) -> None:
    """Whoever may fill it in is asked; the others work on, and are told nothing of a value they may not read."""
    rep, admin, path = call("rep"), call("admin"), path_of(world)
    made = define(call, "customers", {"key": "grade", "type": "text", "label_zh": "评级"})
    same = [rep.post("/customers", {"name": f"同号{n}", "custom.grade": "SN-77"}).json()["id"] for n in range(2)]
    change(call, "customers", made, required=True, unique=True)
    lay_rule("customers", "custom.grade", access)
    assert rep.patch(path, {"address": "新地址"}, 1).status_code == 200
    assert rep.post("/customers", {"name": "没有评级"}).status_code == 201
    assert admin.patch(path, {"address": "又改"}, 2).json()["errors"][0]["code"] == "required"
    edited = rep.patch(f"/customers/{same[0]}", {"address": "新地址"}, 1)
    assert edited.status_code == 200, edited.content.decode()
    assert rep.delete(f"/customers/{same[1]}", 1).status_code == 204
    back = rep.post(f"/customers/{same[1]}/restore")
    assert back.status_code == 409 and ("SN-77" in back.content.decode()) == (access == "read_only")


@pytest.mark.parametrize(
    ("definition", "value", "tighter"),
    [
        ({"type": "number"}, "500", {"max": "100"}),
        ({"type": "money", "currency": "CNY"}, "5", {"min": "10"}),
        ({"type": "rating", "max": 10}, 9, {"max": 5}),
        ({"type": "text"}, "长名字𠮷𠮷𠮷", {"max_length": 5}),
        ({"type": "long_text"}, "一二三四五六", {"max_length": 5}),
    ],
)
def test_bounds_set_later(
    definition: dict[str, Any], value: Any, tighter: dict[str, Any], world: World, call: Call
) -> None:
    """Values beyond them stay, are listed, and are asked for at the next edit of their record."""
    rep, admin, path = call("rep"), call("admin"), path_of(world)
    made = define(call, "customers", {"key": "amount", "label_zh": "数额", **definition})
    assert rep.patch(path, {"custom.amount": value}, 1).status_code == 200
    listed = "/admin/fields/customers/amount/breaches"
    assert admin.get(listed, rule="bounds").json()["count"] == 0
    change(call, "customers", made, **tighter)
    found = admin.get(listed, rule="bounds").json()
    assert [i["id"] for i in found["items"]] == [path.split("/")[-1]]
    assert rep.get(path).json()["custom.amount"] not in (None, "")
    refused = rep.patch(path, {"address": "新地址"}, 2)
    assert refused.status_code == 422 and [e["field"] for e in refused.json()["errors"]] == ["custom.amount"]
    job = rep.post("/customers/bulk", {"ids": [path.split("/")[-1]], "action": "set", "params": {"address": "成批"}})
    assert run_job(job.json()["id"]).succeeded == 1, "bulk edits judge what they write"
    version = rep.get(path).json()["version"]
    assert rep.patch(path, {"address": "新地址", "custom.amount": None}, version).status_code == 200
    assert admin.get(listed, rule="bounds").json()["count"] == 0


def test_what_is_whole_is_not_rounded(world: World, call: Call) -> None:
    """Two and a half stars are neither two nor three, in a value and in a condition."""
    rep, path = call("rep"), path_of(world)
    define(call, "customers", {"key": "stars", "type": "rating", "label_zh": "星级"})
    for half in (2.5, "2.5", "3.50"):
        refused = rep.patch(path, {"custom.stars": half}, 1)
        assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "not_integer", half
    assert rep.patch(path, {"custom.stars": "2.0"}, 1).json()["custom.stars"] == 2
    assert rep.ids("customers", filter={"field": "custom.stars", "op": "gte", "value": 2.5}) == set()
    assert len(rep.ids("customers", filter={"field": "custom.stars", "op": "lte", "value": 2.5})) == 1


@pytest.mark.parametrize(
    ("definition", "value", "turned"),
    [
        ({"type": "reference", "target": "customers"}, None, {"target": "contacts"}),
        ({"type": "money", "currency": "USD"}, "5", {"currency": ""}),
        ({"type": "choice", "choices": [{"value": "a", "label_zh": "甲"}]}, "a", {"dictionary": "industry"}),
        ({"type": "multi_choice", "dictionary": "level"}, ["high"], {"dictionary": "industry"}),
    ],
)
def test_values_go_on_meaning_what_they_mean(
    definition: dict[str, Any], value: Any, turned: dict[str, Any], world: World, call: Call
) -> None:
    """What a reference refers to, an amount's currency and whose choices they are change only while no record has a value."""
    rep, path = call("rep"), path_of(world)
    made = define(call, "customers", {"key": "thing", "label_zh": "某物", **definition})
    back = {name: definition.get(name, "") for name in turned}
    made = change(call, "customers", change(call, "customers", made, **turned), **back, **_choices(definition))
    value = value or str(world.get("customers", "handed").id)
    written = rep.patch(path, {"custom.thing": value}, 1)
    assert written.status_code == 200, written.content.decode()
    refused = call("admin").send("PATCH", "/admin/fields/customers/thing", turned, If_Match=f'"{made["version"]}"')
    assert refused.status_code == 422
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [(next(iter(turned)), "meaning_fixed")]
    assert change(call, "customers", made, help_zh="别的照改", **back)["help_zh"] == "别的照改"


def _choices(definition: dict[str, Any]) -> dict[str, Any]:
    return {"choices": definition["choices"]} if "choices" in definition else {}


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


def test_what_was_merged_is_not_parted_into_a_double(world: World, call: Call) -> None:
    """What comes once comes once also after a merge is taken back: refused, naming whoever has the value now."""
    rep = call("rep")
    define(call, "customers", {"key": "sn", "type": "text", "label_zh": "序列号", "unique": True})
    stays, goes = (
        rep.post("/customers", {"name": name, "custom.sn": sn}).json()
        for name, sn in (("甲骨文化用品", "S1"), ("星河水产", "S2"))
    )
    merged = rep.post(f"/customers/{stays['id']}/merge", {"loser": goes["id"], "take": []})
    assert merged.status_code == 200, merged.content.decode()
    third = rep.post("/customers", {"name": "后来的公司", "custom.sn": "S2"})
    assert third.status_code == 201, "who is merged away holds nothing"
    token = merged.json()["undo"]
    refused = rep.post(f"/undo/{token if isinstance(token, str) else token['token']}")
    assert refused.status_code == 409 and "“后来的公司”" in refused.content.decode()
    assert rep.patch(f"/customers/{third.json()['id']}", {"custom.sn": "S3"}, 1).status_code == 200
    back = rep.post(f"/undo/{token if isinstance(token, str) else token['token']}")
    assert back.status_code == 200, back.content.decode()
    assert rep.get(f"/customers/{goes['id']}").json()["custom.sn"] == "S2"


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


def test_a_file_hangs_on_one_record(world: World, call: Call) -> None:
    """Set for many at once it goes to the first; the others are told why, and none is left with a file nobody can open."""
    director = call("director")
    define(call, "customers", {"key": "paper", "type": "file", "label_zh": "附件"})
    ids = sorted(director.ids("customers"))[:3]
    params = {"custom.paper": send_file(director)}
    job = run_job(director.post("/customers/bulk", {"ids": ids, "action": "set", "params": params}).json()["id"])
    assert (job.succeeded, job.failed) == (1, 2)
    kept = [i for i in ids if director.get(f"/customers/{i}").json()["custom.paper"]]
    assert len(kept) == 1 and director.get(f"/files/{params['custom.paper']}/content").status_code == 200


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
