"""Signing in and out, the person himself, his sessions and tokens, the first administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from kemai.accounts import cookies, passwords, sessions
from kemai.accounts.access import Actor
from kemai.accounts.factors import owed_by, ways_of
from kemai.accounts.models import Department, Session, Team, User
from kemai.accounts.passkeys import Site, ask_for_passkey
from kemai.accounts.sign_in import Browser, pass_factor, sign_in, sign_in_by_passkey
from kemai.accounts.tries import new_device
from kemai.administration.menu import check_favourites, menu_for
from kemai.administration.services import people
from kemai.base import audit
from kemai.base.currencies import BASE_CURRENCY
from kemai.kit.errors import NotFound, NotSignedIn
from kemai.kit.http import json_response
from kemai.platform.api.records import signed_in
from kemai.platform.notify import count_unread

router = Router()


class Login(Schema):
    username: str
    password: str


class Code(Schema):
    code: str


class PasskeyAnswer(Schema):
    offer: str
    answer: dict[str, Any]


class Setup(Schema):
    company: str
    username: str
    name: str
    password: str


class Preferences(Schema):
    locale: Literal["zh-CN", "en"] | None = None
    theme: Literal["auto", "light", "dark"] | None = None
    favourites: list[str] | None = None


class Passwords(Schema):
    current: str
    new: str


class SetupNeeded(NotSignedIn):
    """Nobody exists yet: the first-administrator page is open."""

    def extra(self) -> dict[str, Any]:
        return {"setup_open": True}


def _teams(actor: Actor) -> list[tuple[UUID, str]]:
    rows = Team.objects.filter(pk__in=actor.principals, deleted_at__isnull=True).order_by("name_sort")
    return list(rows.values_list("id", "name"))


def describe_person(actor: Actor) -> dict[str, Any]:
    """``/me`` of the interface."""
    english = actor.locale == "en"
    department = (
        Department.objects.filter(pk=actor.department_id).values_list("name", flat=True).first()
        if actor.department_id
        else None
    )
    return {
        "id": actor.id,
        "username": actor.username,
        "name": actor.name,
        "locale": actor.locale,
        "time_zone": actor.time_zone,
        "base_currency": BASE_CURRENCY.value(),
        "theme": actor.extra.get("theme", "auto"),
        "department": {"id": actor.department_id, "label": department} if actor.department_id else None,
        "teams": [{"id": key, "label": name} for key, name in _teams(actor)],
        "roles": [{"code": code, "label": en if english else zh} for code, zh, en in actor.roles],
        "permissions": {
            code: "all" if r.everything else ("departments" if r.departments else "own")
            for code, r in sorted(actor.reaches.items())
        },
        "menu": menu_for(actor),
        "favourites": actor.extra.get("favourites", []),
        "counters": {"notifications": 0 if actor.viewer else count_unread(actor)},
        "must_change_password": actor.must_change_password,
        "owes": owed_by(actor),
        "setup_needed": False,
        "viewing": {
            "by": {"id": actor.viewer.id, "label": actor.viewer.name},
            "until": actor.viewer.until,
            "reason": actor.viewer.reason,
        }
        if actor.viewer
        else None,
    }


def _open(request: HttpRequest, way: Callable[[Browser], tuple[str, Session]]) -> HttpResponse:
    """Sign in by one way; the person, or by what to go on. A new identity gets a new session; the old id is dead (S-7)."""
    browser = Browser(
        address=audit.request_info.get().address,
        agent=request.headers.get("User-Agent", ""),
        device=request.COOKIES.get(cookies.DEVICE) or new_device(),
    )
    old = cookies.session_token(request)
    token, session = way(browser)
    if old:
        sessions.sign_out(old)
    answer = {"awaits": "factor", "ways": ways_of(session.user_id)} if session.awaits_factor else None
    if answer is None:
        caller = sessions.caller_of_session(token)
        if caller is None:
            raise NotSignedIn
        answer = describe_person(caller.actor)
    response = cookies.give_device(cookies.give_session(json_response(answer), token), browser.device)
    response.set_cookie(sessions.CSRF_COOKIE, sessions.new_csrf(), samesite="Lax", secure=settings.KEMAI_HTTPS)
    return response


@router.post(
    "/auth/login", auth=None, operation_id="auth_login", summary="Sign in; with a second factor, its first step"
)
def login(request: HttpRequest, data: Login) -> HttpResponse:
    return _open(request, lambda browser: sign_in(browser, username=data.username, password=data.password))


@router.post("/auth/factor", auth=None, operation_id="auth_factor", summary="The second step: a code")
def give_code(request: HttpRequest, data: Code) -> HttpResponse:
    return _open(request, lambda browser: pass_factor(browser, cookies.session_token(request), data.code))


def site_of(request: HttpRequest) -> Site:
    """The site as this browser knows it; only names of ours come this far (``KEMAI_HOSTS``)."""
    host = request.get_host()
    return Site(host.rsplit(":", 1)[0], f"{'https' if settings.KEMAI_HTTPS else 'http'}://{host}")


@router.post("/auth/passkey/ask", auth=None, operation_id="auth_passkey_ask", summary="What a passkey has to answer")
def ask_passkey(request: HttpRequest) -> dict[str, Any]:
    return ask_for_passkey(site_of(request))


@router.post("/auth/passkey", auth=None, operation_id="auth_passkey", summary="Sign in by a passkey, in one step")
def give_passkey(request: HttpRequest, data: PasskeyAnswer) -> HttpResponse:
    site = site_of(request)
    return _open(request, lambda browser: sign_in_by_passkey(browser, site, offer=data.offer, answer=data.answer))


class LinkToken(Schema):
    token: str


class Chosen(LinkToken):
    password: str


@router.get("/auth/password-rules", auth=None, operation_id="auth_password_rules", summary="What a password has to be")
def password_rules(request: HttpRequest) -> dict[str, Any]:
    return {"text": passwords.rules_in_words()}


@router.post("/auth/password-link", auth=None, operation_id="auth_password_link", summary="Whose link this is")
def read_link(request: HttpRequest, data: LinkToken) -> dict[str, Any]:
    user = passwords.user_of_link(data.token)
    return {"username": user.username, "name": user.name}


@router.post("/auth/password", auth=None, operation_id="auth_password", summary="Choose a password by a link")
def choose_password(request: HttpRequest, data: Chosen) -> HttpResponse:
    people.choose_password(data.token, data.password, address=audit.request_info.get().address)
    return HttpResponse(status=204)


@router.post(
    "/users/{user_id}/password-link", operation_id="users_password_link", summary="A link to choose a password"
)
def make_password_link(request: HttpRequest, user_id: UUID) -> dict[str, Any]:
    return people.make_password_link(signed_in(request), user_id)


@router.post("/auth/logout", auth=None, operation_id="auth_logout", summary="Sign out", response={204: None})
def logout(request: HttpRequest) -> HttpResponse:
    token = cookies.session_token(request)
    if token:
        sessions.sign_out(token)
    response = HttpResponse(status=204)
    response.delete_cookie(cookies.SESSION)
    return response


@router.get("/auth/setup", auth=None, operation_id="auth_setup_state", summary="Is the first-administrator page open?")
def setup_state(request: HttpRequest) -> dict[str, Any]:
    return {"open": people.setup_open()}


@router.post("/auth/setup", auth=None, operation_id="auth_setup", summary="Make the first administrator")
def set_up(request: HttpRequest, data: Setup) -> HttpResponse:
    people.set_up(**data.dict())
    return _open(request, lambda browser: sign_in(browser, username=data.username, password=data.password))


@router.get(
    "/me",
    auth=None,  # it says itself whether nobody is signed in or nobody is there yet
    operation_id="me_get",
    summary="The person signed in",
    openapi_extra={"security": [{"bearer": []}]},
)
def me(request: HttpRequest) -> HttpResponse:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise SetupNeeded if people.setup_open() else NotSignedIn
    return json_response(describe_person(actor))


@router.patch("/me", operation_id="me_update", summary="Language, theme, pinned entries of the menu")
def update_me(request: HttpRequest, data: Preferences) -> HttpResponse:
    actor = signed_in(request)
    changes = {k: v for k, v in data.dict().items() if v is not None}
    if changes:
        check_favourites(changes.get("favourites", []))
        with audit.act(actor, "preferences", object="users", record_id=actor.id):
            User.objects.filter(pk=actor.id).update(**changes)
        sessions.forget_callers()
    return json_response(describe_person(sessions.actor_of(actor.id)))


@router.post("/me/password", operation_id="me_password", summary="Change one's password")
def change_password(request: HttpRequest, data: Passwords) -> HttpResponse:
    actor = signed_in(request)
    people.change_password(actor, current=data.current, new=data.new, session_id=request.session_id)  # type: ignore[attr-defined]
    return with_new_id(request, HttpResponse(status=204))


def with_new_id(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer with another id for the caller's session: what he proves himself by has changed (S-7)."""
    actor = sessions.actor_of(signed_in(request).id)
    token = sessions.renew_id(cookies.session_token(request), actor)
    return cookies.give_session(response, token) if token else response


@router.get("/me/sessions", operation_id="me_sessions", summary="One's open sessions")
def list_sessions(request: HttpRequest) -> dict[str, Any]:
    actor = signed_in(request)
    current = request.session_id  # type: ignore[attr-defined]
    return {
        "items": [
            {"id": key, "seen_at": seen, "address": address, "agent": agent, "current": key == current}
            for key, seen, address, agent in sessions.session_until(actor.id)
        ]
    }


@router.delete("/me/sessions", operation_id="me_sessions_end", summary="End all one's other sessions")
def end_other_sessions(request: HttpRequest) -> dict[str, Any]:
    actor = signed_in(request)
    with audit.act(actor, "session.end", object="users", record_id=actor.id):
        return {"ended": sessions.end_sessions(actor.id, but=request.session_id)}  # type: ignore[attr-defined]


@router.delete("/me/sessions/{session_id}", operation_id="me_session_end", summary="End a session")
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    actor = signed_in(request)
    with audit.act(actor, "session.end", object="users", record_id=actor.id):
        if not Session.objects.filter(user_id=actor.id, id=session_id).delete()[0]:
            raise NotFound
    sessions.forget_callers()
    return HttpResponse(status=204)
