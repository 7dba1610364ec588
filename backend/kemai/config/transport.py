"""Strict transport security (S-10): whoever was here over TLS once asks over nothing else for a year, whatever answered him.

Said where people type an ``https`` address (``KEMAI_URL``), and never otherwise. Django's answers and the built files get it from
``AppMiddleware``; what is answered before Django adds :func:`strict`.
"""

from __future__ import annotations

from kemai.config.env import get_env

NAME, VALUE = "Strict-Transport-Security", "max-age=31536000; includeSubDomains"


def strict() -> list[tuple[bytes, bytes]]:
    """The header as ASGI has it; none over plain HTTP."""
    return [(NAME.lower().encode(), VALUE.encode())] if get_env().https else []
