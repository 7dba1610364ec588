"""The mail server as the administrator sets it up. Its password is never read back, and goes to no other server than it was given for."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.db import transaction

from kemai.accounts.access import Actor
from kemai.accounts.people import holders_of
from kemai.base.audit import act
from kemai.base.sealing import Unreadable, seal, unseal
from kemai.integrations import settings
from kemai.integrations.errors import MAIL_WORDS
from kemai.integrations.models import Letter, MailHealth, MailServer
from kemai.integrations.models.mail import THE_SERVER
from kemai.integrations.rules.letters import read_address
from kemai.integrations.rules.mail_times import TELL_AFTER, rest_after
from kemai.integrations.smtp import Trouble, Way
from kemai.kit.clock import now
from kemai.kit.errors import FieldError, Invalid, VersionStale
from kemai.kit.text.normalise import clean_text
from kemai.kit.validate import InvalidValue
from kemai.kit.words import T
from kemai.platform.notify import notify

PERMISSION = "integrations.mail.edit"
SECURITY = ("tls", "starttls", "none")
_HOST = re.compile(r"(?!-)[\w.-]{1,253}(?<!-)|[0-9a-fA-F:.]{2,45}")
#: A password belongs to these: when one of them changes it has to be given again, or it could be sent to a stranger.
BOUND = ("host", "port", "security", "username")


def the_server() -> MailServer:
    """The settings, as they are or as they would be on a new installation."""
    return MailServer.objects.select_related("health").filter(pk=THE_SERVER).first() or MailServer(host="")


def is_on() -> bool:
    """Whether letters may go out at all."""
    return MailServer.objects.filter(pk=THE_SERVER, on=True).exists()


def way_of(server: MailServer) -> Way:
    """Everything a conversation with the server needs; :class:`Trouble` when the password cannot be read any more."""
    try:
        password = unseal(server.password) if server.password else ""
    except Unreadable as error:
        raise Trouble("password_unreadable") from error
    greeting = urlsplit(django_settings.PUBLIC_URL).hostname or "localhost"
    return Way(server.host, server.port, server.security, server.username, password, server.sender_address, greeting)


def get_settings(actor: Actor) -> dict[str, Any]:
    """The settings without the password, how the server fares, and what waits."""
    actor.require(PERMISSION)
    row = the_server()
    health = getattr(row, "health", None) or MailHealth()
    root = urlsplit(django_settings.PUBLIC_URL)
    return {
        **{name: getattr(row, name) for name in ("on", *BOUND, "sender_address", "sender_name", "version")},
        "has_password": bool(row.password),
        "ports": sorted(settings.mail_ports()),
        "links_to": django_settings.PUBLIC_URL,
        "links_work": root.hostname not in (None, "localhost", "127.0.0.1", "::1"),
        "health": {
            "failures": health.failures,
            "failing_since": health.failing_since,
            "next_at": health.next_at,
            "last_ok_at": health.last_ok_at,
            "last_error": health.last_error,
            "last_error_label": told(health.last_error),
            "last_answer": health.last_answer,
        },
        "waiting": Letter.objects.filter(state="waiting").count(),
        "failed": Letter.objects.filter(state="failed").exclude(purpose="test").count(),
    }


def told(code: str) -> str:
    """A code of :class:`kemai.integrations.smtp.Trouble` in the reader's words."""
    return MAIL_WORDS[code].to() if code in MAIL_WORDS else code


def change_settings(actor: Actor, values: dict[str, Any], *, version: int) -> dict[str, Any]:
    """Save the settings. ``password``: None keeps it, which is refused once it would go to another server or name."""
    actor.require(PERMISSION)
    with act(actor, "mail.server", object="mail", data={"password_changed": bool(values.get("password"))}):
        MailServer.objects.get_or_create(pk=THE_SERVER)
        row = MailServer.objects.select_for_update().get(pk=THE_SERVER)
        if row.version != version:
            raise VersionStale(get_settings(actor))
        checked = _check(row, values)
        for name, value in checked.items():
            setattr(row, name, value)
        row.version += 1
        row.updated_at = now()
        row.save()
        MailHealth.objects.update_or_create(
            server=row,
            defaults={"failures": 0, "failing_since": None, "next_at": None, "last_error": "", "last_answer": ""},
        )
    return get_settings(actor)


def _check(row: MailServer, values: dict[str, Any]) -> dict[str, Any]:
    """The values as stored; :class:`Invalid` names every wrong one. What is switched off may be half filled in."""
    errors: list[FieldError] = []

    def wrong(field: str, code: str, zh: str, en: str) -> None:
        errors.append(FieldError(field, code, T(zh, en)))

    found: dict[str, Any] = {
        "on": bool(values["on"]),
        "host": str(values["host"]).strip().lower().rstrip("."),
        "port": int(values["port"]),
        "security": str(values["security"]),
        "username": clean_text(str(values["username"]))[:200],
        "sender_address": str(values["sender_address"]).strip(),
        "sender_name": clean_text(str(values["sender_name"]))[:60],
    }
    if (found["host"] or found["on"]) and not _HOST.fullmatch(found["host"]):
        wrong(
            "host",
            "malformed",
            "请填写邮件服务器的主机名，如 smtp.example.com。",
            "Give the host of the mail server, such as smtp.example.com.",
        )
    if found["port"] not in settings.mail_ports():
        ports = "、".join(map(str, sorted(settings.mail_ports())))
        wrong(
            "port",
            "port",
            f"只能使用这些端口：{ports}；其他端口请先在参数中列出。",
            f"Only these ports: {ports}; list others in the parameters first.",
        )
    if found["security"] not in SECURITY:
        wrong("security", "unknown_choice", "没有这种加密方式。", "There is no such encryption.")
    if found["security"] == "none" and found["username"]:
        wrong(
            "security",
            "in_clear",
            "不加密时密码会被旁人看到。请选择 SSL/TLS 或 STARTTLS，或去掉用户名。",
            "Unencrypted, anybody could read the password. Choose TLS or STARTTLS, or leave out the user name.",
        )
    if found["sender_address"] or found["on"]:
        try:
            found["sender_address"] = read_address(found["sender_address"])
        except InvalidValue:
            wrong("sender_address", "email_invalid", "请填写有效的发件邮箱。", "Give a valid address to send from.")
    _check_password(row, values, found, wrong)
    if errors:
        raise Invalid(errors)
    return found


def _check_password(row: MailServer, values: dict[str, Any], found: dict[str, Any], wrong: Any) -> None:
    given = values.get("password")
    if not found["username"]:
        found["password"] = ""
    elif given:
        found["password"] = seal(str(given)[:500])
    elif not row.password or any(found[name] != getattr(row, name) for name in BOUND):
        wrong(
            "password",
            "required",
            "更换服务器或用户名后，请重新输入密码。",
            "After a change of server or user name, give the password again.",
        )


# ---------------------------------------------------------------- how it fares


def note_success() -> None:
    """The server took something: whatever was wrong is over."""
    MailHealth.objects.filter(pk=THE_SERVER).update(
        failures=0, failing_since=None, next_at=None, last_ok_at=now(), last_error="", last_answer=""
    )


def note_failure(trouble: Trouble) -> None:
    """The server itself is in trouble: it is left alone for a while, and whoever looks after it is told once it lasts."""
    moment = now()
    with transaction.atomic():
        health = MailHealth.objects.select_for_update().get(pk=THE_SERVER)
        health.failures += 1
        health.failing_since = health.failing_since or moment
        health.next_at = moment + rest_after(health.failures)
        health.last_error, health.last_answer = trouble.code, trouble.answer
        health.save()
        if health.failures == TELL_AFTER:
            for person in holders_of(PERMISSION):
                notify(
                    person,
                    kind="mail_failing",
                    title=T("邮件发不出去，请检查邮件发送设置", "E-mail is not going out; look at its settings"),
                    text=MAIL_WORDS[trouble.code].to() if trouble.code in MAIL_WORDS else trouble.answer,
                    path="/admin/mail",
                )
