"""The log of operations: who did what to how many records (PLT-9).

Everybody sees his own; ``platform.operation.view`` opens those of others by the scope of its grant, ``platform.operation.undo`` lets them
be taken back too (:mod:`kemai.platform.objects.takeback`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.base.models import Job, Operation
from kemai.kit.clock import now
from kemai.kit.errors import KemaiError, Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.declare import ObjectType, all_objects
from kemai.platform.objects.history import action_label
from kemai.platform.objects.logs import log_page
from kemai.platform.objects.read import list_options
from kemai.platform.objects.undo import (
    PARTS,
    NotUndoable,
    UndoDone,
    UndoRunning,
    UndoTooLate,
)

VIEW, UNDO = "platform.operation.view", "platform.operation.undo"
PAGE = 30
#: Whose the product's own work is.
NOBODY, SYSTEM = UUID(int=0), T("系统", "The system")


def _within(actor: Actor, permission: str) -> Q:
    """Operations of oneself, and of those the permission reaches."""
    reach = actor.reach(permission)
    if reach is None:
        return Q(actor_id=actor.id)
    if reach.everything:
        return Q()
    people = User.objects.filter(department_id__in=reach.departments).values("id")
    return Q(actor_id=actor.id) | Q(actor_id__in=people)


def get_operation_for(actor: Actor, key: UUID, permission: str = VIEW) -> Operation:
    """One operation; :class:`NotFound` when absent or another's."""
    row = Operation.objects.filter(_within(actor, permission), pk=key).first()
    if row is None:
        raise NotFound
    return row


def list_operations(actor: Actor, filters: dict[str, str], *, cursor: str = "") -> dict[str, Any]:
    """One page of the log, newest first. Parts of larger work are not lines of their own."""
    rows = Operation.objects.filter(_within(actor, VIEW), parent__isnull=True)
    if filters.get("mine") in ("true", "1"):
        rows = rows.filter(actor_id=actor.id)
    if filters.get("actor"):
        rows = rows.filter(actor_id=_key(filters["actor"], "actor"))
    for name in ("object", "action", "state"):
        if filters.get(name):
            rows = rows.filter(**{name: filters[name]})
    found, following = log_page(rows, cursor, PAGE)
    return {"items": operations_json(actor, found), "next_cursor": following}


def _key(text: str, what: str) -> UUID:
    key = parse_id(text)
    if key is None:
        raise Malformed(what=what)
    return key


@dataclass(slots=True)
class _Facts:
    """What is known beside the rows of a page, read once for all of them."""

    running: set[UUID]
    """Jobs that have not ended."""
    undoable: set[UUID]
    """Operations whose taking back is the reader's to try."""
    empty: set[UUID]
    """Bulk work none of whose parts has an inverse."""
    names: dict[UUID, str]

    @classmethod
    def of(cls, actor: Actor, rows: list[Operation]) -> _Facts:
        jobs = [j for row in rows for j in (row.job_id, row.undo_job) if j]
        keys = [row.id for row in rows]
        whole = [row.id for row in rows if row.kind == PARTS]
        held = set(Operation.objects.filter(parent_id__in=whole).values_list("parent_id", flat=True).distinct())
        people = {u for row in rows for u in (row.actor_id, row.undone_by) if u}
        return cls(
            set(Job.objects.filter(pk__in=jobs, state__in=("waiting", "running")).values_list("pk", flat=True)),
            set(Operation.objects.filter(_within(actor, UNDO), pk__in=keys).values_list("pk", flat=True)),
            set(whole) - held,
            dict(User.objects.filter(pk__in=people).values_list("id", "name")),
        )


def operations_json(actor: Actor, rows: list[Operation]) -> list[dict[str, Any]]:
    """Lines of the log as this reader may know them. Names of records only of his own work, or where he may see the record."""
    kinds = {o.name: o for o in all_objects()}
    facts, labels = _Facts.of(actor, rows), _labels(actor, kinds, rows)
    return [_line(actor, row, kinds.get(row.object), facts, labels) for row in rows]


def _labels(actor: Actor, kinds: dict[str, ObjectType], rows: list[Operation]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for name in {r.object for r in rows if r.record_id} & kinds.keys():
        declaration = kinds[name]
        keys = list({r.record_id for r in rows if r.object == name and r.record_id})
        if actor.has(declaration.perm("view")):
            found.update({UUID(o["id"]): o["label"] for o in list_options(actor, declaration, ids=keys)})
    return found


def _line(
    actor: Actor, row: Operation, declaration: ObjectType | None, facts: _Facts, labels: dict[UUID, str]
) -> dict[str, Any]:
    mine, names = row.actor_id == actor.id, facts.names
    label = row.label if mine or row.record_id is None else labels.get(row.record_id, "")
    return {
        "id": row.id,
        "at": row.created_at,
        "actor": {"id": row.actor_id, "label": SYSTEM.to() if row.actor_id == NOBODY else names.get(row.actor_id, "")},
        "action": row.action,
        "action_label": action_label(declaration, row.action),
        "object": row.object,
        "object_label": declaration.label.to() if declaration else row.object,
        "record": row.record_id if row.record_id and (mine or row.record_id in labels) else None,
        "label": label,
        "succeeded": row.succeeded,
        "failed": row.failed,
        "job": row.job_id if mine else None,
        "state": "expired" if _expired(row) else row.state,
        "until": row.until if row.kind and row.id not in facts.empty else None,
        "can_undo": _refusal(actor, row, facts) is None,
        "undone_at": row.undone_at,
        "undone_by": {"id": row.undone_by, "label": names.get(row.undone_by, "")} if row.undone_by else None,
        "taken_back": row.taken_back,
        "kept": row.kept,
        "undo_job": row.undo_job if row.undone_by == actor.id else None,
    }


def _expired(row: Operation) -> bool:
    return bool(row.kind) and row.until is not None and row.until < now() and row.state in ("done", "partly")


def _refusal(actor: Actor, row: Operation, facts: _Facts) -> KemaiError | None:
    """Why the operation as a whole cannot be taken back, None when it can be tried."""
    if row.state == "undone" and row.undone_at:
        at = row.undone_at.astimezone(ZoneInfo(actor.time_zone)).strftime("%Y-%m-%d %H:%M")
        return UndoDone(name=facts.names.get(row.undone_by, "") if row.undone_by else "", at=at)
    if row.state == "undoing" and row.undo_job in facts.running:
        return UndoRunning()
    if not row.kind or row.succeeded == 0 or row.id in facts.empty:
        return NotUndoable()
    if row.until is None or row.until < now():
        return UndoTooLate()
    if row.job_id in facts.running:
        return StillRunning()
    return None if row.id in facts.undoable else NotUndoable()


class StillRunning(UndoRunning):
    text = T("这项操作还在进行，完成后才能撤销。", "This is still under way; it can be taken back when it is done.")


def refuse_undo(actor: Actor, row: Operation) -> None:
    refusal = _refusal(actor, row, _Facts.of(actor, [row]))
    if refusal:
        raise refusal


def forget_inverses() -> None:
    """Drop what was kept for taking back once that is no longer possible (P-4); the line in the log stays."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_operation WHERE parent_id IS NOT NULL AND until < now()")
        cursor.execute("UPDATE base_operation SET payload = '{}' WHERE until < now() AND payload <> '{}'")
