"""ACT-7: sheets filled in from records, handed in with the numbers of that moment, read and commented by the manager."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from kemai.accounts.models import User
from kemai.activities.models import Report
from kemai.activities.rules.periods import begin_of, periods_of
from kemai.activities.subscribers import tell_superior, tell_writer
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.events import Delivered
from kemai.platform.models import Notification
from tests.calling import Caller
from tests.counting import counting
from tests.fixtures import at
from tests.world import World

Call = Callable[[str], Caller]
#: Monday: the last working day before it is Friday.
NOW = datetime(2030, 3, 11, 1, 0, tzinfo=UTC)
MORNING = {"kind": "morning", "on": "2030-03-11"}


@pytest.fixture(autouse=True)
def at_nine(world: World) -> Iterator[None]:
    with at(NOW):
        yield


def work(world: World, rep: Caller) -> None:
    mine = str(world.get("customers", "mine").id)
    deal = world.get("opportunities", "mine").id
    with at(datetime(2030, 3, 8, 6, 0, tzinfo=UTC)):  # Friday
        rep.post("/interactions", {"customer": mine, "content": "看了车间", "channel": "visit"})
        rep.post("/interactions", {"customer": mine, "content": "问候", "channel": "phone"})
        rep.post(f"/opportunities/{deal}/win", {"amount": "9000.50"})
        made = rep.post("/promises", {"content": "样品", "customer": mine, "due_on": "2030-03-08"}).json()
        rep.post(f"/promises/{made['id']}/keep")
    rep.post("/tasks", {"title": "送合同", "related": mine, "due_at": "2030-03-11T15:00:00+08:00"})
    rep.post(
        "/opportunities", {"name": "新单", "customer": mine, "amount": "500.00", "expected_close_on": "2030-03-11"}
    )


def values(figures: list[dict[str, Any]]) -> dict[str, str]:
    return {f["code"]: f["value"] for f in figures}


def test_filled_in_from_records(world: World, call: Call) -> None:
    """Yesterday is the last working day and what lies between; today's places come from the calendar."""
    rep = call("rep")
    work(world, rep)
    sheet = rep.get("/reports/prefill", **MORNING).json()
    assert (sheet["first"], sheet["last"], sheet["next_first"]) == ("2030-03-08", "2030-03-10", "2030-03-11")
    found = values(sheet["figures"])
    assert (found["follow_ups"], found["visits"], found["calls"], found["won"]) == ("2", "1", "1", "1")
    assert (found["won_sum"], found["promises_kept"], found["expected_sum"]) == ("9000.50", "1", "500.00")
    assert sheet["texts"]["places"] == "金丝雀mine客户 — 看了车间"
    assert "9000.50" in sheet["texts"]["deals"] and "新单" in sheet["texts"]["expected"]
    assert "送合同" in sheet["texts"]["plans"] and sheet["report"] is None


def test_every_figure_is_its_list(world: World, call: Call) -> None:
    """A number and the list it opens are the same, for whoever looks."""
    work(world, call("rep"))
    for person in ("rep", "manager"):
        caller = call(person)
        answer = caller.get("/reports/team", **MORNING)
        assert answer.status_code == 200, answer.content.decode()
        people = answer.json()["items"]
        own = next(i for i in people if i["person"]["label"] == "员工rep")
        for figure in own["figures"]:
            url = urlsplit(figure["path"])
            filters = {k: v[0] for k, v in parse_qs(url.query).items()}
            rows = caller.all(url.path[1:], filter=json.loads(filters["filter"]))
            if figure["unit"]:
                assert f"{sum(float(r['amount'] or 0) for r in rows):.2f}" == figure["value"], figure["code"]
            else:
                assert str(len(rows)) == figure["value"], (person, figure["code"])


def test_handed_in_read_and_commented(world: World, call: Call) -> None:
    """The numbers of that moment stay; the manager reads, comments, the writer is told; then it cannot be taken back."""
    rep, manager = call("rep"), call("manager")
    work(world, rep)
    made = rep.post(
        "/reports", {"kind": "morning", "begins_on": "2030-03-11", "places": "车间", "problems": "缺样品"}
    ).json()
    path = f"/reports/{made['id']}"
    assert rep.post(f"{path}/submit").json()["status"] == "submitted"
    rep.post(
        "/interactions",
        {
            "customer": str(world.get("customers", "mine").id),
            "content": "晚到的",
            "occurred_at": "2030-03-08T09:00:00Z",
        },
    )
    mine = next(i for i in manager.get("/reports/team", **MORNING).json()["items"] if i["report"])
    assert values(mine["figures"])["follow_ups"] == "2" and mine["report"]["problems"] == "缺样品"
    assert values(rep.get("/reports/prefill", **MORNING).json()["figures"])["follow_ups"] == "3"
    version = rep.get(path).json()["version"]
    assert rep.patch(path, {"places": "改"}, version).status_code == 422
    assert rep.patch(path, {"snapshot": []}, version).status_code == 422
    comments = manager.post(f"{path}/comments", {"text": "样品今天到"}).json()["items"]
    assert [c["text"] for c in comments] == ["样品今天到"]
    mine = next(i for i in manager.get("/reports/team", **MORNING).json()["items"] if i["report"])
    assert (
        mine["report"]["read_by"] == "员工manager" and mine["report"]["comments"][0]["author"]["label"] == "员工manager"
    )
    assert rep.post(f"{path}/withdraw").json()["code"] == "activities.read_already"
    assert rep.post(f"{path}/comments", {"text": "收到"}).status_code == 200
    assert rep.post(f"{path}/comments", {"text": "  "}).status_code == 422


def test_withdrawn_and_handed_in_again(world: World, call: Call) -> None:
    rep = call("rep")
    path = f"/reports/{rep.post('/reports', {'kind': 'week', 'begins_on': '2030-03-13'}).json()['id']}"
    assert rep.get(path).json()["begins_on"] == "2030-03-11"  # the Monday of it
    assert rep.post("/reports", {"kind": "week", "begins_on": "2030-03-14"}).status_code == 409
    assert rep.post(f"{path}/withdraw").json()["code"] == "activities.not_submitted"
    handed = rep.post(f"{path}/submit").json()
    assert rep.post(f"{path}/submit").json()["code"] == "activities.already_submitted"
    assert handed["can"]["delete"] == "已提交的报告不能删除。"
    assert rep.delete(path, handed["version"]).json()["code"] == "stays"
    back = rep.post(f"{path}/withdraw").json()
    assert back["status"] == "draft"
    assert rep.patch(path, {"plans": "下周"}, back["version"]).status_code == 200


def test_who_reads_whose(world: World, call: Call) -> None:
    rep = call("rep")
    path = f"/reports/{rep.post('/reports', {'kind': 'day', 'begins_on': '2030-03-11'}).json()['id']}"
    for person, status in (("rep2", 404), ("rep3", 404), ("finance", 403), ("manager", 200), ("director", 200)):
        assert call(person).get(f"{path}/comments").status_code == status, person
    assert call("manager").post(f"{path}/submit").json()["code"] == "activities.not_your_report"
    assert call("manager").post(f"{path}/mark-read").json()["code"] == "activities.not_submitted"
    assert (
        call("rep2").get("/reports/team", kind="day", on="2030-03-11").json()["items"][0]["person"]["label"]
        == "员工rep2"
    )
    assert call("finance").get("/reports/team", kind="day", on="2030-03-11").status_code == 403
    assert rep.get("/reports/team", kind="year", on="2030-03-11").status_code == 400


def test_a_team_costs_the_same_statements(world: World, call: Call) -> None:
    """L-4: for one person and for many."""

    def asked(person: str) -> int:
        caller, counts = call(person), []
        for _ in range(3):
            with counting() as captured:
                assert caller.get("/reports/team", **MORNING).status_code == 200
            counts.append(len(captured))
        return min(counts)

    assert asked("rep") == asked("director") <= 5


def test_messages(world: World, call: Call) -> None:
    with act(INSTALLER, "test", object="users"):
        User.objects.filter(pk=world.users["rep"]).update(manager_id=world.users["manager"])
    facts = {"owner_id": str(world.users["rep"]), "report_kind": "morning", "on": "2030-03-11"}
    key = UUID(int=5)
    tell_superior(Delivered(1, "activities.report_submitted", "reports", key, world.users["rep"], facts))
    told = Notification.objects.get(user_id=world.users["manager"], kind="report_submitted")
    assert told.title_zh == "员工rep提交了晨会表（2030-03-11）" and told.path.startswith("/day-reports?")
    said = {"owner_id": str(world.users["rep"]), "text": "好"}
    tell_writer(Delivered(2, "activities.report_commented", "reports", key, world.users["rep"], said))
    assert not Notification.objects.filter(user_id=world.users["rep"], kind="report_comment").exists()
    tell_writer(Delivered(3, "activities.report_commented", "reports", key, world.users["manager"], said))
    assert Notification.objects.filter(user_id=world.users["rep"], kind="report_comment").count() == 1
    assert Report.objects.exists()


@pytest.mark.parametrize(
    ("kind", "day", "begins", "after", "next_after"),
    [
        ("morning", date(2030, 3, 11), date(2030, 3, 11), date(2030, 3, 11), date(2030, 3, 12)),
        ("day", date(2030, 2, 28), date(2030, 2, 28), date(2030, 3, 1), date(2030, 3, 2)),
        ("week", date(2030, 3, 17), date(2030, 3, 11), date(2030, 3, 18), date(2030, 3, 25)),
        ("month", date(2030, 12, 31), date(2030, 12, 1), date(2031, 1, 1), date(2031, 2, 1)),
    ],
)
def test_periods(kind: str, day: date, begins: date, after: date, next_after: date) -> None:
    assert begin_of(kind, day) == begins
    periods = periods_of(kind, begins, before=begins - timedelta(days=3))
    assert (periods.after, periods.next_after) == (after, next_after)
    assert periods.first == (begins - timedelta(days=3) if kind == "morning" else begins)
