"""Two records become one (CUS-9): one transaction, one event, and everything needed to part them again.

The survivor keeps its key, number and holder. All that pointed to the loser points to the survivor; what both had is merged along.
The loser leaves the lists, is not in the recycle bin, and its address answers with the survivor.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, can
from kemai.base.audit import act, emit
from kemai.kit.errors import Forbidden, NotFound
from kemai.kit.ids import new_id
from kemai.platform.events import RecordsMerged
from kemai.platform.merging import errors
from kemai.platform.merging.plan import Plan, Row, make_plan
from kemai.platform.merging.references import Place, places_of, recount
from kemai.platform.models import Merge
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.drafts import derive, prepare
from kemai.platform.objects.undo import offer_undo
from kemai.platform.objects.write import lock_rows, refusal_of, refusing_doubles, update_rows

VERB = "merge"


def merge_records(
    actor: Actor,
    object_name: str,
    survivor: UUID,
    *,
    loser: UUID,
    take: list[str] | None = None,
    version: int | None = None,
    loser_version: int | None = None,
) -> UUID:
    """Merge ``loser`` into ``survivor``; returns the undo token. ``take`` names the fields whose value comes from the loser; the
    versions are those of the preview: a record changed since is refused, so that nobody merges what he has not seen."""
    declaration = get_object(object_name)
    with act(actor, VERB, object=object_name, record_id=survivor, data={"loser": str(loser)}):
        ours, theirs = lock_pair(actor, declaration, survivor, loser)
        for row, seen in ((ours, version), (theirs, loser_version)):
            if seen is not None and row["version"] != seen:
                raise errors.ChangedMeanwhile(label=title_of(declaration, row))
        plan = make_plan(actor, declaration, ours, theirs, take or [])
        done = carry_out(actor, plan)
        emit(RecordsMerged(object_name, survivor, str(loser), str(done.id)))
        token = offer_undo(actor, "merge", {"merge": str(done.id)}, label=title_of(declaration, theirs))
        Merge.objects.filter(pk=done.id).update(undo_id=token)
        return token


def lock_pair(actor: Actor, declaration: ObjectType, survivor: UUID, loser: UUID) -> tuple[Row, Row]:
    """Both rows under lock, within reach of the right to merge; each refusal says which record and why."""
    if declaration.merging is None:
        raise NotFound
    if survivor == loser:
        raise errors.SameRecord
    permission = declaration.perm(VERB)
    rows = lock_rows(actor, declaration, [survivor, loser], permission)
    for key in (survivor, loser):
        if key not in rows:
            raise _absence(actor, declaration, key)
    reason = declaration.merging.refusal and declaration.merging.refusal(actor, rows[survivor], rows[loser])
    if reason:
        raise errors.NotMergeable(reason=reason)
    return rows[survivor], rows[loser]


def _absence(actor: Actor, declaration: ObjectType, key: UUID) -> Exception:
    """Why a record is not among those that may be merged, as far as the asker may know."""
    line, table, view = declaration.ownership, declaration.table, declaration.perm("view")
    if not actor.has(view) or not can(actor, view, line, table=table, key=key, deleted=True):
        return NotFound()
    if can(actor, view, line, table=table, key=key):
        return Forbidden()
    title = declaration.by_name[declaration.title].expression
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {title} FROM {table} t WHERE t.id = %s", [key])
        label = cursor.fetchone()[0]
    if Merge.objects.filter(loser_id=key, undone_at__isnull=True).exists():
        return errors.AlreadyMerged(label=label)
    return errors.InBin(label=label)


def title_of(declaration: ObjectType, row: Row) -> str:
    return str(row.get(declaration.by_name[declaration.title].stored) or "")


def carry_out(actor: Actor, plan: Plan, within: UUID | None = None) -> Merge:
    """Do what the plan says, inside an open act."""
    declaration, survivor, loser = plan.declaration, plan.survivor["id"], plan.loser["id"]
    assert declaration.merging is not None
    done = Merge.objects.create(
        object=declaration.name,
        survivor_id=survivor,
        loser_id=loser,
        deletion_id=new_id(),
        by_id=actor.id,
        within_id=within,
    )
    done.binned = [_bin(actor, c.place.table, c.selves, done.deletion_id) for c in plan.children if c.selves]
    for children in plan.children:
        for stays, goes in children.same:
            assert children.place.source is not None
            carry_out(actor, make_plan(actor, children.place.source, stays, goes, []), within=done.id)
    _bin(actor, declaration.table, [loser], done.deletion_id)
    done.moved = [moved for place in places_of(declaration) if (moved := _move(declaration, place, survivor, loser))]
    values = _settle(actor, plan)
    told = {f.stored for f in declaration.fields}
    done.after = jsonable({c: v for c, v in values.items() if c in told})
    done.before = jsonable({c: plan.survivor[c] for c in done.after})
    done.save()
    follow(actor, declaration, survivor, loser)
    return done


def follow(actor: Actor, declaration: ObjectType, survivor: UUID, loser: UUID) -> None:
    """What is kept of the two records beside themselves, set anew."""
    if declaration.merging and declaration.merging.after:
        declaration.merging.after(actor, survivor, loser)
    recount(declaration.name, [survivor, loser])


def _bin(actor: Actor, table: str, ids: list[UUID], deletion: UUID) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET deleted_at = now(), deletion_id = %s, version = version + 1, updated_at = now(), updated_by = %s "
            "WHERE id = ANY(%s) AND deleted_at IS NULL",
            [deletion, actor.id, ids],
        )
    return {"table": table, "ids": [str(i) for i in ids]}


def _move(declaration: ObjectType, place: Place, survivor: UUID, loser: UUID) -> dict[str, Any] | None:
    """Point rows from the loser to the survivor, those in the bin too; what was moved, or None."""
    conditions = [place.points_to("loser", "x")]
    if place.object_column:
        conditions.append(f"x.{place.object_column} = %(object)s")
    if place.unique:
        same = " AND ".join(f"y.{c} = x.{c}" for c in place.unique)
        kind = f" AND y.{place.object_column} = x.{place.object_column}" if place.object_column else ""
        conditions.append(
            f"NOT EXISTS (SELECT 1 FROM {place.table} y WHERE y.{place.column} = %(survivor)s AND {same}{kind})"
        )
    others = [
        p.column
        for p in places_of(declaration)
        if p.table == place.table and p.column != place.column and not (p.custom or place.custom)
    ]
    conditions += [f"(x.{c} IS NULL OR x.{c} NOT IN (%(survivor)s, %(loser)s))" for c in others]
    if place.table == declaration.table:
        conditions.append("x.id <> %(survivor)s")
    touch = ", version = x.version + 1" if place.source else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {place.table} x SET {place.pointed_to('survivor', 'x')}{touch} WHERE {' AND '.join(conditions)} RETURNING x.{place.key}",
            {"survivor": survivor, "loser": loser, "object": declaration.name},
        )
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return None
    return {"table": place.table, "column": place.column, "key": place.key, "ids": [_id(i) for i in ids]}


def _id(key: Any) -> Any:
    return key if isinstance(key, int) else str(key)


def _settle(actor: Actor, plan: Plan) -> Row:
    """Write the survivor's values through the domain's own rules; returns the columns that changed."""
    draft = Draft(plan.survivor["id"], plan.survivor, dict(plan.values))
    prepare(actor, plan.declaration, [draft])
    if draft.errors:
        raise refusal_of(draft)
    derive(plan.declaration, draft)
    draft.values = {c: v for c, v in draft.values.items() if plan.survivor.get(c) != v}
    if draft.values:
        with refusing_doubles(plan.declaration):
            update_rows(plan.declaration, actor.id, [draft])
    return draft.values


def jsonable(values: Row) -> Row:
    """Columns as JSON keeps them, in the one form they are compared in afterwards."""
    return {c: _plain(v) for c, v in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, (UUID, Decimal, date, datetime)):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def merged_into(declaration: ObjectType, key: UUID) -> UUID | None:
    """The living record that ``key`` has become part of, through any number of merges; None when it has not."""
    if declaration.merging is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE way AS (SELECT survivor_id, 1 AS step FROM platform_merge WHERE loser_id = %(key)s AND undone_at IS NULL "
            "UNION ALL SELECT m.survivor_id, w.step + 1 FROM platform_merge m JOIN way w ON m.loser_id = w.survivor_id "
            "WHERE m.undone_at IS NULL AND w.step < 50) SELECT survivor_id FROM way ORDER BY step DESC LIMIT 1",
            {"key": key},
        )
        row = cursor.fetchone()
        return row[0] if row else None


def losers_of(declaration: ObjectType, key: UUID) -> list[UUID]:
    """Records that have become part of ``key``, through any number of merges."""
    if declaration.merging is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE way AS (SELECT loser_id FROM platform_merge WHERE survivor_id = %(key)s AND undone_at IS NULL "
            "UNION SELECT m.loser_id FROM platform_merge m JOIN way w ON m.survivor_id = w.loser_id WHERE m.undone_at IS NULL) "
            "SELECT loser_id FROM way",
            {"key": key},
        )
        return [row[0] for row in cursor.fetchall()]
