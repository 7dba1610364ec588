"""P-8: every line the product logs in any test is searched for personal data and secrets; the test that made it fails.

The people of :mod:`tests.world` have telephone numbers, addresses and names that appear nowhere else, so a pattern finds them all.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog

#: Mobile numbers, e-mail addresses, the canaries' names, tokens of sessions and programs, passwords.
PRIVATE = re.compile(
    r"(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])|[\w.]+@[\w-]+\.example\b|金丝雀|session-of-|\bkm_[\w-]{20}|kemai-(test-1|demo\b)"
)
_found: list[str] = []


def note(line: str) -> None:
    """Keep a line that tells something private."""
    if PRIVATE.search(line):
        _found.append(line[:500])


def watch(logger: Any, method: str, event: MutableMapping[str, Any] | str) -> MutableMapping[str, Any] | str:
    """The last step of structlog: reads what has been rendered."""
    note(str(event))
    return event


class Watch(logging.Handler):
    """The same for what Django and the libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        note(self.format(record))


def begin() -> None:
    """Listen from now on."""
    structlog.configure(processors=[*structlog.get_config()["processors"], watch])
    logging.getLogger().addHandler(Watch(logging.INFO))


@pytest.fixture(autouse=True)
def nothing_private_is_logged() -> Iterator[None]:
    _found.clear()
    yield
    assert not _found, "personal data or a secret in the log:\n" + "\n".join(_found)
