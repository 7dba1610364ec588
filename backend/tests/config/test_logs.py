"""P-8: logs tell where something failed, never what was in it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from kemai.customers.models import Customer
from kemai.platform.objects import read
from tests import logwatch
from tests.calling import Caller
from tests.world import World

PRIVATE = (
    "13900014001",
    "canary1@mail1.example",
    "金丝雀mine客户",
    "session-of-rep-in-the-tests",
    "km_abcdefghijklmnopqrstu",
    "kemai-test-1",
)


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What the watch of all tests has found in this one; forgotten after it, since it was meant."""
    yield logwatch._found
    logwatch._found.clear()


@pytest.mark.parametrize("words", PRIVATE)
def test_the_watch_hears(words: str, heard: list[str]) -> None:
    """T-3: both ways of logging; every kind of secret."""
    structlog.get_logger("kemai").error("trouble", what=words)
    logging.getLogger("kemai").error("trouble %s", words)
    assert len(heard) == 2


def test_an_error_is_logged_without_its_words(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    """Whatever an exception quotes, a row or a request, the line tells its kind and place alone."""

    def fail(*args: object, **more: object) -> None:
        raise RuntimeError(f"row contains {PRIVATE}")

    monkeypatch.setattr(read, "list_page", fail)
    answer = call("rep").get("/customers", q=PRIVATE[0])
    assert answer.status_code == 500 and PRIVATE[0] not in answer.content.decode()
    assert heard == [] and Customer.objects.exists()
