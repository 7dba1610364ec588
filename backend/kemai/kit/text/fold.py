"""One folding for searching and comparing: width, case, accents, traditional characters, punctuation.

`fold` is `str.translate` over a table that fills itself, so that a name costs about a microsecond.
"""

from __future__ import annotations

import unicodedata

from opencc import OpenCC

_T2S = OpenCC("t2s")
_KEEP_OTHER = frozenset({"So"})  # emoji and signs such as ℃ can be searched for
_CACHED = 70_000  # table entries; a hostile text cannot make it grow for ever


def is_cjk(char: str) -> bool:
    """Characters written without spaces between words: Han, kana, Hangul; they are indexed one by one."""
    code = ord(char)
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7A3
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
        or 0x1100 <= code <= 0x11FF
    )


def _counts(char: str) -> bool:
    category = unicodedata.category(char)
    if category[0] == "M":  # vowel signs of other scripts count; accents and variation selectors do not
        code = ord(char)
        return not (0x300 <= code <= 0x36F or 0xFE00 <= code <= 0xFE0F or code >= 0xE0100)
    return category[0] in "LN" or category in _KEEP_OTHER


def _fold_char(char: str) -> str:
    """The folded form of one character; empty when it does not count (punctuation, spaces, marks)."""
    kept = []
    for part in unicodedata.normalize("NFKC", char).lower():
        plain = part
        if ord(part) < 0x250 and not part.isascii():  # é → e; other scripts keep their marks
            plain = unicodedata.normalize("NFD", part)[0]
        if _counts(plain):
            kept.append(plain)
    folded = "".join(kept)
    if folded and is_cjk(folded[0]):
        folded = _T2S.convert(folded)
    return folded


class _FoldTable(dict[int, str]):
    def __missing__(self, code: int) -> str:
        folded = _fold_char(chr(code))
        if len(self) < _CACHED:
            self[code] = folded
        return folded


_TABLE = _FoldTable()


def fold(text: str) -> str:
    """Letters, digits and signs of `text` in their folded form, nothing between them.

    Full width → half width, upper → lower case, é → e, 國 → 国; spaces, punctuation and control characters go.
    Idempotent. The result never contains a space, `|`, `%`, `_` or a backslash.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.translate(_TABLE)
