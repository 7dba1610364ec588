"""The review queue: pairs of records that may be one, as those see them who may merge both (CUS-9)."""

from __future__ import annotations

from typing import Any
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
from kemai.platform.models import DuplicatePair
from kemai.platform.notify import notify
from kemai.platform.objects.declare import ObjectType, all_objects, get_object
from kemai.platform.objects.read import list_options

PAGE = 30
STATES = ("open", "different", "merged")
MOST = 200

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
    living = "a.deleted_at IS NULL AND b.deleted_at IS NULL"
    return f"p.object = %(object)s AND {living} AND {one.sql} AND {two.sql}", {**one.params, "object": declaration.name}


def list_pairs(
    actor: Actor, object_name: str, *, state: str = "open", mine: bool = False, cursor: str = ""
) -> dict[str, Any]:
    """A page of the queue, likeliest first."""
    declaration = _declared(object_name)
    actor.require(declaration.perm("merge"))
    if state not in STATES:
        raise Malformed(what="state")
    where, params = _scope(actor, declaration)
    if state == "merged":  # the loser lives no more
        where = where.replace("a.deleted_at IS NULL AND b.deleted_at IS NULL", "TRUE")
    if mine:
        where += " AND p.assignee_id = %(me)s"
    if cursor:
        score, _, key = cursor.partition("|")
        if not score.isdecimal() or parse_id(key) is None:
            raise Malformed(what="cursor")
        where += " AND (p.score, p.id) < (%(score)s, %(after)s)"
        params |= {"score": int(score), "after": parse_id(key)}
    with connection.cursor() as db:
        db.execute(
            "SELECT p.id, p.one, p.two, p.score, p.reasons::text, p.assignee_id, p.found_at, p.note, p.decided_by, p.decided_at "
            f"FROM {_tables(declaration)} WHERE {where} AND p.state = %(state)s ORDER BY p.score DESC, p.id DESC LIMIT {PAGE + 1}",
            {**params, "state": state, "me": actor.id},
        )
        rows = db.fetchall()
    items = _items(actor, declaration, rows[:PAGE])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return {"items": items, "next_cursor": f"{last[3]}|{last[0]}" if last else None}


def _items(actor: Actor, declaration: ObjectType, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    labels = (
        {o["id"]: o for o in list_options(actor, declaration, ids=[k for r in rows for k in r[1:3]])} if rows else {}
    )
    people = dict(User.objects.filter(pk__in={k for r in rows for k in (r[5], r[8]) if k}).values_list("id", "name"))
    rules = rule_map(declaration)
    return [
        {
            "id": key,
            "records": [labels.get(str(k), {"id": k, "label": "", "sub": ""}) for k in (one, two)],
            "score": score,
            "reasons": [told for r in orjson.loads(reasons) if (told := tell_reason(rules.get(r["rule"]), r))],
            "assignee": {"id": assignee, "label": people.get(assignee)} if assignee else None,
            "found_at": found,
            "note": note,
            "decided_by": {"id": by, "label": people.get(by)} if by else None,
            "decided_at": at,
        }
        for key, one, two, score, reasons, assignee, found, note, by, at in rows
    ]


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


def follow_merge(event: Delivered) -> None:
    """The pair is settled; what the loser may have been a double of, the survivor may be."""
    loser = UUID(event.payload["loser_id"])
    assert event.record_id is not None
    one, two = sorted((event.record_id, loser))
    pairs = DuplicatePair.objects.filter(object=event.object)
    pairs.filter(one=one, two=two).update(state="merged", decided_by=event.actor_id, decided_at=now())
    follow_ids(event.object, [event.record_id])


def follow_parting(event: Delivered) -> None:
    """Two records again, and whoever parted them knows that they are not one."""
    assert event.record_id is not None
    loser = UUID(event.payload["loser_id"])
    one, two = sorted((event.record_id, loser))
    DuplicatePair.objects.filter(object=event.object, one=one, two=two).update(state="different")
    follow_ids(event.object, [event.record_id, loser])


def follow_ids(object_name: str, ids: list[UUID]) -> None:
    declaration = get_object(object_name)
    if declaration.doubles:
        look_again(declaration, ids)
