"""One's own second factor, set up with one's password; and its reset by an administrator (ORG-7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import segno

from kemai.accounts import factors, passkeys
from kemai.accounts.access import Actor
from kemai.accounts.errors import OwnRoles
from kemai.accounts.offers import open_offer, seal_offer
from kemai.accounts.rules.duties import SECURITY
from kemai.accounts.rules.totp import uri_of
from kemai.accounts.sessions import end_sessions
from kemai.administration.services.people import prove_password, refuse_stronger
from kemai.base import rates
from kemai.base.audit import act
from kemai.kit.errors import Invalid, NotFound
from kemai.kit.words import T
from kemai.platform.notify import notify
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.write import lock_row

ISSUER = "Kemai"
TOTP = "totp"
OFFER_LASTS = timedelta(minutes=15)
TOLD_RESET = T("{name}重置了您的两步验证", "{name} took away your second factor")
WRONG_CODE = T(
    "验证码不正确。请核对手机时间是否准确，输入应用里正在显示的 6 位数字。",
    "The code is not right. See that the phone's clock is, and enter the six digits it shows now.",
)


def own_factors(actor: Actor) -> dict[str, Any]:
    """What one has set up."""
    return {
        "totp": {"since": since} if (since := factors.totp_since(actor.id)) else None,
        "passkeys": passkeys.passkeys_of(actor.id),
        "recovery_codes": factors.recovery_codes_left(actor.id),
        "compulsory": factors.is_compulsory_for(actor),
    }


def offer_totp(actor: Actor, *, password: str) -> dict[str, Any]:
    """A secret to put into an authenticator program. Nothing is stored yet: the browser brings ``offer``, sealed, back with a code."""
    prove_password(actor, password)
    secret = factors.new_secret()
    uri = uri_of(secret, issuer=ISSUER, account=actor.username)
    return {
        "secret": secret,
        "uri": uri,
        "qr": segno.make(uri, error="m", micro=False).svg_data_uri(border=2, scale=4, dark="#000", light="#fff"),
        "offer": seal_offer(TOTP, secret, whose=str(actor.id), lasts=OFFER_LASTS),
    }


def confirm_totp(actor: Actor, *, offer: str, code: str, session_id: UUID | None) -> dict[str, Any]:
    """Keep an offered secret, once a code shows that the program has it. The first time it comes with recovery codes; sessions that
    passed with a password alone end."""
    secret = open_offer(TOTP, offer, whose=str(actor.id))
    rates.take(f"factor:{actor.id}", limit=10, seconds=900)
    with act(actor, "factor.set", object="users", record_id=actor.id):
        if not factors.keep_totp(actor.id, secret, code.strip()):
            raise Invalid.one("code", "wrong_code", WRONG_CODE)
        codes = [] if factors.recovery_codes_left(actor.id) else factors.new_recovery_codes(actor.id)
        end_sessions(actor.id, but=session_id)
    return {**own_factors(actor), "new_recovery_codes": codes}


def offer_passkey(actor: Actor, site: passkeys.Site, *, password: str) -> dict[str, Any]:
    """What a browser needs to make a passkey for this person here."""
    prove_password(actor, password)
    return passkeys.offer_passkey(actor, site)


def confirm_passkey(
    actor: Actor, site: passkeys.Site, *, offer: str, answer: dict[str, Any], name: str, session_id: UUID | None
) -> dict[str, Any]:
    """Keep the passkey a browser made. The first factor comes with recovery codes; sessions that passed with a password alone end."""
    with act(actor, "factor.passkey", object="users", record_id=actor.id):
        passkeys.keep_passkey(actor, site, offer=offer, answer=answer, name=name)
        codes = [] if factors.recovery_codes_left(actor.id) else factors.new_recovery_codes(actor.id)
        end_sessions(actor.id, but=session_id)
    return {**own_factors(actor), "new_recovery_codes": codes}


def remove_passkey(actor: Actor, key: UUID, *, password: str) -> dict[str, Any]:
    """Take away one passkey; with the last factor go the recovery codes."""
    prove_password(actor, password)
    with act(actor, "factor.passkey_remove", object="users", record_id=actor.id):
        if not passkeys.forget_passkey(actor.id, key):
            raise NotFound
        if not factors.ways_of(actor.id):
            factors.forget_factors(actor.id)
    return own_factors(actor)


def remove_totp(actor: Actor, *, password: str) -> dict[str, Any]:
    """Do without a second factor again."""
    prove_password(actor, password)
    with act(actor, "factor.remove", object="users", record_id=actor.id):
        factors.forget_factors(actor.id)
    return own_factors(actor)


def renew_recovery_codes(actor: Actor, *, password: str) -> dict[str, Any]:
    """New recovery codes in place of the old ones."""
    prove_password(actor, password)
    if not factors.ways_of(actor.id):
        raise Invalid.one("password", "no_factor", T("请先设置两步验证。", "Set up a second factor first."))
    with act(actor, "factor.codes", object="users", record_id=actor.id):
        codes = factors.new_recovery_codes(actor.id)
    return {**own_factors(actor), "new_recovery_codes": codes}


def reset_factors(actor: Actor, user_id: UUID) -> None:
    """Take a person's second factor away, who has lost it; his sessions end and he is told. Nobody does it for himself, nor for
    somebody who may do more (S-5)."""
    if user_id == actor.id:
        raise OwnRoles
    declaration = get_object("users")
    with act(actor, "reset-factor", object="users", record_id=user_id):
        lock_row(actor, declaration, user_id, declaration.perm("reset_factor"))
        if actor.duty != SECURITY:
            refuse_stronger(actor, user_id)
        factors.forget_factors(user_id)
        end_sessions(user_id)
        notify(user_id, kind="account", title=TOLD_RESET, title_params={"name": actor.name}, path="/me")
