"""Whose consent it is (ORG-10)."""

from __future__ import annotations

from kemai.accounts.access import Actor
from kemai.customers.models import Contact
from kemai.customers.services.records import STRANGE, set_holders
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft


def prepare_consents(actor: Actor, drafts: list[Draft]) -> None:
    """The customer is the contact's; a consent is taken back no earlier than it was given; who obtained it is the writer by default."""
    keys = {d.get("contact_id") for d in drafts if d.get("contact_id")}
    home = dict(Contact.objects.filter(pk__in=keys).values_list("id", "customer_id"))
    for draft in drafts:
        contact = draft.get("contact_id")
        if contact and draft.get("customer_id") is None:
            draft.values["customer_id"] = home.get(contact)
        elif contact and home.get(contact) != draft.get("customer_id"):
            draft.wrong("contact", "other_customer", STRANGE)
        if draft.old is None and draft.get("obtained_by_id") is None and not actor.is_system:
            draft.values["obtained_by_id"] = actor.id
        given, withdrawn = draft.get("given_on"), draft.get("withdrawn_on")
        if given and withdrawn and withdrawn < given:
            draft.wrong(
                "withdrawn_on",
                "too_early",
                T("撤回日期不能早于同意日期。", "It cannot be withdrawn before it was given."),
            )
    set_holders(actor, drafts)
