"""Two records side by side, and what would become of them: the page that compares before it merges."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kemai.accounts.access import Actor
from kemai.kit.errors import KemaiError, NotFound
from kemai.platform.doubles.compare import compare, total
from kemai.platform.doubles.queue import tell_reason
from kemai.platform.doubles.rules import rules_of
from kemai.platform.merging.merge import VERB, lock_pair, losers_of
from kemai.platform.merging.plan import Plan, make_plan, may_choose, mergeable_fields
from kemai.platform.models import Merge
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.read import get_detail


def preview_merge(actor: Actor, object_name: str, survivor: UUID, loser: UUID, take: list[str]) -> dict[str, Any]:
    """Both records as the asker may read them, field by field with whose value stays, what becomes of everything around them, and
    why the merge would be refused where it would."""
    declaration = get_object(object_name)
    if declaration.merging is None:
        raise NotFound
    actor.require(declaration.perm(VERB))
    records = [get_detail(actor, declaration, key) for key in dict.fromkeys((survivor, loser))]
    answer: dict[str, Any] = {
        "survivor": records[0],
        "loser": records[-1],
        "refusal": None,
        "fields": [],
        "children": [],
    }
    with transaction.atomic():
        try:
            ours, theirs = lock_pair(actor, declaration, survivor, loser)
            plan = make_plan(actor, declaration, ours, theirs, take)
        except KemaiError as error:
            answer["refusal"] = {"code": error.code, "detail": error.detail()}
            plan = None
        transaction.set_rollback(True)
    if plan is None:
        return answer
    rules = rules_of(declaration)
    reasons = [r for rule in rules.keyed if (r := compare(rule, plan.survivor, plan.loser, rules.columns))]
    answer["score"] = total(reasons)
    answer["reasons"] = [
        tell_reason(r.rule, {"score": r.score, "details": r.details, "rule": r.rule.code}) for r in reasons
    ]
    answer["fields"] = _fields(actor, plan, records)
    answer["children"] = _children(actor, plan)
    answer["former"] = plan.values.get(_former_column(declaration))
    return answer


def _former_column(declaration: ObjectType) -> str:
    assert declaration.merging is not None
    f = declaration.by_name.get(declaration.merging.former)
    return f.stored if f else ""


def _fields(actor: Actor, plan: Plan, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fields where either has something, in the order of the form."""
    found = []
    for f in mergeable_fields(plan.declaration):
        if f.name not in records[0]:
            continue
        ours, theirs = records[0].get(f.name), records[1].get(f.name)
        if all(v in (None, "", [], False) for v in (ours, theirs)):
            continue
        found.append(
            {
                "name": f.name,
                "label": f.label.to(),
                "chosen": plan.chosen[f.name],
                "differs": plan.survivor[f.stored] != plan.loser[f.stored],
                "can_choose": may_choose(actor, plan.declaration, f),
            }
        )
    return found


def _children(actor: Actor, plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "object": c.place.source.name,
            "field": c.place.field,
            "label": c.place.source.plural.to(),
            "field_label": c.place.source.by_name[c.place.field].label.to(),
            "survivor": c.survivor,
            "loser": c.loser,
            "after": c.after,
            "same": [str(goes[c.place.source.by_name[c.place.source.title].stored] or "") for _, goes in c.same[:20]],
            "same_count": len(c.same),
        }
        for c in plan.children
        if c.place.source
        and c.place.field in c.place.source.by_name
        and (c.survivor or c.loser)
        and actor.has(c.place.source.perm("view"))
    ]


def list_merges(actor: Actor, object_name: str, key: UUID) -> list[dict[str, Any]]:
    """What has been merged into a record, newest first, and whether it can still be taken back."""
    declaration = get_object(object_name)
    get_detail(actor, declaration, key)
    keys = [key, *losers_of(declaration, key)]
    title = declaration.by_name[declaration.title].expression
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.id, m.loser_id, {title}, m.at, m.by_id, p.name, m.survivor_id, u.until > now() AND u.state = 'done', u.until, "
            "m.undone_at, m.report::text "
            f"FROM platform_merge m JOIN {declaration.table} t ON t.id = m.loser_id LEFT JOIN accounts_user p ON p.id = m.by_id "
            "LEFT JOIN base_operation u ON u.id = m.undo_id WHERE m.survivor_id = ANY(%s) AND m.within_id IS NULL ORDER BY m.at DESC LIMIT 100",
            [keys],
        )
        rows = cursor.fetchall()
    may = actor.has(declaration.perm(VERB))
    return [
        {
            "id": row[0],
            "loser": {"id": row[1], "label": row[2]},
            "at": row[3],
            "by": {"id": row[4], "label": row[5]} if row[4] else None,
            "can_undo": bool(may and row[6] == key and row[7] and not row[9]),
            "until": row[8],
            "undone_at": row[9],
        }
        for row in rows
    ]


def merge_report(actor: Actor, merge_id: UUID) -> list[dict[str, str]]:
    """What taking a merge back had to leave as it was, for whoever may see the record."""
    merge = Merge.objects.filter(pk=merge_id).first()
    if merge is None:
        raise NotFound
    get_detail(actor, get_object(merge.object), merge.survivor_id)
    return merge.report
