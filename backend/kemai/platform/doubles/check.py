"""Is it there already? Answered while a record is typed, and before it is saved (CUS-9).

Whoever may see the other record is shown it. To others is said that there is one and where it is kept, in one line per rule and
place: no name, no number, no count, no closeness, which all would tell more with every try.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, branches
from kemai.kit.words import T
from kemai.platform.doubles.compare import Reason, compare, total
from kemai.platform.doubles.declare import BLOCK
from kemai.platform.doubles.rules import Rules, rules_of
from kemai.platform.doubles.store import all_keys, near, row_of
from kemai.platform.objects.declare import Draft, ObjectType
from kemai.platform.objects.read import list_options

SHOWN = 5
_SHARES = 512
BLOCKED = T(
    "按查重规则“{rule}”，该{what}已存在，归属：{holder}。",
    'By the rule "{rule}" this {what} exists already, with: {holder}.',
)
IN_BATCH = T(
    "按查重规则“{rule}”，与本批中的另一行重复。", 'By the rule "{rule}" another row of this batch is the same.'
)


@dataclass(slots=True)
class Hit:
    """A living record that a draft may be a double of."""

    id: UUID
    row: dict[str, Any]
    visible: bool
    holder: str
    reasons: list[Reason]


def find_hits(
    actor: Actor, declaration: ObjectType, rules: Rules, drafts: list[Draft], keys: dict[UUID, set[int]]
) -> dict[UUID, list[Hit]]:
    """Draft → the records it matches, likeliest first; ``keys`` by draft. One statement for all of them."""
    assert declaration.doubles is not None
    columns = sorted(rules.watched)
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    extra = f"({scope.sql}), COALESCE({declaration.doubles.holder}, '')"
    having: dict[int, list[Draft]] = {}
    for draft in drafts:
        for key in keys.get(draft.id, ()):
            having.setdefault(key, []).append(draft)
    hits: dict[UUID, list[Hit]] = {}
    for record_id, *rest in near(declaration, set(having), columns=columns, extra=extra, **scope.params):
        row = dict(zip(columns, rest, strict=False))
        visible, holder = rest[-2], rest[-1] or declaration.doubles.nobody.to()
        for draft in {d.id: d for key in all_keys(rules, declaration, row) for d in having.get(key, ())}.values():
            own = row_of(draft, columns)
            found = (compare(rule, own, row, rules.columns) for rule in rules.keyed)
            reasons = [r for r in found if r and (r.rule.everywhere or visible)]
            if record_id != draft.id and reasons:
                hits.setdefault(draft.id, []).append(Hit(record_id, row, visible, holder, reasons))
    for of_one in hits.values():
        of_one.sort(key=lambda h: (-total(h.reasons), str(h.id)))
    return hits


def possible_doubles(
    actor: Actor, declaration: ObjectType, draft: Draft, typed: set[str]
) -> tuple[list[dict[str, Any]], bool]:
    """What to show beside the fields just ``typed``, and whether any of it is of records the asker may not see."""
    rules = rules_of(declaration)
    if not rules.keyed:
        return [], False
    wrong = {e.field for e in draft.errors if e.code != "duplicate"}
    asked = [r for r in rules.keyed if {p.field for p in r.parts} & typed and not {p.field for p in r.parts} & wrong]
    narrowed = Rules(rules.every, tuple(asked), rules.columns)
    keys = all_keys(narrowed, declaration, row_of(draft, rules.watched))
    hits = find_hits(actor, declaration, narrowed, [draft], {draft.id: keys}).get(draft.id, [])
    seen = [h for h in hits if h.visible][:SHOWN]
    labels = {o["id"]: o for o in list_options(actor, declaration, ids=[h.id for h in seen])} if seen else {}
    lines = [_line(h, h.reasons[0], typed, labels[str(h.id)]) for h in seen if str(h.id) in labels]
    unseen = {(reason.rule.code, h.holder): (h, reason) for h in hits if not h.visible for reason in h.reasons[:1]}
    lines += [_line(h, reason, typed, None) for _, (h, reason) in sorted(unseen.items())[:SHOWN]]
    refused = {e.field for e in draft.errors if e.code == "duplicate"}
    return [line for line in lines if line["record"] or line["field"] not in refused], bool(unseen)


def _line(hit: Hit, reason: Reason, typed: set[str], record: dict[str, Any] | None) -> dict[str, Any]:
    parts = [p.field for p in reason.rule.parts]
    line: dict[str, Any] = {
        "field": next((name for name in parts if name in typed), parts[0]),
        "rule": reason.rule.code,
        "label": reason.rule.label.to(),
        "action": reason.rule.action,
        "holder": hit.holder,
        "record": record,
    }
    if record is not None:
        line |= {"score": total(hit.reasons), "reasons": [r.rule.label.to() for r in hit.reasons]}
    return line


def refuse_blocked(actor: Actor, declaration: ObjectType, drafts: list[Draft]) -> None:
    """Refuse drafts that a blocking rule calls doubles, within the batch and against what exists; runs in the act that would write.

    The keys are locked first, so that two people saving the same at once see each other.
    """
    rules = rules_of(declaration)
    blocking = tuple(rule for rule in rules.keyed if rule.action == BLOCK)
    if not blocking:
        return
    narrowed = Rules(rules.every, blocking, rules.columns)
    wanted: dict[UUID, set[int]] = {}
    for draft in drafts:
        if draft.old is None or any(draft.changed(c) for c in rules.watched):
            wanted[draft.id] = all_keys(narrowed, declaration, row_of(draft, rules.watched))
    _lock({k for keys in wanted.values() for k in keys})
    earlier: dict[int, Draft] = {}
    hits = find_hits(actor, declaration, narrowed, drafts, wanted)
    for draft in drafts:
        for hit in hits.get(draft.id, [])[:1]:
            rule = hit.reasons[0].rule
            words = {"rule": rule.label.to(), "what": declaration.label.to(), "holder": hit.holder}
            draft.wrong(rule.parts[0].field, "duplicate", BLOCKED, **words)
        _refuse_in_batch(narrowed, draft, wanted.get(draft.id, set()), earlier)


def _refuse_in_batch(rules: Rules, draft: Draft, keys: set[int], earlier: dict[int, Draft]) -> None:
    row = row_of(draft, rules.watched)
    for key in sorted(keys):
        other = earlier.setdefault(key, draft)
        if other is draft:
            continue
        for rule in rules.keyed:
            if compare(rule, row, row_of(other, rules.watched), rules.columns):
                draft.wrong(rule.parts[0].field, "duplicate", IN_BATCH, rule=rule.label.to())
                return


def _lock(keys: set[int]) -> None:
    """One lock for each of 512 shares of the keys: an import has thousands of keys, the server room for a few thousand locks."""
    shares = sorted({key % _SHARES for key in keys})
    if shares:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('kemai.doubles'), s) FROM (SELECT unnest(%s::int[]) AS s ORDER BY 1) o",
                [shares],
            )
