"""Letters: made from the messages that are due, written with what their reader may see then, logged, parked, sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from django.conf import settings as django_settings
from django.db import transaction

from kemai.accounts.access import Actor, can
from kemai.accounts.models import User
from kemai.accounts.sessions import actors_of
from kemai.base import rates
from kemai.base.audit import act
from kemai.integrations import settings
from kemai.integrations.errors import NothingToSend
from kemai.integrations.models import Letter, MailBox, MailItem, MailServer
from kemai.integrations.rules.letters import Envelope, Line, Words, compose_letter, read_address
from kemai.integrations.rules.mail_times import GATHER, GIVE_UP_AFTER, delay_after
from kemai.integrations.services.mail_server import PERMISSION, told
from kemai.integrations.services.mailboxes import confirm_token, stop_token
from kemai.integrations.smtp import Trouble
from kemai.kit.clock import now
from kemai.kit.errors import Invalid, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.validate import InvalidValue
from kemai.kit.words import T, language
from kemai.platform.models import Notification
from kemai.platform.notify import kind_label
from kemai.platform.objects.declare import all_objects
from kemai.platform.objects.logs import log_page

PAGE = 50
MOST = 50
"""Messages in one letter; more are counted and stand in the page."""
STATES = ("waiting", "sent", "failed", "skipped")
FOOT = T("您收到这封信，是因为在个人页选择了用邮件接收消息。", "You get this because you chose e-mail on your page.")
CHANGE = T("修改提醒方式", "Change how you are told")
STOP = T("不再接收邮件", "No more letters")
OPEN = T("在客脉中打开", "Open in Kemai")
LEAD = T("{name}，您好：", "Dear {name},")


def form_letters() -> int:
    """Make a letter for everybody with messages that are due; what follows within a minute goes along. Returns how many."""
    moment, made = now(), 0
    with transaction.atomic():
        due = (
            MailItem.objects.select_for_update(skip_locked=True)
            .filter(letter__isnull=True, due_at__lte=moment)
            .order_by("due_at")[:1000]
        )
        people = list(dict.fromkeys(item.user_id for item in due))
        for person in people:
            items = MailItem.objects.select_for_update(skip_locked=True).filter(
                user_id=person, letter__isnull=True, due_at__lte=moment + GATHER
            )
            keys = [item.pk for item in items]
            if keys:
                letter = Letter.objects.create(user_id=person, purpose="messages")
                MailItem.objects.filter(pk__in=keys).update(letter=letter)
                made += 1
    return made


@dataclass(frozen=True, slots=True)
class Written:
    """A letter ready to be handed over."""

    to: str
    message: EmailMessage


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why a letter is not sent at all."""

    reason: str


def write_letter(letter: Letter, server: MailServer) -> Written | Nothing:
    """What the letter says now, to its reader as he is now (P-1, S-6)."""
    people = actors_of([letter.user_id])
    if not people:
        return Nothing("gone")
    actor = people[0]
    words = language.set(actor.locale)
    try:
        box = MailBox.objects.filter(user_id=actor.id).first()
        if letter.purpose == "messages":
            return _write_messages(letter, server, actor, box)
        return _write_other(letter, server, actor, box)
    finally:
        language.reset(words)


def _write_messages(letter: Letter, server: MailServer, actor: Actor, box: MailBox | None) -> Written | Nothing:
    if box is None or box.confirmed_at is None or box.stopped_at is not None:
        return Nothing("no_address")
    keys = list(letter.items.values_list("notification_id", flat=True))
    unread = list(Notification.objects.filter(pk__in=keys, user_id=actor.id, read_at__isnull=True).order_by("-id"))
    if not unread:
        return Nothing("read")
    lines = [line for message in unread if (line := _line(actor, message))]
    if not lines:
        return Nothing("out_of_sight")
    more = len(lines) - MOST
    if more > 0:
        words = T("另有 {count} 条，请在客脉中查看", "{count} more wait in Kemai").to(count=more)
        lines = [*lines[:MOST], Line(words, "", django_settings.PUBLIC_URL)]
    count = len(unread)
    title = lines[0].title if count == 1 else T("{count} 条新消息", "{count} new messages").to(count=count)
    stop = f"{django_settings.PUBLIC_URL}/u/{stop_token(box)}"
    foot = ((FOOT.to(), ""), (CHANGE.to(), f"{django_settings.PUBLIC_URL}/me#notifications"), (STOP.to(), stop))
    return _made(letter, server, actor, box.address, title, tuple(lines), foot, stop)


def _line(actor: Actor, message: Notification) -> Line | None:
    """One message as its reader may still see it; None when its record has gone out of his sight."""
    declaration = next((o for o in all_objects() if o.name == message.object), None)
    if declaration is not None and message.record_id is not None:
        code = declaration.perm("view")
        if not actor.has(code) or not can(
            actor, code, declaration.ownership, table=declaration.table, key=message.record_id
        ):
            return None
    link = f"{django_settings.PUBLIC_URL}{message.path}" if message.path.startswith("/") else ""
    if not settings.MAIL_CONTENT.value():
        return Line(kind_label(message.kind).to(), "", link)
    return Line(T(message.title_zh, message.title_en).to(), message.text, link)


def _write_other(letter: Letter, server: MailServer, actor: Actor, box: MailBox | None) -> Written | Nothing:
    if letter.purpose == "test":
        title = T("客脉邮件测试", "Kemai: a test")
        text = T("收到这封信，说明邮件发送已经设置好了。", "This letter arrived: e-mail is set up.")
        return _made(letter, server, actor, letter.address, title.to(), (Line(text.to(), "", ""),), ())
    if box is None or box.pending != letter.address:
        return Nothing("no_address")
    token = confirm_token(box)
    title = T("请确认您的邮箱", "Please confirm your address")
    text = T(
        "点开下面的链接并登录，这个邮箱就能收到客脉的消息。链接 48 小时内有效。如果不是您本人填写的，请忽略这封信。",
        "Open the link below and sign in, and this address gets messages from Kemai. It is valid for 48 hours. If it was not you, ignore this.",
    )
    line = Line(title.to(), text.to(), f"{django_settings.PUBLIC_URL}/me?confirm={token}")
    return _made(letter, server, actor, box.pending, title.to(), (line,), ())


def _made(
    letter: Letter,
    server: MailServer,
    actor: Actor,
    to: str,
    title: str,
    lines: tuple[Line, ...],
    foot: tuple[tuple[str, str], ...],
    stop: str = "",
) -> Written:
    words = Words(
        actor.locale,
        T("【客脉】{title}", "[Kemai] {title}").to(title=title),
        LEAD.to(name=actor.name),
        lines,
        OPEN.to(),
        foot,
    )
    sender = server.sender_name or T("客脉", "Kemai").to()
    envelope = Envelope(str(letter.id), sender, server.sender_address, to, letter.created_at, stop)
    return Written(to, compose_letter(envelope, words))


# ---------------------------------------------------------------- how a try went


def settle(letter_id: UUID, *, to: str, answer: str = "", trouble: Trouble | None = None) -> None:
    """Write down how a try went. A letter settled twice (its sender was taken for dead) keeps the first success."""
    moment = now()
    with transaction.atomic():
        letter = Letter.objects.select_for_update().filter(pk=letter_id).first()
        if letter is None or letter.state != "waiting":
            return
        code = trouble.code if trouble else ""
        said = trouble.answer if trouble else answer
        letter.tries = [*letter.tries[-19:], {"at": moment.isoformat(), "error": code, "answer": said}]
        letter.address, letter.reason, letter.answer, letter.claimed_until = to or letter.address, code, said, None
        if trouble is None:
            letter.state, letter.finished_at = "sent", moment
        else:
            wait = delay_after(letter.attempts)
            if trouble.final or wait is None or letter.purpose == "test":
                letter.state, letter.finished_at = "failed", moment
            else:
                letter.next_at = moment + wait
        letter.save()
    if letter.purpose == "messages" and (trouble is None or trouble.code == "recipient_refused"):
        MailBox.objects.filter(user_id=letter.user_id, address=to).update(refused=said if trouble else "")


def close(letter_id: UUID, state: str, reason: str) -> None:
    """End a letter without a try."""
    Letter.objects.filter(pk=letter_id, state="waiting").update(
        state=state, reason=reason, finished_at=now(), claimed_until=None
    )


def park_overdue(trouble: Trouble) -> int:
    """The server is away: what has waited for a day is parked, to be sent again by hand; returns how many."""
    return Letter.objects.filter(state="waiting", waiting_since__lt=now() - GIVE_UP_AFTER).update(
        state="failed", reason=trouble.code, answer=trouble.answer, finished_at=now(), claimed_until=None
    )


# ---------------------------------------------------------------- for the administrator


def list_letters(actor: Actor, *, state: str = "", cursor: str = "") -> dict[str, Any]:
    """Letters, newest first: to whom, what became of them; not what they said."""
    actor.require(PERMISSION)
    rows = Letter.objects.all()
    if state in STATES:
        rows = rows.filter(state=state)
    page, following = log_page(rows, cursor, PAGE)
    names = dict(User.objects.filter(pk__in={row.user_id for row in page}).values_list("pk", "name"))
    return {"items": [letter_json(row, names) for row in page], "next_cursor": following}


def get_letter(actor: Actor, letter_id: UUID) -> dict[str, Any]:
    """One letter with all its tries."""
    actor.require(PERMISSION)
    row = Letter.objects.filter(pk=letter_id).first()
    if row is None:
        raise NotFound
    names = dict(User.objects.filter(pk=row.user_id).values_list("pk", "name"))
    tries = [{**one, "error_label": told(one["error"])} for one in row.tries]
    return {**letter_json(row, names), "tries": tries}


def letter_json(row: Letter, names: dict[UUID, str]) -> dict[str, Any]:
    """A line of the log."""
    return {
        "id": row.id,
        "purpose": row.purpose,
        "user": {"id": row.user_id, "label": names.get(row.user_id)},
        "address": row.address,
        "state": row.state,
        "reason": row.reason,
        "reason_label": told(row.reason),
        "answer": row.answer,
        "attempts": row.attempts,
        "created_at": row.created_at,
        "next_at": row.next_at if row.state == "waiting" else None,
        "finished_at": row.finished_at,
    }


def send_test(actor: Actor, to: str) -> dict[str, Any]:
    """Queue a letter that is tried once, also while the server is left alone; its fate stands in the log."""
    actor.require(PERMISSION)
    try:
        address = read_address(to)
    except InvalidValue as error:
        raise Invalid.one("to", "email_invalid", T("请填写有效的邮箱地址。", "Give a valid e-mail address.")) from error
    rates.take(f"mail-test:{actor.id}", limit=10, seconds=60)
    with act(actor, "mail.test", object="mail"):
        row = Letter.objects.create(user_id=actor.id, purpose="test", address=address)
    return letter_json(row, {actor.id: actor.name})


def replay(actor: Actor, ids: list[Any] | None) -> int:
    """Send parked letters again, all of them when ``ids`` is None; returns how many. Their keys stay, so none arrives as a second one."""
    actor.require(PERMISSION)
    rows = Letter.objects.filter(state="failed").exclude(purpose="test")
    if ids is not None:
        rows = rows.filter(pk__in=[key for k in ids[:1000] if (key := parse_id(k))])
    with act(actor, "mail.replay", object="mail"):
        moment = now()
        changed = rows.update(
            state="waiting",
            attempts=0,
            next_at=moment,
            waiting_since=moment,
            claimed_until=None,
            finished_at=None,
            reason="",
        )
        if not changed:
            raise NothingToSend
    return changed


def forget_old() -> int:
    """Letters are kept as long as deliveries of webhooks, also those that never went; returns how many were forgotten."""
    until = now() - timedelta(days=settings.KEEP_DAYS.value())
    return Letter.objects.filter(created_at__lt=until).delete()[0]
