"""Which persons were erased, by the keys of their records, in a file beside the database: an older backup that is restored is made to
forget them again (P-4, F-10). It holds nothing else of anybody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from kemai.kit.clock import now
from kemai.platform.objects.declare import get_object
from kemai.privacy.models import Erased
from kemai.privacy.services.person import Person, person_of

NAME = "erasures.jsonl"


def list_file() -> Path:
    """Lines of (time, records by kind, with content), only ever added to. ``kemai backup`` leaves a copy beside each archive."""
    return Path(settings.FILES_DIR).parent / NAME


def note(records: dict[str, list[UUID]], *, content: bool) -> None:
    """Add a person, before the commit: one who is noted and not erased can be erased again, one forgotten would come back."""
    line = {
        "at": now().isoformat(),
        "records": {k: [str(i) for i in ids] for k, ids in records.items()},
        "content": content,
    }
    with list_file().open("a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")


def not_erased(file: Path | None = None) -> list[tuple[Person, bool]]:
    """Persons of the list whose records are there and not erased: those an older backup has brought back."""
    place = file or list_file()
    if not place.exists():
        return []
    lines: list[dict[str, Any]] = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines() if line]
    known = set(Erased.objects.values_list("record_id", flat=True))
    found = []
    for line in lines:
        records = {
            kind: _there(kind, [k for i in ids if (k := UUID(i)) not in known]) for kind, ids in line["records"].items()
        }
        wanted = {kind: ids for kind, ids in records.items() if ids}
        if wanted:
            found.append((person_of(wanted), bool(line["content"])))
    return found


def _there(kind: str, ids: list[UUID]) -> list[UUID]:
    return list(get_object(kind).model._base_manager.filter(pk__in=ids).values_list("pk", flat=True))
