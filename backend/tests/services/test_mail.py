"""PLT-3: messages by e-mail. Real SMTP on the loopback: taken, put off, refused, away, slow, encrypted; once, and only what may be read."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from kemai.accounts.models import User, UserRole
from kemai.base import parameters
from kemai.base.audit import act
from kemai.base.models import AuditChange, AuditEvent, ParameterValue
from kemai.base.sealing import Unreadable, seal, unseal
from kemai.customers.services.ownership import assign_customer
from kemai.integrations import postman, smtp
from kemai.integrations.models import Letter, MailBox, MailHealth, MailItem, MailServer
from kemai.integrations.rules.letters import Envelope, Line, Words, compose_letter
from kemai.integrations.rules.mail_times import DELAYS, Rhythm, decide_due
from kemai.integrations.services import mailboxes
from kemai.integrations.smtp import Trouble
from kemai.kit import clock
from kemai.kit.words import T
from kemai.platform.models import Notification
from kemai.platform.notify import mark_read, notify
from tests.calling import Caller
from tests.delivering import hand_on
from tests.hooking import moving_clock, settled_outbox
from tests.mailing import Post, certificate, html_of, rude, text_of
from tests.world import World

Call = Callable[[str], Caller]
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as found:
        yield found


def set_up(call: Call, port: int, **values: Any) -> dict[str, Any]:
    """The administrator sets the server up, as in the browser."""
    ParameterValue.objects.update_or_create(code="integrations.mail_ports", defaults={"value": f"465, {port}"})
    parameters.forget_cache()
    admin = call("admin")
    body = {
        "on": True,
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "",
        "sender_address": "crm@example.com",
        "sender_name": "客脉",
        **values,
    }
    answer = admin.replace("/admin/mail", body)
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def with_box(world: World, username: str = "rep", **values: Any) -> MailBox:
    """This person has a confirmed address and wants assigned customers by mail, too."""
    box, _ = MailBox.objects.update_or_create(
        user_id=world.users[username],
        defaults={"address": f"{username}@example.com", "confirmed_at": clock.now(), "salt": "s" * 32, **values},
    )
    return box


def wants_mail(call: Call, username: str = "rep", kind: str = "customer_assigned") -> None:
    answer = call(username).put(f"/me/notifications/{kind}", {"in_page": True, "channels": ["mail"]})
    assert answer.status_code == 200, answer.content.decode()


def tell(world: World, username: str = "rep", title: str = "分配给您一位客户：华东机械", **more: Any) -> Notification:
    notify(world.users[username], kind="customer_assigned", title=T(title, f"en {title}"), **more)
    return Notification.objects.filter(user_id=world.users[username]).latest("id")


@pytest.fixture
def ready(world: World, call: Call, post: Post) -> Post:
    set_up(call, post.port)
    with_box(world)
    wants_mail(call)
    return post


# ---------------------------------------------------------------- what arrives


def test_a_message_arrives_once_in_the_readers_language_with_a_way_in_and_a_way_out(
    ready: Post, world: World, call: Call
) -> None:
    customer = world.get("customers", "mine").id
    with moving_clock() as wait:
        message = tell(world, path=f"/customers/{customer}", text="请尽快联系", object="customers", record_id=customer)
        assert postman.send_due() == 0, "what happens within a minute is gathered first"
        wait(timedelta(seconds=61))
        assert postman.send_due() == 1
        wait(timedelta(days=2))
        assert postman.send_due() == 0
    letter = ready.got[0]
    assert ready.to == ["rep@example.com"]
    assert letter["Subject"] == "【客脉】分配给您一位客户：华东机械"
    assert letter["From"] == "客脉 <crm@example.com>"
    assert "请尽快联系" in text_of(letter) and f"/customers/{customer}" in text_of(letter)
    assert "请尽快联系" in html_of(letter)
    row = Letter.objects.get()
    assert (row.state, row.attempts, letter["Message-ID"]) == ("sent", 1, f"<{row.id}@example.com>")
    assert MailItem.objects.get().notification_id == message.id

    stop = re.fullmatch(r"<https?://[^/]+(/u/[^>]+)>", letter["List-Unsubscribe"])
    assert stop and letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    anybody = Client()
    assert anybody.get(stop[1]).status_code == 200
    assert MailBox.objects.get().stopped_at is None, "looking stops nothing: scanners look"
    assert anybody.post(stop[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert MailBox.objects.get().stopped_at is not None
    tell(world)
    assert MailItem.objects.count() == 1
    another = stop[1][:-1] + ("1" if stop[1].endswith("0") else "0")
    assert anybody.post(another).status_code == 404
    assert call("rep").post("/me/mail/stopped", {"stopped": False}).json()["stopped"] is False


def test_english_readers_read_english(ready: Post, world: World) -> None:
    with act(mailboxes.BY_LINK, "test"):
        User.objects.filter(pk=world.users["rep"]).update(locale="en")
    with moving_clock() as wait:
        tell(world)
        wait(timedelta(seconds=61))
        postman.send_due()
    assert ready.got[0]["Subject"] == "[Kemai] en 分配给您一位客户：华东机械"
    assert "No more letters" in text_of(ready.got[0])


def test_what_happens_at_once_comes_in_one_letter_and_what_was_read_does_not_come(ready: Post, world: World) -> None:
    with moving_clock() as wait:
        first, _, _ = (tell(world, title=f"第 {n} 位") for n in range(3))
        mark_read(world.actor("rep"), ids=[first.id])
        wait(timedelta(seconds=61))
        assert postman.send_due() == 1
        assert ready.got[0]["Subject"] == "【客脉】2 条新消息"
        assert "第 0 位" not in text_of(ready.got[0]) and "第 2 位" in text_of(ready.got[0])
        last = tell(world, title="读过了")
        mark_read(world.actor("rep"), ids=[last.id])
        wait(timedelta(seconds=61))
        assert postman.send_due() == 0
    assert set(Letter.objects.values_list("state", "reason")) == {("sent", ""), ("skipped", "read")}


def test_nothing_of_a_record_out_of_sight_leaves(ready: Post, world: World) -> None:
    """P-1, S-6: rights count as they are when the letter is written."""
    customer = world.get("customers", "mine").id
    with moving_clock() as wait:
        tell(world, title="客户 绝密公司", object="customers", record_id=customer)
        with act(mailboxes.BY_LINK, "test"):
            UserRole.objects.filter(user_id=world.users["rep"]).delete()
        wait(timedelta(seconds=61))
        assert postman.send_due() == 0
    assert not ready.got
    assert Letter.objects.get().reason == "out_of_sight"


def test_the_guard_of_sight_can_fail(ready: Post, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3."""
    monkeypatch.setattr("kemai.integrations.services.letters.can", lambda *a, **k: True)
    foreign = world.get("customers", "foreign").id
    with moving_clock() as wait:
        tell(world, object="customers", record_id=foreign)
        wait(timedelta(seconds=61))
        assert postman.send_due() == 1


def test_a_company_may_keep_names_out_of_letters(ready: Post, world: World, call: Call) -> None:
    assert call("admin").put("/admin/parameters/integrations.mail_content", {"value": False}).status_code == 200
    with moving_clock() as wait:
        tell(world, text="电话 13800138000")
        wait(timedelta(seconds=61))
        postman.send_due()
    assert ready.got[0]["Subject"] == "【客脉】分配给我的客户"
    assert "华东机械" not in text_of(ready.got[0]) and "13800138000" not in html_of(ready.got[0])


def test_nothing_goes_before_the_commit_nor_after_a_roll_back(ready: Post, world: World) -> None:
    """That a message goes by mail is written with the message, and goes with it."""
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(world)
        assert MailItem.objects.exists()
        1 / 0
    assert not MailItem.objects.exists()


def test_from_a_managers_decision_to_a_letter(ready: Post, world: World) -> None:
    """Through the outbox, delivered twice, and written once (F-6)."""
    key = world.get("customers", "colleague").id
    settled_outbox()
    with moving_clock() as wait:
        assign_customer(world.actor("manager"), key, owner=world.users["rep"], reason="片区调整")
        hand_on(times=2)
        wait(timedelta(seconds=61))
        assert postman.send_due() == 1
    assert "片区调整" in text_of(ready.got[0])


def test_a_kind_that_does_not_come_in_the_page_does_not_come_at_all(ready: Post, world: World, call: Call) -> None:
    rep = call("rep")
    choices = {c["kind"]: c for c in rep.get("/me/notifications").json()["items"]}
    assert choices["customer_assigned"]["channels"] == ["mail"]
    assert "mail_failing" not in choices, "what only some may get, only they are asked about"
    assert "mail_failing" in {c["kind"] for c in call("admin").get("/me/notifications").json()["items"]}
    assert rep.put("/me/notifications/customer_assigned", {"in_page": True}).status_code == 200
    assert MailItem.objects.count() == 0
    tell(world)
    assert MailItem.objects.count() == 1, "who does not speak of ways leaves them as they are"
    assert rep.put("/me/notifications/customer_assigned", {"in_page": False}).status_code == 200
    tell(world)
    assert MailItem.objects.count() == 1
    assert rep.put("/me/notifications/customer_assigned", {"in_page": True, "channels": ["fax"]}).status_code == 404


# ---------------------------------------------------------------- when

DAY = Rhythm(daily=True, digest_hour=8)
NIGHT = Rhythm(quiet_from=22, quiet_to=7)


@pytest.mark.parametrize(
    "rhythm, at, due",
    [
        (Rhythm(), "2026-11-30 10:00:00", "2026-11-30 10:01:00"),
        (NIGHT, "2026-11-30 21:58:30", "2026-11-30 21:59:30"),
        (NIGHT, "2026-11-30 21:59:30", "2026-12-01 07:00:00"),
        (NIGHT, "2026-12-01 06:59:30", "2026-12-01 07:00:30"),
        (NIGHT, "2026-12-01 03:00:00", "2026-12-01 07:00:00"),
        (Rhythm(quiet_from=12, quiet_to=14), "2026-11-30 13:00:00", "2026-11-30 14:00:00"),
        (Rhythm(quiet_from=9, quiet_to=9), "2026-11-30 09:00:00", "2026-11-30 09:01:00"),
        (DAY, "2026-11-30 07:59:59", "2026-11-30 08:00:00"),
        (DAY, "2026-11-30 08:00:00", "2026-12-01 08:00:00"),
    ],
)
def test_when_a_message_goes(rhythm: Rhythm, at: str, due: str) -> None:
    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)

    assert decide_due(rhythm, local(at).astimezone(UTC), SHANGHAI) == local(due)


def test_once_a_day_is_one_letter_and_a_change_of_mind_counts_at_once(ready: Post, world: World, call: Call) -> None:
    rep = call("rep")
    half_a_day_off = (clock.now().astimezone(SHANGHAI).hour + 12) % 24
    assert rep.put("/me/mail", {"daily": True, "digest_hour": half_a_day_off}).json()["daily"] is True
    with moving_clock() as wait:
        for n in range(3):
            tell(world, title=f"第 {n} 位")
            wait(timedelta(minutes=1))
        assert postman.send_due() == 0
        wait(timedelta(days=1))
        assert postman.send_due() == 1
        assert ready.got[0]["Subject"] == "【客脉】3 条新消息"
        tell(world)
        mailboxes.set_rhythm(world.actor("rep"), Rhythm())
        wait(timedelta(seconds=61))
        assert postman.send_due() == 1
    assert rep.put("/me/mail", {"daily": False, "quiet_from": 22}).status_code == 422
    assert rep.put("/me/mail", {"daily": False, "quiet_from": 22, "quiet_to": 24}).status_code == 422


# ---------------------------------------------------------------- servers that do not take it


def one_waiting(world: World) -> None:
    tell(world)
    MailItem.objects.update(due_at=clock.now() - timedelta(seconds=1))


def test_put_off_is_tried_again_with_growing_pauses_then_parked_and_sent_by_hand(
    ready: Post, world: World, call: Call
) -> None:
    ready.answers["RCPT"] = "451 greylisted, come back"
    admin = call("admin")
    with moving_clock() as wait:
        one_waiting(world)
        for delay in DELAYS:
            assert postman.send_due() == 0
            assert postman.send_due() == 0, "not before its time"
            assert MailHealth.objects.get().failures == 0, "one letter's trouble is not the server's"
            wait(delay)
        postman.send_due()
    row = Letter.objects.get()
    assert (row.state, row.reason, row.attempts) == ("failed", "later", len(DELAYS) + 1)
    line = admin.get("/admin/mail/letters", state="failed").json()["items"][0]
    assert line["answer"] == "451 greylisted, come back" and line["reason_label"]
    assert len(admin.get(f"/admin/mail/letters/{row.id}").json()["tries"]) == 8
    ready.answers.clear()
    assert admin.post("/admin/mail/replay", {}).json() == {"count": 1}
    assert admin.post("/admin/mail/replay", {}).status_code == 409
    assert postman.send_due() == 1
    assert ready.got[0]["Message-ID"] == f"<{row.id}@example.com>"


@pytest.mark.parametrize("verb, reason", [("RCPT", "recipient_refused"), ("DATA", "content_refused")])
def test_refused_for_good_is_not_tried_again_and_holds_nobody_up(
    verb: str, reason: str, ready: Post, world: World, call: Call
) -> None:
    with_box(world, "rep2")
    wants_mail(call, "rep2")
    ready.answers["rep@example.com" if verb == "RCPT" else verb] = "550 5.1.1 no such user"
    one_waiting(world)
    if verb == "RCPT":
        tell(world, "rep2")
        MailItem.objects.update(due_at=clock.now() - timedelta(seconds=1))
    assert postman.send_due() == (1 if verb == "RCPT" else 0)
    failed = Letter.objects.get(state="failed")
    assert (failed.reason, failed.attempts) == (reason, 1)
    if verb == "RCPT":
        assert call("rep").get("/me/mail").json()["refused"].startswith("550")


def test_a_server_that_is_away_is_left_alone_and_whoever_looks_after_it_is_told(
    world: World, call: Call, post: Post
) -> None:
    set_up(call, post.port)
    with_box(world)
    wants_mail(call)
    post.stop()
    with moving_clock() as wait:
        one_waiting(world)
        for _ in range(3):
            assert postman.send_due() == 0
            attempts = Letter.objects.get().attempts
            assert postman.send_due() == 0 and Letter.objects.get().attempts == attempts
            wait(timedelta(minutes=15))
        assert MailHealth.objects.get().last_error == "refused"
        assert Notification.objects.filter(kind="mail_failing", user_id=world.users["admin"]).count() == 1
        wait(timedelta(hours=24))
        postman.send_due()
    assert (Letter.objects.get().state, Letter.objects.get().reason) == ("failed", "refused")
    found = call("admin").get("/admin/mail").json()
    assert found["failed"] == 1 and found["health"]["last_error_label"]


@pytest.mark.parametrize(
    "say, drip, code",
    [
        (b"", False, "timeout"),
        (b"", True, "timeout"),
        (b"HTTP/1.1 400 Bad Request\r\nServer: secret-inside\r\n\r\n", False, "not_smtp"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False, "not_smtp"),
        (b"421 too many connections\r\n", False, "busy"),
    ],
)
def test_who_answers_is_told_apart_and_cannot_hold_us(
    say: bytes, drip: bool, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-9: silent, dripping, something else; and of something else nothing is shown (S-11)."""
    monkeypatch.setattr(smtp, "STEP", 0.4)
    monkeypatch.setattr(smtp, "WHOLE", 0.6)
    with rude(say, drip=drip) as port, pytest.raises(Trouble) as caught, smtp.conversation(way(port)):
        pass
    assert caught.value.code == code
    assert "secret" not in caught.value.answer and "SSH" not in caught.value.answer


def way(port: int, security: str = "none", host: str = "127.0.0.1", username: str = "") -> smtp.Way:
    return smtp.Way(host, port, security, username, "geheim" if username else "", "crm@example.com", "localhost")


def test_where_clouds_keep_their_keys_is_not_called() -> None:
    """S-11: an internal server is the normal case, link-local addresses never are."""
    with pytest.raises(Trouble, match="address_closed"), smtp.conversation(way(25, host="169.254.169.254")):
        pass


def test_encrypted_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS from the first byte and STARTTLS, the certificate looked at; a server that offers none gets nothing."""
    shown, trusting = certificate(tmp_path)
    for starttls, security in ((False, "tls"), (True, "starttls")):
        with Post(tls=shown, starttls=starttls, password="geheim") as post:
            with (
                pytest.raises(Trouble, match="certificate"),
                smtp.conversation(way(post.port, security, username="crm")),
            ):
                pass
            assert not post.sign_ins, "no password before the certificate is known"
            monkeypatch.setattr(smtp, "_tls", lambda: trusting)
            with smtp.conversation(way(post.port, security, username="crm")) as line:
                line.hand_over("rep@example.com", letter("测试"))
            assert post.sign_ins == [("crm", "geheim")] and post.got
            wrong = smtp.Way("127.0.0.1", post.port, security, "crm", "falsch", "crm@example.com", "localhost")
            with pytest.raises(Trouble, match="sign_in"), smtp.conversation(wrong):
                pass
            monkeypatch.setattr(smtp, "_tls", ssl.create_default_context)
    with Post() as plain, pytest.raises(Trouble, match="no_starttls"), smtp.conversation(way(plain.port, "starttls")):
        pass


# ---------------------------------------------------------------- at least once, and no more than needed


def test_what_a_dead_worker_had_under_way_goes_again_under_the_same_id(
    ready: Post, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-6, F-7: killed between the server's yes and our writing it down."""

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with moving_clock() as wait:
        one_waiting(world)
        with monkeypatch.context() as dying, pytest.raises(Killed):
            dying.setattr(postman.letters, "settle", die)
            postman.send_due()
        assert postman.send_due() == 0, "its lease runs"
        wait(postman.LEASE)
        assert postman.send_due() == 1
    assert len(ready.got) == 2 and ready.got[0]["Message-ID"] == ready.got[1]["Message-ID"]
    assert Letter.objects.get().state == "sent"


def test_a_letter_that_cannot_be_written_stops_no_other(
    ready: Post, world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-8."""
    with_box(world, "rep2")
    wants_mail(call, "rep2")
    tell(world, title="poison")
    tell(world, "rep2")
    MailItem.objects.update(due_at=clock.now() - timedelta(seconds=1))
    before = postman.letters._line

    def poison(actor: Any, message: Notification) -> Any:
        if "poison" in message.title_zh:
            raise ValueError("poison")
        return before(actor, message)

    monkeypatch.setattr(postman.letters, "_line", poison)
    assert postman.send_due() == 1
    assert Letter.objects.get(state="failed").reason == "internal"


# ---------------------------------------------------------------- hostile content


def letter(title: str, text: str = "", sender: str = "客脉") -> Any:
    words = Words(
        "zh-CN", title, f"{title}，您好：", (Line(title, text, "https://crm.example.com/x"),), "打开", (("尾", ""),)
    )
    envelope = Envelope(
        "0190", sender, "crm@example.com", "rep@example.com", clock.now(), "https://crm.example.com/u/x"
    )
    return compose_letter(envelope, words)


HOSTILE = (
    "华东\r\nBcc: all@example.com",
    "a\nb\rc\x00d\x1b[31m\u2028e",
    "𠮷野家 🙂 مرحبا",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=?utf-8?b?QmNj?=",
    "很长的标题" * 200,
    "x" * 5000,
    "evil@example.com, other@example.com",
    "\ud800 lone",
    ".\n.\r\n.",
    "",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_makes_a_header_or_a_tag(text: str) -> None:
    """B-4, B-5, B-7: in the subject, the sender's name and the body alike; what people wrote arrives as written."""
    with Post() as post, smtp.conversation(way(post.port)) as line:
        line.hand_over("rep@example.com", letter(text, text=text, sender=text))
    got = post.got[0]
    assert got["Bcc"] is None and len(got.get_all("From", [])) == 1
    assert got["To"] == "rep@example.com" and post.to == ["rep@example.com"]
    assert got["From"].addresses[0].addr_spec == "crm@example.com" and len(got["From"].addresses) == 1
    assert len(got["Subject"]) <= 120
    assert all(len(raw) <= 998 for raw in post.raw[0].split(b"\r\n"))
    assert "<script" not in html_of(got) and "<img" not in html_of(got)
    if text.isprintable() and len(text) < 100:
        assert text in text_of(got) and got["Subject"] == text.strip().replace("=?", "= ?")


# ---------------------------------------------------------------- who sets it up


def test_only_who_may_sets_it_up_and_the_password_never_comes_back(world: World, call: Call, post: Post) -> None:
    """Its own permission; audited without the secret; sealed at rest; bound to the server it was given for."""
    for name in ("rep", "manager", "director", "auditor"):
        person = call(name)
        assert {
            person.get("/admin/mail").status_code,
            person.put("/admin/mail", {**BODY, "on": False}, 1).status_code,
            person.post("/admin/mail/test", {"to": "a@example.com"}).status_code,
            person.get("/admin/mail/letters").status_code,
            person.post("/admin/mail/replay", {}).status_code,
        } == {403}, name
    last = AuditEvent.objects.latest("id").id
    found = set_up(call, post.port, security="tls", username="crm", password="geheim-0815")
    assert found["has_password"] is True and "geheim" not in str(found)
    row = MailServer.objects.get()
    assert "geheim" not in row.password and unseal(row.password) == "geheim-0815"
    trail = [*AuditEvent.objects.filter(id__gt=last).values_list("data", flat=True)]
    changes = [*AuditChange.objects.filter(event_id__gt=last).values_list("diff", flat=True)]
    assert any(d and d.get("password_changed") for d in trail)
    assert "geheim" not in f"{trail}{changes}" and row.password not in f"{trail}{changes}"
    admin = call("admin")
    kept = {**BODY, "port": post.port, "security": "tls", "username": "crm"}
    assert admin.replace("/admin/mail", kept).status_code == 200, "the password stays"
    elsewhere = admin.replace("/admin/mail", {**kept, "host": "evil.example.com"})
    assert elsewhere.status_code == 422 and elsewhere.json()["errors"][0]["field"] == "password"
    assert admin.put("/admin/mail", kept).status_code == 428
    assert admin.put("/admin/mail", kept, 1).status_code == 412


BODY = {
    "on": True,
    "host": "127.0.0.1",
    "port": 465,
    "security": "tls",
    "username": "",
    "sender_address": "crm@example.com",
    "sender_name": "客脉",
}


@pytest.mark.parametrize(
    "change, field",
    [
        ({"host": ""}, "host"),
        ({"host": "a b\r\nQUIT"}, "host"),
        ({"port": 22}, "port"),
        ({"security": "none", "username": "crm", "password": "x"}, "security"),
        ({"security": "ssl3"}, "security"),
        ({"username": "crm"}, "password"),
        ({"sender_address": "no address"}, "sender_address"),
        ({"sender_address": "客脉@example.com"}, "sender_address"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(change: dict[str, Any], field: str, world: World, call: Call) -> None:
    answer = call("admin").replace("/admin/mail", {**BODY, **change})
    assert answer.status_code == 422 and [e["field"] for e in answer.json()["errors"]] == [field]


def test_a_test_tells_what_the_server_said(world: World, call: Call, post: Post) -> None:
    """Also before mail is switched on, and while the server is left alone."""
    set_up(call, post.port, on=False)
    admin = call("admin")
    for answers, state, said in (
        ({}, "sent", "250 taken as 42"),
        ({"MAIL": "553 sender unknown"}, "failed", "553 sender unknown"),
    ):
        post.answers = dict(answers)
        queued = admin.post("/admin/mail/test", {"to": "me@example.com"})
        assert queued.status_code == 202
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'integrations.send_mail_now'")
            assert cursor.fetchone()[0] >= 1, "somebody waits: not only once a minute"
        postman.send_due()
        found = admin.get(f"/admin/mail/letters/{queued.json()['id']}").json()
        assert (found["state"], found["answer"]) == (state, said)
    assert found["reason_label"] == "服务器不接受这个发件地址。"
    assert admin.get("/admin/mail").json()["failed"] == 0, "a test is not sent again, so it does not ask to be"
    assert post.to == ["me@example.com"]
    assert admin.post("/admin/mail/test", {"to": "x"}).status_code == 422


def test_an_address_counts_once_its_reader_says_so(world: World, call: Call, post: Post) -> None:
    rep = call("rep")
    assert rep.post("/me/mail/address", {"address": "rep@example.com"}).status_code == 409, "mail is off"
    set_up(call, post.port)
    assert rep.post("/me/mail/address", {"address": "rep@"}).status_code == 422
    asked = rep.post("/me/mail/address", {"address": "rep@例子.com"}).json()
    assert (asked["pending"], asked["confirmed"]) == ("rep@例子.com", False)
    postman.send_due()
    assert post.to == ["rep@xn--fsqu00a.com"]
    link = re.search(r"/me\?confirm=([0-9a-f]+)", text_of(post.got[0]))
    assert link
    assert call("rep2").post("/me/mail/confirm", {"token": link[1]}).status_code == 409, "another's link"
    assert rep.post("/me/mail/confirm", {"token": link[1]}).json()["confirmed"] is True
    assert rep.post("/me/mail/confirm", {"token": link[1]}).status_code == 409, "valid once"
    for _ in range(mailboxes.ASKED_AN_HOUR):
        answer = rep.post("/me/mail/address", {"address": "stranger@example.com"})
    assert answer.status_code == 429, "nobody is flooded in our name"
    assert rep.get("/me/mail").json()["address"] == "rep@例子.com", "the old one counts until the new one is confirmed"
    assert rep.delete("/me/mail/address").json()["address"] == ""


def test_a_link_of_confirmation_ends(world: World, call: Call, post: Post) -> None:
    set_up(call, post.port)
    rep = world.actor("rep")
    with moving_clock() as wait:
        mailboxes.ask_address(rep, "rep@example.com")
        token = mailboxes.confirm_token(MailBox.objects.get())
        wait(timedelta(hours=49))
        with pytest.raises(mailboxes.LinkOver):
            mailboxes.confirm_address(rep, token)


def test_what_is_sealed_is_read_with_the_key_and_with_a_former_one() -> None:
    sealed = seal("geheim")
    assert unseal(sealed) == "geheim" and "geheim" not in sealed
    with override_settings(SECRET_KEY="another"), pytest.raises(Unreadable):
        unseal(sealed)
    with override_settings(SECRET_KEY="former"):
        old = seal("geheim")
    with override_settings(SECRET_KEY_FALLBACKS=["former"]):
        assert unseal(old) == "geheim"
    with pytest.raises(Unreadable):
        unseal(sealed[:-4] + "AAAA")


def test_letters_are_forgotten_in_time(ready: Post, world: World) -> None:
    with moving_clock() as wait:
        one_waiting(world)
        postman.send_due()
        wait(timedelta(days=15))
        assert postman.letters.forget_old() >= 1
    assert not Letter.objects.exists() and not MailItem.objects.exists()


def test_the_work_does_not_grow_with_the_people(ready: Post, world: World) -> None:
    """One message costs one statement more when it also goes by mail, and nothing where nobody wants that."""
    with CaptureQueriesContext(connection) as plain:
        tell(world, "rep2")
    with CaptureQueriesContext(connection) as mailed:
        tell(world)
    assert len(plain) <= 4 and len(mailed) <= len(plain) + 4
