"""F-4: a little before the disk is full nothing more is written; reading goes on."""

from __future__ import annotations

import time
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError

from kemai.base.models import AuditEvent
from kemai.config import room
from kemai.config.middleware import KemaiMiddleware
from kemai.customers.models import Customer
from tests.calling import Caller
from tests.world import World

Call = Callable[[str], Caller]

Found = namedtuple("Found", "f_bavail f_frsize")


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Megabytes free, which a test may change."""
    has = {"free": 1000}
    monkeypatch.setattr(room.os, "statvfs", lambda _: Found(has["free"], 1024 * 1024))
    time.sleep(room.LOOK_SECONDS)  # what was seen before may be believed for so long
    monkeypatch.setattr(room, "LOOK_SECONDS", 0)
    return has


def test_the_disk_is_asked_seldom(free: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LOOK_SECONDS", 1.0)
    moment = [0.0]
    one = room.Room([Path("/")], 64, lambda: moment[0])
    assert not one.is_short()
    free["free"] = 63
    assert not one.is_short()
    moment[0] = 1.0
    assert one.is_short()
    assert not room.Room([Path("/")], 0).is_short(), "0 switches it off"


def test_nothing_is_written_without_room_and_all_is_read(free: dict[str, int], call: Call, world: World) -> None:
    free["free"] = settings.RESERVE_MB - 1
    rep, events, customers = call("rep"), AuditEvent.objects.count(), Customer.objects.count()
    refused = rep.post("/customers", {"name": "没有地方了"})
    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    assert "存储空间" in refused.json()["detail"]
    assert rep.get("/customers").status_code == rep.get("/me").status_code == 200
    assert (AuditEvent.objects.count(), Customer.objects.count()) == (events, customers)
    free["free"] = settings.RESERVE_MB
    assert rep.post("/customers", {"name": "又有地方了"}).status_code == 201


def test_what_the_database_says_of_a_full_disk_is_said_as_such() -> None:
    error = OperationalError("could not extend file")
    error.__cause__ = type("DiskFull", (DatabaseError,), {"sqlstate": "53100"})()
    middleware = KemaiMiddleware(lambda request: None)  # type: ignore[arg-type,return-value]
    assert middleware.as_problem(error, "1").status == 507
