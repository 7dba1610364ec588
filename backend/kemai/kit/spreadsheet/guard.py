"""Formula injection: text that a spreadsheet would take for a formula (B-4). Source: OWASP, CSV Injection."""

from __future__ import annotations

import re
import unicodedata

_STARTS = frozenset("=+-@\t\r\n|%")
_HARMLESS_NUMBER = re.compile(r"-\d{1,15}(?:\.\d{1,10})?%?", re.ASCII)
# Nearly all texts begin with one of these, and then nothing needs to be looked at.
_SAFE_START = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]")
_QUOTED = re.compile(r"'+(.*)", re.DOTALL)


def is_dangerous(text: str) -> bool:
    """Whether the first character that counts starts a formula; full-width forms and hidden characters included.

    A plain negative number (`-12.5`) is not.
    """
    if not text or _SAFE_START.match(text) is not None:
        return False
    if text[0] in "\t\r\n":
        return True
    for char in text:
        folded = unicodedata.normalize("NFKC", char)
        if folded[:1] in _STARTS and folded[:1] not in "\t\r\n":
            return _HARMLESS_NUMBER.fullmatch(text) is None
        if folded.isspace() or unicodedata.category(char)[0] in "CZM" or not folded:
            continue
        return False
    return False


def guard_text(text: str) -> str:
    """Text for a CSV field: with a `'` before it when it is dangerous, or is such a text with quotes already."""
    if text[:1] == "'":
        quoted = _QUOTED.fullmatch(text)
        return "'" + text if quoted is not None and is_dangerous(quoted.group(1)) else text
    return "'" + text if is_dangerous(text) else text


def unguard_text(text: str) -> str:
    """The reverse of `guard_text`: an export read back gives the same text."""
    if text[:1] != "'":
        return text
    quoted = _QUOTED.fullmatch(text)
    return text[1:] if quoted is not None and is_dangerous(quoted.group(1)) else text
