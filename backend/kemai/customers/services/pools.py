"""Pools and whom they are open to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.accounts.grantees import grantee_exists, grantee_names
from kemai.base.audit import act
from kemai.customers.models import Pool, PoolMember
from kemai.kit.errors import Invalid, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.write import lock_row


def list_pool_members(actor: Actor, pool_id: UUID) -> list[dict[str, Any]]:
    """Whom a pool is open to, with names."""
    actor.require("customers.pool.view")
    if not Pool.objects.filter(pk=pool_id, deleted_at__isnull=True).exists():
        raise NotFound
    rows = list(PoolMember.objects.filter(pool_id=pool_id))
    names = grantee_names((r.member_kind, r.member_id) for r in rows)
    return [
        {"member_kind": r.member_kind, "member": {"id": r.member_id, "label": names.get(r.member_id)}} for r in rows
    ]


def set_pool_members(actor: Actor, pool_id: UUID, *, members: list[dict[str, Any]]) -> None:
    """Replace a pool's members."""
    declaration = get_object("pools")
    wanted: dict[UUID, str] = {}
    for member in members:
        kind, key = str(member.get("member_kind")), parse_id(member.get("member"))
        if key is None or not grantee_exists(kind, key):
            raise Invalid.one("members", "not_visible", T("成员不存在。", "There is no such member."))
        wanted[key] = kind
    with act(actor, "members", object="pools", record_id=pool_id):
        lock_row(actor, declaration, pool_id, declaration.perm("edit"))
        PoolMember.objects.filter(pool_id=pool_id).exclude(member_id__in=wanted).delete()
        known = set(PoolMember.objects.filter(pool_id=pool_id).values_list("member_id", flat=True))
        PoolMember.objects.bulk_create(
            PoolMember(pool_id=pool_id, member_id=k, member_kind=v) for k, v in wanted.items() if k not in known
        )


def prepare_pools(actor: Actor, drafts: list[Any]) -> None:
    """Exactly one pool is the default; making another the default moves the mark."""
    for draft in drafts:
        if draft.values.get("is_default") and not (draft.old or {}).get("is_default"):
            with act(actor, "edit", object="pools"):
                Pool.objects.filter(is_default=True).update(is_default=False)
