"""The tests' own PostgreSQL and environment. Read before Django's settings, which copy from the environment."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.db import connections
from django.utils.functional import empty

from tests import database, reached

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASE = f"test_{WORKER}"
EVERY_OPERATION = os.environ.get("KEMAI_EVERY_OPERATION") == "1"
#: A line that a test prints for people: the id of the promise, and what was measured.
FIGURE = re.compile(r"[A-Z]+-\d+: ")
_server = None
_trouble: Exception | None = None

if "KEMAI_TEST_HOME" not in os.environ:  # the workers of xdist inherit the controller's
    _server = database.start_cluster()
    os.environ["KEMAI_TEST_HOME"] = str(_server.place.home)

HOME = Path(os.environ["KEMAI_TEST_HOME"])
PLACE = database.place_at(HOME)
os.environ.update(
    KEMAI_DATA=str(HOME / f"files-{WORKER}"),
    DATABASE_URL=PLACE.url_for(database.DATABASE_ROLE, DATABASE),
    DATABASE_DIRECT_URL="",
    KEMAI_HOSTS="testserver,localhost,127.0.0.1",
    KEMAI_DEBUG="0",
    DEMO="0",
)


def pytest_configure(config: pytest.Config) -> None:
    """Load Django here and not by pytest-django, which would read the settings before the lines above are run.

    For the same reason the settings' name may not stay in the environment: a worker of xdist would inherit it.
    An application that does not load fails every test that needs it, and leaves the others to run.
    """
    global _trouble
    if config.getoption("numprocesses", None) and WORKER == "main":
        return  # the workers do the work
    os.environ["DJANGO_SETTINGS_MODULE"] = "kemai.config.settings"
    try:
        django.setup()
    except Exception as error:
        _trouble, settings._wrapped = error, empty  # so that pytest-django does not try again
    del os.environ["DJANGO_SETTINGS_MODULE"]
    if _trouble is None:
        for fixtures in ("tests.fixtures", "tests.hooking", "tests.logwatch"):
            config.pluginmanager.register(importlib.import_module(fixtures))
        importlib.import_module("tests.logwatch").begin()
        if EVERY_OPERATION:
            importlib.import_module("tests.reaching").begin()


def pytest_report_header() -> str:
    return f"Django did not load: {_trouble!r}" if _trouble else f"database: {PLACE.socket_dir}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where it is asked for: fail a run in which an operation of the API never succeeded (B-1)."""
    if not EVERY_OPERATION or _trouble is not None:
        return
    if settings.configured:
        importlib.import_module("tests.reaching").keep(HOME / f"reached-{WORKER}.json")
    if WORKER == "main" and (missing := reached.missing(HOME)):
        print("\noperations that never succeeded:", *missing, sep="\n  ")
        session.exitstatus = session.exitstatus or 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What each of the long forms took, and the figures it told (``make nightly``)."""
    reports = [one for one in terminalreporter.stats.get("passed", []) if "nightly" in one.keywords]
    if reports:
        terminalreporter.section("nightly")
    for one in reports:
        terminalreporter.write_line(f"{one.duration:6.0f} s  {one.nodeid}")
        for line in filter(FIGURE.match, one.capstdout.splitlines()):
            terminalreporter.write_line(f"          {line}")


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server is not None:
        _server.stop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Instead of pytest-django's: a copy of the migrated template takes a tenth of a second, migrating takes many."""
    if _trouble:
        raise _trouble
    database.fresh_copy(PLACE, DATABASE)
    yield
    with django_db_blocker.unblock():
        close_connections()


@pytest.fixture(scope="session")
def _cleaner(django_db_setup: None) -> Iterator[database.Cleaner]:
    cleaner = database.Cleaner(PLACE, DATABASE)
    yield cleaner
    cleaner.close()


@pytest.fixture
def race_db(_cleaner: database.Cleaner, django_db_blocker: Any) -> Iterator[Callable[..., list[database.Outcome]]]:
    """Real commits on real connections. Gives ``race(*runners)``, which lets them go at once and returns outcomes."""
    with django_db_blocker.unblock():

        def race(*runners: Callable[[], Any]) -> list[database.Outcome]:
            return database.race(*runners, close=close_connections)

        try:
            yield race
        finally:
            close_connections()
            _cleaner.clean()


def close_connections() -> None:
    connections.close_all()
