"""Who a person is in the data: the records that are he, what he is called and reached by, and what points to him (P-4, P-5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from kemai.customers.models import Contact, Customer
from kemai.kit.errors import NotFound
from kemai.platform.merging.merge import losers_of
from kemai.platform.merging.references import places_of
from kemai.platform.objects.declare import get_object
from kemai.sales.models import Lead

#: Kinds of record that are persons, or companies: what is written of one is not written of another that points to it.
BEARERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "contacts": (("name",), ("phone", "email", "wechat")),
    "customers": (("name", "short_name", "legal_representative", "handler"), ("phone", "email")),
    "leads": (("person", "name"), ("phone", "email", "wechat")),
    "users": (("name",), ("phone", "email")),
}
#: A name this short may stand in other words, and is taken out only near the person.
LONG_NAME, LONG_LATIN = 3, 6


@dataclass(frozen=True, slots=True)
class Person:
    """One human being. ``records``: kind → the records that are he, those merged into them included; ``near``: his company and whatever
    belongs to him or it; ``names`` and ``ways`` (telephone, e-mail, WeChat) as the records have them."""

    records: dict[str, list[UUID]]
    companies: list[UUID]
    names: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[UUID]:
        return [key for keys in self.records.values() for key in keys]


def find_person(object_name: str, key: UUID) -> Person:
    """The person behind a contact, a lead, or a customer who is one; :class:`NotFound` for anything else."""
    companies: list[UUID] = []
    if object_name == "leads":
        lead = Lead.objects.filter(pk=key).values("contact_id", "customer_id", "customer__kind").first()
        if lead and lead["contact_id"]:
            return find_person("contacts", lead["contact_id"])
        if lead and lead["customer__kind"] == "person":
            return find_person("customers", lead["customer_id"])
        records = {"leads": [key]}
    elif object_name == "contacts":
        records, companies = _contact(key)
    elif object_name == "customers" and Customer.objects.filter(pk=key, kind="person").exists():
        records = _customer(key)
    else:
        raise NotFound
    found = Person({name: keys for name, keys in records.items() if keys}, companies)
    return named(found)


def person_of(records: dict[str, list[UUID]]) -> Person:
    """The person who is these records."""
    companies = Contact.objects.filter(pk__in=records.get("contacts", [])).values_list("customer_id", flat=True)
    return named(Person(records, [c for c in companies if c not in records.get("customers", [])]))


def named(person: Person) -> Person:
    """With what he is called and reached by."""
    names, ways = _called(person.records)
    return replace(person, names=names, ways=ways)


def _contact(key: UUID) -> tuple[dict[str, list[UUID]], list[UUID]]:
    ids = [key, *losers_of(get_object("contacts"), key)]
    rows = Contact.objects.filter(pk__in=ids).values_list("customer_id", "customer__kind", "customer__name", "name")
    # A customer who is a person often stands among his own contacts.
    himself = [c for c, kind, customer, name in rows if kind == "person" and customer == name]
    leads = list(Lead.objects.filter(contact_id__in=ids).values_list("id", flat=True))
    companies = [c for c, kind, *_ in rows if c not in himself]
    return {"contacts": ids, "customers": himself, "leads": leads}, companies


def _customer(key: UUID) -> dict[str, list[UUID]]:
    ids = [key, *losers_of(get_object("customers"), key)]
    names = list(Customer.objects.filter(pk__in=ids).values_list("name", flat=True))
    contacts = Contact.objects.filter(customer_id__in=ids, name__in=names).values_list("id", flat=True)
    leads = Lead.objects.filter(customer_id__in=ids).values_list("id", flat=True)
    return {"customers": ids, "contacts": list(contacts), "leads": list(leads)}


def _called(records: dict[str, list[UUID]]) -> tuple[list[str], list[str]]:
    """Every name and way of the records; a lead's company is not the person's name where a person is named."""
    names: set[str] = set()
    ways: set[str] = set()
    for kind, keys in records.items():
        called, reached = BEARERS[kind]
        for row in _rows(kind, keys, (*called, *reached)):
            first = next((row[c] for c in called if row[c]), "")
            names.add(first)
            ways.update(row[c] for c in reached if row[c])
    return sorted(n for n in names if len(n) > 1), sorted(w for w in ways if len(w) > 4)


def _rows(kind: str, keys: list[UUID], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {get_object(kind).table} WHERE id = ANY(%s)", [keys])
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def near(person: Person) -> list[UUID]:
    """The person's records, his company, and whatever of any kind points to one of them."""
    found = {*person.ids, *person.companies}
    for kind, keys in (*person.records.items(), ("customers", person.companies)):
        if not keys:
            continue
        for place in places_of(get_object(kind)):
            if place.source is None:
                continue
            column = f"(custom ->> '{place.custom}')::uuid" if place.custom else place.column
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT id FROM {place.table} WHERE {column} = ANY(%s)", [keys])
                found.update(row[0] for row in cursor.fetchall())
    return sorted(found)


def open_deals(person: Person) -> int:
    """Open opportunities of a customer who is the person: they have to end before he can be erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sales_opportunity WHERE customer_id = ANY(%s) AND status = 'open' AND deleted_at IS NULL",
            [person.records.get("customers", [])],
        )
        return int(cursor.fetchone()[0])


# ---------------------------------------------------------------- what names him in texts


def patterns(person: Person) -> tuple[str, str]:
    """Regular expressions of what names him: in any text, because nobody else is called or reached so; and only near him, because
    somebody may be. Empty for none."""
    shared = {value for value in (*person.names, *person.ways) if _borne_by_others(person, value)}
    shared |= {name for name in person.names if len(name) < (LONG_LATIN if name.isascii() else LONG_NAME)}
    values = dict.fromkeys((*person.names, *person.ways))
    alone = [pattern_of(v) for v in values if v not in shared]
    return "|".join(alone), "|".join(pattern_of(v) for v in values if v in shared)


def _borne_by_others(person: Person, value: str) -> bool:
    """Whether another record is called or reached so, or its name holds it."""
    with connection.cursor() as cursor:
        for kind, (called, reached) in BEARERS.items():
            held = " OR ".join(f"strpos(lower({c}), lower(%(value)s)) > 0" for c in called)
            same = " OR ".join(f"lower({c}) = lower(%(value)s)" for c in reached)
            cursor.execute(
                f"SELECT 1 FROM {get_object(kind).table} WHERE ({held} OR {same}) AND NOT id = ANY(%(own)s) LIMIT 1",
                {"value": value, "own": person.records.get(kind, [])},
            )
            if cursor.fetchone():
                return True
    return False


def pattern_of(value: str) -> str:
    """What finds ``value`` in a text, whatever its case; a telephone number also with its digits parted."""
    digits = re.sub(r"\D", "", value)
    if len(digits) >= 7 and not re.search(r"[^\d\s()+\-]", value):
        digits = digits.removeprefix("86") if len(digits) == 13 else digits
        return r"(?<!\d)(?:\+?86[- ]?)?" + "[- ]?".join(digits) + r"(?!\d)"
    forms = dict.fromkeys((value, orjson.dumps(value).decode()[1:-1]))
    edge = r"(?<![a-z0-9])", r"(?![a-z0-9])"
    return "|".join(f"{edge[0]}{_escaped(form)}{edge[1]}" if form.isascii() else _escaped(form) for form in forms)


def _escaped(text: str) -> str:
    return re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", text)
