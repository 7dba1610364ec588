"""Opening something a person made (a view, a segment) to a team, a department or everybody: one rule for all of them."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q

from kemai.accounts.access import Actor
from kemai.accounts.grantees import grantee_exists
from kemai.kit.errors import Forbidden, Invalid
from kemai.kit.ids import parse_id
from kemai.kit.words import T

SHARE_ALL = "platform.view.share"
"""Who may open a view or segment to everybody or to departments, and look after those; to one's own teams anybody may."""
KINDS = ("team", "department", "all")


class Shareable(Protocol):
    """A row with an owner that may be opened to others."""

    owner_id: UUID
    shared_kind: str
    shared_id: UUID | None


def opened_to(actor: Actor) -> Q:
    """The rows ``actor`` finds: his own and those opened to him."""
    return (
        Q(owner_id=actor.id)
        | Q(shared_kind="all")
        | Q(shared_kind__in=("department", "team"), shared_id__in=actor.principals)
    )


def share_json(row: Shareable) -> dict[str, Any] | None:
    return {"kind": row.shared_kind, "id": row.shared_id} if row.shared_kind else None


def looks_after(actor: Actor, row: Shareable) -> bool:
    """Its owner, and for what is shared whoever may share with everybody."""
    return row.owner_id == actor.id or (bool(row.shared_kind) and actor.has(SHARE_ALL))


def set_share(actor: Actor, row: Shareable, shared: Any) -> None:
    """Open ``row`` to ``{"kind", "id"}``, or to nobody (null)."""
    if shared is not None and not isinstance(shared, dict):
        raise Invalid.one("shared", "not_object", T("共享对象格式不正确。", "shared takes {kind, id} or null."))
    kind, key = (shared or {}).get("kind") or "", parse_id((shared or {}).get("id"))
    if kind == "":
        row.shared_kind, row.shared_id = "", None
        return
    if kind not in KINDS:
        raise Invalid.one(
            "shared", "unknown_choice", T("只能共享给团队、部门或全部。", "Share with a team, a department or all.")
        )
    if key not in actor.principals and not actor.has(SHARE_ALL):
        raise Forbidden
    if kind != "all" and not grantee_exists(kind, key):
        raise Invalid.one("shared", "not_visible", T("没有这个共享对象。", "There is no such grantee."))
    row.shared_kind, row.shared_id = kind, None if kind == "all" else key
