"""POOL-1 to POOL-4, POOL-6, SAL-1: leads by the same pools as customers: rules that take them back, limits, moves, distribution, import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from kemai.activities.models import Interaction
from kemai.base import parameters
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.base.models import Operation, ParameterValue
from kemai.customers.models import Customer, OwnershipChange, Pool
from kemai.customers.pooled import kind_of
from kemai.customers.services.recycle_rules import RECYCLER, count_stale, forget_rules, refresh_all
from kemai.customers.services.recycle_run import run_nightly, warn_owners
from kemai.kit.clock import now
from kemai.platform.models import Notification
from kemai.platform.workdays import company_today
from kemai.sales.models import Lead
from kemai.sales.services.lead_holding import LEADS
from kemai.sales.services.scoring import rescore
from tests.calling import Caller
from tests.delivering import hand_on
from tests.platform.sheets import begin, csv_bytes, work
from tests.world import World

Call = Callable[[str], Caller]
RULES = "/recycling/rules"


@pytest.fixture(autouse=True)
def fresh_rules(world: World) -> Iterator[None]:
    forget_rules()
    ParameterValue.objects.update_or_create(code="customers.recycle_share", defaults={"value": 100})
    parameters.forget_cache()
    yield
    forget_rules()


def make(caller: Caller, **values: Any) -> UUID:
    made = caller.post(
        "/leads", {"name": f"线索{now().timestamp()}", "person": "钱来", "phone": "13512340000", **values}
    )
    assert made.status_code == 201, made.content.decode()
    return UUID(made.json()["id"])


def set_rules(call: Call, *rules: dict[str, Any]) -> None:
    items = [{"name": "线索规则", "reason": "no_response", "days": 3, "warn_days": 0, **rule} for rule in rules]
    answer = call("admin").put(RULES, {"object": "leads", "items": items})
    assert answer.status_code == 200, answer.content.decode()
    assert run_job(answer.json()["job"]["id"]).state == "done"


def set_back(key: UUID, days: int, **values: Any) -> None:
    """As if somebody had got it so long ago."""
    with act(RECYCLER, "test", object="leads"):
        Lead.objects.filter(pk=key).update(claimed_at=now() - timedelta(days=days), **values)


def day_of(key: UUID) -> date | None:
    return Lead.objects.values_list("recycle_on", flat=True).get(pk=key)


def in_days(days: int) -> date:
    return company_today() + timedelta(days=days)


def test_each_reason_gives_its_day(world: World, call: Call) -> None:
    """Not answered, the clock run out, not followed up, not converted; what answers one ends it."""
    rep = call("rep")
    key = make(rep)
    set_back(key, 1)
    set_rules(call, {"days": 10})
    assert day_of(key) == in_days(9)
    assert rep.get(f"/leads/{key}").json()["days_left"] == 9
    rep.post("/interactions", {"lead": str(key), "content": "电话沟通"})
    assert day_of(key) is None  # answered
    set_rules(call, {"reason": "no_follow_up", "days": 5}, {"reason": "not_converted", "days": 20})
    assert day_of(key) == in_days(5)
    set_back(key, 18)
    rep.patch(f"/leads/{key}", {"need": "三台"}, Lead.objects.get(pk=key).version)
    assert day_of(key) == in_days(2)  # twenty days from when he got it come first
    unanswered = make(rep)
    set_rules(call, {"reason": "response_overdue", "days": 1})
    due = Lead.objects.get(pk=unanswered).respond_by
    assert due is not None and day_of(unanswered) == (due + timedelta(hours=8)).date() + timedelta(days=1)
    assert day_of(key) is None and count_stale(LEADS) == 0


def test_source_and_score_choose_and_states_spare(world: World, call: Call) -> None:
    """Conditions by the one filter language; a qualified lead may be spared; who is not worked on has no day."""
    rep = call("rep")
    key = make(rep, source="web")
    low = {"and": [{"field": "source", "op": "eq", "value": "web"}, {"field": "score", "op": "lt", "value": 60}]}
    set_rules(call, {"days": 30, "condition": low, "spared_by": ["qualified", "agreed"]})
    assert day_of(key) == in_days(30)
    with act(RECYCLER, "test", object="leads"):
        call("admin").put(
            "/lead-rules",
            {"scoring": [{"name": "官网", "points": 80, "condition": low["and"][0]}], "assignment": []},
        )
        rescore([key])
    assert day_of(key) is None  # the score is above the rule's
    set_rules(call, {"days": 30, "spared_by": ["qualified"]})
    assert day_of(key) == in_days(30)
    token = rep.post(f"/leads/{key}/qualify").json()["undo"]
    assert day_of(key) is None
    rep.post(f"/undo/{token}")
    assert day_of(key) == in_days(30)
    rep.post(f"/leads/{key}/disqualify", {"reason": "no_need"})
    assert day_of(key) is None
    rep.post(f"/leads/{key}/reopen")
    assert rep.post(f"/leads/{key}/convert").status_code == 200
    assert day_of(key) is None
    refused = call("admin").put(RULES, {"object": "leads", "items": [{"name": "x", "reason": "no_deal", "days": 3}]})
    assert {e["field"] for e in refused.json()["errors"]} >= {"items.0.reason"}
    assert call("admin").get(RULES, object="users").status_code == 404


def test_a_night_takes_leads_and_gives_them_back(world: World, call: Call) -> None:
    """Warned once, taken with the clock stopped, one operation a kind; what was claimed meanwhile stays."""
    rep = call("rep")
    set_rules(call, {"days": 3, "warn_days": 2})
    keys = [make(rep) for _ in range(3)]
    note = rep.post("/interactions", {"lead": str(keys[2]), "content": "留言"}).json()["id"]
    for key in keys:
        set_back(key, 30, responded_at=None)
    refresh_all(LEADS)
    assert {day_of(key) for key in keys} == {in_days(2)}  # the rule is new: the days of warning come first
    assert warn_owners(LEADS) >= 1 and warn_owners(LEADS) == 0
    line = Notification.objects.get(kind="recycle_warning", user_id=world.users["rep"])
    assert "3 条线索即将掉入公海" in line.title_zh and line.path == "/leads?view=falling"
    assert {r["id"] for r in rep.get("/leads", view="falling").json()["items"]} >= {str(key) for key in keys}
    Lead.objects.filter(pk__in=keys).update(recycle_on=in_days(-1))
    held = Customer.objects.filter(owner_id__isnull=False).count()
    run = run_nightly(LEADS)
    assert run is not None and (run.object, run.state, run.recycled) == ("leads", "done", 3)
    assert run_nightly(LEADS) is None and run_nightly(kind_of("customers")) is not None
    rows = Lead.objects.filter(pk__in=keys)
    assert {(r.owner_id, r.respond_by, r.recycle_on) for r in rows} == {(None, None, None)}
    assert all(r.pool_id for r in rows) and Customer.objects.filter(owner_id__isnull=False).count() == held
    assert Interaction.objects.get(pk=note).holder_id is None  # its words went along
    assert set(OwnershipChange.objects.filter(operation_id=run.pk).values_list("object", "kind")) == {
        ("leads", "recycle")
    }
    operation = Operation.objects.get(pk=run.pk)
    assert operation.object == "leads" and operation.succeeded == 3
    assert [r["object"] for r in call("admin").get("/recycling/runs").json()["items"]] == ["customers", "leads"]
    taken = call("rep2").post(f"/leads/{keys[0]}/claim")
    assert taken.status_code == 200, taken.content.decode()
    job = run_job(call("admin").post(f"/undo/{run.pk}").json()["id"])
    assert (job.succeeded, job.failed) == (2, 1)
    owners = dict(Lead.objects.filter(pk__in=keys).values_list("id", "owner_id"))
    assert owners == {keys[0]: world.users["rep2"], keys[1]: world.users["rep"], keys[2]: world.users["rep"]}
    assert Lead.objects.get(pk=keys[1]).respond_by is not None  # the full time to respond, anew
    assert count_stale(LEADS) == 0


def test_the_share_brake_counts_leads_alone(world: World, call: Call) -> None:
    """F-5: many leads at once stop the run of leads, whatever share of the customers they would be."""
    ParameterValue.objects.filter(code="customers.recycle_share").delete()
    parameters.forget_cache()
    set_rules(call, {"days": 3})
    keys = [make(call("rep")) for _ in range(7)]
    for key in keys:
        set_back(key, 30, recycle_on=in_days(-1))
    preview = call("admin").get("/recycling/preview", object="leads").json()
    assert preview["now"] == 7
    run = run_nightly(LEADS)
    assert run is not None and (run.state, run.stopped_by) == ("stopped", "share")
    stopped = Notification.objects.filter(kind="recycle_stopped").values_list("title_zh", flat=True)
    assert all("线索" in title for title in stopped)
    call("rep").post("/interactions", {"lead": str(keys[0]), "content": "赶上了"})
    job = run_job(call("admin").post(f"/recycling/runs/{run.pk}/approve").json()["id"])
    assert job.result["recycled"] == 6 and Lead.objects.get(pk=keys[0]).owner_id == world.users["rep"]


def test_quota_cooling_off_and_protection(world: World, call: Call) -> None:
    """POOL-2: claims of leads are counted for themselves; whoever released one waits; a protected one stays."""
    rep, rep2 = call("rep"), call("rep2")
    keys = [make(rep) for _ in range(3)]
    for key in keys:
        assert rep.post(f"/leads/{key}/release", {"reason": "no_time"}).status_code == 200
    assert rep.post(f"/leads/{keys[0]}/claim").json()["code"] == "customers.cooling_off"
    ParameterValue.objects.update_or_create(code="sales.lead_daily_claims", defaults={"value": 2})
    parameters.forget_cache()
    assert [rep2.post(f"/leads/{key}/claim").status_code for key in keys] == [200, 200, 409]
    mine = rep2.get("/my-pools", object="leads").json()
    assert mine["claimed_today"] == 2 and rep2.get("/my-pools").json()["claimed_today"] == 0
    pooled = world.get("customers", "pooled").id
    assert rep2.post(f"/customers/{pooled}/claim").status_code == 200
    ParameterValue.objects.update_or_create(code="sales.lead_daily_claims", defaults={"value": 0})
    ParameterValue.objects.update_or_create(code="sales.lead_hold_limit", defaults={"value": 1})
    parameters.forget_cache()
    assert rep2.post(f"/leads/{keys[2]}/claim").json()["code"] == "customers.pool_limit_reached"
    set_rules(call, {"days": 3})
    until = in_days(40)
    body = {"until": str(until), "reason": "正在试用"}
    assert rep2.post(f"/leads/{keys[0]}/protect", body).status_code == 403
    done = call("director").post(f"/leads/{keys[0]}/protect", body)
    assert done.status_code == 200 and done.json()["recycle_on"] == str(until)
    assert call("director").post(f"/undo/{done.json()['undo']}").status_code == 200
    assert day_of(keys[0]) == in_days(3)


def test_openings_of_pooled_leads_are_counted(world: World, call: Call) -> None:
    """POOL-4: the quota of pool records one may open holds for both kinds together."""
    keys = [make(call("rep")) for _ in range(2)]
    for key in keys:
        call("rep").post(f"/leads/{key}/release", {"reason": "no_time"})
    ParameterValue.objects.update_or_create(code="customers.daily_views", defaults={"value": 2})
    parameters.forget_cache()
    paths = (
        f"/leads/{keys[0]}",
        f"/leads/{keys[0]}",
        f"/customers/{world.get('customers', 'pooled').id}",
        f"/leads/{keys[1]}",
    )
    assert [call("rep2").get(path).status_code for path in paths] == [200, 200, 200, 429]


def test_moved_and_given_out(world: World, call: Call) -> None:
    """POOL-4, POOL-6: to another pool one by one and many at once, by plan to members, each taken back as one."""
    rep, director = call("rep"), call("director")
    first, south = str(world.pools["open"]), str(world.pools["south"])
    keys = [make(rep) for _ in range(4)]
    for key in keys:
        rep.post(f"/leads/{key}/release", {"reason": "no_time", "pool": first})
    one = director.post(f"/leads/{keys[0]}/move-pool", {"pool": south, "reason": "属华南"})
    assert one.status_code == 200 and one.json()["pool"]["id"] == south
    assert director.post(f"/leads/{keys[0]}/move-pool", {"pool": south}).json()["code"] == "customers.same_pool"
    many = director.post(
        f"/pools/{first}/move", {"object": "leads", "ids": [str(k) for k in keys[1:3]], "pool": south}
    ).json()
    assert (many["moved"], many["missed"]) == (2, 0)
    assert Lead.objects.filter(pool_id=south, pk__in=keys).count() == 3
    run_job(director.post(f"/undo/{many['undo']}").json()["id"])
    assert Lead.objects.filter(pool_id=first, pk__in=keys).count() == 3
    board = director.get(f"/pools/{first}/distribution", object="leads").json()
    assert board["total"] >= 3 and any(p["user"]["id"] == str(world.users["rep2"]) for p in board["people"])
    body = {
        "object": "leads",
        "ids": [str(k) for k in keys[1:]],
        "method": "round_robin",
        "people": [str(world.users["rep2"])],
    }
    plan = director.post(f"/pools/{first}/distribution/preview", body).json()
    lines = [{"user": x["user"]["id"], "ids": [r["id"] for r in x["records"]]} for x in plan["lines"]]
    given = director.post(f"/pools/{first}/distribution", {"object": "leads", "lines": lines}).json()
    assert given["given"] == 3 and Lead.objects.filter(owner_id=world.users["rep2"], pk__in=keys).count() == 3
    assert Lead.objects.get(pk=keys[1]).respond_by is not None
    told = Notification.objects.get(kind="customer_assigned", user_id=world.users["rep2"])
    assert told.title_zh == "分配给您 3 条线索"
    run_job(director.post(f"/undo/{given['undo']}").json()["id"])
    assert Lead.objects.filter(pool_id=first, pk__in=keys).count() == 3
    assert rep.post(f"/pools/{first}/distribution/preview", body).status_code == 403


def test_arrivals_are_given_out_and_forms_decide(world: World, call: Call) -> None:
    """POOL-6: a pool that gives out by itself gives leads out, too, when they come into it."""
    with act(RECYCLER, "test", object="pools"):
        Pool.objects.filter(pk=world.pools["open"]).update(distribution="load")
    key = make(call("director"), pool=str(world.pools["open"]))
    from_log = OwnershipChange.objects.filter(record_id=key).values_list("kind", "pool_id")
    assert list(from_log) == [("create", world.pools["open"])]
    hand_on()
    assert Lead.objects.get(pk=key).owner_id is not None


@pytest.mark.parametrize(("kind", "title"), [("customers", "客户名称"), ("leads", "公司或姓名")])
def test_import_into_a_chosen_pool(world: World, call: Call, kind: str, title: str) -> None:
    """POOL-4: a column names the pool; who manages it, or sees everything, may import there; never with an owner as well."""
    pool = Pool.objects.get(pk=world.pools["open"])
    rows = [
        ["入池一有限公司", "", pool.name],
        ["入池二有限公司", "员工rep2", ""],
        ["入池三有限公司", "员工rep2", pool.name],
        ["入池四有限公司", "", "没有这个公海"],
    ]
    sheet = csv_bytes([[title, "负责人", "公海"], *rows])
    run = begin(call("director"), sheet, object=kind, name="入池.csv")
    checked = work(call("director"), run, "check")
    assert checked["check"] == {"create": 2, "update": 0, "skip": 0, "failed": 2}, checked["errors"]
    work(call("director"), run, "commit")
    model = kind_of(kind).declaration.model
    found = dict(model._base_manager.filter(name__startswith="入池").values_list("name", "pool_id"))
    assert found == {"入池一有限公司": pool.pk, "入池二有限公司": None}
    line = OwnershipChange.objects.get(
        object=kind, pool_id=pool.pk, kind="create", to_user_id=None, by_id=world.users["director"]
    )
    assert model._base_manager.get(pk=line.record_id).name == "入池一有限公司"


def test_a_pool_with_leads_is_in_use(world: World, call: Call) -> None:
    """A pool with leads in it is not deleted."""
    key = make(call("rep"))
    call("rep").post(f"/leads/{key}/release", {"reason": "no_time", "pool": str(world.pools["south"])})
    with act(RECYCLER, "test", object="customers"):
        Customer.objects.filter(pool_id=world.pools["south"]).update(pool_id=world.pools["open"])
    pool = Pool.objects.get(pk=world.pools["south"])
    refused = call("admin").delete(f"/pools/{pool.pk}", pool.version)
    assert refused.status_code == 409, refused.content.decode()
