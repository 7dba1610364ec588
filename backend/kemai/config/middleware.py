"""The one middleware: request id, language, caller, CSRF, limits, errors and headers (decisions.md 2)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from kemai.accounts import cookies, sessions
from kemai.accounts.access import Actor
from kemai.accounts.errors import FactorNeeded, LooksOnly
from kemai.accounts.factors import owed_by
from kemai.base import replica
from kemai.base.audit import RequestInfo, request_info
from kemai.base.contention import TRIES, has_lost, refusal_of, state_of
from kemai.base.idempotency import Answer, once
from kemai.config.room import Room
from kemai.kit.errors import (
    CsrfFailed,
    Forbidden,
    KemaiError,
    Malformed,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    StorageFull,
    TooLarge,
)
from kemai.kit.http import problem_response
from kemai.kit.words import T, language, pick_language
from kemai.platform.objects.declare import all_objects
from kemai.platform.objects.rows import Tally, tally
from kemai.platform.volume import Meter

log = structlog.get_logger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/v1/"
#: What a token limited to some kinds of record may read besides: who it is, and what there is. (First part, whether more follows.)
ABOUT = {("me", False), ("meta", True), ("openapi.json", False)}
AUTH = "/api/v1/auth/"
#: Where passwords, new tokens and values in clear pass: no answer from here is kept to be replayed.
SECRET = ("/api/v1/me/", AUTH, "/api/v1/webhooks", "/api/v1/admin/mail")
SECRET_ENDS = ("/reveal", "/password-link")
#: Sent by a page with what it asks of itself while nobody has touched it for a while.
UNATTENDED = "X-Kemai-Unattended"
#: How long requests that were on their way when the session got another id may still come with the old one.
ON_THE_WAY = timedelta(seconds=10)
#: All that is not reading which somebody looking as another person may do: stop, or sign out.
LOOKING = ("/api/v1/view-as/end", "/api/v1/auth/logout")
#: What is a person's own affair, also when somebody looks as him.
PRIVATE = tuple(
    f"/api/v1/{part}" for part in ("me/", "notifications", "jobs", "files", "imports", "exports", "operations")
)
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-elem 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "X-Frame-Options": "DENY",
}


class InternalError(KemaiError):
    status, code = 500, "internal_error"
    text = T(
        "系统内部错误，请联系管理员并提供编号 {request_id}。",
        "An internal error; give number {request_id} to your administrator.",
    )


class PasswordChangeNeeded(Forbidden):
    code = "password_change_needed"
    text = T("请先修改临时密码。", "Choose a password of your own first.")


class TokenLimited(Forbidden):
    code = "token_limited"
    text = T("此令牌的范围不包括这项操作。", "This token does not reach so far.")


ME = "/api/v1/me"
#: What a person may still do who owes something: see who he is, do it, sign out.
OWED: dict[str, tuple[str, type[Forbidden]]] = {
    "password": (f"{ME}/password", PasswordChangeNeeded),
    "factor": (f"{ME}/factors", FactorNeeded),
}


class Buckets:
    """A general limit per caller in this process: so many requests a minute, spent evenly (decisions.md 19)."""

    def __init__(self) -> None:
        self.levels: dict[str, tuple[float, float]] = {}

    def take(self, key: str, per_minute: int) -> None:
        moment = time.monotonic()
        level, since = self.levels.get(key, (float(per_minute), moment))
        level = min(per_minute, level + (moment - since) * per_minute / 60)
        if level < 1:
            raise RateLimited(int((1 - level) * 60 / per_minute) + 1)
        if len(self.levels) > 20_000:
            self.levels.clear()
        self.levels[key] = (level - 1, moment)


class KemaiMiddleware:
    """Wraps every request; the only place that turns a caller's credentials into ``request.actor``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.buckets = Buckets()
        self.meter = Meter()
        self.room = Room(settings.VOLUMES, settings.RESERVE_MB)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid4().hex[:16]
        info = request_info.set(RequestInfo(client_address(request), request_id))
        words = language.set(pick_language(request.headers.get("Accept-Language", "")))
        read = Tally()
        counting = tally.set(read)
        try:
            try:
                self.admit(request)
                response = self.respond(request)
                if response.status_code == 405 and request.path.startswith(API):  # ninja's own is plain text
                    response = problem_response(MethodNotAllowed(response.headers.get("Allow", "")))
            except Exception as error:
                response = problem_response(self.as_problem(error, request_id))
            if read.rows and request.caller:  # type: ignore[attr-defined]
                self.meter.add(*reader_of(request.caller), read.rows)  # type: ignore[attr-defined]
            return self.finish(request, response, request_id)
        finally:
            tally.reset(counting)
            request_info.reset(info)
            language.reset(words)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        request.has_lost = has_lost(error)  # type: ignore[attr-defined]
        return problem_response(self.as_problem(error, request_info.get().request_id))

    def admit(self, request: HttpRequest) -> None:
        """Find the caller, check CSRF, count."""
        request.caller = request.actor = None  # type: ignore[attr-defined]
        request.session_id = None  # type: ignore[attr-defined]
        request.new_session = None  # type: ignore[attr-defined]
        if not request.path.startswith(API):
            return
        bearer, token = request.headers.get("Authorization", ""), cookies.session_token(request)
        caller = None
        if bearer.startswith("Bearer "):
            caller = sessions.caller_of_token(bearer[7:].strip())
        else:
            attended = UNATTENDED not in request.headers
            caller = sessions.caller_of_session(token, attended=attended) if token else None
            if request.method not in SAFE:
                self.check_csrf(request)
        if caller:
            request.caller = caller  # type: ignore[attr-defined]
            request.actor = caller.actor  # type: ignore[attr-defined]
            request.session_id = caller.session_id  # type: ignore[attr-defined]
            if caller.outdated:
                request.new_session = sessions.renew_id(token, caller.actor, grace=ON_THE_WAY)  # type: ignore[attr-defined]
            language.set(caller.actor.locale)
            if caller.actor.viewer:
                confine(request, caller.actor)
            if caller.actor.via_token:
                hold_to_limits(request, caller.actor)
            hold_to_what_is_owed(request, caller.actor)
        self.buckets.take(bucket_of(caller) or client_address(request), settings.REQUESTS_PER_MINUTE)

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Answer, unless it would write where there is no room. What lost to others in the database begins again (C-11)."""
        reads = request.method in SAFE or request.path.endswith("/aggregate")
        if not reads and not request.path.startswith(AUTH) and self.room.is_short():
            raise StorageFull
        for left in reversed(range(TRIES if reads or repeatable(request) else 1)):
            request.has_lost = False  # type: ignore[attr-defined]
            try:
                response = self.call(request, reads)
            except OperationalError as error:
                if not (left and has_lost(error)):
                    raise
            else:
                if not (left and request.has_lost):  # type: ignore[attr-defined]
                    break
        return response

    def call(self, request: HttpRequest, reads: bool) -> HttpResponse:
        """Call the view; for a POST with an Idempotency-Key at most once (contract.md)."""
        key = request.headers.get("Idempotency-Key")
        actor = request.actor  # type: ignore[attr-defined]
        secret = request.path.startswith(SECRET) or request.path.endswith(SECRET_ENDS)
        if not key or request.method != "POST" or actor is None or secret:
            with replica.reading() if reads else nullcontext():
                return self.get_response(request)

        def run() -> Answer:
            response = self.get_response(request)
            kept = {n: response.headers[n] for n in ("ETag", "Location", "Content-Type") if n in response.headers}
            return Answer(response.status_code, response.content, kept)

        answer = once(actor.id, f"{request.method} {request.path}", key, request.body, run)
        more = {"Idempotent-Replay": "true"} if answer.replayed else {}
        return HttpResponse(answer.body, status=answer.status, headers={**answer.headers, **more})

    def check_csrf(self, request: HttpRequest) -> None:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise CsrfFailed
        if not sessions.csrf_ok(request.COOKIES.get(sessions.CSRF_COOKIE), request.headers.get("X-CSRFToken")):
            raise CsrfFailed

    def as_problem(self, error: Exception, request_id: str) -> KemaiError:
        if isinstance(error, KemaiError):
            return error
        if isinstance(error, Http404):
            return NotFound()
        if isinstance(error, (RequestDataTooBig, TooManyFieldsSent)):
            return TooLarge(limit="20 MB")
        if isinstance(error, (MultiPartParserError, UnicodeDecodeError)):
            return Malformed(what="request body")
        if isinstance(error, DataError):
            # The last net: a value no column takes (NUL, out of range) that no check before recognised.
            log.warning("database refused a value", request_id=request_id, error=type(error.__cause__).__name__)
            return Malformed(what="value")
        if isinstance(error, (OperationalError, InterfaceError)):
            refusal = refusal_of(error)
            log.error(
                "the database did not",
                request_id=request_id,
                error=type(error.__cause__).__name__,
                state=state_of(error),
            )
            return refusal
        log.error("internal error", request_id=request_id, exc_info=error)
        return InternalError(request_id=request_id)

    def finish(self, request: HttpRequest, response: HttpResponse, request_id: str) -> HttpResponse:
        own = "Content-Security-Policy" in response.headers  # a page that says itself who may frame it
        for name, value in HEADERS.items():
            if not (own and name == "X-Frame-Options"):
                response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = request_id
        if request.path.startswith(API):
            response.headers.setdefault("Cache-Control", "no-store")
        new_session = getattr(request, "new_session", None)
        if new_session and cookies.SESSION not in response.cookies:
            cookies.give_session(response, new_session)
        # The page sets it too, so that signing in needs no request before it.
        if request.method == "GET" and not own and sessions.CSRF_COOKIE not in request.COOKIES:
            response.set_cookie(sessions.CSRF_COOKIE, sessions.new_csrf(), samesite="Lax", secure=settings.KEMAI_HTTPS)
        return response


def repeatable(request: HttpRequest) -> bool:
    """Whether doing it twice is doing it once: it names the version it changes, or carries a key under which it counts once."""
    once_only = "If-Match" in request.headers or "Idempotency-Key" in request.headers
    return once_only and request.content_type in ("", "application/json")  # an upload is read while it comes


def confine(request: HttpRequest, actor: Actor) -> None:
    """Who looks as somebody else only looks, and not at what is private (PLT-16)."""
    allowed = request.method in SAFE and not request.path.startswith(PRIVATE)
    if not allowed and request.path not in LOOKING:
        raise LooksOnly(name=actor.name)


def hold_to_what_is_owed(request: HttpRequest, actor: Actor) -> None:
    """Who has to choose a password or to set up a second factor does that before anything else (S-7)."""
    owed = owed_by(actor)
    if not owed or request.path == ME or request.path.startswith(AUTH):
        return
    prefix, refusal = OWED[owed[0]]
    if request.path != prefix and not request.path.startswith(f"{prefix}/"):
        raise refusal


def hold_to_limits(request: HttpRequest, actor: Actor) -> None:
    """What a token may not do whatever its person may: make tokens; change anything, when it only reads; leave its kinds of record,
    whose jobs would run with all of its person's rights (PLT-4)."""
    first, _, rest = request.path.removeprefix(API).partition("/")
    changes = request.method not in SAFE
    if changes and first == "me":
        raise TokenLimited
    if actor.token is None:
        return
    if actor.token.read_only and changes and rest != "aggregate":
        raise TokenLimited
    if actor.token.kinds:
        own = {o.name for o in all_objects() if o.permission in actor.token.kinds}
        known = first in own and rest != "bulk"
        if not known and (changes or (first, bool(rest)) not in ABOUT):
            raise TokenLimited


def reader_of(caller: sessions.Caller) -> tuple[UUID, UUID]:
    """Whose reading it is, a token's or a person's, and that person: who sits there."""
    person = caller.actor.viewer.id if caller.actor.viewer else caller.actor.id
    return caller.token_id or person, person


def bucket_of(caller: sessions.Caller | None) -> str:
    """Whose requests are counted: those of who sits there."""
    return str(reader_of(caller)[1]) if caller else ""


def client_address(request: HttpRequest) -> str:
    """The caller's address; a proxy's word counts only when the proxy is trusted."""
    direct = request.META.get("REMOTE_ADDR", "")
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and direct in settings.TRUSTED_PROXIES:
        return re.split(r"\s*,\s*", forwarded.strip())[-1][:60]
    return direct
