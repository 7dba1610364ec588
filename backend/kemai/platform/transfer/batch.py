"""One batch of rows: matched with what exists, prepared by the same rules as any other write, and saved or not.

Dry run and commit are this one path; the dry run only leaves out the saving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, IntegrityError, transaction

from kemai.kit.errors import FieldError, Invalid, KemaiError
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.objects import write
from kemai.platform.objects.declare import Draft
from kemai.platform.objects.store import drafts_in_scope
from kemai.platform.transfer.lines import Line, read_references
from kemai.platform.transfer.lookup import Match, find_by_field
from kemai.platform.transfer.plan import Plan

EXISTS = T("“{label}”已存在。如需修改，请选择“更新”。", '"{label}" exists already. To change it, choose update.')
NO_MATCH = T(
    "没有找到“{value}”，或您无权查看，无法更新。",
    '"{value}" was not found, or you may not see it, so it cannot be updated.',
)
NO_KEY_VALUE = T(
    "关键字段为空，无法找到要更新的记录。", "The key field is empty, so there is no telling which record to update."
)
NOT_YOURS = T("您无权修改“{label}”。", 'You may not change "{label}".')
SEVERAL = T(
    "“{value}”对应 {count} 条已有记录，无法确定更新哪一条。",
    '"{value}" fits {count} existing records; there is no telling which to update.',
)
DOUBLE_ROW = T("与第 {row} 行重复。", "The same as row {row}.")
UNSAVABLE = T("该行无法保存，请核对各项内容。", "This row cannot be saved; check its values.")


@dataclass(slots=True)
class Seen:
    """What earlier rows of the file were about: key → row. A second row about the same thing is refused, in dry run and commit alike."""

    keys: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def note(self, key: tuple[Any, ...] | None, row: int) -> None:
        if key is not None:
            self.keys.setdefault(key, row)

    def before(self, key: tuple[Any, ...] | None) -> int | None:
        return self.keys.get(key) if key is not None else None


@dataclass(slots=True)
class Batch:
    """Rows on their way: ``new`` and ``edits`` hold the good ones, ``bad`` those refused, ``same`` those that change nothing."""

    new: list[tuple[Line, Draft]] = field(default_factory=list)
    edits: list[tuple[Line, Draft]] = field(default_factory=list)
    same: list[Line] = field(default_factory=list)
    bad: list[Line] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Created, updated, skipped, failed."""
        return len(self.new), len(self.edits), len(self.same), len(self.bad)


def prepare_batch(plan: Plan, lines: list[Line], seen: Seen) -> Batch:
    """Match and prepare rows; inside a transaction, since existing records are locked. Nothing is written."""
    read_references(plan, lines)
    _refuse_doubles(plan, lines, seen)
    matched = _match(plan, lines)
    batch = Batch()
    new = [line for line in lines if line.row not in matched]
    if plan.mode == "update":
        for line in new:
            if not line.errors:
                name = plan.key.field.name if plan.key else ""
                line.wrong(name, "no_match", NO_MATCH if line.key else NO_KEY_VALUE, value=line.key[:60])
        batch.bad += new
    elif new:
        drafts = write.prepare_new(
            plan.actor, plan.declaration, [line.values for line in new], ids=[new_id() for _ in new]
        )
        _sort_out(plan, batch, seen, new, drafts, batch.new, verbs=("create", "import"))
    old = [line for line in lines if line.row in matched]
    if plan.mode == "create":
        for line in old:
            line.wrong(plan.key.field.name if plan.key else "", "duplicate", EXISTS, label=matched[line.row].label)
        batch.bad += old
    elif old:
        _prepare_edits(plan, batch, seen, old, matched)
    return batch


def _refuse_doubles(plan: Plan, lines: list[Line], seen: Seen) -> None:
    """Mark rows about what an earlier row of the file is about, whether that one was good or not."""
    name = plan.key.field.name if plan.key else ""
    for line in lines:
        earlier = seen.before(line.about)
        if earlier is not None:
            line.wrong(name, "duplicate", DOUBLE_ROW, row=earlier)
        seen.note(line.about, line.row)


def _match(plan: Plan, lines: list[Line]) -> dict[int, Match]:
    """Row → the existing record it is about. Who may not see that record gets no match, and the doubles check says the rest."""
    if plan.key is None:
        return {}
    facts = [m.field.stored for m in plan.narrowing]
    found = find_by_field(
        plan.actor, plan.declaration, plan.key.field, {line.key for line in lines if line.key}, facts=facts
    )
    matched: dict[int, Match] = {}
    for line in lines:
        hits = [
            hit
            for hit in found.get(line.key, ())
            if all(hit.facts[m.field.stored] == str(line.values.get(m.field.name)) for m in plan.narrowing)
        ]
        if len(hits) > 1:
            line.wrong(plan.key.field.name, "ambiguous", SEVERAL, value=line.key[:60], count=len(hits))
        if hits:
            matched[line.row] = hits[0]
    return matched


def _prepare_edits(plan: Plan, batch: Batch, seen: Seen, lines: list[Line], matched: dict[int, Match]) -> None:
    locked = write.lock_rows(
        plan.actor, plan.declaration, [matched[line.row].id for line in lines], plan.declaration.perm("edit")
    )
    good = []
    for line in lines:
        if matched[line.row].id in locked:
            good.append(line)
        else:
            line.wrong(plan.key.field.name if plan.key else "", "not_yours", NOT_YOURS, label=matched[line.row].label)
            batch.bad.append(line)
    drafts = [Draft(matched[line.row].id, locked[matched[line.row].id], {}) for line in good]
    write.prepare_edits(plan.actor, plan.declaration, drafts, [line.values for line in good])
    kept: list[tuple[Line, Draft]] = []
    _sort_out(plan, batch, seen, good, drafts, kept, verbs=("edit",))
    for line, draft in kept:
        if any(draft.changed(column) for column in draft.values):
            batch.edits.append((line, draft))
        else:
            batch.same.append(line)


def _sort_out(
    plan: Plan,
    batch: Batch,
    seen: Seen,
    lines: list[Line],
    drafts: list[Draft],
    good: list[tuple[Line, Draft]],
    *,
    verbs: tuple[str, ...],
) -> None:
    """Good drafts to ``good``, the others to the bad rows with every reason, the cell's own before those that follow from it."""
    clean = []
    for line, draft in zip(lines, drafts, strict=True):
        _refuse_double(plan, line, draft, seen)
        named = {e.field for e in line.errors}
        line.errors += [e for e in draft.errors if e.field not in named]
        if line.errors:
            batch.bad.append(line)
        else:
            clean.append((line, draft))
    allowed = drafts_in_scope(plan.actor, plan.declaration, [d for _, d in clean], verbs)
    for line, draft in clean:
        if draft.id in allowed:
            good.append((line, draft))
        else:
            line.wrong("", "out_of_scope", write.OUT_OF_SCOPE)
            batch.bad.append(line)


def _refuse_double(plan: Plan, line: Line, draft: Draft, seen: Seen) -> None:
    """What the database would refuse as a double of an earlier row, said beforehand and with that row's number."""
    for columns, field_name in plan.unique_columns:
        values = tuple(draft.get(c) for c in columns)
        if any(v in (None, "") for v in values):
            continue
        earlier = seen.before((columns, values))
        if earlier is not None and earlier != line.row and field_name not in {e.field for e in line.errors}:
            line.wrong(field_name, "duplicate", DOUBLE_ROW, row=earlier)
        seen.note((columns, values), line.row)


def save_batch(plan: Plan, batch: Batch) -> None:
    """Write the good rows inside an open act. What others made impossible meanwhile is found by halving, and moves to the bad rows."""
    batch.new = _save(batch, batch.new, lambda drafts: write.insert_drafts(plan.actor, plan.declaration, drafts))
    batch.edits = _save(batch, batch.edits, lambda drafts: write.write_edits(plan.actor, plan.declaration, drafts))


def _save(
    batch: Batch, pairs: list[tuple[Line, Draft]], save: Callable[[list[Draft]], Any]
) -> list[tuple[Line, Draft]]:
    if not pairs:
        return []
    try:
        with transaction.atomic():
            save([draft for _, draft in pairs])
        return pairs
    except (KemaiError, IntegrityError, DataError) as error:
        if len(pairs) > 1:
            half = len(pairs) // 2
            return _save(batch, pairs[:half], save) + _save(batch, pairs[half:], save)
        line = pairs[0][0]
        line.errors += _reasons(error)
        batch.bad.append(line)
        return []


def _reasons(error: Exception) -> list[FieldError]:
    found = getattr(error, "errors", None)
    if found:
        return list(found)
    if isinstance(error, KemaiError) and not isinstance(error, Invalid):
        return [FieldError("", error.code, error.text, tuple(error.params.items()))]
    return [FieldError("", "unsavable", UNSAVABLE)]
