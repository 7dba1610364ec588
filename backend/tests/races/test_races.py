"""C-1, C-2, C-3, C-4, C-7, C-8: two people at once, on real connections. A race in which nothing overlapped fails."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from kemai.accounts.models import Department, Role, Session, User
from kemai.accounts.sessions import hash_token
from kemai.administration.services.people import INSTALLER, new_user
from kemai.base import parameters
from kemai.base.audit import act
from kemai.base.models import ParameterValue
from kemai.customers.models import Customer, OwnershipChange
from kemai.customers.services import ownership
from kemai.kit.clock import now
from tests.calling import Caller, caller_for
from tests.database import Outcome
from tests.fixtures import forget_everything
from tests.world import World, session_token

Race = Callable[..., list[Outcome]]


class Overlap:
    """Counts how many of the measured calls ran while another did."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = self.most = 0

    def measure(self, work: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            with self.lock:
                self.inside += 1
                self.most = max(self.most, self.inside)
            try:
                return work()
            finally:
                with self.lock:
                    self.inside -= 1

        return run


def run(race: Race, works: list[Callable[[], Any]]) -> list[Any]:
    """Let all go at once; their results. Fails when an error escaped or nothing overlapped."""
    overlap = Overlap()
    outcomes = race(*(overlap.measure(w) for w in works))
    errors = [o.error for o in outcomes if o.error]
    assert not errors, errors[:3]
    assert overlap.most > 1, "nothing overlapped: this was no race"
    return [o.value for o in outcomes]


@pytest.fixture
def company(committed_world: World, race_db: Race) -> World:
    """The world, committed, with the memories of the process fresh."""
    forget_everything()
    return committed_world


def crowd(count: int) -> list[Caller]:
    """Representatives made for this race, each signed in."""
    department, role = Department.objects.get(name="华东一部"), Role.objects.get(code="sales_rep")
    callers = []
    for n in range(count):
        user = new_user(
            INSTALLER,
            username=f"crowd{n}",
            name=f"众人{n}",
            password=None,
            hashed="!",
            department=department,
            roles=[role],
        )
        Session.objects.create(
            token_hash=hash_token(session_token(f"crowd{n}")),
            user=user,
            expires_at=now() + timedelta(hours=1),
        )
        callers.append(Caller(f"crowd{n}", token=session_token(f"crowd{n}")))
    return callers


def test_fifty_claims_of_one_customer(company: World, race_db: Race) -> None:
    """C-1, POOL-4: exactly one wins, every other gets the clear answer, the log has one line."""
    key = company.get("customers", "pooled").id
    answers = run(race_db, [lambda c=c: c.post(f"/customers/{key}/claim") for c in crowd(50)])
    assert Counter(a.status_code for a in answers) == {200: 1, 409: 49}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"customers.already_claimed"}
    assert OwnershipChange.objects.filter(record_id=key, kind="claim").count() == 1
    owner = Customer.objects.get(pk=key).owner_id
    assert owner == OwnershipChange.objects.get(record_id=key, kind="claim").to_user_id


def test_a_claim_without_compare_and_set_doubles(
    company: World, race_db: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T-3: with the compare-and-set replaced by look-then-write, several win; so the test above can fail."""

    def naive(kind: Any, customer_id: Any, *, to: Any, department: Any, pool: Any, actor: Any) -> bool:
        free = Customer.objects.filter(pk=customer_id, pool_id=pool).exists()
        time.sleep(0.2)
        if free:
            Customer.objects.filter(pk=customer_id).update(owner_id=to, department_id=department, pool_id=None)
        return free

    monkeypatch.setattr(ownership, "_take", naive)
    key = company.get("customers", "pooled").id
    answers = run(race_db, [lambda c=c: c.post(f"/customers/{key}/claim") for c in crowd(8)])
    assert Counter(a.status_code for a in answers)[200] > 1


def pooled_customers(world: World, count: int) -> list[Any]:
    with act(INSTALLER, "create", object="customers"):
        rows = [
            Customer(
                name=f"池中{n}", name_sort=f"{n}", number=f"T-{n}", unique_key=f"c:race{n}", pool_id=world.pools["open"]
            )
            for n in range(count)
        ]
        Customer.objects.bulk_create(rows)
    return [r.pk for r in rows]


def set_limit(code: str, value: int) -> None:
    ParameterValue.objects.update_or_create(code=code, defaults={"value": value})
    parameters.forget_cache()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("customers.hold_limit", "customers.pool_limit_reached"),
        ("customers.daily_claims", "customers.daily_claims_reached"),
    ],
)
def test_twenty_claims_at_cap_minus_one(code: str, reason: str, company: World, race_db: Race) -> None:
    """C-2, POOL-2: one person, one place left: the cap is never passed (write skew)."""
    rep = caller_for(company, "rep")
    held = Customer.objects.filter(owner_id=company.users["rep"], deleted_at__isnull=True).count()
    set_limit(code, held + 1 if code.endswith("hold_limit") else 1)
    answers = run(race_db, [lambda k=k: rep.post(f"/customers/{k}/claim") for k in pooled_customers(company, 20)])
    assert Counter(a.status_code for a in answers) == {200: 1, 409: 19}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {reason}
    assert Customer.objects.filter(owner_id=company.users["rep"], deleted_at__isnull=True).count() == held + 1


def test_the_cap_needs_its_lock(company: World, race_db: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: without locking the claimant the cap is passed."""
    monkeypatch.setattr(ownership, "lock_person", lambda user_id: None)
    honest = ownership.claim_facts

    def slow(*arguments: Any) -> Any:
        facts = honest(*arguments)
        time.sleep(0.2)
        return facts

    monkeypatch.setattr(ownership, "claim_facts", slow)
    rep = caller_for(company, "rep")
    set_limit("customers.daily_claims", 1)
    answers = run(race_db, [lambda k=k: rep.post(f"/customers/{k}/claim") for k in pooled_customers(company, 8)])
    assert Counter(a.status_code for a in answers)[200] > 1


def test_twenty_creators_of_one_company(company: World, race_db: Race) -> None:
    """C-7, CUS-9: one row, the others told that it exists and no more."""
    names = ["杭州竞速科技有限公司", "杭州竞速科技 有限公司", "杭州競速科技有限公司", "杭州竞速科技有限责任公司"]
    answers = run(
        race_db,
        [
            lambda c=c, n=n: c.post("/customers", {"name": names[n % 3], "phone": "13700001111"})
            for n, c in enumerate(crowd(20))
        ],
    )
    assert Counter(a.status_code for a in answers) == {201: 1, 409: 19}
    winner = next(a.json() for a in answers if a.status_code == 201)
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "duplicate"
            assert winner["id"] not in answer.content.decode() and "13700001111" not in answer.content.decode()
    assert Customer.objects.filter(unique_key=Customer.objects.get(pk=winner["id"]).unique_key).count() == 1


def test_document_numbers_under_parallel_creators(company: World, race_db: Race) -> None:
    """C-8: unique under twenty creators, half of whom are refused after their number was taken."""
    rep = caller_for(company, "rep")
    customer = str(company.get("customers", "mine").id)

    def create(n: int) -> Any:
        rep.post("/customers", {"name": f"编号公司{n // 2}"})  # every second one is a double
        return rep.post("/opportunities", {"name": f"编号{n}", "customer": customer if n % 3 else "x"})

    run(race_db, [lambda n=n: create(n) for n in range(20)])
    for table in ("customers_customer", "sales_opportunity"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), count(DISTINCT number) FROM {table} WHERE number <> ''")
            total, different = cursor.fetchone()
        assert total == different > 10


def test_no_lost_update(company: World, race_db: Race) -> None:
    """C-3: twenty editors, several rounds each: every accepted edit raised the version by one, none was overwritten unread."""
    path = f"/customers/{company.get('customers', 'mine').id}"
    rep = caller_for(company, "rep")
    rounds, editors = 6, 20
    start = rep.get(path).json()["version"]

    def edit(n: int) -> list[tuple[int, str]]:
        accepted = []
        for turn in range(rounds):
            seen = rep.get(path).json()
            text = f"{seen['remark'][-600:]}|{n}.{turn}"
            answer = rep.patch(path, {"remark": text}, seen["version"])
            assert answer.status_code in (200, 412), answer.content.decode()
            if answer.status_code == 200:
                accepted.append((seen["version"], f"|{n}.{turn}"))
        return accepted

    accepted = [pair for pairs in run(race_db, [lambda n=n: edit(n) for n in range(editors)]) for pair in pairs]
    versions = [v for v, _ in accepted]
    assert len(versions) == len(set(versions)) > 0  # no two edits were accepted from the same version
    end = rep.get(path).json()
    assert end["version"] == start + len(accepted)
    assert [end["remark"].find(word) >= 0 for _, word in sorted(accepted)[-20:]] == [True] * min(20, len(accepted))
    assert len(accepted) < rounds * editors  # some were refused, so editors did meet


def test_the_same_key_at_once(company: World, race_db: Race) -> None:
    """C-4: twenty times the same request: one effect; the others get the same answer, or that it is in flight."""
    rep = caller_for(company, "rep")
    answers = run(
        race_db, [lambda: rep.post("/customers", {"name": "同键公司"}, Idempotency_Key="same") for _ in range(20)]
    )
    counts = Counter(a.status_code for a in answers)
    assert set(counts) <= {201, 409} and counts[201] >= 1
    assert len({a.content for a in answers if a.status_code == 201}) == 1
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"in_flight"}
    assert Customer.objects.filter(name="同键公司").count() == 1
    assert rep.post("/customers", {"name": "同键公司"}, Idempotency_Key="same").content == next(
        a.content for a in answers if a.status_code == 201
    )


MEETINGS = [("claim", "assign"), ("claim", "delete"), ("release", "assign"), ("release", "edit"), ("delete", "edit")]


@pytest.mark.parametrize(("one", "other"), MEETINGS)
def test_different_acts_meet(one: str, other: str, company: World, race_db: Race) -> None:
    """C-1: whichever comes first, the customer is owned or pooled, its children follow it, and the log tells the end."""
    slug = "pooled" if "claim" in (one, other) else "mine"
    key = company.get("customers", slug).id
    version = Customer.objects.get(pk=key).version
    who = "rep" if slug == "mine" else "rep2"
    director, rep = caller_for(company, "director"), caller_for(company, who)
    acts: dict[str, Callable[[], Any]] = {
        "claim": lambda: rep.post(f"/customers/{key}/claim"),
        "assign": lambda: director.post(f"/customers/{key}/assign", {"owner": str(company.users["rep4"])}),
        "release": lambda: rep.post(f"/customers/{key}/release", {"reason": "other"}),
        "delete": lambda: director.delete(f"/customers/{key}", version),
        "edit": lambda: rep.patch(f"/customers/{key}", {"remark": "抢"}, version),
    }
    answers = run(race_db, [acts[one], acts[other]] * 2)
    assert {a.status_code for a in answers} <= {200, 204, 403, 404, 409, 412}
    assert any(a.status_code < 300 for a in answers)
    row = Customer.objects.get(pk=key)
    assert (row.owner_id is None) != (row.pool_id is None)
    last = OwnershipChange.objects.filter(record_id=key).order_by("-id").first()
    assert last is not None and (last.to_user_id, None if row.owner_id else last.pool_id) == (row.owner_id, row.pool_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM customers_contact WHERE customer_id = %s AND holder_id IS DISTINCT FROM %s",
            [key, row.owner_id],
        )
        assert cursor.fetchone()[0] == 0
    assert User.objects.filter(pk=row.owner_id).exists() or row.pool_id
