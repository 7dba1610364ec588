"""Leads: arriving, being worked on, qualified or not (SAL-1). Who holds one is in :mod:`lead_holding`, conversion in :mod:`conversion`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.activities.services.anchors import Anchor, Holder, anchor_to
from kemai.base.audit import act
from kemai.base.numbering import take_numbers
from kemai.customers.services.arriving import note_new, place_new, refuse_edits
from kemai.customers.services.recycle_rules import refresh
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import lock_row, update_rows
from kemai.sales.models import Lead
from kemai.sales.services.clock import response_due
from kemai.sales.services.lead_holding import LEADS, refuse_in_state
from kemai.sales.services.scoring import rescore

CONVERTED = T(
    "线索已经转化，请在客户和商机上修改。", "The lead is converted; edit the customer and the opportunity instead."
)


def prepare_leads(actor: Actor, drafts: list[Draft]) -> None:
    """Owner and number of new leads; a converted one stays as it was."""
    created = [d for d in drafts if d.old is None]
    refuse_edits(drafts)
    for draft in drafts:
        if draft.old is not None and draft.old["status"] == "converted":
            for column in (c for c in draft.values if draft.changed(c)):
                found = get_object("leads").by_column.get(column)
                draft.wrong(found.name if found else column, "converted", CONVERTED)
    if created:
        _receive(actor, created)


def after_leads(actor: Actor, drafts: list[Draft]) -> None:
    """The log of new ones begins; score and days before recycling follow what was written."""
    note_new(LEADS, actor, [d for d in drafts if d.old is None])
    rescore(d.id for d in drafts)
    refresh(LEADS, [d.id for d in drafts])


def leads_gone_or_back(actor: Actor, ids: list[UUID]) -> None:
    """What comes back from the bin has its days counted as of today."""
    refresh(LEADS, ids)


def _receive(actor: Actor, drafts: list[Draft]) -> None:
    place_new(actor, drafts)
    due = response_due()
    for draft, number in zip(drafts, take_numbers("sales_lead_number", "XS-", len(drafts)), strict=True):
        draft.values |= {"number": number, "status": "new", "status_since": now()}
        if draft.values["owner_id"]:
            draft.values |= {"claimed_at": now(), "respond_by": due}


def _set_status(actor: Actor, lead_id: UUID, verb: str, changes: dict[str, Any], reason: str = "") -> UUID:
    declaration = get_object("leads")
    with act(actor, verb, object="leads", record_id=lead_id, reason=reason):
        row = lock_row(actor, declaration, lead_id, declaration.perm("edit"))
        refuse_in_state(verb, row)
        before = {c: row[c] for c in changes} | {"status_since": row["status_since"].isoformat()}
        update_rows(declaration, actor.id, [Draft(lead_id, row, {**changes, "status_since": now()})])
        refresh(LEADS, [lead_id])
        payload = {"id": str(lead_id), "version": row["version"] + 1, "before": before}
        return offer_undo(actor, "leads.status", payload, label=row["name"])


def qualify_lead(actor: Actor, lead_id: UUID, *, note: str = "") -> UUID:
    """Worth selling to: the next step is the conversion."""
    return _set_status(actor, lead_id, "qualify", {"status": "qualified", "status_note": note}, note)


def disqualify_lead(actor: Actor, lead_id: UUID, *, reason: str, note: str = "") -> UUID:
    """Not worth it, with the reason."""
    changes = {"status": "unqualified", "unqualified_reason": reason, "status_note": note}
    return _set_status(actor, lead_id, "disqualify", changes, note)


def reopen_lead(actor: Actor, lead_id: UUID) -> UUID:
    """Take an unqualified lead up again."""
    return _set_status(actor, lead_id, "reopen", {"status": "working", "unqualified_reason": "", "status_note": ""})


@undo_kind("leads.status")
def undo_status(actor: Actor, payload: dict[str, Any]) -> None:
    """Back to the state before, when nobody touched the lead since."""
    declaration = get_object("leads")
    row = lock_row(actor, declaration, UUID(payload["id"]), declaration.perm("edit"))
    if row["version"] != payload["version"]:
        raise ChangedSince(label=row["name"])
    update_rows(declaration, actor.id, [Draft(row["id"], row, dict(payload["before"]))])
    refresh(LEADS, [row["id"]])


# ---------------------------------------------------------------- follow-ups


def _holders(keys: list[UUID]) -> dict[UUID, Holder]:
    rows = Lead.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    return {row[0]: (row[1], row[2]) for row in rows.values_list("id", "owner_id", "department_id")}


_NOTE = """
UPDATE sales_lead l SET last_activity_at = f.last_at, next_contact_at = f.next_at,
    responded_at = CASE WHEN f.first_at IS NULL THEN NULL ELSE COALESCE(l.responded_at, GREATEST(f.first_at, l.created_at)) END,
    status = CASE WHEN l.status = 'new' AND f.first_at IS NOT NULL THEN 'working' ELSE l.status END,
    status_since = CASE WHEN l.status = 'new' AND f.first_at IS NOT NULL THEN %(now)s ELSE l.status_since END
FROM (
    SELECT k.id, max(i.occurred_at) AS last_at, min(i.occurred_at) AS first_at,
        (SELECT n.next_contact_at FROM activities_interaction n WHERE n.lead_id = k.id AND n.deleted_at IS NULL
         ORDER BY n.occurred_at DESC, n.id DESC LIMIT 1) AS next_at
    FROM unnest(%(keys)s::uuid[]) k (id) LEFT JOIN activities_interaction i ON i.lead_id = k.id AND i.deleted_at IS NULL
    GROUP BY k.id
) f WHERE l.id = f.id
"""


def note_activity(actor: Actor, keys: list[UUID]) -> None:
    """Follow-ups of these leads were written, changed or deleted: the first one answers the clock and begins the work."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"keys": keys, "now": now()})
    rescore(keys)
    refresh(LEADS, keys)


anchor_to(Anchor("lead_id", _holders, note_activity))
