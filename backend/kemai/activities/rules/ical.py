"""iCalendar as RFC 5545 has it: escaping, folding at 75 octets, time zone. Pure (ACT-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
#: China has kept +08:00 without summer time since 1991; what is fed lies near today.
_TIME_ZONE = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19910915T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One event. ``day`` for a whole day, else ``at``. ``stamp`` is when it was last changed, ``sequence`` how often."""

    uid: str
    summary: str
    stamp: datetime
    sequence: int
    at: datetime | None = None
    day: date | None = None
    minutes: int = 30
    description: str = ""
    url: str = ""
    categories: str = ""
    cancelled: bool = False


def escape(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line ends are escaped; other control characters have no place in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return "".join(c for c in text if c == "\t" or (ord(c) >= 32 and ord(c) != 127))


def fold(line: str) -> str:
    """Lines of at most 75 octets, the next ones beginning with a space; never within a character."""
    parts, current, room = [], "", 75
    for character in line:
        size = len(character.encode())
        if size > room:
            parts.append(current)
            current, room = "", 74
        current += character
        room -= size
    parts.append(current)
    return "\r\n ".join(parts)


def calendar_text(name: str, items: Iterable[Item]) -> str:
    """The whole document, every line ended by CRLF."""
    return "".join(fold(line) + "\r\n" for line in _lines(name, items))


def _lines(name: str, items: Iterable[Item]) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kemai//CRM//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH")
    yield f"X-WR-CALNAME:{escape(name)}"
    yield f"X-WR-TIMEZONE:{ZONE}"
    yield "REFRESH-INTERVAL;VALUE=DURATION:PT15M"
    yield from _TIME_ZONE
    for item in items:
        yield from _event(item)
    yield "END:VCALENDAR"


def _event(item: Item) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{item.uid}"
    yield f"DTSTAMP:{item.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"LAST-MODIFIED:{item.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"SEQUENCE:{item.sequence}"
    if item.day:
        yield f"DTSTART;VALUE=DATE:{item.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{item.day + timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    elif item.at:
        start = item.at.astimezone(ZoneInfo(ZONE))
        yield f"DTSTART;TZID={ZONE}:{start:%Y%m%dT%H%M%S}"
        yield f"DTEND;TZID={ZONE}:{start + timedelta(minutes=item.minutes):%Y%m%dT%H%M%S}"
    yield f"SUMMARY:{escape(item.summary)}"
    if item.description:
        yield f"DESCRIPTION:{escape(item.description)}"
    if item.categories:
        yield f"CATEGORIES:{escape(item.categories)}"
    if item.url:
        yield f"URL:{item.url}"
    yield f"STATUS:{'CANCELLED' if item.cancelled else 'CONFIRMED'}"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"
