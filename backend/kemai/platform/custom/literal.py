"""Values written into SQL text: only what an administrator defined, and in a form no other step of ours can mistake.

Texts become escapes of their characters: no quote, no per cent sign, no ``t.`` that :func:`secrecy.on` would take for an alias.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

_PLACE = re.compile(r"%\((\w+)\)s")


def literal(value: Any) -> str:
    """``value`` as an SQL constant; :class:`TypeError` for what has no form here."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, Decimal)):
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        return f"({text})" if text.startswith("-") else text
    if isinstance(value, float):
        return literal(Decimal(str(value)))
    if isinstance(value, str):
        escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in value)
        return f"E'{escaped}'"
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, UUID):
        return f"'{value}'::uuid"
    if isinstance(value, (list, tuple)):
        return f"ARRAY[{', '.join(literal(v) for v in value)}]"
    raise TypeError(type(value))


def inlined(sql: str, params: Mapping[str, Any], given: Mapping[str, str]) -> str:
    """``sql`` with its bound values written in; ``given``: SQL for names that stand for no value (``today``)."""
    return _PLACE.sub(lambda m: given[m[1]] if m[1] in given else literal(params[m[1]]), sql)
