"""Access for all: a smoke over keyboard, names and contrast (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from e2e.person import Person, Screen
from e2e.product import PASSWORD
from playwright.sync_api import expect

from tests.serving import Served

KEYS = Screen("keys", 1280, 800)
#: Beside what the menu names.
FURTHER = ["/opportunities?layout=board", "/customers/import", "/customers?layout=groups", "/customers?layout=board",
           "/opportunities?layout=calendar", "/duplicates/compare?object=customers"]  # fmt: skip

#: Controls a screen reader would announce as nothing.
NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]')]
  .filter(at => at.checkVisibility({visibilityProperty: true}) && !at.closest('[aria-hidden=true]'))
  .filter(at => !(at.getAttribute('aria-label') || at.getAttribute('aria-labelledby') || at.title
      || at.labels?.length || at.textContent.trim() || at.querySelector('img[alt]')))
  .map(at => at.outerHTML.slice(0, 160))"""


def tab_to(person: Person, name: str | re.Pattern[str], role: str = "link", most: int = 60) -> None:
    """Press Tab until this has the focus, as somebody without a mouse does."""
    wanted = person.page.get_by_role(role, name=name, exact=isinstance(name, str)).first  # type: ignore[arg-type]
    for _ in range(most):
        person.page.keyboard.press("Tab")
        if wanted.evaluate("at => at === document.activeElement"):
            outline = wanted.evaluate("at => getComputedStyle(at).outlineStyle + getComputedStyle(at).boxShadow")
            assert outline != "nonenone", f"nobody can see that {name} has the focus"
            return
    raise AssertionError(f"{name} is not reached within {most} tabs")


def takes_from_palette(person: Person, typed: str, name: str) -> None:
    person.page.keyboard.press("Control+k")
    person.page.keyboard.type(typed)
    option = person.dialog.get_by_role("option", name=name, exact=True)
    expect(option).to_be_visible()
    while option.get_attribute("aria-selected") != "true":
        person.page.keyboard.press("ArrowDown")
    person.page.keyboard.press("Enter")


def test_a_morning_without_a_mouse(enter: Callable[..., Person], demo: Served) -> None:
    rep = enter(demo, None, KEYS)
    page = rep.page
    page.goto("/login")
    expect(page.get_by_label("账号", exact=True)).to_be_focused()
    page.keyboard.type("rep")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()

    tab_to(rep, "客户")
    page.keyboard.press("Enter")
    grid = page.get_by_role("grid", name="客户")
    expect(grid).to_be_visible()
    page.keyboard.press("j")
    name = grid.locator("tbody tr").first.get_by_role("link").first.inner_text()
    page.keyboard.press("x")
    expect(grid.locator("tbody tr").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(rep.dialog.get_by_role("heading", name=name)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    takes_from_palette(rep, "任务", "任务")
    expect(page).to_have_url(re.compile("/tasks"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    takes_from_palette(rep, "shoucang", "收藏本页")
    pinned = page.get_by_role("navigation", name="主菜单").get_by_role("listitem").filter(has_text="收藏")
    expect(pinned.get_by_role("link", name="任务", exact=True)).to_be_visible()
    # Not waited for: the address says what "c" makes, whether the list is there or not.
    page.keyboard.press("c")
    rep.dialog.get_by_label("标题").fill("用键盘建的任务")
    page.keyboard.press("Control+Enter")
    rep.is_told("已新建“用键盘建的任务”")
    page.keyboard.press("?")
    expect(rep.dialog).to_contain_text("键盘快捷键")
    page.keyboard.press("Escape")


def pages_of(person: Person) -> list[str]:
    """Every page the menu offers this person."""

    def flat(items: list[dict[str, Any]]) -> Iterator[str]:
        for item in items:
            yield from flat(item["children"]) if "children" in item else [item["path"]]

    return list(flat(person.reads("/me")["menu"]))


def strolls_to(person: Person, path: str) -> None:
    """As a link does, without loading the product anew."""
    person.page.evaluate("path => history.pushState(null, '', path)", path)
    person.page.wait_for_timeout(150)
    person.settles()
    expect(person.page.get_by_role("heading", level=1).first).to_be_visible()


@pytest.mark.parametrize("username", ["rep", "manager", "auditor"])
def test_every_page_of_the_menu_opens(enter: Callable[..., Person], demo: Served, username: str) -> None:
    """Nothing fails, nothing is said in the console (what ``enter`` looks for), nothing sticks out at the side."""
    person = enter(demo, username, KEYS)
    wide = []
    for path in pages_of(person):
        strolls_to(person, path)
        if person.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
            wide.append(path)
    assert not wide


def test_every_control_has_a_name(enter: Callable[..., Person], demo: Served) -> None:
    admin = enter(demo, "admin", KEYS)
    found: list[str] = []
    one = admin.reads("/customers?limit=1")["items"][0]["id"]
    list_of = admin.reads("/segments")["items"][0]["id"]
    pair = [r["id"] for r in admin.reads("/duplicates")["items"][0]["records"]]
    compared = f"/duplicates/compare?object=customers&one={pair[0]}&two={pair[1]}"
    for path in [*pages_of(admin), *FURTHER, f"/customers/{one}", f"/segments/{list_of}", compared]:
        strolls_to(admin, path)
        found += [f"{path}: {control}" for control in admin.page.evaluate(NAMELESS)]
    admin.goes_to("/customers")
    admin.presses("新建客户")
    expect(admin.dialog.get_by_label("客户名称")).to_be_visible()
    admin.presses(re.compile("更多字段"), admin.dialog)
    admin.page.wait_for_timeout(300)
    found += [f"new customer: {control}" for control in admin.page.evaluate(NAMELESS)]
    assert not found, "\n".join(found)


TEXTS = ["text", "text-2", "text-3"]
GROUNDS = ["bg", "surface", "raised", "sunken", "hover", "selected"]
TONES = ["accent", "good", "warn", "bad", "info"]
READABLE = [
    *product(TEXTS, GROUNDS),
    *product(TONES, ["bg", "surface", "raised"]),
    *((tone, f"{tone}-soft") for tone in TONES),
    ("text", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(enter: Callable[..., Person], demo: Served, theme: str) -> None:
    admin = enter(demo, "admin", KEYS)
    admin.goes_to("/")
    value = f"""name => {{
      const at = document.documentElement, before = at.dataset.theme
      at.dataset.theme = '{theme}'
      const found = getComputedStyle(at).getPropertyValue('--km-' + name).trim()
      at.dataset.theme = before
      return found
    }}"""
    color = {
        name: admin.page.evaluate(value, name)
        for name in {n for pair in READABLE for n in pair} | {"control-line", "focus"}
    }
    dull = [
        f"{a} on {b}: {contrast(color[a], color[b]):.2f}" for a, b in READABLE if contrast(color[a], color[b]) < 4.5
    ]
    dull += [
        f"{line} on {ground}: {contrast(color[line], color[ground]):.2f}"
        for line, ground in product(["control-line", "focus"], ["bg", "surface", "raised"])
        if contrast(color[line], color[ground]) < 3
    ]
    assert not dull, "\n".join(dull)


def contrast(one: str, other: str) -> float:
    """As WCAG defines it, of two colours written #rrggbb or #rgb."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    if len(color) == 4:
        color = "#" + "".join(digit * 2 for digit in color[1:])
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
