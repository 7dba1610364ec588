"""C-1, POOL-3, POOL-6: recycling and distribution against people who work the same customers, on real connections."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from kemai.activities.models import Interaction
from kemai.base import parameters
from kemai.base.audit import act
from kemai.base.models import AuditChange, ParameterValue
from kemai.customers.models import Customer, OwnershipChange, RecycleRule, RecycleRun
from kemai.customers.services import distribution, recycle_run
from kemai.customers.services.kind import CUSTOMERS
from kemai.customers.services.recycle_rules import RECYCLER, forget_rules
from kemai.kit.clock import now
from kemai.platform.workdays import company_today
from tests.calling import caller_for
from tests.fixtures import forget_everything
from tests.races.test_races import Race, pooled_customers, run
from tests.world import World


@pytest.fixture
def company(committed_world: World, race_db: Race) -> World:
    forget_everything()
    forget_rules()
    ParameterValue.objects.update_or_create(code="customers.recycle_share", defaults={"value": 100})
    ParameterValue.objects.update_or_create(code="customers.daily_claims", defaults={"value": 0})
    parameters.forget_cache()
    with act(RECYCLER, "test", object="recycle-rules"):
        RecycleRule.objects.create(name="久未跟进", reason="no_contact", days=30)
    forget_rules()
    return committed_world


def falling(world: World, count: int) -> list[UUID]:
    """Customers of one rep whose last day was yesterday."""
    person = world.actor("rep")
    with act(RECYCLER, "create", object="customers"):
        rows = [
            Customer(
                name=f"将回收{n}",
                name_sort=f"{n}",
                number=f"R-{n}",
                unique_key=f"c:falling{n}",
                owner_id=person.id,
                department_id=person.department_id,
                claimed_at=now() - timedelta(days=90),
                recycle_on=company_today() - timedelta(days=1),
            )
            for n in range(count)
        ]
        Customer.objects.bulk_create(rows)
        OwnershipChange.objects.bulk_create(
            OwnershipChange(record_id=r.pk, kind="create", to_user_id=person.id) for r in rows
        )
    return [r.pk for r in rows]


def consistent(keys: list[UUID]) -> None:
    """Everybody's last line in the log says where he is; nobody is nowhere or twice."""
    for row in Customer.objects.filter(pk__in=keys):
        last = OwnershipChange.objects.filter(record_id=row.pk).latest("id")
        assert (last.to_user_id, None if row.owner_id else last.pool_id) == (row.owner_id, row.pool_id), row.name


def test_recycling_against_follow_ups(company: World, race_db: Race) -> None:
    """A customer that was followed up stays. One that went first lies in a pool, where a follow-up is still a follow-up."""
    keys = falling(company, 30)
    rep = caller_for(company, "rep")

    def follow(key: UUID) -> Callable[[], Any]:
        return lambda: (key, rep.post("/interactions", {"customer": str(key), "content": "赶上了"}).status_code)

    answers = run(race_db, [lambda: recycle_run.run_recycling(CUSTOMERS, None), *(follow(key) for key in keys[:12])])
    done = dict(a for a in answers if isinstance(a, tuple))
    rows = {r.pk: r for r in Customer.objects.filter(pk__in=keys)}
    assert set(done.values()) <= {201, 404, 422}
    for key, status in done.items():
        if rows[key].owner_id is not None:
            assert status == 201
        elif status == 201:
            # Both hold the customer's row while they write, so the history's numbers tell who was first.
            written = Interaction.objects.get(customer_id=key).pk
            order = AuditChange.objects.filter(record_id__in=(key, written), op__in=("U", "I")).order_by("-id")
            assert order[0].record_id == written, "a customer followed up a moment before was taken"
    assert all(rows[key].owner_id is None for key in keys[12:])
    consistent(keys)


def test_a_follow_up_that_holds_its_customer_is_passed_over(company: World, race_db: Race) -> None:
    """Whoever is writing at that moment wins, and the run does not wait for him."""
    key, other = falling(company, 2)
    inside, finished = threading.Event(), threading.Event()

    def write() -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM customers_customer WHERE id = %s FOR NO KEY UPDATE", [key])
            inside.set()
            assert finished.wait(30)
            cursor.execute("UPDATE customers_customer SET last_contact_at = now() WHERE id = %s", [key])
        return "written"

    def recycle() -> RecycleRun:
        assert inside.wait(30)
        try:
            return recycle_run.run_recycling(CUSTOMERS, None)
        finally:
            finished.set()

    _, done = run(race_db, [write, recycle])
    assert (done.state, done.recycled) == ("done", 1)
    assert Customer.objects.get(pk=key).owner_id is not None and Customer.objects.get(pk=other).owner_id is None


def test_without_asking_the_facts_again_a_follow_up_loses(
    company: World, race_db: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T-3: a run that goes by the kept day alone takes a customer that was followed up."""
    key = falling(company, 1)[0]
    Customer.objects.filter(pk=key).update(last_contact_at=now())
    due = recycle_run.due_sql(CUSTOMERS)
    monkeypatch.setattr(recycle_run, "_PICK", recycle_run._PICK.replace("AND w.due < %(day)s ", ""))
    recycle_run._carry_out(RecycleRun.objects.create(day=company_today(), kind="manual"), None, due)
    assert Customer.objects.get(pk=key).owner_id is None


def test_two_runs_at_once(company: World, race_db: Race) -> None:
    """One goes, the other is told so; nobody is taken twice."""
    keys = falling(company, 10)

    def go() -> str:
        try:
            return recycle_run.run_recycling(CUSTOMERS, None).state
        except Exception as error:
            return type(error).__name__

    answers = Counter(run(race_db, [go, go, go]))
    assert answers["done"] >= 1 and set(answers) <= {"done", "RunGoingOn", "IntegrityError"}
    assert OwnershipChange.objects.filter(kind="recycle", record_id__in=keys).count() == 10
    consistent(keys)


def test_distribution_against_claims(company: World, race_db: Race) -> None:
    """A customer goes to whoever was first, and to him alone."""
    keys = pooled_customers(company, 12)
    rep2, director, pool = caller_for(company, "rep2"), company.actor("director"), company.pools["open"]

    def give() -> dict[str, Any]:
        return distribution.distribute(director, CUSTOMERS, pool, lines=[(company.users["rep"], keys)])

    answers = run(race_db, [give, *(lambda k=k: rep2.post(f"/customers/{k}/claim").status_code for k in keys)])
    given, claims = answers[0]["given"], Counter(answers[1:])
    assert set(claims) <= {200, 409}
    owners = Counter(Customer.objects.filter(pk__in=keys).values_list("owner_id", flat=True))
    assert owners[company.users["rep"]] == given and owners[company.users["rep2"]] == claims[200]
    assert given + claims[200] == 12
    assert OwnershipChange.objects.filter(record_id__in=keys, kind__in=("claim", "distribute")).count() == 12


def test_openings_at_the_last_place(company: World, race_db: Race) -> None:
    """POOL-4: ten records opened at once with one place left: one is shown."""
    ParameterValue.objects.update_or_create(code="customers.daily_views", defaults={"value": 1})
    parameters.forget_cache()
    keys, rep = pooled_customers(company, 10), caller_for(company, "rep")
    answers = Counter(run(race_db, [lambda k=k: rep.get(f"/customers/{k}").status_code for k in keys]))
    assert answers == {200: 1, 429: 9}
