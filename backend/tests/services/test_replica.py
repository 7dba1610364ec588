"""PLT-13: when a standby may answer (the rule as a table), and that the primary does where it may not. With a real standby: tests/faults."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from kemai.base import replica
from kemai.base.standby import Verdict, judge
from kemai.platform.objects.rows import _ask, fetch_each, fetch_rows, fetch_within, stream_rows
from tests.conftest import close_connections

WHERE = "SELECT current_setting('application_name')"


@pytest.mark.parametrize(
    ("same", "stands_by", "replayed", "needed", "verdict"),
    [
        (True, True, 100, 100, ""),
        (True, True, 101, 100, ""),
        (True, True, 99, 100, "behind"),
        (True, True, 0, 100, "behind"),
        (True, False, 500, 100, "promoted"),
        (False, True, 500, 100, "foreign"),
        (False, False, 500, 100, "foreign"),
    ],
)
def test_the_standby_answers_only_with_all_that_the_primary_had(
    same: bool, stands_by: bool, replayed: int, needed: int, verdict: Verdict
) -> None:
    assert judge(same=same, stands_by=stands_by, replayed=replayed, needed=needed) == verdict


class Level(replica.Standby):
    """A standby that has replayed everything; here another connection to the same database, which may not write."""

    def take(self, patience: float = 0) -> replica.Link | None:
        return self.link


@pytest.fixture
def standby(django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Level]:
    """Outside any transaction; nothing is written."""
    made = Level()
    url = settings.DATABASE_DIRECT_URL
    limits = "-c default_transaction_read_only=on -c application_name=standby"
    made.link = replica.Link.connect(url, autocommit=True, prepare_threshold=None, options=limits)
    monkeypatch.setattr(replica, "_standby", made)
    monkeypatch.setattr(settings, "REPLICA_URL", url, raising=False)
    with django_db_blocker.unblock():
        yield made
        close_connections()
    if made.link:
        made.link.close()


def asked() -> str:
    """Who answers."""
    return str(fetch_rows(WHERE, {})[0][0]) or "primary"


def test_only_what_reads_and_nothing_else_goes_to_the_standby(standby: Level) -> None:
    assert asked() == "primary"
    with replica.reading():
        assert asked() == "standby"
        assert fetch_each([WHERE, WHERE], {}) == [[("standby",)], [("standby",)]]
        assert fetch_within(1000, WHERE, {}) == [("standby",)]
        with stream_rows(WHERE, {}) as rows:
            assert list(rows) == [("standby",)]
        with transaction.atomic():
            assert asked() == "primary", "what a transaction has written only it sees"
        assert asked() == "standby"
        replica.leave()  # as every act does
        assert asked() == "primary"
        assert fetch_within(1000, WHERE, {}) == [("",)]
        with stream_rows(WHERE, {}) as rows:
            assert list(rows) == [("",)]
    assert asked() == "primary"


def test_nothing_is_asked_of_anybody_without_an_address(standby: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REPLICA_URL", "")
    with replica.reading():
        assert asked() == "primary"


def test_what_the_standby_cannot_do_the_primary_does(standby: Level) -> None:
    """A statement it may not run, one that replay cancels, a line that ends: the reader learns nothing of it."""
    for state in ("25006", "40001", "40P01", "42P01"):

        def read(server: psycopg.Connection[Any], state: str = state) -> str:
            if server is standby.link:
                raise psycopg.errors.lookup(state)("not here")
            return "primary"

        with replica.reading():
            assert _ask(read) == "primary"
            assert asked() == "primary", "for the rest of the request"
        assert standby.link is not None, state
    with replica.reading():
        assert asked() == "standby"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'standby'")
        assert asked() == "primary"
    assert standby.link is None and standby.trouble == "away"


def test_a_statement_that_takes_too_long_is_not_tried_a_second_time(standby: Level) -> None:
    assert standby.link
    with replica.reading():
        assert fetch_within(50, "SELECT pg_sleep(5)", {}) is None
        fetch_rows("SELECT pg_sleep(0.1)", {})  # the limit was that statement's
        standby.link.execute("SET statement_timeout = 50")
        with pytest.raises(OperationalError):
            fetch_rows("SELECT pg_sleep(5)", {})
        assert asked() == "standby"


def test_a_silent_standby_is_given_up(standby: Level) -> None:
    assert standby.link
    standby.link.patience = 0.1
    began = time.monotonic()
    with replica.reading():
        rows = fetch_rows(
            "SELECT CASE current_setting('application_name') WHEN 'standby' THEN pg_sleep(5)::text ELSE 'here' END", {}
        )
    assert rows == [("here",)] and time.monotonic() - began < 4.5
    assert standby.link is None


def test_an_export_that_breaks_off_begins_again_with_the_primary(standby: Level) -> None:
    seen: list[str] = []

    def run() -> str:
        seen.clear()
        with stream_rows("SELECT current_setting('application_name') FROM generate_series(1, 3)", {}, size=1) as rows:
            for (name,) in rows:
                seen.append(name)
                if name:
                    raise psycopg.errors.SerializationFailure("canceling statement due to conflict with recovery")
        return seen[0]

    assert replica.read_whole(run, patience=0) == "" and seen == ["", "", ""]


@pytest.mark.parametrize(("address", "trouble"), [("itself", "promoted"), ("nowhere", "away")])
def test_an_address_that_is_no_standby_is_never_asked(
    standby: Level, monkeypatch: pytest.MonkeyPatch, address: str, trouble: str
) -> None:
    """A server that takes writes itself, and one that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = f"postgresql://kemai@127.0.0.1:{closed.getsockname()[1]}/kemai"
    monkeypatch.setattr(settings, "REPLICA_URL", settings.DATABASE_DIRECT_URL if address == "itself" else nowhere)
    real = replica.Standby()
    monkeypatch.setattr(replica, "_standby", real)
    with replica.reading():
        assert asked() == "primary"
    end = time.monotonic() + 20
    while real.trouble != trouble and time.monotonic() < end:
        real.again_at = 0
        assert real.take() is None
        time.sleep(0.02)
    assert real.trouble == trouble
    if real.link:
        real.link.close()


def test_nobody_waits_for_a_connection(standby: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other end takes the line and says nothing."""
    goes_on = threading.Event()

    def connect(*_: Any, **__: Any) -> None:
        goes_on.wait(60)
        raise psycopg.OperationalError

    real = replica.Standby()
    monkeypatch.setattr(replica, "_standby", real)
    monkeypatch.setattr(replica.Link, "connect", connect)
    with replica.reading():
        assert asked() == "primary"
    assert real.connecting, "it was waited for"
    goes_on.set()
