"""Earlier versions of a definition or a layout, read back from the audit differences: there is no second copy of them (PLT-2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from kemai.accounts.access import doer_label
from kemai.kit.errors import NotFound
from kemai.platform.objects.history import action_label

#: A field's place in the order is no version of its definition.
NO_VERSION = {"position"}


@dataclass(slots=True)
class Step:
    """One change: when, by whom, what, and which version it made."""

    at: datetime
    actor_id: UUID | None
    actor_name: str
    action: str
    diff: dict[str, Any]
    version: int = 0


def _steps(row: models.Model) -> list[Step]:
    """All changes of a row, oldest first, numbered as versions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.at, e.actor_id, e.actor_name, e.action, c.op, c.diff::text FROM base_audit_change c "
            "JOIN base_auditevent e ON e.id = c.event_id WHERE c.object = %s AND c.record_id = %s ORDER BY c.id",
            [row._meta.db_table, row.pk],
        )
        found = cursor.fetchall()
    steps: list[Step] = []
    for at, actor_id, name, action, op, diff in found:
        changed = json.loads(diff) if diff else {}
        if op == "I" or set(changed) - NO_VERSION:
            steps.append(Step(at, actor_id, name, action, changed, len(steps) + 1))
    return steps


def version_history(row: models.Model) -> list[dict[str, Any]]:
    """The versions of a row, newest first, with what each changed. A JSON column is told by its keys."""
    return [
        {
            "version": step.version,
            "at": step.at,
            "actor": {"id": step.actor_id, "label": doer_label(step.actor_id, step.actor_name)},
            "action_label": action_label(None, step.action),
            "changes": list(_changes(step.diff)),
        }
        for step in reversed(_steps(row))
    ]


def _changes(diff: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for column, (old, new) in diff.items():
        if isinstance(old, dict) and isinstance(new, dict):
            for key in sorted({*old, *new}):
                if old.get(key) != new.get(key) and key != "inputs":
                    yield {"name": key, "old": old.get(key), "new": new.get(key)}
        elif column not in NO_VERSION:
            yield {"name": column, "old": old, "new": new}


def at_version(row: models.Model, version: int) -> dict[str, Any]:
    """The columns of a row as they were in ``version``; :class:`NotFound` when there never was one."""
    steps = _steps(row)
    if not 1 <= version <= len(steps):
        raise NotFound
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    for step in reversed(steps[version:]):
        for column, (old, _) in step.diff.items():
            if column not in NO_VERSION:
                values[column] = old
    return values
