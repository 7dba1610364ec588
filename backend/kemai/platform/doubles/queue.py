"""The review queue: pairs of records that may be one, as those see them who may merge both (CUS-9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from kemai.accounts.access import Actor, branches
from kemai.accounts.models import User
from kemai.base.audit import act
from kemai.base.events import Delivered
from kemai.kit.clock import now
from kemai.kit.errors import Invalid, Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.doubles.compare import WAYS
from kemai.platform.doubles.declare import MatchRule
from kemai.platform.doubles.finder import look_again
from kemai.platform.doubles.rules import rule_map, rules_of
from kemai.platform.models import DuplicatePair, Merge
from kemai.platform.notify import notify
from kemai.platform.objects.declare import ObjectType, all_objects, get_object
from kemai.platform.objects.read import list_options

PAGE = 30
STATES = ("open", "different", "merged")
MOST = 200
LIVING = "a.deleted_at IS NULL AND b.deleted_at IS NULL"
#: A case is followed so many steps along a chain of pairs, and so many pairs a step; what is longer comes as several.
STEPS, MOST_IN_CASES = 6, 300

DETAILS = {
    "brand": T("字号", "name"),
    "place": T("地区", "place"),
    "trade": T("行业", "trade"),
    "same": T("相同", "the same"),
    "same_sound": T("同音", "sounds the same"),
    "one_off": T("差一个字", "one character off"),
    "alike": T("相近", "alike"),
    "missing": T("一方未写", "one leaves it out"),
    "differs": T("不同", "differs"),
}


def _declared(object_name: str) -> ObjectType:
    declaration = get_object(object_name)
    if declaration.doubles is None or declaration.merging is None:
        raise NotFound
    return declaration


def kinds_with_queue(actor: Actor) -> list[dict[str, Any]]:
    """The kinds of record this person may merge, with how many pairs wait (counted up to a thousand)."""
    kinds = []
    for declaration in all_objects():
        if declaration.doubles and declaration.merging and actor.has(declaration.perm("merge")):
            where, params = _scope(actor, declaration)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT count(*) FROM (SELECT 1 FROM {_tables(declaration)} WHERE {where} AND p.state = 'open' LIMIT 1000) x",
                    params,
                )
                count = cursor.fetchone()[0]
            kinds.append({"object": declaration.name, "label": declaration.plural.to(), "open": count})
    return kinds


def _tables(declaration: ObjectType) -> str:
    return f"platform_duplicate_pair p JOIN {declaration.table} a ON a.id = p.one JOIN {declaration.table} b ON b.id = p.two"


def _scope(actor: Actor, declaration: ObjectType) -> tuple[str, dict[str, Any]]:
    """Both records living, both within reach of the right to merge: a pair half seen would tell of the other half."""
    permission = declaration.perm("merge")
    one, two = (branches(actor, permission, declaration.ownership, alias) for alias in ("a", "b"))
    return f"p.object = %(object)s AND {LIVING} AND {one.sql} AND {two.sql}", {**one.params, "object": declaration.name}


def list_cases(
    actor: Actor, object_name: str, *, state: str = "open", mine: bool = False, cursor: str = ""
) -> dict[str, Any]:
    """A page of the queue, likeliest first. Open pairs that hang together (A like B, B like C) are one case, at its likeliest pair."""
    declaration = _declared(object_name)
    actor.require(declaration.perm("merge"))
    if state not in STATES:
        raise Malformed(what="state")
    asked = _Asked(actor, declaration, state, mine)
    place = _place(cursor)
    while True:
        rows = asked.page(place)
        page, more = rows[:PAGE], len(rows) > PAGE
        cases = [case for row in page if (case := asked.case_of(row))] if state == "open" else [[row] for row in page]
        if cases or not more:
            break
        place = (page[-1].score, page[-1].id)  # all of this page hang together with pairs before it
    following = f"{page[-1].score}|{page[-1].id}" if more else None
    return {"items": _items(actor, declaration, cases), "next_cursor": following}


def _place(cursor: str) -> tuple[int, UUID] | None:
    if not cursor:
        return None
    score, _, text = cursor.partition("|")
    key = parse_id(text)
    if not score.isdecimal() or len(score) > 9 or key is None:
        raise Malformed(what="cursor")
    return int(score), key


class _Pair(NamedTuple):
    id: UUID
    one: UUID
    two: UUID
    score: int
    reasons: str
    assignee: UUID | None
    found_at: datetime
    note: str
    decided_by: UUID | None
    decided_at: datetime | None


class _Asked:
    """One question to the queue: which pairs, and which of them hang together."""

    def __init__(self, actor: Actor, declaration: ObjectType, state: str, mine: bool) -> None:
        where, self.params = _scope(actor, declaration)
        if state == "merged":  # the loser lives no more
            where = where.replace(LIVING, "TRUE")
        self.params |= {"state": state, "me": actor.id}
        self.sql = (
            "SELECT p.id, p.one, p.two, p.score, p.reasons::text, p.assignee_id, p.found_at, p.note, p.decided_by, p.decided_at "
            f"FROM {_tables(declaration)} WHERE {where} AND p.state = %(state)s"
            + (" AND p.assignee_id = %(me)s" if mine else "")
        )
        self.known: dict[UUID, _Pair] = {}
        self.cases: dict[UUID, list[_Pair]] = {}

    def _read(self, rest: str, **params: Any) -> list[_Pair]:
        with connection.cursor() as db:
            db.execute(f"{self.sql} {rest}", {**self.params, **params})
            return [_Pair(*row) for row in db.fetchall()]

    def page(self, place: tuple[int, UUID] | None) -> list[_Pair]:
        after = "AND (p.score, p.id) < (%(score)s, %(after)s) " if place else ""
        score, key = place or (None, None)
        rows = self._read(f"{after}ORDER BY p.score DESC, p.id DESC LIMIT {PAGE + 1}", score=score, after=key)
        self._gather(rows)
        return rows

    def _gather(self, rows: list[_Pair]) -> None:
        """Read what hangs together with these pairs, a step along the chain at a time."""
        fresh = {key for row in rows for key in (row.one, row.two)}
        self.known |= {row.id: row for row in rows}
        for _ in range(STEPS):
            found = self._read(
                f"AND (p.one = ANY(%(ends)s) OR p.two = ANY(%(ends)s)) AND p.id <> ALL(%(known)s) LIMIT {MOST_IN_CASES}",
                ends=list(fresh),
                known=list(self.known),
            )
            if not found:
                break
            fresh = {key for row in found for key in (row.one, row.two)} - fresh
            self.known |= {row.id: row for row in found}
        self.cases = _hang_together(list(self.known.values()))

    def case_of(self, row: _Pair) -> list[_Pair] | None:
        """The case a pair stands for, likeliest first; None where it stands with a likelier one."""
        case = self.cases[row.one]
        return case if case[0].id == row.id else None


def _hang_together(rows: list[_Pair]) -> dict[UUID, list[_Pair]]:
    """Record → the pairs of its case, likeliest first."""
    case: dict[UUID, list[_Pair]] = {}
    for row in sorted(rows, key=lambda r: (r.score, r.id), reverse=True):
        ours, theirs = case.get(row.one, []), case.get(row.two, [])
        joined = [*ours, *(theirs if theirs is not ours else []), row]
        for pair in joined:
            case[pair.one] = case[pair.two] = joined
    return {key: sorted(pairs, key=lambda r: (r.score, r.id), reverse=True) for key, pairs in case.items()}


def _items(actor: Actor, declaration: ObjectType, cases: list[list[_Pair]]) -> list[dict[str, Any]]:
    rows = [row for case in cases for row in case]
    records = [key for row in rows for key in (row.one, row.two)]
    labels = {o["id"]: o for o in list_options(actor, declaration, ids=records)} if records else {}
    people = dict(
        User.objects.filter(pk__in={k for r in rows for k in (r.assignee, r.decided_by) if k}).values_list("id", "name")
    )
    rules = rule_map(declaration)

    def pair(row: _Pair) -> dict[str, Any]:
        return {
            "id": row.id,
            "records": [labels.get(str(k), {"id": k, "label": "", "sub": ""}) for k in (row.one, row.two)],
            "score": row.score,
            "reasons": [told for r in orjson.loads(row.reasons) if (told := tell_reason(rules.get(r["rule"]), r))],
            "assignee": {"id": row.assignee, "label": people.get(row.assignee)} if row.assignee else None,
            "found_at": row.found_at,
            "note": row.note,
            "decided_by": {"id": row.decided_by, "label": people.get(row.decided_by)} if row.decided_by else None,
            "decided_at": row.decided_at,
        }

    found = []
    for case in cases:
        pairs = [pair(row) for row in case]
        named = {str(r["id"]): r for p in pairs for r in p["records"]}
        found.append({**pairs[0], "records": list(named.values()), "pairs": pairs})
    return found


def tell_reason(rule: MatchRule | None, reason: dict[str, Any]) -> dict[str, Any] | None:
    """A stored reason in the reader's words; None where its rule is no more."""
    if rule is None:
        return None
    parts = [
        f"{DETAILS[part].to()}{DETAILS[how].to() if how in DETAILS else how}"
        if DETAILS[part].to() == DETAILS[part].zh
        else f"{DETAILS[part].en}: {DETAILS[how].en}"
        for part, how in reason.get("details", {}).items()
        if how in DETAILS
    ]
    fields = [{"field": p.field, "how": WAYS[p.how].label.to()} for p in rule.parts]
    return {
        "rule": rule.code,
        "label": rule.label.to(),
        "score": reason["score"],
        "details": parts,
        "fields": fields,
    }


def decide_pairs(actor: Actor, object_name: str, ids: list[UUID], *, decision: str, note: str = "") -> int:
    """Say of pairs that they are not the same, or take that back. Returns how many changed; those out of reach are left alone."""
    declaration = _declared(object_name)
    actor.require(declaration.perm("merge"))
    if decision not in ("different", "open"):
        raise Invalid.one("decision", "unknown_choice", T("没有这个决定。", "There is no such decision."))
    keys = _reachable(actor, declaration, ids)
    with act(actor, "duplicate.decided", object=object_name, data={"pairs": [str(k) for k in keys], "as": decision}):
        decided = decision == "different"
        return (
            DuplicatePair.objects.filter(pk__in=keys)
            .exclude(state="merged")
            .update(
                state=decision,
                note=note[:300],
                decided_by=actor.id if decided else None,
                decided_at=now() if decided else None,
            )
        )


def assign_pairs(actor: Actor, object_name: str, ids: list[UUID], *, assignee: UUID | None) -> int:
    """Give pairs to somebody to look at, who is told; None gives them back to all."""
    declaration = _declared(object_name)
    actor.require(declaration.perm("merge"))
    keys = _reachable(actor, declaration, ids)
    if assignee and not User.objects.filter(pk=assignee, is_active=True, deleted_at__isnull=True).exists():
        raise Invalid.one("assignee", "not_visible", T("没有这位人员。", "There is no such person."))
    with act(actor, "duplicate.decided", object=object_name, data={"pairs": [str(k) for k in keys], "to": assignee}):
        changed = DuplicatePair.objects.filter(pk__in=keys, state="open").update(assignee_id=assignee)
        if assignee and assignee != actor.id and changed:
            notify(
                assignee,
                kind="duplicates_assigned",
                title=T("请处理 {count} 组疑似重复记录", "{count} possible duplicates were given to you"),
                title_params={"count": changed},
                path=f"/duplicates?object={object_name}&mine=1",
                object=object_name,
            )
    return changed


def _reachable(actor: Actor, declaration: ObjectType, ids: list[UUID]) -> list[UUID]:
    if not 1 <= len(ids) <= MOST:
        raise Invalid.one("ids", "too_many", T("请选择 1 到 {n} 组。", "Choose one to {n} pairs."), n=MOST)
    where, params = _scope(actor, declaration)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id FROM {_tables(declaration)} WHERE {where} AND p.id = ANY(%(ids)s)", {**params, "ids": ids}
        )
        return [row[0] for row in cursor.fetchall()]


# ---------------------------------------------------------------- kept true as records change


def follow_change(event: Delivered) -> None:
    """New, changed and restored records are compared with the others."""
    fields = event.payload.get("fields")
    if fields is None or set(fields) & set(rules_of(get_object(event.object)).columns):
        follow_ids(event.object, [UUID(i) for i in event.payload["ids"]])


def settle(event: Delivered) -> None:
    """After a merge or its parting, in whichever order they are told: a pair that was merged is settled, one that was parted is two
    records, as whoever parted them knows; what the loser may have been a double of, the survivor may be."""
    assert event.record_id is not None
    loser = UUID(event.payload["loser_id"])
    _decide(
        event.object, event.record_id, loser
    )  # first, because an open pair of a record that is gone leaves the queue
    follow_ids(event.object, [event.record_id, loser])
    _decide(event.object, event.record_id, loser)  # and a pair that was only found now


def _decide(object_name: str, survivor: UUID, loser: UUID) -> None:
    last = Merge.objects.filter(object=object_name, survivor_id=survivor, loser_id=loser).latest("at")
    one, two = sorted((survivor, loser))
    DuplicatePair.objects.filter(object=object_name, one=one, two=two).update(
        state="different" if last.undone_at else "merged",
        decided_by=last.undone_by if last.undone_at else last.by_id,
        decided_at=last.undone_at or last.at,
    )


def follow_ids(object_name: str, ids: list[UUID]) -> None:
    declaration = get_object(object_name)
    if declaration.doubles:
        look_again(declaration, ids)
