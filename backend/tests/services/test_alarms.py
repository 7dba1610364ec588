"""P-2, P-3, S-12: who watches over the log is told when somebody takes out far more than usual, once a day, never the person himself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kemai.accounts.models import ApiToken
from kemai.base import audit, parameters
from kemai.base.jobs import run_job
from kemai.base.models import AuditEvent, ParameterValue, RateCounter
from kemai.kit.clock import now
from kemai.platform import alarms, volume
from kemai.platform.models import DailyVolume, Export, Notification
from kemai.platform.transfer import watch
from kemai.platform.volume import Meter
from kemai.platform.workdays import company_today
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
    assert len(told(world, "auditor")) == 1, "once a day"
    event = AuditEvent.objects.get(action="alarm.reveals")
    assert (event.record_id, event.data) == (world.users["rep"], {"count": 4})


def test_an_hour_is_the_hour_before_each_try(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not counted by the clock's hour: what is older than sixty minutes is no part of it; it may sound again the next day."""
    mask("sales_rep")
    set_values(reveal__alarm_per_hour=1)
    rep, key = call("rep"), world.get("customers", "mine").id
    with monkeypatch.context() as earlier:
        earlier.setattr(audit, "now", lambda: now() - timedelta(minutes=61))
        ask(rep, key)
    ask(rep, key)
    assert told(world, "auditor") == []
    for age, alarms_told in ((0, 1), (23, 1), (24, 2)):
        RateCounter.objects.filter(key__startswith="alarm:").update(window_start=now() - timedelta(hours=age))
        ask(rep, key)
        assert len(told(world, "auditor")) == alarms_told, age


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


@pytest.mark.parametrize(("usual", "alarmed"), [(167, False), (166, True), (0, False)])
def test_far_more_than_is_usual_for_the_person(usual: int, alarmed: bool, world: World, call: Call) -> None:
    """P-3: three times his busiest of the thirty days before; who never exported has no habit to compare with."""
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


# ---------------------------------------------------------------- reading (S-12)


def read_before(world: World, person: str, rows: int, *, days: int, holder: UUID | None = None) -> None:
    key = world.users[person]
    DailyVolume.objects.create(
        holder=holder or key, person_id=key, day=company_today() - timedelta(days=days), rows=rows
    )


@pytest.mark.parametrize(
    ("usual", "rows", "alarmed"),
    [(0, 100, False), (0, 101, True), (33, 100, False), (34, 102, False), (34, 103, True), (5000, 15_000, False)],
)
def test_far_more_read_than_is_usual(usual: int, rows: int, alarmed: bool, world: World) -> None:
    """Three times the busiest of the thirty days before, and never below the least; who never read has no habit."""
    set_values(security__reads_alarm_least=100)
    rep = world.users["rep"]
    if usual:
        read_before(world, "rep", usual, days=30)
    read_before(world, "rep", 100_000, days=31)
    read_before(world, "rep2", 100_000, days=1)
    meter = Meter()
    meter.add(rep, rep, rows)
    meter.write_down()
    said = f"安全告警：员工rep一天内读取 {rows} 行数据（平时最多 {usual} 行）"
    assert told(world, "auditor") == ([said] if alarmed else [])
    assert told(world, "rep") == []


def test_counts_hold_over_workers_and_restarts(world: World) -> None:
    """S-12: two processes and one started anew count together; it sounds once, and nothing at all where it is switched off."""
    set_values(security__reads_alarm_least=100, security__reads_alarm_times=0)
    rep = world.users["rep"]
    for alarms_told, rows in ((0, 60), (0, 41), (1, 1), (1, 500)):
        meter = Meter()  # each time another process
        meter.add(rep, rep, rows)
        meter.write_down()
        assert len(told(world, "auditor")) == alarms_told
        if rows == 41:
            set_values(security__reads_alarm_times=3)
    assert DailyVolume.objects.get(holder=rep).rows == 602


def test_what_cannot_be_written_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is away costs no request and no count."""
    rep, meter = world.users["rep"], Meter()
    with monkeypatch.context() as away:
        away.setattr(volume, "_WRITE", "SELECT 1/0")
        meter.add(rep, rep, volume.WRITE_ROWS)
    meter.write_down()
    assert DailyVolume.objects.get(holder=rep).rows == volume.WRITE_ROWS and meter.waiting == {}


def test_reading_is_counted_for_who_reads(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists, details and boards, by a person and by his token apart; what is refused or read by nobody counts for nobody."""
    monkeypatch.setattr(volume, "WRITE_ROWS", 1)
    key = world.get("customers", "mine").id
    rep, program = call("rep"), call("program")
    token = ApiToken.objects.get(user_id=world.users["rep"]).pk
    for caller in (rep, program):  # what earlier tests read and nobody has written down yet
        caller.get(f"/customers/{key}")
    rows = {}
    for name, path in (("list", "/customers"), ("detail", f"/customers/{key}"), ("board", "/opportunities/board")):
        DailyVolume.objects.all().delete()
        rep.get(path)
        rows[name] = DailyVolume.objects.get(holder=world.users["rep"]).rows
    assert rows["detail"] == 1 and rows["list"] == len(rep.ids("customers")) and rows["board"] > 0
    DailyVolume.objects.all().delete()
    program.get("/customers")
    call("nobody").get("/customers")
    assert list(DailyVolume.objects.values_list("holder", "person_id", "rows")) == [
        (token, world.users["rep"], rows["list"])
    ]
    set_values(security__reads_alarm_least=1)
    program.get("/customers")
    assert "的接口令牌“program”一天内读取" in told(world, "auditor")[0]


def test_an_ordinary_request_writes_nothing_down(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """No statement more on the hot path: a process writes all its counts once a minute, or after some hundred rows."""
    rep = call("rep")
    with monkeypatch.context() as full:
        full.setattr(volume, "WRITE_ROWS", 1)
        rep.get("/customers")  # written down, so that the minute of this process begins here
    counted = DailyVolume.objects.get(holder=world.users["rep"]).rows
    with CaptureQueriesContext(connection) as sent:
        rep.get("/customers")
    assert not [q for q in sent.captured_queries if "dailyvolume" in q["sql"]]
    assert DailyVolume.objects.get(holder=world.users["rep"]).rows == counted


def test_old_days_are_forgotten(world: World) -> None:
    for days in (30, 31):
        read_before(world, "rep", 1, days=days)
    volume.forget()
    assert DailyVolume.objects.count() == 1


def test_the_log_shows_alarms_alone(world: World, call: Call) -> None:
    """The auditor finds them by one click, with what they tell."""
    set_values(security__reads_alarm_least=100)
    rep, meter = world.users["rep"], Meter()
    meter.add(rep, rep, 200)
    meter.write_down()
    lines = call("auditor").get("/admin/audit", action="alarm").json()["items"]
    assert [(line["action_label"], line["told"], line["record"]) for line in lines] == [
        ("安全告警：读取异常", "200 行（平时最多 0 行）", str(rep))
    ]


def test_the_watchers_are_whoever_may_read_the_log(world: World) -> None:
    assert alarms._watched_by == ["administration.audit.view"]
