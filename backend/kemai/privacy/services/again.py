"""Erasing again what a restored backup has brought back (F-10)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import SystemActor
from kemai.privacy.services.erase import erase_person
from kemai.privacy.services.erasure_list import not_erased

RESTORER = SystemActor("privacy")


def erase_again() -> dict[str, Any]:
    """``kemai erase-again``: every person of the list of erasures who is in this database; how many."""
    persons = not_erased()
    for person, content in persons:
        erase_person(RESTORER, person, content=content)
    return {"persons": len(persons)}
