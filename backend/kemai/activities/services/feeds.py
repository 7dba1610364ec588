"""Calendars for other programs: secret addresses, kept as hashes, revocable (ACT-4)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, load_actor
from kemai.activities.models import CalendarFeed
from kemai.activities.rules.ical import Item, calendar_text
from kemai.activities.selectors.calendar import calendar_entries
from kemai.activities.selectors.worklist import VIEW, Whose
from kemai.base.audit import act
from kemai.kit.clock import now, today
from kemai.kit.errors import Conflict, NotFound
from kemai.kit.words import T, language

BACK, AHEAD = 60, 300
MOST = 5
READ_EVERY = timedelta(minutes=10)


class TooManyFeeds(Conflict):
    code = "activities.too_many_feeds"
    text = T("最多 {limit} 个订阅地址，请先停用不用的。", "At most {limit} addresses; revoke one first.")


def list_feeds(actor: Actor) -> list[dict[str, Any]]:
    """One's own addresses that still work, without their secrets."""
    rows = CalendarFeed.objects.filter(user_id=actor.id, revoked_at__isnull=True).order_by("-created_at")
    return [{"id": f.id, "name": f.name, "created_at": f.created_at, "read_at": f.read_at} for f in rows]


def make_feed(actor: Actor, *, name: str) -> dict[str, Any]:
    """A new address; its path is told this once."""
    actor.require(VIEW)
    if CalendarFeed.objects.filter(user_id=actor.id, revoked_at__isnull=True).count() >= MOST:
        raise TooManyFeeds(limit=MOST)
    token = secrets.token_urlsafe(32)
    with act(actor, "calendar.feed", object="users", record_id=actor.id):
        row = CalendarFeed.objects.create(user_id=actor.id, name=name.strip()[:60], token_hash=_hash(token))
    return {"id": row.id, "name": row.name, "created_at": row.created_at, "path": f"/api/v1/calendar/feeds/{token}.ics"}


def revoke_feed(actor: Actor, feed_id: UUID) -> None:
    """The address answers no more, at once."""
    with act(actor, "calendar.revoke", object="users", record_id=actor.id):
        found = CalendarFeed.objects.filter(pk=feed_id, user_id=actor.id, revoked_at__isnull=True)
        if not found.update(revoked_at=now()):
            raise NotFound


def read_feed(token: str, *, root: str) -> tuple[str, str]:
    """(the calendar, its ETag) of whoever made the address, with the rights he has now; :class:`NotFound` when it is none.

    ``root`` is where the links of the events lead. Nothing is told but what the person himself sees in his calendar.
    """
    feed = CalendarFeed.objects.filter(token_hash=_hash(token), revoked_at__isnull=True).first()
    actor = load_actor(feed.user_id) if feed else None
    if feed is None or actor is None or actor.must_change_password or not actor.has(VIEW):
        raise NotFound
    if feed.read_at is None or feed.read_at < now() - READ_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now())
    words = language.set(actor.locale)
    try:
        text = calendar_text(T("客脉：{name}", "Kemai: {name}").to(name=actor.name), items_of(actor, root=root))
    finally:
        language.reset(words)
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def items_of(actor: Actor, *, root: str) -> list[Item]:
    """The person's entries around today as events, what was deleted lately as cancelled ones."""
    day = today(actor.time_zone)
    span: dict[str, Any] = {
        "first": day - timedelta(days=BACK),
        "last": day + timedelta(days=AHEAD),
        "longest": BACK + AHEAD + 1,
    }
    own = Whose([actor.id], False)
    living, _ = calendar_entries(actor, own, **span)
    gone, _ = calendar_entries(actor, own, **span, gone=True)
    return [_item(e, root, cancelled=False) for e in living] + [_item(e, root, cancelled=True) for e in gone]


def _item(entry: dict[str, Any], root: str, *, cancelled: bool) -> Item:
    customer = entry["customer"]["label"] if entry["customer"] else ""
    title = str(entry["title"])
    mark = "✓ " if entry["done"] else ""
    # What comes every year is a new event each time; a customer's next contact moves, and stays one event.
    key = {"next_contact": entry["customer"]["id"] if entry["customer"] else entry["id"]}.get(
        entry["code"], entry["id"]
    )
    year = f"-{entry['day'][:4]}" if not entry["field"] else ""
    return Item(
        uid=f"{entry['code']}-{key}{year}@kemai",
        summary=f"{mark}{title}" + (f" · {customer}" if customer and customer not in title else ""),
        stamp=datetime.fromisoformat(entry["updated_at"]),
        sequence=int(entry["version"]),
        at=datetime.fromisoformat(entry["at"]) if entry["at"] else None,
        day=date.fromisoformat(entry["day"]) if entry["all_day"] else None,
        description=customer,
        url=f"{root}/{entry['object']}/{entry['id']}",
        categories=entry["label"],
        cancelled=cancelled,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
