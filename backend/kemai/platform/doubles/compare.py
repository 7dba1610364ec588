"""How values are compared, the keys under which alike values meet, and the verdict over two records. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import product
from typing import Any

from kemai.kit.text.companies import company_sounds, compare_companies, sound
from kemai.kit.text.fold import fold
from kemai.kit.text.normalise import company_key, email_key, phone_key
from kemai.kit.words import T
from kemai.platform.doubles.declare import MatchPart, MatchRule

Row = Mapping[str, Any]
#: More keys than this of one record and one rule say nothing any more.
MAX_KEYS = 40


@dataclass(frozen=True, slots=True)
class Way:
    """A way of comparing: ``keys(text)`` under which alike values meet. ``compare`` decides where sharing a key does not suffice."""

    label: T
    keys: Callable[[str], Iterable[str]]
    types: tuple[str, ...]
    compare: Callable[[str, str], tuple[int, dict[str, str]]] | None = None


def _one(normalise: Callable[[str], str | None]) -> Callable[[str], tuple[str, ...]]:
    return lambda text: (key,) if (key := normalise(text)) else ()


def _company(one: str, two: str) -> tuple[int, dict[str, str]]:
    found = compare_companies(one, two)
    return found.score, {"brand": found.brand, "place": found.place, "trade": found.trade}


_TEXTS = ("text", "long_text")
WAYS: dict[str, Way] = {
    "same": Way(
        T("相同", "the same"),
        _one(lambda text: text.strip()),
        ("reference", "choice", "date", "user", "department", "bool", "number"),
    ),
    "text": Way(T("文字相同（不计大小写、空格和标点）", "the same letters"), _one(fold), _TEXTS),
    "sound": Way(T("读音相同", "the same sound"), _one(lambda text: sound(fold(text))), _TEXTS),
    "company": Way(T("公司名称相同（不计公司形式）", "the same company name"), _one(company_key), _TEXTS),
    "company_like": Way(T("公司名称相似", "a similar company name"), company_sounds, _TEXTS, _company),
    "phone": Way(T("号码相同", "the same number"), _one(phone_key), ("phone",)),
    "email": Way(T("邮箱相同", "the same address"), _one(email_key), ("email",)),
}


def hash_key(*parts: str) -> int:
    """A signed 64-bit number of a key; what meets under it is compared by its values afterwards."""
    return int.from_bytes(blake2b("\x1f".join(parts).encode(), digest_size=8).digest(), "big", signed=True)


def values_of(row: Row, part: MatchPart, columns: Mapping[str, str]) -> list[str]:
    """What a record says of a part, without what is empty."""
    first = row.get(columns[part.field])
    found = [] if first in (None, "") else [str(first)]
    return [*found, *(str(v) for v in (row.get(columns[part.also]) or ()) if v)] if part.also else found


def applies(rule: MatchRule, row: Row, columns: Mapping[str, str]) -> bool:
    return all(str(row.get(columns[name]) or "") == value for name, value in rule.only)


def keys_of(rule: MatchRule, object_name: str, row: Row, columns: Mapping[str, str]) -> set[int]:
    """The keys of a record under a rule; none where a part is empty or the rule does not concern it."""
    if not applies(rule, row, columns):
        return set()
    sets = [{k for v in values_of(row, p, columns) for k in WAYS[p.how].keys(v)} for p in rule.parts]
    found = {hash_key(object_name, rule.code, *keys) for keys in product(*map(sorted, sets))}
    return found if len(found) <= MAX_KEYS else set()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule holds of two records: how sure it is, and which parts of a fuzzy value agreed in what way."""

    rule: MatchRule
    score: int
    details: dict[str, str] = field(default_factory=dict)


def compare(rule: MatchRule, one: Row, two: Row, columns: Mapping[str, str]) -> Reason | None:
    """Whether ``rule`` holds of two records."""
    if not (applies(rule, one, columns) and applies(rule, two, columns)):
        return None
    score, details = rule.score, {}
    for part in rule.parts:
        way = WAYS[part.how]
        pairs = [(a, b) for a in values_of(one, part, columns) for b in values_of(two, part, columns)]
        if way.compare is None:
            if not any(set(way.keys(a)) & set(way.keys(b)) for a, b in pairs):
                return None
            continue
        best = max((way.compare(a, b) for a, b in pairs), key=lambda found: found[0], default=(0, {}))
        if best[0] < rule.threshold:
            return None
        score, details = min(score, best[0]), best[1]
    return Reason(rule, score, details)


def total(reasons: list[Reason]) -> int:
    """How sure several reasons make together: each takes its share of the doubt that the others leave."""
    doubt = 1.0
    for reason in reasons:
        doubt *= 1 - min(reason.score, 99) / 100
    return round(100 * (1 - doubt)) if reasons else 0
