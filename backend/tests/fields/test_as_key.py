"""CUS-12, PLT-2: a custom field whose values come once finds existing records for an import, and cells that refer to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kemai.kit.errors import Invalid
from kemai.platform.transfer import cli
from tests.fields.samples import Call, define
from tests.platform.sheets import begin, bring_in, csv_bytes, work, write
from tests.world import World


def serial(call: Call, kind: str = "text", **more: Any) -> None:
    define(
        call,
        "customers",
        {"key": "sn", "type": kind, "label_zh": "序列号", "label_en": "Serial", "unique": True, **more},
    )


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("text", "SN-1", "SN-1 "),
        ("number", "1200", "1,200.00"),
        ("phone", "13900001111", "+86 139 0000 1111"),
        ("email", "a@x.example", "a@x.example"),
    ],
)
def test_existing_records_are_found_by_it(kind: str, value: str, written: str, world: World, call: Call) -> None:
    rep = call("rep")
    serial(call, kind)
    key = rep.post("/customers", {"name": "旧名字公司", "custom.sn": value}).json()["id"]
    sheet = csv_bytes([["序列号", "地址"], [written, "新地址"], ["" if kind != "number" else "9", "没有的"]])
    run = begin(rep, sheet, name="a.csv", mode="update", key="custom.sn")
    assert "custom.sn" in {k["name"] for k in run["keys"]}
    done = work(rep, run, "commit")
    assert (done["updated"], done["created"], done["failed"]) == (1, 0, 1), done["errors"]
    assert rep.get(f"/customers/{key}").json()["address"] == "新地址"


def test_new_and_known_in_one_sheet(world: World, call: Call) -> None:
    """Update what is there, make what is not; the same value twice in a sheet is refused beforehand as it is at last."""
    rep = call("rep")
    serial(call)
    rep.post("/customers", {"name": "已有的公司", "custom.sn": "A1"})
    sheet = csv_bytes(
        [["客户名称", "序列号", "电话"], ["改了名的公司", "A1", ""], ["全新的公司", "A2", ""], ["再来的公司", "A2", ""]]
    )
    run = begin(rep, sheet, name="a.csv", mode="both", key="custom.sn")
    tried = work(rep, run, "check")
    assert tried["check"] == {"create": 1, "update": 1, "skip": 0, "failed": 1}
    done = work(rep, run, "commit")
    assert (done["created"], done["updated"], done["failed"]) == (1, 1, 1)
    names = {i["name"] for i in rep.all("customers", fields="name")}
    assert {"改了名的公司", "全新的公司"} <= names and not {"已有的公司", "再来的公司"} & names


def test_the_check_says_what_the_import_would(world: World, call: Call) -> None:
    """Doubles of a value that is not the key, further apart than one batch."""
    rep = call("rep")
    serial(call)
    rows = [[f"第{n}号唯一公司", f"S{n if n != 1100 else 3}"] for n in range(1101)]
    run = begin(rep, csv_bytes([["客户名称", "序列号"], *rows]), name="a.csv", mode="create")
    tried = work(rep, run, "check")
    assert (tried["check"]["create"], tried["check"]["failed"]) == (1100, 1)
    assert tried["errors"][0]["field"] == "custom.sn" and "5" in tried["errors"][0]["message"]


def test_nobody_finds_what_he_may_not_see(world: World, call: Call) -> None:
    """Another's record is not found by its value, and neither changed nor named."""
    rep, rep3 = call("rep"), call("rep3")
    serial(call)
    key = rep.post("/customers", {"name": "别人的公司", "custom.sn": "B1"}).json()["id"]
    done = bring_in(rep3, csv_bytes([["序列号", "地址"], ["B1", "偷改"]]), name="a.csv", mode="update", key="custom.sn")
    assert (done["updated"], done["failed"]) == (0, 1) and "别人" not in str(done["errors"])
    assert rep.get(f"/customers/{key}").json()["address"] != "偷改"


def test_cells_refer_by_it(world: World, call: Call) -> None:
    rep = call("rep")
    serial(call)
    key = rep.post("/customers", {"name": "被引用的公司", "custom.sn": "C-77"}).json()["id"]
    done = bring_in(
        rep, csv_bytes([["姓名", "客户"], ["李四", "C-77"]]), object="contacts", name="联系人.csv", mode="create"
    )
    assert done["created"] == 1, done["errors"]
    found = rep.all("contacts", filter={"field": "customer", "op": "eq", "value": key}, fields="name")
    assert [c["name"] for c in found] == ["李四"]


def test_a_field_that_may_repeat_is_no_key(world: World, call: Call) -> None:
    rep = call("rep")
    define(call, "customers", {"key": "sn", "type": "text", "label_zh": "序列号"})
    run = begin(rep, csv_bytes([["客户名称", "序列号"], ["甲", "1"]]), name="a.csv")
    assert "custom.sn" not in {k["name"] for k in run["keys"]}
    assert rep.patch(f"/imports/{run['id']}", {"key": "custom.sn"}).status_code == 422


def test_the_command_takes_a_key_by_name_or_label(world: World, call: Call, tmp_path: Path) -> None:
    rep = call("rep")
    serial(call)
    rep.post("/customers", {"name": "命令改的公司", "custom.sn": "D1"})
    asked: dict[str, Any] = {"object_name": "customers", "username": "rep", "mode": "update"}
    for n, key in enumerate(("序列号", "Serial", "custom.sn")):
        path = write(tmp_path / f"{n}.csv", csv_bytes([["序列号", "地址"], ["D1", f"路{n}号"]]))
        done = cli.import_file(path=path, key=key, **asked)
        assert (done["updated"], done["failed"]) == (1, 0)
    with pytest.raises(Invalid):
        cli.import_file(path=path, key="没有的字段", **asked)
