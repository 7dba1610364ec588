"""ANA-1: the analysis of sales says what its lists show, to whom they show it, and nothing of hidden fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from kemai.accounts.models import FieldRule, Role, RoleGrant, User
from kemai.accounts.sessions import forget_callers
from kemai.activities.models import DayFigure, Interaction
from kemai.activities.models.work import DAY_FIGURES
from kemai.administration.services.people import INSTALLER
from kemai.analytics.selectors.parts import PARTS
from kemai.base.audit import act
from kemai.base.figures import wrong_sql
from kemai.base.models import AuditEvent
from kemai.config.verify import run_checks
from kemai.kit.clock import now
from kemai.platform.models import Export
from kemai.sales.models import Opportunity, Stage
from kemai.sales.services.reaching import recount_pipeline
from tests.calling import Caller
from tests.counting import counting
from tests.fixtures import at
from tests.world import World

Call = Callable[[str], Caller]
READERS = ("rep", "manager", "southlead", "director", "watcher", "inside")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def part(caller: Caller, key: str, **asked: str) -> dict[str, Any]:
    answer = caller.get(f"/analysis/{key}", **asked)
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


def figures(table: dict[str, Any]) -> Iterator[tuple[str, str, Any, str]]:
    """(row, column, value, path) of everything that opens records."""
    for row in table["rows"]:
        for column, figure in row["figures"].items():
            if figure["path"]:
                yield row["key"], column, figure["value"], figure["path"]


def records(caller: Caller, path: str) -> list[dict[str, Any]]:
    """What the address opens, every row of it."""
    name, query = urlsplit(path).path[1:], parse_qs(urlsplit(path).query)
    more = {"fields": "name,amount"} if name == "opportunities" else {}
    total = caller.get(f"/{name}", filter=query["filter"][0], with_total=True, limit=1).json()
    rows = caller.all(name, filter=query["filter"][0], **more)
    assert total["total"] == len(rows) and total["total_is_exact"]
    return rows


def figure(table: dict[str, Any], row: str, column: str) -> Any:
    return next(r for r in table["rows"] if r["key"] == row)["figures"][column]["value"]


@pytest.fixture
def busy(world: World, call: Call) -> World:
    """Deals won, lost and moved, a share across the company, customers of several provinces and sources."""
    director = call("director")
    opportunity = {slug: str(world.get("opportunities", slug).id) for slug in ("mine", "colleague", "foreign", "below")}
    for slug, verb, body in (
        ("mine", "move-stage", {"stage": "negotiate"}),
        ("mine", "win", {"amount": "1200.50"}),
        ("colleague", "move-stage", {"stage": "contact"}),
        ("colleague", "lose", {"reason": "price"}),
        ("foreign", "win", {"amount": "300"}),
        ("below", "move-stage", {"stage": "contact"}),
    ):
        assert director.post(f"/opportunities/{opportunity[slug]}/{verb}", body).status_code in (200, 204), (slug, verb)
    for slug, region, source in (("mine", "杭州", "web"), ("foreign", "广东深圳", "web"), ("below", "某地", "visit")):
        path = f"/customers/{world.get('customers', slug).id}"
        version = director.get(path).json()["version"]
        assert director.patch(path, {"region": region, "source": source}, version).status_code == 200
    return world


@pytest.mark.parametrize("reader", READERS)
def test_every_figure_equals_the_list_it_opens(reader: str, busy: World, call: Call) -> None:
    """ANA-1, S-1: counts are the number of records, sums the sum of their amounts, for whoever reads."""
    grant_everybody()
    caller, tried, positive = call(reader), 0, 0
    for key in PARTS:
        for asked in ({}, {"department": str(busy.departments["east"])}):
            for row, column, value, path in figures(part(caller, key, **asked)):
                if value in (0, "0.00") and tried % 7:
                    tried += 1
                    continue
                rows = records(caller, path)
                money = isinstance(value, str)
                expected: Any = sum(Decimal(r["amount"] or 0) for r in rows) if money else len(rows)
                assert (Decimal(value) if money else value) == expected, (key, row, column, asked)
                tried, positive = tried + 1, positive + bool(rows)
    assert positive > 10


def grant_everybody() -> None:
    """The page to all roles: what they see on it is the records' matter."""
    with act(INSTALLER, "grants", object="roles"):
        for role in Role.objects.filter(deleted_at__isnull=True):
            RoleGrant.objects.get_or_create(role=role, permission="analytics.analysis.view", defaults={"scope": "all"})
    forget_callers()


def test_who_sees_only_his_own_looks_at_himself(busy: World, call: Call) -> None:
    """A representative gets his own figures whoever he asks for; who has no right gets none."""
    rep = call("rep")
    asked = rep.get("/analysis", person=str(busy.users["rep2"])).json()
    assert (asked["own"], asked["person"], asked["people"]) == (True, str(busy.users["rep"]), [])
    people = part(rep, "ranking", person=str(busy.users["rep2"]))["rows"]
    assert {row["key"] for row in people} == {str(busy.users["rep"])}
    assert call("guest").get("/analysis").status_code == call("guest").get("/analysis/funnel").status_code == 403
    assert call("rep").get("/analysis/nonsense").status_code == 404


def test_narrowing_by_department_and_person(busy: World, call: Call) -> None:
    director = call("director")
    everybody = {row["key"] for row in part(director, "ranking")["rows"]}
    south = {row["key"] for row in part(director, "ranking", department=str(busy.departments["south"]))["rows"]}
    assert str(busy.users["rep3"]) in south < everybody
    departments = part(director, "ranking", by="department")["rows"]
    assert figure({"rows": departments}, str(busy.departments["south"]), "won_sum") == "300.00"
    alone = part(director, "ranking", person=str(busy.users["rep3"]))["rows"]
    assert {row["key"] for row in alone} == {str(busy.users["rep3"])}
    for wrong in ({"period": "2026-13"}, {"period": "soon"}, {"department": "x"}, {"person": str(UUID(int=1))}):
        assert director.get("/analysis/totals", **wrong).status_code == 400, wrong


def test_the_funnel_of_a_small_history(world: World, call: Call) -> None:
    """decisions/032: reached, converted, days and losses of four deals whose story is known; a move taken back was none."""
    director = call("director")
    start = datetime(2031, 3, 2, 9, tzinfo=SHANGHAI)
    customer = str(world.get("customers", "mine").id)

    def day(n: int) -> datetime:
        return start + timedelta(days=n)

    ids = []
    for n in range(4):
        with at(day(0)):
            answer = director.post(
                "/opportunities",
                {"name": f"漏斗{n}", "customer": customer, "amount": "100", "expected_close_on": "2031-09-01"},
            )
            ids.append(answer.json()["id"])

    def does(n: int, key: int, verb: str, **body: Any) -> dict[str, Any]:
        with at(day(n)):
            answer = director.post(f"/opportunities/{ids[key]}/{verb}", body)
            assert answer.status_code in (200, 204), answer.content.decode()
            return answer.json() if answer.content else {}

    does(2, 0, "move-stage", stage="contact")
    does(6, 0, "win")  # negotiate was skipped: it was passed all the same
    does(4, 1, "move-stage", stage="contact")
    does(8, 1, "move-stage", stage="negotiate")
    does(9, 1, "lose", reason="price")
    undo = does(5, 2, "move-stage", stage="negotiate")["undo"]
    with at(day(5) + timedelta(minutes=1)):
        assert director.post(f"/undo/{undo}").status_code in (200, 204)
    does(10, 3, "move-stage", stage="contact")
    does(11, 3, "move-stage", stage="explore")

    with at(day(20)):
        table = part(director, "funnel", period="2031-03")
        codes = {str(s.id): s.code for s in Stage.objects.filter(pipeline_id=world.pipeline)}
        rows = {codes[r["key"]]: {k: f["value"] for k, f in r["figures"].items()} for r in table["rows"]}
        assert [rows[c]["reached"] for c in ("explore", "contact", "negotiate", "cooperate")] == [4, 3, 2, 1]
        assert [rows[c]["step"] for c in ("contact", "negotiate", "cooperate")] == [0.75, 0.6667, 0.5]
        assert [rows[c]["overall"] for c in ("contact", "negotiate", "cooperate")] == [0.75, 0.5, 0.25]
        # explore: 2 and 4 days, of the deals that left it for good; contact: 4, 4 and 1 day; negotiate: 1 day.
        assert [rows[c]["median_days"] for c in ("explore", "contact", "negotiate", "cooperate")] == [
            3.0,
            4.0,
            1.0,
            None,
        ]
        assert [rows[c]["mean_days"] for c in ("explore", "contact", "negotiate")] == [3.0, 3.0, 1.0]
        assert [rows[c]["lost"] for c in ("explore", "contact", "negotiate")] == [0, 0, 1]
        lost = part(director, "losses", period="2031-03")["rows"]
        assert [(r["key"], r["figures"]["lost"]["value"], r["figures"]["sum"]["value"]) for r in lost] == [
            ("price", 1, "100.00")
        ]
    does(30, 0, "reopen")
    with at(day(31)):
        again = part(director, "funnel", period="2031-03")["rows"]
        assert [r["figures"]["reached"]["value"] for r in again] == [4, 3, 1, 0]
    assert Opportunity.objects.filter(pk=ids[3]).values_list("reached__code", flat=True).get() == "contact"


def test_another_order_of_stages_makes_another_the_furthest(busy: World, call: Call) -> None:
    """What is kept of the log follows the stages; verify would notice."""
    won = Opportunity.objects.get(pk=busy.get("opportunities", "mine").id)
    below = busy.get("opportunities", "below").id
    assert won.reached is not None and won.reached.kind == "won"
    admin, contact = call("admin"), Stage.objects.get(pk=busy.stages["contact"])
    answer = admin.patch(f"/stages/{contact.id}", {"position": -1}, contact.version)
    assert answer.status_code == 200
    assert not ok("how far each deal came")
    assert busy.pipeline is not None
    recount_pipeline(busy.pipeline)
    assert ok("how far each deal came")
    assert Opportunity.objects.values_list("reached__code", flat=True).get(pk=below) == "explore"


def ok(check: str) -> bool:
    return all(c["ok"] for c in run_checks() if c["check"].startswith(check))


def test_months_end_on_the_readers_clock(world: World, call: Call) -> None:
    """A follow-up at midnight belongs to another month for a reader elsewhere; the kept days do not blur it."""
    director = call("director")
    body = {"customer": str(world.get("customers", "mine").id), "channel": "visit", "content": "深夜来电"}
    with at(datetime(2031, 5, 10, 9, tzinfo=SHANGHAI)):
        for moment in ("2031-05-01T00:30:00+08:00", "2031-04-30T23:30:00+08:00", "2031-05-01T14:00:00+08:00"):
            assert director.post("/interactions", {**body, "occurred_at": moment}).status_code == 201
    for zone, april, may in (
        ("Asia/Shanghai", 1, 2),
        ("Europe/Berlin", 2, 1),
        ("Asia/Kolkata", 2, 1),
        ("America/New_York", 2, 1),
    ):
        with act(INSTALLER, "edit", object="users"):
            User.objects.filter(pk=world.users["director"]).update(time_zone=zone)
        forget_callers()
        for period, expected in (("2031-04", april), ("2031-05", may), ("2031-05-01~2031-05-01", may)):
            table = part(call("director"), "totals", period=period)
            assert figure(table, "interactions", "value") == expected, (zone, period)
            assert (
                len(
                    records(
                        call("director"),
                        next(p for r, c, _, p in figures(table) if (r, c) == ("interactions", "value")),
                    )
                )
                == expected
            )


@pytest.mark.parametrize("access", ["hidden", "masked"])
def test_a_hidden_amount_is_in_no_figure(access: str, busy: World, call: Call) -> None:
    """ORG-3: neither as a sum nor in the file; the counts stay."""
    role = Role.objects.get(code="sales_manager")
    with act(INSTALLER, "grants", object="roles"):
        FieldRule.objects.create(role=role, object="opportunities", field="amount", access=access)
        FieldRule.objects.create(role=role, object="customers", field="region", access=access)
    forget_callers()
    manager = call("manager")
    for key in PARTS:
        table = part(manager, key)
        assert not {c["key"] for c in table["columns"]} & {"won_sum", "sum", "now_sum"}, key
        assert "1200.50" not in manager.get(f"/analysis/{key}").content.decode()
    assert figure(part(manager, "totals"), "won_count", "value") == 1
    assert part(manager, "regions")["withheld"] and part(manager, "regions")["rows"] == []
    assert part(manager, "trend", measure="won_sum")["withheld"]
    assert part(manager, "trend")["measure"] == "won_count"


def test_follow_ups_by_the_day_equal_a_recount(busy: World, call: Call) -> None:
    """Kept through creating, moving in time, changing channel and holder, deleting and restoring; a wrong figure is noticed."""
    director, key = call("director"), str(busy.get("interactions", "mine").id)

    def wrong() -> int:
        with connection.cursor() as cursor:
            cursor.execute(wrong_sql(DAY_FIGURES, "activities_interaction"))
            return int(cursor.fetchone()[0])

    def version() -> int:
        return int(director.get(f"/interactions/{key}", deleted=True).json()["version"])

    assert wrong() == 0
    moved = (now() - timedelta(days=40)).isoformat()
    customer = busy.get("customers", "mine").id
    for does in (
        lambda: director.patch(f"/interactions/{key}", {"occurred_at": moved, "channel": "visit"}, version()),
        lambda: director.patch(f"/interactions/{key}", {"content": "改了内容"}, version()),
        lambda: director.post(f"/customers/{customer}/assign", {"owner": str(busy.users["rep3"])}),
        lambda: director.delete(f"/interactions/{key}", version()),
        lambda: director.post(f"/interactions/{key}/restore"),
    ):
        assert does().status_code in (200, 204)
        assert wrong() == 0
    assert DayFigure.objects.filter(count__gt=0).count() <= Interaction.objects.filter(deleted_at__isnull=True).count()
    DayFigure.objects.filter(pk=DayFigure.objects.filter(count__gt=0).values("pk")[:1]).update(count=77)
    assert not ok("follow-ups by the day")


def test_a_file_of_figures(busy: World, call: Call) -> None:
    """P-3: the rows of the screen, no formula in them, counted and logged; refused where the right to export reaches less far."""
    with act(INSTALLER, "edit", object="users"):
        User.objects.filter(pk=busy.users["rep"]).update(name="=1+1")
    manager = call("manager")
    answer = manager.post("/analysis/ranking/export", {"purpose": "周会"})
    assert answer.status_code == 200, answer.content.decode()
    export = Export.objects.get(file_id=answer.json()["file"])
    shown = part(manager, "ranking")["rows"]
    assert (export.object, export.rows, export.state, export.purpose) == ("opportunities", len(shown), "done", "周会")
    event = AuditEvent.objects.filter(action="export").latest("id")
    assert event.data is not None and event.data["analysis"] == "ranking"
    content = manager.get(f"/files/{export.file_id}/content")
    assert content.status_code == 200
    assert b"".join(content.streaming_content if content.streaming else [content.content])[:2] == b"PK"  # type: ignore[attr-defined]
    assert manager.get("/exports", which="mine").json()["items"][0]["object_label"]
    with act(INSTALLER, "grants", object="roles"):
        RoleGrant.objects.filter(role__code="sales_manager", permission="sales.opportunity.export").update(scope="own")
    forget_callers()
    assert call("manager").post("/analysis/ranking/export").status_code == 403
    assert "ranking" not in call("manager").get("/analysis").json()["exports"]
    assert call("guest").post("/analysis/ranking/export").status_code == 403


#: The most statements a part may need.
LIMITS = {"totals": 8, "funnel": 7, "losses": 4, "trend": 3, "ranking": 9, "activity": 8, "sources": 6, "regions": 6}


def test_statements_do_not_grow(busy: World, call: Call) -> None:
    """L-4: more people, stages and months cost no more statements."""
    director = call("director")

    def statements(key: str, **asked: str) -> int:
        found = []
        for _ in range(3):
            with counting() as counted:
                part(director, key, **asked)
            found.append(len([s for s in counted.statements if not s.startswith(("SAVEPOINT", "RELEASE"))]))
        return min(found)

    for key, most in LIMITS.items():
        few, many = statements(key, period="2001-01"), statements(key, period="2026")
        assert few <= many <= most, (key, few, many)
