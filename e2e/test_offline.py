"""PLT-8: a rep in a basement: what he opened is still there, what he writes waits and arrives once, what is refused says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from e2e.person import PHONE, Person
from playwright.sync_api import Browser, expect

from tests.serving import Served


@pytest.fixture
def rep(browser: Browser, demo: Served) -> Iterator[Person]:
    person = Person(browser, demo.url, PHONE, installed=True)
    person.signs_in("rep")
    yield person
    person.context.set_offline(False)
    faults = person.take_faults()
    person.context.close()
    assert not faults, faults


def keeps_records(rep: Person) -> None:
    """The person allows this device to keep what he opens, and the service worker has taken over."""
    page = rep.page
    page.wait_for_function("navigator.serviceWorker.ready.then((r) => r.active && r.active.state === 'activated')")
    rep.goes_to("/me")
    page.get_by_role("switch", name="没有网络时也能看").click()
    page.wait_for_function("caches.has('km-data')")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def has_kept(rep: Person, path: str) -> None:
    """An answer is on the screen before it is in the store."""
    rep.page.wait_for_function(
        "path => caches.open('km-data').then((c) => c.keys()).then((k) => k.some((r) => new URL(r.url).pathname === path))",
        arg=f"/api/v1{path}",
    )


def test_a_day_without_a_network(rep: Person, enter: Callable[..., Person], demo: Served) -> None:
    page = rep.page
    keeps_records(rep)
    colleague = enter(demo, "rep2")
    wanted, lost = colleague.reads("/customers?view=mine&limit=2")["items"]
    for customer in (wanted, lost):
        assert colleague.asks("POST", f"/customers/{customer['id']}/release", {"reason": "other"}).ok
    for customer in (wanted, lost):
        rep.goes_to(f"/customers/{customer['id']}")
        expect(page.get_by_role("button", name="领取").first).to_be_visible()
        has_kept(rep, f"/customers/{customer['id']}")
    due = rep.reads("/worklist?limit=8")["items"][0]["record"]
    rep.goes_to("/")
    expect(page.get_by_role("button", name=f"给{due['name']}写跟进")).to_be_visible()
    has_kept(rep, "/home")

    rep.context.set_offline(True)
    expect(page.get_by_role("status").filter(has_text="没有网络")).to_be_visible()
    page.reload()
    expect(page.get_by_role("status").filter(has_text="没有网络")).to_be_visible()
    page.get_by_role("button", name=f"给{due['name']}写跟进").click()
    page.get_by_label("跟进内容").fill("地下车库里记的：对方要两台样机。")
    page.get_by_role("button", name="保存跟进").click()
    rep.is_told("已存在这台设备上")
    for customer in (wanted, lost):
        rep.goes_to(f"/customers/{customer['id']}")
        page.get_by_role("button", name="领取").first.click()
        rep.is_told("已存在这台设备上")
    expect(page.get_by_role("status").filter(has_text="3 条待提交")).to_be_visible()

    # Somebody with a network gives one of them away.
    manager = enter(demo, "manager")
    given = {"owner": colleague.reads("/me")["id"]}
    assert manager.asks("POST", f"/customers/{lost['id']}/assign", given).ok

    # The record on screen is another person's now, so asking for it again is answered 404.
    with rep.expecting(404, 409):
        rep.context.set_offline(False)
        rep.is_told("已提交 2 条")
        expect(page.get_by_role("status").filter(has_text="1 条需要处理")).to_be_visible()
    page.get_by_role("link", name="查看").click()
    expect(page.get_by_role("heading", name="待提交")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text=lost["name"])).to_contain_text("领取")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE.width
    notes = rep.reads("/interactions?limit=5&q=" + quote("地下车库"))["items"]
    assert [n["content"] for n in notes] == ["地下车库里记的：对方要两台样机。"]
    assert rep.reads(f"/customers/{wanted['id']}")["owner"]["id"] == rep.reads("/me")["id"]
    page.get_by_role("button", name="放弃").click()
    page.get_by_role("button", name="放弃").click()
    expect(page.get_by_text("没有待提交的内容")).to_be_visible()


def test_signing_out_takes_the_records_along(rep: Person) -> None:
    page = rep.page
    keeps_records(rep)
    rep.goes_to("/customers")
    page.wait_for_function("caches.open('km-data').then((c) => c.keys()).then((k) => k.length > 0)")
    rep.goes_to("/")
    page.get_by_role("button", name=re.compile("员工|账号|个人|菜单")).last.click()
    page.get_by_role("menuitem", name="退出登录").click()
    expect(page).to_have_url(re.compile("/login"))
    assert page.evaluate("caches.has('km-data')") is False
