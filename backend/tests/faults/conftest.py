"""All of it on one process of a parallel run: two real Kemais at once would only measure each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.system import System, harmed


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The Kemai that the short tests share; each leaves it running and whole."""
    with harmed(tmp_path_factory.mktemp("faults") / "data", KEMAI_JOB_LEASE_SECONDS="2") as one:
        yield one
