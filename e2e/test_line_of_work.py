"""The line of work at a desk: from a spreadsheet to a deal won, seen by the manager and by nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from e2e import sheets
from e2e.person import Person
from tests.serving import Served

STAR = sheets.STAR["name"]
DEAL = "瑶光智能产线一期"


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
    expect(facts.get_by_text(f"{in_days(1)} 10:00").first).to_be_visible()

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
    rep.presses("看板")
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
    page.keyboard.press("Enter")
    rep.presses("补全并继续", rep.dialog)
    expect(card["洽谈"]).to_contain_text("386,000.00")

    card["洽谈"].get_by_role("link", name=DEAL).click()
    rep.presses("赢单", rep.dialog)
    rep.dialog.get_by_label("赢单原因").click()
    page.locator(".ant-select-item-option").filter(has_text="产品优势").click()
    rep.presses("赢单", rep.dialog)
    told = rep.is_told("赢单")
    expect(told.get_by_role("button", name="撤销")).to_be_visible()
    deal = rep.reads("/opportunities?q=" + DEAL + "&view=all")["items"][0]
    assert (deal["status"], deal["amount"]) == ("won", "386000.00")
