"""Messages to people: kept for the bell, and put into their event stream, in the transaction that caused them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from kemai.accounts.access import Actor
from kemai.kit.clock import now
from kemai.kit.errors import NotFound
from kemai.kit.words import EN, ZH, T
from kemai.platform.models import Notification, NotificationChoice, NotifyEvent

PAGE = 30
MENTION = "mention"
#: A message nobody has read yet takes in what happens to the same record for so long.
GROUP = timedelta(hours=12)
LINES = 5

#: Kinds of message people may switch off, in the order they are shown in; a kind not declared always comes.
_kinds: dict[str, T] = {}


def declare_kind(code: str, label: T) -> str:
    """Register a kind of message, so that everybody can choose whether he wants it (PLT-3)."""
    assert code not in _kinds, code
    _kinds[code] = label
    return code


declare_kind(MENTION, T("有人提到我（@）", "Somebody mentions me (@)"))
declare_kind("follow_activity", T("关注的记录有新的跟进、任务", "Follow-ups and tasks on what I follow"))
declare_kind("follow_stage", T("关注的记录推进、分配、成交等", "Steps of what I follow: moved, assigned, won …"))
declare_kind("follow_changed", T("关注的记录被修改", "Edits of what I follow"))


def list_choices(actor: Actor) -> list[dict[str, Any]]:
    """Every kind of message with whether this person wants it."""
    chosen = dict(NotificationChoice.objects.filter(user_id=actor.id).values_list("kind", "in_page"))
    return [{"kind": code, "label": label.to(), "in_page": chosen.get(code, True)} for code, label in _kinds.items()]


def choose(actor: Actor, kind: str, *, in_page: bool) -> None:
    """Switch one kind of message on or off for oneself."""
    if kind not in _kinds:
        raise NotFound
    NotificationChoice.objects.update_or_create(user_id=actor.id, kind=kind, defaults={"in_page": in_page})


def wants(user_id: UUID, kind: str) -> bool:
    """Whether a person wants messages of this kind."""
    return not (
        kind in _kinds and NotificationChoice.objects.filter(user_id=user_id, kind=kind, in_page=False).exists()
    )


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
    times: int = 1,
) -> None:
    """Tell one person something, in whichever language he will read it; nothing when he does not want this kind."""
    if not wants(user_id, kind):
        return
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
        times=times,
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


def notify_grouped(user_id: UUID, *, kind: str, subject: T, line: str, path: str, object: str, record_id: UUID) -> None:
    """Tell of one more happening to a record. While an earlier message about it is unread, it takes its place and says how many."""
    if not wants(user_id, kind):
        return
    old = (
        Notification.objects.select_for_update()
        .filter(
            user_id=user_id,
            kind__startswith="follow_",
            object=object,
            record_id=record_id,
            read_at__isnull=True,
            at__gte=now() - GROUP,
        )
        .order_by("-id")
        .first()
    )
    times, lines = (old.times + 1, [line, *old.text.split("\n")]) if old else (1, [line])
    if old:
        old.delete()
    notify(
        user_id,
        kind=kind,
        title=subject if times == 1 else T(f"{subject.zh}（{times} 处新动态）", f"{subject.en} ({times} updates)"),
        text="\n".join(lines[:LINES]),
        path=path,
        object=object,
        record_id=record_id,
        times=times,
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
