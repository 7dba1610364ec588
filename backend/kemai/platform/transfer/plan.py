"""What one import is about to do, worked out once: kind, person, columns, key, words of choices. Shared by dry run and commit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kemai.accounts.access import Actor
from kemai.kit.errors import Forbidden, Invalid
from kemai.kit.words import T
from kemai.platform.models import Import
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.secrecy import EDITABLE, access_of
from kemai.platform.objects.types import CellContext
from kemai.platform.transfer.lookup import References, key_fields
from kemai.platform.transfer.mapping import SheetColumn, header_unit

MODES = ("create", "update", "both")

NO_FIELDS = T("没有任何列对应到字段，请先选择对应关系。", "No column is mapped to a field yet.")
TWICE = T("有多列对应到“{label}”，请只保留一列。", 'More than one column is mapped to "{label}"; keep one.')
UNMAPPED = T("必填字段“{label}”没有对应的列。", 'No column is mapped to the required field "{label}".')
NO_KEY = T("更新已有记录需要一个关键字段，并有对应的列。", "Updating needs a key field with a column mapped to it.")


def require_import(actor: Actor, declaration: ObjectType) -> None:
    """:class:`Forbidden` unless ``actor`` may import this kind, and create or edit it."""
    actor.require(declaration.perm("import"))
    if not declaration.can_import or not (actor.has(declaration.perm("create")) or actor.has(declaration.perm("edit"))):
        raise Forbidden


def import_fields(actor: Actor, declaration: ObjectType) -> list[Field]:
    """The fields a column may feed: what this person may write, and the keys records are found by."""
    written = [f for f in declaration.fields if is_written(actor, declaration, f)]
    return written + [f for f in key_choices(actor, declaration) if f not in written]


def is_written(actor: Actor, declaration: ObjectType, f: Field) -> bool:
    return f.importable and f.writable and bool(f.stored) and access_of(actor, declaration, f) == EDITABLE


def key_choices(actor: Actor, declaration: ObjectType) -> list[Field]:
    """The fields existing records may be recognised by."""
    return [f for f in key_fields(actor, declaration) if f.key]


def needed(f: Field) -> bool:
    """Whether a new record needs a value for this field from the file."""
    return f.required and f.writable and f.default is None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column that feeds a field."""

    index: int
    header: str
    field: Field
    written: bool


@dataclass
class Plan:
    """One import, ready to be gone through."""

    actor: Actor
    declaration: ObjectType
    columns: list[Mapped]
    headers: list[str]
    mode: str
    key: Mapped | None
    context: CellContext
    references: References

    @cached_property
    def narrowing(self) -> list[Mapped]:
        """Required references that tell namesakes apart when the key is a mere name (a contact is one within its customer)."""
        if self.key is None or self.key.field.name != self.declaration.title:
            return []
        return [m for m in self.columns if m.field.target and m.field.required and m.written and not m.field.custom]

    @cached_property
    def unique_columns(self) -> list[tuple[tuple[str, ...], str]]:
        """(columns, field) of what comes once: by the database's constraints, and by the administrator's rule."""
        words = {name: field_name for name, field_name, _ in self.declaration.unique}
        found = []
        for constraint in self.declaration.model._meta.constraints:
            names = getattr(constraint, "fields", ())
            if constraint.name in words and names:
                columns = tuple(str(getattr(self.declaration.model._meta.get_field(n), "attname", n)) for n in names)
                found.append((columns, words[constraint.name]))
        return found + [((f.stored,), f.name) for f in self.declaration.custom_fields if f.unique]


def make_plan(actor: Actor, run: Import) -> Plan:
    """The plan of ``run`` with the rights ``actor`` has now; :class:`Invalid` says what the mapping lacks."""
    declaration = get_object(run.object)
    require_import(actor, declaration)
    for verb in {"create": ("create",), "update": ("edit",), "both": ("create", "edit")}[run.mode]:
        actor.require(declaration.perm(verb))
    known = {f.name: f for f in import_fields(actor, declaration)}
    columns = [
        Mapped(c["index"], c["header"], known[c["field"]], is_written(actor, declaration, known[c["field"]]))
        for c in run.columns
        if c["field"] in known
    ]
    key = next((m for m in columns if m.field.name == run.key), None)
    _check(run, known, columns, key)
    return Plan(
        actor=actor,
        declaration=declaration,
        columns=columns,
        headers=[c["header"] for c in run.columns],
        mode=run.mode,
        key=key,
        context=CellContext(
            _labels(columns), actor.time_zone, {m.field.name: header_unit(m.field, m.header) for m in columns}
        ),
        references=References(actor, declaration),
    )


def _check(run: Import, known: dict[str, Field], columns: list[Mapped], key: Mapped | None) -> None:
    if not any(m.written for m in columns):
        raise Invalid.one("mapping", "no_fields", NO_FIELDS)
    names = [m.field.name for m in columns]
    for m in columns:
        if names.count(m.field.name) > 1:
            raise Invalid.one(m.field.name, "mapped_twice", TWICE, label=m.field.label.to())
    if run.mode != "update":
        for f in known.values():
            if needed(f) and f.name not in names:
                raise Invalid.one(f.name, "unmapped", UNMAPPED, label=f.label.to())
    if run.mode != "create" and key is None:
        raise Invalid.one("key", "no_key", NO_KEY)


def _labels(columns: list[Mapped]) -> dict[str, dict[str, str]]:
    """Field → any label or code in lower case → code."""
    found: dict[str, dict[str, str]] = {}
    for m in columns:
        words: dict[str, str] = {}
        items = m.field.choice_items()
        for item in items:
            words.setdefault(item.value.lower(), item.value)
        for item in items:
            words.setdefault(item.label.zh.strip().lower(), item.value)
            words.setdefault(item.label.en.strip().lower(), item.value)
        if words:
            found[m.field.name] = words
    return found


def column_json(column: SheetColumn) -> dict[str, Any]:
    return {
        "index": column.index,
        "header": column.header,
        "samples": column.samples,
        "field": column.field,
        "guess": column.guess,
    }
