"""What an operation did to records, read off the audit differences, and putting it back (PLT-9).

The differences are the one copy of old values: nothing is stored beside them, and what was erased there cannot come back (P-4). A record
goes back column by column: a column that is no longer what the operation made of it was changed since, and refuses this record, naming
who changed it and when; the others go on. A column that is already as it was counts as done, so that all of this may run twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from kemai.accounts.access import Actor
from kemai.base.audit import emit
from kemai.kit.errors import Forbidden, Invalid, KemaiError, NotFound
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.events import RecordsDeleted
from kemai.platform.objects import write
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.demands import refuse_taken
from kemai.platform.objects.drafts import WITHHELD, check_required, check_withheld, prepare
from kemai.platform.objects.secrecy import EDITABLE, access_of
from kemai.platform.objects.undo import ChangedSince

CUSTOM = "custom."


class FieldsChangedSince(ChangedSince):
    """Who changed which fields of the record after the operation."""

    text = T(
        "“{label}”的{words}已由{by}于 {at} 修改，保持现状。",
        '{words} of "{label}" was changed by {by} at {at} and stays as it is.',
    )

    def __init__(self, *, fields: list[dict[str, str]], moment: datetime | None, **params: Any) -> None:
        self.fields, self.moment = fields, moment
        super().__init__(**params)


class HasMore(ChangedSince):
    code = "has_more"
    text = T("“{label}”之后已有新的{what}，不能撤销。", '"{label}" has got {what} since; this cannot be taken back.')


class Erased(ChangedSince):
    code = "erased"
    text = T("“{label}”原来的值已按规定清除，不能恢复。", 'The former values of "{label}" have been erased.')


@dataclass(slots=True)
class Change:
    """The net effect of some acts on one record."""

    id: UUID
    created: bool = False
    binned: bool = False
    restored: bool = False
    erased: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def add(self, op: str, diff: str | None) -> None:
        if op != "U":
            self.created = self.created or op == "I"
            return
        if diff is None:
            self.erased = True
            return
        pairs = json.loads(diff, parse_float=Decimal)
        if "deleted_at" in pairs:
            self.binned, self.restored = pairs["deleted_at"][1] is not None, pairs["deleted_at"][1] is None
        for column, (old, new) in pairs.items():
            if column not in ("deleted_at", "deletion_id"):
                self.before.setdefault(column, old)
                self.after[column] = new


@dataclass(slots=True)
class Refusal:
    """A record that stays as it is, and why."""

    id: UUID
    label: str
    error: KemaiError


@dataclass(slots=True)
class Outcome:
    """What became of some records."""

    done: int = 0
    already: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.done + self.already + len(self.refused)

    def add(self, other: Outcome) -> None:
        self.done += other.done
        self.already += other.already
        self.refused += other.refused


def changes_of(declaration: ObjectType, events: list[int]) -> list[Change]:
    """What these acts together did to records of this kind, by record."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record_id, op, diff::text FROM base_audit_change WHERE event_id = ANY(%s) AND object = %s ORDER BY id",
            [events, declaration.table],
        )
        rows = cursor.fetchall()
    found: dict[UUID, Change] = {}
    for key, op, diff in rows:
        found.setdefault(key, Change(key)).add(op, diff)
    return list(found.values())


class TakingBack:
    """Takes some acts back for ``actor``, inside an open act. ``dry``: only says what would become of each record."""

    def __init__(
        self,
        actor: Actor,
        declaration: ObjectType,
        events: list[int],
        *,
        last_event: int,
        permission: str,
        dry: bool = False,
    ) -> None:
        self.actor, self.declaration, self.events, self.dry = actor, declaration, events, dry
        self.last_event, self.permission = last_event, declaration.perm(permission)
        self.title = declaration.by_name[declaration.title].stored
        self.outcome = Outcome()

    def run(self) -> Outcome:
        changes = changes_of(self.declaration, self.events)
        self.locked = write.lock_rows(self.actor, self.declaration, [c.id for c in changes], self.permission)
        gone = self._gone([c.id for c in changes if c.id not in self.locked])
        edits: list[Change] = []
        created: list[Change] = []
        binned: list[Change] = []
        for change in changes:
            if change.binned:
                binned.append(change)
            elif change.id not in self.locked:
                self._absent(change, gone)
            elif change.erased:
                self._refuse(change.id, Erased(label=self._label(change.id)))
            else:
                (created if change.created or change.restored else edits).append(change)
        self._restore(binned)
        self._bin(created)
        self._edit(edits)
        return self.outcome

    def _label(self, key: UUID) -> str:
        return str(self.locked.get(key, {}).get(self.title) or "")

    def _refuse(self, key: UUID, error: KemaiError) -> None:
        self.outcome.refused.append(Refusal(key, self._label(key), error))

    def _gone(self, ids: list[UUID]) -> set[UUID]:
        """Those of ``ids`` that lie in the bin."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {self.declaration.table} WHERE id = ANY(%s) AND deleted_at IS NOT NULL", [ids]
            )
            return {row[0] for row in cursor.fetchall()}

    def _absent(self, change: Change, gone: set[UUID]) -> None:
        """Out of reach now, or deleted since: a record that was created and is in the bin is where it should be."""
        if change.created and change.id in gone:
            self.outcome.already += 1
        else:
            self._refuse(change.id, NotFound())

    # ------------------------------------------------------------ the bin

    def _restore(self, changes: list[Change]) -> None:
        """What was binned comes back with what went with it."""
        ids = [c.id for c in changes if c.id not in self.locked]
        self.outcome.already += len(changes) - len(ids)
        may = self.actor.has(self.declaration.perm("delete"))
        rows = write.restorable_rows(self.actor, self.declaration, ids) if ids and may else {}
        merged = write.merged_away(self.actor, rows)
        for key in ids:
            if key not in rows:
                self._refuse(key, NotFound() if may else Forbidden())
            elif key in merged:
                self._refuse(key, merged[key])
        free = {key: deletion for key, deletion in rows.items() if key not in merged}
        self._do(list(free), lambda keys: write.restore_rows(self.actor, self.declaration, {k: free[k] for k in keys}))

    def _bin(self, changes: list[Change]) -> None:
        """What was created goes to the bin, unless somebody worked on it since."""
        ids = [c.id for c in changes]
        grown, later = grown_since(self.declaration, ids), self._later(ids, None)
        free = []
        for key in ids:
            if key in grown:
                self._refuse(key, HasMore(label=self._label(key), what=grown[key]))
            elif key in later:
                self._refuse(key, self._changed(key, later[key]))
            else:
                free.append(key)
        if free and not self.dry:
            write.bin_rows(self.actor, self.declaration, free, new_id())
            emit(RecordsDeleted(self.declaration.name, None, [str(k) for k in free]))
        self.outcome.done += len(free)

    # ------------------------------------------------------------ edits

    def _edit(self, changes: list[Change]) -> None:
        columns = {c for change in changes for c in change.after if not c.startswith(CUSTOM)}
        before = self._natives(changes, columns, lambda c: c.before)
        after = self._natives(changes, columns, lambda c: c.after)
        drafts: list[Draft] = []
        moved: dict[UUID, set[str]] = {}
        for change in changes:
            row = self.locked[change.id]
            row |= {c: _json(row[c]) for c in ("custom", *columns) if self.declaration.column_types[c] == "jsonb"}
            values, changed = _back(self.declaration, change, row, before[change.id], after[change.id])
            if changed:
                moved[change.id] = changed
            elif not values:
                self.outcome.already += 1
            else:
                drafts.append(Draft(change.id, row, values))
        later = self._later(list(moved), set().union(*moved.values()) if moved else set())
        for key, wanted in moved.items():
            self._refuse(key, self._changed(key, [line for line in later.get(key, []) if line[0] in wanted]))
        self._write(self._allowed(drafts))

    def _natives(
        self, changes: list[Change], columns: set[str], side: Callable[[Change], dict[str, Any]]
    ) -> dict[UUID, dict[str, Any]]:
        """Stored JSON values as the database gives the columns themselves."""
        found: dict[UUID, dict[str, Any]] = {c.id: {} for c in changes}
        if not columns:
            return found
        names = sorted(columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT m.id, {', '.join(f'r.{n}' for n in names)} FROM unnest(%s::uuid[], %s::jsonb[]) m(id, doc) "
                f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{self.declaration.table}, m.doc) r",
                [[c.id for c in changes], [json.dumps(side(c), default=_number) for c in changes]],
            )
            for key, *values in cursor.fetchall():
                found[key] = {n: self._native(n, v) for n, v in zip(names, values, strict=True)}
        return found

    def _native(self, column: str, value: Any) -> Any:
        """JSON columns come as text."""
        return _json(value) if self.declaration.column_types.get(column) == "jsonb" else value

    def _allowed(self, drafts: list[Draft]) -> list[Draft]:
        """Drafts whose fields the person may write now, prepared by the domain; the others are refused with the reason."""
        declaration = self.declaration
        for draft in drafts:
            for column in draft.values:
                found = declaration.by_column.get(column)
                if found and found.writable and access_of(self.actor, declaration, found) != EDITABLE:
                    draft.wrong(found.name, "withheld", WITHHELD)
        check_withheld(self.actor, declaration, drafts, write.secret_rows(self.actor, declaration, drafts))
        if drafts:
            prepare(self.actor, declaration, drafts)
        check_required(self.actor, declaration, drafts)
        for draft in drafts:
            if draft.errors:
                self._refuse(draft.id, Invalid(draft.errors))
        return [d for d in drafts if not d.errors]

    def _write(self, drafts: list[Draft]) -> None:
        of = {d.id: d for d in drafts}
        verb = self.permission.rpartition(".")[2]

        def put_back(keys: list[UUID]) -> None:
            write.write_edits(self.actor, self.declaration, [of[key] for key in keys], verb)
            refuse_taken(self.actor, self.declaration, keys)

        self._do(list(of), put_back)

    def _do(self, keys: list[UUID], work: Callable[[list[UUID]], None]) -> None:
        """All at once; when one is refused (a double, out of scope), by halves until it is found."""
        if not keys or self.dry:
            self.outcome.done += len(keys)
            return
        try:
            with transaction.atomic():
                work(keys)
        except (KemaiError, IntegrityError) as error:
            if len(keys) == 1:
                refusal = error if isinstance(error, KemaiError) else ChangedSince(label=self._label(keys[0]))
                self._refuse(keys[0], refusal)
                return
            half = len(keys) // 2
            self._do(keys[:half], work)
            self._do(keys[half:], work)
        else:
            self.outcome.done += len(keys)

    # ------------------------------------------------------------ who changed it since

    def _later(self, ids: list[UUID], columns: set[str] | None) -> dict[UUID, list[tuple[str, str, datetime]]]:
        return later_changes(self.declaration, ids, self.last_event, columns)

    def _changed(self, key: UUID, lines: list[tuple[str, str, datetime]]) -> ChangedSince:
        return changed_error(self.actor, self.declaration, self._label(key), lines)


def _back(
    declaration: ObjectType, change: Change, row: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> tuple[dict[str, Any], set[str]]:
    """The columns to put back, and those changed since. Custom fields are compared as they are kept, one key each."""
    values: dict[str, Any] = {}
    changed: set[str] = set()
    custom: dict[str, Any] = dict(row["custom"] or {})
    for column in change.after:
        if column.startswith(CUSTOM):
            name = column.removeprefix(CUSTOM)
            now, old, new = custom.get(name), change.before[column], change.after[column]
        else:
            now, old, new = row[column], before[column], after[column]
        if now == old:
            continue
        if now != new:
            changed.add(column)
        elif not column.startswith(CUSTOM):
            values[column] = old
        else:
            found = declaration.by_column.get(column)
            row.setdefault(column, now)  # the field may have been taken away since; its values go back all the same
            values[column] = found.type.from_json(old) if found else old
    return values, changed


def _json(value: Any) -> Any:
    return json.loads(value, parse_float=Decimal) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value))


def later_changes(
    declaration: ObjectType, ids: list[UUID], after_event: int, columns: set[str] | None
) -> dict[UUID, list[tuple[str, str, datetime]]]:
    """The last change after an event of each column (of ``columns``, or any): record → (column, who, when). One statement."""
    if not ids:
        return {}
    wanted = "" if columns is None else " AND k.key = ANY(%(columns)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (c.record_id, k.key) c.record_id, k.key, e.actor_name, e.at FROM base_audit_change c "
            "CROSS JOIN LATERAL jsonb_object_keys(c.diff) k(key) JOIN base_auditevent e ON e.id = c.event_id "
            f"WHERE c.record_id = ANY(%(ids)s) AND c.object = %(table)s AND c.event_id > %(after)s AND c.op = 'U'{wanted} "
            "ORDER BY c.record_id, k.key, c.id DESC",
            {
                "ids": ids,
                "table": declaration.table,
                "after": after_event,
                "columns": sorted(columns or ()),
            },
        )
        found: dict[UUID, list[tuple[str, str, datetime]]] = {}
        for key, column, who, at in cursor.fetchall():
            found.setdefault(key, []).append((column, who, at))
    return found


def changed_error(
    actor: Actor, declaration: ObjectType, label: str, lines: list[tuple[str, str, datetime]]
) -> ChangedSince:
    """The refusal in words: which fields the reader may know of, by whom, when."""
    if not lines:
        return ChangedSince(label=label)
    _, who, at = max(lines, key=lambda line: line[2])
    fields = []
    for column, _, _ in lines:
        found = declaration.by_column.get(column)
        if found and access_of(actor, declaration, found) != "hidden":
            fields.append({"field": found.name, "label": found.label.to()})
    words = "、".join(f["label"] for f in fields[:3]) or T("内容", "The content").to()
    local = at.astimezone(ZoneInfo(actor.time_zone)).strftime("%Y-%m-%d %H:%M")
    return FieldsChangedSince(label=label, fields=fields, moment=at, by=who, at=local, words=words)


def grown_since(declaration: ObjectType, keys: list[UUID]) -> dict[UUID, T]:
    """Records that have got others since (a follow-up, a contact): binning them would take somebody's work along."""
    found: dict[UUID, T] = {}
    for child_name, field_name in declaration.children if keys else ():
        child = get_object(child_name)
        column = child.by_name[field_name].stored
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT {column} FROM {child.table} WHERE {column} = ANY(%s) AND deleted_at IS NULL", [keys]
            )
            for (key,) in cursor.fetchall():
                found.setdefault(key, child.label)
    return found
