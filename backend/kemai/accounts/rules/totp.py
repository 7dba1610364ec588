"""Six digits that change every half minute, from a secret both sides know (TOTP, RFC 6238; HOTP, RFC 4226)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from urllib.parse import quote, urlencode

SECONDS = 30
DIGITS = 6
#: How many steps a clock may be off, either way.
SKEW = 1


def step_at(seconds: float) -> int:
    """The number of the half minute at ``seconds`` since 1970."""
    return int(seconds // SECONDS)


def code_at(secret: str, step: int) -> str:
    """The digits of one step; ``secret`` in Base32."""
    digest = hmac.new(_bytes(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, code: str, *, seconds: float, after: int) -> int | None:
    """The step ``code`` belongs to, None when it is wrong, too old, or not later than ``after``, the last one used (ORG-7)."""
    now = step_at(seconds)
    found = None
    for step in range(now - SKEW, now + SKEW + 1):  # all of them each time, so that the time tells nothing
        if hmac.compare_digest(code_at(secret, step), code) and step > after:
            found = step
    return found


def uri_of(secret: str, *, issuer: str, account: str) -> str:
    """What authenticator programs read from a QR code."""
    label = quote(f"{issuer}:{account}", safe=":@")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def secret_of(random: bytes) -> str:
    """Random bytes (20, says RFC 4226) as people and programs write them: Base32 without padding."""
    return base64.b32encode(random).decode().rstrip("=")


def _bytes(secret: str) -> bytes:
    try:
        return base64.b32decode(secret + "=" * (-len(secret) % 8))
    except binascii.Error as error:
        raise ValueError("not Base32") from error
