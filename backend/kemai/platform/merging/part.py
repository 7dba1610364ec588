"""Parting what was merged, for 30 days (PLT-9): exactly what the merge moved goes back, and what happened since is named."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, can
from kemai.base.audit import act, emit
from kemai.base.models import Operation
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, NotFound
from kemai.kit.words import LANGUAGES, T
from kemai.platform.events import RecordsParted
from kemai.platform.merging import errors
from kemai.platform.merging.merge import VERB, follow, jsonable, merged_into, title_of
from kemai.platform.merging.references import places_of
from kemai.platform.models import Merge
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.demands import refuse_taken
from kemai.platform.objects.drafts import derive, prepare
from kemai.platform.objects.store import unpacked
from kemai.platform.objects.undo import UndoTooLate, undo_kind
from kemai.platform.objects.write import lock_row, refusing_doubles, update_rows

FIELD_CHANGED = T("“{field}”之后又被修改，保持现在的值。", '"{field}" was changed since and keeps its present value.')
MOVED_ON = T("{count} 条{what}之后又改到别处，没有移回。", "{count} {what} were moved elsewhere since and stay there.")
NEW_SINCE = T(
    "合并之后新增的 {count} 条{what}留在“{label}”。", '{count} {what} added since the merge stay with "{label}".'
)


@undo_kind("merge")
def undo_merge(actor: Actor, payload: dict[str, Any]) -> None:
    """The inverse of a merge. Refuses only what cannot be parted; what had to stay as it is goes into the merge's report."""
    merge = Merge.objects.select_for_update().get(pk=payload["merge"])
    declaration = get_object(merge.object)
    if merge.undone_at:
        raise NotFound
    actor.require(declaration.perm(VERB))
    line, table = declaration.ownership, declaration.table
    if not can(actor, declaration.perm(VERB), line, table=table, key=merge.survivor_id, deleted=True):
        raise NotFound
    onward = merged_into(declaration, merge.survivor_id)
    if onward is not None:
        raise errors.MergedOnwards(label=_label(declaration, merge.survivor_id))
    survivor = _lock_survivor(actor, declaration, merge.survivor_id)
    report = _part(actor, declaration, merge, survivor)
    if not can(
        actor, declaration.perm(VERB), declaration.ownership, table=declaration.table, key=merge.loser_id
    ):  # what comes back would lie outside one's reach
        raise Forbidden
    Merge.objects.filter(pk=merge.pk).update(report=report)
    emit(RecordsParted(declaration.name, merge.survivor_id, str(merge.loser_id), str(merge.id)))


def part_records(actor: Actor, merge_id: UUID) -> dict[str, Any]:
    """Take a merge back from the record's history, by anybody who may merge both records; the undo token is used up with it."""
    merge = Merge.objects.filter(pk=merge_id, undone_at__isnull=True, within__isnull=True).first()
    if merge is None:
        raise NotFound
    declaration = get_object(merge.object)
    with act(actor, "undo", object=merge.object, record_id=merge.survivor_id, data={"merge": str(merge_id)}):
        _use_up(actor, merge)
        undo_merge(actor, {"merge": str(merge_id)})
    merge.refresh_from_db()
    return {"undone": True, "label": _label(declaration, merge.loser_id), "report": merge.report}


def _use_up(actor: Actor, merge: Merge) -> None:
    """Mark the merge's line in the log of operations as taken back; :class:`UndoTooLate` when it no longer can be."""
    lines = Operation.objects.filter(pk=merge.undo_id, state="done", until__gt=now())  # type: ignore[misc]
    if not lines.update(state="undone", undone_at=now(), undone_by=actor.id, taken_back=1):
        raise UndoTooLate


def _lock_survivor(actor: Actor, declaration: ObjectType, key: UUID) -> dict[str, Any]:
    permission = declaration.perm(VERB)
    if not can(actor, permission, declaration.ownership, table=declaration.table, key=key) and can(
        actor, permission, declaration.ownership, table=declaration.table, key=key, deleted=True
    ):
        raise errors.SurvivorGone
    return lock_row(actor, declaration, key, permission)


def _part(actor: Actor, declaration: ObjectType, merge: Merge, survivor: dict[str, Any]) -> list[dict[str, str]]:
    """One merge and those it brought along, inside an open act; what had to stay, in both languages."""
    report = _new_since(declaration, merge, survivor)
    _values_back(actor, declaration, merge, survivor, report)
    with refusing_doubles(declaration):
        _back_from_bin(actor, declaration.table, [merge.loser_id], merge.deletion_id)
    refuse_taken(actor, declaration, [merge.loser_id, merge.survivor_id])
    for binned in merge.binned:
        _back_from_bin(actor, binned["table"], [UUID(i) for i in binned["ids"]], merge.deletion_id)
    _rows_back(declaration, merge, report)
    for nested in merge.nested.filter(undone_at__isnull=True):
        child = get_object(nested.object)
        with connection.cursor() as cursor:
            columns = list(child.column_types)
            cursor.execute(
                f"SELECT {', '.join(columns)} FROM {child.table} WHERE id = %s FOR UPDATE", [nested.survivor_id]
            )
            row = cursor.fetchone()
        if row is not None:
            report += _part(actor, child, nested, unpacked(child, dict(zip(columns, row, strict=True))))
    Merge.objects.filter(pk=merge.pk).update(undone_at=now(), undone_by=actor.id)
    follow(actor, declaration, merge.survivor_id, merge.loser_id)
    return report


def _values_back(
    actor: Actor, declaration: ObjectType, merge: Merge, survivor: dict[str, Any], report: list[dict[str, str]]
) -> None:
    """Columns of the survivor that still hold what the merge wrote get what they had before."""
    current = jsonable(survivor)
    back = {c: merge.before[c] for c, value in merge.after.items() if current.get(c) == value}
    for column in sorted(set(merge.after) - set(back)):
        f = declaration.by_column.get(column)
        if f is not None:
            report.append(_words(FIELD_CHANGED, field=f.label))
    draft = Draft(merge.survivor_id, survivor, back)
    if draft.values:
        prepare(actor, declaration, [draft])
        derive(declaration, draft)
        with refusing_doubles(declaration):
            update_rows(declaration, actor.id, [draft])


def _back_from_bin(actor: Actor, table: str, ids: list[UUID], deletion: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET deleted_at = NULL, deletion_id = NULL, version = version + 1, updated_at = now(), updated_by = %s "
            "WHERE id = ANY(%s) AND deletion_id = %s",
            [actor.id, ids, deletion],
        )


def _rows_back(declaration: ObjectType, merge: Merge, report: list[dict[str, str]]) -> None:
    places = {place.name: place for place in places_of(declaration)}
    for moved in merge.moved:
        place = places.get(f"{moved['table']}.{moved['column']}")
        if place is None:
            continue
        touch = ", version = x.version + 1" if place.source else ""
        kind = "bigint" if moved["ids"] and isinstance(moved["ids"][0], int) else "uuid"
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {place.table} x SET {place.pointed_to('loser', 'x')}{touch} WHERE x.{place.key} = ANY(%(ids)s::{kind}[]) "
                f"AND {place.points_to('survivor', 'x')}",
                {"loser": merge.loser_id, "survivor": merge.survivor_id, "ids": moved["ids"]},
            )
            left = len(moved["ids"]) - cursor.rowcount
        if left and place.source:
            report.append(_words(MOVED_ON, count=left, what=place.source.label))


def _new_since(declaration: ObjectType, merge: Merge, survivor: dict[str, Any]) -> list[dict[str, str]]:
    found = []
    for place in places_of(declaration):
        if place.source is None:
            continue
        kind = f" AND {place.object_column} = %(object)s" if place.object_column else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {place.table} x WHERE {place.points_to('key', 'x')} AND created_at > %(at)s AND deleted_at IS NULL{kind}",
                {"key": merge.survivor_id, "at": merge.at, "object": declaration.name},
            )
            count = cursor.fetchone()[0]
        if count:
            found.append(_words(NEW_SINCE, count=count, what=place.source.label, label=title_of(declaration, survivor)))
    return found


def _words(text: T, **params: Any) -> dict[str, str]:
    """A line of a report, kept in both languages."""
    return {
        lang: text.to(lang, **{k: v.to(lang) if isinstance(v, T) else v for k, v in params.items()})
        for lang in LANGUAGES
    }


def _label(declaration: ObjectType, key: UUID) -> str:
    with connection.cursor() as cursor:
        title = declaration.by_name[declaration.title].expression
        cursor.execute(f"SELECT {title} FROM {declaration.table} t WHERE t.id = %s", [key])
        row = cursor.fetchone()
        return str(row[0]) if row else ""
