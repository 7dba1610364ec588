"""People mentioned in a text: ``@[name](id)``. The id says who; the name is how it was written, for readers that know no ids."""

from __future__ import annotations

import re
from uuid import UUID

_MARK = re.compile(r"@\[([^\[\]\n]{1,60})\]\(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)")


def mentioned(text: object) -> list[UUID]:
    """Who is mentioned, each once, in order."""
    if not isinstance(text, str) or "@[" not in text:
        return []
    return list(dict.fromkeys(UUID(key) for _, key in _MARK.findall(text)))


def plain(text: str) -> str:
    """The text as people write it: ``@name``."""
    return _MARK.sub(r"@\1", text) if "@[" in text else text


def plain_sql(column: str) -> str:
    """:func:`plain` in the database."""
    return rf"regexp_replace({column}, '@\[([^\[\]\n]{{1,60}})\]\([0-9a-f-]{{36}}\)', '@\1', 'g')"
