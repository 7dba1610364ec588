"""Passkeys: a key in the telephone, computer or security stick that proves who somebody is, password and second factor in one (ORG-7).

Each question asked of a browser is good once (see :mod:`kemai.accounts.offers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kemai.accounts.access import Actor
from kemai.accounts.errors import OfferOver, PasskeyRefused
from kemai.accounts.models import Passkey, User
from kemai.accounts.offers import open_offer, seal_offer
from kemai.base import rates
from kemai.kit.clock import now
from kemai.kit.errors import RateLimited

NAME = "客脉 Kemai"
OFFER_LASTS = timedelta(minutes=5)
MAKE, USE = "passkey.make", "passkey.use"
MOST = 20
"""Passkeys of one person."""


@dataclass(frozen=True, slots=True)
class Site:
    """The site a passkey is for, as the browser names it: a key for one is worth nothing at another."""

    host: str
    origin: str


def offer_passkey(actor: Actor, site: Site) -> dict[str, Any]:
    """What a browser needs to make a key for this person: it must ask for finger, face or PIN, and keep it where it is found by itself."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=actor.id.bytes,
        user_name=actor.username,
        user_display_name=actor.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(key))
            for key in Passkey.objects.filter(user_id=actor.id).values_list("credential", flat=True)
        ],
    )
    return {"options": options_to_json_dict(options), "offer": _ask(MAKE, options.challenge, str(actor.id))}


def keep_passkey(actor: Actor, site: Site, *, offer: str, answer: dict[str, Any], name: str) -> Passkey:
    """Keep the key a browser made; :class:`OfferOver` for an old question, :class:`PasskeyRefused` for a wrong answer."""
    challenge = _asked(MAKE, offer, str(actor.id))
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    key = bytes_to_base64url(made.credential_id)
    if (
        len(key) > 1400
        or Passkey.objects.filter(pk=key).exists()
        or Passkey.objects.filter(user_id=actor.id).count() >= MOST
    ):
        raise PasskeyRefused
    return Passkey.objects.create(
        credential=key,
        user_id=actor.id,
        public_key=bytes_to_base64url(made.credential_public_key),
        uses=made.sign_count,
        name=name.strip()[:60],
    )


def ask_for_passkey(site: Site) -> dict[str, Any]:
    """What a browser needs to show the keys it has for this site, whoever sits there."""
    options = generate_authentication_options(rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED)
    return {"options": options_to_json_dict(options), "offer": _ask(USE, options.challenge)}


def owner_of_answer(site: Site, *, offer: str, answer: dict[str, Any]) -> User:
    """Whose key answered; :class:`PasskeyRefused` unless it is a kept one of an active person and its answer is right."""
    challenge = _asked(USE, offer)
    row = Passkey.objects.select_related("user").filter(pk=str(answer.get("id", ""))[:1400]).first()
    if row is None or not row.user.is_active or row.user.deleted_at is not None:
        raise PasskeyRefused
    try:
        proved = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.uses,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    # A key that counts its uses and stands where it stood was copied; of two answers at once one is in.
    current = Passkey.objects.filter(pk=row.pk, uses=row.uses)
    if not current.update(uses=proved.new_sign_count, used_at=now()):
        raise PasskeyRefused
    return row.user


def _ask(purpose: str, challenge: bytes, whose: str = "") -> str:
    return seal_offer(purpose, bytes_to_base64url(challenge), whose=whose, lasts=OFFER_LASTS)


def _asked(purpose: str, offer: str, whose: str = "") -> bytes:
    """The question of an offer, used up with this; :class:`OfferOver` also when it was answered before."""
    challenge = open_offer(purpose, offer, whose=whose)
    try:
        rates.take(f"passkey:{challenge}", limit=1, seconds=int(OFFER_LASTS.total_seconds()) + 60)
    except RateLimited as error:
        raise OfferOver from error
    return base64url_to_bytes(challenge)


# ---------------------------------------------------------------- one's own


def passkeys_of(user_id: UUID) -> list[dict[str, Any]]:
    """A person's passkeys, the newest first."""
    rows = Passkey.objects.filter(user_id=user_id).order_by("-created_at")
    return [{"id": row.id, "name": row.name, "created_at": row.created_at, "used_at": row.used_at} for row in rows]


def forget_passkey(user_id: UUID, key: UUID) -> bool:
    """Take away one; False when it is not this person's."""
    return Passkey.objects.filter(user_id=user_id, id=key).delete()[0] > 0
