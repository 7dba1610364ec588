"""Logs read newest first, page by page: a page ends at a moment and, among those of one moment, at a key."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from kemai.kit.errors import Malformed
from kemai.kit.ids import parse_id

Row = TypeVar("Row", bound=Model)


def place_after(cursor: str) -> tuple[datetime, str] | None:
    """Where the page before ended, None for the first page; :class:`Malformed` for what is no cursor."""
    if not cursor:
        return None
    moment, _, key = cursor.partition("|")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError as error:
        raise Malformed(what="cursor") from error
    if at.tzinfo is None or not key or len(cursor) > 100:
        raise Malformed(what="cursor")
    return at, key


def cursor_at(moment: datetime | str, key: object) -> str:
    """The cursor of a page that ends here."""
    return f"{moment.isoformat() if isinstance(moment, datetime) else moment}|{key}"


def log_page(rows: QuerySet[Row], cursor: str, size: int, at: str = "created_at") -> tuple[list[Row], str | None]:
    """A page of rows by ``at`` and id, and the cursor of the next one. One statement."""
    place = place_after(cursor)
    if place:
        moment, key = place[0], parse_id(place[1])
        if key is None:
            raise Malformed(what="cursor")
        table = rows.model._meta.db_table
        rows = rows.extra(where=[f'({table}."{at}", {table}.id) < (%s, %s)'], params=[moment, key])
    found = list(rows.order_by(f"-{at}", "-id")[: size + 1])
    last: Any = found[size - 1] if len(found) > size else None
    return found[:size], cursor_at(getattr(last, at), last.pk) if last else None
