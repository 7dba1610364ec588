"""F-6: whatever is delivered two to five times, and in any order the queue's locks allow, takes effect once: every subscriber of the
outbox, every kind of job."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from kemai.base import events, jobs, outbox
from kemai.base.jobs import do_job
from kemai.base.models import Delivery, Job
from kemai.base.outbox import deliver_event, dispatch_pending
from kemai.platform.models import Follow, Merge
from tests.calling import Caller
from tests.fixtures import taken_back
from tests.hooking import settled_outbox
from tests.world import World

Call = Callable[[str], Caller]
#: A delivery as it is queued: the event, the subscriber, the lock under which those of one record keep their order.
Pair = tuple[int, str, str]
#: The trail of deliveries itself, and what the clock or the queue moves.
NOT_EFFECTS = ("base_delivery", "base_outboxevent", "procrastinate_", "django_", "pgtrigger", "platform_dailyvolume")
#: Keys and moments of new rows differ from one run to the next; how many there are and what they say must not.
UNLIKE = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(\+00(:00)?)?|\"id\": \d+"


def effects() -> Counter[str]:
    """Every row of the database as it reads without its keys and moments, with how often it is there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
        )
        tables = [row[0] for row in cursor.fetchall() if not row[0].startswith(NOT_EFFECTS)]
        parts = " UNION ALL ".join(
            f"SELECT '{t}' || regexp_replace((to_jsonb(x) - '{{id,event_id,hash}}'::text[])::text, %(unlike)s, '*', 'g') FROM {t} x"
            for t in tables
        )
        cursor.execute(parts, {"unlike": UNLIKE})
        return Counter(row[0] for row in cursor.fetchall())


def queued() -> list[Pair]:
    """Everything the dispatcher has for the subscribers and handlers, in its order."""
    while dispatch_pending():
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args ->> 'outbox_id')::bigint, args ->> 'subscriber', lock FROM procrastinate_jobs "
            "WHERE task_name = 'base.deliver' ORDER BY id"
        )
        return cursor.fetchall()


def day_of_work(world: World, call: Call) -> list[Pair]:
    """A company's day, of which nothing is handed on yet."""
    settled_outbox()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    users = {name: str(key) for name, key in world.users.items()}
    mine = str(world.get("customers", "mine").id)
    deals = {slug: str(world.get("opportunities", slug).id) for slug in ("mine", "foreign")}
    rep, manager, director, admin = map(call, ("rep", "manager", "director", "admin"))
    for person in ("manager", "director"):
        Follow.objects.create(user_id=world.users[person], object="customers", record_id=mine)
    done(rep.patch(f"/customers/{mine}", {"remark": f"请看 @[员工manager]({users['manager']})"}, version(rep, mine)))
    done(rep.patch(f"/customers/{mine}", {"remark": "已谈"}, version(rep, mine)))
    done(rep.post("/interactions", {"customer": mine, "content": "来电"}))
    done(manager.post("/tasks", {"title": "回访", "assignee": users["rep"]}))
    done(rep.post(f"/opportunities/{deals['mine']}/win", {}))
    done(director.post(f"/opportunities/{deals['foreign']}/lose", {"reason": "price"}))
    hasty = done(rep.post("/opportunities", {"name": "点错的一单", "customer": mine, "amount": "5.00"}))["id"]
    done(rep.post(f"/opportunities/{hasty}/win"))
    done(rep.post(f"/opportunities/{hasty}/reopen"))
    first, second = (done(rep.post("/customers", {"name": f"合并{n}客户"}))["id"] for n in "甲乙")
    done(manager.post(f"/customers/{second}/merge", {"loser": first, "take": []}))
    done(manager.post(f"/merges/{Merge.objects.get(loser_id=first).pk}/undo"))
    done(manager.post(f"/customers/{first}/assign", {"owner": users["rep2"]}))
    done(rep.post(f"/customers/{second}/release", {"reason": "no_time"}))
    lead = done(rep.post("/leads", {"name": "线索甲"}))["id"]
    done(manager.post(f"/leads/{lead}/assign", {"owner": users["rep2"]}))
    report = done(rep.post("/reports", {"kind": "morning", "begins_on": "2030-03-11"}))["id"]
    done(rep.post(f"/reports/{report}/submit"))
    done(manager.post(f"/reports/{report}/comments", {"text": "收到"}))
    stage = admin.get("/stages", limit=1).json()["items"][0]["id"]
    found = admin.get(f"/stages/{stage}").json()
    done(admin.patch(f"/stages/{stage}", {"position": found["position"] + 7}, found["version"]))
    return queued()


def done(answer: Any) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def version(caller: Caller, customer: str) -> int:
    return int(caller.get(f"/customers/{customer}").json()["version"])


def delivered(pairs: list[Pair]) -> Counter[str]:
    """What is there after these deliveries, which are taken back again."""
    with taken_back():
        for outbox_id, subscriber, _ in pairs:
            deliver_event(outbox_id, subscriber)
        return effects()


def drawn(pairs: list[Pair], seed: int) -> list[Pair]:
    """In another order, which keeps only that of each lock; each delivered two to five times, again at any time after the first."""
    rnd = random.Random(seed)
    lines: dict[str, list[Pair]] = {}
    for pair in pairs:
        lines.setdefault(pair[2], []).append(pair)
    turns = [lock for lock, line in lines.items() for _ in line]
    rnd.shuffle(turns)
    found = [lines[lock].pop(0) for lock in turns]
    for pair in pairs:
        for _ in range(rnd.randint(1, 4)):
            found.insert(rnd.randint(found.index(pair) + 1, len(found)), pair)
    return found


def differences(pairs: list[Pair], seeds: range) -> list[str]:
    once, wrong = delivered(pairs), []
    for seed in seeds:
        again = delivered(drawn(pairs, seed))
        wrong += [f"order {seed}: {n} too many: {row[:300]}" for row, n in (again - once).items()]
        wrong += [f"order {seed}: {n} too few: {row[:300]}" for row, n in (once - again).items()]
    return wrong


def test_every_subscriber_takes_effect_once(world: World, call: Call) -> None:
    """Short: three orders of a day that reaches every subscriber there is; and the comparison would notice (T-3)."""
    pairs = day_of_work(world, call)
    known = {name for found in events._subscribers.values() for name in found} | set(outbox._handlers)
    assert known - {name for _, name, _ in pairs} == set(), "the day reaches them all"
    assert differences(pairs, range(3)) == []
    before, once = delivered([]), delivered(pairs)
    with taken_back():
        for outbox_id, subscriber, _ in pairs:
            for _ in range(2):
                Delivery.objects.all().delete()  # what keeps an effect from happening twice
                deliver_event(outbox_id, subscriber)
        assert once - before and effects() - once


@pytest.mark.nightly
def test_every_subscriber_in_many_orders(world: World, call: Call) -> None:
    assert differences(day_of_work(world, call), range(100, 200)) == []


@pytest.mark.parametrize("kind", sorted(jobs._kinds))
def test_a_job_that_is_over_is_over(kind: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Handed to a worker again, a job of any kind does nothing, however it ended."""

    def fail(run: Any) -> None:
        raise AssertionError("done again")

    monkeypatch.setitem(jobs._kinds, kind, jobs.JobKind(fail, jobs._kinds[kind].label, 1))
    for state in ("done", "failed", "cancelled"):
        job = Job.objects.create(actor_id=world.users["admin"], kind=kind, state=state)
        for _ in range(3):
            assert do_job(job.id).state == state
