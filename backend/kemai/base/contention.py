"""What the database could not do for the moment, in words, and what is simply done again (C-11).

Two acts that lock the same rows in opposite order stop each other; the database lets one go on and undoes the other, which
then only has to begin again. No request waits long for anybody: a lock 4 seconds, a statement 5 (``config/settings.py``).
"""

from __future__ import annotations

from kemai.kit.errors import Contended, KemaiError, StorageFull, TookTooLong, Unavailable

TRIES = 3
"""How often an act that loses to others begins before whoever asked is told."""

SERIALIZATION_FAILURE, DEADLOCK, LOCK_TIMEOUT = "40001", "40P01", "55P03"
DISK_FULL, QUERY_CANCELED = "53100", "57014"

_REFUSALS: dict[str, type[KemaiError]] = {
    SERIALIZATION_FAILURE: Contended,
    DEADLOCK: Contended,
    LOCK_TIMEOUT: Contended,
    QUERY_CANCELED: TookTooLong,
    DISK_FULL: StorageFull,
}


def state_of(error: Exception) -> str:
    """The database's own five letters for what went wrong, empty where it did not answer at all."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def has_lost(error: Exception) -> bool:
    """Whether the database undid this act for the sake of another, so that it may begin again at once."""
    return state_of(error) in (SERIALIZATION_FAILURE, DEADLOCK)


def refusal_of(error: Exception) -> KemaiError:
    """What an error of the database is to whoever asked."""
    return _REFUSALS.get(state_of(error), Unavailable)()
