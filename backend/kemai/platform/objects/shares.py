"""Opening one record to a user, department or team (ORG-4). Nobody gives more than he has (S-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, Ownership, can
from kemai.accounts.grantees import KINDS, grantee_exists, grantee_names
from kemai.accounts.models import RecordShare
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, Invalid, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.declare import ObjectType


def _require(actor: Actor, declaration: ObjectType, key: UUID, verb: str) -> None:
    """Sharing takes one's own reach: who got a record through a share cannot pass it on."""
    if not _sees(actor, declaration, key):
        raise NotFound
    if not declaration.shareable or not actor.has(declaration.perm(verb)):
        raise Forbidden
    if not can(actor, declaration.perm(verb), own_line(declaration), table=declaration.table, key=key):
        raise Forbidden


def own_line(declaration: ObjectType) -> Ownership:
    """What sharing goes by: one's own reach, without what was shared or lies in a pool."""
    return replace(declaration.ownership, shares=(), pool=None)


def _sees(actor: Actor, declaration: ObjectType, key: UUID) -> bool:
    view = declaration.perm("view")
    return actor.has(view) and can(actor, view, declaration.ownership, table=declaration.table, key=key)


def list_shares(actor: Actor, declaration: ObjectType, key: UUID) -> list[dict[str, Any]]:
    """Who else sees this record."""
    if not _sees(actor, declaration, key):
        raise NotFound
    rows = list(RecordShare.objects.filter(object=declaration.name, record_id=key).order_by("created_at"))
    names = grantee_names((r.grantee_kind, r.grantee_id) for r in rows)
    return [
        {
            "id": r.id,
            "grantee_kind": r.grantee_kind,
            "grantee": {"id": r.grantee_id, "label": names.get(r.grantee_id)},
            "can_write": r.can_write,
            "expires_at": r.expires_at,
        }
        for r in rows
    ]


def share(actor: Actor, declaration: ObjectType, key: UUID, data: dict[str, Any]) -> list[dict[str, Any]]:
    """Open the record to one grantee; a second time changes what was given."""
    _require(actor, declaration, key, "share")
    kind, grantee, expires = data.get("grantee_kind"), parse_id(data.get("grantee")), data.get("expires_at")
    can_write = data.get("can_write") is True
    if not isinstance(kind, str) or kind not in KINDS:
        raise Invalid.one(
            "grantee_kind", "unknown_choice", T("应为 user、department 或 team。", "One of user, department, team.")
        )
    if grantee is None or not grantee_exists(kind, grantee):
        raise Invalid.one("grantee", "not_visible", T("没有这个共享对象。", "There is no such grantee."))
    if can_write and not can(actor, declaration.perm("edit"), declaration.ownership, table=declaration.table, key=key):
        raise Invalid.one(
            "can_write",
            "more_than_own",
            T(
                "您自己不能编辑此记录，因此不能授予编辑。",
                "You cannot edit this record yourself, so you cannot grant it.",
            ),
        )
    until = _moment(expires)
    with act(
        actor, "share", object=declaration.name, record_id=key, data={"grantee": str(grantee), "can_write": can_write}
    ):
        RecordShare.objects.update_or_create(
            object=declaration.name,
            record_id=key,
            grantee_id=grantee,
            defaults={"grantee_kind": kind, "can_write": can_write, "expires_at": until, "created_by": actor.id},
        )
    return list_shares(actor, declaration, key)


def _moment(raw: Any) -> datetime | None:
    if raw in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(raw)
    except (TypeError, ValueError) as error:
        raise Invalid.one(
            "expires_at",
            "not_instant",
            T("时间应写成 2026-11-21T09:30:00+08:00。", "Write an instant as 2026-11-21T09:30:00+08:00."),
        ) from error
    if moment.tzinfo is None or moment <= now():
        raise Invalid.one(
            "expires_at",
            "in_the_past",
            T("到期时间应在将来，并带时区。", "The expiry lies in the future and carries its offset."),
        )
    return moment


def unshare(actor: Actor, declaration: ObjectType, key: UUID, share_id: UUID) -> None:
    """Withdraw one share."""
    _require(actor, declaration, key, "share")
    with act(actor, "unshare", object=declaration.name, record_id=key):
        if not RecordShare.objects.filter(pk=share_id, object=declaration.name, record_id=key).delete()[0]:
            raise NotFound
