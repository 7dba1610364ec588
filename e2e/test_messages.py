"""PLT-3, PLT-4: following rings, a mention rings, a receiver outside is told; as people meet it on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable

from e2e.person import PHONE, Person
from playwright.sync_api import expect

from tests.receiving import Receiver
from tests.serving import Served

Enter = Callable[..., Person]


def own_customer(rep: Person) -> dict[str, str]:
    found: dict[str, str] = rep.reads("/customers?view=mine&limit=1")["items"][0]
    return found


def hears(person: Person, words: str) -> None:
    """The bell has it, without a reload."""
    bell = person.page.get_by_role("button", name=re.compile("通知"))
    expect(bell).to_have_accessible_name(re.compile(r"\d"), timeout=20_000)
    bell.click()
    expect(person.dialog.get_by_text(words).first).to_be_visible()
    person.page.keyboard.press("Escape")


def test_following_and_mentioning_ring(enter: Enter, demo: Served) -> None:
    rep, manager = enter(demo, "rep"), enter(demo, "manager")
    customer = own_customer(rep)
    manager.asks("POST", "/notifications/read", {"all": True})
    manager.goes_to(f"/customers/{customer['id']}")
    manager.presses("关注", exact=True)
    expect(manager.page.get_by_role("button", name="关注", exact=True)).to_have_attribute("aria-pressed", "true")

    rep.goes_to(f"/customers/{customer['id']}")
    text = rep.page.locator("#composer textarea").first
    text.click()
    text.press_sequentially("报价请@" + manager.reads("/me")["name"][:2], delay=40)
    offer = rep.page.get_by_role("option").filter(has_text=manager.reads("/me")["name"])
    expect(offer).to_be_visible()
    expect(offer).not_to_contain_text("看不到")
    offer.click()
    text.press_sequentially("过目")
    rep.page.keyboard.press("Control+Enter")
    rep.is_told("已记下")
    expect(rep.page.get_by_role("link", name="@" + manager.reads("/me")["name"])).to_be_visible()

    hears(manager, "中提到了您")
    manager.goes_to("/customers?view=following")
    expect(manager.page.get_by_role("grid").get_by_text(customer["name"])).to_be_visible()


def test_mentioning_on_a_phone(enter: Enter, demo: Served) -> None:
    rep = enter(demo, "rep", PHONE)
    rep.goes_to(f"/customers/{own_customer(rep)['id']}")
    text = rep.page.locator("#composer textarea").first
    text.tap()
    text.press_sequentially("请@wang", delay=40)
    first = rep.page.get_by_role("option").first
    expect(first).to_be_in_viewport()
    box = first.bounding_box()
    assert box and box["height"] >= 44, "large enough for a thumb"
    name = first.locator("span").nth(1).inner_text().split()[0]
    if "看不到" in first.inner_text():
        first.tap()
    first.tap()
    expect(text).to_have_value(re.compile(f"请@{name}"))


def test_a_receiver_is_told(enter: Enter, demo: Served) -> None:
    admin = enter(demo, "admin")
    with Receiver() as place:
        admin.asks("PUT", "/admin/parameters/integrations.allowed_hosts", {"value": place.host})
        admin.goes_to("/admin/webhooks")
        admin.presses("新建 Webhook")
        admin.page.get_by_label("名称", exact=True).fill("ERP 同步")
        admin.page.get_by_label("接收地址").fill(place.url)
        admin.page.get_by_label("客户", exact=True).check()
        admin.presses("保存")
        expect(admin.page.get_by_text(re.compile("^whsec_"))).to_be_visible()
        admin.presses("发送测试")
        admin.is_told("接收方应答 200")
        place.wait_for(1)
        customer = own_customer(admin) if admin.reads("/customers?view=mine&limit=1")["items"] else None
        key = customer["id"] if customer else admin.reads("/customers?limit=1")["items"][0]["id"]
        now = admin.reads(f"/customers/{key}")
        changed = admin.asks("PATCH", f"/customers/{key}", {"remark": "通知 ERP"}, {"If-Match": f'"{now["version"]}"'})
        assert changed.ok, changed.text()
        place.wait_for(2)
        assert place.got[1].json["data"]["remark"] == "通知 ERP"
        admin.page.reload()
        expect(admin.page.get_by_role("button", name="customers.changed")).to_be_visible()
        admin.page.get_by_role("button", name="customers.changed").first.click()
        expect(admin.dialog.get_by_text("通知 ERP")).to_be_visible()
