"""Secrets the product has to give out again, such as the password of a mail server, kept so that the database alone tells nothing.

What only has to be recognised (tokens) is kept as a hash, and what can be worked out (secrets of webhooks) is not kept at all.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """What was sealed with a key this installation does not have any more."""


def seal(text: str) -> str:
    """``text`` encrypted under the installation's key (authenticated; a changed one is not read)."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What :func:`seal` was given; :class:`Unreadable` when neither the key nor a former one fits."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hmac.new(secret.encode(), b"kemai.sealing", hashlib.sha256).digest())
