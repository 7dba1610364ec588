"""Looking at the system as another person (PLT-16): read-only, with a reason, for minutes, told to the person and to the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from kemai.accounts import sessions
from kemai.accounts.access import Actor, load_actor
from kemai.accounts.errors import MayMore
from kemai.base import audit
from kemai.base.parameters import Parameter, declare
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, Invalid, NotFound
from kemai.kit.words import T
from kemai.platform.notify import notify
from kemai.platform.objects.types import MISSING

MINUTES = declare(
    Parameter(
        "security.view_as_minutes",
        "int",
        15,
        T("以他人视角查看最长（分钟）", "Looking as somebody else lasts at most (minutes)"),
        sessions.SECURITY,
        minimum=1,
        maximum=120,
    )
)
TELL = declare(
    Parameter(
        "security.view_as_tell",
        "bool",
        True,
        T("以他人视角查看时通知本人", "Tell a person when somebody looks as him"),
        sessions.SECURITY,
    )
)
TOLD = T("{name}正以您的视角查看系统（只读）", "{name} is looking at the system as you (read-only)")
SHORTEST = 4


def start(actor: Actor, session_id: UUID | None, *, user_id: UUID, reason: str) -> dict[str, Any]:
    """Have the caller's session look as ``user_id``. Not through tokens, not from within another look, not as somebody who may more."""
    actor.require(sessions.VIEW_AS)
    if session_id is None or actor.via_token:
        raise Forbidden
    reason = reason.strip()
    if not reason:
        raise Invalid.one("reason", "required", MISSING)
    if len(reason) < SHORTEST:
        raise Invalid.one(
            "reason",
            "too_short",
            T("请写明原因，至少 {length} 个字。", "Give the reason in at least {length} characters."),
            length=SHORTEST,
        )
    person = load_actor(user_id)
    if person is None:
        raise NotFound
    if not sessions.may_view_as(actor, person):
        raise MayMore
    until = now() + timedelta(minutes=MINUTES.value())
    with audit.act(
        actor, "view_as.start", object="users", record_id=user_id, reason=reason[:500], data={"until": until}
    ):
        sessions.view_as(session_id, user_id, until=until, reason=reason[:500])
        if TELL.value():
            notify(
                user_id, kind="view_as", title=TOLD, title_params={"name": actor.name}, text=reason[:500], path="/me"
            )
    return {"user": {"id": user_id, "label": person.name}, "until": until}


def end(actor: Actor, session_id: UUID | None) -> None:
    """Back to oneself. Ending what has ended is no fault."""
    if session_id is None or actor.viewer is None:
        return
    audit.record(actor.viewer, "view_as.end", object="users", record_id=actor.id)
    sessions.view_as(session_id, None)
