"""P-2, P-3: who watches over the log is told when somebody takes out far more than usual, once, and never the person himself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kemai.base import audit, parameters
from kemai.base.jobs import run_job
from kemai.base.models import AuditEvent, ParameterValue, RateCounter
from kemai.kit.clock import now
from kemai.platform import alarms
from kemai.platform.models import Export, Notification
from kemai.platform.transfer import watch
from tests.calling import Caller
from tests.services.test_reveal import ask, mask
from tests.world import World

Call = Callable[[str], Caller]


def set_values(**values: Any) -> None:
    for code, value in values.items():
        ParameterValue.objects.update_or_create(code=code.replace("__", "."), defaults={"value": value})
    parameters.forget_cache()


def told(world: World, person: str) -> list[str]:
    return list(
        Notification.objects.filter(user_id=world.users[person], kind="alarm").values_list("title_zh", flat=True)
    )


def test_many_masked_values_within_an_hour(world: World, call: Call) -> None:
    """P-2: refused tries count; the sixty-first of the hour sounds it, the sixty-second does not again."""
    mask("sales_rep")
    set_values(reveal__alarm_per_hour=3, reveal__per_day=2)
    rep, key = call("rep"), world.get("customers", "mine").id
    statuses = [ask(rep, key).status_code for _ in range(3)]
    assert statuses == [200, 200, 429] and told(world, "auditor") == []
    assert ask(rep, key).status_code == 429
    assert told(world, "auditor") == ["安全告警：员工rep一小时内查看明文 4 次（含被拒）"]
    assert len(told(world, "admin")) == 1
    assert [told(world, who) for who in ("rep", "director", "rep2")] == [[], [], []]
    ask(rep, key)
    assert len(told(world, "auditor")) == 1, "once while it lasts"
    event = AuditEvent.objects.get(action="alarm.reveals")
    assert (event.record_id, event.data) == (world.users["rep"], {"count": 4})


def test_an_hour_is_the_hour_before_each_try(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not counted by the clock's hour: what is older than sixty minutes is no part of it, and it may sound again."""
    mask("sales_rep")
    set_values(reveal__alarm_per_hour=1)
    rep, key = call("rep"), world.get("customers", "mine").id
    with monkeypatch.context() as earlier:
        earlier.setattr(audit, "now", lambda: now() - timedelta(minutes=61))
        ask(rep, key)
    ask(rep, key)
    assert told(world, "auditor") == []
    ask(rep, key)
    assert len(told(world, "auditor")) == 1
    RateCounter.objects.filter(key__startswith="alarm:").update(window_start=now() - timedelta(minutes=61))
    ask(rep, key)
    assert len(told(world, "auditor")) == 2


def test_no_alarm_where_it_is_switched_off(world: World, call: Call) -> None:
    mask("sales_rep")
    set_values(reveal__alarm_per_hour=0)
    for _ in range(3):
        assert ask(call("rep"), world.get("customers", "mine").id).status_code == 200
    assert told(world, "auditor") == []


def export(caller: Caller) -> None:
    job = caller.post("/exports", {"object": "customers", "fields": ["name"]})
    assert job.status_code == 202, job.content.decode()
    run_job(job.json()["id"])


def taken(world: World, person: str, rows: int, *, days: int) -> None:
    Export.objects.create(
        actor_id=world.users[person],
        object="customers",
        state="done",
        rows=rows,
        created_at=now() - timedelta(days=days),
    )


def test_more_rows_in_a_day_than_the_company_finds_ordinary(world: World, call: Call) -> None:
    """P-3: all exports of the last 24 hours together."""
    rep = call("rep")
    export(rep)
    rows = Export.objects.get(actor_id=world.users["rep"]).rows
    set_values(export__alarm_rows=rows * 2 + 1, export__approve_above=0)
    export(rep)
    assert rows > 1 and told(world, "auditor") == []
    export(rep)
    assert told(world, "auditor") == [f"安全告警：员工rep一天内导出 {rows * 3} 行（平时最多 0 行）"]
    assert told(world, "rep") == []
    export(rep)
    assert len(told(world, "auditor")) == 1


@pytest.mark.parametrize(("usual", "alarmed"), [(100, False), (99, True), (0, False)])
def test_far_more_than_is_usual_for_the_person(usual: int, alarmed: bool, world: World, call: Call) -> None:
    """P-3: five times his busiest of the thirty days before; who never exported has no habit to compare with."""
    set_values(export__alarm_rows=0, export__approve_above=0)
    rep = call("rep")
    export(rep)
    mine = Export.objects.filter(actor_id=world.users["rep"])
    taken(world, "rep", 500 - 2 * mine.get().rows, days=0)  # with the two of today five hundred
    taken(world, "rep", 10_000, days=40)
    if usual:
        taken(world, "rep", usual, days=3)
    export(rep)
    assert bool(told(world, "auditor")) is alarmed


def test_a_few_rows_are_never_unusual(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: without the floor, a second small export of a quiet person would sound it."""
    set_values(export__approve_above=0)
    taken(world, "rep", 1, days=3)
    export(call("rep"))
    assert told(world, "auditor") == []
    monkeypatch.setattr(watch, "WORTH_A_LOOK", 0)
    export(call("rep"))
    assert len(told(world, "auditor")) == 1


def test_the_watchers_are_whoever_may_read_the_log(world: World) -> None:
    assert alarms._watched_by == ["administration.audit.view"]
