"""Keys made by the application (UUIDv7: ordered by time, so indexes grow at their end)."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh record key."""
    return uuid7()


def parse_id(value: object) -> UUID | None:
    """``value`` as a UUID, or None when it is not one."""
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        return UUID(value)
    except ValueError:
        return None
