"""What a page of this domain shows, as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kemai.accounts.access import Actor
from kemai.kit.spreadsheet.writer import Column, XlsxRows
from kemai.kit.words import T
from kemai.platform.transfer.faults import stored


def keep_sheet(actor: Actor, title: T, columns: list[Column], rows: Iterable[list[Any]]) -> UUID:
    """Write rows under a title, moments in the reader's zone; the key of the file, which is kept for a day."""
    target, name = stored(f"{title.to()}.xlsx", created_by=actor.id, days=1), title.to()
    zone = ZoneInfo(actor.time_zone)
    with target as path, XlsxRows(path, columns, title=name, note="", note_title=name, number="", zone=zone) as book:
        for row in rows:
            book.write(row)
    assert target.row is not None
    return target.row.id
