"""Who a record of the follow-up day belongs to: the customer's holder beside the person who does it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.customers.services.records import set_holders
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft

NOT_IN_CHARGE = T("只能安排给自己或所辖人员。", "It is yours, or somebody's in your charge.")


def set_people(actor: Actor, drafts: list[Draft], permission: str, refusal: T = NOT_IN_CHARGE) -> None:
    """The customer's holder, the person it falls to (the writer by default) and his department.

    Somebody else only within the reach of one's right to create.
    """
    set_holders(actor, drafts)
    owners = {d.get("owner_id") or actor.id for d in drafts}
    departments = dict(User.objects.filter(pk__in=owners).values_list("id", "department_id"))
    for draft in drafts:
        if draft.old is None:
            draft.values["owner_id"] = draft.values.get("owner_id") or actor.id
        if draft.changed("owner_id"):
            draft.values["department_id"] = departments.get(draft.get("owner_id"))
            if not may_name(actor, draft.get("owner_id"), departments, permission):
                draft.wrong("owner", "not_yours_to_name", refusal)


def may_name(actor: Actor, owner: UUID, departments: Mapping[UUID, UUID | None], permission: str) -> bool:
    """Oneself, or people within the reach of one's right to create."""
    reach = actor.reach(permission)
    return owner == actor.id or (
        reach is not None and (reach.everything or departments.get(owner) in reach.departments)
    )
