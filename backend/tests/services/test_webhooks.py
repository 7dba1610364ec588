"""PLT-4, F-6, F-9, S-11: events reach receivers outside signed, in order, at least once; and nothing inside is reached."""

from __future__ import annotations

import itertools
import random
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kemai.accounts.models import FieldRule, Role
from kemai.administration.services.people import INSTALLER, disable_user
from kemai.base.audit import act
from kemai.base.outbox import dispatch_pending
from kemai.integrations import outgoing, pump
from kemai.integrations.models import Endpoint, Health, WebhookDelivery
from kemai.integrations.rules import retries
from kemai.integrations.services import deliveries, endpoints
from kemai.kit import clock
from kemai.platform.models import Notification
from kemai.platform.objects import write
from kemai.platform.objects.declare import get_object
from tests.calling import Caller
from tests.fixtures import forget_everything
from tests.hooking import allow, edit, everything, made, moving_clock, send_all, settled_outbox, verify
from tests.receiving import Receiver, answer, drip, drop, endless, garbage, slow
from tests.services.test_rights import give
from tests.world import World

Call = Callable[[str], Caller]


# ---------------------------------------------------------------- what is sent


def test_an_event_arrives_signed(world: World, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """PLT-4: id, time, signature, and the record as its owner sees it."""
    key = edit(world, "mine", "给接收方")
    assert send_all() == 1
    got = receiver.got[0]
    assert verify(hook[1], got.headers, got.body)
    assert not verify(hook[1], got.headers, got.body + b" ")
    assert not verify(hook[1], {**got.headers, "webhook-timestamp": "1"}, got.body)
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 60
    said = got.json
    assert said["id"] == got.headers["webhook-id"] and said["type"] == "customers.changed" and said["version"] == 1
    assert said["record_id"] == str(key) and said["fields"] == ["remark"] and said["data"]["remark"] == "给接收方"
    assert said["actor_id"] == str(world.users["admin"])
    assert "can" not in said["data"] and "following" not in said["data"]
    row = WebhookDelivery.objects.get()
    assert (row.state, row.status, row.attempts) == ("done", 200, 1) and row.answer == "ok"
    assert Health.objects.get().last_ok_at is not None


def test_of_an_event_of_many_records_each_is_told(world: World, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """Bulk changes and imports are one event; a receiver hears of each record."""
    declaration, actor = get_object("customers"), world.actor("admin")
    keys = [world.get("customers", slug).id for slug in ("mine", "colleague", "boss")]
    write.delete_records(actor, declaration, keys)
    send_all()
    said = [g.json for g in receiver.got]
    assert {s["record_id"] for s in said if s["object"] == "customers"} == set(map(str, keys))
    assert all(s["deleted"] and s["data"] is None and s["type"] == "customers.deleted" for s in said)


def test_only_what_was_asked_for(world: World, receiver: Receiver) -> None:
    """Events chosen, filter, kinds of record."""
    settled_outbox()
    allow(receiver.host)
    condition = {"field": "remark", "op": "contains", "value": "要的"}
    made(world, "admin", receiver.url, {"object": "customers", "events": ["changed"], "filter": condition})
    edit(world, "mine", "要的")
    edit(world, "colleague", "别的")
    write.create_record(world.actor("admin"), get_object("tasks"), {"title": "与客户无关"})
    send_all()
    assert [g.json["data"]["remark"] for g in receiver.got] == ["要的"]
    assert set(WebhookDelivery.objects.values_list("state", "reason")) == {("done", ""), ("skipped", "out_of_sight")}


def test_the_owner_s_rights_bound_what_is_said(world: World, receiver: Receiver) -> None:
    """S-2, S-3: nothing of records out of the owner's reach; masked fields masked, hidden ones absent, their names too."""
    settled_outbox()
    allow(receiver.host)
    give(world.users["rep"], ("integrations.webhook.edit", "all", []))
    made(world, "rep", receiver.url, *everything("customers", "opportunities"))
    with act(INSTALLER, "grants", object="roles"):
        for role in Role.objects.filter(user_links__user_id=world.users["rep"]):
            FieldRule.objects.create(role=role, object="customers", field="phone", access="masked")
            FieldRule.objects.create(role=role, object="customers", field="remark", access="hidden")
    forget_everything()
    foreign = world.get("customers", "foreign")
    edit(world, "foreign", "外人的秘密")
    edit(world, "mine", "看不见的备注")
    key = world.get("customers", "mine").id
    declaration = get_object("customers")
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, phone FROM customers_customer WHERE id = %s", [key])
        version, phone = cursor.fetchone()
    write.update_record(world.actor("admin"), declaration, key, {"region": "华东", "remark": "又改"}, version=version)
    send_all()
    text = b"".join(g.body for g in receiver.got).decode()
    assert len(receiver.got) == 1, "an edit of nothing but a hidden field is not told"
    said = receiver.got[0].json
    assert said["fields"] == ["region"] and "remark" not in said["data"]
    assert phone and phone not in text and "****" in said["data"]["phone"]
    assert foreign.canary not in text and "外人的秘密" not in text and "看不见的备注" not in text and "又改" not in text


def test_a_right_withdrawn_bites_on_what_waits(world: World, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """S-6: a delivery that waited is made with the rights of now; of a disabled owner nothing is sent at all."""
    receiver.behaviour = answer(500)
    edit(world, "mine", "先失败")
    send_all()
    receiver.behaviour, seen = answer(), len(receiver.got)
    other = world.users["director"]
    with act(INSTALLER, "webhook.take_over", object="webhooks"):
        Endpoint.objects.update(owner_id=other)
    disable_user(world.actor("admin"), other)
    forget_everything()
    with moving_clock() as wait:
        wait(timedelta(minutes=1))
        send_all()
        assert len(receiver.got) == seen
        endpoint = Endpoint.objects.get()
        assert (endpoint.state, endpoint.pause_reason) == ("paused", "owner_gone")
        assert WebhookDelivery.objects.get().state == "waiting"
        endpoints.take_over(world.actor("admin"), endpoint.id)
        wait(timedelta(minutes=1))
        send_all()
    assert receiver.got[-1].json["data"]["remark"] == "先失败"


# ---------------------------------------------------------------- secrets


def test_two_secrets_for_a_time(world: World, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """After a change of secret both sign, later only the new one."""
    with moving_clock() as wait:
        _, fresh = endpoints.rotate_secret(world.actor("admin"), hook[0])
        edit(world, "mine", "一")
        send_all()
        wait(timedelta(hours=25))
        edit(world, "mine", "二")
        send_all()
    first, second = receiver.got
    assert fresh != hook[1]
    assert verify(hook[1], first.headers, first.body) and verify(fresh, first.headers, first.body)
    assert verify(fresh, second.headers, second.body) and not verify(hook[1], second.headers, second.body)


def test_a_secret_is_nowhere(world: World, call: Call, receiver: Receiver) -> None:
    """S-13: not in the database, not in a later answer, and not kept for a repeated request."""
    allow(receiver.host)
    admin = call("admin")
    body = {"name": "x", "url": receiver.url, "subscriptions": everything("customers")}
    first = admin.post("/webhooks", body, Idempotency_Key="k-1").json()
    secret = first["secret"]
    key = first["id"]
    rotated = admin.post(f"/webhooks/{key}/rotate-secret").json()["secret"]
    answers = [admin.get("/webhooks"), admin.get(f"/webhooks/{key}"), admin.get("/admin/audit")]
    for one in (secret, rotated):
        assert one.startswith("whsec_")
        assert not any(one in a.content.decode() for a in answers)
        with connection.cursor() as cursor:
            cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT count(*) FROM "{table}" x WHERE x::text LIKE %s', [f"%{one[6:]}%"])
                assert cursor.fetchone()[0] == 0, table


# ---------------------------------------------------------------- failing receivers


@pytest.mark.parametrize(
    ("behaviour", "word"),
    [
        (answer(500, b"oh no"), "status"),
        (answer(302, b"", "Location: http://127.0.0.1:1/\r\n"), "status"),
        (drop, "broken_off"),
        (garbage, "not_http"),
        (slow(30), "timeout"),
        (drip, "timeout"),
    ],
)
def test_a_receiver_that_misbehaves(
    behaviour: Any, word: str, world: World, receiver: Receiver, hook: tuple[UUID, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-9: each is a failure with a word for it, within the time allowed; tried again later."""
    monkeypatch.setattr(outgoing, "SECONDS", 0.5 if word == "timeout" else 10.0)
    receiver.behaviour = behaviour
    edit(world, "mine", "x")
    start = time.monotonic()
    send_all()
    assert time.monotonic() - start < 5, "a receiver that drips would hold us for ever"
    row = WebhookDelivery.objects.get()
    assert (row.state, row.attempts, row.reason) == ("waiting", 1, word)
    assert row.next_at > clock.now() + timedelta(seconds=8)
    if word == "status":
        assert row.status in (500, 302)


def test_a_redirect_is_not_followed(world: World, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """S-11: not even to a host that may be called."""
    with Receiver() as other:
        allow(receiver.host, other.host)
        receiver.behaviour = answer(307, b"", f"Location: {other.url}\r\n")
        edit(world, "mine", "x")
        send_all()
        assert len(receiver.got) == 1 and other.connections == 0


def test_an_endless_answer_costs_its_beginning(world: World, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """F-9: 64 kB are read; the status has been given, so it counts as taken."""
    receiver.behaviour = endless
    edit(world, "mine", "x")
    send_all()
    row = WebhookDelivery.objects.get()
    assert row.state == "done" and len(row.answer) == outgoing.EXCERPT
    time.sleep(0.3)
    before = receiver.sent
    time.sleep(0.3)
    assert receiver.sent == before and before < 16 * 2**20


def test_nine_tries_in_a_day_then_a_pause_and_nothing_lost(
    world: World, receiver: Receiver, hook: tuple[UUID, str]
) -> None:
    """F-9: a receiver down for days on a moved clock: few tries, one notice, everything sent after resumption, in order."""
    receiver.behaviour = answer(503)
    with moving_clock() as wait:
        start = clock.now()
        edits = 0
        while Endpoint.objects.get().state == "active" and clock.now() - start < timedelta(hours=60):
            if edits < 40:
                edit(world, ("mine", "colleague", "boss")[edits % 3], f"第{edits:02}次")
                edits += 1
            send_all()
            wait(timedelta(minutes=10))
        lasted = clock.now() - start
        endpoint = Endpoint.objects.get()
        assert endpoint.pause_reason == "dead" and timedelta(hours=24) <= lasted < timedelta(hours=26)
        assert len(receiver.got) <= retries.BREAKER + retries.TRIES + 4, "a dead receiver is left alone"
        tries = len(receiver.got)
        notices = Notification.objects.filter(kind="webhook_paused", user_id=world.users["admin"])
        assert notices.count() == 1 and str(endpoint.id) in notices.get().path
        wait(timedelta(hours=30))
        edit(world, "mine", "停机期间")
        assert send_all() == 0 and len(receiver.got) == tries
        assert WebhookDelivery.objects.filter(state="waiting").count() == 41
        receiver.behaviour = answer()
        endpoints.resume_endpoint(world.actor("admin"), endpoint.id)
        for _ in range(30):
            send_all()
            wait(timedelta(seconds=5))
    assert WebhookDelivery.objects.filter(state="done").count() == 41
    good = [g.json for g in receiver.got[tries:]]
    for slug in ("mine", "colleague", "boss"):
        key = str(world.get("customers", slug).id)
        order = list(WebhookDelivery.objects.filter(record_id=key).order_by("outbox_id").values_list("id", flat=True))
        assert [s["id"] for s in good if s["record_id"] == key] == list(map(str, order))


def test_one_bad_record_does_not_hold_the_others(world: World, receiver: Receiver, hook: tuple[UUID, str]) -> None:
    """A record whose receiver always fails is given up after nine tries; its own later events wait for it, others do not."""
    bad = str(world.get("customers", "mine").id)

    def picky(connection: socket.socket, place: Receiver) -> None:
        answer(500 if place.got[-1].json["record_id"] == bad else 200)(connection, place)

    receiver.behaviour = picky
    with moving_clock() as wait:
        edit(world, "mine", "坏")
        edit(world, "mine", "坏的下一个")
        for n in range(200):
            edit(world, "colleague", f"好{n}")
            send_all()
            wait(timedelta(minutes=10))
        states = list(
            WebhookDelivery.objects.filter(record_id=bad).order_by("outbox_id").values_list("state", "attempts")
        )
        assert states[0] == ("failed", retries.TRIES) and Endpoint.objects.get().state == "active"
        assert states[1][1] > 0, "then its next one goes"
        assert WebhookDelivery.objects.filter(state="done").count() == 200
        receiver.behaviour = answer()
        failed = WebhookDelivery.objects.filter(state="failed").order_by("outbox_id")[0]
        count = deliveries.replay(world.actor("admin"), hook[0], {"ids": [str(failed.id)]})
        send_all()
    assert count == 1 and WebhookDelivery.objects.get(pk=failed.id).state == "done"


numbers = itertools.count()


@given(
    seed=st.integers(0, 10**6),
    edits=st.lists(st.sampled_from(["mine", "colleague", "boss"]), min_size=3, max_size=12),
    rate=st.floats(0.0, 0.4),
)
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
def test_order_and_exactly_one_effect(
    seed: int, edits: list[str], rate: float, world: World, receiver: Receiver
) -> None:
    """F-6: over random failures, lost answers, crashes between sending and settling, and replays: a receiver that deduplicates by id
    has each event once and those of a record in their order."""
    settled_outbox()
    allow(receiver.host)
    WebhookDelivery.objects.all().delete()
    with act(INSTALLER, "webhook.delete"):
        Endpoint.objects.all().delete()
    key, _ = made(world, "admin", receiver.url)
    chance = random.Random(seed)
    applied: dict[str, dict[str, Any]] = {}

    def moody(connection: socket.socket, place: Receiver) -> None:
        said = place.got[-1].json
        roll = chance.random()
        if roll < rate / 2:
            return answer(500)(connection, place)
        applied.setdefault(said["id"], said)  # taken
        if roll < rate:
            return None  # and the answer is lost
        return answer()(connection, place)

    receiver.behaviour = moody
    with moving_clock() as wait:
        for slug in edits:
            edit(world, slug, f"{next(numbers)}")
            dispatch_pending()
            if chance.random() < 0.3:
                letters = pump.claim(2) or []  # a worker dies with these: sent or not, never settled
                for letter in letters if chance.random() < 0.5 else []:
                    pump.asyncio.run(pump.send(letter))
        for _ in range(300):
            if not WebhookDelivery.objects.filter(state="waiting").exists():
                break
            send_all()
            wait(timedelta(minutes=40))
            if Endpoint.objects.get(pk=key).state == "paused":
                endpoints.resume_endpoint(world.actor("admin"), key)
        done = list(WebhookDelivery.objects.order_by("outbox_id").values_list("id", "state", "record_id"))
        assert len(done) == len(edits) and {state for _, state, _ in done} == {"done"}
    assert set(applied) == {str(i) for i, _, _ in done}
    for record in {r for _, _, r in done}:
        wanted = [str(i) for i, _, r in done if r == record]
        assert [i for i, said in applied.items() if said["record_id"] == str(record)] == wanted


# ---------------------------------------------------------------- real connections


@pytest.fixture
def company(committed_world: World, race_db: Any) -> World:
    forget_everything()
    settled_outbox()
    return committed_world


def test_two_senders_take_different_deliveries(company: World, race_db: Any) -> None:
    """Claims of several workers at once are disjoint, and of one record only the earliest is taken."""
    allow("127.0.0.1:9")
    made(company, "admin", "http://127.0.0.1:9/")
    for n in range(6):
        edit(company, ("mine", "colleague", "boss")[n % 3], f"第{n}")
    while dispatch_pending():
        pass
    outcomes = race_db(*([lambda: [letter.id for letter in pump.claim(10) or []]] * 6))
    assert not [o.error for o in outcomes if o.error]
    taken = [key for o in outcomes for key in o.value]
    assert len(taken) == len(set(taken)) <= 3
    rows = WebhookDelivery.objects.in_bulk(taken)
    assert len({r.record_id for r in rows.values()}) == len(taken)


def test_a_crash_between_commit_and_send_loses_nothing(company: World, race_db: Any) -> None:
    """F-6, F-9: claimed by a worker that dies without a word: all 60 arrive once their lease is over."""
    with Receiver() as place, moving_clock() as wait:
        allow(place.host)
        made(company, "admin", place.url)
        keys = [company.get("customers", s).id for s in ("mine", "colleague", "boss", "below", "foreign", "lent")]
        for n in range(60):
            edit(company, ("mine", "colleague", "boss", "below", "foreign", "lent")[n % 6], f"第{n}")
        while dispatch_pending():
            pass
        assert pump.claim(32) and pump.send_waiting() == 0, "leased to the dead"
        for _ in range(80):
            wait(timedelta(seconds=61))
            while pump.send_waiting():
                pump.claim(1)  # and another one dies
        assert WebhookDelivery.objects.filter(state="done").count() == 60
        assert {g.json["record_id"] for g in place.got} == set(map(str, keys))
        assert len({g.headers["webhook-id"] for g in place.got}) == 60


def test_a_slow_receiver_delays_no_other(company: World, race_db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """F-9: while one receiver lets everybody wait, another gets all of its own before the first has timed out."""
    monkeypatch.setattr(outgoing, "SECONDS", 60.0)
    stop = threading.Event()
    with Receiver() as dead, Receiver() as good:
        dead.behaviour = slow(60)
        allow(dead.host, good.host)
        made(company, "admin", dead.url)
        made(company, "admin", good.url)
        slugs = ("mine", "colleague", "boss", "below", "foreign", "lent")
        for n in range(30):
            edit(company, slugs[n % 6], f"第{n}")
        while dispatch_pending():
            pass
        thread = threading.Thread(target=pump.pump_until, args=[stop])
        thread.start()
        try:
            good.wait_for(30, 45)
            assert 0 < len(dead.got) <= pump.EACH
            assert Health.objects.get(endpoint__url=dead.url).failures == 0, "the first has not even timed out"
        finally:
            dead.stopping.set()
            stop.set()
            thread.join(15)
        assert not thread.is_alive()
