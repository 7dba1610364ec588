"""What an event is: a frozen dataclass named in the past tense, stored in the outbox, handed to subscribers by jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. ``kind`` is ``<domain>.<past tense>`` and never changes once released: rows in flight carry it."""

    kind: ClassVar[str] = ""
    object: str
    record_id: UUID | None

    def payload(self) -> dict[str, Any]:
        """The event's own facts, JSON-ready."""
        return {k: v for k, v in asdict(self).items() if k not in ("object", "record_id")}


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
