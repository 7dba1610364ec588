"""A lead becomes a customer, a contact and an opportunity in one step, and comes back when that was wrong (SAL-1).

Whoever converts needs the rights to make what is made. Two people at once: the lead is locked, the second finds it converted.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from kemai.accounts.access import Actor, can
from kemai.accounts.models import User
from kemai.activities.services.interactions import recount_customers
from kemai.base import audit, rates
from kemai.base.audit import act, emit
from kemai.customers.models import Contact
from kemai.customers.services.following import hold_children
from kemai.customers.services.records import STRANGE
from kemai.customers.services.recycle_rules import refresh
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, Invalid, NotFound
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.doubles.check import possible_doubles
from kemai.platform.merging.references import places_of
from kemai.platform.objects import write
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.dictionaries import dictionary_items
from kemai.platform.objects.secrecy import access_of
from kemai.platform.objects.shares import own_line
from kemai.platform.objects.store import packed
from kemai.platform.objects.undo import offer_undo, undo_kind
from kemai.sales import errors
from kemai.sales.events import LeadConverted, LeadUnconverted
from kemai.sales.models import Lead
from kemai.sales.services.lead_holding import LEADS, refuse_in_state

#: What a lead says of the new records → their fields. What is empty on the lead is left out.
TO_CUSTOMER = {
    "name": "name",
    "kind": "kind",
    "industry": "industry",
    "region": "region",
    "address": "address",
    "website": "website",
    "source": "source",
}
TO_CONTACT = {"person": "name", "title": "title", "phone": "phone", "email": "email", "wechat": "wechat"}
TO_OPPORTUNITY = {"budget": "amount", "wanted_on": "expected_close_on", "need": "need", "source": "source"}
TO_NEED = {"budget": "budget", "wanted_on": "wanted_on"}


def convert_lead(
    actor: Actor,
    lead_id: UUID,
    *,
    customer: UUID | None = None,
    contact: UUID | None = None,
    opportunity: bool = True,
    opportunity_name: str = "",
    pipeline: UUID | None = None,
    amount: Any = None,
    expected_close_on: Any = None,
) -> UUID:
    """Convert: to a new customer or the one named, with a contact where the lead names a person, and an opportunity, or where that is
    declined what the lead wants as a need of the customer.

    :class:`~kemai.kit.errors.Duplicate` where the customer exists already and none was named.
    """
    with act(actor, "convert", object="leads", record_id=lead_id):
        row = _lock(actor, lead_id)
        _refuse(row)
        made: dict[str, str] = {}
        customer_id = customer or _make(actor, row, made, "customers", _customer_values(row))
        contact_id = contact or _contact(actor, row, made, customer_id)
        if contact and not Contact.objects.filter(pk=contact, customer_id=customer_id).exists():
            raise Invalid.one(
                "contact",
                "other_customer",
                STRANGE,
            )
        opportunity_id = None
        if opportunity:
            values = _values(row, TO_OPPORTUNITY) | {
                "name": opportunity_name or row["name"],
                "customer": customer_id,
                "contact": contact_id,
                "owner": row["owner_id"],
            }
            asked = {"pipeline": pipeline, "amount": amount, "expected_close_on": expected_close_on}
            values |= {name: value for name, value in asked.items() if value is not None}
            opportunity_id = _make(actor, row, made, "opportunities", values)
        else:
            _note_need(actor, row, made, customer_id, contact_id)
        moved = _move_along(row["id"], customer_id, opportunity_id)
        _close(actor, row, made, moved, customer_id, contact_id, opportunity_id)
        emit(
            LeadConverted(
                "leads",
                lead_id,
                str(customer_id),
                str(contact_id) if contact_id else None,
                str(opportunity_id) if opportunity_id else None,
            )
        )
        return offer_undo(actor, "leads.convert", {"id": str(lead_id)}, label=row["name"])


def find_matches(actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """Customers and contacts that may be who the lead is, as the duplicate rules say; of those one may not see only where they are
    kept. Asking is throttled like every duplicate check (CUS-9)."""
    declaration = get_object("leads")
    view = declaration.perm("view")
    actor.require(view)
    if not can(actor, view, declaration.ownership, table=declaration.table, key=lead_id):
        raise NotFound
    rates.take(f"check:{actor.id}", limit=120, seconds=60)
    columns = [c for c in declaration.column_types if c not in ("search_terms", "private_terms", "search_text")]
    row = Lead.objects.filter(pk=lead_id).values(*(c for c in columns)).get()
    found: dict[str, Any] = {}
    withheld = False
    person = row["person"] or (row["name"] if row["kind"] == "person" else "")
    asked = {
        "customers": _values(row, {"name": "name", "kind": "kind", "phone": "phone", "email": "email"}),
        "contacts": {"name": person, **_values(row, {"phone": "phone", "email": "email"})},
    }
    if row["pool_id"] and not actor.has(
        declaration.perm("reveal_pool")
    ):  # what is withheld here is not asked with there
        asked = {name: {k: v for k, v in values.items() if k in ("name", "kind")} for name, values in asked.items()}
    for name, values in asked.items():
        target = get_object(name)
        given = {k: _json(v) for k, v in values.items() if v}
        if not actor.has(target.perm("view")) or not given:
            found[name] = []
            continue
        draft = Draft(new_id(), None, {target.by_name[k].stored: v for k, v in values.items() if v})
        found[name], hidden = possible_doubles(actor, target, draft, set(given))
        withheld = withheld or hidden
    if withheld:
        audit.record(actor, "duplicate.refused", object="leads", record_id=lead_id)
        rates.take(f"duplicates:{actor.id}", limit=60, seconds=3600)
    return found


def _lock(actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """The lead under lock. Converting takes one's own reach: through a share one helps, and does not decide what becomes of it."""
    declaration = get_object("leads")
    code = declaration.perm("convert")
    row = write.lock_row(actor, declaration, lead_id, code)
    if not can(actor, code, own_line(declaration), table=declaration.table, key=lead_id):
        raise Forbidden
    return row


def _refuse(row: dict[str, Any]) -> None:
    if row["status"] == "converted":
        by = _stored(row["conversion"]).get("by")
        name = User.objects.filter(pk=by).values_list("name", flat=True).first() if by else None
        raise errors.LeadConverted(name=name or T("他人", "somebody else"))
    if row["pool_id"]:
        raise errors.LeadPooled
    refuse_in_state("convert", row)


# ---------------------------------------------------------------- what is made


def _values(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    by_name = get_object("leads").by_name
    found = {target: row[by_name[source].stored] for source, target in names.items()}
    return {name: value for name, value in found.items() if value not in (None, "")}


def _customer_values(row: dict[str, Any]) -> dict[str, Any]:
    values = _values(row, TO_CUSTOMER) | {"owner": row["owner_id"]}
    if row["kind"] == "person" or not row["person"]:  # nobody else to keep it with
        values |= _values(row, {"phone": "phone", "email": "email"})
    return values


def _contact(actor: Actor, row: dict[str, Any], made: dict[str, str], customer_id: UUID) -> UUID | None:
    if not row["person"]:
        return None
    values = _values(row, TO_CONTACT) | {"customer": customer_id}
    if not Contact.objects.filter(customer_id=customer_id, deleted_at__isnull=True).exists():
        values["is_primary"] = True
    return _make(actor, row, made, "contacts", values)


def _note_need(
    actor: Actor, row: dict[str, Any], made: dict[str, str], customer_id: UUID, contact_id: UUID | None
) -> None:
    """What the lead wants stays known without an opportunity (CUS-13): its first line names the need, all of it stands with the pain."""
    words = str(row["need"]).strip()
    if not words or not actor.has(get_object("needs").perm("create")):
        return
    title = words.split("\n", 1)[0][:200]
    values = _values(row, TO_NEED) | {"title": title, "customer": customer_id, "contact": contact_id}
    if title != words:
        values["pain"] = words
    _make(actor, row, made, "needs", {name: value for name, value in values.items() if value is not None})


def _make(actor: Actor, row: dict[str, Any], made: dict[str, str], name: str, values: dict[str, Any]) -> UUID:
    """Create a record from what the lead says. A value the person may not write in the new record is left out, not a reason to fail."""
    declaration = get_object(name)
    wanted = {k: _json(v) for k, v in {**_custom_values(row, declaration), **values}.items()}
    allowed = {k: v for k, v in wanted.items() if _writable(actor, declaration, k)}
    key = write.create_record(actor, declaration, allowed)
    made[name] = str(key)
    return key


def _writable(actor: Actor, declaration: ObjectType, name: str) -> bool:
    found = declaration.by_name[name]
    return found.required or access_of(actor, declaration, found) == "editable"


def _custom_values(row: dict[str, Any], target: ObjectType) -> dict[str, Any]:
    """Custom fields of the lead whose key and type the target has too."""
    found = {}
    for source in get_object("leads").custom_fields:
        other = target.by_name.get(source.name)
        value = row.get(source.stored)
        if other is None or not other.writable or other.type.name != source.type.name or value in (None, "", [], ()):
            continue
        if known := other.choice_map():
            kept = [v for v in (value if isinstance(value, list) else [value]) if v in known]
            if not kept:
                continue
            value = kept if isinstance(value, list) else kept[0]
        found[other.name] = value
    return found


def _json(value: Any) -> Any:
    """A value as read from the database, as a request would carry it."""
    if isinstance(value, (bool, int, float, list, dict)) or value is None:
        return value
    return packed({"custom.v": value})["custom"]["v"]


# ---------------------------------------------------------------- what goes along


def _move_along(lead_id: UUID, customer_id: UUID, opportunity_id: UUID | None) -> dict[str, list[str]]:
    """Follow-ups and open matters of the lead are the customer's from now on; returns what moved, to take it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE activities_interaction SET customer_id = %s, opportunity_id = COALESCE(opportunity_id, %s) "
            "WHERE lead_id = %s AND customer_id IS NULL AND deleted_at IS NULL RETURNING id",
            [customer_id, opportunity_id, lead_id],
        )
        interactions = [str(r[0]) for r in cursor.fetchall()]
        target = ("opportunities", opportunity_id) if opportunity_id else ("customers", customer_id)
        cursor.execute(
            "UPDATE activities_task SET related_object = %s, related_id = %s WHERE related_object = 'leads' AND related_id = %s "
            "AND deleted_at IS NULL RETURNING id",
            [*target, lead_id],
        )
        tasks = [str(r[0]) for r in cursor.fetchall()]
    hold_children([customer_id])
    recount_customers([customer_id])
    return {"interactions": interactions, "tasks": tasks}


def _close(
    actor: Actor,
    row: dict[str, Any],
    made: dict[str, str],
    moved: dict[str, list[str]],
    customer_id: UUID,
    contact_id: UUID | None,
    opportunity_id: UUID | None,
) -> None:
    before = {"status": row["status"], "status_since": row["status_since"].isoformat()}
    conversion = {"made": made, "moved": moved, "before": before, "by": str(actor.id), "customer": str(customer_id)}
    changes = {
        "status": "converted",
        "status_since": now(),
        "converted_at": now(),
        "customer_id": customer_id,
        "contact_id": contact_id,
        "opportunity_id": opportunity_id,
        "conversion": conversion,
    }
    write.update_rows(get_object("leads"), actor.id, [Draft(row["id"], row, changes)])
    refresh(LEADS, [row["id"]])


# ---------------------------------------------------------------- and back


def unconvert_lead(actor: Actor, lead_id: UUID, *, reason: str, note: str = "") -> None:
    """Take a conversion back, with the reason; refused once what it made has been used (:class:`ConversionUsed`)."""
    words = next((item.label.to() for item in dictionary_items("unconvert_reason") if item.value == reason), reason)
    with act(actor, "unconvert", object="leads", record_id=lead_id, reason="：".join(w for w in (words, note) if w)):
        _revert(actor, lead_id)


@undo_kind("leads.convert")
def undo_convert(actor: Actor, payload: dict[str, Any]) -> None:
    """The same at once, without giving a reason."""
    _revert(actor, UUID(payload["id"]))


def _revert(actor: Actor, lead_id: UUID) -> None:
    declaration = get_object("leads")
    actor.require(declaration.perm("convert"))
    row = _lock(actor, lead_id)
    refuse_in_state("unconvert", row)
    conversion = _stored(row["conversion"])
    made = {name: UUID(key) for name, key in conversion["made"].items()}
    for name, key in made.items():
        write.lock_row(actor, get_object(name), key, get_object(name).perm("edit"))
    _refuse_used(made, conversion["moved"])
    _move_back(lead_id, row, conversion)
    deletion = new_id()
    for name in ("needs", "opportunities", "contacts", "customers"):
        if name in made:
            write.bin_rows(actor, get_object(name), [made[name]], deletion)
    customer = UUID(conversion["customer"])
    hold_children([customer])
    recount_customers([customer])
    before = conversion["before"]
    changes = {
        "status": before["status"],
        "status_since": before["status_since"],
        "converted_at": None,
        "customer_id": None,
        "contact_id": None,
        "opportunity_id": None,
        "conversion": {},
    }
    write.update_rows(declaration, actor.id, [Draft(lead_id, row, changes)])
    refresh(LEADS, [lead_id])
    emit(LeadUnconverted("leads", lead_id, str(customer)))


def _stored(raw: Any) -> dict[str, Any]:
    """A JSON column as a raw cursor gives it."""
    return raw if isinstance(raw, dict) else orjson.loads(raw or "{}")


def _move_back(lead_id: UUID, row: dict[str, Any], conversion: dict[str, Any]) -> None:
    moved = conversion["moved"]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE activities_interaction SET customer_id = NULL, contact_id = NULL, opportunity_id = NULL, holder_id = %s, "
            "holder_department_id = %s WHERE id = ANY(%s::uuid[]) AND lead_id = %s",
            [row["owner_id"], row["department_id"], moved["interactions"], lead_id],
        )
        cursor.execute(
            "UPDATE activities_task SET related_object = 'leads', related_id = %s WHERE id = ANY(%s::uuid[])",
            [lead_id, moved["tasks"]],
        )


#: Declared kinds whose rows say nothing of a record having been used.
_OWN_TABLES = ("sales_lead",)


def _refuse_used(made: dict[str, UUID], moved: dict[str, list[str]]) -> None:
    """:class:`ConversionUsed` when a record the conversion made was edited, or something else points to it now."""
    own = [*made.values(), *(UUID(key) for keys in moved.values() for key in keys)]
    for name, key in made.items():
        declaration = get_object(name)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT version FROM {declaration.table} WHERE id = %s", [key])
            used = cursor.fetchone()[0] > 1
            for place in places_of(declaration):
                if used:
                    break
                if place.source is None or place.table in _OWN_TABLES:
                    continue
                cursor.execute(
                    f"SELECT 1 FROM {place.table} x WHERE {place.points_to('key', 'x')} AND x.deleted_at IS NULL AND x.id <> ALL(%(own)s) LIMIT 1",
                    {"key": key, "own": own},
                )
                used = cursor.fetchone() is not None
        if used:
            raise errors.ConversionUsed(what=declaration.label)
