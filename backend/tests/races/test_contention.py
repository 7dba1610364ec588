"""C-11: who locks the same rows in the opposite order, or holds them for long, makes nobody hang; what may begin again does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from kemai.config import middleware
from kemai.customers.models import Customer
from kemai.platform.objects import write
from kemai.platform.objects.declare import get_object
from kemai.sales.models import Opportunity, Stage, StageMove
from tests.calling import Caller, caller_for
from tests.database import Outcome
from tests.fixtures import forget_everything
from tests.world import World

Race = Callable[..., list[Outcome]]
DEAL, CUSTOMER = "sales_opportunity", "customers_customer"


@pytest.fixture
def company(committed_world: World, race_db: Race) -> World:
    forget_everything()
    return committed_world


class Peer:
    """Somebody else at the database, who holds rows for as long as the test wants."""

    def __init__(self) -> None:
        self.session = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor})

    def hold(self, table: str, key: Any) -> None:
        self.session.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [key])

    def sees_a_wait(self) -> None:
        """Return once another session waits for this one."""
        with psycopg.connect(self.session.info.dsn, password=self.session.info.password, autocommit=True) as watch:
            for _ in range(500):
                waiting = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
                if watch.execute(waiting, [self.session.info.backend_pid]).fetchone():
                    return
                time.sleep(0.01)
        raise AssertionError("nobody waited: nothing overlapped")


@pytest.fixture
def peer(company: World) -> Iterator[Peer]:
    one = Peer()
    yield one
    one.session.close()


@contextmanager
def going(send: Callable[[], Any], **limits: int) -> Iterator[list[Any]]:
    """``send`` runs beside, with the milliseconds the database is to wait at most; its answer is there at the end."""
    answers: list[Any] = []

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                for name, value in limits.items():
                    cursor.execute(f"SET {name} = {value}")
            answers.append(send())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield answers
    thread.join(20)
    assert answers, "the request hung"


def a_deal(world: World) -> Any:
    values = {
        "name": "竞赛商机",
        "customer": str(world.get("customers", "mine").id),
        "amount": "1.00",
        "expected_close_on": "2030-01-01",
    }
    return write.create_record(world.actor("rep"), get_object("opportunities"), values)


def winning(rep: Caller, deal: Any, **headers: str) -> Callable[[], Any]:
    """Writes the deal, then its customer."""
    return lambda: rep.post(f"/opportunities/{deal}/win", {"reason": "price"}, **headers)


def cross(peer: Peer, customer: Any, deal: Any, send: Callable[[], Any]) -> Any:
    """Have ``send`` and the peer lock the two rows in opposite order; the answer of ``send``, which is the one that loses."""
    peer.hold(CUSTOMER, customer)
    with going(send) as answers:
        peer.sees_a_wait()
        peer.hold(DEAL, deal)  # comes back when the database has undone the request
        peer.session.rollback()
    return answers[0]


def test_what_lost_begins_again(company: World, peer: Peer) -> None:
    """A request that counts once under its key is done again by itself: answered as if nothing had been, one effect."""
    deal, rep = a_deal(company), caller_for(company, "rep")
    answer = cross(peer, company.get("customers", "mine").id, deal, winning(rep, deal, Idempotency_Key="k"))
    assert answer.status_code == 200, answer.content.decode()
    won = Stage.objects.filter(kind="won").values("id")
    assert StageMove.objects.filter(opportunity_id=deal, to_stage_id__in=won).count() == 1


def test_what_might_count_twice_is_told_instead(company: World, peer: Peer) -> None:
    """Without a key it is not done again: nothing is saved, and whoever asked is told when to come back."""
    deal, rep = a_deal(company), caller_for(company, "rep")
    answer = cross(peer, company.get("customers", "mine").id, deal, winning(rep, deal))
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "contended", "1")
    assert Opportunity.objects.get(pk=deal).closed_at is None
    assert winning(rep, deal)().status_code == 200


def test_it_begins_three_times_at_most(company: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who loses again and again is told, too."""
    begun: list[str] = []

    def lose(*_: Any, **__: Any) -> None:
        begun.append("once more")
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = 'deadlock_detected'; END $$")

    monkeypatch.setattr(write, "update_record", lose)
    rep, customer = caller_for(company, "rep"), Customer.objects.get(pk=company.get("customers", "mine").id)
    answer = rep.patch(f"/customers/{customer.id}", {"remark": "又"}, customer.version)
    assert (answer.status_code, answer.json()["code"], len(begun)) == (503, "contended", middleware.TRIES)


def test_nobody_waits_for_long(company: World, peer: Peer) -> None:
    """A row that somebody holds: refused at the limit, nothing saved, and the next try succeeds when it is free."""
    rep, customer = caller_for(company, "rep"), Customer.objects.get(pk=company.get("customers", "mine").id)

    def edit() -> Any:
        return rep.patch(f"/customers/{customer.id}", {"remark": "等"}, customer.version)

    for limit, code in (("lock_timeout", "contended"), ("statement_timeout", "took_too_long")):
        peer.hold(CUSTOMER, customer.id)
        with going(edit, **{limit: 200}) as answers:
            peer.sees_a_wait()
        assert (answers[0].status_code, answers[0].json()["code"]) == (503, code)
        peer.session.rollback()
    assert edit().status_code == 200


def test_every_connection_has_its_limits(race_db: Race) -> None:
    """The limits the other tests shorten are there, below the ten seconds nobody is to wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting::int FROM pg_settings WHERE name IN "
            "('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout')"
        )
        limits = dict(cursor.fetchall())
    assert 0 < limits["lock_timeout"] < limits["statement_timeout"] < 10_000
    assert 0 < limits["idle_in_transaction_session_timeout"] <= 60_000
