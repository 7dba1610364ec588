"""What a delivery says: the record as it is now, as the endpoint's owner may see it now.

Made anew for each try, so that what waited for hours is not stale and a right withdrawn meanwhile is withdrawn (S-6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from kemai.accounts.access import Actor, branches
from kemai.integrations.catalogue import PAYLOAD_VERSION
from kemai.integrations.models import WebhookDelivery
from kemai.kit.errors import Malformed, NotFound
from kemai.kit.http import dumps
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.filters import compile_filter
from kemai.platform.objects.read import day_params, get_detail
from kemai.platform.objects.secrecy import readable_fields

#: What a detail says to the person who looks, not about the record.
_OF_THE_READER = ("can", "following")


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a delivery is not sent at all."""

    reason: str


def make_body(actor: Actor, delivery: WebhookDelivery, filter_tree: Any) -> bytes | Skipped:
    """The bytes to send, or why nothing is sent."""
    frame: dict[str, Any] = {
        "id": str(delivery.id),
        "type": delivery.event,
        "version": PAYLOAD_VERSION,
        "occurred_at": delivery.occurred_at,
        "actor_id": delivery.actor_id,
        "object": delivery.object,
        "record_id": delivery.record_id,
        "fields": [],
        "deleted": False,
        "data": None,
    }
    if delivery.test:
        return dumps(frame)
    try:
        declaration = get_object(delivery.object)
        known = {f.name for f in readable_fields(actor, declaration)}
        frame["fields"] = [name for name in delivery.fields if name in known]
        if delivery.fields and not frame["fields"]:
            return Skipped("nothing_visible")
        frame["deleted"] = _is_deleted(actor, declaration, delivery, filter_tree)
        if not frame["deleted"]:
            detail = get_detail(actor, declaration, delivery.record_id)  # type: ignore[arg-type]
            frame["data"] = {name: value for name, value in detail.items() if name not in _OF_THE_READER}
    except NotFound:
        return Skipped("out_of_sight")
    except Malformed:
        return Skipped("filter")
    return dumps(frame)


def _is_deleted(actor: Actor, declaration: ObjectType, delivery: WebhookDelivery, tree: Any) -> bool:
    """Whether the record is in the bin; :class:`NotFound` when the owner may not see it or the filter does not hold."""
    code = declaration.perm("view")
    if not actor.has(code):
        raise NotFound
    scope, condition = branches(actor, code, declaration.ownership), compile_filter(actor, declaration, tree)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.deleted_at IS NOT NULL, {condition.sql or 'TRUE'} FROM {declaration.table} t "
            f"WHERE t.id = %(key)s AND {scope.sql}",
            {**scope.params, **condition.params, **day_params(actor), "key": delivery.record_id},
        )
        row = cursor.fetchone()
    if row is None or not row[1]:
        raise NotFound
    return bool(row[0])
