"""Search terms for Chinese, pinyin, initials, latin and digits; PostgreSQL needs only `text[]` with GIN (PLT-1).

How a search is asked: `terms @> query_terms(q)` narrows with the index, then each of `query_words(q)` must occur in
the stored `search_text` (`search_text LIKE '%word%'`; words hold only letters, digits and signs, so nothing needs
escaping). The terms are necessary, the words are exact.

What a term is:

* Chinese, kana, Hangul: each character and each pair of neighbours (trigram indexes do not serve `华为`).
* Everything typed in latin letters or digits can mean the text itself, its pinyin or its initials. One word cannot ask
  for "this or that" with AND, so the three share one set of grams, taken from every *anchor*: each letter of the text
  itself and of the initials, and in the pinyin each first letter of a syllable. From an anchor come the 2-gram, the
  3-gram, and the longest syllable found there with the letter after it (`zhangs`).
  A query is cut where no syllable can run across the cut, which therefore is an anchor in whatever it matches.
  So `zhangs` asks for one rare term instead of the common `zha`.
* `#138`: three digits of a private number, in a column of its own. `=phone:8613800001234`: a whole number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from kemai.kit.text.fold import fold
from kemai.kit.text.pinyin import LONGEST_SYLLABLE, SYLLABLES, syllables

SEPARATOR = "|"  # between the parts of a search text; folding removes it from everything else
MAX_TERMS = 600  # per record; texts named first win
MAX_TEXT = 1_000  # folded characters indexed of one text
MAX_SPOKEN = 120  # folded characters of one text that also get pinyin and initials
MAX_SEARCH_TEXT = 8_000
MAX_QUERY_WORDS = 8
MAX_WORD = 64
MAX_WORD_TERMS = 12
SORT_KEY_LENGTH = 200

_CJK = "\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{_CJK}]+|[^{_CJK}]+")
_HAS_CJK = re.compile(f"[{_CJK}]")
_CJK_RUN = re.compile(f"[{_CJK}]+")
_SYLLABLE_PREFIXES = frozenset(s[:n] for s in SYLLABLES for n in range(1, len(s)))  # proper ones
_LONGEST_PREFIX = max(map(len, _SYLLABLE_PREFIXES))
_DIGIT = re.compile(r"\d", re.ASCII)


def _grams(text: str, anchors: Iterable[int], out: set[str]) -> None:
    """Adds the grams of `text` from each anchor."""
    add = out.add
    match = LONGEST_SYLLABLE.match
    size = len(text)
    for at in anchors:
        if at + 3 <= size:
            add(text[at : at + 3])
            add(text[at : at + 2])
            found = match(text, at)
            if found is not None and at + 3 <= found.end() < size:
                add(text[at : found.end() + 1])
        elif at + 2 <= size:
            add(text[at : at + 2])


def _spoken(folded: str, *, person: bool) -> tuple[list[tuple[str, list[int]]], str]:
    """Joined pinyin in its readings, each with its anchors, and the initials."""
    usual, second = syllables(folded, person=person)
    joined = []
    short = [s[0] for s in usual]
    for reading in (usual,) if second is None else (usual, second):
        at = 0
        anchors = []
        for syllable in reading:
            anchors.append(at)
            at += len(syllable)
        joined.append(("".join(reading), anchors))
    letters = "".join(short)
    if second is not None:
        other = "".join([s[0] for s in second])
        if other != letters:
            letters = f"{letters}{SEPARATOR}{other}"
    return joined, letters


@dataclass(frozen=True, slots=True)
class _Told:
    """What one text adds to a record's terms and search text. ``heard``: grams of its pinyin, which come last of all."""

    folded: str
    written: tuple[str, ...]
    heard: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


def _told(text: str, *, person: bool, spoken: bool) -> _Told | None:
    worth = len(text) <= SHORT and not text.isascii()
    return (_remembered if worth else _work_out)(text, person=person, spoken=spoken)


def _work_out(text: str, *, person: bool, spoken: bool) -> _Told | None:
    folded = fold(text[:4_000])[:MAX_TEXT]
    if not folded:
        return None
    grams: set[str] = set()
    if _HAS_CJK.search(folded) is None:
        _grams(folded, range(len(folded) - 1), grams)
        return _Told(folded, tuple(sorted(grams)))
    written: dict[str, None] = {}
    for run in _CJK_RUN.findall(folded):
        written.update(dict.fromkeys(run))
        written.update(dict.fromkeys(map("".join, pairwise(run))))
    if not spoken or len(folded) > MAX_SPOKEN:
        for run in _RUNS.findall(folded):
            if _HAS_CJK.match(run) is None:
                _grams(run, range(len(run) - 1), grams)
        written.update(dict.fromkeys(sorted(grams)))
        if not spoken:
            return _Told(folded, tuple(written))
    readings, letters = _spoken(folded[:MAX_SPOKEN], person=person)
    heard: set[str] = set()
    for joined, anchors in readings:
        _grams(joined, anchors, heard)
    for line in letters.split(SEPARATOR):
        _grams(line, range(len(line) - 1), heard)
    return _Told(folded, tuple(written), tuple(sorted(heard)), (*(joined for joined, _ in readings), letters))


#: Names and the like are worked out once, even where an import reads two batches of them ahead. Notes would take the memory, and
#: numbers cost less to work out than a name that they push out of it.
SHORT = 200
_remembered = lru_cache(maxsize=8192)(_work_out)


def _collect(texts: Iterable[str], *, person: bool, spoken: bool) -> tuple[list[str], str]:
    found = {told.folded: told for t in texts if t and (told := _told(t, person=person, spoken=spoken))}.values()
    terms: dict[str, None] = {}
    for told in found:
        terms.update(dict.fromkeys(told.written))
    for told in found:
        if len(terms) >= MAX_TERMS:
            break
        terms.update(dict.fromkeys(told.heard))
    parts = dict.fromkeys([told.folded for told in found] + [late for told in found for late in told.late])
    return list(terms)[:MAX_TERMS], SEPARATOR.join(parts)[:MAX_SEARCH_TEXT]


def index_terms(texts: Iterable[str], *, person: bool = False, spoken: bool = True) -> list[str]:
    """Distinct terms of a record's searchable texts for a `text[]` column with GIN, at most `MAX_TERMS`.

    `person`: the texts are names of people (surname readings). `spoken=False`: without pinyin and initials, for long
    texts such as addresses and notes. Texts named first are indexed first where the cap is reached.
    """
    return _collect(texts, person=person, spoken=spoken)[0]


def search_text(texts: Iterable[str], *, person: bool = False, spoken: bool = True) -> str:
    """Folded texts, then their joined pinyin and initials, separated by `|`: what a query's words are looked up in."""
    return _collect(texts, person=person, spoken=spoken)[1]


def index_record(texts: Iterable[str], *, person: bool = False, spoken: bool = True) -> tuple[list[str], str]:
    """`index_terms` and `search_text` in one pass, at half the cost."""
    return _collect(texts, person=person, spoken=spoken)


def query_words(q: str) -> list[str]:
    """Folded words of a query, split at spaces and where the script changes (`华为ab12` → `华为`, `ab12`); at most 8.

    All of them must occur in the search text. Empty when the query holds nothing to search for.
    """
    words: dict[str, None] = {}
    for piece in q[:500].replace("\u3000", " ").split():
        for run in _RUNS.findall(fold(piece)):
            words[run[:MAX_WORD]] = None
    return list(words)[:MAX_QUERY_WORDS]


def has_chinese(text: str) -> bool:
    """Whether any character of a folded text is Chinese, kana or Hangul."""
    return _HAS_CJK.search(text) is not None


def normalise_query(q: str) -> str:
    """The words of a query, folded, with single spaces; the same string for queries that mean the same."""
    return " ".join(query_words(q))


def _cuts(word: str) -> list[int]:
    """Positions of a latin word that no syllable, whole or cut off by the end, runs across; 0 is always one."""
    size = len(word)
    crossed = bytearray(size + 1)
    for at in range(size):
        for end in range(at + 2, min(at + _LONGEST_PREFIX + 1, size) + 1):
            piece = word[at:end]
            if piece in SYLLABLES or (end == size and piece in _SYLLABLE_PREFIXES):
                for inside in range(at + 1, end):
                    crossed[inside] = 1
    return [at for at in range(size) if not crossed[at]]


def _latin_terms(word: str) -> list[str]:
    size = len(word)
    if size < 2:
        return []
    if size == 2:
        return [word]
    terms: dict[str, None] = {}
    for at in _cuts(word):
        if at + 3 > size:
            break
        found = LONGEST_SYLLABLE.match(word, at)
        if found is not None and at + 3 <= found.end() < size and word[at:] not in _SYLLABLE_PREFIXES:
            terms[word[at : found.end() + 1]] = None
        else:
            terms[word[at : at + 3]] = None
    return sorted(terms, key=len, reverse=True)[:MAX_WORD_TERMS]


def query_terms(q: str) -> list[str]:
    """Terms that every match has. Empty when no word has at least one Chinese character or two letters or digits:
    then only `query_words` decide (`terms @> '{}'` is true for every row, so leave it out)."""
    terms: dict[str, None] = {}
    for word in query_words(q):
        if _HAS_CJK.match(word) is None:
            terms.update(dict.fromkeys(_latin_terms(word)))
        elif len(word) == 1:
            terms[word] = None
        else:
            terms.update(dict.fromkeys([word[i : i + 2] for i in range(len(word) - 1)][:MAX_WORD_TERMS]))
    return list(terms)


# Private numbers ------------------------------------------------------------------------------------------------------


def _digits(text: str) -> str:
    return "".join(_DIGIT.findall(fold(text)))


def private_terms(*numbers: str) -> list[str]:
    """Three-digit fragments of private numbers (`#138`), for the column asked only where the reader may see them.

    Takes numbers as written; only their digits count.
    """
    terms: dict[str, None] = {}
    for number in numbers:
        digits = _digits(number)[:40]
        for at in range(len(digits) - 2):
            terms["#" + digits[at : at + 3]] = None
    return list(terms)


def phone_query_terms(q: str) -> list[str]:
    """Terms of a fragment of a number; empty unless the query is digits (with `+ - ( ) .` and spaces), three or more.

    Re-check with `phone_query_digits(q)` as a substring of the stored digits.
    """
    return private_terms(phone_query_digits(q))


def phone_query_digits(q: str) -> str:
    """The digits of a query that looks like part of a number, else an empty string."""
    folded = fold(q)
    digits = _digits(q)
    return digits if len(digits) >= 3 and folded == digits else ""


def exact_term(kind: str, value: str) -> str:
    """Term of a whole value (`=phone:8613800001234`), found only when typed in full. `value` is already a key."""
    return f"={kind}:{value}"


# Typing errors in latin words -----------------------------------------------------------------------------------------


def typo_terms(q: str) -> list[list[str]]:
    """Ways in which a latin query with one typing error can still be narrowed: any of the lists, each wholly.

    `terms @> list1 OR terms @> list2 …`; rank what comes back with `closeness`. One error harms one half of a word, or
    its middle, so one of: the left half, the right half, both ends is intact. Empty for words under five letters and
    for Chinese.
    """
    words = [word for word in query_words(q) if _HAS_CJK.match(word) is None and len(word) >= 5]
    if not words:
        return []
    word = max(words, key=len)
    half = len(word) // 2
    ways = [_plain_grams(word[:half]), _plain_grams(word[half:])]
    if len(word) >= 6:
        ways.append(_plain_grams(word[: half - 1]) + _plain_grams(word[half + 1 :]))
    return [list(dict.fromkeys(way)) for way in ways if way]


def _plain_grams(piece: str) -> list[str]:
    if len(piece) == 2:
        return [piece]
    return [piece[at : at + 3] for at in range(len(piece) - 2)]


def closeness(a: str, b: str) -> float:
    """How alike two texts are, 0 to 100; the shorter may lie anywhere within the longer. 80 is a good limit."""
    left, right = fold(a), fold(b)
    if not left or not right:
        return 0.0
    return fuzz.partial_ratio(left, right)


# Sorting --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def pinyin_sort_key(text: str, *, person: bool = False) -> str:
    """Stored key by which names sort as people expect, compared byte by byte (collation C): digits, latin, then Chinese
    by pinyin, syllable by syllable; equal readings by the text itself. At most 200 characters."""
    words: list[str] = []
    for piece in text[:SORT_KEY_LENGTH].split():
        folded = fold(piece)
        usual, _ = syllables(folded, person=person and not words)
        # `{` follows `z`, so Chinese follows latin; `!` precedes `a`, so 西安 (xi an) precedes 先 (xian).
        words.append("".join([f"{{{s}!" if s != c else c for s, c in zip(usual, folded, strict=True)]))
    body = " ".join(word for word in words if word)[:150]
    return f"{body}\x1f{' '.join(text.split())}"[:SORT_KEY_LENGTH].replace("\x00", "")
