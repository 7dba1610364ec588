"""Mentions (@) in long texts: who may be offered, and telling those who were named (PLT-3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from kemai.accounts.access import Actor, can, seers
from kemai.accounts.sessions import actors_of
from kemai.base.audit import emit
from kemai.kit.errors import NotFound
from kemai.kit.ids import parse_id
from kemai.kit.text.mentions import mentioned
from kemai.platform.events import PeopleMentioned
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.read import list_page
from kemai.platform.objects.select import Query
from kemai.platform.objects.types import LongText

OFFERED = 12


def offer_people(actor: Actor, declaration: ObjectType, key: UUID, q: str) -> list[dict[str, Any]]:
    """People found by ``q`` (name, sign-in name, pinyin), those who may see the record first, each with whether he may."""
    view = declaration.perm("view")
    if not actor.has(view) or not can(actor, view, declaration.ownership, table=declaration.table, key=key):
        raise NotFound
    users = get_object("users")
    actor.require(users.perm("view"))
    active = orjson.dumps({"field": "is_active", "op": "eq", "value": True}).decode()
    query = Query(fields=("name", "department"), filter=active, q=q.strip()[:60], sort="name", limit=OFFERED)
    rows, _ = list_page(actor, users, query)
    people = actors_of([UUID(row["id"]) for row in rows])
    seeing = seers(people, view, declaration.ownership, table=declaration.table, key=key)
    found = [
        {
            "id": row["id"],
            "label": row["name"],
            "sub": (row["department"] or {}).get("label") or "",
            "can_see": UUID(row["id"]) in seeing,
        }
        for row in rows
    ]
    return sorted(found, key=lambda person: not person["can_see"])


def note_mentions(declaration: ObjectType, drafts: list[Draft]) -> None:
    """Put an event out for every text of a saved draft that names people it did not name before; inside an open act."""
    for found in declaration.fields:
        if not isinstance(found.type, LongText) or not found.stored:
            continue
        for draft in drafts:
            before = set(mentioned(draft.old.get(found.stored))) if draft.old else set()
            fresh = [str(key) for key in mentioned(draft.values.get(found.stored)) if key not in before]
            if fresh:
                emit(PeopleMentioned(declaration.name, draft.id, found.name, fresh))


def names_in(payload: dict[str, Any]) -> list[UUID]:
    """The people an event of this kind names."""
    return [key for raw in payload["people"] if (key := parse_id(raw))]
