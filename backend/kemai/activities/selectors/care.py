"""Whom to greet these days: birthdays, anniversaries, holidays, each with a text to send (ACT-9). Two statements."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from typing import Any

from kemai.accounts.access import Actor, branches
from kemai.activities.models import GreetingTemplate
from kemai.activities.selectors.worklist import Whose
from kemai.activities.services.rules import fill
from kemai.kit.clock import today
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.read import day_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import output
from kemai.platform.objects.select import build_columns

MOST = 500
#: A greeting so many days around its day was the greeting of that day.
AROUND = 20
SHOWN = ("name", "title", "phone", "preferred_channel", "customer", "anniversary_note")


def care_days(actor: Actor, whose: Whose, *, days: int = 7) -> dict[str, Any]:
    """The greetings due from today for so many days, by day; done ones say so."""
    contacts = get_object("contacts")
    actor.require(contacts.perm("view"))
    first = today(actor.time_zone)
    templates = list(GreetingTemplate.objects.filter(active=True, deleted_at__isnull=True).order_by("name", "id"))
    names = tuple(n for n in SHOWN if output(actor, contacts, contacts.by_name[n]))
    columns = build_columns(actor, contacts, names)
    scope = branches(actor, contacts.perm("view"), contacts.ownership)
    params = {
        **day_params(actor),
        **actor.params,
        **columns.params,
        **scope.params,
        **_days(first, days, templates),
        "people": whose.people,
        "limit": MOST + 1,
    }
    rows = fetch_rows(_statement(columns.select, scope.sql, contacts), params)
    width = len(columns.select)
    items = [_item(actor, columns.output.make(row), row[width:], templates) for row in rows[:MOST]]
    return {"first": first, "last": first + timedelta(days=days - 1), "items": items, "more": len(rows) > MOST}


def _days(first: date, days: int, templates: list[GreetingTemplate]) -> dict[str, Any]:
    yearly: list[tuple[date, str]] = []
    for n in range(days):
        day = first + timedelta(days=n)
        yearly.append((day, f"{day:%m-%d}"))
        if yearly[-1][1] == "02-28" and not isleap(day.year):
            yearly.append((day, "02-29"))
    last = first + timedelta(days=days - 1)
    holidays = sorted({t.holiday_on for t in templates if t.holiday_on and first <= t.holiday_on <= last})
    return {"days": [d for d, _ in yearly], "yearly": [w for _, w in yearly], "holidays": holidays}


def _statement(select: list[str], scope: str, contacts: ObjectType) -> str:
    """Contacts with a day of their own, and on holidays the first contact of each key customer."""
    own = (
        "SELECT c.id, '{0}' AS occasion, d.day FROM customers_contact c JOIN unnest(%(days)s::date[], %(yearly)s::text[]) d (day, yearly) "
        "ON d.yearly = to_char(c.{0}, 'MM-DD') WHERE c.holder_id = ANY(%(people)s) AND c.deleted_at IS NULL AND c.{0} IS NOT NULL"
    )
    holiday = (
        "SELECT DISTINCT ON (c.customer_id, h.day) c.id, 'holiday', h.day FROM unnest(%(holidays)s::date[]) h (day) "
        "JOIN customers_customer k ON k.owner_id = ANY(%(people)s) AND k.importance = 'key' AND k.deleted_at IS NULL "
        "JOIN customers_contact c ON c.customer_id = k.id AND c.deleted_at IS NULL ORDER BY c.customer_id, h.day, c.is_primary DESC, c.id"
    )
    return (
        f"SELECT {', '.join(select)}, g.occasion, g.day, EXISTS (SELECT 1 FROM activities_interaction i WHERE i.contact_id = t.id "
        f"AND i.occasion = g.occasion AND i.deleted_at IS NULL AND abs(i.occurred_at::date - g.day) <= {AROUND}) "
        f"FROM ({own.format('birthday')} UNION ALL {own.format('anniversary')} UNION ALL (SELECT * FROM ({holiday}) z)) g "
        f"JOIN {contacts.table} t ON t.id = g.id WHERE {scope} ORDER BY g.day, t.name_sort, t.id LIMIT %(limit)s"
    )


def _item(
    actor: Actor, contact: dict[str, Any], rest: tuple[Any, ...], templates: list[GreetingTemplate]
) -> dict[str, Any]:
    occasion, day, done = rest
    customer = (contact.get("customer") or {}).get("label") or ""
    known = {"contact": str(contact.get("name") or ""), "customer": customer, "me": actor.name}
    texts = [
        {"name": t.name, "text": fill(t.text, known)}
        for t in templates
        if t.occasion == occasion and (occasion != "holiday" or t.holiday_on == date.fromisoformat(day))
    ]
    return {"contact": contact, "occasion": occasion, "day": day, "done": done, "texts": texts}
