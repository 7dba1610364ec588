"""What a letter looks like: plain text and simple HTML that say the same; nothing in it is fetched from anywhere.

Whatever comes from people passes :func:`one_line` or :func:`escape`: no name makes a header, a link or a tag (B-5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from kemai.kit.validate import InvalidValue, email

SUBJECT = 120
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a letter: what happened, more of it, where to look."""

    title: str
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Words:
    """All words of a letter in its reader's language. ``foot`` are lines below, each with an address where one may go."""

    language: str
    subject: str
    lead: str
    lines: tuple[Line, ...]
    open: str
    foot: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom. ``stop`` is where one click ends the letters; empty where there are none to end."""

    key: str
    sender_name: str
    sender_address: str
    to: str
    at: datetime
    stop: str = ""


def one_line(text: str, limit: int = SUBJECT) -> str:
    """Text fit for a header: one line, nothing that is no character, not endless."""
    clean = " ".join(_BREAKS.sub(" ", _LONE.sub("�", text)).split()).replace(
        "=?", "= ?"
    )  # no word readers would decode
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


def read_address(text: str) -> str:
    """An address letters can go to or come from, cleaned; :class:`InvalidValue` for others, also for names servers commonly refuse
    (letters beyond ASCII before the @)."""
    address = email(text)
    if not address.partition("@")[0].isascii():
        raise InvalidValue("email_invalid")
    return address


def ascii_address(address: str) -> tuple[str, str]:
    """(local part, domain) as servers write them: a domain in another script becomes its ASCII form."""
    local, _, domain = address.rpartition("@")
    return local, domain.encode("idna").decode()


def compose_letter(envelope: Envelope, words: Words) -> EmailMessage:
    """The whole e-mail, ready to be handed over."""
    letter = EmailMessage(policy=SMTP)
    local, domain = ascii_address(envelope.sender_address)
    letter["From"] = Address(one_line(envelope.sender_name, 60), local, domain)
    letter["To"] = Address("", *ascii_address(envelope.to))
    letter["Subject"] = one_line(words.subject)
    letter["Date"] = envelope.at
    letter["Message-ID"] = f"<{envelope.key}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    if envelope.stop:
        letter["List-Unsubscribe"] = f"<{envelope.stop}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(_LONE.sub("�", _plain(words)), cte="base64")
    letter.add_alternative(_LONE.sub("�", _html(words)), subtype="html", cte="base64")
    return letter


def _plain(words: Words) -> str:
    parts = [words.lead, ""]
    for line in words.lines:
        parts += [
            line.title,
            *(f"  {more}" for more in line.text.split("\n") if more),
            *([line.link] * bool(line.link)),
            "",
        ]
    return "\n".join([*parts, "--", *(f"{text} {link}".strip() for text, link in words.foot), ""])


def _html(words: Words) -> str:
    items = "".join(
        '<div style="margin:0 0 16px;padding:0 0 16px;border-bottom:1px solid #dfe3e1">'
        f'<div style="font-weight:600">{escape(line.title)}</div>'
        + "".join(f'<div style="color:#56615e">{escape(more)}</div>' for more in line.text.split("\n") if more)
        + (f'<div style="margin-top:6px">{_anchor(words.open, line.link)}</div>' if line.link else "")
        + "</div>"
        for line in words.lines
    )
    foot = "".join(f"<div>{_anchor(text, link) if link else escape(text)}</div>" for text, link in words.foot)
    return (
        f'<!doctype html><html lang="{escape(words.language)}"><head><meta charset="utf-8"></head>'
        '<body style="margin:0;padding:24px;font:15px/1.6 sans-serif;color:#1c2422;background:#fff">'
        f'<div style="max-width:560px;margin:0 auto"><p style="margin:0 0 16px">{escape(words.lead)}</p>{items}'
        f'<div style="color:#56615e;font-size:13px">{foot}</div></div></body></html>'
    )


def _anchor(text: str, link: str) -> str:
    return f'<a href="{escape(link)}" style="color:#0b6e64">{escape(text)}</a>'
