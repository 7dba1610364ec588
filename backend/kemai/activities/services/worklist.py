"""Putting a line of the worklist off, or leaving it out for today with a reason (ACT-3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.activities import errors
from kemai.activities.models import WorklistPause
from kemai.activities.worklist import line_kinds
from kemai.base.audit import act
from kemai.kit.clock import now, today
from kemai.kit.errors import Invalid, NotFound
from kemai.kit.words import T
from kemai.platform.merging.references import also_points
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.undo import offer_undo, undo_kind
from kemai.platform.objects.write import lock_row

FARTHEST = 366
also_points("activities_worklistpause", "record_id", unique=("user_id",))


def pause_line(actor: Actor, about: str, record_id: UUID, *, until: date | None, reason: str) -> UUID:
    """Be silent about a customer or lead of one's own until a day: postponed; without a day until tomorrow: skipped, which needs a reason.

    ``about``: the kind of record. Whatever speaks for it speaks again from that day on. Returns the undo token.
    """
    day = today(actor.time_zone)
    reason = reason.strip()[:300]
    if until is None and not reason:
        raise Invalid.one("reason", "required", T("请说明为什么今天不联系。", "Say why not today."))
    if until is not None and not day < until <= day + timedelta(days=FARTHEST):
        raise Invalid.one(
            "until", "range", T("请选明天到一年内的日期。", "Choose a day from tomorrow to a year ahead.")
        )
    if about not in line_kinds():
        raise NotFound
    declaration = get_object(about)
    with act(actor, "skip" if until is None else "postpone", object=about, record_id=record_id, reason=reason):
        row = lock_row(actor, declaration, record_id, declaration.perm("view"))
        if row["owner_id"] != actor.id:
            raise errors.NotYours
        before = WorklistPause.objects.filter(user_id=actor.id, record_id=record_id).first()
        payload: dict[str, Any] = {"record": str(record_id), "before": _kept(before)}
        values = {
            "kind": "skip" if until is None else "postpone",
            "until_on": until or day + timedelta(days=1),
            "reason": reason,
            "at": now(),
        }
        WorklistPause.objects.update_or_create(user_id=actor.id, record_id=record_id, defaults=values)
        return offer_undo(actor, "activities.pause", payload, label=row["name"])


def _kept(pause: WorklistPause | None) -> dict[str, Any] | None:
    if pause is None:
        return None
    return {"kind": pause.kind, "until_on": pause.until_on.isoformat(), "reason": pause.reason}


@undo_kind("activities.pause")
def unpause(actor: Actor, payload: dict[str, Any]) -> None:
    """As it was before."""
    rows = WorklistPause.objects.filter(user_id=actor.id, record_id=payload["record"])
    if payload["before"]:
        rows.update(**payload["before"])
    else:
        rows.delete()
