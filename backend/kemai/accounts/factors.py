"""A person's second factors: an authenticator program, passkeys, and recovery codes for when they are lost (ORG-7)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.accounts.models import Passkey, RecoveryCode, Totp
from kemai.accounts.passwords import demands
from kemai.accounts.rules import totp
from kemai.accounts.rules.passwords import decide_age
from kemai.accounts.tries import SECURITY
from kemai.base.parameters import Parameter, declare
from kemai.base.sealing import Unreadable, seal, unseal
from kemai.kit.clock import now
from kemai.kit.words import T

COMPULSORY = declare(
    Parameter(
        "security.second_factor",
        "choice",
        "optional",
        T("两步验证", "Second factor"),
        SECURITY,
        T(
            "要求两步验证的人，下次打开页面时必须先设置好才能继续。",
            "Who needs one and has none must set it up before he goes on.",
        ),
        choices=(
            ("optional", T("由本人决定", "Each decides")),
            ("administrators", T("管理人员必须", "Administrators need one")),
            ("everybody", T("所有人必须", "Everybody needs one")),
        ),
    )
)
#: Who holds one of these administers, whatever his role is called.
ADMINISTERS = (
    "administration.role.edit",
    "administration.user.edit",
    "administration.user.disable",
    "administration.parameter.edit",
    "administration.audit.view",
    "administration.view_as.start",
)
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_CODE_LENGTH = 16


def owed_by(actor: Actor) -> list[str]:
    """What a person has to do before anything else, in this order: choose a ``password``, set up a second ``factor``."""
    if actor.viewer is not None or actor.is_system:
        return []
    owed = ["password"] if actor.must_change_password or _is_too_old(actor) else []
    if not actor.has_factor and not actor.via_token and is_compulsory_for(actor):
        owed.append("factor")
    return owed


def _is_too_old(actor: Actor) -> bool:
    """Whether a person's password has had its time. A program goes on: nobody sits there who could choose another."""
    changed_at = actor.password_at
    return changed_at is not None and not actor.via_token and decide_age(demands(), changed_at=changed_at, now=now())


def is_compulsory_for(actor: Actor) -> bool:
    """Whether the company wants a second factor of this person."""
    wanted = COMPULSORY.value()
    if actor.duty:  # each of the three, always (ORG-9)
        return True
    return wanted == "everybody" or (wanted == "administrators" and any(actor.has(code) for code in ADMINISTERS))


def ways_of(user_id: UUID) -> list[str]:
    """By what this person may pass the second step; none: he has no second factor."""
    known = {"totp": Totp.objects.filter(pk=user_id), "passkey": Passkey.objects.filter(user_id=user_id)}
    found = [way for way, rows in known.items() if rows.exists()]
    return [*found, "recovery"] if found else []


def accept_code(user_id: UUID, code: str) -> str:
    """The way a code was right, which uses it up; empty when it was not."""
    text = "".join(code.split()).replace("-", "").lower()
    if text.isascii() and text.isdigit() and len(text) == totp.DIGITS:
        return "totp" if _accept_totp(user_id, text) else ""
    used, _ = RecoveryCode.objects.filter(user_id=user_id, code_hash=_hash(user_id, text)).delete()
    return "recovery" if used else ""


def _accept_totp(user_id: UUID, code: str) -> bool:
    row = Totp.objects.filter(pk=user_id).first()
    if row is None:
        return False
    try:
        secret = unseal(row.secret)
    except Unreadable:  # the installation's key is another: only recovery codes are left
        return False
    step = totp.matching_step(secret, code, seconds=now().timestamp(), after=row.last_step)
    # The row decides: of two who send the same code at once, one is in.
    return step is not None and Totp.objects.filter(pk=user_id, last_step__lt=step).update(last_step=step) == 1


def new_secret() -> str:
    """A secret for an authenticator program, not yet anybody's."""
    return totp.secret_of(secrets.token_bytes(20))


def keep_totp(user_id: UUID, secret: str, code: str) -> bool:
    """Make ``secret`` this person's, once ``code`` shows that his program has it; False when it does not."""
    step = totp.matching_step(secret, code, seconds=now().timestamp(), after=0)
    if step is None:
        return False
    Totp.objects.update_or_create(
        user_id=user_id, defaults={"secret": seal(secret), "last_step": step, "created_at": now()}
    )
    return True


def totp_since(user_id: UUID) -> datetime | None:
    """Since when the person has an authenticator program; None without one."""
    return Totp.objects.filter(pk=user_id).values_list("created_at", flat=True).first()


def new_recovery_codes(user_id: UUID) -> list[str]:
    """Ten new codes in place of all former ones, told this once."""
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user_id=user_id).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user_id=user_id, code_hash=_hash(user_id, code)) for code in codes)
    return ["-".join(code[n : n + 4] for n in range(0, _CODE_LENGTH, 4)) for code in codes]


def recovery_codes_left(user_id: UUID) -> int:
    """How many of them were not used yet."""
    return RecoveryCode.objects.filter(user_id=user_id).count()


def forget_factors(user_id: UUID) -> None:
    """Take away all second factors of a person."""
    Totp.objects.filter(pk=user_id).delete()
    Passkey.objects.filter(user_id=user_id).delete()
    RecoveryCode.objects.filter(user_id=user_id).delete()


def _hash(user_id: UUID, code: str) -> str:
    """Eighty bits by chance: a plain hash cannot be tried out. The person is part of it, so that nobody's code is another's."""
    return hashlib.sha256(f"{user_id}:{code}".encode()).hexdigest()
