"""Generic writing: create, edit, bin, restore. Commands for decisions live in the domains.

One order everywhere: check rights, lock, parse, prove references, let the domain prepare, write, re-check the saved rows through the
scope, let the domain follow up, put the event into the outbox — all in one act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg.errors
import psycopg.types.json
from django.db import IntegrityError, connection, transaction

from kemai.accounts.access import Actor, branches, can, is_own, visible_among
from kemai.base.audit import act, emit
from kemai.kit.clock import now
from kemai.kit.errors import (
    Conflict,
    Duplicate,
    FieldError,
    Forbidden,
    InUse,
    Invalid,
    KemaiError,
    NotFound,
    VersionStale,
)
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.doubles.check import possible_doubles, refuse_blocked
from kemai.platform.doubles.store import write_keys
from kemai.platform.events import RecordsChanged, RecordsCreated, RecordsDeleted, RecordsRestored
from kemai.platform.merging.errors import PartOfMerge, PartOfUnseen
from kemai.platform.models import Merge
from kemai.platform.objects.attachments import attach_files, check_files
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.demands import check_demands, refuse_taken
from kemai.platform.objects.drafts import (
    NOT_VISIBLE,
    check_references,
    check_required,
    check_withheld,
    derive,
    new_drafts,
    parse_into,
    prepare,
)
from kemai.platform.objects.mentioning import note_mentions
from kemai.platform.objects.read import get_detail, list_options
from kemai.platform.objects.secrecy import row_secret
from kemai.platform.objects.store import insert_rows, packed, unpacked
from kemai.platform.objects.types import MISSING, BadValue
from kemai.platform.objects.undo import RECORDS, in_parts, offer_undo

OUT_OF_SCOPE = T(
    "保存后的记录将超出您的权限范围（负责人或部门）。",
    "The record as saved would lie outside what you may write (owner or department).",
)
ITS_CURRENCY = T("请只填数字，币种与记录相同。", "Enter the figure alone; the currency is the record's.")
DOUBLE = T("与已有记录重复。", "This is a double of an existing record.")


class Stays(Conflict):
    """The record is not deleted any more: what was handed in, or counts."""

    code, text = "stays", T("{why}", "{why}")


class OutOfScope(Forbidden):
    """The record as it would be saved lies outside the writer's scope."""

    code, text = "out_of_scope", OUT_OF_SCOPE


# ---------------------------------------------------------------- create


def create_record(actor: Actor, declaration: ObjectType, values: dict[str, Any]) -> UUID:
    """Create one record; :class:`Invalid` names every wrong field."""
    actor.require(declaration.perm("create"))
    key = new_id()
    with act(actor, "create", object=declaration.name, record_id=key, gathers=True):
        drafts = prepare_new(actor, declaration, [values], ids=[key])
        if drafts[0].errors:
            raise refusal_of(drafts[0])
        insert_drafts(actor, declaration, drafts, alone=True)
    return key


@dataclass(slots=True)
class Checked:
    """What trying values found: what is wrong, which records they may be doubles of, and whether some of those are withheld."""

    errors: list[FieldError]
    doubles: list[dict[str, Any]]
    withheld: bool


def check_record(actor: Actor, declaration: ObjectType, values: dict[str, Any]) -> Checked:
    """What would be wrong with these values in a new record, doubles included, while it is being typed. Writes nothing."""
    with transaction.atomic():
        draft = prepare_new(actor, declaration, [values])[0]
        doubles, withheld = possible_doubles(actor, declaration, draft, set(values))
        transaction.set_rollback(True)
    errors = [error for error in draft.errors if error.field in values]
    return Checked(errors, doubles, withheld or any(e.code == "duplicate" for e in errors))


def check_edit(actor: Actor, declaration: ObjectType, key: UUID, values: dict[str, Any]) -> Checked:
    """The same for changes of an existing record, which is no double of itself."""
    with transaction.atomic():
        row = lock_row(actor, declaration, key, declaration.perm("edit"))
        draft = Draft(key, row, {})
        prepare_edits(actor, declaration, [draft], [values])
        doubles, withheld = possible_doubles(actor, declaration, draft, set(values))
        transaction.set_rollback(True)
    errors = [error for error in draft.errors if error.field in values]
    return Checked(errors, doubles, withheld or any(e.code == "duplicate" for e in errors))


def refusal_of(draft: Draft) -> KemaiError:
    """What is wrong with a draft: a conflict where a double is all that is wrong, else the list of wrong values."""
    only_double = all(e.code == "duplicate" for e in draft.errors)
    return Duplicate(draft.errors) if only_double else Invalid(draft.errors)


def prepare_new(
    actor: Actor,
    declaration: ObjectType,
    payloads: list[dict[str, Any]],
    *,
    verb: str = "create",
    ids: list[UUID] | None = None,
) -> list[Draft]:
    """Drafts ready to insert, inside an open act; those with errors say so and are left to the caller."""
    actor.require(declaration.perm(verb))
    if not declaration.can_create:
        raise Forbidden
    drafts = new_drafts(actor, declaration, payloads, ids)
    prepare(actor, declaration, drafts)
    refuse_blocked(actor, declaration, drafts)
    check_required(actor, declaration, drafts)
    check_demands(actor, declaration, drafts)
    check_files(actor, declaration, drafts)
    return drafts


def insert_drafts(
    actor: Actor, declaration: ObjectType, drafts: list[Draft], verb: str = "create", *, alone: bool = False
) -> None:
    """Insert prepared drafts inside an open act. ``alone``: a refusal ends the whole act, so that no savepoint is needed."""
    moment = now()
    stamps = {"created_at": moment, "created_by": actor.id, "updated_at": moment, "updated_by": actor.id}
    for draft in drafts:
        derive(declaration, draft)
    with refusing_doubles(declaration, savepoint=not alone):
        insert_rows(declaration.model, [{"id": d.id, **stamps, **d.values} for d in drafts])
    write_keys(declaration, drafts)
    attach_files(declaration, drafts)
    _recheck(actor, declaration, [d.id for d in drafts if not is_own(actor, declaration.ownership, d.values)], verb)
    if declaration.after:
        declaration.after(actor, drafts)
    note_mentions(declaration, drafts)
    record_id = drafts[0].id if len(drafts) == 1 else None
    emit(RecordsCreated(declaration.name, record_id, [str(d.id) for d in drafts]))


def _recheck(actor: Actor, declaration: ObjectType, ids: list[UUID], verb: str) -> None:
    """:class:`OutOfScope` unless all of ``ids``, as they now are, lie within ``verb``'s reach."""
    if not ids or branches(actor, declaration.perm(verb), declaration.ownership).everything:
        return
    if len(
        visible_among(actor, declaration.perm(verb), declaration.ownership, table=declaration.table, keys=ids)
    ) != len(set(ids)):
        raise OutOfScope


class refusing_doubles:
    """Turns a unique violation into words; everything else passes."""

    def __init__(self, declaration: ObjectType, *, savepoint: bool = True) -> None:
        self.declaration = declaration
        self.point = transaction.atomic(savepoint=savepoint)

    def __enter__(self) -> None:
        self.point.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.point.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError) and isinstance(error.__cause__, psycopg.errors.UniqueViolation):
            name = error.__cause__.diag.constraint_name or ""
            for constraint, field_name, words in self.declaration.unique:
                if constraint == name:
                    raise Duplicate([FieldError(field_name, "duplicate", words)]) from error
            raise Conflict from error


# ---------------------------------------------------------------- edit


def lock_rows(actor: Actor, declaration: ObjectType, ids: list[UUID], permission: str) -> dict[UUID, dict[str, Any]]:
    """The rows ``actor`` may do ``permission`` to, locked in key order, by key. Inside a transaction."""
    scope = branches(actor, permission, declaration.ownership)
    columns = list(declaration.column_types)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(f't.{c}' for c in columns)} FROM {declaration.table} t WHERE t.id = ANY(%(ids)s) "
            f"AND t.deleted_at IS NULL AND {scope.sql} ORDER BY t.id FOR UPDATE OF t",
            {**scope.params, "ids": ids},
        )
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return {row["id"]: unpacked(declaration, row) for row in rows}


def lock_row(actor: Actor, declaration: ObjectType, key: UUID, permission: str) -> dict[str, Any]:
    """One row, locked; :class:`NotFound` when it may not even be seen, :class:`Forbidden` when seen but not to be done this to."""
    rows = lock_rows(actor, declaration, [key], permission)
    if key not in rows:
        if actor.has(declaration.perm("view")) and can(
            actor, declaration.perm("view"), declaration.ownership, table=declaration.table, key=key
        ):
            raise Forbidden
        raise NotFound
    return rows[key]


def update_record(actor: Actor, declaration: ObjectType, key: UUID, values: dict[str, Any], *, version: int) -> None:
    """Edit one record from the version the writer read; :class:`VersionStale` carries both versions."""
    actor.require(declaration.perm("view"))
    with act(actor, "edit", object=declaration.name, record_id=key):
        row = lock_row(actor, declaration, key, declaration.perm("edit"))
        if row["version"] != version:
            raise _stale(actor, declaration, key, values)
        draft = Draft(key, row, {})
        prepare_edits(actor, declaration, [draft], [values], whole=True)
        if draft.errors:
            raise refusal_of(draft)
        write_edits(actor, declaration, [draft])


def _stale(actor: Actor, declaration: ObjectType, key: UUID, values: dict[str, Any]) -> VersionStale:
    current = get_detail(actor, declaration, key)
    conflicts = []
    for name, yours in values.items():
        theirs = current.get(name)
        if name in declaration.by_name and (theirs.get("id") if isinstance(theirs, dict) else theirs) != yours:
            conflicts.append({"field": name, "yours": yours, "theirs": theirs})
    return VersionStale(current, conflicts)


def prepare_edits(
    actor: Actor,
    declaration: ObjectType,
    drafts: list[Draft],
    payloads: list[dict[str, Any]],
    *,
    whole: bool = False,
) -> None:
    """Parse edits into drafts that already carry their locked rows. ``whole``: what custom fields demand is asked of the records as
    they will be, not only of what the payload names: somebody looks at each and can fill in what is missing."""
    for draft, payload in zip(drafts, payloads, strict=True):
        parse_into(actor, declaration, draft, payload)
    check_references(actor, declaration, drafts)
    check_withheld(actor, declaration, drafts, secret_rows(actor, declaration, drafts))
    prepare(actor, declaration, drafts)
    refuse_blocked(actor, declaration, drafts)
    check_required(actor, declaration, drafts)
    check_demands(actor, declaration, drafts, whole=whole)
    check_files(actor, declaration, drafts)


def secret_rows(actor: Actor, declaration: ObjectType, drafts: list[Draft]) -> dict[str, set[UUID]]:
    """Field → records whose value of it is withheld from this person."""
    found = {}
    for f in declaration.fields:
        if row_secret(actor, f) and any(f.stored in d.values for d in drafts):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT t.id FROM {declaration.table} t WHERE t.id = ANY(%(ids)s) AND {row_secret(actor, f)}",
                    {**actor.params, "ids": [d.id for d in drafts]},
                )
                found[f.name] = {r[0] for r in cursor.fetchall()}
    return found


def write_edits(actor: Actor, declaration: ObjectType, drafts: list[Draft], verb: str = "edit") -> list[Draft]:
    """Save prepared edits inside an open act; returns those that changed anything."""
    changed = []
    for draft in drafts:
        derive(declaration, draft)
        draft.values = {c: v for c, v in draft.values.items() if draft.old is not None and draft.old.get(c) != v}
        if draft.values:
            changed.append(draft)
    if not changed:
        return []
    with refusing_doubles(declaration):
        update_rows(declaration, actor.id, changed)
    attach_files(declaration, changed)
    _recheck(actor, declaration, [d.id for d in changed], verb)
    if declaration.after:
        declaration.after(actor, changed)
    note_mentions(declaration, changed)
    # What was edited; what follows from it (a score, a department) is no edit of its own.
    columns = {c for d in changed for c in d.values if c in declaration.by_column}
    fields = sorted(found.name for c in columns if (found := declaration.by_column[c]).writable)
    emit(
        RecordsChanged(
            declaration.name, changed[0].id if len(changed) == 1 else None, [str(d.id) for d in changed], fields
        )
    )
    return changed


def update_rows(declaration: ObjectType, actor_id: UUID | None, drafts: list[Draft], *, touch: bool = True) -> None:
    """One UPDATE per set of columns. ``touch`` moves version and updated_at; what the product computes moves neither (decisions.md 13)."""
    shapes: dict[tuple[str, ...], list[tuple[UUID, dict[str, Any]]]] = {}
    for draft in drafts:
        values = packed(draft.values)
        shapes.setdefault(tuple(sorted(values)), []).append((draft.id, values))
    for columns, group in shapes.items():
        stamp = ", version = t.version + 1, updated_at = %(moment)s, updated_by = %(actor)s" if touch else ""
        # Of the custom fields only those that change are sent: two people may change two of them at once. Null takes one away.
        sets = ", ".join(
            "custom = jsonb_strip_nulls(t.custom || v.custom)" if c == "custom" else f"{c} = v.{c}" for c in columns
        )
        for start in range(0, len(group), 500):
            part = group[start : start + 500]
            params: dict[str, Any] = {"moment": now(), "actor": actor_id}
            lines = []
            for n, (key, values) in enumerate(part):
                params[f"id_{n}"] = key
                cells = [f"%(id_{n})s::uuid"]
                for c in columns:
                    params[f"{c}_{n}"] = _bind(values[c], declaration.column_types[c])
                    cells.append(f"%({c}_{n})s::{declaration.column_types[c]}")
                lines.append(f"({', '.join(cells)})")
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {declaration.table} t SET {sets}{stamp} FROM (VALUES {', '.join(lines)}) v (id, {', '.join(columns)}) WHERE t.id = v.id",
                    params,
                )
    write_keys(declaration, drafts)


def _bind(value: Any, column_type: str) -> Any:
    return psycopg.types.json.Jsonb(value) if column_type == "jsonb" else value


# ---------------------------------------------------------------- bin and back


def delete_records(actor: Actor, declaration: ObjectType, ids: list[UUID], *, version: int | None = None) -> UUID:
    """Put records and their declared children into the recycle bin for 30 days; returns the deletion id that brings them back."""
    if not declaration.can_delete:
        raise Forbidden
    deletion = new_id()
    with act(actor, "delete", object=declaration.name, record_id=ids[0] if len(ids) == 1 else None):
        for key in ids:
            row = lock_row(actor, declaration, key, declaration.perm("delete"))
            if version is not None and row["version"] != version:
                raise _stale(actor, declaration, key, {})
            if why := why_stays(declaration, row):
                raise Stays(why=why)
        refuse_in_use(declaration, ids)
        bin_rows(actor, declaration, ids, deletion)
        if not in_parts():
            title = str(row.get(declaration.by_name[declaration.title].stored) or "")
            offer_undo(actor, RECORDS, {"permission": "delete"}, label=title)
        emit(RecordsDeleted(declaration.name, ids[0] if len(ids) == 1 else None, [str(i) for i in ids]))
    return deletion


def why_stays(declaration: ObjectType, row: dict[str, Any]) -> T | None:
    """Why this record is not deleted any more; None where it may be."""
    return declaration.stays(row) if declaration.stays else None


def refuse_in_use(declaration: ObjectType, ids: list[UUID]) -> None:
    """:class:`InUse` when living rows that the declaration names point to one of the records."""
    if in_use_among(declaration, ids):
        raise InUse


_uses: dict[str, list[tuple[str, str]]] = {}


def keep_in_use(object_name: str, table: str, column: str) -> None:
    """Register a table of a higher domain whose living rows keep the records they point to from being deleted (extension point)."""
    _uses.setdefault(object_name, []).append((table, column))


def in_use_among(declaration: ObjectType, ids: list[UUID]) -> set[UUID]:
    """Which of the records living rows point to, by the tables the declaration names and those registered."""
    found: set[UUID] = set()
    with connection.cursor() as cursor:
        for table, column in (*declaration.in_use, *_uses.get(declaration.name, ())):
            # Not every such table has a bin; asked through JSON, those without one count as living.
            living = "to_jsonb(x) ->> 'deleted_at' IS NULL"
            cursor.execute(f"SELECT DISTINCT x.{column} FROM {table} x WHERE x.{column} = ANY(%s) AND {living}", [ids])
            found.update(row[0] for row in cursor.fetchall())
    return found


def bin_rows(actor: Actor, declaration: ObjectType, ids: list[UUID], deletion: UUID) -> None:
    """Put locked rows and their children into the bin under one deletion id, inside an open act."""
    _bin(actor, declaration, "id", ids, deletion)


def _bin(actor: Actor, declaration: ObjectType, column: str, ids: list[UUID], deletion: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {declaration.table} SET deleted_at = now(), deletion_id = %s, version = version + 1, updated_at = now(), updated_by = %s "
            f"WHERE {column} = ANY(%s) AND deleted_at IS NULL RETURNING id",
            [deletion, actor.id, ids],
        )
        gone = [row[0] for row in cursor.fetchall()]
    if gone and declaration.gone_or_back:
        declaration.gone_or_back(actor, gone)
    for child_name, field_name in declaration.children if gone else ():
        child = get_object(child_name)
        _bin(actor, child, child.by_name[field_name].stored, gone, deletion)


def restore_record(actor: Actor, declaration: ObjectType, key: UUID) -> None:
    """Bring a record back with what went with it; :class:`Conflict` when a living one has taken its place."""
    actor.require(declaration.perm("delete"))
    with act(actor, "restore", object=declaration.name, record_id=key):
        rows = restorable_rows(actor, declaration, [key])
        if key not in rows:
            raise NotFound
        for refusal in merged_away(actor, rows).values():
            raise refusal
        restore_rows(actor, declaration, rows)


def restorable_rows(actor: Actor, declaration: ObjectType, ids: list[UUID]) -> dict[UUID, UUID]:
    """Those of ``ids`` that lie in the bin and that ``actor`` may bring back, locked: record → the deletion that put it there."""
    scope = branches(actor, declaration.perm("delete"), declaration.ownership)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id, t.deletion_id FROM {declaration.table} t WHERE t.id = ANY(%(ids)s) AND t.deleted_at IS NOT NULL "
            f"AND {scope.sql} ORDER BY t.id FOR UPDATE OF t",
            {**scope.params, "ids": ids},
        )
        return dict(cursor.fetchall())


def merged_away(actor: Actor, rows: dict[UUID, UUID]) -> dict[UUID, PartOfMerge]:
    """Those of some records in the bin that a merge put there: they come back by taking that back, or not at all. What each has become
    part of is told to those who may see it."""
    merges = {m.deletion_id: m for m in Merge.objects.filter(deletion_id__in=set(rows.values()))}
    return {key: _part_of(actor, merges[deletion]) for key, deletion in rows.items() if deletion in merges}


def _part_of(actor: Actor, merge: Merge) -> PartOfMerge:
    into = get_object(merge.object)
    seen = list_options(actor, into, ids=[merge.survivor_id]) if actor.has(into.perm("view")) else []
    return PartOfMerge(label=seen[0]["label"]) if seen else PartOfUnseen()


_keepers: list[Callable[[ObjectType, list[UUID]], None]] = []


def keep_away(refuse: Callable[[ObjectType, list[UUID]], None]) -> Callable[[ObjectType, list[UUID]], None]:
    """Register what raises where records may not come back from the bin at all (extension point)."""
    _keepers.append(refuse)
    return refuse


def restore_rows(actor: Actor, declaration: ObjectType, rows: dict[UUID, UUID]) -> None:
    """Bring locked rows back with what went with them, inside an open act; ``rows`` as :func:`restorable_rows` gives them."""
    for refuse in _keepers:
        refuse(declaration, list(rows))
    with refusing_doubles(declaration):
        _unbin(actor, declaration, "id", list(rows), list(set(rows.values())))
    keys = list(rows)
    emit(RecordsRestored(declaration.name, keys[0] if len(keys) == 1 else None, [str(k) for k in keys]))


def _unbin(actor: Actor, declaration: ObjectType, column: str, ids: list[UUID], deletions: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {declaration.table} SET deleted_at = NULL, deletion_id = NULL, version = version + 1, updated_at = now(), updated_by = %s "
            f"WHERE {column} = ANY(%s) AND deletion_id = ANY(%s) RETURNING id",
            [actor.id, ids, deletions],
        )
        back = [row[0] for row in cursor.fetchall()]
    if back:
        refuse_taken(actor, declaration, back)
    if back and declaration.gone_or_back:
        declaration.gone_or_back(actor, back)
    for child_name, field_name in declaration.children if back else ():
        child = get_object(child_name)
        _unbin(actor, child, child.by_name[field_name].stored, back, deletions)


def run_command(actor: Actor, declaration: ObjectType, name: str, key: UUID, params: dict[str, Any]) -> UUID | None:
    """Parse a command's parameters and call its service; returns the undo token where there is one."""
    command = declaration.command_map.get(name)
    if command is None:
        raise NotFound
    actor.require(declaration.perm("view"))
    if not actor.has(declaration.perm(command.verb)):
        if can(actor, declaration.perm("view"), declaration.ownership, table=declaration.table, key=key):
            raise Forbidden
        raise NotFound
    return command.service(actor, key, **parse_params(actor, command.params, params))


def parse_params(actor: Actor, fields: tuple[Any, ...], raw: dict[str, Any]) -> dict[str, Any]:
    """A command's parameters by their field declarations; :class:`Invalid` names each wrong one."""
    draft = Draft(new_id(), None, {})
    known = {f.name: f for f in fields}
    parsed: dict[str, Any] = {}
    for name in raw:
        if name not in known:
            draft.wrong(str(name)[:60], "unknown_field", T("没有这个参数。", "There is no such parameter."))
    for f in fields:
        try:
            parsed[f.name] = f.type.parse(f, raw.get(f.name, f.default))
        except BadValue as error:
            draft.wrong(f.name, error.code, error.message, **error.params)
            continue
        if f.currency and f.type.named(raw.get(f.name)):
            draft.wrong(f.name, "other_currency", ITS_CURRENCY)
        elif f.required and parsed[f.name] in (None, "", []):
            draft.wrong(f.name, "required", MISSING)
        elif f.target and parsed[f.name] is not None:
            target = get_object(f.target)
            if not can(actor, target.perm("view"), target.ownership, table=target.table, key=parsed[f.name]):
                draft.wrong(f.name, "not_visible", NOT_VISIBLE)
    if draft.errors:
        raise Invalid(draft.errors)
    return parsed
