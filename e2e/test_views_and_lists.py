"""Views, groups, board, calendar and lists, as people shape their own work with them (PLT-6, CUS-7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from e2e.person import Person
from playwright.sync_api import Locator, expect

from tests.serving import Served

Enter = Callable[..., Person]
VIEW = "按行业看客户"
LIST, STATIC = "端到端潜在客户", "端到端邀请名单"


def own(rep: Person, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = rep.reads(query)["items"]
    assert rows
    return rows


def views(rep: Person) -> Locator:
    return rep.page.get_by_role("navigation", name="视图")


def test_a_view_is_saved_pinned_and_kept_in_the_address(
    enter: Enter, demo: Served
) -> None:
    """Grouped as one likes it, saved, pinned, and there again tomorrow."""
    rep = enter(demo, "rep")
    rep.goes_to("/customers")
    rep.presses("分组", exact=True)
    rep.page.get_by_role("combobox", name="分组", exact=True).select_option(
        label="行业"
    )
    table = rep.page.get_by_role("table", name="客户分组表")
    expect(table).to_contain_text("总计")
    rep.presses("另存为视图")
    rep.dialog.get_by_label("名称").fill(VIEW)
    rep.presses("保存", rep.dialog, exact=True)
    rep.is_told(f"已保存视图“{VIEW}”")
    expect(rep.page).to_have_url(re.compile(r"view="))
    rep.presses("更多视图", views(rep))
    rep.presses(f"“{VIEW}”的更多操作")
    rep.presses("置顶")
    expect(views(rep).get_by_role("button", name=VIEW)).to_be_visible()
    rep.goes_to("/customers")
    rep.presses(VIEW, views(rep))
    expect(table).to_be_visible()
    group = table.get_by_role("row").nth(1)
    group.get_by_role("button").first.click()
    expect(table.get_by_role("row").nth(2).get_by_role("button").first).to_be_visible()


def test_a_card_moves_on_a_board_of_ones_own_making(enter: Enter, demo: Served) -> None:
    """By any choice field: the card's field is what the column says, and it goes back."""
    rep = enter(demo, "rep")
    rep.goes_to("/customers?view=mine&layout=board")
    page = rep.page
    page.get_by_role("combobox", name="分列").select_option(label="成交阶段")
    first, second = (
        page.get_by_role("region", name=name, exact=True) for name in ("潜在", "意向")
    )
    card = first.get_by_role("listitem").filter(has=page.get_by_role("link")).first
    name = card.get_by_role("link").first.inner_text()
    card.get_by_role("combobox").select_option(label="意向")
    told = rep.is_told("已移到“意向”")
    expect(second.get_by_role("link", name=name)).to_be_visible()
    rep.presses("撤销", told)
    expect(first.get_by_role("link", name=name)).to_be_visible()


def test_a_date_is_dragged_in_the_calendar(enter: Enter, demo: Served) -> None:
    """With the mouse, and by Alt and an arrow; both can be taken back."""
    rep = enter(demo, "rep")
    page = rep.page
    # The month in which a deal of his is expected: near the end of one there may be none left in it.
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    mine = rep.reads(
        "/opportunities?view=mine&sort=expected_close_on&limit=50&fields=expected_close_on"
    )["items"]
    dates = [date.fromisoformat(o["expected_close_on"]) for o in mine if o["expected_close_on"]]
    soon = next(day for day in dates if day >= today)
    rep.goes_to("/opportunities?layout=calendar")
    days = page.locator("time[datetime]")
    expect(days.first).to_be_visible()
    for _ in range((soon.year - today.year) * 12 + soon.month - today.month):
        page.get_by_role("button", name="往后").click()
    expect(page.locator(f'time[datetime="{soon}"]').first).to_be_visible()
    entry = (
        page.locator("li")
        .filter(has=days)
        .get_by_role("button")
        .filter(has_not_text="还有")
        .first
    )
    title = entry.inner_text().split("\n")[0]
    at = (
        page.locator("li")
        .filter(has=days)
        .filter(has=page.get_by_role("button", name=title))
        .first
    )
    before = at.locator("time[datetime]").first.get_attribute("datetime")
    day = page.locator("li").filter(has=page.locator(f'time[datetime="{before}"]'))
    target = (
        page.locator("li")
        .filter(has=page.locator(f'time[datetime]:not([datetime="{before}"])'))
        .nth(9)
    )
    entry.drag_to(target.locator("time[datetime]").first)
    told = rep.is_told(f"“{title}”已改到")
    expect(day.get_by_role("button", name=title)).to_have_count(0)
    rep.presses("撤销", told)
    expect(day.get_by_role("button", name=title)).to_be_visible()
    # The same without a mouse: a week on, and back.
    day.get_by_role("button", name=title).press("Alt+ArrowDown")
    rep.presses("撤销", rep.is_told(f"“{title}”已改到"))
    expect(day.get_by_role("button", name=title)).to_be_visible()


def test_a_segment_is_built_counted_and_put_on_a_list(
    enter: Enter, demo: Served
) -> None:
    """CUS-7: conditions with a live count; members ticked in the list go onto a static list."""
    rep = enter(demo, "rep")
    page = rep.page
    rep.goes_to("/segments")
    rep.presses("新建动态名单")
    rep.dialog.get_by_label("名单名称").fill(LIST)
    rep.presses("添加条件", rep.dialog, exact=True)
    rep.dialog.get_by_label("选择字段").select_option(label="客户名称")
    conditions = rep.dialog.get_by_role("region", name="条件")
    conditions.get_by_role("textbox").last.fill("公司")
    expect(rep.dialog.get_by_role("status")).to_have_text(
        re.compile(r"您可见范围内(符合|约) [\d,]+ 条")
    )
    rep.presses("保存", rep.dialog, exact=True)
    heading = page.get_by_role("heading", name=LIST)
    expect(heading).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("公司")
    page.get_by_role("link", name="在列表中打开").or_(
        page.get_by_role("button", name="在列表中打开")
    ).click()
    grid = page.get_by_role("grid", name="客户")
    names = []
    for row in (grid.locator("tbody tr").nth(0), grid.locator("tbody tr").nth(1)):
        names.append(row.get_by_role("link").first.inner_text())
        row.get_by_role("checkbox").check()
    bar = page.get_by_role("region", name="批量操作")
    rep.presses("加入名单", bar)
    chooser = rep.dialog.get_by_label("选择名单…")
    rep.dialog.get_by_label("名单名称").fill(
        STATIC
    ) if chooser.count() == 0 else chooser.select_option(label="新建名单")
    rep.dialog.get_by_label("名单名称").fill(STATIC)
    rep.presses("加入名单", rep.dialog)
    rep.is_told(f"已加入“{STATIC}”：新增 2 条")
    rep.goes_to("/segments")
    page.get_by_role("link", name=STATIC).click()
    expect(page.get_by_role("heading", name=STATIC)).to_be_visible()
    for name in names:
        expect(page.get_by_role("main")).to_contain_text(name)
