"""Alarms: somebody takes out far more than usual (P-2, P-3). Who watches over the log is told at once, not when next he looks there.

An alarm hinders nobody: limits do that. It is a line of the audit and a message, once a day for each person and kind of alarm.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from kemai.accounts.access import SystemActor
from kemai.accounts.people import holders_of
from kemai.base import audit, rates
from kemai.kit.words import T
from kemai.platform.notify import notify

WATCH = SystemActor("alarms")
_UNLIMITED = 2**31 - 1
_DAY = 86_400
#: Permissions whose holders are told of alarms; a domain adds its own.
_watched_by: list[str] = []


def watched_by(permission: str) -> None:
    """Have everybody who holds ``permission`` told of alarms."""
    _watched_by.append(permission)


def sound(actor: audit.Doer, alarm: str, *, title: T, path: str, **facts: Any) -> bool:
    """Tell the watchers of what ``actor`` does, never himself; once a day for each person and kind of alarm.

    ``title`` may use ``{name}`` and the names of ``facts``. Returns whether this call told them.
    """
    with transaction.atomic():
        if rates.take(f"alarm:{alarm}:{actor.id}", limit=_UNLIMITED, seconds=_DAY) > 1:
            return False
        _tell(actor, alarm, title, path, facts)
    return True


def _tell(actor: audit.Doer, alarm: str, title: T, path: str, facts: dict[str, Any]) -> None:
    with audit.act(WATCH, f"alarm.{alarm}", object="users", record_id=actor.id, data=facts):
        for user_id in holders_of(*_watched_by):
            if user_id != actor.id:
                notify(user_id, kind="alarm", title=title, title_params={"name": actor.name, **facts}, path=path)
