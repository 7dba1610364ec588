"""Tries at signing in, counted before anything is compared: a hundred at once are no more than a hundred one after the other (S-8)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from django.db import connection
from django.db.models.functions import Lower

from kemai.accounts.errors import SignInLocked
from kemai.accounts.models import KnownDevice, User
from kemai.accounts.rules.lockout import Limit, limits_for
from kemai.base import rates
from kemai.base.parameters import Parameter, declare
from kemai.kit.clock import now
from kemai.kit.errors import RateLimited
from kemai.kit.words import T

SECURITY = T("安全", "Security")
TRIES = declare(
    Parameter(
        "security.sign_in_tries",
        "int",
        5,
        T("密码错误几次后锁定", "Wrong passwords before lock-out"),
        SECURITY,
        T(
            "按账号和网络地址计，验证码错误也算；同一账号每小时最多再翻一倍。本人用过的浏览器单独计数，不受他人影响。",
            "By account and address, wrong codes too; twice as many an hour for one account. Browsers a person has used are counted apart.",
        ),
        minimum=3,
        maximum=20,
    )
)
LOCK = declare(
    Parameter(
        "security.lock_minutes",
        "int",
        15,
        T("锁定时长（分钟）", "Lock-out lasts (minutes)"),
        SECURITY,
        minimum=1,
        maximum=1440,
    )
)


@dataclass(frozen=True, slots=True)
class Try:
    """One try, counted as wrong until it is said to have been right."""

    limits: tuple[Limit, ...]

    def was_right(self) -> None:
        """It was no wrong try: so far, so good."""
        for limit in self.limits:
            rates.give_back(limit.key)

    def got_in(self) -> None:
        """The person is in: his own wrong tries are forgotten. Those of strangers on his account are not, or he would give them new ones."""
        for limit in self.limits:
            if limit.own:
                rates.clear(limit.key)
            else:
                rates.give_back(limit.key)


def count_try(username: str, *, address: str, device: str) -> Try:
    """Count a try for the account of that name, in small letters, whether there is one or not; :class:`SignInLocked` beyond a limit.
    ``device``: the word of the browser's own cookie."""
    known = _hash(device) if device and is_known(username, device) else ""
    limits = limits_for(username, address=address, device=known, tries=TRIES.value(), lock_seconds=LOCK.value() * 60)
    for limit in limits:
        try:
            rates.take(limit.key, limit=limit.tries, seconds=limit.seconds, lock=True)
        except RateLimited as error:
            raise SignInLocked(error.seconds) from error
    return Try(limits)


def is_known(username: str, device: str) -> bool:
    """Whether the person of that name has signed in with this browser before."""
    people = User.objects.alias(key=Lower("username")).filter(key=username, deleted_at__isnull=True)
    return KnownDevice.objects.filter(user__in=people, device_hash=_hash(device)).exists()


def new_device() -> str:
    """A word by which a browser is known again."""
    return secrets.token_urlsafe(32)


def remember_device(user: User, device: str) -> None:
    """This person has signed in with this browser."""
    KnownDevice.objects.update_or_create(user=user, device_hash=_hash(device), defaults={"seen_at": now()})


def unlock(username: str) -> None:
    """Forget all wrong tries at this person's account."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_ratecounter WHERE starts_with(key, %s)", [f"signin:{username.lower()}:"])


def _hash(device: str) -> str:
    return hashlib.sha256(device.encode()).hexdigest()
