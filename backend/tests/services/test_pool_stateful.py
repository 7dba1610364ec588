"""C-10, POOL-1 to POOL-4, POOL-6, SAL-1: random days of a small company against the model in :mod:`pool_model`, with the clock moved.

100 runs of 10 steps each time, longer ones in the nightly; ``KEMAI_MODEL_RUNS`` and ``KEMAI_MODEL_STEPS`` make those more (2,000 of 50).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kemai.accounts.access import Actor, load_actor
from kemai.accounts.sessions import forget_callers
from kemai.administration.services.people import disable_user, enable_user
from kemai.base import parameters
from kemai.base.audit import act
from kemai.base.models import ParameterValue
from kemai.customers.models import Contact, Customer, OwnershipChange, RecycleRule
from kemai.customers.pooled import PooledKind
from kemai.customers.services import distribution, ownership, protection, recycle_run
from kemai.customers.services.kind import CUSTOMERS
from kemai.customers.services.recycle_rules import RECYCLER, forget_rules, refresh_all
from kemai.kit import clock
from kemai.kit.errors import KemaiError
from kemai.platform.merging.merge import merge_records
from kemai.platform.objects import read, shares, write
from kemai.platform.objects.declare import get_object
from kemai.sales.models import Lead
from kemai.sales.rules.leads import OPEN
from kemai.sales.services.lead_holding import LEADS
from tests.services.pool_model import DAILY, HOLD, RECLAIM, SILENT, WARN, Model, Thing
from tests.world import World, people_under

RUNS = int(os.environ.get("KEMAI_MODEL_RUNS", "300"))
STEPS = int(os.environ.get("KEMAI_MODEL_STEPS", "50"))
REPS = ("rep", "rep2", "rep3", "rep4")
KEYS = (*(f"c{n}" for n in range(6)), "l0", "l1")
"""Six customers, two leads."""
KINDS = {"c": CUSTOMERS, "l": LEADS}
PEOPLE, THINGS = st.sampled_from(REPS), st.sampled_from(KEYS)

_company: Company | None = None
#: Whose clock it is.
_today: list[Model] = []


class Company:
    """A small company on its first morning: what is in the database, and the model of it."""

    def __init__(self, world: World) -> None:
        self.world, self.start = world, clock.now()
        self.names = {v: k for k, v in world.users.items()}
        self.ids: dict[str, UUID] = {}
        self.contacts: dict[str, UUID] = {}
        pools = {"open": set(people_under("top")), "south": set(people_under("south"))}
        self.model = Model(self.start, REPS, pools, self.holdings())
        self.limits()
        for n, key in enumerate(KEYS):
            self.make(
                n, key, owner=REPS[n % 4] if n % 2 else None, pool=None if n % 2 else ("open", "south")[n // 3 % 2]
            )
        for kind in KINDS.values():
            refresh_all(kind)
        for key in KEYS:
            self.model.recount(key)

    def holdings(self) -> dict[tuple[str, str], int]:
        base = {(person, kind): 0 for person in REPS for kind in ("customers", "leads")}
        for kind, rows in (("customers", Customer.objects), ("leads", Lead.objects.filter(status__in=OPEN))):
            for owner in rows.filter(owner_id__isnull=False, deleted_at__isnull=True).values_list(
                "owner_id", flat=True
            ):
                if (self.names[owner], kind) in base:
                    base[self.names[owner], kind] += 1
        return base

    def limits(self) -> None:
        values = {"customers.reclaim_days": RECLAIM, "customers.daily_claims": DAILY, "customers.recycle_share": 100}
        for code, value in {**values, "sales.lead_daily_claims": DAILY}.items():
            ParameterValue.objects.update_or_create(code=code, defaults={"value": value})
        parameters.forget_cache()
        with act(RECYCLER, "test", object="recycle-rules"):
            for kind, reason in (("customers", "no_contact"), ("leads", "no_follow_up")):
                RecycleRule.objects.create(object=kind, name="silent", reason=reason, days=SILENT, warn_days=WARN)
        forget_rules()

    def make(self, n: int, key: str, *, owner: str | None, pool: str | None) -> None:
        person, kind = load_actor(self.world.users[owner]) if owner else None, KINDS[key[0]]
        values = {
            "number": f"M-{n}", "name": f"模型{n}", "name_sort": f"{n}", "claimed_at": self.start,
            "owner_id": person.id if person else None, "department_id": person.department_id if person else None,
            "pool_id": self.world.pools[pool] if pool else None,
        }  # fmt: skip
        row: Any
        with act(RECYCLER, "test", object=kind.object):
            if kind is CUSTOMERS:
                row = Customer.objects.create(unique_key=f"c:model{n}", **values)
                held = {"holder_id": row.owner_id, "holder_department_id": row.department_id}
                self.contacts[key] = Contact.objects.create(customer=row, name=f"人{n}", **held).pk
            else:
                row = Lead.objects.create(created_at=self.start, **values)
            OwnershipChange.objects.create(
                object=kind.object, record_id=row.pk, kind="create", to_user_id=row.owner_id, pool_id=row.pool_id
            )
        self.ids[key] = row.pk
        self.model.things[key] = Thing(owner, pool, self.start, kind.object, log=[("create", owner, pool)])


class Days(RuleBasedStateMachine):
    """Some days of the company, rolled back at the end."""

    @initialize()
    def come_to_work(self) -> None:
        assert _company is not None
        self.world, self.ids, self.contacts = _company.world, _company.ids, _company.contacts
        self.model = _today[0] = deepcopy(_company.model)
        self.point = transaction.atomic()
        self.point.__enter__()

    def teardown(self) -> None:
        if not hasattr(self, "point"):
            return
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)
        forget_callers()

    def kind(self, key: str) -> PooledKind:
        return KINDS[key[0]]

    def actor(self, name: str) -> Actor | None:
        return load_actor(self.world.users[name])

    def agree(self, expected: bool, work: Callable[[], Any], words: str) -> bool:
        """Do it; it must be refused exactly when the model says so."""
        try:
            with transaction.atomic():
                work()
        except KemaiError as error:
            assert not expected, f"{words}: refused with {error}"
            return False
        assert expected, f"{words}: should have been refused"
        return True

    # ------------------------------------------------------------ what people do

    @rule(person=PEOPLE, key=THINGS)
    def claim(self, person: str, key: str) -> None:
        who = self.actor(person)
        if who and self.agree(
            self.model.may_claim(person, key),
            lambda: ownership.claim(self.kind(key), who, self.ids[key]),
            f"{person} claims {key}",
        ):
            self.model.claim(person, key)

    @rule(person=PEOPLE, key=THINGS, pool=st.sampled_from(("open", "south")))
    def release(self, person: str, key: str, pool: str) -> None:
        who, thing = self.actor(person), self.model.things[key]
        pool_id = self.world.pools[pool]
        work = lambda: ownership.release(self.kind(key), who, self.ids[key], reason="other", pool=pool_id)  # noqa: E731
        if who and self.agree(thing.living and thing.owner == person, work, f"{person} releases {key}"):
            self.model.release(person, key, pool)

    @rule(person=PEOPLE)
    def take_all_there_is(self, person: str) -> None:
        """Somebody greedy meets his cap and his number of a day."""
        for key in KEYS:
            self.claim(person, key)

    @rule(person=PEOPLE, key=THINGS, pool=st.sampled_from(("open", "south")))
    def regret(self, person: str, key: str, pool: str) -> None:
        """Given up and wanted back at once, which the pool keeps one from."""
        if self.model.things[key].owner == person:
            self.release(person, key, pool)
            self.claim(person, key)

    @rule(key=THINGS, person=PEOPLE)
    def assign(self, key: str, person: str) -> None:
        director, thing = self.actor("director"), self.model.things[key]
        assert director
        fine = thing.living and person not in self.model.gone
        work = lambda: ownership.assign(self.kind(key), director, self.ids[key], owner=self.world.users[person])  # noqa: E731
        if self.agree(fine, work, f"{key} assigned to {person}"):
            self.model.give(key, "assign", person, None)

    @rule(key=THINGS, person=PEOPLE)
    def distribute(self, key: str, person: str) -> None:
        director, thing = self.actor("director"), self.model.things[key]
        assert director
        if person in self.model.gone:
            return
        lines = [(self.world.users[person], [self.ids[key]])]
        done = distribution.distribute(director, self.kind(key), self.world.pools["open"], lines=lines)
        assert done["given"] == int(thing.living and thing.pool == "open"), (key, person, done)
        if done["given"]:
            self.model.give(key, "distribute", person, None)

    @rule(key=THINGS, pool=st.sampled_from(("open", "south")))
    def move(self, key: str, pool: str) -> None:
        director, thing = self.actor("director"), self.model.things[key]
        assert director
        fine = thing.living and thing.pool not in (None, pool)
        work = lambda: ownership.move_to_pool(self.kind(key), director, self.ids[key], pool=self.world.pools[pool])  # noqa: E731
        if self.agree(fine, work, f"{key} moved to {pool}"):
            self.model.give(key, "move", None, pool)

    @rule(person=PEOPLE, key=THINGS)
    def follow_up(self, person: str, key: str) -> None:
        who, thing = self.actor(person), self.model.things[key]
        if who is None or not thing.living or thing.owner != person:
            return
        about = "customer" if self.kind(key) is CUSTOMERS else "lead"
        write.create_record(who, get_object("interactions"), {about: str(self.ids[key]), "content": "电话"})
        self.model.follow_up(key)

    @rule(key=THINGS, days=st.integers(0, 20))
    def protect(self, key: str, days: int) -> None:
        director, thing = self.actor("director"), self.model.things[key]
        assert director
        until = self.model.today + timedelta(days=days)
        work = lambda: protection.protect(self.kind(key), director, self.ids[key], until=until, reason="x")  # noqa: E731
        if self.agree(thing.living and thing.owner is not None, work, f"{key} protected"):
            thing.protected = until
            self.model.recount(key)

    @rule(key=THINGS, person=PEOPLE)
    def share(self, key: str, person: str) -> None:
        """Who may see it as well; that makes nobody its owner."""
        director, thing = self.actor("director"), self.model.things[key]
        assert director
        if thing.living:
            body = {"grantee_kind": "user", "grantee": str(self.world.users[person]), "can_write": False}
            shares.share(director, self.kind(key).declaration, self.ids[key], body)
            thing.shared.add(person)

    @rule(key=THINGS)
    def delete_or_restore(self, key: str) -> None:
        director, thing = self.actor("director"), self.model.things[key]
        assert director
        if thing.merged:
            return
        if thing.deleted:
            write.restore_record(director, self.kind(key).declaration, self.ids[key])
            thing.deleted = False
            self.model.recount(key)
        else:
            write.delete_records(director, self.kind(key).declaration, [self.ids[key]])
            thing.deleted = True

    @rule(survivor=THINGS, loser=THINGS)
    def merge(self, survivor: str, loser: str) -> None:
        director, things = self.actor("director"), self.model.things
        assert director
        if survivor == loser or not (things[survivor].living and things[loser].living):
            return
        if "l" in survivor + loser:  # leads become customers, they are not merged
            return
        fine = (things[survivor].owner is None) == (things[loser].owner is None)
        work = lambda: merge_records(director, "customers", self.ids[survivor], loser=self.ids[loser])  # noqa: E731
        if self.agree(fine, work, f"{loser} merged into {survivor}"):
            things[survivor].shared |= things[loser].shared
            self.model.merge(survivor, loser)

    @rule(person=PEOPLE)
    def leave_or_come_back(self, person: str) -> None:
        admin = self.actor("admin")
        assert admin
        if person in self.model.gone:
            enable_user(admin, self.world.users[person])
            self.model.gone.discard(person)
        else:
            disable_user(admin, self.world.users[person])
            self.model.gone.add(person)

    @rule(person=PEOPLE, key=THINGS)
    def look(self, person: str, key: str) -> None:
        """Own, shared, or in a pool one belongs to; nothing else, whoever had it before."""
        who = self.actor(person)
        work = lambda: read.get_detail(who, self.kind(key).declaration, self.ids[key])  # noqa: E731
        if who:
            self.agree(self.model.sees(person, key), work, f"{person} looks at {key}")

    # ------------------------------------------------------------ time

    @rule(hours=st.sampled_from((1, 7, 25, 24 * 4, 24 * 11)))
    def time_passes(self, hours: int) -> None:
        self.model.now += timedelta(hours=hours)

    @rule(kind=st.sampled_from((CUSTOMERS, LEADS)))
    def night(self, kind: PooledKind) -> None:
        run = recycle_run.run_recycling(kind, self.actor("admin"))
        taken = self.model.night(kind.object, "open")
        own = OwnershipChange.objects.filter(operation_id=run.pk, record_id__in=self.ids.values())
        assert {k for k in KEYS if self.ids[k] in set(own.values_list("record_id", flat=True))} == taken

    # ------------------------------------------------------------ what always holds

    @invariant()
    @precondition(lambda self: hasattr(self, "ids"))
    def the_same_as_the_model(self) -> None:
        users = {v: k for k, v in self.world.users.items()}
        pools = {v: k for k, v in self.world.pools.items()}
        rows: dict[UUID, Any] = {r.pk: r for r in Customer.objects.filter(pk__in=self.ids.values())}
        rows |= {r.pk: r for r in Lead.objects.filter(pk__in=self.ids.values())}
        for key, thing in self.model.things.items():
            row = rows[self.ids[key]]
            real = (users.get(row.owner_id), pools.get(row.pool_id), row.deleted_at is not None)
            assert real == (thing.owner, thing.pool, not thing.living), (key, real, thing)
            if thing.living:
                assert row.recycle_on == thing.kept, (key, row.recycle_on, thing)
                assert row.protected_until == thing.protected, (key, row.protected_until, thing)

    @invariant()
    @precondition(lambda self: hasattr(self, "ids"))
    def every_change_is_logged(self) -> None:
        users = {v: k for k, v in self.world.users.items()}
        real: dict[UUID, list[tuple[str, str]]] = {key: [] for key in self.ids.values()}
        for line in OwnershipChange.objects.filter(record_id__in=self.ids.values()):
            real[line.record_id].append((line.kind, users.get(line.to_user_id) or ""))
        for key, thing in self.model.things.items():
            assert sorted(real[self.ids[key]]) == sorted((kind, owner or "") for kind, owner, _ in thing.log), key

    @invariant()
    @precondition(lambda self: hasattr(self, "ids"))
    def children_follow(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM customers_contact f JOIN customers_customer c ON c.id = f.customer_id "
                "WHERE f.id = ANY(%s) AND (f.holder_id, f.holder_department_id) IS DISTINCT FROM (c.owner_id, c.department_id)",
                [list(self.contacts.values())],
            )
            assert cursor.fetchone()[0] == 0


def days(runs: int, steps: int) -> None:
    run_state_machine_as_test(
        Days,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=runs <= 100,
            phases=(Phase.generate,),  # the steps that failed are printed; making them fewer would take minutes
            database=None,
        ),
    )


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Opened once for all the runs of a test."""
    global _company
    _company = Company(world)
    _today[:] = [_company.model]
    monkeypatch.setattr(clock, "_read", lambda: _today[0].now)
    monkeypatch.setattr(recycle_run, "clock_trouble", lambda: None)
    # Everybody's cap lies HOLD above what he holds to begin with, so the pool's own limit cannot say it: the facts are asked.
    honest = ownership.claim_facts

    def facts(kind: PooledKind, actor: Actor, key: UUID | None, pool_id: UUID | None) -> Any:
        limit = _today[0].base[actor.username, kind.object] + HOLD
        return replace(honest(kind, actor, key, pool_id), hold_limit=limit)

    monkeypatch.setattr(ownership, "claim_facts", facts)
    yield
    parameters.forget_cache()
    forget_rules()
    forget_callers()


def test_random_days(company: None) -> None:
    """C-10, short."""
    days(100, 10)


@pytest.mark.nightly
def test_random_weeks(company: None) -> None:
    """C-10."""
    days(RUNS, STEPS)


def test_the_model_notices_a_broken_claim(company: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: without the cooling-off, or with a run that forgets protections, the two differ."""
    monkeypatch.setattr(ownership, "decide_claim", lambda facts: None)
    with pytest.raises(AssertionError, match="should have been refused"):
        days(60, 10)


def test_the_model_notices_a_day_that_is_not_kept(company: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: a follow-up that does not move the day is found."""
    monkeypatch.setattr(ownership, "refresh", lambda kind, ids: None)
    with pytest.raises(AssertionError):
        days(60, 10)
