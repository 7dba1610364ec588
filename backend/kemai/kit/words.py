"""Words shown to people, in both languages beside the thing they name.

A label that lives in its declaration cannot be missing from a catalogue: both languages are arguments, so leaving one out is a
type error rather than a hole found by a user.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

ZH = "zh-CN"
EN = "en"
LANGUAGES = (ZH, EN)

#: Language of whoever is being answered; the middleware and the job runner set it.
language: ContextVar[str] = ContextVar("language", default=ZH)


@dataclass(frozen=True, slots=True)
class T:
    """A text in Chinese and English, with ``{name}`` places filled by :meth:`to`."""

    zh: str
    en: str

    def to(self, lang: str | None = None, **params: Any) -> str:
        """The text in ``lang`` (the caller's language when None)."""
        text = self.en if (lang or language.get()) == EN else self.zh
        return text.format(**params) if params else text

    def __str__(self) -> str:
        return self.to()


def pick_language(accept: str) -> str:
    """The language of an anonymous caller from an Accept-Language header; Chinese unless English comes first."""
    first = accept.split(",", 1)[0].strip().lower()
    return EN if first.startswith("en") else ZH
