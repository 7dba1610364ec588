"""Segments (CUS-7): named sets of records, ``dynamic`` by their conditions or ``static`` lists kept by hand.

A segment opened to others is a question like a view: whoever uses it gets what he himself may see. Its kept size is its owner's.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, connection

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, Forbidden, Invalid, Malformed, VersionStale
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.models import SavedView, Segment, SegmentMember, SegmentSize
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.segment_members import put_on
from kemai.platform.objects.segment_scope import (
    Known,
    SegmentWithheld,
    check_filter,
    get_segment_for,
    put_in,
    refuse_withheld,
)
from kemai.platform.objects.select import Query
from kemai.platform.objects.sharing import looks_after, opened_to, set_share, share_json

MAX_SEGMENTS = 100
KINDS = ("dynamic", "static")
TREND_DAYS = 90


def list_segments(actor: Actor, *, object_name: str = "") -> list[dict[str, Any]]:
    """The segments this person finds, his own first, of the kinds of record he may view. Two statements."""
    rows = Segment.objects.filter(opened_to(actor))
    if object_name:
        rows = rows.filter(object=get_object(object_name).name)
    found = [row for row in rows if actor.has(get_object(row.object).perm("view"))]
    names = dict(User.objects.filter(pk__in={r.owner_id for r in found}).values_list("pk", "name"))
    found.sort(key=lambda r: (r.owner_id != actor.id, r.object, r.name))
    known = Known(actor)
    return [_json(actor, row, names.get(row.owner_id), known) for row in found]


def _json(actor: Actor, row: Segment, owner: str | None, known: Known | None = None) -> dict[str, Any]:
    withheld = _is_withheld(actor, row, known)
    return {
        "id": row.id,
        "object": row.object,
        "object_label": get_object(row.object).plural.to(),
        "name": row.name,
        "description": row.description,
        "kind": row.kind,
        "filter": None if withheld else row.filter,
        "withheld": withheld,
        "owner": {"id": row.owner_id, "label": owner},
        "mine": row.owner_id == actor.id,
        "can_change": looks_after(actor, row),
        "shared": share_json(row),
        "size": row.size,
        "counted_at": row.counted_at,
        "problem": "" if withheld else row.problem,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _is_withheld(actor: Actor, row: Segment, known: Known | None) -> bool:
    try:
        refuse_withheld(actor, row, known)
    except (SegmentWithheld, Malformed):
        return True
    return False


def describe_segment(actor: Actor, segment_id: UUID) -> dict[str, Any]:
    """One segment with its trend and where it is used (of what the reader finds himself)."""
    row = get_segment_for(actor, segment_id)
    owner = User.objects.filter(pk=row.owner_id).values_list("name", flat=True).first()
    sizes = SegmentSize.objects.filter(segment=row).order_by("-day").values("day", "size", "joined", "left")
    mark = str(row.id)
    views = SavedView.objects.filter(opened_to(actor), object=row.object)
    others = Segment.objects.filter(opened_to(actor)).exclude(pk=row.pk)
    used = [
        {"kind": "view", "object": v.object, "id": v.id, "label": v.name} for v in views if mark in _text(v.filter)
    ] + [
        {"kind": "segment", "object": s.object, "id": s.id, "label": s.name} for s in others if mark in _text(s.filter)
    ]
    return {**_json(actor, row, owner), "trend": list(sizes[:TREND_DAYS])[::-1], "used_in": used}


def _text(tree: Any) -> str:
    return orjson.dumps(tree).decode() if tree else ""


def create_segment(actor: Actor, *, object_name: str, values: dict[str, Any]) -> Segment:
    """Keep a new segment; a static one may begin with ``ids``, or with what ``filter`` finds now."""
    declaration = get_object(object_name)
    actor.require(declaration.perm("view"))
    if Segment.objects.filter(owner_id=actor.id).count() >= MAX_SEGMENTS:
        raise Invalid.one(
            "name",
            "too_many",
            T("每人最多 {limit} 个名单。", "At most {limit} segments per person."),
            limit=MAX_SEGMENTS,
        )
    kind = values.get("kind") or "dynamic"
    if kind not in KINDS:
        raise Invalid.one("kind", "unknown_choice", T("类型应为动态或静态。", "kind is dynamic or static."))
    row = Segment(object=declaration.name, owner_id=actor.id, kind=kind)
    snapshot = values.pop("filter", None) if kind == "static" else None
    _fill(actor, declaration, row, values)
    try:
        with act(actor, "segment.save", object=declaration.name, data={"segment": row.name}):
            row.save(force_insert=True)
            if kind == "static" and (snapshot or values.get("ids")):
                put_on(actor, row.id, ids=values.get("ids"), query=_query(actor, declaration, snapshot))
                row.refresh_from_db()
    except IntegrityError as error:
        raise _double() from error
    return row


def _query(actor: Actor, declaration: ObjectType, tree: Any) -> Query | None:
    if not tree:
        return None
    return Query(filter=orjson.dumps(put_in(actor, declaration, tree)).decode(), sort=declaration.default_sort)


def change_segment(actor: Actor, segment_id: UUID, *, values: dict[str, Any], version: int | None = None) -> Segment:
    """Rename, describe, share, change the conditions: for who looks after it. Which kind it is stays."""
    try:
        with act(actor, "segment.save", object="segments", record_id=segment_id):
            row = get_segment_for(actor, segment_id, lock=True)
            if not looks_after(actor, row):
                raise Forbidden
            if version is not None and version != row.version:
                raise VersionStale(_json(actor, row, None))
            _fill(actor, get_object(row.object), row, values)
            row.version += 1
            row.save()
    except IntegrityError as error:
        raise _double() from error
    return row


def delete_segment(actor: Actor, segment_id: UUID) -> None:
    """Forget a segment with its members and history; refused while a view or segment of anybody uses it."""
    with act(actor, "segment.delete", object="segments", record_id=segment_id):
        row = get_segment_for(actor, segment_id, lock=True)
        if not looks_after(actor, row):
            raise Forbidden
        _refuse_used(row)
        SegmentMember.objects.filter(segment=row)._raw_delete("default")
        row.delete()


class SegmentInUse(Conflict):
    code = "in_use"
    text = T(
        "还有 {count} 个视图或名单用到它，请先在那里去掉。",
        "{count} view(s) or segment(s) still use it; take it out of them first.",
    )


def _refuse_used(row: Segment) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM platform_savedview WHERE filter::text LIKE %(mark)s) "
            "+ (SELECT count(*) FROM platform_segment WHERE filter::text LIKE %(mark)s)",
            {"mark": f"%{row.id}%"},
        )
        count = cursor.fetchone()[0]
    if count:
        raise SegmentInUse(count=count)


def _double() -> Invalid:
    return Invalid.one("name", "duplicate", T("已有同名名单。", "There is a segment of this name."))


def _fill(actor: Actor, declaration: ObjectType, row: Segment, values: dict[str, Any]) -> None:
    if "name" in values or not row.name:
        row.name = clean_text(str(values.get("name") or ""))[:60]
    if not row.name:
        raise Invalid.one("name", "required", T("请给名单起个名字。", "Give the segment a name."))
    if Segment.objects.filter(object=row.object, owner_id=row.owner_id, name=row.name).exclude(pk=row.pk).exists():
        raise _double()
    if "description" in values:
        row.description = clean_text(str(values["description"] or ""))[:300]
    if row.kind == "dynamic" and ("filter" in values or row.filter is None):
        _take_filter(actor, declaration, row, values.get("filter"))
    if "shared" in values:
        set_share(actor, row, values["shared"])
    row.updated_at = now()


def _take_filter(actor: Actor, declaration: ObjectType, row: Segment, tree: Any) -> None:
    if not tree or tree == {"and": []}:
        raise Invalid.one("filter", "required", T("请至少设一个条件。", "Set at least one condition."))
    if str(row.id) in _text(tree):
        raise Invalid.one("filter", "in_itself", T("名单不能引用自己。", "A segment cannot use itself."))
    check_filter(actor, declaration, tree, of=(row.id,))
    row.filter = tree
