"""Dictionaries: lists of values an administrator edits in place (industry, source, lost reason …)."""

from __future__ import annotations

import time
from dataclasses import dataclass

from kemai.kit.words import T
from kemai.platform.models import DictionaryValue


@dataclass(frozen=True, slots=True)
class DictionaryItem:
    """One value: its code (never changes), its words, a colour, and whether it may still be chosen."""

    value: str
    label: T
    color: str
    active: bool


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A dictionary as code declares it; its values are seeded once and then belong to the administrator."""

    code: str
    label: T
    seed: tuple[tuple[str, T, str], ...]


_registry: dict[str, Dictionary] = {}
_cache: tuple[float, dict[str, list[DictionaryItem]]] = (0.0, {})


def declare_dictionary(code: str, label: T, *seed: tuple[str, str, str] | tuple[str, str, str, str]) -> Dictionary:
    """Declare a dictionary with its first values: (code, Chinese, English[, colour])."""
    found = Dictionary(code, label, tuple((s[0], T(s[1], s[2]), s[3] if len(s) > 3 else "default") for s in seed))
    _registry[code] = found
    return found


def all_dictionaries() -> list[Dictionary]:
    return list(_registry.values())


def dictionary_items(code: str) -> list[DictionaryItem]:
    """The values in their order; seen by every process within a second of a change."""
    global _cache
    if time.monotonic() - _cache[0] > 1:
        found: dict[str, list[DictionaryItem]] = {}
        rows = DictionaryValue.objects.order_by("dictionary", "position", "value")
        for name, value, zh, en, color, active in rows.values_list(
            "dictionary", "value", "label_zh", "label_en", "color", "active"
        ):
            found.setdefault(name, []).append(DictionaryItem(value, T(zh, en), color, active))
        _cache = (time.monotonic(), found)
    return _cache[1].get(code) or [
        DictionaryItem(value, label, color, True) for value, label, color in _registry[code].seed
    ]


def forget_cache() -> None:
    """Read the table again at the next use."""
    global _cache
    _cache = (0.0, {})
