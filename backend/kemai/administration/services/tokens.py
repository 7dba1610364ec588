"""API tokens: one's own, and everybody's for whoever may revoke them (PLT-4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from kemai.accounts import sessions
from kemai.accounts.access import Actor
from kemai.accounts.models import ApiToken, User
from kemai.base import audit
from kemai.kit.clock import now
from kemai.kit.errors import Invalid, NotFound
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.objects.declare import all_objects

REVOKE = "administration.token.revoke"
MAX_DAYS = 3650
MAX_TOKENS = 50
PAGE = 200


def own_tokens(actor: Actor) -> list[dict[str, Any]]:
    """One's tokens that have not been revoked, newest first."""
    rows = ApiToken.objects.filter(user_id=actor.id, revoked_at__isnull=True).order_by("-created_at")
    return [_json(row) for row in rows]


def make_token(actor: Actor, *, name: str, days: int, read_only: bool, objects: list[str]) -> dict[str, Any]:
    """A token acting as oneself, with the secret, given this once."""
    name = clean_text(name)[:100]
    if not name:
        raise Invalid.one("name", "required", T("请填写用途。", "Say what it is for."))
    if not 1 <= days <= MAX_DAYS:
        raise Invalid.one(
            "days", "out_of_bounds", T("有效期为 1 到 {most} 天。", "It lasts 1 to {most} days."), most=MAX_DAYS
        )
    if ApiToken.objects.filter(user_id=actor.id, revoked_at__isnull=True).count() >= MAX_TOKENS:
        raise Invalid.one(
            "name",
            "too_many",
            T("最多 {limit} 个令牌，请先作废不用的。", "At most {limit} tokens; revoke unused ones first."),
            limit=MAX_TOKENS,
        )
    known = {o.name: o.permission for o in all_objects() if actor.has(o.perm("view"))}
    if unknown := [o for o in objects if o not in known]:
        raise Invalid.one(
            "objects", "unknown_choice", T("没有这类记录：{name}", "No such records: {name}"), name=unknown[0][:60]
        )
    token = sessions.create_token(
        user=User.objects.get(pk=actor.id), name=name, days=days, read_only=read_only, kinds=[known[o] for o in objects]
    )
    return {**_json(ApiToken.objects.get(token_hash=sessions.hash_token(token))), "token": token}


def revoke_own(actor: Actor, token_id: UUID) -> None:
    """End one of one's tokens at once."""
    _revoke(actor, ApiToken.objects.filter(user_id=actor.id), token_id, "")


def list_tokens(actor: Actor, *, q: str = "", state: str = "") -> list[dict[str, Any]]:
    """Everybody's tokens, those used last first. ``state``: ``active`` (the usual), ``expired`` or ``revoked``."""
    actor.require(REVOKE)
    living = Q(expires_at__isnull=True) | Q(expires_at__gt=now())
    rows = ApiToken.objects.select_related("user").order_by("-last_used_at", "-created_at")
    if state == "revoked":
        rows = rows.filter(revoked_at__isnull=False)
    else:
        rows = rows.filter(living if state != "expired" else ~living, revoked_at__isnull=True)
    if q.strip():
        rows = rows.filter(
            Q(name__icontains=q.strip()) | Q(user__name__icontains=q.strip()) | Q(prefix__startswith=q.strip()[:9])
        )
    return [
        {
            **_json(row),
            "user": {"id": row.user_id, "label": row.user.name},
            "user_active": row.user.is_active,
            "revoked_at": row.revoked_at,
        }
        for row in rows[:PAGE]
    ]


def revoke_token(actor: Actor, token_id: UUID, *, reason: str) -> None:
    """End anybody's token at once, with a reason for the audit log."""
    actor.require(REVOKE)
    _revoke(actor, ApiToken.objects.all(), token_id, clean_text(reason)[:200])


def _revoke(actor: Actor, rows: Any, token_id: UUID, reason: str) -> None:
    row = rows.filter(pk=token_id, revoked_at__isnull=True).first()
    if row is None:
        raise NotFound
    with audit.act(
        actor,
        "token.revoke",
        object="users",
        record_id=row.user_id,
        reason=reason,
        data={"name": row.name, "token": str(row.id)},
    ):
        ApiToken.objects.filter(pk=row.pk, revoked_at__isnull=True).update(revoked_at=now())
    sessions.forget_callers()


def _json(row: ApiToken) -> dict[str, Any]:
    kinds = set(row.objects_allowed)
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "read_only": row.read_only,
        "objects": [{"name": o.name, "label": o.plural.to()} for o in all_objects() if o.permission in kinds],
    }
