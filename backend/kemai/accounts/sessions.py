"""Who is calling: sessions and tokens → :class:`Actor`. The only way in (decisions.md 18).

A process keeps a resolved session for at most a second, and resolved rights until the rights epoch moves; so an ordinary request costs one
indexed read, a burst none, and a revocation bites within a second in every process.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from kemai.accounts.access import Actor, SystemActor, TokenLimits, Viewing, holds_all_of, load_actor
from kemai.accounts.factors import owed_by
from kemai.accounts.models import ApiToken, KnownDevice, Session, User
from kemai.accounts.passwords import demands
from kemai.accounts.tries import SECURITY
from kemai.base import audit, epochs, parameters
from kemai.kit.clock import now
from kemai.kit.errors import NotFound
from kemai.kit.ids import new_id
from kemai.kit.words import T

COOKIE = "kemai_session"
HOST_COOKIE = "__Host-kemai_session"
CSRF_COOKIE = "csrftoken"
_KEEP = 1.0
DEVICES_KEPT = timedelta(days=180)

IDLE = parameters.declare(
    parameters.Parameter(
        "security.session_idle_minutes",
        "int",
        30,
        T("无操作自动退出（分钟）", "Sign out after idle minutes"),
        SECURITY,
        minimum=5,
        maximum=720,
    )
)
ABSOLUTE = parameters.declare(
    parameters.Parameter(
        "security.session_hours",
        "int",
        12,
        T("登录有效期（小时）", "A sign-in lasts at most (hours)"),
        SECURITY,
        minimum=1,
        maximum=168,
    )
)

VIEW_AS = "administration.view_as.start"


@dataclass(slots=True)
class Caller:
    """A recognised caller: the person, and the session or the token he came with."""

    actor: Actor
    session_id: UUID | None
    kept_until: float
    attended: bool = True
    outdated: bool = False
    """Whether the session's id was given under other rights than he has now: it is to get a new one."""
    token_id: UUID | None = None


_callers: dict[str, Caller] = {}
_actors: dict[tuple[UUID, bool], tuple[int, Actor]] = {}


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def caller_of_session(token: str, *, attended: bool = True) -> Caller | None:
    """The caller behind a session cookie, None when it is unknown, ended, idle too long, or lacks its second factor: this is the one
    door, so what does not pass here calls nothing (ORG-7). ``attended``: whether somebody sits there; what a page asks of itself does
    not keep a session from idling out (S-7)."""
    digest = hash_token(token)
    kept = _callers.get(digest)
    if kept and kept.kept_until > time.monotonic() and (kept.attended or not attended):
        return kept
    row = _session_row("s.token_hash = %s", [digest]) or _session_row(
        "s.former_hash = %s AND s.former_until > %s", [digest, now()]
    )
    moment = now()
    if row is None or row[2] <= moment or row[3] < moment - idle_for():
        _callers.pop(digest, None)
        return None
    if attended and moment - row[3] > timedelta(minutes=1):
        Session.objects.filter(id=row[0]).update(seen_at=moment)
    epochs.note(row[8])
    actor = _actor(row[1], row[4], False)
    if actor is not None and row[5] is not None and row[6] > moment:
        actor = _seen_as(actor, _actor(row[5], row[4], False), row[6], row[7])
    return _keep(digest, actor, row[0], row[9], attended=attended)


def _session_row(condition: str, params: list[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, s.user_id, s.expires_at, s.seen_at, (SELECT value FROM accounts_rightsepoch WHERE id = 1), "
            f"s.view_as, s.view_as_until, s.view_as_reason, {epochs.COLUMN}, s.rights_mark FROM accounts_session s "
            f"WHERE {condition} AND NOT s.awaits_factor",
            params,
        )
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def idle_for() -> timedelta:
    """How long a session may go unused."""
    most = demands().idle_minutes
    return timedelta(minutes=min(IDLE.value(), most) if most else IDLE.value())


def _seen_as(viewer: Actor, person: Actor | None, until: datetime, reason: str) -> Actor:
    """The person looked as, for as long as the viewer may; else the viewer himself."""
    if person is None or not may_view_as(viewer, person):
        return viewer
    return replace(person, viewer=Viewing(viewer.id, viewer.name, until, reason), must_change_password=False)


def may_view_as(viewer: Actor, person: Actor) -> bool:
    """Whether ``viewer`` may look at the system as ``person`` (PLT-16): never as himself, nor as somebody who may more."""
    held = viewer.has(VIEW_AS) and not viewer.via_token and viewer.viewer is None
    return held and viewer.id != person.id and holds_all_of(viewer, person)


def view_as(session_id: UUID, person: UUID | None, *, until: datetime | None = None, reason: str = "") -> None:
    """Have a session look at the system as ``person``; None: as its own person again."""
    Session.objects.filter(id=session_id).update(view_as=person, view_as_until=until, view_as_reason=reason)
    _callers.clear()


def caller_of_token(token: str) -> Caller | None:
    """The caller behind ``Authorization: Bearer km_…``."""
    digest = hash_token(token)
    kept = _callers.get(digest)
    if kept and kept.kept_until > time.monotonic():
        return kept
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.id, k.user_id, k.expires_at, k.last_used_at, k.revoked_at, (SELECT value FROM accounts_rightsepoch WHERE id = 1), "
            f"{epochs.COLUMN}, k.read_only, k.objects_allowed FROM accounts_apitoken k WHERE k.token_hash = %s",
            [digest],
        )
        row = cursor.fetchone()
    moment = now()
    if row is None or row[4] is not None or (row[2] is not None and row[2] <= moment):
        _callers.pop(digest, None)
        return None
    if row[3] is None or moment - row[3] > timedelta(minutes=1):
        ApiToken.objects.filter(pk=row[0]).update(last_used_at=moment)
    epochs.note(row[6])
    actor = _actor(row[1], row[5], True)
    if actor is not None and (row[7] or row[8]):
        limits = TokenLimits(row[7], frozenset(row[8]))
        actor = replace(actor, token=limits, reaches=limits.leave(actor.reaches))
    return _keep(digest, actor, None, token_id=row[0])


def _actor(user_id: UUID, epoch: int | None, via_token: bool) -> Actor | None:
    kept = _actors.get((user_id, via_token))
    if kept and kept[0] == epoch:
        return kept[1]
    actor = load_actor(user_id, via_token=via_token)
    if actor is not None:
        if len(_actors) > 5000:
            _actors.clear()
        _actors[(user_id, via_token)] = (epoch or 0, actor)
    return actor


def _keep(
    digest: str,
    actor: Actor | None,
    session_id: UUID | None,
    mark: str = "",
    *,
    attended: bool = True,
    token_id: UUID | None = None,
) -> Caller | None:
    if actor is None:
        return None
    if len(_callers) > 10_000:
        _callers.clear()
    outdated = bool(mark) and mark != mark_of(actor)
    caller = _callers[digest] = Caller(actor, session_id, time.monotonic() + _KEEP, attended, outdated, token_id)
    return caller


def forget_callers() -> None:
    """Drop this process's memory of callers and rights (tests, and sign-out here and now)."""
    _callers.clear()
    _actors.clear()


def actors_of(user_ids: list[UUID]) -> list[Actor]:
    """Several people with their rights as they are now, those disabled left out; each resolved once until rights change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM accounts_rightsepoch WHERE id = 1")
        epoch = cursor.fetchone()[0]
    return [actor for key in user_ids if (actor := _actor(key, epoch, False)) is not None]


def actor_of(user_id: UUID) -> Actor:
    """A person's rights as they are now, for jobs; :class:`NotFound` when disabled."""
    actor = load_actor(user_id)
    if actor is None:
        raise NotFound
    return actor


# ---------------------------------------------------------------- sessions


def open_session(
    user: User, *, address: str, agent: str, lasts: timedelta, awaits_factor: bool = False, mark: str = ""
) -> tuple[str, Session]:
    """A new session and its token, shown once to the browser."""
    token, moment = secrets.token_urlsafe(32), now()
    session = Session.objects.create(
        token_hash=hash_token(token),
        id=new_id(),
        user=user,
        created_at=moment,
        seen_at=moment,
        expires_at=moment + lasts,
        address=address,
        agent=agent[:300],
        awaits_factor=awaits_factor,
        rights_mark=mark,
    )
    return token, session


def mark_of(actor: Actor) -> str:
    """The rights a session's id is given under."""
    return actor.signature.hex()


def renew_id(token: str, actor: Actor, *, grace: timedelta = timedelta(0)) -> str | None:
    """Give a session another id, with its rights or its password changed; the old one is dead after ``grace`` (S-7).

    None when somebody else was faster: of requests that go on at once one gets the new id, for the browser they have in common.
    """
    old, new = hash_token(token), secrets.token_urlsafe(32)
    changed = Session.objects.filter(token_hash=old).update(
        token_hash=hash_token(new), former_hash=old, former_until=now() + grace, rights_mark=mark_of(actor)
    )
    _callers.pop(old, None)
    return new if changed else None


def sign_out(token: str) -> None:
    """End a session on the server."""
    Session.objects.filter(Q(token_hash=hash_token(token)) | Q(former_hash=hash_token(token))).delete()
    _callers.pop(hash_token(token), None)


def end_sessions(user_id: UUID, *, but: UUID | None = None) -> int:
    """End a person's sessions (password change, disabling), except ``but``; returns how many."""
    rows = Session.objects.filter(user_id=user_id)
    ended, _ = (rows.exclude(id=but) if but else rows).delete()
    _callers.clear()
    return ended


def session_until(user_id: UUID) -> list[tuple[UUID, datetime, str, str]]:
    """A person's open sessions: id, last seen, address, browser."""
    return list(
        Session.objects.filter(user_id=user_id, expires_at__gt=now(), awaits_factor=False)
        .order_by("-seen_at")
        .values_list("id", "seen_at", "address", "agent")
    )


def tidy() -> None:
    """Remove sessions that have ended, so that no clock set back revives them (F-5), and browsers nobody has signed in with for half
    a year."""
    moment = now()
    Session.objects.filter(Q(expires_at__lt=moment) | Q(seen_at__lt=moment - idle_for())).delete()
    KnownDevice.objects.filter(seen_at__lt=moment - DEVICES_KEPT).delete()


# ---------------------------------------------------------------- tokens


def create_token(
    *, user: User, name: str, days: int | None = 365, read_only: bool = False, kinds: Collection[str] = ()
) -> str:
    """Make an API token acting as ``user``, never as more; returned once, stored only as a hash. ``kinds``: permission prefixes."""
    token = f"km_{secrets.token_urlsafe(32)}"
    row = ApiToken.objects.create(
        user=user,
        name=name[:100],
        prefix=token[:9],
        token_hash=hash_token(token),
        expires_at=now() + timedelta(days=days) if days else None,
        read_only=read_only,
        objects_allowed=sorted(kinds),
    )
    audit.record(
        SystemActor("sign-in"),
        "token.create",
        object="users",
        record_id=user.id,
        data={"name": name, "token": str(row.id)},
    )
    return token


def csrf_ok(cookie: str | None, header: str | None) -> bool:
    """Double submit: the header must repeat the cookie."""
    return bool(cookie) and bool(header) and len(cookie or "") >= 20 and hmac.compare_digest(cookie or "", header or "")


def new_csrf() -> str:
    return secrets.token_urlsafe(24)


def caller_of_headers(headers: dict[str, str]) -> Caller | None:
    """The caller of a raw request (the event stream, which opens again of itself): bearer token or session cookie."""
    bearer = headers.get("authorization", "")
    if bearer.startswith("Bearer "):
        return caller_of_token(bearer[7:].strip())
    token = _cookie_token(headers.get("cookie", ""))
    return caller_of_session(token, attended=False) if token else None


def _cookie_token(cookie: str) -> str | None:
    cookies = dict(part.strip().split("=", 1) for part in cookie.split(";") if "=" in part)
    return cookies.get(HOST_COOKIE) or cookies.get(COOKIE)


@dataclass(frozen=True, slots=True)
class Listener:
    """Whose event stream it is, and the word for the session or token it came with."""

    id: UUID
    credential: str


def actor_for_scope_headers(headers: dict[str, str]) -> Listener | None:
    """The person behind a stream request, None when nobody."""
    bearer = headers.get("authorization", "")
    token = bearer[7:].strip() if bearer.startswith("Bearer ") else _cookie_token(headers.get("cookie", ""))
    caller = caller_of_headers(headers)
    if caller is None or not token or caller.actor.token:  # messages are of all kinds: no limited token hears them
        return None
    if owed_by(caller.actor):
        return None
    # Who looks as somebody else goes on hearing what concerns himself, and nothing of the other's.
    viewer = caller.actor.viewer
    return Listener(viewer.id if viewer else caller.actor.id, hash_token(token))


def live_credentials(credentials: list[str]) -> set[str]:
    """Which of these sessions and tokens are still good, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.token_hash FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id AND u.is_active AND u.deleted_at IS NULL "
            "WHERE s.token_hash = ANY(%s) AND s.expires_at > now() AND s.seen_at > %s AND NOT s.awaits_factor UNION ALL "
            "SELECT k.token_hash FROM accounts_apitoken k JOIN accounts_user u ON u.id = k.user_id AND u.is_active AND u.deleted_at IS NULL "
            "WHERE k.token_hash = ANY(%s) AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())",
            [credentials, now() - idle_for(), credentials],
        )
        return {row[0] for row in cursor.fetchall()}
