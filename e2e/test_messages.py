"""PLT-3, PLT-4: following rings, a mention rings, a receiver outside is told; as people meet it on the screen."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import psycopg
from e2e.person import PHONE, Person
from playwright.sync_api import expect

from tests.mailing import Post, text_of
from tests.receiving import Receiver
from tests.serving import Served

Enter = Callable[..., Person]
#: Background work gives way to everything else on a machine that is busy.
WORKER_MS = 60_000


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


def test_a_mention_comes_as_a_letter(enter: Enter, demo: Served) -> None:
    """PLT-3: the server is set and tried in the browser; who confirms an address and wants it gets mentions by mail; the link opens them."""
    admin, rep, manager = enter(demo, "admin"), enter(demo, "rep"), enter(demo, "manager")
    with Post() as post:
        admin.asks("PUT", "/admin/parameters/integrations.mail_ports", {"value": f"465, {post.port}"})
        sets_up(admin, post)

        manager.goes_to("/me")
        manager.page.get_by_label("邮箱地址").fill("manager@example.com")
        manager.presses("发送确认邮件")
        manager.page.goto(within(arrived(post, "manager@example.com"), "confirm="))
        manager.is_told("邮箱已确认")
        with manager.page.expect_response(re.compile("/me/notifications/mention")):
            manager.page.get_by_label("有人提到我（@）").select_option("页面和邮件")

        customer, me = own_customer(rep), manager.reads("/me")
        note = {"customer": customer["id"], "channel": "phone", "content": f"请 @[{me['name']}]({me['id']}) 看一下报价"}
        assert rep.asks("POST", "/interactions", note).status == 201
        letter = arrived(post, "manager@example.com", hurry=lambda: a_minute_passes(demo, admin))
        assert rep.reads("/me")["name"] in text_of(letter)
        manager.page.goto(within(letter, "/interactions/"))
        expect(manager.page.get_by_text("看一下报价").first).to_be_visible()
        expect(manager.page.get_by_role("link", name=customer["name"]).first).to_be_visible()


def sets_up(admin: Person, post: Post) -> None:
    """The administrator names the server, switches sending on, and sees a letter taken."""
    admin.goes_to("/admin/mail")
    admin.page.get_by_label("服务器", exact=True).fill("127.0.0.1")
    admin.page.get_by_label("加密方式").select_option("不加密（仅限内网转发）")
    admin.page.get_by_label("端口").fill(str(post.port))
    admin.page.get_by_label("发件邮箱").fill("crm@example.com")
    admin.page.get_by_label("发件人名称").fill("客脉")
    admin.page.get_by_role("switch", name="启用邮件发送").click()
    admin.presses("保存", exact=True)
    admin.is_told("已保存")
    admin.page.get_by_label("收件邮箱").fill("it@example.com")
    admin.presses("发送测试邮件")
    expect(admin.page.get_by_text("服务器已收下")).to_be_visible(timeout=WORKER_MS)
    arrived(post, "it@example.com")


def a_minute_passes(demo: Served, admin: Person) -> None:
    """Messages are gathered for a minute, and letters go once a minute: a test letter takes along whatever is due."""
    with psycopg.connect(demo.database_url) as connection:
        connection.execute("UPDATE integrations_mailitem SET due_at = now() WHERE letter_id IS NULL")
    admin.asks("POST", "/admin/mail/test", {"to": "it@example.com"})


def arrived(post: Post, address: str, hurry: Callable[[], Any] = lambda: None) -> EmailMessage:
    """The next letter to this address, taken out of the server's tray."""
    until = time.monotonic() + WORKER_MS / 1000
    while time.monotonic() < until:
        for n, to in enumerate(post.to):
            if to == address:
                del post.to[n]
                return post.got.pop(n)
        hurry()
        time.sleep(0.3)
    raise AssertionError(f"no letter to {address}")


def within(letter: EmailMessage, part: str) -> str:
    """The link in it that holds ``part``."""
    return next(link for link in re.findall(r"https?://\S+", text_of(letter)) if part in link)
