"""Following a record (关注): whoever follows hears of what others do to it, as far as he may see it (PLT-3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, can
from kemai.kit.errors import Invalid, NotFound
from kemai.kit.words import T
from kemai.platform.models import Follow
from kemai.platform.objects.declare import ObjectType

MAX_FOLLOWED = 1000


def follow(actor: Actor, declaration: ObjectType, key: UUID) -> dict[str, Any]:
    """Begin to follow a record one may see; again changes nothing."""
    view = declaration.perm("view")
    if not declaration.followable:
        raise NotFound
    if not actor.has(view) or not can(actor, view, declaration.ownership, table=declaration.table, key=key):
        raise NotFound
    if Follow.objects.filter(user_id=actor.id).count() >= MAX_FOLLOWED:
        raise Invalid.one(
            "follow",
            "too_many",
            T("最多关注 {limit} 条记录。", "At most {limit} records can be followed."),
            limit=MAX_FOLLOWED,
        )
    Follow.objects.get_or_create(user_id=actor.id, object=declaration.name, record_id=key)
    return {"id": key, "following": True}


def unfollow(actor: Actor, declaration: ObjectType, key: UUID) -> dict[str, Any]:
    """Follow no more; also what one cannot see any more, without learning whether it is there."""
    Follow.objects.filter(user_id=actor.id, object=declaration.name, record_id=key).delete()
    return {"id": key, "following": False}
