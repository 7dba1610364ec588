"""POOL-1 to POOL-4, POOL-6: a rep claims and takes back, a manager gives out, an administrator runs the rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from e2e.person import PHONE, Person
from tests.serving import Served


@pytest.fixture
def rep(enter: Callable[..., Person], demo: Served) -> Person:
    return enter(demo, "rep")


@pytest.fixture(autouse=True)
def something_to_claim(enter: Callable[..., Person], demo: Served) -> None:
    """Five customers of a seller lie in the shared pool, which the small demo company leaves empty."""
    director = enter(demo, "director")
    pools = [p for p in director.reads("/pools?limit=50&fields=name,is_default")["items"] if p["is_default"]]
    mine = quote('{"field":"in_pool","op":"eq","value":false}')
    claimants = {enter(demo, name).reads("/me")["id"] for name in ("rep", "rep3")}  # nobody re-claims his own at once
    owned = director.reads(f"/customers?limit=200&filter={mine}&fields=name,owner")["items"]
    for row in [one for one in owned if one["owner"]["id"] not in claimants][:5]:
        body = {"reason": "other", "pool": pools[0]["id"]}
        assert director.asks("POST", f"/customers/{row['id']}/release", body).ok


def claimed_today(person: Person) -> int:
    return int(person.reads("/my-pools")["claimed_today"])


def test_a_rep_claims_by_key_and_takes_it_back(rep: Person) -> None:
    rep.opens_menu("公海")
    page = rep.page
    expect(page.get_by_text(re.compile("今日还可领取 \\d+ 个"))).to_be_visible()
    rows = page.get_by_role("main").locator("li[data-row]")
    first = rows.first
    expect(first).to_be_visible()
    expect(first).not_to_contain_text(re.compile("1[3-9]\\d{9}"))  # no number in clear before it is claimed
    key, before = first.get_attribute("data-row"), claimed_today(rep)
    first.focus()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("c")
    expect(page.get_by_text(re.compile("已领取："))).to_be_visible()
    assert rep.reads(f"/customers/{key}")["owner"]["label"] == rep.reads("/me")["name"]
    assert claimed_today(rep) == before + 1
    rep.presses("撤销")
    expect(page.locator(f"li[data-row='{key}']")).to_be_visible()
    assert rep.reads(f"/customers/{key}")["in_pool"] is True


def test_a_rep_sees_what_he_is_about_to_lose(rep: Person) -> None:
    rep.goes_to("/customers?view=falling")
    expect(rep.page.get_by_role("main")).to_contain_text("即将掉入公海")
    for found in rep.reads("/customers?view=falling&limit=5")["items"]:
        assert 0 <= found["days_left"] <= 7


def test_a_rep_claims_on_the_phone(enter: Callable[..., Person], demo: Served) -> None:
    rep = enter(demo, "rep3", PHONE)
    rep.goes_to("/pool")
    button = rep.page.get_by_role("button", name=re.compile("^领取")).first
    expect(button).to_be_visible()
    box = button.bounding_box()
    assert box and box["height"] >= 44
    button.click()
    expect(rep.page.get_by_text(re.compile("已领取："))).to_be_visible()


def test_a_manager_gives_out_what_he_looked_at(enter: Callable[..., Person], demo: Served) -> None:
    manager = enter(demo, "manager")
    manager.opens_menu("公海")
    page = manager.page
    page.get_by_role("link", name="分配客户").click()
    # The people beside them have boxes too, and are there before the customers are.
    lots = page.locator("section", has=page.get_by_role("heading", name=re.compile("^公海客户")))
    boxes = lots.locator("label", has=page.get_by_role("checkbox"))
    for n in range(3):
        boxes.nth(n).click()
    expect(page.get_by_text("已选 3 个")).to_be_visible()
    manager.presses("轮流")
    manager.presses("预览")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("分配预览")).to_be_visible()
    manager.presses("分配 3 个", dialog)
    expect(page.get_by_text("已分配 3 个客户。")).to_be_visible()


def test_an_administrator_sees_and_runs_the_rules(enter: Callable[..., Person], demo: Served) -> None:
    admin = enter(demo, "admin")
    admin.goes_to("/admin/recycling")
    page = admin.page
    expect(page.get_by_text("现在会回收")).to_be_visible()
    rules = admin.reads("/recycling/rules")["items"]
    names = page.get_by_role("textbox", name="规则名称")
    expect(names).to_have_count(len(rules))
    names.first.fill("很久没有跟进")
    admin.presses("保存")
    expect(page.get_by_text(re.compile("已保存"))).to_be_visible()
    assert admin.reads("/recycling/rules")["items"][0]["name"] == "很久没有跟进"
    page.get_by_role("spinbutton", name="天数", exact=True).first.fill("0")
    page.get_by_role("spinbutton", name="天数", exact=True).first.blur()
    admin.presses("放弃")
    expect(names.first).to_have_value("很久没有跟进")
    admin.presses("立即执行")
    admin.presses(re.compile("再点一次"))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name=re.compile("关\\s?闭")).last).to_be_visible(timeout=60_000)
