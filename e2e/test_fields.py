"""PLT-2: the administrator adds what his company needs to know, lays it out for the reps, and a rep works with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from e2e.person import Person
from playwright.sync_api import Locator, expect

from tests.serving import Served

COMPANY = "明湖精密机械有限公司"


def add_field(admin: Person, label: str, kind: str) -> None:
    admin.presses("添加字段")
    panel = admin.dialog
    panel.get_by_label("名称", exact=True).fill(label)
    panel.get_by_label("类型", exact=True).select_option(label=kind)
    panel.get_by_label("快速新建时显示").check()
    expect(
        panel.get_by_role("region", name="预览").get_by_text(label, exact=True).first
    ).to_be_visible()
    admin.presses("保存", panel, exact=True)
    admin.is_told(f"“{label}”已添加")
    expect(admin.page.get_by_role("dialog")).to_have_count(0)


def test_fields_are_added_and_laid_out(
    enter: Callable[..., Person], demo: Served
) -> None:
    admin = enter(demo, "admin")
    page = admin.page
    admin.opens_menu("字段与布局")
    page.get_by_role("main").get_by_role(
        "button", name=re.compile("^客户( *自定义.*)?$")
    ).click()
    add_field(admin, "机房面积", "数字")
    add_field(admin, "到场时间", "日期时间")
    add_field(admin, "验收日期", "日期")
    names = (
        page.get_by_role("tabpanel").get_by_role("button").filter(has_text="custom.")
    )
    expect(names.last).to_contain_text("验收日期")
    # In order without a mouse.
    admin.presses("上移“验收日期”")
    expect(names.last).to_contain_text("到场时间")

    page.get_by_role("tab", name="布局").click()
    page.get_by_label("为谁安排").select_option(label="销售代表")
    page.get_by_label("单独安排“列表列”").check()
    for label in ("机房面积", "到场时间", "验收日期"):
        page.get_by_label("放入“列表列”").select_option(label=label)
    admin.presses("保存", exact=True)
    admin.is_told("布局已保存")
    expect(page.get_by_role("option", name="销售代表（有自己的布局）")).to_have_count(1)


def test_a_rep_fills_them_in_and_filters_by_them(
    enter: Callable[..., Person], demo: Served
) -> None:
    rep = enter(demo, "rep")
    page = rep.page
    rep.goes_to("/customers?view=mine")
    grid = page.get_by_role("grid", name="客户")
    expect(grid.get_by_role("columnheader", name="机房面积")).to_be_visible()
    page.keyboard.press("c")
    form = rep.dialog
    form.get_by_label("客户名称").fill(COMPANY)
    form.get_by_label("机房面积").fill("12")
    form.get_by_label("验收日期").fill("2027-03-15")
    # Enter takes the date and leaves the form open.
    page.keyboard.press("Enter")
    expect(form.get_by_label("机房面积")).to_have_value("12")
    rep.presses("保存", form, exact=True)
    rep.is_told(COMPANY)

    rep.presses("添加筛选")
    page.get_by_role("searchbox", name="选择字段").fill("机房面积")
    page.keyboard.press("Enter")
    page.locator("form").filter(has=page.get_by_role("button", name="应用")).locator(
        "input"
    ).fill("10")
    rep.presses("应用")
    row = grid.get_by_role("row").filter(has_text=COMPANY)
    expect(row).to_contain_text("12")
    expect(row).to_contain_text("2027-03-15")
    expect(grid.get_by_role("row")).to_have_count(2)

    # Where it stands: what was typed counts although the input takes it with the very key that ends the edit.
    cell = row.get_by_role("gridcell").nth(grid_column(grid, "到场时间"))
    cell.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("2028-01-02 08:05")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("2028-01-02")
    expect(cell.locator("input")).to_have_count(0)
    kept = rep.reads(f"/customers?fields=custom.f_2&q={quote(COMPANY)}")["items"][0][
        "custom.f_2"
    ]
    assert kept == "2028-01-02T00:05:00+00:00"


def grid_column(grid: Locator, label: str) -> int:
    return grid.get_by_role("columnheader").all_inner_texts().index(label)


def test_a_dictionary_is_changed_and_taken_back(
    enter: Callable[..., Person], demo: Served
) -> None:
    """What was saved stands there at once; the history names what became of what, and goes back."""
    admin = enter(demo, "admin")
    page = admin.page
    admin.goes_to("/admin/dictionaries?id=size")
    first = page.get_by_label("中文", exact=True).first
    was = first.input_value()
    first.fill("超大型")
    admin.presses("保存", exact=True)
    admin.is_told("已保存")
    expect(first).to_have_value("超大型")
    page.get_by_text("修改记录").click()
    expect(page.get_by_text(f"超大型 的中文 {was} → 超大型")).to_be_visible()
    admin.presses("恢复到此版本")
    admin.presses("再点一次确认")
    admin.is_told("已恢复到所选版本")
    expect(first).to_have_value(was)
