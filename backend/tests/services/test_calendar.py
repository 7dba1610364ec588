"""ACT-4: everything with a date together, moved by an edit of its own field, and as iCalendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kemai.activities.models import CalendarFeed
from kemai.activities.rules import ical
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.customers.models import Contact
from tests.calling import Caller
from tests.counting import counting
from tests.fixtures import at
from tests.world import World

Call = Callable[[str], Caller]
NOW = datetime(2030, 3, 6, 2, 0, tzinfo=UTC)
MARCH = {"first": "2030-03-01", "last": "2030-03-31"}


@pytest.fixture(autouse=True)
def at_ten(world: World) -> Iterator[None]:
    with at(NOW):
        yield


def fill(world: World, rep: Caller) -> dict[str, Any]:
    mine = str(world.get("customers", "mine").id)
    made = {
        "task": rep.post("/tasks", {"title": "送合同", "related": mine, "due_at": "2030-03-08T15:00:00+08:00"}),
        "promise": rep.post("/promises", {"content": "寄样品", "customer": mine, "due_on": "2030-03-09"}),
        "planned": rep.post("/planned-contacts", {"title": "回顾", "customer": mine, "planned_on": "2030-03-10"}),
        "next_contact": rep.post(
            "/interactions",
            {
                "customer": mine,
                "content": "谈过",
                "next_step": "再谈价格",
                "next_contact_at": "2030-03-31T23:30:00+08:00",
            },
        ),
    }
    with act(INSTALLER, "test", object="contacts"):
        Contact.objects.filter(pk=world.get("contacts", "mine").id).update(birthday="1980-03-12")
    for name, answer in made.items():
        assert answer.status_code == 201, (name, answer.content.decode())
    return {name: answer.json() for name, answer in made.items()}


def entries(caller: Caller, **query: Any) -> dict[str, dict[str, Any]]:
    answer = caller.get("/calendar", **{**MARCH, **query})
    assert answer.status_code == 200, answer.content.decode()
    return {e["code"]: e for e in answer.json()["items"]}


def test_a_month_together(world: World, call: Call) -> None:
    """Days are those of the reader's zone: half past eleven at night of the 31st is still March."""
    rep = call("rep")
    fill(world, rep)
    found = entries(rep)
    assert {code: e["day"] for code, e in found.items()} == {
        "task": "2030-03-08",
        "promise": "2030-03-09",
        "planned": "2030-03-10",
        "birthday": "2030-03-12",
        "next_contact": "2030-03-31",
    }
    assert found["birthday"]["title"] == "生日 金丝雀mine联系人" and not found["birthday"]["can_move"]
    assert found["next_contact"]["customer"]["label"] == "金丝雀mine客户"
    assert rep.get("/calendar", first="2030-03-05", last="2030-03-01").status_code == 400
    assert rep.get("/calendar", first="2030-01-01", last="2030-12-31").status_code == 400


def test_each_moves_by_its_own_field(world: World, call: Call) -> None:
    """The entry says which field an edit with its version moves, and the customer's next contact follows."""
    rep = call("rep")
    fill(world, rep)
    for code, value in (
        ("task", "2030-03-20T15:00:00+08:00"),
        ("promise", "2030-03-20"),
        ("planned", "2030-03-20"),
        ("next_contact", "2030-03-20T09:00:00+08:00"),
    ):
        entry = entries(rep)[code]
        assert entry["can_move"], code
        path = f"/{entry['object']}/{entry['id']}"
        assert rep.patch(path, {entry["field"]: value}, entry["version"]).status_code == 200, code
        assert rep.patch(path, {entry["field"]: value}, entry["version"]).status_code == 412, code
        assert entries(rep)[code]["day"] == "2030-03-20", code


def test_others_see_what_they_may(world: World, call: Call) -> None:
    rep = call("rep")
    fill(world, rep)
    assert entries(call("rep2")) == {} == entries(call("rep3"), team=True)
    team = entries(call("manager"), team=True)
    assert set(team) == {"task", "promise", "planned", "birthday", "next_contact"}
    assert team["task"]["person"]["label"] == "员工rep"
    assert call("rep3").get("/calendar", **MARCH, person=world.users["rep"]).status_code == 404
    # A colleague sees the entry of a lent customer's task of his own, not the name of a customer he may not see.
    other = str(world.get("customers", "foreign").id)
    call("director").post(
        "/tasks",
        {
            "title": "帮忙",
            "related": other,
            "assignee": str(world.users["rep2"]),
            "due_at": "2030-03-08T15:00:00+08:00",
        },
    )
    assert entries(call("rep2"))["task"]["customer"] is None


def test_statements_stay(world: World, call: Call) -> None:
    """L-4: one statement, however much there is."""
    rep = call("rep")

    def asked() -> int:
        counts = []
        for _ in range(3):
            with counting() as captured:
                assert rep.get("/calendar", **MARCH).status_code == 200
            counts.append(len(captured))
        return min(counts)

    few = asked()
    for n in range(30):
        rep.post("/tasks", {"title": f"任务{n}", "due_at": f"2030-03-{n + 1:02d}T15:00:00+08:00"})
    assert asked() == few <= 2


# ---------------------------------------------------------------- iCalendar


def unfolded(text: str) -> list[str]:
    assert "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")


def test_the_feed(world: World, call: Call) -> None:
    """RFC 5545: own entries, cancelled ones marked, an ETag, nothing of others; revoked it is gone at once."""
    rep, nobody = call("rep"), call("nobody")
    made = fill(world, rep)
    feed = rep.post("/me/calendar-feeds", {"name": "手机"}).json()
    path = feed["path"].removeprefix("/api/v1")
    assert feed["path"].split("/")[-1].removesuffix(".ics") not in str(list(CalendarFeed.objects.values()))
    answer = nobody.get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
    lines = unfolded(answer.content.decode())
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert "SUMMARY:送合同 · 金丝雀mine客户" in lines
    assert "DTSTART;TZID=Asia/Shanghai:20300308T150000" in lines
    assert "DTSTART;VALUE=DATE:20300309" in lines and "DTEND;VALUE=DATE:20300310" in lines
    assert "金丝雀colleague" not in answer.content.decode()
    again = nobody.send("GET", path, If_None_Match=answer["ETag"])
    assert again.status_code == 304 and again.content == b""
    rep.delete(f"/tasks/{made['task']['id']}", made["task"]["version"])
    lines = unfolded(nobody.get(path).content.decode())
    place = lines.index(f"UID:task-{made['task']['id']}@kemai")
    event = lines[place : lines.index("END:VEVENT", place)]
    assert "STATUS:CANCELLED" in event and "SEQUENCE:2" in event
    assert call("rep2").delete(f"/me/calendar-feeds/{feed['id']}").status_code == 404
    assert rep.delete(f"/me/calendar-feeds/{feed['id']}").status_code == 204
    assert nobody.get(path).status_code == 404 and rep.get("/me/calendar-feeds").json()["items"] == []


def test_the_feed_has_the_rights_of_now(world: World, call: Call) -> None:
    """S-6: somebody disabled has no calendar any more."""
    path = call("rep").post("/me/calendar-feeds", {}).json()["path"].removeprefix("/api/v1")
    assert call("nobody").get(path).status_code == 200
    admin = call("admin")
    admin.post(f"/users/{world.users['rep']}/disable")
    assert call("nobody").get(path).status_code == 404
    for n in range(5):
        assert call("rep2").post("/me/calendar-feeds", {"name": str(n)}).status_code == 201
    assert call("rep2").post("/me/calendar-feeds", {}).json()["code"] == "activities.too_many_feeds"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;b,c\\d", "a\\;b\\,c\\\\d"),
        ("一行\r\n两行\n三行", "一行\\n两行\\n三行"),
        ("x\x00y\x07z", "xyz"),
        ("BEGIN:VEVENT\nEND:VEVENT", "BEGIN:VEVENT\\nEND:VEVENT"),
    ],
)
def test_escaping(text: str, expected: str) -> None:
    """RFC 5545, 3.3.11: nothing typed ends a line of the document."""
    assert ical.escape(text) == expected


@pytest.mark.parametrize("text", ["短", "汉" * 200, "a" * 75, "a" * 76, "emoji 😀" * 40])
def test_folding(text: str) -> None:
    """RFC 5545, 3.1: at most 75 octets a line, no character cut, and unfolding gives the line back."""
    folded = ical.fold(text)
    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == text


def test_an_event_of_a_whole_day_and_of_an_hour() -> None:
    stamp = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    text = ical.calendar_text(
        "我的",
        [
            ical.Item("1@x", "一天", stamp, 3, day=date(2026, 12, 31)),
            ical.Item("2@x", "一刻", stamp, 0, at=datetime(2026, 12, 31, 20, 0, tzinfo=UTC), cancelled=True),
        ],
    )
    lines = unfolded(text)
    assert "DTEND;VALUE=DATE:20270101" in lines and "DTSTART;TZID=Asia/Shanghai:20270101T040000" in lines
    assert lines.count("DTSTAMP:20260102T030405Z") == 2 and lines.count("STATUS:CANCELLED") == 1
