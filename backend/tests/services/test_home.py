"""PLT-15, ANA-1: the home page. Each figure and card says what the list it opens says, for everybody; everybody arranges his own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import OperationalError

from kemai.accounts.models import FieldRule, Role
from kemai.administration.services.people import INSTALLER
from kemai.analytics.home import asking
from kemai.analytics.home.cards import CARDS, MONTH
from kemai.analytics.home.counters import COUNTERS
from kemai.analytics.home.lists import month_begin
from kemai.analytics.home.ready import READY, ready_for
from kemai.analytics.services import home as services
from kemai.base.audit import act
from kemai.base.models import AuditEvent
from kemai.customers.models import Customer
from kemai.kit.clock import now, start_of_day
from kemai.kit.words import T
from kemai.platform.notify import notify
from kemai.platform.objects import read
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.rows import fetch_within
from kemai.sales.models import Lead, Opportunity
from tests.calling import Caller
from tests.contracts import test_paging
from tests.counting import counting
from tests.fixtures import forget_everything
from tests.world import World

Call = Callable[[str], Caller]
PEOPLE = ("rep", "rep3", "manager", "director", "inside", "service", "admin", "guest")


@pytest.fixture
def busy(world: World) -> World:
    """Something for every figure to count, with everybody."""
    moment = now()
    with act(INSTALLER, "test", object="customers"):
        Customer.objects.update(next_contact_at=moment - timedelta(hours=1), quality=40, last_contact_at=None)
        Customer.objects.update(contract_ends_on=moment.date() + timedelta(days=9))
        Opportunity.objects.update(expected_close_on=moment.date(), stage_since=moment - timedelta(days=400), amount=7)
        won = [f.id for f in world.of("opportunities") if f.slug in ("mine", "colleague", "below", "foreign")]
        stage = world.stages["cooperate"]
        Opportunity.objects.filter(pk__in=won[1:]).update(
            status="won", stage_id=stage, closed_at=moment, close_reason="price"
        )
        Lead.objects.update(respond_by=moment - timedelta(hours=2), responded_at=None)
    notify(
        world.users["rep"],
        kind="customer_assigned",
        title=T("分配给您一位客户", "A customer for you"),
        path="/customers",
    )
    return world


def everything(caller: Caller) -> dict[str, Any]:
    """The page with all counters and cards this person may have, some at a time."""
    known = caller.get("/home/arrangement").json()
    counters = [c["code"] for c in known["known_counters"]]
    cards = [{"code": c["code"], "place": "left"} for c in known["known_cards"]]
    found: dict[str, Any] = {"counters": [], "cards": []}
    for n in range(0, max(len(counters), len(cards)), services.MOST):
        part = {"counters": counters[n : n + services.MOST], "cards": cards[n : n + services.MOST]}
        assert caller.put("/home/arrangement", part).status_code == 200
        page = caller.get("/home").json()
        found["counters"] += page["counters"]
        found["cards"] += page["cards"]
    assert [c["key"] for c in found["counters"]] == counters and len(found["cards"]) == len(cards)
    return found


def behind(caller: Caller, path: str) -> tuple[str, dict[str, str]]:
    """The list an address opens, as the screen asks for it: a view's filter and the address's own."""
    parts = urlsplit(path)
    return parts.path, dict(parse_qsl(parts.query))


@pytest.mark.parametrize("person", PEOPLE)
def test_each_figure_is_that_of_the_list_it_opens(person: str, busy: World, call: Call) -> None:
    """PLT-15, ANA-4: same count, same sum, same records, for who sees all, some, or next to nothing."""
    caller = call(person)
    page = everything(caller)
    by_code = {c.code: c for c in (*COUNTERS, *MONTH)}
    figures = [f for card in page["cards"] if card["shape"] == "figures" for f in card["data"]["figures"]]
    for shown in [*page["counters"], *figures]:
        counter = by_code[shown["key"]]
        assert shown["problem"] is None and shown["exact"], shown
        if counter.rows is None:
            continue
        path, query = behind(caller, shown["path"])
        rows = caller.all(path[1:], **query)
        if counter.sum:
            assert Decimal(shown["value"]) == sum(Decimal(row[counter.sum] or 0) for row in rows), shown
        else:
            assert shown["value"] == len(rows), shown
    for card in page["cards"]:
        assert card["problem"] is None, card
        listed = [item for item in (card["data"].get("items") or []) if card["shape"] == "rows" and card["path"]]
        if listed and not card["path"].startswith("/day-reports"):
            path, query = behind(caller, card["path"])
            assert {i["id"] for i in listed} <= caller.ids(path[1:], **query), card["code"]
        for bar in (card["data"] or {}).get("bars", []):
            path, query = behind(caller, bar["path"])
            rows = caller.all(path[1:], **query)
            assert (len(rows), sum(Decimal(r["amount"] or 0) for r in rows)) == (bar["count"], Decimal(bar["amount"]))
    shown = {c["key"] for c in page["counters"] if c["value"] not in (0, "0.00")}
    assert len(shown) >= {"rep": 13, "director": 11, "manager": 15}.get(person, 0), shown


def test_last_month_stands_beside_this_one(busy: World, call: Call) -> None:
    """ANA-5: what was won before the first of the reader's month is last month's."""
    first = month_begin(busy.actor("rep2"))
    before = start_of_day(first, "Asia/Shanghai") - timedelta(minutes=1)
    mine = busy.get("opportunities", "colleague").id
    rep2 = call("rep2")
    assert rep2.put("/home/arrangement", {"counters": ["won_month"], "cards": []}).status_code == 200
    (now_won,) = rep2.get("/home").json()["counters"]
    assert (now_won["value"], now_won["previous"]) == ("7.00", "0.00")
    with act(INSTALLER, "test", object="opportunities"):
        Opportunity.objects.filter(pk=mine).update(closed_at=before)
    (then_won,) = rep2.get("/home").json()["counters"]
    assert (then_won["value"], then_won["previous"]) == ("0.00", "7.00")


def test_special_figures_are_those_of_their_pages(busy: World, call: Call) -> None:
    manager, rep = call("manager"), call("rep")
    figures = {c["key"]: c["value"] for c in everything(manager)["counters"]}
    assert figures["duplicates"] == sum(k["open"] for k in manager.get("/duplicates").json()["kinds"])
    assert figures["exports"] == len(manager.get("/exports", which="waiting").json()["items"])
    team = manager.get("/reports/team", kind="morning", on=services_day(manager)).json()["items"]
    missing = {i["person"]["id"] for i in team if (i["report"] or {}).get("status") != "submitted"}
    assert figures["reports_missing"] == len(missing) > 0
    mine = {c["key"]: c["value"] for c in everything(rep)["counters"]}
    assert mine["unread"] == rep.get("/notifications").json()["unread"] > 0


def services_day(caller: Caller) -> str:
    """The day the card of missing sheets opens."""
    put = {"counters": ["reports_missing"], "cards": []}
    assert caller.put("/home/arrangement", put).status_code == 200
    return dict(parse_qsl(urlsplit(caller.get("/home").json()["counters"][0]["path"]).query))["on"]


def test_what_one_may_not_see_is_not_there(world: World, call: Call) -> None:
    """S-2: neither offered nor accepted; whoever may see nothing has a page all the same."""
    rep, guest = call("rep"), call("guest")
    known = {c["code"] for c in rep.get("/home/arrangement").json()["known_counters"]}
    assert "due" in known and not known & {"team_open", "exports", "people", "team_leads_late"}
    refused = rep.put("/home/arrangement", {"counters": ["team_open"], "cards": []})
    unknown = rep.put("/home/arrangement", {"counters": ["nothing"], "cards": []})
    assert refused.status_code == unknown.status_code == 422 and refused.json()["errors"] == unknown.json()["errors"]
    page = guest.get("/home").json()
    assert {c["key"] for c in page["counters"]} == {"unread"}
    assert {c["code"] for c in page["cards"]} == {"messages"}
    assert call("nobody").get("/home").status_code == 401


def test_hidden_fields_take_their_cards_with_them(busy: World, call: Call) -> None:
    """S-3: nothing is counted, sorted, summed or said by a field that is hidden."""
    role = Role.objects.get(code="sales_rep")
    with act(INSTALLER, "test", object="roles"):
        for name, field, access in (
            ("customers", "quality", "hidden"),
            ("opportunities", "amount", "masked"),
            ("opportunities", "stage", "hidden"),
        ):
            FieldRule.objects.create(role=role, object=name, field=field, access=access)
    forget_everything()
    page = everything(call("rep"))
    assert not {c["key"] for c in page["counters"]} & {"to_improve", "low_quality", "pipeline", "won_month"}
    cards = {c["code"]: c["data"] for c in page["cards"]}
    assert not set(cards) & {"to_improve", "low_quality", "rotting"}
    assert {f["key"] for f in cards["month"]["figures"]} == {"won_count", "new_customers", "interactions"}
    assert all(line["amount"] is None for line in cards["closing"]["items"])
    assert "开拓" not in str(cards["closing"])


@pytest.mark.parametrize(
    "person, kind",
    [("rep", "rep"), ("manager", "manager"), ("director", "director"), ("inside", "inside"), ("admin", "administrator"),
     ("service", "relations"), ("finance", "finance"), ("auditor", "basic"), ("guest", "basic"), ("watcher", "basic")],
)  # fmt: skip
def test_the_ready_arrangement_goes_by_the_role(person: str, kind: str, world: World, call: Call) -> None:
    """PLT-15: a representative, a manager, a director, inside sales and the rest begin with what they work by."""
    ready = ready_for(world.actor(person))
    assert ready.code == kind
    page = call(person).get("/home").json()
    assert page["source"] == "ready"
    assert [c["key"] for c in page["counters"]] == [
        c for c in ready.arrangement.counters if c in shown(page, "counters")
    ]
    assert len(page["cards"]) >= 1 and all(c["problem"] is None for c in page["cards"])
    if kind in ("rep", "manager", "director", "inside"):
        assert len(page["counters"]) == len(ready.arrangement.counters)
        assert len(page["cards"]) == len(ready.arrangement.cards)


def shown(page: dict[str, Any], part: str) -> set[str]:
    return {c.get("key") or c.get("code") for c in page[part]}


def test_ready_arrangements_name_what_there_is() -> None:
    """No word of them is dead, and no card stands twice."""
    for ready in READY:
        counters, cards = ready.arrangement.counters, [code for code, _ in ready.arrangement.cards]
        assert set(counters) <= {c.code for c in COUNTERS} and set(cards) <= {c.code for c in CARDS}
        assert len(set(counters)) == len(counters) <= services.MOST and len(set(cards)) == len(cards)
    assert len({c.code for c in COUNTERS}) == len(COUNTERS) and len({c.code for c in CARDS}) == len(CARDS)


def test_everybody_arranges_his_own(world: World, call: Call) -> None:
    """PLT-15: the order and places stay; two tabs do not overwrite each other; the ready one comes back; nobody else's moves."""
    rep, rep2 = call("rep"), call("rep2")
    ready = rep.get("/home").json()
    wanted = {
        "counters": ["mine", "due"],
        "cards": [{"code": "recent", "place": "full"}, {"code": "tasks", "place": "left"}],
    }
    kept = rep.put("/home/arrangement", wanted, 0)
    assert kept.status_code == 200 and kept.json()["version"] == 1
    page = rep.get("/home").json()
    assert [c["key"] for c in page["counters"]] == ["mine", "due"] and page["source"] == "own"
    assert [(c["code"], c["place"]) for c in page["cards"]] == [("recent", "full"), ("tasks", "left")]
    late = rep.put("/home/arrangement", {"counters": [], "cards": []}, 0)
    assert late.status_code == 412 and late.json()["current"]["counters"] == ["mine", "due"]
    assert rep.put("/home/arrangement", {"counters": [], "cards": []}, 1).status_code == 200
    assert rep.get("/home").json()["counters"] == rep.get("/home").json()["cards"] == []
    assert [c["key"] for c in rep2.get("/home").json()["counters"]] == [c["key"] for c in ready["counters"]]
    assert rep.delete("/home/arrangement").json()["source"] == "ready"
    assert shown(rep.get("/home").json(), "counters") == shown(ready, "counters")
    for wrong in (
        {"counters": ["due", "due"], "cards": []},
        {"counters": [], "cards": [{"code": "tasks", "place": "top"}]},
        {"counters": [], "cards": [{"code": "tasks", "place": "left"}] * 2},
    ):
        assert rep.put("/home/arrangement", wrong).status_code == 422


def test_an_administrator_arranges_for_a_role(world: World, call: Call) -> None:
    """The people of the role begin with it, who arranged his own keeps it, and the history says who did it."""
    admin, rep, rep2 = call("admin"), call("rep"), call("rep2")
    roles = {r["id"]: r for r in admin.get("/home/roles").json()["items"]}
    key = str(Role.objects.get(code="sales_rep").id)
    assert roles[key]["arranged"] is False and roles[key]["ready"] == "销售代表"
    assert rep2.put("/home/arrangement", {"counters": ["tasks"], "cards": []}).status_code == 200
    wanted = {"counters": ["leads", "team_open"], "cards": [{"code": "month", "place": "full"}]}
    assert admin.put(f"/home/roles/{key}", wanted, 0).json()["source"] == "role"
    page = rep.get("/home").json()
    assert page["source"] == "role" and [c["key"] for c in page["counters"]] == ["leads"], "each gets what he may have"
    assert [c["key"] for c in rep2.get("/home").json()["counters"]] == ["tasks"]
    event = AuditEvent.objects.filter(action="home.arrange", object="roles").latest("id")
    assert (event.actor_id, str(event.record_id)) == (world.users["admin"], key)
    assert admin.put(f"/home/roles/{key}", wanted, 0).status_code == 412
    assert admin.delete(f"/home/roles/{key}").json()["source"] == "ready"
    assert rep.get("/home").json()["source"] == "ready"
    for path in ("/home/roles", f"/home/roles/{key}"):
        assert call("director").get(path).status_code == 403
    assert call("director").put(f"/home/roles/{key}", wanted).status_code == 403
    assert admin.get(f"/home/roles/{world.users['rep']}").status_code == 404


def test_a_card_that_fails_leaves_the_page_standing(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """One card's trouble is said in its place."""

    def fail(_: Any) -> Any:
        raise RuntimeError("broken")

    known = services._cards
    monkeypatch.setitem(known, "tasks", replace(known["tasks"], read=fail))
    monkeypatch.setitem(services._counters, "unread", replace(services._counters["unread"], count=fail))
    rep = call("rep")
    cards = [{"code": "tasks", "place": "left"}, {"code": "recent", "place": "left"}]
    assert rep.put("/home/arrangement", {"counters": ["unread", "mine"], "cards": cards}).status_code == 200
    page = rep.get("/home").json()
    assert [(c["data"] is None, c["problem"] is None) for c in page["cards"]] == [(True, False), (False, True)]
    assert page["counters"][0]["value"] is None and "稍后" in page["counters"][0]["problem"]
    assert page["counters"][1]["value"] > 0


def test_a_figure_that_takes_too_long_does_not_cost_the_others_theirs(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked one by one then: a count is estimated as above its list, a sum says that it did not come in time."""
    real, rep = asking.fetch_within, call("rep")
    assert rep.put("/home/arrangement", {"counters": ["mine", "tasks", "pipeline"], "cards": []}).status_code == 200
    before = {c["key"]: c["value"] for c in rep.get("/home").json()["counters"]}

    def slow(milliseconds: int, sql: str, params: dict[str, Any]) -> Any:
        if "FROM activities_task" in sql or "SELECT COALESCE(sum" in sql:
            return None
        return real(milliseconds, sql, params)

    monkeypatch.setattr(asking, "fetch_within", slow)
    after = {c["key"]: c for c in rep.get("/home").json()["counters"]}
    assert after["mine"]["value"] == before["mine"] and after["mine"]["exact"]
    assert after["tasks"]["exact"] is False and after["tasks"]["value"] >= asking.EXACT_COUNT
    assert after["pipeline"]["value"] is None and "及时" in after["pipeline"]["problem"]


def test_what_is_too_large_to_be_asked_is_not_put_on_a_ready_page(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its list would refuse as well. Who chose the figure himself is told why there is none."""
    monkeypatch.setattr(read, "table_rows", lambda _: 1e9)
    monkeypatch.setattr(read, "estimate", lambda *_: 10**9)
    director = call("director")
    page = director.get("/home").json()
    assert "team_rotting" not in shown(page, "counters") and "team_pipeline" in shown(page, "counters")
    assert director.put("/home/arrangement", {"counters": ["team_rotting"], "cards": []}).status_code == 200
    (figure,) = director.get("/home").json()["counters"]
    assert figure["value"] is None and "索引" in figure["problem"]
    path, query = behind(director, figure["path"])
    assert director.get(path, **query).json()["code"] == "not_indexed"


def test_a_statement_past_its_time_is_no_answer(world: World) -> None:
    """The database's own limit, not ours."""
    assert fetch_within(20, "SELECT pg_sleep(%(s)s)::text", {"s": 2}) is None
    with pytest.raises(OperationalError):
        raise OperationalError
    assert fetch_within(1000, "SELECT %(s)s::int", {"s": 2}) == [(2,)]


@pytest.mark.parametrize("person", ["rep", "director"])
def test_statements_do_not_grow_with_records(person: str, world: World, call: Call) -> None:
    """L-4, PLT-15: the page asks as many over a hundred records more; only what is shown is asked."""
    caller = call(person)

    def asked() -> int:
        counts = []
        for _ in range(3):
            with counting() as captured:
                assert caller.get("/home").status_code == 200
            sent = [s for s in captured.statements if not s.startswith(("SAVEPOINT", "RELEASE", "SET LOCAL"))]
            counts.append(len(sent))
        return min(counts)

    before = asked()
    for name in ("customers", "tasks", "opportunities", "leads"):
        test_paging.bulk(world, get_object(name))
    assert asked() == before <= 22
    assert caller.put("/home/arrangement", {"counters": ["tasks"], "cards": []}).status_code == 200
    assert asked() == 2, "the arrangement and one figure"
