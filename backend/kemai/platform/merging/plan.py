"""What a merge will do, worked out once for the preview and for the doing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.kit.errors import Invalid
from kemai.kit.text.fold import fold
from kemai.kit.words import T
from kemai.platform.merging.references import Place, places_of
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType
from kemai.platform.objects.secrecy import EDITABLE, access_of, row_secret
from kemai.platform.objects.store import unpacked

Row = dict[str, Any]
#: Above this, children of both are not compared with each other: looking for doubles among them would take longer than the merge.
MOST_COMPARED = 100_000
CANNOT_CHOOSE = T("您不能修改此字段。", "You may not change this field.")


@dataclass(slots=True)
class Children:
    """One kind of record around both: how many there are, and which are the same at both."""

    place: Place
    survivor: int
    loser: int
    same: list[tuple[Row, Row]] = field(default_factory=list)
    """(stays, goes)"""
    selves: list[UUID] = field(default_factory=list)
    """Rows that would point to the survivor twice."""

    @property
    def after(self) -> int:
        return self.survivor + self.loser - len(self.same) - len(self.selves)


@dataclass(slots=True)
class Plan:
    """``values``: columns of the survivor as they will be, where that is news. ``chosen``: field → whose value stays."""

    declaration: ObjectType
    survivor: Row
    loser: Row
    values: Row
    chosen: dict[str, str]
    children: list[Children]


def mergeable_fields(declaration: ObjectType) -> list[Field]:
    """The fields a merge settles: those people write, less what the survivor always keeps."""
    assert declaration.merging is not None
    kept = declaration.merging.kept
    return [f for f in declaration.fields if f.writable and f.stored and f.stored not in kept]


def may_choose(actor: Actor, declaration: ObjectType, f: Field) -> bool:
    """Whether ``actor`` sees and may write the field, so that he can choose between two values of it."""
    return access_of(actor, declaration, f) == EDITABLE and not row_secret(actor, f)


def make_plan(actor: Actor, declaration: ObjectType, survivor: Row, loser: Row, take: list[str]) -> Plan:
    """Settle every field: what ``take`` names comes from the loser, sets are united, gaps are filled, the rest stays."""
    fields = {f.name: f for f in mergeable_fields(declaration)}
    for name in take:
        if name not in fields or not may_choose(actor, declaration, fields[name]):
            raise Invalid.one(name[:60], "not_writable", CANNOT_CHOOSE)
    values: Row = {}
    chosen: dict[str, str] = {}
    both = (survivor["id"], loser["id"])
    for name, f in fields.items():
        # Of two that refer to each other the one can no longer refer to itself.
        ours, theirs = (None if r[f.stored] in both else r[f.stored] for r in (survivor, loser))
        if isinstance(f.type, types.Tags) and name not in take:
            chosen[name] = "both"
            values[f.stored] = list(dict.fromkeys([*(ours or ()), *(theirs or ())]))
        elif name in take or (_empty(ours) and not _empty(theirs)):
            chosen[name] = "loser"
            values[f.stored] = theirs
        else:
            chosen[name] = "survivor"
            values[f.stored] = ours
    _keep_former_name(declaration, survivor, loser, values)
    changed = {c: v for c, v in values.items() if v != survivor[c]}
    return Plan(declaration, survivor, loser, changed, chosen, _children(declaration, survivor["id"], loser["id"]))


def _empty(value: Any) -> bool:
    return value in (None, "", [], {})


def _keep_former_name(declaration: ObjectType, survivor: Row, loser: Row, values: Row) -> None:
    assert declaration.merging is not None
    former = declaration.by_name.get(declaration.merging.former)
    if former is None:
        return
    title = declaration.by_name[declaration.title].stored
    now = str(values.get(title, survivor[title]))
    formers: list[str] = values.get(former.stored) or []
    known = [*formers, str(survivor[title]), str(loser[title])]
    values[former.stored] = [n for n in dict.fromkeys(known) if n and fold(n) != fold(now)][:50]


def _children(declaration: ObjectType, survivor: UUID, loser: UUID) -> list[Children]:
    found = []
    places = places_of(declaration)
    for place in places:
        source = place.source
        if source is None:
            continue
        kind = f" AND {place.object_column} = %(object)s" if place.object_column else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FILTER (WHERE {place.points_to('one', 'x')}), count(*) FILTER (WHERE {place.points_to('two', 'x')}) "
                f"FROM {place.table} x WHERE ({place.points_to('one', 'x')} OR {place.points_to('two', 'x')}) AND deleted_at IS NULL{kind}",
                {"one": survivor, "two": loser, "object": declaration.name},
            )
            ours, theirs = cursor.fetchone()
        children = Children(place, ours, theirs)
        others = [p.column for p in places if p.table == place.table and p.column != place.column and not p.custom]
        if theirs and not place.custom:
            _find_same(children, source, others, survivor, loser)
        found.append(children)
    return found


def _find_same(children: Children, source: ObjectType, others: list[str], survivor: UUID, loser: UUID) -> None:
    place = children.place
    if others:
        with connection.cursor() as cursor:
            twice = " OR ".join(f"{c} IN (%(one)s, %(two)s)" for c in others)
            cursor.execute(
                f"SELECT id FROM {place.table} WHERE {place.column} = %(two)s AND deleted_at IS NULL AND ({twice})",
                {"one": survivor, "two": loser},
            )
            children.selves = [row[0] for row in cursor.fetchall()]
    same = source.merging.same if source.merging else None
    if same is None or children.survivor * children.loser > MOST_COMPARED or not children.survivor:
        return
    ours, theirs = _rows(source, place, survivor), _rows(source, place, loser)
    for row in theirs:
        if row["id"] in children.selves:
            continue
        row = {**row, place.column: survivor}
        twin = next((o for o in ours if same(o, row)), None)
        if twin is not None:
            children.same.append((twin, row))


def _rows(source: ObjectType, place: Place, key: UUID) -> list[Row]:
    columns = list(source.column_types)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM {place.table} WHERE {place.column} = %s AND deleted_at IS NULL ORDER BY created_at, id",
            [key],
        )
        return [unpacked(source, dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]
