"""Values that people type to get past a form (CUS-10)."""

from __future__ import annotations

import re
from itertools import pairwise

from kemai.kit.text.fold import fold
from kemai.kit.text.normalise import phone_key

_PRETENDED = re.compile(
    r"测试|演示数据|随便|不知道|未知|待补充|待定|某某|占位|asdf|qwer|zxcv|(?:^|[^a-z])(?:test|demo|tbd|none|null|n/?a)(?:[^a-z]|$)",
    re.IGNORECASE,
)
_ROWS = ("01234567890", "09876543210", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")


def made_up_name(text: str) -> bool:
    """Whether a name looks like a placeholder: test words, one character over and over, keys in a row, nothing but digits."""
    folded = fold(text)
    if not folded:
        return True
    # One character several times (啊啊啊, xxx); two alike are a name people have (丽丽).
    same = len(folded) >= 3 and len(set(folded)) == 1
    keys = len(folded) >= 4 and any(folded in row for row in _ROWS)
    return bool(_PRETENDED.search(text)) or same or keys or folded.isdecimal()


def made_up_phone(text: str) -> bool:
    """Whether a number looks typed to fill the box: the last seven digits alike, or counting up or down."""
    digits = phone_key(text) or "".join(c for c in text if c.isdigit())
    tail = digits[-7:]
    steps = {int(b) - int(a) for a, b in pairwise(tail)}
    return len(tail) == 7 and (steps in ({0}, {1}, {-1}) or digits.endswith(("12345678", "13800138000")))


def made_up_email(text: str) -> bool:
    """Whether an address is nobody's: test@…, a@a.com, an example domain."""
    local, _, domain = text.lower().partition("@")
    first = domain.split(".")[0]
    return local in ("test", "abc", "aaa", "123", "123456", "none") or local == first or len(local) == 1
