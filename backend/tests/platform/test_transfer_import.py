"""CUS-12, PLT-9: spreadsheets in and back out again, by the rules and rights that hold for any write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kemai.accounts.models import FieldRule, Role, RoleGrant, User
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.base.models import AuditChange, Job, Operation
from kemai.customers.models import Contact, Customer
from kemai.kit.clock import now
from kemai.platform.models import Import, ImportFault
from kemai.platform.objects.declare import get_object
from kemai.platform.tasks import forget_undo
from kemai.platform.transfer import run as running
from tests.calling import Caller
from tests.fixtures import business_hash, forget_everything
from tests.platform.sheets import begin, bring_in, credit_code, csv_bytes, fields_of, stored_rows, upload, work, xlsx
from tests.world import World

Call = Callable[[str], Caller]
HEAD = ["公司名称*", "税号", "手机号码", "所属行业", "省份", "详细地址", "邮箱", "备注"]


def clean_rows(count: int, start: int = 0) -> list[list[Any]]:
    return [
        [
            f"宁波第{n}号机械有限公司",
            credit_code(n),
            f"137{n:08d}",
            "制造业",
            "浙江",
            f"人民路{n}号",
            f"c{n}@mill.example",
            "展会",
        ]
        for n in range(start, start + count)
    ]


def dirty_rows() -> list[list[Any]]:
    """500 rows as a clerk keeps them: 490 good ones in many spellings, 10 that cannot be right."""
    rows = clean_rows(500)
    spellings: list[tuple[int, int, Any]] = [
        (3, 0, "　宁波第3号机械 有限公司 "),
        (4, 2, "+86 137-0000-0004"),
        (5, 2, 13700000005),
        (6, 2, "0574-87651234转8"),
        (7, 3, "manufacturing"),
        (8, 3, None),
        (9, 1, credit_code(9).lower()),
        (10, 6, "C10＠mill.example"),
        (11, 7, "第一行\n第二行"),
        (12, 7, "𠮷野家"),
    ]
    wrong: list[tuple[int, int, Any]] = [
        (100, 0, None),
        (101, 1, "91330100MA0000000X"),
        (102, 2, "1371234"),
        (103, 3, "不存在的行业"),
        (104, 6, "no-at-sign"),
        (105, 0, "宁波第50号机械有限公司"),
        (106, 1, credit_code(51)),
        (107, 2, 913301001234567890),
        (108, 0, "长" * 201),
        (109, 0, "（宁波）第52号机械"),
    ]
    for row, column, value in spellings + wrong:
        rows[row][column] = value
    rows[109][0] = "宁波第52号机械股份有限公司"
    return rows


def test_a_clerks_file_maps_without_a_click_and_keeps_every_digit(world: World, call: Call) -> None:
    rep = call("rep")
    sheet: list[list[Any]] = [["2026 年客户清单"], [], HEAD, *dirty_rows()[:250], [], *dirty_rows()[250:]]
    run = begin(rep, xlsx(sheet))
    assert run["header_row"] == 3 and run["rows"] == 500
    assert list(fields_of(run).values()) == [
        "name",
        "credit_code",
        "phone",
        "industry",
        "region",
        "address",
        "email",
        "remark",
    ]
    assert (run["mode"], run["key"]) == ("both", "name")

    checked = work(rep, run, "check")
    assert checked["state"] == "checked" and checked["done"]["state"] == "done"
    assert checked["check"] == {"create": 490, "update": 0, "skip": 0, "failed": 10}, "\n".join(
        map(str, checked["errors"])
    )
    assert not Customer.objects.filter(name__startswith="宁波第").exists()
    rows = {e["row"]: e for e in checked["errors"]}
    assert rows[104]["column"] == "公司名称*" and rows[104]["field"] == "name"
    assert "第 54 行" in rows[109]["message"]
    assert "第 55 行" in rows[110]["message"]
    assert "15 位" in rows[111]["message"]
    assert "不存在的行业" in rows[107]["message"] and "制造业" in rows[107]["message"]

    done = work(rep, checked, "commit")
    assert (done["state"], done["created"], done["updated"], done["failed"]) == ("done", 490, 0, 10)
    assert done["errors"] == checked["errors"]
    assert Customer.objects.filter(name__startswith="宁波第").count() == 490
    for n in (0, 9, 250, 499):
        found = Customer.objects.get(credit_code=credit_code(n))
        assert found.phone == f"137{n:08d}" and found.owner_id == world.users["rep"]
    assert Customer.objects.get(credit_code=credit_code(6)).phone == "0574-87651234-8"
    assert (
        Customer.objects.get(credit_code=credit_code(7)).industry
        == Customer.objects.get(credit_code=credit_code(0)).industry
    )
    assert AuditChange.objects.filter(object="customers_customer", op="I", event__action="import").count() == 490


def test_the_error_workbook_is_mended_and_taken(world: World, call: Call) -> None:
    rep = call("rep")
    done = bring_in(rep, xlsx([HEAD, *dirty_rows()]))
    rows = stored_rows(done["error_file"])
    assert rows[0] == [*HEAD, "错误原因"] and len(rows) == 11
    assert all(isinstance(row[-1], str) and row[-1] for row in rows[1:])
    assert rows[8][2] is None  # the digits that were lost are not handed back as if they were right
    mended = [
        [c or "" for c in rows[0]],
        *[
            [f"补正第{n}号公司", credit_code(9000 + n), "13911112222", "", "", "", "", "", row[-1]]
            for n, row in enumerate(rows[1:])
        ],
    ]
    again = bring_in(rep, xlsx(mended))
    assert fields_of(again)["错误原因"] is None
    assert (again["created"], again["failed"], again["error_file"]) == (10, 0, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk", "gb18030", "utf-16"])
def test_csv_in_any_usual_encoding(world: World, call: Call, encoding: str) -> None:
    done = bring_in(call("rep"), csv_bytes([HEAD, *clean_rows(30)], encoding), name="客户.csv")
    assert (done["created"], done["failed"]) == (30, 0)
    assert Customer.objects.get(credit_code=credit_code(7)).address == "人民路7号"


def test_the_same_file_again_makes_no_doubles(world: World, call: Call) -> None:
    rep = call("rep")
    content = xlsx([HEAD, *clean_rows(40)])
    assert bring_in(rep, content)["created"] == 40
    both = bring_in(rep, content)
    assert (both["created"], both["updated"], both["failed"], both["skipped"]) == (0, 0, 0, 40)
    create = bring_in(rep, content, mode="create")
    assert (create["created"], create["failed"]) == (0, 40)
    assert Customer.objects.filter(name__startswith="宁波第").count() == 40


def test_update_changes_what_the_file_says_and_nothing_else(world: World, call: Call) -> None:
    rep = call("rep")
    bring_in(rep, xlsx([HEAD, *clean_rows(20)]))
    before = Customer.objects.get(credit_code=credit_code(3))
    sheet = [["客户名称", "简称", "邮箱"], ["宁波第3号机械", "三号", None], ["没有这家公司", "无", None]]
    run = begin(rep, xlsx(sheet), mode="update")
    checked = work(rep, run, "check")
    assert checked["check"] == {"create": 0, "update": 1, "skip": 0, "failed": 1}
    done = work(rep, checked, "commit")
    assert (done["created"], done["updated"], done["failed"]) == (0, 1, 1)
    after = Customer.objects.get(pk=before.pk)
    assert (after.short_name, after.email, after.version) == ("三号", before.email, before.version + 1)
    # The name given differs only in its form, and is what the person wrote.
    assert after.name == "宁波第3号机械"


def test_another_persons_customer_is_refused_without_a_word_about_it(world: World, call: Call) -> None:
    foreign = world.get("customers", "foreign")
    sheet = [["客户名称", "简称"], [foreign.canary, "偷看"]]
    done = bring_in(call("rep"), xlsx(sheet))
    assert (done["created"], done["updated"], done["failed"]) == (0, 0, 1)
    text = str(done["errors"])
    assert "已存在" in text and "华南大区" in text
    assert "员工rep3" not in text and all(secret not in text for secret in foreign.secrets)
    assert Customer.objects.get(pk=foreign.id).short_name == ""


def test_a_record_one_may_only_see_is_not_changed(world: World, call: Call) -> None:
    lent = world.get("customers", "lent")
    done = bring_in(call("rep"), xlsx([["客户名称", "简称"], [lent.canary, "改"]]))
    assert done["failed"] == 1 and "无权修改" in str(done["errors"])


def test_references_are_found_by_name_number_and_user_name(world: World, call: Call) -> None:
    manager = call("manager")
    mine = Customer.objects.get(pk=world.get("customers", "mine").id)
    rows = [
        ["姓名", "客户", "手机", "上级"],
        ["甲某", mine.name, "13811110001", world.get("contacts", "mine").canary],
        ["乙某", mine.number, "13811110002", ""],
        ["丙某", world.get("customers", "foreign").canary, "13811110003", ""],
    ]
    done = bring_in(manager, xlsx(rows), object="contacts")
    assert (done["created"], done["failed"]) == (2, 1)
    assert Contact.objects.get(name="甲某").reports_to_id == world.get("contacts", "mine").id
    assert Contact.objects.get(name="乙某").customer_id == mine.id
    assert "无权查看" in done["errors"][0]["message"] and done["errors"][0]["row"] == 4

    owners = [["客户名称", "负责人"], ["归属一公司", "员工rep"], ["归属二公司", "rep2"], ["归属三公司", "谁也不是"]]
    done = bring_in(manager, xlsx(owners))
    assert (done["created"], done["failed"]) == (2, 1)
    assert Customer.objects.get(name="归属一公司").owner_id == world.users["rep"]
    assert Customer.objects.get(name="归属二公司").owner_id == world.users["rep2"]


def test_namesakes_are_named_or_told_apart_by_their_customer(world: World, call: Call) -> None:
    manager = call("manager")
    namesake = User.objects.get(pk=world.users["rep"])
    with act(INSTALLER, "edit", object="users"):
        User.objects.filter(pk=world.users["rep4"]).update(name=namesake.name, name_sort=namesake.name_sort)
    done = bring_in(manager, xlsx([["客户名称", "负责人"], ["归属四公司", "员工rep"]]))
    assert done["failed"] == 1 and "2 个同名" in done["errors"][0]["message"]

    one, two = (Customer.objects.get(pk=world.get("customers", s).id) for s in ("mine", "colleague"))
    people = [["姓名", "客户"], ["同名人", one.name], ["同名人", two.name]]
    assert bring_in(manager, xlsx(people), object="contacts")["created"] == 2
    talks = [["客户", "联系人", "跟进内容", "跟进时间"], [one.name, "同名人", "谈了", "2026/3/5 9:30"]]
    done = bring_in(manager, xlsx(talks), object="interactions")
    assert done["created"] == 1, done["errors"]
    found = get_object("interactions").model._base_manager.get(content="谈了")
    assert found.contact.customer_id == one.id
    assert found.occurred_at == datetime.fromisoformat("2026-03-05T09:30:00+08:00")


def test_owners_beyond_ones_reach_are_refused_row_by_row(world: World, call: Call) -> None:
    run = begin(
        call("rep"), xlsx([["客户名称", "负责人"], ["自家一公司", "rep"], ["别家一公司", "rep3"], ["自家二公司", ""]])
    )
    checked = work(call("rep"), run, "check")
    assert checked["check"] == {"create": 2, "update": 0, "skip": 0, "failed": 1}
    done = work(call("rep"), checked, "commit")
    assert (done["created"], done["failed"]) == (2, 1) and done["errors"][0]["row"] == 3


def test_a_race_costs_only_the_row_that_lost(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    rep = call("rep")
    real = running.save_batch

    def overtaken(plan: Any, batch: Any) -> None:
        Customer.objects.filter(pk=world.get("customers", "mine").id).update(credit_code=credit_code(7))
        real(plan, batch)

    monkeypatch.setattr(running, "save_batch", overtaken)
    done = bring_in(rep, xlsx([HEAD, *clean_rows(60)]))
    assert (done["created"], done["failed"]) == (59, 1)
    assert done["errors"][0]["row"] == 9 and "信用代码" in done["errors"][0]["message"]


class Killed(BaseException):
    """As kill -9 ends a worker: nothing of ours runs afterwards."""


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_killed_import_goes_on_and_takes_every_row_once(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    rep = call("rep")
    monkeypatch.setattr(running, "BATCH", 25)
    rows = clean_rows(100)
    rows[10][2] = "1371234"
    rows[90][0] = rows[30][0]
    run = begin(rep, xlsx([HEAD, *rows]))
    job = rep.post(f"/imports/{run['id']}/commit").json()
    real, count = running._commit_batch, 0

    def deadly(*args: Any) -> Any:
        nonlocal count
        if count == after:
            raise Killed
        count += 1
        return real(*args)

    monkeypatch.setattr(running, "_close", lambda *args: None)
    monkeypatch.setattr(running, "_commit_batch", deadly)
    with pytest.raises(Killed):
        run_job(job["id"])
    assert Customer.objects.filter(name__startswith="宁波第").count() == max(25 * after - (after > 0), 0)
    assert Job.objects.get(pk=job["id"]).state == "running"
    monkeypatch.undo()
    run_job(job["id"])
    done = rep.get(f"/imports/{run['id']}").json()
    assert (done["state"], done["created"], done["failed"]) == ("done", 98, 2)
    assert [e["row"] for e in done["errors"]] == [12, 92] and "第 32 行" in done["errors"][1]["message"]
    assert Customer.objects.filter(name__startswith="宁波第").count() == 98
    operation = Operation.objects.get(pk=run["id"])
    changed = AuditChange.objects.filter(event_id__in=operation.events, object="customers_customer", op="I")
    assert (operation.succeeded, operation.failed, changed.count()) == (98, 2, 98)
    finished = rep.get(f"/jobs/{job['id']}").json()
    assert (finished["state"], finished["succeeded"], finished["failed"], finished["total"]) == ("done", 98, 2, 100)


def test_a_cancelled_import_keeps_what_it_has_and_can_go_on(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    rep = call("rep")
    monkeypatch.setattr(running, "BATCH", 25)
    run = begin(rep, xlsx([HEAD, *clean_rows(60)]))
    job = rep.post(f"/imports/{run['id']}/commit").json()
    Job.objects.filter(pk=job["id"]).update(cancel_asked=True)
    run_job(job["id"])
    stopped = rep.get(f"/imports/{run['id']}").json()
    assert (stopped["state"], stopped["created"], stopped["settings"]) == ("done", 25, {"stopped": True})
    done = work(rep, stopped, "commit")
    assert (done["state"], done["created"], done["settings"]) == ("done", 60, {})
    assert rep.post(f"/imports/{run['id']}/commit").status_code == 409


def test_an_import_cancelled_before_it_began_is_not_busy(world: World, call: Call) -> None:
    rep = call("rep")
    run = begin(rep, xlsx([HEAD, *clean_rows(3)]))
    job = rep.post(f"/imports/{run['id']}/check").json()
    assert rep.post(f"/imports/{run['id']}/commit").status_code == 409
    rep.post(f"/jobs/{job['id']}/cancel")
    assert rep.get(f"/imports/{run['id']}").json()["state"] == "mapping"
    assert work(rep, run, "commit")["created"] == 3


def test_a_whole_import_is_taken_back_and_brought_in_again(world: World, call: Call) -> None:
    rep = call("rep")
    mine = Customer.objects.get(pk=world.get("customers", "mine").id)
    content = xlsx(
        [
            ["客户名称", "简称", "地区"],
            [mine.name, "简称新", "浙江"],
            *[[f"撤销第{n}公司", "撤", ""] for n in range(30)],
        ]
    )
    done = bring_in(rep, content)
    assert (done["created"], done["updated"]) == (30, 1) and done["undo_until"]
    undone = work(rep, done, "undo")
    assert undone["state"] == "undone" and undone["done"]["succeeded"] == 31 and undone["done"]["failed"] == 0
    assert not Customer.objects.filter(name__startswith="撤销第", deleted_at__isnull=True).exists()
    back = Customer.objects.get(pk=mine.pk)
    assert (back.short_name, back.region, back.search_text) == (mine.short_name, mine.region, mine.search_text)
    again = rep.post(f"/imports/{done['id']}/undo")
    assert (again.status_code, again.json()["code"]) == (410, "undo_done")
    again = bring_in(rep, content)
    assert (again["created"], again["updated"]) == (30, 1)


def test_what_somebody_worked_on_since_stays_and_is_named(world: World, call: Call) -> None:
    rep = call("rep")
    done = bring_in(rep, xlsx([["客户名称"], *[[f"撤销第{n}公司"] for n in range(5)]]))
    ids = {c.name: c for c in Customer.objects.filter(name__startswith="撤销第")}
    assert rep.patch(f"/customers/{ids['撤销第1公司'].id}", {"short_name": "改"}, 1).status_code == 200
    assert rep.post("/contacts", {"name": "新人", "customer": str(ids["撤销第2公司"].id)}).status_code == 201
    undone = work(rep, done, "undo")
    assert (undone["done"]["succeeded"], undone["done"]["failed"]) == (3, 2)
    reasons = {f["label"]: f["message"] for f in undone["done"]["failures"]}
    assert "简称已由员工rep于" in reasons["撤销第1公司"] and "联系人" in reasons["撤销第2公司"]
    left = Customer.objects.filter(name__startswith="撤销第", deleted_at__isnull=True)
    assert {c.name for c in left} == {"撤销第1公司", "撤销第2公司"}


def test_a_kind_without_a_key_refuses_the_same_file_twice(world: World, call: Call) -> None:
    rep = call("rep")
    content = xlsx([["客户", "跟进内容"], [world.get("customers", "mine").canary, "又谈了一次"]])
    run = begin(rep, content, object="interactions")
    assert (run["mode"], run["key"], run["keys"]) == ("create", None, [])
    assert work(rep, run, "commit")["created"] == 1
    again = begin(rep, content, object="interactions")
    answer = rep.post(f"/imports/{again['id']}/commit")
    assert answer.status_code == 409 and answer.json()["code"] == "import.same_file"


def test_amounts_count_in_the_units_of_their_heading(world: World, call: Call) -> None:
    sheet = [
        ["商机名称", "客户", "预计金额（万元）"],
        ["单位一", world.get("customers", "mine").canary, "12.5"],
        ["单位二", world.get("customers", "mine").canary, "3亿"],
    ]
    done = bring_in(call("rep"), xlsx(sheet), object="opportunities")
    assert done["created"] == 2, done["errors"]
    model = get_object("opportunities").model._base_manager
    assert [str(model.get(name=n).amount) for n in ("单位一", "单位二")] == ["125000.00", "300000000.00"]


def test_the_mapping_is_changed_remembered_and_checked(world: World, call: Call) -> None:
    rep = call("rep")
    content = xlsx([["单位", "老板", "电话"], ["映射一公司", "赵总", "13800009999"]])
    run = begin(rep, content)
    assert fields_of(run) == {"单位": None, "老板": None, "电话": "phone"}
    path = f"/imports/{run['id']}"
    assert rep.post(f"{path}/check").status_code == 422
    changed = rep.patch(path, {"mapping": {"0": "name", "1": "legal_representative", "2": None}}).json()
    assert fields_of(changed) == {"单位": "name", "老板": "legal_representative", "电话": None}
    for bad in (
        {"mapping": {"0": "owner__password"}},
        {"mapping": {"9": "name"}},
        {"mode": "x"},
        {"key": "remark"},
        {"header_row": 0},
        {"sheet": "无"},
    ):
        assert rep.patch(path, bad).status_code == 422, bad
    twice = rep.patch(path, {"mapping": {"1": "name"}}).json()
    assert rep.post(f"/imports/{twice['id']}/check").status_code == 422
    rep.patch(path, {"mapping": {"1": "legal_representative"}, "key": "name", "mode": "both"})
    assert work(rep, run, "commit")["created"] == 1
    later = begin(rep, content)
    assert [(c["field"], c["guess"]) for c in later["columns"]] == [
        ("name", "remembered"),
        ("legal_representative", "remembered"),
        (None, "none"),
    ]
    assert fields_of(begin(call("rep2"), content)) == {"单位": None, "老板": None, "电话": "phone"}


REFUSED: list[tuple[str, bytes, str]] = [
    ("x.pdf", b"%PDF-1.7 ...", "spreadsheet.wrong_type"),
    ("x.xlsx", b"PK\x03\x04 no archive at all", "spreadsheet.broken"),
    ("empty.csv", b"", "spreadsheet.empty"),
    ("blank.xlsx", xlsx([[]]), "spreadsheet.empty"),
    ("numbers.csv", b"1,2,3\n4,5,6\n7,8,9\n", "spreadsheet.no_header"),
]


@pytest.mark.parametrize(("name", "content", "code"), REFUSED, ids=[r[0] for r in REFUSED])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_files_that_are_no_tables_are_refused_with_words(
    world: World, call: Call, name: str, content: bytes, code: str, locale: str
) -> None:
    rep = call("rep")
    with act(INSTALLER, "edit", object="users"):
        User.objects.filter(pk=world.users["rep"]).update(locale=locale)
    forget_everything()
    answer = rep.post("/imports", {"file": upload(rep, content, name), "object": "customers"})
    assert answer.status_code == 422, answer.content.decode()
    assert answer.json()["code"] == code and len(answer.json()["detail"]) > 15
    assert answer.json()["detail"].isascii() == (locale == "en")


def test_who_may_not_import_changes_nothing(world: World, call: Call) -> None:
    rep, finance = call("rep"), call("finance")
    content = xlsx([HEAD, *clean_rows(3)])
    run = begin(rep, content)
    file = upload(finance, content)
    before = business_hash()
    assert finance.post("/imports", {"file": file, "object": "customers"}).status_code == 403
    assert finance.get("/imports/template?object=customers").status_code == 403
    assert rep.post("/imports", {"file": file, "object": "customers"}).status_code == 404
    for path in ("", "/check", "/commit", "/undo"):
        answer = finance.get(f"/imports/{run['id']}") if not path else finance.post(f"/imports/{run['id']}{path}")
        assert answer.status_code == 404, path
    assert finance.patch(f"/imports/{run['id']}", {"mode": "create"}).status_code == 404
    assert finance.get("/imports").json() == {"items": []}
    assert call("nobody").post("/imports", {}).status_code == 401
    assert business_hash() == before


def test_rights_taken_away_meanwhile_bind_the_job(world: World, call: Call) -> None:
    rep = call("rep")
    run = begin(rep, xlsx([HEAD, *clean_rows(3)]))
    job = rep.post(f"/imports/{run['id']}/commit").json()
    with act(INSTALLER, "grants", object="roles"):
        RoleGrant.objects.filter(role__code="sales_rep", permission="customers.customer.import").delete()
    run_job(job["id"])
    assert not Customer.objects.filter(name__startswith="宁波第").exists()
    assert Job.objects.get(pk=job["id"]).state == "failed" and Import.objects.get(pk=run["id"]).state == "failed"


def test_a_field_one_may_not_write_is_not_offered(world: World, call: Call) -> None:
    with act(INSTALLER, "grants", object="roles"):
        rep = Role.objects.get(code="sales_rep")
        FieldRule.objects.create(role=rep, object="customers", field="phone", access="masked")
    forget_everything()
    run = begin(call("rep"), xlsx([HEAD, *clean_rows(3)]))
    assert "phone" not in {f["name"] for f in run["fields"]} | {k["name"] for k in run["keys"]} | set(
        fields_of(run).values()
    )


def test_the_template_comes_back_without_its_example(world: World, call: Call) -> None:
    rep = call("rep")
    answer = rep.get("/imports/template", object="customers")
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    run = begin(rep, answer.content)
    assert all(c["field"] for c in run["columns"]) and len(run["sheets"]) == 2
    checked = work(rep, run, "check")
    assert checked["check"] == {"create": 0, "update": 0, "skip": 0, "failed": 0}


def test_statements_do_not_grow_with_rows(
    world: World, call: Call, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch costs the same few statements however many rows it has."""
    rep = call("rep")
    rows = [[*row, "员工rep", mark] for row, mark in zip(clean_rows(200), ["重要"] * 200, strict=True)]
    run = begin(rep, xlsx([[*HEAD, "业务员", "标签"], *rows]))
    job = rep.post(f"/imports/{run['id']}/commit").json()
    with django_assert_max_num_queries(80):
        run_job(job["id"])
    assert Import.objects.get(pk=run["id"]).created == 200


def test_dry_run_takes_no_numbers_and_leaves_no_faults_of_its_own(world: World, call: Call) -> None:
    rep = call("rep")
    run = begin(rep, xlsx([HEAD, *clean_rows(5), [None, "x"]]))
    key = UUID(rep.post("/customers", {"name": "号码前"}).json()["id"])
    before = int(Customer.objects.get(pk=key).number.removeprefix("KH-"))
    work(rep, run, "check")
    after = rep.post("/customers", {"name": "号码后"}).json()["number"]
    assert int(after.removeprefix("KH-")) == before + 1
    work(rep, run, "commit")
    assert ImportFault.objects.filter(run_id=run["id"]).count() == 1


def test_every_importable_kind_begins(world: World, call: Call) -> None:
    admin = call("admin")
    for name in (
        "customers",
        "contacts",
        "opportunities",
        "interactions",
        "tasks",
        "customer-relations",
        "users",
        "departments",
    ):
        declaration = get_object(name)
        heads = [f.label.zh for f in declaration.fields if f.importable and f.writable]
        run = begin(admin, xlsx([heads, ["值"] * len(heads)]), object=name)
        assert all(c["field"] for c in run["columns"]), (name, fields_of(run))
        checked = work(admin, run, "check")
        assert checked["done"]["state"] == "done" and checked["check"]["failed"] <= 1, (name, checked["done"])


def test_what_cannot_be_undone_any_more_is_forgotten(world: World, call: Call) -> None:
    done = bring_in(call("rep"), xlsx([["客户名称"], ["遗忘公司"], [None, "x"]]))
    forget_undo(0)
    assert Operation.objects.get(pk=done["id"]).payload
    Operation.objects.filter(pk=done["id"]).update(until=now() - timedelta(days=1))
    forget_undo(0)
    assert Operation.objects.get(pk=done["id"]).payload == {}
    answer = call("rep").post(f"/imports/{done['id']}/undo")
    assert (answer.status_code, answer.json()["code"]) == (410, "undo_expired")
