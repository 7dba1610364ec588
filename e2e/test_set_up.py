"""The first day of an empty company: its first administrator, a department, a role, a person who sees less than he does."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from e2e.person import Person, Screen
from playwright.sync_api import expect

from kemai.accounts.rules.totp import code_at, step_at
from tests.serving import Served

SECRET = "meadow-lantern-42"
NEW_SECRET = "harbour-copper-77"
LINK_SECRET = "quarry-willow-19"
SECOND = Screen("second", 1280, 800)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: The pages whose words must all be English in English.
MAIN_PAGES = ["/", "/customers", "/contacts", "/opportunities", "/interactions", "/tasks", "/analysis", "/customers/import",
              "/me", "/jobs", "/bin", "/admin/users", "/admin/departments", "/admin/roles", "/admin/teams", "/admin/pools",
              "/admin/pipelines", "/admin/fields", "/admin/dictionaries", "/admin/parameters", "/admin/audit"]  # fmt: skip


@pytest.fixture
def admin(enter: Callable[..., Person], empty: Served) -> Person:
    return enter(empty, None)


def test_the_first_administrator_comes_once(admin: Person, enter: Callable[..., Person], empty: Served) -> None:
    page = admin.page
    page.goto("/")
    expect(page.get_by_role("heading", name="开始使用客脉")).to_be_visible()
    page.get_by_label("公司名称").fill("云栖贸易")
    page.get_by_label("您的姓名").fill("周宁")
    page.get_by_label("账号").fill("zhouning")
    page.get_by_label("密码", exact=True).fill(SECRET)
    admin.presses("建立并进入")
    expect(page.get_by_role("heading", name=re.compile("周宁"))).to_be_visible()

    late = enter(empty, None, SECOND)
    late.page.goto("/setup")
    expect(late.page.get_by_role("heading", name="已经建立过管理员")).to_be_visible()
    again = late.asks(
        "POST", "/auth/setup", {"company": "别家", "name": "别人", "username": "late", "password": SECRET}
    )
    assert again.status == 410, again.text()


def test_a_department_a_role_and_a_person(admin: Person) -> None:
    page = admin.page
    admin.goes_to("/admin/departments")
    top = page.get_by_role("button", name=re.compile("^在.+下添加部门"))
    top.first.click()
    page.get_by_role("textbox", name=re.compile("下添加部门")).fill("华东销售部")
    admin.presses("保存")
    expect(page.get_by_role("link", name="华东销售部")).to_be_visible()

    admin.goes_to("/admin/roles")
    admin.presses("新建角色")
    admin.dialog.get_by_role("textbox", name="名称", exact=True).fill("电话销售")
    admin.presses("保存", admin.dialog, exact=True)
    expect(page.get_by_role("dialog")).to_have_count(0)
    admin.presses("电话销售")
    for verb in ("查看", "新建", "编辑"):
        page.get_by_role("combobox", name=f"客户 {verb}", exact=True).select_option(label="全部")
    page.get_by_role("tab", name="字段规则").click()
    page.get_by_role("combobox", name="记录类型").select_option(label="客户")
    page.get_by_role("combobox", name="添加字段…").select_option(label="电话")
    expect(page.get_by_role("combobox", name="客户 电话", exact=True)).to_have_value("masked")
    admin.presses("保存")
    admin.is_told("已保存")

    admin.goes_to("/admin/users")
    admin.presses(re.compile("^新建"), page.get_by_role("main"))
    admin.dialog.get_by_label("姓名").fill("林小雨")
    admin.dialog.get_by_label("登录名").fill("linxiaoyu")
    admin.picks("部门", "华东", "华东销售部", admin.dialog)
    admin.presses("保存", admin.dialog, exact=True)
    expect(page.get_by_role("dialog")).to_have_count(0)
    admin.presses("林小雨", page.get_by_role("table"))
    panel = admin.dialog
    panel.get_by_role("checkbox", name="电话销售").check()
    admin.presses("保存", panel)
    admin.is_told("已保存")
    admin.presses("重置密码", panel)
    panel.get_by_label("临时密码").fill(SECRET)
    admin.presses("设为此密码", panel)
    expect(panel.get_by_role("status").filter(has_text=SECRET)).to_be_visible()
    made = admin.asks("POST", "/customers", {"name": "云上茶业有限公司", "phone": "13712345678"})
    assert made.ok, made.text()


def test_the_person_changes_the_password_and_sees_a_masked_phone(enter: Callable[..., Person], empty: Served) -> None:
    rep = enter(empty, None, SECOND)
    page = rep.page
    rep.signs_in("linxiaoyu", SECRET)
    expect(page.get_by_text("请先换一个自己的密码")).to_be_visible()
    with rep.expecting(403):
        assert rep.asks("GET", "/customers").status == 403  # nothing before that, by no way
    page.get_by_label("当前密码").fill(SECRET)
    page.get_by_label("新密码", exact=True).fill(NEW_SECRET)
    page.get_by_label("再输一次新密码").fill(NEW_SECRET)
    rep.presses("修改密码")
    rep.is_told("密码已修改")
    expect(page.get_by_text("请先换一个自己的密码")).to_have_count(0)
    rep.opens_menu("客户")
    page.get_by_role("button", name="全部客户").click()
    row = page.get_by_role("row").filter(has_text="云上茶业")
    expect(row).to_contain_text("****")
    expect(row).not_to_contain_text("13712345678")
    page.get_by_role("link", name="云上茶业有限公司").click()
    expect(rep.dialog.get_by_role("heading", name="云上茶业有限公司")).to_be_visible()
    expect(rep.dialog).not_to_contain_text("13712345678")
    page.keyboard.press("Escape")
    assert "13712345678" not in rep.asks("GET", "/customers?limit=10").text()


def test_a_link_a_password_and_a_second_factor(enter: Callable[..., Person], empty: Served, admin: Person) -> None:
    """ORG-7: what a person does who has forgotten his password, and signs in with his telephone from then on."""
    key = next(u["id"] for u in admin.reads("/users?limit=100")["items"] if u["username"] == "linxiaoyu")
    link = admin.asks("POST", f"/users/{key}/password-link", {}).json()["url"]
    rep = enter(empty, None, SECOND)
    page = rep.page
    page.goto(link)
    expect(page).to_have_url(re.compile("/set-password$"))
    page.get_by_label("新密码").fill(LINK_SECRET)
    page.get_by_label("再输一次").fill(LINK_SECRET)
    rep.presses("保存密码")
    page.get_by_role("link", name="去登录").click()
    rep.signs_in("linxiaoyu", LINK_SECRET)

    rep.goes_to("/me")
    rep.presses("设置两步验证")
    proof = page.locator("form").filter(has=page.get_by_role("button", name="取消"))
    proof.get_by_label("当前密码").fill(LINK_SECRET)
    rep.presses("设置两步验证", proof)
    page.get_by_text("手工输入密钥").click()
    secret = page.locator("details code").first.inner_text().replace(" ", "")
    page.get_by_label("验证码").fill(code_at(secret, step_at(time.time())))
    rep.presses("确认开启")
    recovery = page.get_by_role("status").locator("li").first.inner_text()
    rep.presses("我已保存")
    expect(page.get_by_text("还剩 10 个恢复码")).to_be_visible()
    assert rep.asks("POST", "/auth/logout").ok

    page.goto("/login")
    page.get_by_label("账号", exact=True).fill("linxiaoyu")
    page.get_by_label("密码", exact=True).fill(LINK_SECRET)
    rep.presses("登录")
    page.get_by_label("验证码").fill("000000")
    expect(page.get_by_role("alert")).to_contain_text("验证码不正确")
    assert rep.asks("GET", "/customers").status == 401  # not yet, by no way
    rep.presses("用恢复码")
    page.get_by_label("恢复码").fill(recovery)
    rep.presses("验证并登录")
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()

    # A passkey: the virtual device of the browser says that finger or face was right. It knows names, not bare addresses.
    there = empty.url.replace("127.0.0.1", "localhost")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": True}})
    page.goto(f"{there}/login")
    page.get_by_label("账号", exact=True).fill("linxiaoyu")
    page.get_by_label("密码", exact=True).fill(LINK_SECRET)
    rep.presses("登录", exact=True)
    page.get_by_label("验证码").fill(code_at(secret, step_at(time.time() + 30)))
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
    page.goto(f"{there}/me")
    rep.presses("添加通行密钥")
    proof.get_by_label("当前密码").fill(LINK_SECRET)
    rep.presses("添加通行密钥", proof)
    rep.is_told("通行密钥已添加")
    expect(page.get_by_text("还没有用过")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{there}/login")
    rep.presses("用通行密钥登录")
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()


def test_english_is_english_everywhere(admin: Person) -> None:
    page = admin.page
    admin.goes_to("/")
    admin.presses("语言")
    page.get_by_role("menuitemradio", name="English").click()
    expect(page.get_by_role("navigation", name="Main menu")).to_be_visible()
    # What people wrote stays as they wrote it, and so does the name of the other language.
    data = ["云上茶业有限公司", "小雨", "宁", "简体中文", "中文", "公司"]
    for kind in ("users", "departments", "roles", "pools", "pipelines"):
        data += [row["name"] for row in admin.reads(f"/{kind}?fields=name&limit=100")["items"]]
    data += [name[-2:] for name in data]  # an avatar shows the end of a name
    data.sort(key=len, reverse=True)
    left: list[str] = []
    for path in MAIN_PAGES:
        admin.goes_to(path)
        expect(page.get_by_role("main")).not_to_be_empty()
        page.wait_for_timeout(150)
        words = page.evaluate(VISIBLE_WORDS)
        for word in words:
            for own in data:
                word = word.replace(own, "")
            if CHINESE.search(word):
                left.append(f"{path}: {word[:60]}")
    admin.presses("Language")
    page.get_by_role("menuitemradio", name=re.compile("中文")).click()
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
    assert not left, "\n".join(sorted(set(left)))


#: Texts, labels and placeholders a reader or a screen reader meets on the page.
VISIBLE_WORDS = """() => {
  const words = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement
    if (at && !at.closest('script, style, noscript, textarea')) words.push(walker.currentNode.textContent.trim())
  }
  for (const at of document.querySelectorAll('[aria-label], [placeholder], [title]'))
    for (const name of ['aria-label', 'placeholder', 'title']) words.push(at.getAttribute(name) ?? '')
  return words.filter(Boolean)
}"""


def test_dark_is_dark_and_stays(admin: Person) -> None:
    page = admin.page
    admin.goes_to("/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    admin.presses("外观")
    page.get_by_role("menuitemradio", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert brightness(dark) < 60 < 200 < brightness(light)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def brightness(color: str) -> float:
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", color)[:3])
    return (red * 299 + green * 587 + blue * 114) / 1000
