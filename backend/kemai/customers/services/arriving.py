"""New records of a pooled kind: with whom or where they begin, and the first line of their log (POOL-1, POOL-4)."""

from __future__ import annotations

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.base.audit import emit
from kemai.customers.events import CustomersPooled
from kemai.customers.models import OwnershipChange
from kemai.customers.pooled import PooledKind
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft
from kemai.platform.objects.store import insert_rows

USE_MOVE = T(
    "公海请用“退回公海”或“移到其他公海”修改，以便保留归属记录。",
    "Change the pool with Release or Move to another pool, so that the ownership log stays whole.",
)
OWNER_OR_POOL = T("负责人和公海只能填一个。", "Name an owner or a pool, not both.")
USE_ASSIGN = T(
    "负责人请用“分配”修改，以便保留归属记录。", "Change the owner with Assign, so that the ownership log stays whole."
)


def refuse_edits(drafts: list[Draft]) -> None:
    """Owner and pool are changed by commands, which log it."""
    for draft in drafts:
        if draft.old is not None and draft.changed("owner_id"):
            draft.wrong("owner", "use_assign", USE_ASSIGN)
        if draft.old is not None and draft.changed("pool_id"):
            draft.wrong("pool", "use_command", USE_MOVE)


def place_new(actor: Actor, drafts: list[Draft]) -> None:
    """Each with its owner and his department, or in the pool named; with neither it is the actor's."""
    for draft in drafts:
        pooled = draft.values.get("pool_id")
        if pooled and draft.values.get("owner_id"):
            draft.wrong("pool", "owner_or_pool", OWNER_OR_POOL)
        draft.values["pool_id"] = None if draft.values.get("owner_id") else pooled
        draft.values["owner_id"] = None if draft.values["pool_id"] else draft.values.get("owner_id") or actor.id
    owners = {d.values["owner_id"] for d in drafts}
    departments = {actor.id: actor.department_id}
    if owners != {actor.id}:
        departments = dict(User.objects.filter(pk__in=owners).values_list("id", "department_id"))
    for draft in drafts:
        draft.values["department_id"] = departments.get(draft.values["owner_id"])


def note_new(kind: PooledKind, actor: Actor, drafts: list[Draft]) -> None:
    """The first line of each ownership log; what was put into a pool is told to what waits for arrivals."""
    insert_rows(
        OwnershipChange,
        [
            {
                "object": kind.object,
                "record_id": d.id,
                "kind": "create",
                "to_user_id": d.values["owner_id"],
                "pool_id": d.values["pool_id"],
                "by_id": actor.id,
            }
            for d in drafts
        ],
        last=True,
    )
    for pool in {d.values["pool_id"] for d in drafts} - {None}:
        ids = [str(d.id) for d in drafts if d.values["pool_id"] == pool]
        emit(CustomersPooled(kind.object, None, ids, str(pool)))
