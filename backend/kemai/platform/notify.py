"""Messages to people: kept for the bell, and put into their event stream, in the transaction that caused them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
_kinds: dict[str, Kind] = {}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message; ``right``: the permission without whose holders it is nobody's (empty: everybody may get it)."""

    label: T
    right: str = ""


def declare_kind(code: str, label: T, *, right: str = "") -> str:
    """Register a kind of message, so that whoever may get it can choose how (PLT-3)."""
    assert code not in _kinds, code
    _kinds[code] = Kind(label, right)
    return code


declare_kind(MENTION, T("有人提到我（@）", "Somebody mentions me (@)"))
declare_kind("follow_activity", T("关注的记录有新的跟进、任务", "Follow-ups and tasks on what I follow"))
declare_kind("follow_stage", T("关注的记录推进、分配、成交等", "Steps of what I follow: moved, assigned, won …"))
declare_kind("follow_changed", T("关注的记录被修改", "Edits of what I follow"))


def kind_label(code: str) -> T:
    """What a kind of message is called; the product's name for a kind nobody can switch off."""
    return _kinds[code].label if code in _kinds else T("系统消息", "A message of the system")


@dataclass(frozen=True, slots=True)
class Channel:
    """A way messages may come by besides the page. ``carry`` is called in the transaction of the message and only notes that it is
    to go out: nothing leaves before the commit."""

    code: str
    label: T
    carry: Callable[[Notification], None]


_channels: dict[str, Channel] = {}


def declare_channel(code: str, label: T, carry: Callable[[Notification], None]) -> None:
    """Register a way for messages, which each person then chooses for each kind (PLT-3)."""
    assert code not in _channels, code
    _channels[code] = Channel(code, label, carry)


def list_channels() -> list[dict[str, str]]:
    """The ways there are besides the page."""
    return [{"code": c.code, "label": c.label.to()} for c in _channels.values()]


def list_choices(actor: Actor) -> list[dict[str, Any]]:
    """Every kind of message this person may get, with how he wants it."""
    chosen = {c.kind: c for c in NotificationChoice.objects.filter(user_id=actor.id)}
    default = NotificationChoice()
    return [
        {"kind": code, "label": kind.label.to(), "in_page": row.in_page, "channels": row.channels}
        for code, kind in _kinds.items()
        if not kind.right or actor.has(kind.right)
        for row in (chosen.get(code, default),)
    ]


def choose(actor: Actor, kind: str, *, in_page: bool, channels: list[str] | None = None) -> None:
    """Say how one wants a kind of message oneself. What does not come in the page does not come at all; None leaves the other ways
    as they are."""
    if kind not in _kinds or not set(channels or ()) <= set(_channels):
        raise NotFound
    facts: dict[str, Any] = {"in_page": in_page}
    if channels is not None or not in_page:
        facts["channels"] = sorted(set(channels or ())) if in_page else []
    NotificationChoice.objects.update_or_create(user_id=actor.id, kind=kind, defaults=facts)


def _ways(user_id: UUID, kind: str) -> list[str] | None:
    """The ways besides the page by which a person wants messages of this kind; None when he does not want them."""
    if kind not in _kinds:
        return []
    row = NotificationChoice.objects.filter(user_id=user_id, kind=kind).values_list("in_page", "channels").first()
    return [] if row is None else row[1] if row[0] else None


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
    ways = _ways(user_id, kind)
    if ways is None:
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
    for code in ways:
        if code in _channels:
            _channels[code].carry(row)


def notify_grouped(user_id: UUID, *, kind: str, subject: T, line: str, path: str, object: str, record_id: UUID) -> None:
    """Tell of one more happening to a record. While an earlier message about it is unread, it takes its place and says how many."""
    if _ways(user_id, kind) is None:
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
