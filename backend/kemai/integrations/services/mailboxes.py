"""A person's address for letters, confirmed by whoever reads it, and when he wants them. All of it is his own business."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from kemai.accounts.access import Actor, SystemActor
from kemai.accounts.models import User
from kemai.base import rates
from kemai.base.audit import act
from kemai.integrations.errors import LinkOver, NoMailServer
from kemai.integrations.models import Letter, MailBox, MailItem
from kemai.integrations.rules.letters import read_address
from kemai.integrations.rules.mail_times import Rhythm, decide_due
from kemai.integrations.services.mail_server import is_on
from kemai.kit.clock import now, zone_of
from kemai.kit.errors import Invalid, NotFound
from kemai.kit.validate import InvalidValue
from kemai.kit.words import T
from kemai.platform.models import Notification

#: Stopping needs no sign-in: the link in the letter is the right to it.
BY_LINK = SystemActor("mail-link")
LINK_LASTS = timedelta(hours=48)
ASKED_AN_HOUR = 5


def get_mailbox(actor: Actor) -> dict[str, Any]:
    """One's own address and rhythm; ``suggested`` is the address the company knows."""
    row = MailBox.objects.filter(user_id=actor.id).first() or MailBox()
    suggested = User.objects.filter(pk=actor.id).values_list("email", flat=True).first() or ""
    return {
        "available": is_on(),
        "suggested": suggested,
        **{
            name: getattr(row, name)
            for name in ("address", "pending", "daily", "digest_hour", "quiet_from", "quiet_to", "refused")
        },
        "confirmed": row.confirmed_at is not None,
        "stopped": row.stopped_at is not None,
    }


def set_rhythm(actor: Actor, rhythm: Rhythm) -> dict[str, Any]:
    """Say when one wants letters; what waits for oneself moves along."""
    hours = (rhythm.digest_hour, rhythm.quiet_from, rhythm.quiet_to)
    if any(hour is not None and not 0 <= hour <= 23 for hour in hours) or (rhythm.quiet_from is None) != (
        rhythm.quiet_to is None
    ):
        raise Invalid.one(
            "quiet_from",
            "out_of_bounds",
            T("请选择 0 到 23 点，起止都要选。", "Choose hours from 0 to 23, both of them."),
        )
    with act(actor, "mail.rhythm", object="users", record_id=actor.id):
        row = _row(actor.id)
        row.daily, row.digest_hour = rhythm.daily, rhythm.digest_hour
        row.quiet_from, row.quiet_to = rhythm.quiet_from, rhythm.quiet_to
        row.save()
        MailItem.objects.filter(user_id=actor.id, letter__isnull=True).update(
            due_at=decide_due(rhythm, now(), zone_of(actor.time_zone))
        )
    return get_mailbox(actor)


def rhythm_of(row: MailBox) -> Rhythm:
    """When a person wants letters."""
    return Rhythm(row.daily, row.digest_hour, row.quiet_from, row.quiet_to)


def ask_address(actor: Actor, address: str) -> dict[str, Any]:
    """Write to an address whether it is this person's. It counts when the link in that letter is opened by him; the old one until then."""
    if not is_on():
        raise NoMailServer
    try:
        wanted = read_address(address)
    except InvalidValue as error:
        raise Invalid.one(
            "address", "email_invalid", T("请填写有效的邮箱地址。", "Give a valid e-mail address.")
        ) from error
    rates.take(f"mail-address:{actor.id}", limit=ASKED_AN_HOUR, seconds=3600)
    with act(actor, "mail.address", object="users", record_id=actor.id):
        row = _row(actor.id)
        row.pending, row.pending_at, row.nonce = wanted, now(), secrets.token_hex(16)
        row.save()
        Letter.objects.filter(user_id=actor.id, purpose="confirm", state="waiting").delete()
        Letter.objects.create(user_id=actor.id, purpose="confirm", address=wanted)
    return get_mailbox(actor)


def confirm_address(actor: Actor, token: str) -> dict[str, Any]:
    """The person opened the link: letters go there from now on. :class:`LinkOver` when it is old, used, or another's."""
    with act(actor, "mail.confirm", object="users", record_id=actor.id):
        row = _row(actor.id)
        fresh = row.pending_at is not None and row.pending_at > now() - LINK_LASTS
        if not (row.pending and fresh and _is_signed(token, _asked(row))):
            raise LinkOver
        row.address, row.confirmed_at, row.pending, row.nonce = row.pending, now(), "", ""
        row.stopped_at, row.refused = None, ""
        row.save()
    return get_mailbox(actor)


def forget_address(actor: Actor) -> dict[str, Any]:
    """No letters, and no address kept."""
    with act(actor, "mail.stop", object="users", record_id=actor.id):
        row = _row(actor.id)
        row.address, row.confirmed_at, row.pending, row.nonce, row.refused = "", None, "", "", ""
        row.save()
        MailItem.objects.filter(user_id=actor.id, letter__isnull=True).delete()
    return get_mailbox(actor)


def set_stopped(actor: Actor, *, stopped: bool) -> dict[str, Any]:
    """Stop letters for the moment, or have them again."""
    with act(actor, "mail.stop" if stopped else "mail.resume", object="users", record_id=actor.id):
        row = _row(actor.id)
        row.stopped_at = now() if stopped else None
        row.save()
    return get_mailbox(actor)


def stop_by_link(token: str) -> str:
    """Whoever holds a letter stops all letters to that person; his name. :class:`NotFound` for what is no such link."""
    row = mailbox_of_link(token)
    with act(BY_LINK, "mail.stop", object="users", record_id=row.user_id):
        MailBox.objects.filter(pk=row.pk, stopped_at__isnull=True).update(stopped_at=now())
    return row.address


def mailbox_of_link(token: str) -> MailBox:
    """The mailbox a link to stop belongs to."""
    key, _, signature = token.partition(".")
    try:
        row = MailBox.objects.filter(pk=UUID(key)).first()
    except ValueError:
        row = None
    if row is None or not _is_signed(signature, _stopping(row)):
        raise NotFound
    return row


def stop_token(row: MailBox) -> str:
    """What makes the link by which one stops letters; it works as long as the mailbox is there."""
    return f"{row.id.hex}.{_sign(_stopping(row))}"


def confirm_token(row: MailBox) -> str:
    """What makes the link of a confirmation."""
    return _sign(_asked(row))


def _asked(row: MailBox) -> str:
    return f"confirm:{row.user_id}:{row.pending}:{row.nonce}"


def _stopping(row: MailBox) -> str:
    return f"stop:{row.id}:{row.salt}"


def _sign(text: str, secret: str = "") -> str:
    key = (secret or settings.SECRET_KEY).encode()
    return hmac.new(key, f"mail:{text}".encode(), hashlib.sha256).hexdigest()[:40]


def _is_signed(given: str, text: str) -> bool:
    """Whether ``given`` was made by :func:`_sign` with the installation's key or a former one."""
    keys = ("", *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(given.encode(), _sign(text, key).encode()) for key in keys)


def _row(user_id: UUID) -> MailBox:
    MailBox.objects.get_or_create(user_id=user_id, defaults={"salt": secrets.token_hex(16)})
    return MailBox.objects.select_for_update().get(user_id=user_id)


# ---------------------------------------------------------------- messages on their way


def carry(message: Notification) -> None:
    """Note, in the message's own transaction, that it goes out by mail; nothing where nobody would get it."""
    row = MailBox.objects.filter(user_id=message.user_id, confirmed_at__isnull=False, stopped_at__isnull=True).first()
    if row is None or not is_on():
        return
    zone = User.objects.filter(pk=message.user_id).values_list("time_zone", flat=True).first() or "Asia/Shanghai"
    MailItem.objects.create(user_id=message.user_id, notification_id=message.id, due_at=_due(row, message.at, zone))


def _due(row: MailBox, moment: datetime, zone: str) -> datetime:
    return decide_due(rhythm_of(row), moment, zone_of(zone))
