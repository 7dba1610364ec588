"""Leads: arriving, being worked on, qualified or not (SAL-1). Who holds one is in :mod:`lead_holding`, conversion in :mod:`conversion`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.activities.services.anchors import Anchor, Holder, anchor_to
from kemai.base.audit import act
from kemai.base.numbering import take_numbers
from kemai.kit.calendar import WorkingHours
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import lock_row, update_rows
from kemai.platform.workdays import work_calendar
from kemai.sales import errors
from kemai.sales.models import Lead
from kemai.sales.rules.leads import RESPONSE_HOURS, refusal_of
from kemai.sales.services.scoring import rescore

CONVERTED = T(
    "线索已经转化，请在客户和商机上修改。", "The lead is converted; edit the customer and the opportunity instead."
)


def prepare_leads(actor: Actor, drafts: list[Draft]) -> None:
    """Owner and number of new leads; a converted one stays as it was."""
    created = [d for d in drafts if d.old is None]
    for draft in drafts:
        if draft.old is None:
            continue
        if draft.changed("owner_id"):
            draft.wrong("owner", "use_assign", T("负责人请用“分配”修改。", "Change the owner with Assign."))
        if draft.changed("pool_id"):
            draft.wrong("pool", "use_release", T("公海请用“退回公海”修改。", "Change the pool with Release."))
        if draft.old["status"] == "converted":
            for column in (c for c in draft.values if draft.changed(c)):
                found = get_object("leads").by_column.get(column)
                draft.wrong(found.name if found else column, "converted", CONVERTED)
    if created:
        _receive(actor, created)


def after_leads(actor: Actor, drafts: list[Draft]) -> None:
    """The score follows what was written."""
    rescore(d.id for d in drafts)


def _receive(actor: Actor, drafts: list[Draft]) -> None:
    owners = {d.values.get("owner_id") or actor.id for d in drafts if not d.values.get("pool_id")}
    departments = dict(User.objects.filter(pk__in=owners).values_list("id", "department_id"))
    due = response_due()
    for draft, number in zip(drafts, take_numbers("sales_lead_number", "XS-", len(drafts)), strict=True):
        draft.values |= {"number": number, "status": "new", "status_since": now()}
        if draft.values.get("pool_id"):
            draft.values |= {"owner_id": None, "department_id": None}
            continue
        owner = draft.values.get("owner_id") or actor.id
        draft.values |= {
            "owner_id": owner,
            "department_id": departments.get(owner),
            "owned_since": now(),
            "respond_by": due,
        }


def response_due() -> datetime | None:
    """By when a lead that somebody gets now wants its first follow-up; None when no clock runs."""
    hours = RESPONSE_HOURS.value()
    return working_hours().add(now(), timedelta(hours=hours)) if hours else None


def working_hours() -> WorkingHours:
    """The company's open hours: working days, nine to six in Shanghai."""
    return WorkingHours(work_calendar(), ZoneInfo("Asia/Shanghai"))


def _set_status(actor: Actor, lead_id: UUID, verb: str, changes: dict[str, Any], reason: str = "") -> UUID:
    declaration = get_object("leads")
    with act(actor, verb, object="leads", record_id=lead_id, reason=reason):
        row = lock_row(actor, declaration, lead_id, declaration.perm("edit"))
        refuse_in_state(verb, row)
        before = {c: row[c] for c in changes} | {"status_since": row["status_since"].isoformat()}
        update_rows(declaration, actor.id, [Draft(lead_id, row, {**changes, "status_since": now()})])
        payload = {"id": str(lead_id), "version": row["version"] + 1, "before": before}
        return offer_undo(actor, "leads.status", payload, label=row["name"])


def refuse_in_state(verb: str, row: dict[str, Any]) -> None:
    """:class:`LeadState` unless the rule lets ``verb`` start from where the lead is."""
    why = refusal_of(verb, row["status"])
    if why:
        raise errors.LeadState(why=why)


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


anchor_to(Anchor("lead_id", _holders, note_activity))
