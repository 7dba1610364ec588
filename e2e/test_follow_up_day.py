"""ACT-3, ACT-4, ACT-6, ACT-7, PLT-15: a representative's day of follow-ups at a desk and on a phone, and the manager's morning."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from e2e.person import PHONE, Person
from tests.serving import Served

Enter = Callable[..., Person]


def fits(person: Person) -> None:
    width = person.page.evaluate("document.documentElement.scrollWidth")
    assert width <= person.page.viewport_size["width"], width


def test_the_list_from_the_keyboard(enter: Enter, demo: Served) -> None:
    """ACT-3: j, a figure for the outcome, Ctrl Enter: one customer less; another is put off and comes back."""
    rep = enter(demo, "rep")
    page = rep.page
    first, second = (line for line in rep.reads("/worklist?limit=2")["items"])
    rep.goes_to("/worklist")
    row = page.locator("[data-worklist] > li").first
    expect(row).to_contain_text(first["record"]["name"])
    expect(row.get_by_role("list", name="为什么").get_by_role("listitem").first).not_to_be_empty()
    page.get_by_role("heading", name="今天联系谁").click()
    page.keyboard.press("j")
    try:
        expect(row).to_be_focused(timeout=5000)
    except AssertionError:  # seen on a crowded machine only: the first keys of a page went nowhere
        row.focus()
        page.keyboard.press("j")
        expect(page.locator("[data-worklist] > li").nth(1)).to_be_focused()
        page.keyboard.press("k")
        expect(row).to_be_focused()
    page.keyboard.press("6")
    expect(page.get_by_role("group", name="结果").get_by_role("button", pressed=True)).to_have_count(1)
    page.get_by_label("跟进内容").fill("打过两次，没人接。")
    page.keyboard.press("Control+Enter")
    rep.is_told("跟进已保存")
    written = rep.reads("/interactions?limit=1&view=mine&fields=customer,lead,outcome")["items"][0]
    about = "lead" if first["object"] == "leads" else "customer"
    assert (written[about]["id"], written["outcome"]) == (first["id"], "unreachable")
    name = second["record"]["name"]
    other = page.locator("[data-worklist] > li").filter(has_text=name)
    other.get_by_role("button", name=f"改天联系{name}").click()
    other.get_by_role("button", name="改天", exact=True).last.click()
    rep.is_told(re.compile("改到"))
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("link", name=name)).to_have_count(1)


def test_the_calendar(enter: Enter, demo: Served) -> None:
    """ACT-4: a task stands on its day, moves to the next by Alt and an arrow, and the move is taken back."""
    rep = enter(demo, "rep")
    page = rep.page
    due = rep.page.evaluate("new Date(Date.now() + 3600e3).toISOString()")
    made = rep.asks("POST", "/tasks", {"title": "日历上的任务", "due_at": due}).json()
    rep.goes_to("/calendar?span=week")
    entry = page.get_by_role("button", name=re.compile("日历上的任务"))
    entry.focus()
    page.keyboard.press("Alt+ArrowRight")
    rep.is_told("已移到")
    assert rep.reads(f"/tasks/{made['id']}")["due_at"][:16] > due[:16]
    # It stands on its day again at once; the server is told meanwhile.
    with page.expect_response(lambda answer: answer.url.endswith(f"/tasks/{made['id']}") and answer.request.method == "PATCH"):
        page.get_by_role("button", name="撤销").click()
    assert rep.reads(f"/tasks/{made['id']}")["due_at"][:16] == due[:16]
    # The same by the mouse, onto another day of the week.
    others = page.locator("li[data-today]").filter(has_not=entry)
    with page.expect_response(lambda answer: answer.url.endswith(f"/tasks/{made['id']}") and answer.request.method == "PATCH"):
        entry.drag_to(others.last)
    rep.is_told("已移到")
    assert rep.reads(f"/tasks/{made['id']}")["due_at"][:10] != due[:10]
    rep.presses("订阅")
    rep.presses("生成订阅地址")
    address = rep.dialog.get_by_label("订阅地址").input_value()
    answer = page.request.get(address)
    assert answer.ok and "SUMMARY:日历上的任务" in answer.text().replace("\r\n ", "")


def test_the_day_on_a_phone(enter: Enter, demo: Served) -> None:
    """ACT-3, ACT-4, ACT-7 at 390 px: skip with a reason, the day's agenda, the morning sheet handed in."""
    rep = enter(demo, "rep2", PHONE)
    page = rep.page
    first = rep.reads("/worklist?limit=1")["items"][0]["record"]
    rep.goes_to("/worklist")
    page.get_by_role("button", name=f"今天跳过{first['name']}").click()
    page.get_by_role("group", name="原因").get_by_role("button", name="对方不在").click()
    fits(rep)
    rep.presses("今天跳过", exact=True)
    rep.is_told("今天不再提醒")
    expect(page.get_by_role("link", name=first["name"])).to_have_count(0)
    rep.goes_to("/calendar")
    expect(page.get_by_role("heading", name="日历")).to_be_visible()
    fits(rep)
    rep.goes_to("/day-reports?kind=morning")
    page.get_by_label("遇到的问题").fill("两家客户等报价。")
    fits(rep)
    rep.goes_to("/")
    rep.goes_to("/day-reports?kind=morning")
    expect(page.get_by_label("遇到的问题")).to_have_value("两家客户等报价。")
    rep.presses("提交", exact=True)
    rep.is_told("已提交")
    expect(page.get_by_label("遇到的问题")).to_have_attribute("readonly", "")


def test_the_managers_morning(enter: Enter, demo: Served) -> None:
    """ACT-7: everybody on one screen, who handed in and who did not; a comment marks it read and rings the writer's bell."""
    rep, manager = enter(demo, "rep"), enter(demo, "manager")
    rep.goes_to("/day-reports?kind=morning")
    rep.page.get_by_label("今天去哪里").fill("上午看车间，下午谈价格。")
    rep.presses("提交", exact=True)
    rep.is_told("已提交")
    name = rep.reads("/me")["name"]
    page = manager.page
    manager.goes_to("/day-reports?kind=morning")
    expect(page.get_by_role("status").filter(has_text="已提交")).to_be_visible()
    sheet = page.get_by_role("article").filter(has=page.get_by_role("heading", name=re.compile(name)))
    expect(sheet).to_contain_text("上午看车间，下午谈价格。")
    sheet.get_by_label("写批阅").or_(sheet.get_by_placeholder(re.compile("写批阅"))).first.fill("下午的价格先问我。")
    manager.presses("发送", sheet)
    expect(sheet).to_contain_text("已读")
    bell = rep.page.get_by_role("button", name=re.compile("通知"))
    expect(bell).to_have_accessible_name(re.compile(r"\d"), timeout=20_000)


def test_a_manager_without_customers_is_led_to_his_people(enter: Enter, demo: Served) -> None:
    """PLT-15: nothing of one's own on the home page is no dead end for who is in charge of others."""
    manager = enter(demo, "manager")
    assert manager.reads("/worklist?limit=1")["total"] == 0
    manager.goes_to("/")
    manager.page.get_by_role("link", name=re.compile("看我管的")).click()
    expect(manager.page.locator("[data-worklist] > li").first).to_be_visible()


def test_a_sequence_and_the_tree(enter: Enter, demo: Served) -> None:
    """ACT-6, CUS-4: a customer is put into the six steps from his page, and stands there at step nought; contacts are drawn."""
    rep = enter(demo, "rep")
    page = rep.page
    made = rep.asks("POST", "/customers", {"name": "序列里的客户有限公司"}).json()
    boss = rep.asks("POST", "/contacts", {"name": "王总", "customer": made["id"], "decision_role": "decides"}).json()
    rep.asks("POST", "/contacts", {"name": "李工", "customer": made["id"], "reports_to": boss["id"]})
    sequence = next(s for s in rep.reads("/sequences")["items"] if s["name"] == "购买后六步")
    assert rep.asks("POST", f"/customers/{made['id']}/enrol", {"sequence": sequence["id"]}).ok
    rep.goes_to(f"/customers/{made['id']}")
    page.get_by_role("tab", name=re.compile("^序列")).click()
    expect(page.get_by_role("tabpanel").get_by_text("0 / 6")).to_be_visible()
    page.get_by_role("tab", name=re.compile("^联系人")).click()
    rep.presses("画成关系图")
    tree = page.get_by_role("tabpanel")
    expect(tree.get_by_role("listitem").filter(has_text="王总").get_by_role("listitem")).to_contain_text("李工")


def test_the_home_page_is_ones_own(enter: Enter, demo: Served) -> None:
    """PLT-15: arranged at the desk by drag and by buttons, there after a reload, in the same order on the phone, and put back."""
    desk = enter(demo, "manager")
    desk.goes_to("/")
    desk.presses("布置", exact=True)
    numbers, cards = (desk.page.get_by_role("region", name=name) for name in ("今天的数字", "卡片"))
    counters = numbers.get_by_role("list", name="今天的数字").get_by_role("listitem")
    first, third = counters.nth(0).inner_text(), counters.nth(2).inner_text()
    counters.nth(0).drag_to(counters.nth(2))
    expect(counters.nth(2)).to_contain_text(first)
    desk.presses(f"前移：{third}", numbers, exact=True)
    desk.presses("移除：团队本月", cards, exact=True)
    desk.presses("放上：最近处理", cards)
    places = desk.page.get_by_role("group", name="位置：最近处理")
    places.get_by_role("button", name="通栏").click()
    desk.presses("前移：最近处理", cards)
    desk.presses("保存", exact=True)
    desk.is_told("工作台已保存")
    desk.page.reload()
    tiles = desk.page.get_by_role("region", name="今天的数字").get_by_role("link")
    expect(tiles.first).to_contain_text(third)
    kept = desk.reads("/home")
    labels = [card["label"] for card in kept["cards"]]
    assert kept["source"] == "own" and kept["cards"][-2]["place"] == "full" and "团队本月" not in labels
    expect(desk.page.get_by_role("heading", name="最近处理")).to_be_visible()

    phone = enter(demo, "manager", PHONE)
    phone.goes_to("/")
    expect(phone.page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(
        [re.compile(f"^{label}") for label in labels]
    )
    fits(phone)
    phone.presses("布置", exact=True)
    fits(phone)
    phone.presses(f"前移：{labels[1]}", phone.page.get_by_role("region", name="卡片"), exact=True)
    phone.presses("保存", exact=True)
    phone.is_told("工作台已保存")
    expect(phone.page.get_by_role("heading", level=2).first).to_contain_text(labels[1])
    phone.presses("布置", exact=True)
    phone.presses("恢复默认")
    phone.is_told("已恢复默认布置")
    assert phone.reads("/home")["source"] == "ready"
