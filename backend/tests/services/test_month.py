"""Days of a whole company: many people at work through the HTTP API, the nightly work between, and what must hold afterwards.

The short form runs always; the month of thirty people is nightly (``-m nightly``). ``KEMAI_MONTH_SEED`` draws another one.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection

from kemai.base.jobs import run_job
from kemai.base.models import AuditEvent, ParameterValue
from kemai.config.verify import run_checks
from kemai.customers.models import RecycleRun
from kemai.customers.services import recycle_run
from kemai.customers.services.recycle_rules import forget_rules
from kemai.platform.models import Notification
from tests.hooking import settled_outbox
from tests.month import HOLDS, ZONE, Month, count
from tests.world import World

SEED = int(os.environ.get("KEMAI_MONTH_SEED", "20261130"))
#: A Monday.
START = datetime(2026, 11, 30, 0, 5, tzinfo=ZONE)
DAILY_CLAIMS, HOLD = 4, 60
LISTS = ("customers", "leads", "opportunities", "tasks", "interactions")


@pytest.fixture(autouse=True)
def tight(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tighten(world, monkeypatch)


def tighten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits a month of work meets; and the clock is moved on purpose, which the nightly run would rightly refuse (F-5)."""
    limits = {"customers.daily_claims": DAILY_CLAIMS, "customers.hold_limit": HOLD, "customers.recycle_share": 100}
    for code, value in limits.items():
        ParameterValue.objects.update_or_create(code=code, defaults={"value": value})
    monkeypatch.setattr(recycle_run, "clock_trouble", lambda: None)
    forget_rules()
    settled_outbox()


def live(world: World, *, sellers: int, days: int) -> Month:
    month = Month(world, SEED, sellers, START)
    with month.running():
        month.open()
        rules(month)
        month.reps[1].away = frozenset({1, 2})
        month.reps[2].leaves = days // 2
        for _ in range(days):
            month.live(lambda: every_night(month))
        every_night(month)
        figures_are_their_lists(month)
    return month


def rules(month: Month) -> None:
    """What the administrator sets: whom to contact how often, and when a customer goes back to the pool."""
    admin = month.admin
    for size, days in (("large", 2), ("small", 5)):
        month.create(admin, "cadences", {"field": "size", "value": size, "days": days})
    silent = {"name": "久未跟进", "reason": "no_contact", "days": 6, "warn_days": 2}
    answer = month.ask("rules", admin, "PUT", "/recycling/rules", {"items": [silent]})
    run_job(UUID(str(answer.json()["job"]["id"])))


def every_night(month: Month) -> None:
    """What must hold whatever happened by day."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    wrong = [check for check in run_checks() if not check["ok"]]
    assert not wrong, (month.day, wrong)
    assert (
        count(
            "SELECT count(*) FROM customers_customer WHERE (owner_id IS NULL) = (pool_id IS NULL) AND deleted_at IS NULL"
        )
        == 0
    )
    assert count(CLAIMS, DAILY_CLAIMS) == 0, "somebody claimed more than a day allows"
    assert count("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'base.deliver'") == 0
    assert count(HELD_BY_THE_GONE, list(HOLDS["leads"][1])) == 0, "somebody who left still holds something"


HELD_BY_THE_GONE = """
SELECT count(*) FROM accounts_user u WHERE NOT u.is_active AND (
    EXISTS (SELECT 1 FROM customers_customer c WHERE c.owner_id = u.id AND c.deleted_at IS NULL)
    OR EXISTS (SELECT 1 FROM sales_lead l WHERE l.owner_id = u.id AND l.status = ANY(%s) AND l.deleted_at IS NULL)
    OR EXISTS (SELECT 1 FROM sales_opportunity o WHERE o.owner_id = u.id AND o.deleted_at IS NULL)
    OR EXISTS (SELECT 1 FROM activities_task t WHERE t.assignee_id = u.id AND t.status = 'open' AND t.deleted_at IS NULL))
"""
CLAIMS = """
SELECT count(*) FROM (SELECT to_user_id, (at AT TIME ZONE 'Asia/Shanghai')::date FROM customers_ownershipchange
WHERE kind = 'claim' GROUP BY 1, 2 HAVING count(*) > %s) x
"""


def figures_are_their_lists(month: Month) -> None:
    """PLT-15: a number of the home page is the length of the list it opens."""
    compared = 0
    for person in month.people:
        if person.gone:
            continue
        for counter in month.get("home", person, "/home")["counters"]:
            opened = str(counter["path"]).partition("?")[0].strip("/")
            if counter["unit"] is None and opened in LISTS:
                sign = "&" if "?" in counter["path"] else "?"
                found = month.get("list", person, f"{counter['path']}{sign}limit=1&with_total=true")
                assert found["total"] == counter["value"], (person.username, counter, found["total"])
                compared += 1
    assert compared >= 2 * len(month.reps)


def what_was_done_is_logged(month: Month) -> None:
    """ORG-12: each command that was taken stands in the audit, by whoever gave it."""
    known = {
        (str(actor), action, str(record))
        for actor, action, record in AuditEvent.objects.values_list("actor_id", "action", "record_id")
    }
    missing = [line for line in month.done if line not in known]
    assert not missing, missing[:5]
    assert len(month.done) > 20


def reminders_rang_once(month: Month) -> None:
    """ACT-4: each reminder whose time came while its task was open, once."""
    rang = Counter(
        str(key) for key in Notification.objects.filter(kind="task_reminder").values_list("record_id", flat=True)
    )
    assert rang and set(rang.values()) == {1}


def idle_nights_write_nothing(month: Month) -> None:
    """What the schedule looks for every minute and does not find leaves no line in the audit."""
    empty = AuditEvent.objects.filter(actor_id__isnull=True, action__in=("advance", "escalate", "remind"))
    ids = list(empty.values_list("id", flat=True))
    assert (
        count(
            "SELECT count(*) FROM unnest(%s::bigint[]) e(id) WHERE NOT EXISTS (SELECT 1 FROM base_audit_change c WHERE c.event_id = e.id)",
            ids,
        )
        == 0
    )


def worklists_stay_workable(month: Month) -> None:
    """A list is never longer than what its owner may hold; and it does not grow for ever: what is worked goes, what is not is recycled."""
    assert max(month.worklists) <= HOLD
    quarter = len(month.worklists) // 4
    before, last = month.worklists[-2 * quarter : -quarter], month.worklists[-quarter:]
    assert sum(last) <= 2 * sum(before) + 5 * quarter, (before, last)


def judge(month: Month) -> None:
    what_was_done_is_logged(month)
    reminders_rang_once(month)
    idle_nights_write_nothing(month)
    worklists_stay_workable(month)
    assert RecycleRun.objects.filter(state="done").count() >= month.day, "the night takes place each night"
    print({f"{a} {s}": n for (a, s), n in sorted(month.answers.items())})


def test_a_week_of_eight_people(world: World) -> None:
    judge(live(world, sellers=5, days=5))


@pytest.mark.nightly
def test_a_month_of_thirty_people(world: World) -> None:
    judge(live(world, sellers=24, days=30))
