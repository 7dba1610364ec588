"""The line of work at a desk: from a spreadsheet to a deal won, seen by the manager and by nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from e2e import sheets
from e2e.person import Person
from playwright.sync_api import expect

from tests.serving import Served

STAR = sheets.STAR["name"]
DEAL = "瑶光智能产线一期"
WON_NOW = quote(
    json.dumps(
        {
            "and": [
                {"field": "status", "op": "eq", "value": "won"},
                {"field": "closed_at", "op": "within_last", "value": {"days": 1}},
            ]
        }
    )
)
IMPORTANT = quote(json.dumps({"field": "importance", "op": "eq", "value": "key"}))


def in_days(days: int) -> str:
    """The date people in Shanghai will write then."""
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(days=days):%Y-%m-%d}"


@pytest.fixture
def rep(enter: Callable[..., Person], demo: Served) -> Person:
    return enter(demo, "rep")


def test_a_sheet_of_five_hundred_becomes_customers(rep: Person, tmp_path: Path) -> None:
    rows, wrong = sheets.customer_rows()
    good = len(rows) - len(wrong)
    page = rep.page
    rep.opens_menu("客户")
    page.get_by_role("link", name="导入").click()
    page.locator("input[type=file]").set_input_files(sheets.write_xlsx(tmp_path / "展会客户.xlsx", rows))

    expect(page.get_by_text("共 500 行")).to_be_visible()
    for header, field in {"单位名称": "name", "联系电话(手机)": "phone", "税号/统一社会信用代码": "credit_code",
                          "所属行业": "industry", "客户来源": "source", "详细地址": "address"}.items():  # fmt: skip
        expect(page.get_by_label(f"“{header}”对应的字段")).to_have_value(field)
    page.get_by_label("“备注说明”对应的字段").select_option("remark")
    page.get_by_label("只新建客户").click()
    expect(page.get_by_label("只新建客户")).to_be_checked()
    rep.presses("检查数据")

    errors = page.get_by_role("table").filter(has_text="原因")
    expect(errors).to_be_visible(timeout=30_000)
    expect(errors.locator("tbody tr td:first-child")).to_have_text([str(row) for row in wrong])
    expect(errors).to_contain_text("91330106MA2B000000")
    assert rep.reads("/customers?limit=1&with_total=true&q=辰星")["total"] == 0  # a dry run writes nothing

    rep.presses(f"导入 {good} 条")
    expect(page.get_by_text("导入完成")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name="下载错误数据（Excel）")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载错误数据（Excel）").click()
    mend = sheets.read_xlsx(Path(download.value.path()).read_bytes())
    assert len(mend) == len(wrong) + 1 and mend[0][-1] == "错误原因" and all(row[-1] for row in mend[1:])

    one = rep.reads("/customers?limit=1&q=" + STAR)["items"][0]
    assert one["phone"] == sheets.STAR["phone"] and one["owner"]["label"] == rep.reads("/me")["name"]
    detail = rep.reads(f"/customers/{one['id']}")
    assert detail["credit_code"] == sheets.credit_code(7), "eighteen digits must survive"
    page.get_by_role("link", name="查看客户").click()
    expect(page.get_by_role("grid", name="客户").get_by_role("row")).not_to_have_count(0)


def test_a_csv_in_gbk_brings_what_is_there_up_to_date(rep: Person, tmp_path: Path) -> None:
    page = rep.page
    names = [f"{city}远航电子商务有限公司" for city in sheets.CITIES[:5]]
    book = sheets.write_gbk_csv(
        tmp_path / "网站.csv", ["单位名称", "网址"], [[n, "https://yuanhang.example"] for n in names]
    )
    rep.goes_to("/customers/import")
    page.locator("input[type=file]").set_input_files(book)
    expect(page.get_by_label("“网址”对应的字段")).to_have_value("website")
    expect(page.get_by_role("row").filter(has_text="单位名称")).to_contain_text("沿用上次")
    page.get_by_label("只更新已有的客户").click()
    page.get_by_label("按哪个字段匹配已有记录").select_option(label="客户名称")
    rep.presses("检查数据")
    rep.presses("导入 5 条")
    expect(page.get_by_text("导入完成")).to_be_visible(timeout=30_000)
    found = rep.reads("/customers?fields=website&q=" + quote(names[0]))["items"]
    assert [one["website"] for one in found] == ["https://yuanhang.example"]


def test_it_is_found_by_two_characters_initials_and_digits(rep: Person) -> None:
    page = rep.page
    for typed in ("瑶光", sheets.STAR["initials"], sheets.STAR["phone"][3:]):
        page.keyboard.press("Control+k")
        rep.dialog.get_by_role("combobox").fill(typed)
        expect(rep.dialog.get_by_role("option", name=re.compile(STAR))).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    rep.dialog.get_by_role("combobox").fill("瑶光")
    expect(rep.dialog.get_by_role("option", name=re.compile(STAR))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=STAR, level=1)).to_be_visible()


def test_it_is_worked_on_from_its_page(rep: Person) -> None:
    page = rep.page
    composer = page.get_by_role("region", name="新增记录")
    composer.get_by_label("内容").fill("电话沟通，对方有兴趣，约了方案演示。")
    composer.get_by_label("下次联系").fill(f"{in_days(1)} 10:00")
    page.keyboard.press("Tab")
    rep.presses("记下", composer)
    rep.is_told("已记下跟进")
    expect(page.get_by_text("电话沟通，对方有兴趣，约了方案演示。")).to_be_visible()
    facts = page.get_by_role("article")
    expect(facts.get_by_title(f"{in_days(1)} 10:00:00").first).to_be_visible()

    composer.get_by_role("tab", name="任务").click()
    composer.get_by_label("标题").fill("准备方案演示")
    rep.presses("记下", composer)
    rep.is_told("已记下任务")

    page.get_by_role("tab", name=re.compile("^联系人")).click()
    rep.presses("新建联系人")
    rep.dialog.get_by_label("姓名").fill("欧阳明")
    rep.dialog.get_by_label("职务").fill("采购总监")
    rep.dialog.get_by_label("电话").fill("13687654321")
    rep.presses("保存", rep.dialog, exact=True)
    rep.is_told("已新建“欧阳明”")
    expect(page.get_by_role("grid", name="联系人")).to_contain_text("采购总监")

    page.get_by_role("tab", name=re.compile("^商机")).click()
    rep.presses("新建商机")
    rep.dialog.get_by_label("商机名称").fill(DEAL)
    rep.presses("保存", rep.dialog, exact=True)
    rep.is_told(f"已新建“{DEAL}”")
    for tab in ("联系人1", "商机1", "任务1"):
        expect(page.get_by_role("tab", name=re.compile(rf"^{tab[:-1]}\s*{tab[-1]}"))).to_be_visible()


def test_it_moves_over_the_board_and_is_won(rep: Person) -> None:
    page = rep.page
    rep.opens_menu("商机")
    rep.presses("看板", exact=True)
    column = {name: page.get_by_role("region", name=name, exact=True) for name in ("开拓", "接触", "洽谈", "合作")}
    card = {name: one.get_by_role("listitem").filter(has_text=DEAL) for name, one in column.items()}
    expect(card["开拓"]).to_be_visible()

    card["开拓"].drag_to(column["接触"])
    expect(card["接触"]).to_be_visible()
    rep.presses("撤销", rep.is_told("已移到“接触”"))
    expect(card["开拓"]).to_be_visible()

    # The same without a mouse.
    card["开拓"].get_by_role("link", name=DEAL).focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(card["接触"]).to_be_visible()

    # The gate: a likely deal needs an amount and a date before the card may drop.
    with rep.expecting(409, 422):
        card["接触"].get_by_role("combobox").select_option(label="洽谈")
        expect(rep.dialog.get_by_label("金额")).to_be_visible()
    expect(card["接触"]).to_be_visible()
    rep.dialog.get_by_label("金额").fill("38.6万")
    rep.dialog.get_by_label("预计成交日").fill(in_days(20))
    page.keyboard.press("Tab")
    with rep.expecting(
        412
    ):  # the card may be older than its record after moves in quick succession; it is filled all the same
        rep.presses("补全并继续", rep.dialog)
        expect(card["洽谈"]).to_contain_text("386,000.00")

    card["洽谈"].get_by_role("link", name=DEAL).click()
    rep.presses("赢单", rep.dialog)
    expect(rep.dialog.get_by_label("成交金额")).to_have_value("386,000.00")
    rep.dialog.get_by_label("赢单原因").click()
    page.locator(".ant-select-item-option").filter(has_text="产品优势").click()
    rep.presses("赢单", rep.dialog)
    told = rep.is_told("赢单")
    expect(told.get_by_role("button", name="撤销")).to_be_visible()
    found = rep.reads("/opportunities?fields=status,amount&q=" + quote(DEAL))["items"]
    assert [(deal["status"], deal["amount"]) for deal in found] == [("won", "386000.00")]


def test_a_list_is_worked_in_place_and_in_bulk(rep: Person) -> None:
    page = rep.page
    address = "/customers?view=mine&sort=name&q=" + quote("辰星机械设备")
    rep.goes_to(address)
    grid = page.get_by_role("grid", name="客户")
    row = grid.get_by_role("row").filter(has_text="宁波辰星机械设备有限公司")
    expect(row).to_be_visible()

    # One cell, changed where it stands; meanwhile a colleague has changed the same field.
    one = rep.reads("/customers?limit=1&q=" + quote("宁波辰星机械设备"))["items"][0]
    cell = row.get_by_role("gridcell").filter(has_text=one["phone"])
    cell.click(position={"x": 4, "y": 4})
    theirs = rep.asks("PATCH", f"/customers/{one['id']}", {"phone": "13611110000"}, {"If-Match": f'"{one["version"]}"'})
    assert theirs.ok, theirs.text()
    row.get_by_label("电话").fill("13622220000")
    with rep.expecting(412):
        page.keyboard.press("Enter")
        both = page.get_by_role("alert").filter(has_text="别人也改了这一项")
        expect(both).to_contain_text("13622220000")
        expect(both).to_contain_text("13611110000")
    rep.presses("保留我的", both)
    expect(row).to_contain_text("13622220000")
    rep.presses("撤销", rep.is_told("已保存“电话”"))
    expect(row).to_contain_text("13611110000")

    # Twenty at once, one of them put out of reach meanwhile: what succeeded, what failed and why.
    rep.goes_to("/customers?view=mine&sort=name&q=" + quote("辰星"))
    ticks = grid.locator("tbody").get_by_role("checkbox")
    expect(ticks.nth(19)).to_be_visible()
    for n in range(20):
        ticks.nth(n).check()
    rep.presses("批量修改")
    rep.dialog.get_by_label("选择要修改的字段…").select_option(label="重要程度")
    rep.dialog.get_by_role("combobox", name="重要程度", exact=True).click()
    page.locator(".ant-select-item-option").filter(has_text="重点客户").click()
    lost = rep.reads("/customers?view=mine&sort=name&limit=20&q=" + quote("辰星"))["items"][3]
    gone = rep.asks("POST", f"/customers/{lost['id']}/release", {"reason": "other"})
    assert gone.ok, gone.text()
    rep.presses("修改 20 条", rep.dialog)
    expect(rep.dialog).to_contain_text("成功 19", timeout=30_000)
    expect(rep.dialog).to_contain_text("失败 1")
    expect(rep.dialog.get_by_role("listitem")).to_contain_text(
        "无权查看"
    )  # of what is out of reach not even the name is told
    expect(rep.dialog.get_by_role("button", name="下载失败原因")).to_be_visible()
    rep.presses("关闭", rep.dialog.locator(".ant-modal-footer"))
    expect(grid.get_by_text("重点客户")).to_have_count(0)  # not a column of this list
    assert rep.reads("/customers?limit=1&with_total=true&filter=" + IMPORTANT)["total"] >= 19


def test_what_is_seen_is_what_is_exported_and_sent(rep: Person) -> None:
    page = rep.page
    rep.goes_to("/customers?view=mine")
    page.get_by_role("searchbox", name="搜索客户").fill("万合电子")
    expect(page).to_have_url(re.compile("q="))
    rep.presses("来源")
    page.get_by_role("checkbox", name="展会").check()
    rep.presses("应用")
    page.get_by_role("columnheader", name="客户名称").get_by_role("button").click()
    grid = page.get_by_role("grid", name="客户")
    names = grid.locator("tbody tr td:nth-child(2)")
    expect(page.get_by_role("columnheader", name="客户名称")).to_have_attribute("aria-sort", "ascending")
    expect(names).to_have_count(3)  # every third of the ten came from the fair
    shown = names.all_inner_texts()

    # The address alone shows a colleague the same.
    tab = rep.watched(rep.context.new_page())
    tab.goto(page.url)
    expect(tab.get_by_role("grid", name="客户").locator("tbody tr td:nth-child(2)")).to_have_text(shown)
    tab.close()

    rep.presses("导出")
    page.get_by_role("menuitem", name="导出 Excel", exact=True).click()
    link = rep.dialog.get_by_role("link", name="下载文件")
    expect(link).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        link.click()
    rows = sheets.read_xlsx(Path(download.value.path()).read_bytes())
    heads = [head.inner_text() for head in grid.get_by_role("columnheader").all()][1:]
    assert [str(cell) for cell in rows[0]] == [*heads, "个人信息同意"]  # what persons among them agreed to (ORG-10)
    assert [row[0] for row in rows[1:]] == shown
    phone = heads.index("电话")
    assert all(isinstance(row[phone], str) and len(row[phone]) == 11 for row in rows[1:])
    rep.presses("关闭", rep.dialog.locator(".ant-modal-footer"))


def test_what_was_deleted_comes_back_from_the_bin(rep: Person) -> None:
    page, name = rep.page, "温州同创建材有限公司"
    rep.goes_to("/customers?view=mine&q=" + quote(name))
    page.get_by_role("link", name=name).click()
    rep.presses("更多操作", rep.dialog)
    page.get_by_role("menuitem", name="删除").click()
    rep.presses("删除", rep.dialog)
    rep.is_told(f"已删除“{name}”")
    expect(page.get_by_text("没有符合条件的客户")).to_be_visible()
    rep.goes_to("/bin?object=customers")
    rep.presses("恢复", page.get_by_role("row").filter(has_text=name))
    rep.presses("打开", rep.is_told(f"已恢复：{name}"))
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_the_manager_sees_it(enter: Callable[..., Person], demo: Served, rep: Person) -> None:
    name = rep.reads("/me")["name"]
    manager = enter(demo, "manager")
    page = manager.page
    manager.opens_menu("销售分析")
    row = page.get_by_role("row").filter(has_text=name)
    won = sum(
        float(one["amount"])
        for one in manager.reads(f"/opportunities?fields=amount&filter={WON_NOW}&limit=200")["items"]
    )
    assert won >= 386_000
    mine = manager.reads("/analysis/ranking")["rows"]
    assert any(one["label"] == name and float(one["figures"]["won_sum"]["value"]) >= 386_000 for one in mine)
    row.get_by_role("link", name=re.compile("^¥")).click()
    expect(page.get_by_role("grid", name="商机")).to_contain_text(DEAL)
    page.get_by_role("link", name=DEAL).click()
    expect(manager.dialog.get_by_role("heading", name=DEAL)).to_be_visible()
    expect(manager.dialog).to_contain_text("赢单")
    page.keyboard.press("Escape")

    # The total counts the same money as its records.
    page.go_back()
    total = page.get_by_role("link").filter(has_text="赢单金额")
    total.click()
    expect(page.get_by_role("grid", name="商机")).to_contain_text(DEAL)

    # What is on the screen goes into a meeting: as a picture, and as a workbook.
    page.go_back()
    for item, begins in (("存为图片", b"\x89PNG"), ("存为 Excel", b"PK")):
        with page.expect_download() as got:
            manager.presses("保存“销售漏斗”")
            page.get_by_role("menuitem", name=item).click()
        assert got.value.path().read_bytes().startswith(begins)


def test_a_stranger_sees_nothing(enter: Callable[..., Person], demo: Served, rep: Person) -> None:
    star = rep.reads("/customers?q=" + quote(STAR))["items"][0]["id"]
    deal = rep.reads("/opportunities?q=" + quote(DEAL))["items"][0]["id"]
    rep3 = enter(demo, "rep3")
    page = rep3.page
    rep3.goes_to("/customers?view=all&q=" + quote("瑶光"))
    expect(page.get_by_text("没有符合条件的客户")).to_be_visible()
    page.keyboard.press("Control+k")
    for typed in ("瑶光", sheets.STAR["initials"], sheets.STAR["phone"]):
        rep3.dialog.get_by_role("combobox").fill(typed)
        expect(rep3.dialog.get_by_text(f"没有找到“{typed}”")).to_be_visible()
    page.keyboard.press("Escape")
    with rep3.expecting(404):
        for address in (f"/customers/{star}", f"/opportunities/{deal}"):
            rep3.goes_to(address)
            expect(page.get_by_role("main")).to_contain_text(re.compile("不存在|没有内容|无权|找不到"))
            expect(page.get_by_role("main")).not_to_contain_text("瑶光")


def test_the_whole_import_is_taken_back(rep: Person) -> None:
    page = rep.page
    rep.goes_to("/customers/import")
    rep.presses("展会客户.xlsx", page.get_by_role("region", name="导入记录"))
    rep.presses("撤销整次导入")
    rep.presses("确定撤销？")
    counts = rep.dialog.get_by_text(re.compile(r"成功 \d+")).locator("..")
    expect(counts).to_be_visible(timeout=30_000)
    done, kept = (int(n) for n in re.findall(r"\d+", counts.inner_text())[:2])
    rows, wrong = sheets.customer_rows()
    assert done + kept == len(rows) - len(wrong) and done > 440
    expect(rep.dialog.get_by_role("listitem").filter(has_text=STAR)).to_be_visible()  # somebody works on it: it stays
    rep.presses("关闭", rep.dialog.locator(".ant-modal-footer"))
    assert rep.reads("/customers?with_total=true&limit=1&q=" + quote("台州远航机械"))["total"] == 0
    assert rep.reads("/customers?with_total=true&limit=1&q=" + quote(STAR))["total"] == 1
