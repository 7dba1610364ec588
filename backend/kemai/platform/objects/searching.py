"""What a record is found by, and how a query asks for it: the two sides of PLT-1 in one place.

Text is found by any fragment; phones by fragments only where the reader may see that field on that row; exact values (phone, credit
code) whole by anybody who may see the record (decisions.md 8).
"""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor
from kemai.kit.text.mentions import plain
from kemai.kit.text.normalise import phone_key
from kemai.kit.text.search import (
    exact_term,
    has_chinese,
    index_record,
    phone_query_terms,
    private_terms,
    query_terms,
    query_words,
)
from kemai.platform.objects.declare import Draft, ObjectType
from kemai.platform.objects.secrecy import HIDDEN, MASKED, access_of, on, row_secret
from kemai.platform.objects.statistics import search_terms

#: The marks of a query all of whose terms are common, and of one with a term that few records have.
COMMON, FEW = " common", " few"
_NOTHING = ["\x01"]  # a term no record has


def search_columns(declaration: ObjectType, draft: Draft) -> dict[str, Any]:
    """The search columns of a record as it will be."""
    line = declaration.search

    def values(names: tuple[str, ...]) -> list[str]:
        found = [draft.get(declaration.by_name[n].stored) for n in names]
        return [
            plain(str(text))
            for value in found
            for text in (value if isinstance(value, (list, tuple)) else [value])
            if text
        ]

    terms, text = index_record(values(line.texts), person=line.person)
    phones = values(line.phones)
    return {
        "search_terms": [*terms, *(exact_term("v", _exact_key(v)) for v in (*values(line.exact), *phones))],
        "search_text": text,
        "private_terms": private_terms(*(phone_key(p) or p for p in phones)),
    }


def _exact_key(value: str) -> str:
    return phone_key(value) or "".join(query_words(value))


def query_kind(declaration: ObjectType, q: str) -> str:
    """Which of the conditions a query can meet at all, and whether its terms narrow anything: part of a plan's key, so that no
    statement asks for the impossible."""
    if not q:
        return ""
    words = query_words(q[:200])
    # Codes and phones hold no Chinese; one or two Chinese characters are a term themselves, so that the index alone decides.
    exact = "" if any(map(has_chinese, words)) else " exact"
    terms = query_terms(q[:200])
    known = search_terms(declaration)
    common = COMMON if known.common(terms) else ""
    few = FEW if not common and known.few(terms) else ""
    pairs = " pairs" if words and not common and all(len(w) <= 2 and has_chinese(w) for w in words) else ""
    return "words" + exact + pairs + common + few + (" digits" if phone_query_terms(q[:200]) else "")


def search_condition(actor: Actor, declaration: ObjectType, kind: str, alias: str = "t") -> str:
    """The condition over ``alias`` that the bound values (:func:`search_params`) of a query of this kind satisfy."""
    words = [f"{alias}.search_terms @> %(q_terms)s"] if COMMON not in kind else []
    words += [f"{alias}.search_text LIKE ALL(%(q_like)s)"] if "pairs" not in kind else []
    parts = [f"({' AND '.join(words)}{_told(actor, declaration, alias)})"]
    if "exact" in kind:
        parts.append(f"{alias}.search_terms @> %(q_exact)s")
    phones = [declaration.by_name[name] for name in declaration.search.phones] if "digits" in kind else []
    if phones and all(access_of(actor, declaration, f) not in (HIDDEN, MASKED) for f in phones):
        secret = next((s for f in phones if (s := row_secret(actor, f))), "")
        guard = f" AND NOT ({on(alias, secret)})" if secret else ""
        parts.append(f"({alias}.private_terms @> %(q_digits)s{guard})")
    return "(" + " OR ".join(parts) + ")"


def _told(actor: Actor, declaration: ObjectType, alias: str) -> str:
    """A further condition where some of the texts are withheld from ``actor``: what he reads must hold the words, or searching would
    be a way of guessing (S-3). He then finds by the letters, not by their sound. Empty where all texts are open to him."""
    texts = [declaration.by_name[name] for name in declaration.search.texts]
    told = [f for f in texts if access_of(actor, declaration, f) not in (HIDDEN, MASKED)]
    secrets = {f.name: on(alias, secret) for f in told if (secret := row_secret(actor, f))}
    if len(told) == len(texts) and not secrets:
        return ""
    seen = [
        on(alias, f"CASE WHEN {secrets[f.name]} THEN '' ELSE {f.expression} END" if f.name in secrets else f.expression)
        for f in told
    ]
    condition = f"concat_ws(' ', {', '.join(seen)}) ILIKE ALL(%(q_like)s)" if seen else "FALSE"
    if len(told) == len(texts):
        condition = f"(NOT ({' OR '.join(secrets.values())}) OR {condition})"
    return f" AND {condition}"


def tells_all(actor: Actor, declaration: ObjectType) -> bool:
    """Whether no searched text of this kind of record is withheld from ``actor``, on any row."""
    return _told(actor, declaration, "t") == ""


def search_params(q: str) -> dict[str, Any]:
    """Bound values for :func:`search_condition`."""
    words = query_words(q[:200])
    return {
        "q_terms": query_terms(q[:200]) if words else _NOTHING,
        "q_like": [f"%{word}%" for word in words] or _NOTHING,
        "q_exact": [exact_term("v", _exact_key(q[:200]))],
        "q_digits": phone_query_terms(q[:200]) or _NOTHING,
    }
