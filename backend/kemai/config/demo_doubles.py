"""Believable doubles among the demo customers: a place left out, a homophone, the same number under another name."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from kemai.customers.models import Contact, Customer
from kemai.kit.text.companies import split_company
from kemai.kit.text.pinyin import READING
from kemai.kit.text.pinyin_table import CHARACTERS
from kemai.platform.doubles.finder import look_again
from kemai.platform.objects.declare import get_object

Variation = tuple[str, dict[str, Any]]
_AT_ONCE = 500


def _common(char: str) -> bool:
    """Whether an input method would offer the character early: the common ones come first in GB 2312."""
    try:
        return char.encode("gb2312") < b"\xd8"
    except UnicodeEncodeError:
        return False


def double_of(dice: random.Random, customer: Customer, how: int) -> Variation | None:
    """Another spelling of a customer, as a second colleague would have typed it; None where the name does not lend itself to it."""
    parts = split_company(customer.name)
    brand = parts.brand
    if how == 0 and parts.place:
        return f"{brand}{parts.trade}（{parts.place}）", {"region": customer.region}
    if how == 1:
        for at, char in enumerate(brand):
            others = [c for c in CHARACTERS.get(READING.get(char, ""), "") if c != char and _common(c)][:6]
            if others:
                wrong = brand[:at] + dice.choice(others) + brand[at + 1 :]
                return customer.name.replace(brand, wrong, 1), {"phone": customer.phone}
    if how == 2 and customer.phone:
        return f"{brand}总部", {"phone": customer.phone, "source": "referral"}
    return None


def contact_again(customer: Customer) -> dict[str, Any] | None:
    """The customer's first contact, to be typed once more."""
    found = Contact.objects.filter(customer_id=customer.id, deleted_at__isnull=True).order_by("id").first()
    return {"name": found.name, "phone": found.phone, "title": found.title} if found else None


def fill_queue() -> None:
    """Compare everything, as the search for all records would."""
    for name, model in (("customers", Customer), ("contacts", Contact)):
        ids: list[UUID] = list(model._base_manager.values_list("id", flat=True))
        for start in range(0, len(ids), _AT_ONCE):
            look_again(get_object(name), ids[start : start + _AT_ONCE])
