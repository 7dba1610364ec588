"""Everything that points to a record: the reference fields of all declarations, and the tables that say so themselves.

A merge moves all of it, so a table that names records and is found nowhere here would lose them: a contract test looks for such.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from kemai.platform.custom.definitions import definitions
from kemai.platform.objects.declare import ObjectType, all_objects, get_object
from kemai.platform.objects.store import CUSTOM


@dataclass(frozen=True, slots=True)
class Place:
    """A column that holds keys of records. ``object_column`` says of which kind where the column may hold several; ``unique`` are the
    other columns of a constraint that lets each value point to a record once; ``source`` is the declaration whose field it is."""

    table: str
    column: str
    object_column: str = ""
    unique: tuple[str, ...] = ()
    source: ObjectType | None = None
    field: str = ""
    key: str = "id"
    custom: str = ""
    """The key within ``custom`` where the administrator added the field."""

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    def points_to(self, param: str, alias: str) -> str:
        """The condition that a row points to the record bound as ``param``."""
        if self.custom:
            return f"{alias}.custom ->> '{self.custom}' = %({param})s::text"
        return f"{alias}.{self.column} = %({param})s"

    def pointed_to(self, param: str, alias: str) -> str:
        """The assignment that makes a row point to the record bound as ``param``."""
        if self.custom:
            return f"custom = {alias}.custom || jsonb_build_object('{self.custom}', %({param})s::text)"
        return f"{self.column} = %({param})s"


_further: list[tuple[str, Place]] = []
_recounts: dict[str, list[Callable[[list[UUID]], None]]] = {}


def also_points(
    table: str, column: str, *, to: str = "", object_column: str = "", unique: tuple[str, ...] = (), key: str = "id"
) -> None:
    """Register a column of a table without a declaration (extension point): ``to`` one kind of record, or any by ``object_column``;
    without either any by the key alone, which no two records share."""
    assert not (to and object_column), (table, column)
    _further.append((to, Place(table, column, object_column, unique, key=key)))


def recount_after_merge(object_name: str) -> Callable[[Callable[[list[UUID]], None]], Callable[[list[UUID]], None]]:
    """Register what counts the figures kept on these records anew, once what they are counted from has moved (extension point)."""

    def register(function: Callable[[list[UUID]], None]) -> Callable[[list[UUID]], None]:
        _recounts.setdefault(object_name, []).append(function)
        return function

    return register


def recount(object_name: str, keys: list[UUID]) -> None:
    """Count everything kept on these records anew."""
    for function in _recounts.get(object_name, ()):
        function(keys)


def places_of(declaration: ObjectType) -> list[Place]:
    """All columns that may point to records of this kind, declared ones first."""
    found = []
    for source in (get_object(o.name) for o in all_objects()):
        for f in source.fields:
            if declaration.name not in (f.target, *f.targets) or not f.stored:
                continue
            kind = f.object_column if f.targets else ""
            custom = f.stored.removeprefix(CUSTOM) if f.stored.startswith(CUSTOM) else ""
            if custom or f.stored in source.column_types:
                found.append(Place(source.table, f.stored, kind, source=source, field=f.name, custom=custom))
    # A field switched off keeps what it holds: on again, it must not lead to a record that is gone.
    for row in definitions().retired:
        if row.options.get("target") == declaration.name:
            source = get_object(row.object)
            column = f"{CUSTOM}{row.key}"
            found.append(Place(source.table, column, source=source, field=column, custom=row.key))
    return found + [place for to, place in _further if to in ("", declaration.name)]


also_points("accounts_recordshare", "record_id", object_column="object", unique=("grantee_id",))
also_points("base_storedfile", "record_id", object_column="object")
also_points("platform_follow", "record_id", object_column="object", unique=("user_id",))
also_points("platform_segmentmember", "record_id", unique=("segment_id",))
