"""What an event is: a frozen dataclass named in the past tense, stored in the outbox, handed to subscribers by jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from uuid import UUID

from kemai.kit.words import T

_known: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. ``kind`` is ``<domain>.<past tense>`` and never changes once released: rows in flight carry it.

    ``about`` names the kind of record it happens to, empty when to any; an event that is not ``public`` is the product's own
    business and no receiver outside is told of it.
    """

    kind: ClassVar[str] = ""
    label: ClassVar[T] = T("", "")
    about: ClassVar[str] = ""
    public: ClassVar[bool] = True
    object: str
    record_id: UUID | None

    def __init_subclass__(cls) -> None:
        _known[cls.kind] = cls

    @classmethod
    def verb(cls) -> str:
        """The last word of the kind (``won`` of ``sales.opportunity_won``), by which receivers outside know it."""
        return cls.kind.replace("_", ".").rsplit(".", 1)[-1]

    def payload(self) -> dict[str, Any]:
        """The event's own facts, JSON-ready."""
        return {k: v for k, v in asdict(self).items() if k not in ("object", "record_id")}


def known_events() -> list[type[Event]]:
    """Every event there is, those of all kinds of record first."""
    return sorted(_known.values(), key=lambda event: event.about != "")


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event as a subscriber receives it. Delivery is at least once; the frame makes the effect happen once."""

    id: int
    kind: str
    object: str
    record_id: UUID | None
    actor_id: UUID | None
    payload: dict[str, Any]


Subscriber = Callable[[Delivered], None]
_subscribers: dict[str, dict[str, Subscriber]] = {}


def subscribe(*kinds: type[Event]) -> Callable[[Subscriber], Subscriber]:
    """Register a function to run after any of ``kinds`` was committed."""

    def register(function: Subscriber) -> Subscriber:
        name = f"{function.__module__}.{function.__qualname__}"
        for kind in kinds:
            _subscribers.setdefault(kind.kind, {})[name] = function
        return function

    return register


def subscribers_of(kind: str) -> dict[str, Subscriber]:
    """Name → function of those who asked for ``kind``."""
    return _subscribers.get(kind, {})
