"""What the customer domain adds to generic writing: owners, keys against doubles, holders of contacts."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.base.numbering import take_numbers
from kemai.customers.models import Customer
from kemai.customers.services.arriving import note_new, place_new, refuse_edits
from kemai.customers.services.kind import CUSTOMERS
from kemai.customers.services.recycle_rules import refresh
from kemai.kit.regions import province_of
from kemai.kit.text.normalise import company_key, phone_key
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft

EXISTS = T("该客户已存在，归属：{holder}。", "This customer exists already, with: {holder}.")
IN_POOL = T("公海", "the public pool")
STRANGE = T("联系人不属于该客户。", "The contact belongs to another customer.")


def prepare_customers(actor: Actor, drafts: list[Draft]) -> None:
    """Owner and department, number, the key that doubles are refused by (CUS-9), the province its region lies in (ANA-1)."""
    created = [d for d in drafts if d.old is None]
    refuse_edits(drafts)
    for draft in drafts:
        draft.values["unique_key"] = unique_key(
            str(draft.get("kind") or ""), str(draft.get("name") or ""), str(draft.get("phone") or "")
        )
        draft.values["province"] = province_of(str(draft.get("region") or ""))
    if created:
        place_new(actor, created)
        for draft, number in zip(created, take_numbers("customers_number", "KH-", len(created)), strict=True):
            draft.values["number"] = number
    _refuse_doubles(drafts)


def unique_key(kind: str, name: str, phone: str) -> str:
    """Companies are one by their normalised name, persons by name and phone; a person without a phone has no key."""
    if kind == "company":
        return f"c:{company_key(name)}" if name else ""
    number = phone_key(phone) if phone else None
    return f"p:{company_key(name)}:{number}" if number else ""


def company_lookup(name: str) -> str:
    """The key under which a company is found by any spelling of its name (imports, cells that refer to customers)."""
    return unique_key("company", name, "")


def _refuse_doubles(drafts: list[Draft]) -> None:
    """Say that it exists and where, and nothing more of it (CUS-9); the unique indexes settle races."""
    seen: dict[tuple[str, str], UUID] = {}
    for column, field_name in (("unique_key", "name"), ("credit_code", "credit_code")):
        keys = {str(d.values[column]) for d in drafts if d.values.get(column) and d.changed(column)}
        if not keys:
            continue
        with connection.cursor() as cursor:
            # "<> ''" says nothing new to us, but without it the planner may not take the partial unique index.
            cursor.execute(
                f"SELECT c.{column}, c.id, d.name FROM customers_customer c LEFT JOIN accounts_department d ON d.id = c.department_id "
                f"WHERE c.{column} = ANY(%s) AND c.{column} <> '' AND c.deleted_at IS NULL",
                [sorted(keys)],
            )
            known = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
        for draft in drafts:
            value = draft.values.get(column)
            if not value or not draft.changed(column):
                continue
            found = known.get(value)
            if found and found[0] != draft.id:
                draft.wrong(field_name, "duplicate", EXISTS, holder=found[1] or IN_POOL)
            elif seen.setdefault((column, str(value)), draft.id) != draft.id:
                draft.wrong(
                    field_name, "duplicate", T("与本批中的另一行重复。", "Another row of this batch is the same.")
                )


def after_customers(actor: Actor, drafts: list[Draft]) -> None:
    """The first line of each ownership log; what was put into a pool is told; the days left follow what was edited."""
    note_new(CUSTOMERS, actor, [d for d in drafts if d.old is None])
    refresh(CUSTOMERS, [d.id for d in drafts])


def customers_gone_or_back(actor: Actor, ids: list[UUID]) -> None:
    """Who comes back from the bin has his days counted as of today."""
    refresh(CUSTOMERS, ids)


def set_holders(actor: Actor, drafts: list[Draft]) -> None:
    """Give records that follow a customer its present holder (contacts, relations, follow-ups, opportunities)."""
    keys = {d.get("customer_id") for d in drafts if d.changed("customer_id") and d.get("customer_id")}
    if not keys:
        return
    # Locked so that a claim at the same moment and this insert see each other.
    rows = {
        row[0]: row[1:]
        for row in Customer.objects.filter(pk__in=keys)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("id", "owner_id", "department_id")
    }
    for draft in drafts:
        if draft.changed("customer_id"):
            draft.values["holder_id"], draft.values["holder_department_id"] = rows.get(
                draft.get("customer_id"), (None, None)
            )


def prepare_contacts(actor: Actor, drafts: list[Draft]) -> None:
    """Holder from the customer; nobody reports to himself."""
    set_holders(actor, drafts)
    for draft in drafts:
        if draft.values.get("reports_to_id") == draft.id and draft.changed("reports_to_id"):
            draft.wrong("reports_to", "self", T("上级不能是本人。", "Nobody reports to himself."))


def prepare_needs(actor: Actor, drafts: list[Draft]) -> None:
    """Holder from the customer (CUS-13)."""
    set_holders(actor, drafts)


def prepare_relations(actor: Actor, drafts: list[Draft]) -> None:
    """Holder from the customer; no customer is related to itself."""
    set_holders(actor, drafts)
    for draft in drafts:
        if draft.get("customer_id") is not None and draft.get("customer_id") == draft.get("related_id"):
            draft.wrong("related", "self", T("不能与自己建立关系。", "A customer is not related to itself."))
