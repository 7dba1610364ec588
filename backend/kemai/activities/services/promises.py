"""Promises made to customers, kept or broken (ACT-10); planned contacts of key accounts, done or dropped (ACT-12)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.activities import errors
from kemai.activities.services.owned import set_people
from kemai.base.audit import act
from kemai.kit.clock import today
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import lock_row, update_rows

OTHER_CUSTOMER = T("联系人不属于该客户。", "The contact belongs to another customer.")


def prepare_promises(actor: Actor, drafts: list[Draft]) -> None:
    """Who promised; a promise settled keeps its words and its day, or its measure would mean nothing."""
    set_people(actor, drafts, "activities.promise.create")
    for draft in drafts:
        if draft.old is not None and draft.old["status"] != "open":
            for column, name in (("content", "content"), ("due_on", "due_on"), ("customer_id", "customer")):
                if draft.changed(column):
                    draft.wrong(name, "settled", T("已了结的承诺不能修改。", "A settled promise stays as it was."))


def prepare_planned(actor: Actor, drafts: list[Draft]) -> None:
    """Whose visit it is; what is done keeps its day."""
    set_people(actor, drafts, "activities.plan.create")
    for draft in drafts:
        if draft.old is not None and draft.old["status"] == "done" and draft.changed("planned_on"):
            draft.wrong("planned_on", "settled", T("已完成的活动不能改期。", "What is done keeps its day."))


def keep_promise(actor: Actor, promise_id: UUID, *, on: date | None = None) -> UUID:
    """It was kept, today unless a day is named."""
    return _settle(actor, "promises", promise_id, "keep", {"status": "kept", "settled_on": on or _today(actor)})


def break_promise(actor: Actor, promise_id: UUID, *, reason: str = "") -> UUID:
    """It was not kept; why goes into the history."""
    return _settle(
        actor, "promises", promise_id, "break", {"status": "broken", "settled_on": _today(actor)}, reason=reason
    )


def do_planned(actor: Actor, planned_id: UUID, *, result: str = "", on: date | None = None) -> UUID:
    """The planned contact took place."""
    return _settle(
        actor,
        "planned-contacts",
        planned_id,
        "do",
        {"status": "done", "done_on": on or _today(actor), **({"result": result} if result else {})},
    )


def drop_planned(actor: Actor, planned_id: UUID, *, reason: str = "") -> UUID:
    """It will not take place."""
    return _settle(actor, "planned-contacts", planned_id, "drop", {"status": "dropped"}, reason=reason)


def _today(actor: Actor) -> date:
    return today(actor.time_zone)


#: kind of record → (status before it is settled, words of the refusal, the column with the day it was settled)
_OPEN: dict[str, tuple[str, type[errors.Settled], str]] = {
    "promises": ("open", errors.Settled, "settled_on"),
    "planned-contacts": ("planned", errors.Settled, "done_on"),
}


def _settle(actor: Actor, name: str, key: UUID, action: str, values: dict[str, Any], *, reason: str = "") -> UUID:
    declaration = get_object(name)
    before, refusal, _ = _OPEN[name]
    with act(actor, action, object=name, record_id=key, reason=reason):
        row = lock_row(actor, declaration, key, declaration.perm("edit"))
        if row["status"] != before:
            raise refusal
        update_rows(declaration, actor.id, [Draft(key, row, values)])
        payload = {"object": name, "id": str(key), "version": row["version"] + 1}
        return offer_undo(
            actor, "activities.settled", payload, label=row[declaration.by_name[declaration.title].stored]
        )


@undo_kind("activities.settled")
def unsettle(actor: Actor, payload: dict[str, Any]) -> None:
    """Open again, when nobody touched it meanwhile."""
    declaration, key = get_object(str(payload["object"])), UUID(str(payload["id"]))
    before, _, day = _OPEN[declaration.name]
    row = lock_row(actor, declaration, key, declaration.perm("edit"))
    if row["version"] != payload["version"]:
        raise ChangedSince(label=row[declaration.by_name[declaration.title].stored])
    update_rows(declaration, actor.id, [Draft(key, row, {"status": before, day: None})])
