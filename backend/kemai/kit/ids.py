"""Keys made by the application (UUIDv7: ordered by time, so indexes grow at their end)."""

from __future__ import annotations

from collections.abc import Iterator
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


class PackedIds:
    """Many keys in the order they came, sixteen bytes each: a list of a million UUIDs would take a hundred megabytes."""

    SIZE = 16

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __len__(self) -> int:
        return len(self._bytes) // self.SIZE

    def append(self, key: UUID) -> None:
        self._bytes += key.bytes

    def clear(self) -> None:
        self._bytes.clear()

    def parts(self, most: int) -> Iterator[list[UUID]]:
        """All of them, ``most`` at a time."""
        whole = memoryview(self._bytes)
        for start in range(0, len(whole), most * self.SIZE):
            part = whole[start : start + most * self.SIZE]
            yield [UUID(bytes=bytes(part[at : at + self.SIZE])) for at in range(0, len(part), self.SIZE)]
