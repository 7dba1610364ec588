"""Pools, whom they are open to, and who manages them (POOL-1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.accounts.grantees import grantee_exists, grantee_names
from kemai.base.audit import act
from kemai.customers.models import Pool, PoolMember
from kemai.customers.pooled import PooledKind
from kemai.kit.errors import FieldError, Forbidden, Invalid, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.store import unpacked
from kemai.platform.objects.write import prepare_edits, refusal_of, write_edits

EDIT = "customers.pool.edit"
#: What a pool's manager may set; its name, order and being the default are the administrator's.
OF_MANAGERS = ("description", "hold_limit", "daily_claims", "reclaim_days", "daily_views", "distribution")
MAX_AREAS = 200


def managed_pools(actor: Actor) -> set[UUID]:
    """The pools this person manages, by name, department or team."""
    return set(
        PoolMember.objects.filter(member_id__in=actor.principals, manages=True).values_list("pool_id", flat=True)
    )


def may_manage(actor: Actor, pool_id: UUID) -> bool:
    """Whether he may change the pool's limits and areas: its managers, and who edits pools at all."""
    return actor.has(EDIT) or pool_id in managed_pools(actor)


def may_give_out(actor: Actor, kind: PooledKind, pool_id: UUID) -> bool:
    """Whether he may give out and move what lies in the pool: its managers, and its members who may assign."""
    if may_manage(actor, pool_id):
        return True
    return actor.has(kind.perm("assign")) and sees_pool(actor, kind, pool_id)


def sees_pool(actor: Actor, kind: PooledKind, pool_id: UUID) -> bool:
    """Whether what lies in the pool is open to him: a member, or somebody who sees all of the kind."""
    reach = actor.reach(kind.perm("view"))
    if reach is None:
        return False
    return reach.everything or PoolMember.objects.filter(pool_id=pool_id, member_id__in=actor.principals).exists()


def get_pool(pool_id: UUID) -> Pool:
    """A living pool; :class:`NotFound` otherwise."""
    found = Pool.objects.filter(pk=pool_id, deleted_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def set_limits(actor: Actor, pool_id: UUID, values: dict[str, Any]) -> None:
    """What a manager changes of his pool, by the rules of any edit."""
    get_pool(pool_id)
    if not may_manage(actor, pool_id):
        raise Forbidden
    declaration = get_object("pools")
    foreign = [name for name in values if name not in OF_MANAGERS]
    if foreign:
        words = T("该项由管理员设置。", "This is the administrator's to set.")
        raise Invalid([FieldError(name[:60], "not_yours", words) for name in foreign])
    with act(actor, "edit", object="pools", record_id=pool_id):
        row = _locked(pool_id)
        draft = Draft(pool_id, row, {})
        prepare_edits(actor, declaration, [draft], [values])
        if draft.errors:
            raise refusal_of(draft)
        write_edits(actor, declaration, [draft], "view")


def _locked(pool_id: UUID) -> dict[str, Any]:
    columns = list(get_object("pools").column_types)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM customers_pool WHERE id = %s AND deleted_at IS NULL FOR UPDATE",
            [pool_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return unpacked(get_object("pools"), dict(zip(columns, row, strict=True)))


def list_pool_members(actor: Actor, pool_id: UUID) -> list[dict[str, Any]]:
    """Whom a pool is open to, with names."""
    actor.require("customers.pool.view")
    if not Pool.objects.filter(pk=pool_id, deleted_at__isnull=True).exists():
        raise NotFound
    rows = list(PoolMember.objects.filter(pool_id=pool_id))
    names = grantee_names((r.member_kind, r.member_id) for r in rows)
    return [
        {
            "member_kind": r.member_kind,
            "member": {"id": r.member_id, "label": names.get(r.member_id)},
            "manages": r.manages,
            "regions": r.regions,
            "industries": r.industries,
        }
        for r in rows
    ]


def set_pool_members(actor: Actor, pool_id: UUID, *, members: list[dict[str, Any]]) -> None:
    """Replace a pool's members. A manager may say what his members work; whom the pool is open to is the administrator's."""
    wanted = {m.member_id: m for m in (_member(pool_id, member) for member in members)}
    with act(actor, "members", object="pools", record_id=pool_id):
        get_pool(pool_id)
        if not may_manage(actor, pool_id):
            raise Forbidden
        _locked(pool_id)
        known = {m.member_id: m for m in PoolMember.objects.filter(pool_id=pool_id)}
        same = known.keys() == wanted.keys() and all(known[k].manages == wanted[k].manages for k in known)
        if not actor.has(EDIT) and not same:
            raise Forbidden
        PoolMember.objects.filter(pool_id=pool_id).exclude(member_id__in=wanted).delete()
        for key, member in wanted.items():
            old = known.get(key)
            if old is None:
                member.save(force_insert=True)
            elif any(getattr(old, n) != getattr(member, n) for n in ("manages", "regions", "industries")):
                member.pk = old.pk
                member.save(force_update=True)


def _member(pool_id: UUID, raw: dict[str, Any]) -> PoolMember:
    kind, key = str(raw.get("member_kind")), parse_id(raw.get("member"))
    if key is None or not grantee_exists(kind, key):
        raise Invalid.one("members", "not_visible", T("成员不存在。", "There is no such member."))
    return PoolMember(
        pool_id=pool_id,
        member_id=key,
        member_kind=kind,
        manages=raw.get("manages") is True,
        regions=_words(raw.get("regions")),
        industries=_words(raw.get("industries")),
    )


def _words(raw: Any) -> list[str]:
    if raw in (None, ""):
        return []
    if not isinstance(raw, list) or len(raw) > MAX_AREAS or not all(isinstance(w, str) and len(w) <= 60 for w in raw):
        raise Invalid.one(
            "members", "not_words", T("地区、行业应为文字列表。", "Regions and industries are lists of words.")
        )
    return list(dict.fromkeys(w.strip() for w in raw if w.strip()))


def prepare_pools(actor: Actor, drafts: list[Any]) -> None:
    """Exactly one pool is the default; making another the default moves the mark."""
    for draft in drafts:
        if draft.values.get("is_default") and not (draft.old or {}).get("is_default"):
            with act(actor, "edit", object="pools"):
                Pool.objects.filter(is_default=True).update(is_default=False)
