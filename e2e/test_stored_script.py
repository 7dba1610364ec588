"""B-5: whatever people wrote into whatever field stays words on every page that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
from e2e.payloads import PAYLOADS
from e2e.person import Person

from tests.serving import Served

Enter = Callable[..., Person]
#: A payload that is taken for more than words calls one of these; the policy would report it, too, and stop it.
LISTEN = """for (const name of ['xss', 'alert', 'confirm', 'prompt', 'open'])
    window[name] = () => console.error(`a stored script ran: ${name} on ${location.pathname}`)"""
#: Addresses on the page that would run or fetch what somebody wrote.
BAD_ADDRESSES = """[...document.querySelectorAll('[href],[src],[action],[formaction],[data]')]
    .flatMap(node => ['href', 'src', 'action', 'formaction', 'data'].map(name => node.getAttribute(name) ?? ''))
    .filter(address => /^[\\s\\u0000-\\u001f]*(javascript|vbscript|data:text|\\/\\/)/i.test(address))"""
WORDS = ("text", "long_text", "tags", "url")
PAGES = (
    "/ /analysis /worklist /calendar /care /day-reports /measures /account-year /quality /duplicates /bin /operations /jobs "
    "/segments /pool /exports /me /admin/users /admin/departments /admin/roles /admin/teams /admin/pools /admin/recycling "
    "/admin/pipelines /admin/lead-rules /admin/web-forms /admin/fields /admin/dictionaries /admin/parameters /admin/audit "
    "/admin/mail /admin/webhooks /admin/views /admin/home-pages /admin/tokens /admin/personal-data /admin/exposed "
    "/customers/import"
).split()
#: The short form: where most of what people write is shown.
TELLING = (
    "/ /worklist /customers /contacts /leads /opportunities /opportunities/board /interactions /admin/users".split()
)
TELLING_KINDS = ("customers", "contacts", "leads", "opportunities", "tasks", "pipelines")


class Writer:
    """Writes payloads, one after the other, into every text field of every kind of record and into what else has words."""

    def __init__(self, admin: Person, start: int = 0) -> None:
        self.admin, self.payloads = admin, cycle(PAYLOADS[start:] + PAYLOADS[:start])
        self.taken: set[tuple[str, str]] = set()

    def one(self, limit: int | None) -> str:
        return next(p for p in self.payloads if len(p) <= (limit or 10_000))

    def writes_kind(self, name: str, rows: int) -> str | None:
        """Into the first ``rows`` records of a kind; the page of one of them."""
        fields = [
            f
            for f in self.admin.reads(f"/meta/objects/{name}")["fields"]
            if f["type"] in WORDS and not (f["read_only"] or f["create_only"] or f["choices"])
        ]
        found = self.admin.reads(f"/{name}?limit={rows}")["items"]
        for row in found:
            values = {f["name"]: [self.one(40)] if f["type"] == "tags" else self.one(f["max_length"]) for f in fields}
            self.changes(name, row["id"], values)
        return f"/{name}/{found[0]['id']}" if found else None

    def changes(self, name: str, key: str, values: dict[str, Any]) -> None:
        """What is refused is left out, and the rest tried again."""
        version = self.admin.reads(f"/{name}/{key}")["version"]
        while values:
            answer = self.admin.asks("PATCH", f"/{name}/{key}", values, {"If-Match": f'"{version}"'})
            if answer.ok:
                self.taken |= {(name, field) for field in values}
                return
            assert answer.status in (403, 404, 409, 422), answer.text()
            refused = {e["field"].partition(".")[0] for e in answer.json()["errors"]} & set(values)
            values = {k: v for k, v in values.items() if k not in refused} if refused else {}

    def writes_names(self) -> None:
        """Of views, segments, tokens, webhooks, custom fields, dictionary values, files; reasons and help beside them."""
        industry = self.admin.reads("/admin/dictionaries/industry")["items"]
        industry[0] |= {"label_zh": self.one(100), "label_en": self.one(100)}
        some = {"field": "name", "op": "contains", "value": self.one(100)}
        text = {
            "key": "scripted",
            "type": "text",
            "label_zh": self.one(60),
            "label_en": self.one(60),
            "help_zh": self.one(100),
        }
        for method, path, body in (
            ("POST", "/views", {"object": "customers", "name": self.one(40), "filter": some}),
            (
                "POST",
                "/segments",
                {"object": "customers", "name": self.one(60), "description": self.one(200), "filter": some},
            ),
            ("POST", "/me/tokens", {"name": self.one(60)}),
            (
                "POST",
                "/webhooks",
                {"name": self.one(60), "url": "https://8.8.8.8/x", "subscriptions": [{"object": "customers"}]},
            ),
            ("POST", "/admin/fields/customers", text),
            ("PUT", "/admin/dictionaries/industry", {"items": industry}),
            ("POST", "/exports", {"object": "customers", "fields": ["name"], "purpose": self.one(100)}),
        ):
            answer = self.admin.asks(method, path, body)
            assert answer.status < 500, answer.text()
            if answer.ok:
                self.taken.add((method, path))
            else:
                print(answer.status, path, answer.text()[:300])
        sent = {"file": {"name": self.one(100) + ".csv", "mimeType": "text/html", "buffer": "客户名称\n甲\n".encode()}}
        csrf = next(c["value"] for c in self.admin.context.cookies() if c["name"] == "csrftoken")
        file = self.admin.context.request.post("/api/v1/files", multipart=sent, headers={"X-CSRFToken": csrf})
        assert self.admin.asks("POST", "/imports", {"file": file.json()["id"], "object": "customers"}).ok


def looks_at(person: Person, paths: list[str]) -> Iterator[str]:
    """Opens each page as a person and on paper, and tells what is wrong on it; what it says by itself is heard by the guard."""
    for path in paths:
        person.page.goto(path)
        person.page.locator("main").wait_for()
        person.settles()
        person.page.emulate_media(media="print")
        person.page.emulate_media(media="screen")
        if not person.page.url.startswith(f"{person.url}/"):
            yield f"{path} led away to {person.page.url}"
        yield from (f"{path}: {address}" for address in person.page.evaluate(BAD_ADDRESSES))


def searches(writer: Writer, person: Person, page: str | None) -> None:
    """In the palette, whose hits are what people wrote."""
    assert page
    writer.changes("customers", page.rpartition("/")[2], {"name": "<img src=x onerror=xss()>庚辛壬癸"})
    person.page.goto("/me")
    person.page.locator("main").wait_for()
    person.page.keyboard.press("Control+k")
    person.dialog.get_by_role("combobox").fill("庚辛壬癸")
    person.page.get_by_role("option").filter(has_text="onerror").first.wait_for()


def kinds_of(admin: Person) -> list[str]:
    return [kind["name"] for kind in admin.reads("/meta/objects")["items"]]


def test_what_people_wrote_stays_words(enter: Enter, demo: Served) -> None:
    """B-5, short: every field of every kind once, shown where most of it is shown."""
    admin = enter(demo, "admin")
    admin.context.add_init_script(LISTEN)
    writer = Writer(admin)
    pages = {name: writer.writes_kind(name, 1) for name in kinds_of(admin)}
    writer.writes_names()
    assert len(writer.taken) > 60, sorted(writer.taken)
    wrong = list(looks_at(admin, [*TELLING, *(pages[name] or "/" for name in TELLING_KINDS)]))
    searches(writer, admin, pages["customers"])
    assert not wrong, "\n".join(wrong)


@pytest.mark.nightly
def test_nobody_runs_what_anybody_wrote(enter: Enter, demo: Served) -> None:
    """B-5: fifty records of every kind, so that every payload stands in every list; every page there is."""
    admin = enter(demo, "admin")
    admin.context.add_init_script(LISTEN)
    for start in (0, len(PAYLOADS) // 2):
        writer = Writer(admin, start)
        pages = {name: writer.writes_kind(name, 50) for name in kinds_of(admin)}
        lists = [f"/{name}" for name in kinds_of(admin)]
        wrong = list(looks_at(admin, [*filter(None, pages.values()), *lists, *PAGES]))
        searches(writer, admin, pages["customers"])
        assert not wrong, "\n".join(wrong)


def test_the_guard_can_fail(enter: Enter, demo: Served) -> None:
    """T-3: a payload put into the page as HTML is heard."""
    admin = enter(demo, "admin")
    admin.page.goto("/me")
    admin.page.locator("main").wait_for()
    admin.page.evaluate("""document.body.insertAdjacentHTML('beforeend',
        `<a href="javascript:xss()">x</a><img src="/no.png" onerror="xss()">`)""")
    admin.page.wait_for_timeout(300)
    assert any("policy" in fault or "stored script" in fault for fault in admin.take_faults())
    assert admin.page.evaluate(BAD_ADDRESSES) == ["javascript:xss()"]
