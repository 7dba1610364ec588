"""Signing in: a password, and for who has one a second factor; or a passkey, which is both. Then a session. The only way to one
(decisions.md 18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db.models.functions import Lower

from kemai.accounts.access import SystemActor
from kemai.accounts.errors import FactorOver, PasskeyRefused, WrongCode, WrongPassword
from kemai.accounts.factors import accept_code, ways_of
from kemai.accounts.models import Session, User
from kemai.accounts.passkeys import Site, owner_of_answer
from kemai.accounts.sessions import ABSOLUTE, actor_of, hash_token, mark_of, open_session
from kemai.accounts.tries import Try, count_try, remember_device
from kemai.base import audit
from kemai.kit.clock import now

#: How long somebody may take to find his telephone after the password.
FACTOR_WITHIN = timedelta(minutes=10)
SIGN_IN = SystemActor("sign-in")


@lru_cache(maxsize=1)
def _dummy() -> str:
    """A hash to spend the usual time on when there is no such person; made at the first sign-in, not at start-up."""
    return make_password("nobody-has-this-password")


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody signs in: his address, what his browser calls itself, and the word of its own cookie."""

    address: str = ""
    agent: str = ""
    device: str = ""


def sign_in(browser: Browser, *, username: str, password: str) -> tuple[str, Session]:
    """Check a password and open a session; returns its token, shown once to the browser. A person with a second factor gets one that
    ``awaits_factor`` and is good for :func:`pass_factor` only.

    Wrong name, wrong password and disabled person take the same path and time, and every try is counted first (S-8).
    """
    name = username.strip().lower()
    tried = count_try(name, address=browser.address, device=browser.device)
    user = User.objects.alias(key=Lower("username")).filter(key=name, deleted_at__isnull=True).first()
    right = check_password(password, user.password if user else _dummy()) and user is not None and user.is_active
    if not right or user is None:
        _refused("sign_in.refused", user, username)
        raise WrongPassword
    if ways_of(user.id):
        tried.was_right()
        return open_session(user, address=browser.address, agent=browser.agent, lasts=FACTOR_WITHIN, awaits_factor=True)
    return _let_in(browser, user, tried, by="password")


def pass_factor(browser: Browser, token: str, code: str) -> tuple[str, Session]:
    """The second step: a session that awaits it ends, and with the right code a new one is opened. Tries count with the passwords'."""
    waiting = waiting_session(token)
    if waiting is None:
        raise FactorOver
    user = waiting.user
    tried = count_try(user.username.lower(), address=browser.address, device=browser.device)
    way = accept_code(user.id, code)
    if not way:
        _refused("sign_in.code_refused", user, user.username)
        raise WrongCode
    if not Session.objects.filter(pk=waiting.pk).delete()[0]:
        raise FactorOver
    return _let_in(browser, user, tried, by=way)


def sign_in_by_passkey(browser: Browser, site: Site, *, offer: str, answer: dict[str, Any]) -> tuple[str, Session]:
    """Open a session for whose key answered: the device has asked for finger, face or PIN, so this is both factors at once. Nobody can
    lock the way by guessing passwords."""
    try:
        user = owner_of_answer(site, offer=offer, answer=answer)
    except PasskeyRefused:
        _refused("sign_in.passkey_refused", None, "")
        raise
    return _let_in(browser, user, None, by="passkey")


def waiting_session(token: str) -> Session | None:
    """The session whose password was right and whose second factor is still to come; None when there is none (any more)."""
    rows = Session.objects.select_related("user").filter(user__is_active=True, user__deleted_at__isnull=True)
    return rows.filter(token_hash=hash_token(token), awaits_factor=True, expires_at__gt=now()).first()


def _let_in(browser: Browser, user: User, tried: Try | None, *, by: str) -> tuple[str, Session]:
    if tried is not None:
        tried.got_in()
    lasts = timedelta(hours=ABSOLUTE.value())
    mark = mark_of(actor_of(user.id))
    opened = open_session(user, address=browser.address, agent=browser.agent, lasts=lasts, mark=mark)
    if browser.device:
        remember_device(user, browser.device)
    audit.record(SIGN_IN, "sign_in", object="users", record_id=user.id, data={"username": user.username, "by": by})
    return opened


def _refused(action: str, user: User | None, username: str) -> None:
    audit.record(SIGN_IN, action, object="users", record_id=user.id if user else None, data={"username": username[:60]})
