"""A person at a screen: what everybody does in any journey, and a guard against pages that complain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from e2e.product import PASSWORD
from playwright.sync_api import APIResponse, Browser, ConsoleMessage, Locator, Page, Response, expect

WAIT_MS = 40_000
expect.set_options(timeout=WAIT_MS)

#: Blocked content is reported to the page, not always to the console; this makes it a fault there.
TELL_VIOLATIONS = """addEventListener('securitypolicyviolation', event =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""


@dataclass(frozen=True, slots=True)
class Screen:
    name: str
    width: int
    height: int
    phone: bool = False


LAPTOP = Screen("1280", 1280, 800)
PHONE = Screen("390", 390, 844, phone=True)


class Person:
    """Speaks to the page by the words a person reads on it."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        screen: Screen = LAPTOP,
        *,
        theme: str = "light",
        locale: str = "zh-CN",
        installed: bool = False,
    ) -> None:
        """``installed``: with the service worker, as on a person's own phone."""
        self.url, self.screen = url, screen
        self._faults: list[str] = []
        self._expected: set[int] = {401}  # who is not signed in is told so
        self.context = browser.new_context(
            base_url=url,
            viewport={"width": screen.width, "height": screen.height},
            locale=locale,
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            has_touch=screen.phone,
            is_mobile=screen.phone,
            accept_downloads=True,
            service_workers="allow" if installed else "block",
        )
        self.context.set_default_timeout(WAIT_MS)
        self.context.add_init_script(TELL_VIOLATIONS)
        self.page = self.watched(self.context.new_page())

    # ------------------------------------------------------------ guard

    def watched(self, page: Page) -> Page:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._faults.append(f"error on {page.url}: {error}"))
        page.on("response", self._judge)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        # A refused request is also said in the console; whether it was expected is judged by its status below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._faults.append(f"console on {message.page.url if message.page else '?'}: {message.text[:600]}")

    def _judge(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self._faults.append(f"{response.status} {response.request.method} {response.url}")

    def take_faults(self) -> list[str]:
        found, self._faults = self._faults, []
        return found

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Within the block the server is meant to refuse with one of these."""
        before, self._expected = self._expected, self._expected | set(statuses)
        yield
        self._expected = before

    # ------------------------------------------------------------ moving about

    def goes_to(self, path: str) -> None:
        self.page.goto(path)
        self.settles()

    def settles(self) -> None:
        """Until nothing says that it is loading."""
        expect(self.page.get_by_role("status", name=re.compile("正在加载|Loading"))).to_have_count(0)

    def signs_in(self, username: str, password: str = PASSWORD) -> None:
        self.page.goto("/login")
        self.page.get_by_label("账号", exact=True).fill(username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.get_by_role("main")).to_be_visible()
        expect(self.page).not_to_have_url(re.compile("/login"))

    def opens_menu(self, name: str) -> None:
        menu = self.page.get_by_role("navigation", name="主菜单")
        link = menu.get_by_role("link", name=name, exact=True)
        expect(menu).to_be_visible()
        for _ in range(8):  # what is folded away is looked for as a person would: by opening one after the other
            if link.count():
                break
            menu.locator("button[aria-expanded=false]").first.click()
        link.click()

    # ------------------------------------------------------------ pressing, typing, choosing

    def presses(self, name: str | re.Pattern[str], inside: Locator | None = None, **options: Any) -> None:
        (inside or self.page).get_by_role("button", name=name, **options).click()

    @property
    def dialog(self) -> Locator:
        """What lies on top: a dialog or a panel."""
        return self.page.get_by_role("dialog").last

    def picks(self, label: str, typed: str, option: str | re.Pattern[str], inside: Locator | None = None) -> None:
        """In a list that is searched by typing."""
        box = (inside or self.page).get_by_label(label, exact=True)
        box.click()
        box.fill(typed)
        self.page.locator(".ant-select-item-option").filter(has_text=option).first.click()

    def is_told(self, words: str | re.Pattern[str]) -> Locator:
        """A message below, with its undo where it has one."""
        told = self.page.locator("section[aria-live=polite] > div").filter(has_text=words).last
        expect(told).to_be_visible()
        return told

    # ------------------------------------------------------------ the same session without the screen

    def asks(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> APIResponse:
        """By the interface, as the same person: to arrange what only another person could do, or to look behind."""
        csrf = next((c["value"] for c in self.context.cookies() if c.get("name") == "csrftoken"), "")
        sent = {"X-CSRFToken": csrf, "Referer": self.url, "Accept-Language": "zh-CN", **(headers or {})}
        return self.context.request.fetch(f"/api/v1{path}", method=method, data=body, headers=sent)

    def reads(self, path: str) -> Any:
        answer = self.asks("GET", path)
        assert answer.ok, f"{answer.status} {path}: {answer.text()[:300]}"
        return answer.json()
