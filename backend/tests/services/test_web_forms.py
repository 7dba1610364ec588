"""SAL-1, MKT-5: a form without sign-in, its guards, what it makes of a submission; scores and assignment of what arrives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from kemai.base.models import ParameterValue
from kemai.kit.clock import now, standing_at
from kemai.platform.models import Notification
from kemai.sales.models import FormSubmission, Lead
from kemai.sales.rules.forms import HONEYPOT, Sent, decide_submission
from kemai.sales.rules.scoring import Behaviour, Weights, compute_behaviour
from kemai.sales.services.assignment import escalate_late
from kemai.sales.services.scoring import rescore_open
from tests.calling import Caller
from tests.fixtures import forget_everything
from tests.world import World

Call = Callable[[str], Caller]


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        (Sent(False, 5.0, True, ("要一台设备",)), "lead"),
        (Sent(True, 5.0, True, ("x",)), "spam"),
        (Sent(False, 0.4, True, ("x",)), "again"),
        (Sent(False, 5.0, False, ("x",)), "again"),
        (Sent(False, 5.0, True, ("http://a http://b www.c https://d",)), "spam"),
    ],
)
def test_whether_it_is_a_person(sent: Sent, verdict: str) -> None:
    assert decide_submission(sent) == verdict


WEIGHTS = Weights(follow_up=5, follow_up_most=20, submission=10, recent=10, silent=10)


@pytest.mark.parametrize(
    ("follow_ups", "submissions", "last_days", "since_days", "points"),
    [
        (0, 0, None, 1, []),
        (0, 0, None, 31, [-10]),
        (1, 1, 2, 3, [5, 10, 10]),
        (9, 0, 20, 40, [20]),
        (9, 0, 40, 90, [20, -10]),
    ],
)
def test_behaviour(
    follow_ups: int, submissions: int, last_days: int | None, since_days: int, points: list[int]
) -> None:
    """GRD-10: each part has its points; a part without any is not told."""
    moment = now()
    last = moment - timedelta(days=last_days) if last_days is not None else None
    facts = Behaviour(follow_ups, submissions, last, moment - timedelta(days=since_days))
    assert [p.points for p in compute_behaviour(facts, WEIGHTS, moment)] == points


@pytest.fixture
def form(world: World, call: Call) -> Iterator[dict[str, Any]]:
    forget_everything()
    made = call("admin").post(
        "/web-forms",
        {
            "name": "官网询价",
            "title_zh": "获取报价<b>",
            "consent_zh": "同意贵公司与我联系",
            "consent_en": "You may contact me",
            "campaign": "website",
            "origins": ["https://www.example.com"],
        },
    )
    assert made.status_code == 201, made.content.decode()
    yield made.json()


FILLED = {"name": "宏图机械有限公司", "person": "孙立", "phone": "13700001111", "need": "报价", "consent": "1"}


def ticket_of(client: Client, form: dict[str, Any], **query: str) -> str:
    page = client.get(f"/f/{form['slug']}", query)
    assert page.status_code == 200
    found = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def send(client: Client, form: dict[str, Any], *, wait: float = 5.0, ticket: str = "", **more: str) -> HttpResponse:
    body = {**FILLED, "ticket": ticket or ticket_of(client, form), **more}
    with standing_at(now() + timedelta(seconds=wait)):
        return client.generic(
            "POST",
            f"/f/{form['slug']}",
            urlencode(body).encode(),
            content_type="application/x-www-form-urlencoded",
        )


def test_a_submission_becomes_a_lead(world: World, call: Call, form: dict[str, Any]) -> None:
    """SAL-1: source, campaign, UTM and page are kept; consent with its words; the address only as a hash."""
    client = Client()
    page = client.get(
        f"/f/{form['slug']}", {"utm_source": "baidu"}, headers={"Referer": "https://www.example.com/a?x=1"}
    )
    text = page.content.decode()
    assert "获取报价&lt;b&gt;" in text and "<script" not in text and "https://www.example.com/a" in text
    policy = page.headers["Content-Security-Policy"]
    assert "script" not in policy and "frame-ancestors https://www.example.com" in policy
    assert "X-Frame-Options" not in page.headers and not page.cookies
    answer = send(client, form, utm_source="baidu", landing="https://www.example.com/a")
    assert answer.status_code == 200 and "已收到" in answer.content.decode()
    lead = Lead.objects.get(name=FILLED["name"])
    assert (lead.source, lead.campaign, lead.utm_source, lead.landing, lead.person) == (
        "web",
        "website",
        "baidu",
        "https://www.example.com/a",
        "孙立",
    )
    kept = FormSubmission.objects.get(lead_id=lead.id)
    assert (kept.consent, kept.outcome) == ("同意贵公司与我联系", "lead")
    assert len(kept.address_hash) == 64 and "127.0.0.1" not in kept.address_hash
    assert lead.pool_id == world.pools["open"]  # no rule: into the pool, and the timeline says so
    events = call("admin").get(f"/leads/{lead.id}/timeline").json()["items"]
    assert any("公海" in e["text"] for e in events)
    assert lead.score > 0 and lead.score_parts[0]["points"]


def test_sent_again(world: World, call: Call, form: dict[str, Any]) -> None:
    """SAL-1: the same person again is no second lead, and warms the first."""
    client = Client()
    send(client, form)
    first = Lead.objects.get(name=FILLED["name"])
    send(client, form, phone="137 0000 1111", need="再问一次")
    again = Lead.objects.get(name=FILLED["name"])
    assert again.score > first.score
    assert list(FormSubmission.objects.order_by("at").values_list("outcome", flat=True)) == ["lead", "repeat"]


def test_guards(world: World, call: Call, form: dict[str, Any]) -> None:
    """MKT-5: hidden field, too quick, used ticket, forged ticket, missing consent, wrong values: no lead from any of them."""
    client = Client()
    trapped = send(client, form, **{HONEYPOT: "x"})
    assert trapped.status_code == 200  # a program learns nothing
    assert send(client, form, wait=0.1).status_code == 422
    assert send(client, form, ticket="forged").status_code == 422
    assert send(client, form, consent="").status_code == 422
    wrong = send(client, form, phone="abc<i>")
    assert wrong.status_code == 422 and "abc&lt;i&gt;" in wrong.content.decode()
    assert send(client, form, name="").status_code == 422
    assert not Lead.objects.filter(name=FILLED["name"]).exists()
    ticket = ticket_of(client, form)
    assert send(client, form, ticket=ticket).status_code == 200
    assert send(client, form, ticket=ticket, name="另一家公司", phone="13700002222").status_code == 422
    assert Lead.objects.filter(name="另一家公司").count() == 0


def test_limits(world: World, call: Call, form: dict[str, Any]) -> None:
    """MKT-5: too many from one address, too large, wrong kinds of request, a form that is off."""
    client, path = Client(), f"/f/{form['slug']}"
    ParameterValue.objects.create(code="sales.form_rate", value=2)
    forget_everything()
    assert [send(client, form, name=f"公司{n}", phone=f"1370000333{n}").status_code for n in range(3)] == [
        200,
        200,
        429,
    ]
    form_type = "application/x-www-form-urlencoded"
    assert client.generic("POST", path, b"name=" + b"x" * 70_000, content_type=form_type).status_code == 413
    assert client.post(path, {"name": "x"}).status_code == 400
    assert client.generic("POST", path, b"name=%00", content_type=form_type).status_code == 400
    assert client.put(path).status_code == 405
    assert client.get("/f/nothing").status_code == 404
    version = call("admin").get(f"/web-forms/{form['id']}").json()["version"]
    call("admin").patch(f"/web-forms/{form['id']}", {"active": False}, version)
    assert client.get(path).status_code == 404


def test_in_english(form: dict[str, Any]) -> None:
    page = Client().get(f"/f/{form['slug']}", {"lang": "en"}).content.decode()
    assert 'lang="en"' in page and "You may contact me" in page and "Company" in page


def test_design(world: World, call: Call, form: dict[str, Any]) -> None:
    """MKT-5: which fields, in which order, by the administrator; nothing a visitor has no business with."""
    admin, path = call("admin"), f"/web-forms/{form['id']}/design"
    assert admin.put(path, {"fields": [{"name": "owner"}]}).status_code == 422
    assert admin.put(path, {"fields": [{"name": "phone"}]}).status_code == 422
    done = admin.put(
        path, {"fields": [{"name": "name"}, {"name": "industry", "label_zh": "所属行业", "required": True}]}
    )
    assert done.status_code == 200 and [f["required"] for f in done.json()["fields"]] == [True, True]
    assert "所属行业" in Client().get(f"/f/{form['slug']}").content.decode()
    assert call("rep").get(path).status_code == 200 and call("rep").put(path, {"fields": []}).status_code in (403, 422)


def rules(call: Call, **body: Any) -> HttpResponse:
    return call("admin").put("/lead-rules", {"scoring": [], "assignment": [], **body})


def test_rules_score_and_assign(world: World, call: Call, form: dict[str, Any]) -> None:
    """SAL-1: conditions in the language of filters; scores told part by part; a team in turn, the first matching rule wins."""
    it = {"field": "name", "op": "contains", "value": "机械"}
    done = rules(
        call,
        scoring=[{"name": "机械行业", "condition": it, "points": 30}],
        assignment=[
            {"name": "攻坚组轮流", "condition": it, "target_kind": "team", "target": str(world.team)},
            {"name": "其余", "condition": None, "target_kind": "user", "target": str(world.users["manager"])},
        ],
    )
    assert done.status_code == 200, done.content.decode()
    client = Client()
    send(client, form)
    send(client, form, name="顺达物流公司", phone="13700009999")
    machine, other = Lead.objects.get(name=FILLED["name"]), Lead.objects.get(name="顺达物流公司")
    assert (machine.owner_id, other.owner_id) == (world.users["rep3"], world.users["manager"])
    assert machine.respond_by is not None
    assert {"zh": "机械行业", "en": "机械行业", "points": 30} in machine.score_parts and machine.score > other.score
    texts = [e["text"] for e in call("admin").get(f"/leads/{machine.id}/timeline").json()["items"]]
    assert "按分配规则“攻坚组轮流”" in texts
    assert call("rep").get("/lead-rules").status_code == 403
    assert rules(call, scoring=[{"name": "x", "condition": {"field": "no"}, "points": 0}]).status_code == 422


def test_a_known_customer_goes_to_its_owner(world: World, call: Call, form: dict[str, Any]) -> None:
    """SAL-1: whoever works the customer gets its lead."""
    mine = world.get("customers", "mine")
    send(Client(), form, name=mine.canary)
    assert Lead.objects.get(name=mine.canary).owner_id == world.users["rep"]


def test_escalation_and_time(world: World, call: Call) -> None:
    """SAL-1: owner and superior hear of an unanswered lead once; a silent one cools down by itself."""
    lead = call("rep").post("/leads", {"name": "没人理公司"}).json()["id"]
    with standing_at(now() + timedelta(days=40)):
        assert escalate_late() >= 1
        assert escalate_late() == 0
        rescore_open()
    assert Notification.objects.filter(kind="lead_late", record_id=lead).count() >= 1
    row = Lead.objects.get(pk=lead)
    assert row.escalated_at is not None and any(p["points"] < 0 for p in row.score_parts)
