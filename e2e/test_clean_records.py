"""Doubles merged and parted, and the work list of quality, as people meet them (CUS-9, CUS-10, PLT-9)."""

from __future__ import annotations

import re
from collections.abc import Callable

from e2e.person import Person
from playwright.sync_api import expect

from tests.serving import Served

Enter = Callable[..., Person]
PHONE = "13755512345"
NAMES = ("成组甲包装制品有限公司", "乙记彩印厂", "丙家纸箱行")


def test_two_become_one_and_are_parted_again(enter: Enter, demo: Served) -> None:
    """Found in the queue, compared, merged; the old address leads to the one that stays; a month to take it back."""
    manager = enter(demo, "manager")
    page = manager.page
    manager.goes_to("/duplicates")
    case = page.get_by_role("main").get_by_role("listitem").first
    goes = case.get_by_role("link").nth(1)
    name, address = goes.inner_text().split("\n")[0], str(goes.get_attribute("href"))
    case.get_by_role("link", name=re.compile("^比较")).click()
    expect(page.get_by_role("heading", name="合并记录")).to_be_visible()
    manager.presses("合并", exact=True)
    told = manager.is_told("已合并到")
    expect(told).to_contain_text("撤销")
    manager.goes_to(address)
    manager.is_told("您打开的记录已合并到")
    expect(page).not_to_have_url(re.compile(address))
    key = page.url.split("/")[-1].split("?")[0]
    manager.goes_to("/duplicates?state=merged")
    expect(page.get_by_role("main").get_by_role("listitem").filter(has_text=name).first).to_be_visible()
    assert manager.reads(f"/merges?object=customers&id={key}")["items"][0]["can_undo"] is True
    manager.goes_to("/operations")
    line = page.get_by_role("listitem").filter(has_text="合并").filter(has_text=name).first
    manager.presses("撤销", line)
    manager.presses("再点一次确认", line)
    manager.is_told("已撤销")
    manager.goes_to(address)
    expect(page.get_by_role("heading", name=name).first).to_be_visible()
    expect(page).to_have_url(re.compile(address))


def test_three_that_hang_together_are_one_case(enter: Enter, demo: Served) -> None:
    """Alike by their number: one case with a line for each pair; a pair that is none leaves, the case stays."""
    rep = enter(demo, "rep")
    for name in NAMES:
        assert rep.asks("POST", "/customers", {"name": name, "phone": PHONE, "kind": "company"}).ok
    for _ in range(60):  # the queue follows the records
        if any(len(c["pairs"]) == 3 for c in rep.reads("/duplicates")["items"]):
            break
        rep.page.wait_for_timeout(500)
    rep.goes_to("/duplicates")
    case = rep.page.get_by_role("main").get_by_role("listitem").filter(has_text="3 条可能是同一个").first
    for name in NAMES:
        expect(case.get_by_role("link", name=re.compile(name)).first).to_be_visible()
    pairs = case.get_by_role("list", name="其中的每一对").get_by_role("listitem")
    expect(pairs).to_have_count(3)
    rep.presses(re.compile("^不是重复"), pairs.first)
    rep.is_told("已标为不是重复：1 组")
    expect(pairs).to_have_count(2)


def test_an_edit_tells_of_a_double_too(enter: Enter, demo: Served) -> None:
    """What is typed into a record that exists already is compared like what is new."""
    rep = enter(demo, "rep")
    made = rep.asks("POST", "/customers", {"name": "丁号办公用品商行", "kind": "company"})
    rep.goes_to(f"/customers/{made.json()['id']}")
    rep.presses("编辑", exact=True)
    rep.dialog.get_by_label("电话", exact=True).fill(PHONE)
    expect(rep.dialog.get_by_role("status").filter(has_text="电话相同")).to_be_visible()
    rep.page.keyboard.press("Escape")


def test_the_work_list_of_quality(enter: Enter, demo: Served) -> None:
    """From the dashboard to one's own worst file, and what is confirmed counts as looked at."""
    rep = enter(demo, "rep")
    page = rep.page
    rep.goes_to("/quality")
    expect(page.get_by_role("main")).to_contain_text("平均完整度")
    page.get_by_role("link", name="我的待完善客户").click()
    grid = page.get_by_role("grid", name="客户")
    grid.locator("tbody tr").first.get_by_role("link").first.click()
    rep.dialog.get_by_role("link", name="整页打开").or_(rep.dialog.get_by_role("button", name="整页打开")).first.click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("还没有人确认过资料")
    rep.presses("更多操作")
    page.get_by_text("确认资料无误").first.click()
    expect(main).to_contain_text("最近确认：")
