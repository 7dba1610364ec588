"""Messages to people: kept for the bell, and put into their event stream, in the transaction that caused them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from kemai.accounts.access import Actor
from kemai.kit.clock import now
from kemai.kit.words import EN, ZH, T
from kemai.platform.models import Notification, NotifyEvent

PAGE = 30


def notify(
    user_id: UUID,
    *,
    kind: str,
    title: T,
    title_params: dict[str, Any] | None = None,
    text: str = "",
    path: str = "",
    object: str = "",
    record_id: UUID | None = None,
) -> None:
    """Tell one person something, in whichever language he will read it."""
    params = title_params or {}
    row = Notification.objects.create(
        user_id=user_id,
        kind=kind,
        title_zh=title.to(ZH, **params),
        title_en=title.to(EN, **params),
        text=text,
        path=path,
        object=object,
        record_id=record_id,
    )
    send_event(
        user_id,
        "notification",
        {
            "id": row.id,
            "title_zh": row.title_zh,
            "title_en": row.title_en,
            "text": text,
            "path": path,
            "at": row.at.isoformat(),
        },
    )


def send_event(user_id: UUID, kind: str, payload: dict[str, Any]) -> None:
    """Put a line into somebody's event stream."""
    NotifyEvent.objects.create(user_id=user_id, kind=kind, payload=orjson.loads(orjson.dumps(payload, default=str)))


def list_notifications(actor: Actor, *, before: int | None = None) -> dict[str, Any]:
    """The newest messages and how many are unread."""
    rows = Notification.objects.filter(user_id=actor.id).order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    items = [
        {
            "id": n.id,
            "at": n.at,
            "kind": n.kind,
            "title": n.title_en if actor.locale == EN else n.title_zh,
            "text": n.text,
            "path": n.path,
            "read": n.read_at is not None,
        }
        for n in rows[:PAGE]
    ]
    return {"items": items, "unread": count_unread(actor)}


def count_unread(actor: Actor) -> int:
    """Unread messages."""
    return Notification.objects.filter(user_id=actor.id, read_at__isnull=True).count()


def mark_read(actor: Actor, *, ids: list[int] | None) -> int:
    """Mark messages (all when ``ids`` is None) as read; returns how many changed."""
    rows = Notification.objects.filter(user_id=actor.id, read_at__isnull=True)
    if ids is not None:
        rows = rows.filter(id__in=ids)
    return rows.update(read_at=now())


def forget_old_events() -> None:
    """Streams can be resumed for an hour."""
    NotifyEvent.objects.filter(at__lt=now() - timedelta(hours=1)).delete()
