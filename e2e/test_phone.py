"""A rep's day on a phone, 390 wide: everything within thumb's reach and nothing sticking out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from e2e.person import PHONE, Person
from playwright.sync_api import Locator, expect

from tests.serving import Served

THUMB = 40
#: Pages a rep opens on the way; none may scroll sideways.
PAGES = ["/", "/customers", "/contacts", "/opportunities", "/opportunities?layout=board", "/interactions", "/tasks",
         "/customers/import", "/me", "/jobs", "/bin"]  # fmt: skip


@pytest.fixture
def rep(enter: Callable[..., Person], demo: Served) -> Person:
    return enter(demo, "rep", PHONE)


def fits(person: Person) -> None:
    width = person.page.evaluate("document.documentElement.scrollWidth")
    assert width <= person.screen.width, f"{person.page.url} is {width} wide"


def within_reach(*targets: Locator) -> None:
    for target in targets:
        box = target.bounding_box()
        assert box and min(box["height"], box["width"]) >= THUMB, f"{target}: {box}"


def test_counters_open_their_lists(rep: Person) -> None:
    page = rep.page
    rep.goes_to("/")
    tabs = page.get_by_role("navigation", name="常用页面")
    within_reach(tabs.get_by_role("button", name="新建"), tabs.get_by_role("link", name="客户"))
    for counter in [one for one in rep.reads("/home")["counters"] if one["path"]]:
        page.get_by_role("region", name="今天的数字").get_by_role("link", name=re.compile(counter["label"])).click()
        expect(page).to_have_url(re.compile(re.escape(counter["path"].split("?")[0])))
        value = str(counter["value"])
        if value.isdigit() and 0 < int(value) <= 20:
            expect(
                page.get_by_role("main").get_by_role("list").filter(has=page.get_by_role("link")).last.locator("> li")
            ).to_have_count(int(value))
        fits(rep)
        page.go_back()


def test_a_follow_up_is_written_where_the_thumb_is(rep: Person) -> None:
    page = rep.page
    rep.goes_to("/")
    due = rep.reads("/worklist?limit=8")["items"][0]["record"]
    write = page.get_by_role("button", name=f"给{due['name']}写跟进")
    within_reach(write)
    write.click()
    page.get_by_label("跟进内容").fill("已通话，对方下周给答复。")
    rep.presses("一周后")
    within_reach(page.get_by_role("button", name="保存跟进"))
    fits(rep)
    rep.presses("保存跟进")
    rep.is_told("跟进已保存")
    expect(write).to_have_count(0)


def test_a_customer_is_searched_and_called(rep: Person) -> None:
    page = rep.page
    one = next(c for c in rep.reads("/customers?view=mine&fields=name,phone&limit=50")["items"] if c["phone"])
    page.get_by_role("button", name=re.compile("搜索客户、联系人")).click()
    rep.dialog.get_by_role("combobox").fill(one["phone"][-6:])
    fits(rep)
    rep.dialog.get_by_role("option", name=re.compile(one["name"])).click()
    expect(page.get_by_role("heading", name=one["name"], level=1)).to_be_visible()
    expect(page.get_by_role("link", name=one["phone"]).first).to_have_attribute("href", re.compile(r"^tel:\d+$"))
    fits(rep)
    rep.presses("记一笔")
    composer = page.get_by_role("region", name="新增记录")
    composer.get_by_label("内容").fill("路上打的电话，先记一笔。")
    within_reach(composer.get_by_role("button", name="记下"))
    rep.presses("记下", composer)
    rep.is_told("已记下跟进")


def test_a_pool_customer_is_claimed(rep: Person, enter: Callable[..., Person], demo: Served) -> None:
    colleague = enter(demo, "rep2")
    given = colleague.reads("/customers?view=mine&limit=1")["items"][0]
    left = colleague.asks("POST", f"/customers/{given['id']}/release", {"reason": "other"})
    assert left.ok, left.text()
    page = rep.page
    rep.goes_to("/customers?view=pool")
    page.get_by_role("link", name=given["name"]).click()
    claim = page.get_by_role("button", name="领取")
    within_reach(claim)
    claim.click()
    rep.is_told("领取")
    detail = rep.reads(f"/customers/{given['id']}")
    assert detail["owner"]["label"] == rep.reads("/me")["name"]


def test_a_manager_gives_out_a_pool(enter: Callable[..., Person], demo: Served) -> None:
    """POOL-6: with a pool of dozens and a team of thirty, what is done with them is never further than a thumb."""
    manager = enter(demo, "manager", PHONE)
    pool = next(one for one in manager.reads("/my-pools?object=customers")["items"] if one["gives_out"])
    colleague = enter(demo, "rep2")
    for one in colleague.reads("/customers?view=mine&limit=3")["items"]:
        into = {"reason": "other", "pool": pool["id"]}
        assert colleague.asks("POST", f"/customers/{one['id']}/release", into).ok
    manager.goes_to(f"/pool/{pool['id']}")
    manager.presses("全不选")
    page = manager.page
    preview = page.get_by_role("button", name="预览")
    expect(preview).to_be_in_viewport()
    expect(preview).to_be_disabled()
    page.locator("tbody").get_by_role("checkbox").first.check()  # one of the people
    page.get_by_role("main").get_by_role("checkbox").first.check()
    expect(preview).to_be_in_viewport()
    expect(preview).to_be_enabled()
    fits(manager)


def test_a_task_is_done_with_one_tap(rep: Person) -> None:
    page = rep.page
    rep.goes_to("/")
    tasks = next(card for card in rep.reads("/home")["cards"] if card["code"] == "tasks")
    task = tasks["data"]["items"][0]
    box = page.get_by_role("checkbox", name=f"完成：{task['title']}").first
    within_reach(box)
    box.click()
    rep.is_told(f"已完成：{task['title']}")
    assert rep.reads(f"/tasks/{task['id']}")["status"] == "done"


def test_a_card_moves_by_its_menu(rep: Person) -> None:
    page = rep.page
    rep.goes_to("/opportunities?layout=board")
    card = page.get_by_role("region", name="开拓", exact=True).get_by_role("listitem").first
    title = card.get_by_role("link").first.inner_text()
    fits(rep)
    # A card is one however often it says the name: a deal may be called like its customer.
    cards = page.get_by_role("region", name="接触", exact=True).get_by_role("listitem")
    there = cards.filter(has=page.get_by_role("link", name=title, exact=True))
    before = there.count()
    card.get_by_role("combobox").select_option(label="接触")
    rep.is_told("已移到“接触”")
    expect(there).to_have_count(before + 1)


def test_nothing_sticks_out(rep: Person) -> None:
    one = rep.reads("/customers?limit=1")["items"][0]["id"]
    deal = rep.reads("/opportunities?limit=1")["items"][0]["id"]
    for path in [*PAGES, f"/customers/{one}", f"/opportunities/{deal}"]:
        rep.goes_to(path)
        expect(rep.page.get_by_role("main")).not_to_be_empty()
        rep.page.wait_for_load_state("networkidle") if path == "/jobs" else rep.settles()
        fits(rep)
