"""One Chromium for the run, one served product a file, and a guard: a page that complains fails its test."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT / "backend", ROOT):  # `tests` and `e2e` are folders, not installed packages
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from e2e.person import LAPTOP, Person, Screen  # noqa: E402
from e2e.product import demo_company, empty_company  # noqa: E402

from kemai.config.env import EmbeddedPlace  # noqa: E402
from tests import database  # noqa: E402
from tests.serving import Served  # noqa: E402

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
OUT = ROOT / "e2e" / "out"
ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]

Enter = Callable[..., Person]


WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_server = None


def pytest_configure(config: pytest.Config) -> None:
    """PostgreSQL of this run, in memory, one for all workers; the demo template stays in it for the next run."""
    global _server
    if "KEMAI_TEST_HOME" not in os.environ:
        _server = database.start_cluster()
        os.environ["KEMAI_TEST_HOME"] = str(_server.place.home)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server is not None:
        _server.stop()


@pytest.fixture(scope="session")
def place() -> EmbeddedPlace:
    return database.place_at(Path(os.environ["KEMAI_TEST_HOME"]))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as one:
        yield one


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    one = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    yield one
    one.close()


@pytest.fixture(scope="module")
def demo(place: EmbeddedPlace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo company, the file's own: what one test leaves behind the next one finds."""
    with demo_company(place, f"journey_{WORKER}", tmp_path_factory.mktemp("demo")) as one:
        yield one


@pytest.fixture(scope="module")
def empty(place: EmbeddedPlace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with empty_company(place, f"journey_{WORKER}", tmp_path_factory.mktemp("empty")) as one:
        yield one


@pytest.fixture(scope="module")
def people(browser: Browser) -> Iterator[dict[str, Person]]:
    """Who sits at which screen of this file; they stay seated from test to test, as people do."""
    seated: dict[str, Person] = {}
    yield seated
    for person in seated.values():
        person.context.close()


@pytest.fixture
def enter(browser: Browser, people: dict[str, Person], request: pytest.FixtureRequest) -> Iterator[Enter]:
    """``enter(product, "rep")``: that person at his screen, signed in. After the test every screen must be without fault."""

    def come(product: Served, username: str | None, screen: Screen = LAPTOP) -> Person:
        key = f"{username}@{screen.name}"
        if key not in people:
            people[key] = Person(browser, product.url, screen)
            if username:
                people[key].signs_in(username)
        return people[key]

    yield come
    faults = [f"{key}: {fault}" for key, person in people.items() for fault in person.take_faults()]
    if faults or getattr(request.node, "failed", False):
        OUT.mkdir(exist_ok=True)
        for key, person in people.items():
            person.page.screenshot(path=OUT / f"{request.node.name}-{key}.png")
    assert not faults, "\n".join(faults)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Lets the fixture above know that the test failed, so that it takes a picture."""
    report = yield
    if report.failed and report.when == "call":
        item.failed = True  # type: ignore[attr-defined]
    return report
