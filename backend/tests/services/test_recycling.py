"""POOL-3, F-5: the day a customer falls into the pool, the run that takes it, the brake, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from kemai.base import beats, parameters
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.base.models import AuditChange, ClockBeat, Operation, ParameterValue
from kemai.customers.models import Customer, OwnershipChange, Pool, RecycleCandidate, RecycleRule, RecycleRun
from kemai.customers.services import recycle_run
from kemai.customers.services.kind import CUSTOMERS
from kemai.customers.services.ownership import note_contacts
from kemai.customers.services.recycle_rules import count_stale, forget_rules, refresh_all
from kemai.customers.services.recycle_run import RECYCLER, run_nightly, run_recycling, warn_owners
from kemai.kit.calendar import CalendarDay, WorkCalendar
from kemai.kit.clock import now, standing_at
from kemai.platform import workdays
from kemai.platform.models import Notification
from kemai.platform.workdays import company_today
from tests.calling import Caller
from tests.counting import counting
from tests.world import World

Call = Callable[[str], Caller]
RULES = "/recycling/rules"


@pytest.fixture(autouse=True)
def fresh_rules() -> Iterator[None]:
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def any_share(world: World) -> None:
    """The share of the test company's thirteen customers says nothing."""
    ParameterValue.objects.update_or_create(code="customers.recycle_share", defaults={"value": 100})
    parameters.forget_cache()


def rule(**values: Any) -> dict[str, Any]:
    return {"name": "久未跟进", "reason": "no_contact", "days": 30, "warn_days": 7, **values}


def set_rules(call: Call, *rules: dict[str, Any]) -> None:
    answer = call("admin").put(RULES, {"items": list(rules)})
    assert answer.status_code == 200, answer.content.decode()
    assert run_job(answer.json()["job"]["id"]).state == "done"


def set_back(key: UUID, days: int, *, contact: int | None = None) -> None:
    """As if it had been owned for ``days``, last contacted ``contact`` days ago."""
    with act(RECYCLER, "test", object="customers"):
        Customer.objects.filter(pk=key).update(
            claimed_at=now() - timedelta(days=days),
            last_contact_at=None if contact is None else now() - timedelta(days=contact),
        )


def mine(world: World) -> UUID:
    return world.get("customers", "mine").id


def day_of(key: UUID) -> date | None:
    return Customer.objects.values_list("recycle_on", flat=True).get(pk=key)


# ---------------------------------------------------------------- the day


@pytest.mark.parametrize(
    ("owned", "contact", "left"),
    [
        (10, None, 20),  # from the day it was owned
        (100, 5, 25),  # from the last follow-up
        (3, 20, 27),  # a predecessor's follow-up does not count against the new owner
        (100, 30, 7),  # its last day is today; the rule is new, and nobody is robbed of the warning
        (400, 200, 7),
    ],
)
def test_the_last_day(world: World, call: Call, owned: int, contact: int | None, left: int) -> None:
    set_back(mine(world), owned, contact=contact)
    set_rules(call, rule())
    assert day_of(mine(world)) == company_today() + timedelta(days=left)
    assert call("rep").get(f"/customers/{mine(world)}").json()["days_left"] == left


def test_a_follow_up_moves_the_day(world: World, call: Call) -> None:
    """The kept day follows each fact in the transaction that changes it."""
    set_back(mine(world), 50, contact=20)
    set_rules(call, rule())
    body = {"customer": str(mine(world)), "content": "电话沟通"}
    made = call("rep").post("/interactions", body)
    assert made.status_code == 201
    assert day_of(mine(world)) == company_today() + timedelta(days=30)
    call("rep").delete(f"/interactions/{made.json()['id']}", made.json()["version"])
    # What is left is the follow-up the world was made with, of today.
    assert day_of(mine(world)) == company_today() + timedelta(days=30)
    assert count_stale(CUSTOMERS) == 0


@pytest.mark.parametrize(
    ("owned", "ended", "left"),
    [
        (400, 10, 20),  # from the end of the contract
        (400, -100, 130),
        (4, 200, 26),  # whoever took it over afterwards has his days
        (400, None, None),  # without a contract the rule says nothing
    ],
)
def test_the_end_of_a_contract(world: World, call: Call, owned: int, ended: int | None, left: int | None) -> None:
    """POOL-3: so many days after the last contract's end; a new date moves the day in the same act."""
    set_back(mine(world), owned)
    set_rules(call, rule(name="合同到期", reason="contract_ended", warn_days=0))
    on = ended is not None and (company_today() - timedelta(days=ended)).isoformat()
    answer = call("rep").patch(f"/customers/{mine(world)}", {"contract_ends_on": on or None}, version(mine(world)))
    assert answer.status_code == 200, answer.content
    assert day_of(mine(world)) == (None if left is None else company_today() + timedelta(days=left))
    assert count_stale(CUSTOMERS) == 0


def test_a_running_contract_spares(world: World, call: Call) -> None:
    set_back(mine(world), 100)
    set_rules(call, rule(spared_by=["contract"]))
    assert day_of(mine(world)) is not None
    for ends, spared in ((company_today(), True), (company_today() - timedelta(days=1), False)):
        call("rep").patch(f"/customers/{mine(world)}", {"contract_ends_on": ends.isoformat()}, version(mine(world)))
        assert (day_of(mine(world)) is None) is spared


def test_working_days_skip_holidays(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten working days from Friday the 27th over a holiday on the 2nd: weekends and the holiday do not count, the worked Sunday does."""
    calendar = WorkCalendar.of(
        [CalendarDay(date(2026, 12, 2), False, "假", "off"), CalendarDay(date(2026, 12, 6), True, "班", "on")]
    )
    monkeypatch.setattr("kemai.customers.services.recycle_rules.work_calendar", lambda: calendar)
    assert workdays.work_calendar().is_working_day(date(2026, 11, 27))
    set_rules(call, rule(days=10, working_days=True, warn_days=0))
    with standing_at(datetime(2026, 11, 27, 3, tzinfo=UTC)):
        set_back(mine(world), 0)
        refresh_all(CUSTOMERS)
        assert day_of(mine(world)) == calendar.add_working_days(date(2026, 11, 27), 10) == date(2026, 12, 11)


def test_the_earliest_rule_decides_and_conditions_choose(world: World, call: Call) -> None:
    """Grade and source by the one filter language; a rule for others does not touch this one; the tie goes to the first."""
    set_back(mine(world), 1)
    it = {"field": "industry", "op": "eq", "value": "it"}
    other = {"field": "industry", "op": "eq", "value": "finance"}
    set_rules(call, rule(days=60), rule(name="IT", days=20, condition=it), rule(name="金融", days=5, condition=other))
    assert day_of(mine(world)) == company_today() + timedelta(days=19)
    names = dict(RecycleRule.objects.values_list("id", "name"))
    assert names[Customer.objects.get(pk=mine(world)).recycle_rule_id] == "IT"
    call("rep").patch(f"/customers/{mine(world)}", {"industry": "finance"}, version(mine(world)))
    assert day_of(mine(world)) == company_today() + timedelta(
        days=7
    )  # five from yesterday would be sooner than the warning
    set_rules(call, rule(active=False))
    assert day_of(mine(world)) is None


def version(key: UUID) -> int:
    return Customer.objects.values_list("version", flat=True).get(pk=key)


def test_an_open_opportunity_keeps_it_if_the_rule_says_so(world: World, call: Call) -> None:
    set_back(mine(world), 90, contact=80)
    set_rules(call, rule(spared_by=["open_opportunity"]))
    assert day_of(mine(world)) is None
    set_rules(call, rule())
    assert day_of(mine(world)) is not None


def test_protection(world: World, call: Call) -> None:
    """Managers protect, with a reason and to a day; the day moves, ends, and comes back by undo. A rep may not."""
    set_back(mine(world), 90, contact=80)
    set_rules(call, rule())
    until = company_today() + timedelta(days=40)
    path = f"/customers/{mine(world)}/protect"
    assert call("rep").post(path, {"until": str(until), "reason": "大单在谈"}).status_code == 403
    assert call("manager").post(path, {"until": str(until)}).status_code == 422
    assert call("manager").post(path, {"until": "2099-01-01", "reason": "x"}).status_code == 422
    done = call("manager").post(path, {"until": str(until), "reason": "大单在谈"}).json()
    assert (done["protected_until"], done["recycle_on"], done["days_left"]) == (str(until), str(until), 40)
    assert call("manager").post(f"/undo/{done['undo']}").status_code == 200
    assert day_of(mine(world)) == company_today() + timedelta(days=7)
    pooled = world.get("customers", "pooled").id
    assert (
        call("director").post(f"/customers/{pooled}/protect", {"until": str(until), "reason": "x"}).status_code == 409
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("reason", "weather"),
        ("days", 0),
        ("days", True),
        ("warn_days", 61),
        ("pool", "01900000-0000-7000-8000-000000000000"),
        ("condition", {"field": "nothing", "op": "eq", "value": 1}),
        ("condition", {"field": "owner", "op": "eq", "value": "me"}),
        ("condition", {"not": {"field": "following", "op": "eq", "value": True}}),
    ],
)
def test_a_rule_that_cannot_hold_is_refused(world: World, call: Call, field: str, value: Any) -> None:
    answer = call("admin").put(RULES, {"items": [rule(**{field: value})]})
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == f"items.0.{field}"
    assert not RecycleRule.objects.exists()


def test_rules_are_the_administrators(world: World, call: Call) -> None:
    for person in ("rep", "manager", "director", "auditor"):
        assert call(person).get(RULES).status_code == 403
        assert call(person).put(RULES, {"items": []}).status_code == 403
        for path in ("/recycling/preview", "/recycling/runs"):
            assert call(person).get(path).status_code == 403
        assert call(person).post("/recycling/runs").status_code == 403
    first = call("admin").put(RULES, {"items": [rule()]}).json()
    stale = call("admin").put(RULES, {"items": []}, first["version"] - 1)
    assert stale.status_code == 412 and RecycleRule.objects.count() == 1


def test_rules_are_changed_moved_and_taken_away(world: World, call: Call) -> None:
    """The list goes back whole: what it still names keeps its key, what it leaves out is gone; each change is in the history."""
    first = call("admin").put(RULES, {"items": [rule(name="一"), rule(name="二")]}).json()
    one, two = first["items"]
    body = {"items": [{**two, "days": 45, "pool": str(world.pools["south"])}, {**one, "name": "一（改）"}]}
    second = call("admin").put(RULES, body, first["version"])
    assert second.status_code == 200, second.content.decode()
    found = [(r["id"], r["name"], r["days"]) for r in second.json()["items"]]
    assert found == [(two["id"], "二", 45), (one["id"], "一（改）", 30)]
    assert second.json()["items"][0]["pool"]["id"] == str(world.pools["south"])
    third = call("admin").put(RULES, {"items": [one]}, second.json()["version"]).json()
    assert [r["id"] for r in third["items"]] == [one["id"]]
    ops = AuditChange.objects.filter(object="customers_recyclerule", record_id=two["id"]).order_by("id")
    assert list(ops.values_list("op", flat=True)) == ["I", "U", "D"]


# ---------------------------------------------------------------- the run


def fall(world: World, call: Call, *slugs: str, **values: Any) -> list[UUID]:
    """Customers whose last day was yesterday, by a rule that has stood for long."""
    keys = [world.get("customers", slug).id for slug in slugs]
    with standing_at(now() - timedelta(days=40)):
        set_rules(call, rule(**values))
    for key in keys:
        set_back(key, 90, contact=31)
        Customer.objects.filter(pk=key).update(recycle_on=company_today() - timedelta(days=1))
    forget_rules()
    return keys


def test_a_run(world: World, call: Call, any_share: None) -> None:
    """Taken, logged, told in one message a person, on the operations' list, and given back as one."""
    keys = fall(world, call, "mine", "colleague", "handed")
    others = set(Customer.objects.filter(owner_id__isnull=False).values_list("pk", flat=True)) - set(keys)
    run = run_nightly(CUSTOMERS)
    assert run is not None and (run.state, run.recycled, run.due) == ("done", 3, 3)
    assert run_nightly(CUSTOMERS) is None  # once a night
    rows = Customer.objects.filter(pk__in=keys)
    assert {r.owner_id for r in rows} == {None} and {r.pool_id for r in rows} == {world.pools["open"]}
    assert {r.recycle_on for r in rows} == {None}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM customers_contact WHERE customer_id = ANY(%s) AND holder_id IS NOT NULL", [keys]
        )
        assert cursor.fetchone()[0] == 0
    lines = OwnershipChange.objects.filter(operation_id=run.pk)
    assert {(line.record_id, line.kind, line.reason) for line in lines} == {(k, "recycle", "久未跟进") for k in keys}
    assert set(Customer.objects.filter(owner_id__isnull=False).values_list("pk", flat=True)) == others
    changed = AuditChange.objects.filter(
        event_id__in=Operation.objects.get(pk=run.pk).events, object="customers_customer"
    )
    assert {c.record_id for c in changed} == set(keys)
    told = Notification.objects.filter(kind="recycled").values_list("user_id", "title_zh")
    assert dict(told) == {world.users[who]: "1 个客户已回收至公海" for who in ("rep", "rep2", "rep3")}
    listed = call("admin").get("/operations").json()["items"]
    line = next(item for item in listed if item["id"] == str(run.pk))
    assert (line["succeeded"], line["can_undo"], line["actor"]["label"]) == (3, True, "系统")
    # Two are still there; one was claimed meanwhile and stays with its new owner.
    call("rep2").post(f"/customers/{keys[0]}/claim")
    back = call("admin").post(f"/undo/{run.pk}")
    assert back.status_code == 202, back.content.decode()
    job = run_job(back.json()["id"])
    assert (job.state, job.succeeded, job.failed) == ("done", 2, 1)
    owners = dict(Customer.objects.filter(pk__in=keys).values_list("id", "owner_id"))
    assert owners == {
        keys[0]: world.users["rep2"],
        keys[1]: world.users["rep2"],
        keys[2]: world.users["rep3"],
    }
    assert count_stale(CUSTOMERS) == 0


def test_where_it_goes(world: World, call: Call, any_share: None) -> None:
    """POOL-1: the rule's own pool; else the first whose regions and industries it has; else the default."""
    with act(RECYCLER, "test", object="pools"):
        Pool.objects.create(name="IT公海", name_sort="it", position=0, industries=["it"])
        Pool.objects.create(name="华中公海", name_sort="hz", position=0, regions=["湖北"])
    key = fall(world, call, "mine")[0]
    run_nightly(CUSTOMERS)
    assert Customer.objects.get(pk=key).pool.name == "IT公海"
    other = world.get("customers", "colleague").id
    with act(RECYCLER, "test", object="customers"):
        Customer.objects.filter(pk=other).update(industry="other", region="湖北武汉")
    released = call("rep2").post(f"/customers/{other}/release", {"reason": "other"})
    assert released.status_code == 200 and Customer.objects.get(pk=other).pool.name == "华中公海"


def test_a_follow_up_since_the_count_wins(world: World, call: Call, any_share: None) -> None:
    """The facts are asked again when it is taken: a kept day gone stale takes nothing."""
    keys = fall(world, call, "mine", "colleague")
    Customer.objects.filter(pk=keys[0]).update(last_contact_at=now())  # past the service, so that the kept day is wrong
    assert refresh_all(CUSTOMERS) == 1
    Customer.objects.filter(pk=keys[0]).update(recycle_on=company_today() - timedelta(days=1))
    due = recycle_run.due_sql(CUSTOMERS)
    run = RecycleRun.objects.create(day=company_today(), kind="manual")
    recycle_run._carry_out(run, None, due)
    assert Customer.objects.get(pk=keys[0]).owner_id and not Customer.objects.get(pk=keys[1]).owner_id


def test_warnings_come_once(world: World, call: Call) -> None:
    """One message a person, and none again until the day moves."""
    set_back(mine(world), 90, contact=80)
    set_rules(call, rule())
    told = warn_owners(CUSTOMERS)
    assert told >= 1 and warn_owners(CUSTOMERS) == 0
    line = Notification.objects.get(kind="recycle_warning", user_id=world.users["rep"])
    assert "1 个客户即将掉入公海" in line.title_zh and line.path == "/customers?view=falling"
    listed = call("rep").get("/customers", view="falling").json()["items"]
    assert [row["id"] for row in listed] == [str(mine(world))]
    note_contacts([(mine(world), now(), None)])
    assert warn_owners(CUSTOMERS) == 0
    counters = {c["key"]: c["value"] for c in call("rep").get("/home").json()["counters"]}
    assert counters["falling"] == 0


# ---------------------------------------------------------------- the brake


def test_the_brake_stops_an_unusual_share_and_is_lifted_for_that_run(world: World, call: Call) -> None:
    """F-5: nothing goes, administrators are told, and approval takes just the ones counted, as far as they are still due."""
    slugs = ("mine", "colleague", "boss", "below", "foreign", "lent")
    keys = fall(world, call, *slugs)
    run = run_nightly(CUSTOMERS)
    assert run is not None and (run.state, run.stopped_by, run.recycled) == ("stopped", "share", 0)
    assert Customer.objects.filter(pk__in=keys, owner_id__isnull=False).count() == 6
    assert Notification.objects.filter(kind="recycle_stopped", user_id=world.users["admin"]).count() == 1
    assert not Notification.objects.filter(kind="recycle_stopped", user_id=world.users["rep"]).exists()
    note_contacts([(keys[0], now(), None)])
    late = fall(world, call, "handed")[0]  # due since, but not of that run
    assert call("rep").post(f"/recycling/runs/{run.pk}/approve").status_code == 403
    approved = call("admin").post(f"/recycling/runs/{run.pk}/approve")
    assert approved.status_code == 202
    assert call("admin").post(f"/recycling/runs/{run.pk}/approve").json()["code"] == "customers.run_decided"
    job = run_job(approved.json()["id"])
    assert (job.state, job.result["recycled"]) == ("done", 5), job.result
    assert set(Customer.objects.filter(pk__in=keys, owner_id__isnull=True).values_list("pk", flat=True)) == set(
        keys[1:]
    )
    assert Customer.objects.get(pk=late).owner_id is not None
    assert not RecycleCandidate.objects.exists()
    assert call("admin").get("/recycling/runs").json()["items"][0]["decided_by"] is not None


def test_a_stopped_run_may_be_let_be(world: World, call: Call) -> None:
    fall(world, call, "mine", "colleague", "boss", "below", "foreign", "lent")
    run = run_nightly(CUSTOMERS)
    assert run is not None
    assert call("admin").post(f"/recycling/runs/{run.pk}/dismiss").status_code == 200
    assert call("admin").post(f"/recycling/runs/{run.pk}/approve").status_code == 409
    assert not RecycleCandidate.objects.exists()


@pytest.mark.parametrize("shift", [timedelta(days=2), timedelta(hours=-1, minutes=-5), timedelta(days=365)])
def test_a_jumped_clock_takes_nothing(world: World, call: Call, any_share: None, shift: timedelta) -> None:
    """F-5: against the database."""
    keys = fall(world, call, "mine", "colleague")
    with standing_at(now() + shift):
        run = run_nightly(CUSTOMERS)
        assert run is not None and (run.state, run.stopped_by) == ("stopped", "clock")
    assert Customer.objects.filter(pk__in=keys, owner_id__isnull=False).count() == 2


def test_a_jump_of_all_clocks_is_remembered(
    world: World, call: Call, any_share: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-5: against the last look, by the ticks that nobody can set; the night refuses until somebody has looked."""
    keys = fall(world, call, "mine")
    honest = beats.read_clocks()
    assert beats.beat() is None

    def moved() -> beats.Reading:
        shift = timedelta(days=2)
        return beats.Reading(honest.at + shift, honest.database + shift, honest.boot, honest.ticks + 600)

    monkeypatch.setattr(beats, "read_clocks", moved)
    trouble = beats.beat()
    assert trouble is not None and trouble.reason == "jumped" and round(trouble.seconds) == 2 * 86_400 - 600
    assert beats.beat() is None and ClockBeat.objects.get().jumped_at is not None
    run = run_nightly(CUSTOMERS)
    assert run is not None and run.stopped_by == "clock"
    answer = call("admin").get("/recycling/preview").json()
    assert answer["clock"]["reason"] == "jumped" and answer["now"] == 1
    job = run_job(call("admin").post(f"/recycling/runs/{run.pk}/approve").json()["id"])
    assert job.result["state"] == "done" and Customer.objects.get(pk=keys[0]).owner_id is None
    assert beats.clock_trouble() is None


def test_without_the_brakes_it_would_go(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: the two tests above can fail."""
    keys = fall(world, call, "mine", "colleague", "boss", "below", "foreign", "lent")
    monkeypatch.setattr(recycle_run, "decide_brake", lambda **facts: None)
    run = run_nightly(CUSTOMERS)
    assert (
        run is not None
        and run.recycled == 6
        and not Customer.objects.filter(pk__in=keys, owner_id__isnull=False).exists()
    )


def test_an_administrator_runs_it_now(world: World, call: Call, any_share: None) -> None:
    fall(world, call, "mine")
    asked = call("admin").post("/recycling/runs")
    job = run_job(asked.json()["id"])
    assert (job.state, job.result["recycled"], job.undo is not None) == ("done", 1, True)
    assert run_recycling(CUSTOMERS, None).due == 0


def test_statements_do_not_grow(world: World, call: Call, any_share: None) -> None:
    """A run of six asks no more than a run of one."""
    counted = []
    for slugs in (("mine",), ("colleague", "boss", "below", "foreign", "lent", "handed")):
        fall(world, call, *slugs)
        RecycleRun.objects.all().delete()
        with counting() as seen:
            run = run_nightly(CUSTOMERS)
        assert run is not None and run.recycled == len(slugs)
        told = Notification.objects.filter(kind="recycled").count()
        counted.append(len([s for s in seen.statements if "platform_notif" not in s]))
        assert told
    assert counted[1] <= counted[0] + 6, counted
