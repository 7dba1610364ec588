"""Secrets and signatures, after the Standard Webhooks specification, for which receivers find libraries in most languages.

A secret is made from the endpoint's salt with the installation's key: the database and its backups hold none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from django.conf import settings

from kemai.integrations.models import Endpoint

PREFIX = "whsec_"


def new_salt() -> str:
    return secrets.token_hex(16)


def secret_of(salt: str) -> str:
    """The secret as its receiver keeps it."""
    return PREFIX + base64.b64encode(_raw(salt)).decode()


def _raw(salt: str, key: str = "") -> bytes:
    return hmac.new((key or settings.SECRET_KEY).encode(), f"webhook:{salt}".encode(), hashlib.sha256).digest()


def sign(salt: str, delivery_id: str, timestamp: int, body: bytes, key: str = "") -> str:
    """HMAC-SHA256 over ``id.timestamp.body``."""
    text = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_raw(salt, key), text, hashlib.sha256).digest()).decode()


def headers_for(endpoint: Endpoint, delivery_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """What goes with a body. For some time after a change of secret both sign, newest first; so do the secrets made with the
    installation's former keys, as long as those are named as fallbacks."""
    timestamp = int(moment.timestamp())
    salts = [endpoint.salt]
    if endpoint.old_salt and endpoint.old_until and endpoint.old_until > moment:
        salts.append(endpoint.old_salt)
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            sign(salt, delivery_id, timestamp, body, key)
            for key in ("", *settings.SECRET_KEY_FALLBACKS)
            for salt in salts
        ),
    }
