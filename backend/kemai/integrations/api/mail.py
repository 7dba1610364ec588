"""E-mail as a way for messages: the server, the letters, one's own address (PLT-3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from procrastinate.contrib.django import app

from kemai.integrations.rules.mail_times import Rhythm
from kemai.integrations.services import letters, mail_server, mailboxes
from kemai.kit.errors import Malformed, VersionRequired
from kemai.kit.http import json_response
from kemai.platform.api.records import signed_in

router = Router()


class ServerSettings(Schema):
    on: bool
    host: str
    port: int
    security: str
    username: str = ""
    password: str | None = None
    sender_address: str
    sender_name: str = ""


class Test(Schema):
    to: str


class Again(Schema):
    ids: list[UUID] | None = None


class When(Schema):
    daily: bool
    digest_hour: int = 8
    quiet_from: int | None = None
    quiet_to: int | None = None


class Address(Schema):
    address: str


class Token(Schema):
    token: str


class Stopped(Schema):
    stopped: bool


def _send_now() -> None:
    """Somebody waits: the worker looks at once, after the commit."""
    app.configure_task("integrations.send_mail_now").defer()


@router.get("/admin/mail", operation_id="mail_get", summary="The mail server, without its password")
def get_server(request: HttpRequest) -> HttpResponse:
    return _one(mail_server.get_settings(signed_in(request)))


def _one(found: dict[str, Any]) -> HttpResponse:
    return json_response(found, headers={"ETag": f'"{found["version"]}"'})


@router.put("/admin/mail", operation_id="mail_set", summary="Set up the mail server")
def put_server(request: HttpRequest, data: ServerSettings) -> HttpResponse:
    text = request.headers.get("If-Match", "").strip('"')
    if not text:
        raise VersionRequired
    if not text.isdecimal() or len(text) > 9:
        raise Malformed(what="If-Match")
    return _one(mail_server.change_settings(signed_in(request), data.dict(), version=int(text)))


@router.post(
    "/admin/mail/test", operation_id="mail_test", summary="Queue a test letter", response={202: dict[str, Any]}
)
def test_server(request: HttpRequest, data: Test) -> Status[dict[str, Any]]:
    found = letters.send_test(signed_in(request), data.to)
    _send_now()
    return Status(202, found)


@router.get("/admin/mail/letters", operation_id="mail_letters", summary="Letters and what became of them")
def list_letters(request: HttpRequest, state: str = "", cursor: str = "") -> dict[str, Any]:
    return letters.list_letters(signed_in(request), state=state, cursor=cursor)


@router.get("/admin/mail/letters/{letter_id}", operation_id="mail_letter", summary="One letter and its tries")
def get_letter(request: HttpRequest, letter_id: UUID) -> dict[str, Any]:
    return letters.get_letter(signed_in(request), letter_id)


@router.post("/admin/mail/replay", operation_id="mail_replay", summary="Send parked letters again")
def replay(request: HttpRequest, data: Again) -> dict[str, Any]:
    return {"count": letters.replay(signed_in(request), data.ids)}


@router.get("/me/mail", operation_id="me_mail", summary="One's own address and rhythm")
def get_mailbox(request: HttpRequest) -> dict[str, Any]:
    return mailboxes.get_mailbox(signed_in(request))


@router.put("/me/mail", operation_id="me_mail_set", summary="When one wants letters")
def put_mailbox(request: HttpRequest, data: When) -> dict[str, Any]:
    return mailboxes.set_rhythm(signed_in(request), Rhythm(**data.dict()))


@router.post("/me/mail/address", operation_id="me_mail_address", summary="Have an address confirmed")
def ask_address(request: HttpRequest, data: Address) -> dict[str, Any]:
    found = mailboxes.ask_address(signed_in(request), data.address)
    _send_now()
    return found


@router.delete("/me/mail/address", operation_id="me_mail_forget", summary="No letters, and no address kept")
def forget_address(request: HttpRequest) -> dict[str, Any]:
    return mailboxes.forget_address(signed_in(request))


@router.post("/me/mail/confirm", operation_id="me_mail_confirm", summary="Confirm one's address by the link's token")
def confirm_address(request: HttpRequest, data: Token) -> dict[str, Any]:
    return mailboxes.confirm_address(signed_in(request), data.token)


@router.post("/me/mail/stopped", operation_id="me_mail_stopped", summary="Stop letters, or have them again")
def set_stopped(request: HttpRequest, data: Stopped) -> dict[str, Any]:
    return mailboxes.set_stopped(signed_in(request), stopped=data.stopped)
