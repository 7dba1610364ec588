"""Who is in a segment: static lists by hand, dynamic ones by a count that writes down who came and who went (CUS-7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import structlog
from django.db import connection

from kemai.accounts.access import Actor, SystemActor, branches
from kemai.accounts.sessions import actor_of
from kemai.base.audit import act
from kemai.base.jobs import JobRun, job_kind, start_job
from kemai.base.models import Job
from kemai.base.parameters import Parameter, declare
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, Forbidden, Invalid, KemaiError, Malformed
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.models import Segment, SegmentMember
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.logs import cursor_at, place_after
from kemai.platform.objects.read import run_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import on, output
from kemai.platform.objects.segment_scope import get_segment_for, put_in, refuse_withheld
from kemai.platform.objects.select import ListPlan, Query, plan_list
from kemai.platform.objects.sharing import looks_after

log = structlog.get_logger(__name__)

COUNTER = SystemActor("segments")
MAX_AT_ONCE = 50_000
PAGE = 50
LABEL = T("统计名单：{name}", "Count segment: {name}")
HISTORY_DAYS = declare(
    Parameter(
        "segment.history_days",
        "int",
        730,
        T("名单进出记录保留天数", "Days that joins and leaves of segments are kept"),
        T("数据", "Data"),
        minimum=30,
        maximum=3650,
    )
)


class NotStatic(Conflict):
    code = "segment_dynamic"
    text = T(
        "动态名单的成员由条件决定，不能手工增减。可先另存为静态名单。",
        "The members of a dynamic segment follow from its conditions. Make a static list of it first.",
    )


_ADD = (
    "INSERT INTO platform_segmentmember (segment_id, record_id, joined_at, joined_by) "
    "SELECT %(segment)s, n.id, %(at)s, %(by)s FROM ({keys}) n WHERE NOT EXISTS (SELECT 1 FROM platform_segmentmember m "
    "WHERE m.segment_id = %(segment)s AND m.record_id = n.id AND m.left_at IS NULL)"
)
_TAKE = (
    "UPDATE platform_segmentmember m SET left_at = %(at)s, left_by = %(by)s FROM ({keys}) n "
    "WHERE m.segment_id = %(segment)s AND m.record_id = n.id AND m.left_at IS NULL"
)


def put_on(actor: Actor, segment_id: UUID, *, ids: Any = None, query: Query | None = None) -> dict[str, int]:
    """Put records the person sees on a static list: ``{"changed", "already", "missing"}``."""
    return _members(actor, segment_id, _ADD, "segment.add", ids, query)


def take_off(actor: Actor, segment_id: UUID, *, ids: Any = None, query: Query | None = None) -> dict[str, int]:
    """Take records off a static list."""
    return _members(actor, segment_id, _TAKE, "segment.remove", ids, query)


def _members(
    actor: Actor, segment_id: UUID, statement: str, action: str, ids: Any, query: Query | None
) -> dict[str, int]:
    keys, wanted = _wanted(ids)
    with act(actor, action, object="segments", record_id=segment_id):
        row = get_segment_for(actor, segment_id, lock=True)
        if not looks_after(actor, row):
            raise Forbidden
        if row.kind != "static":
            raise NotStatic
        declaration = get_object(row.object)
        plan = plan_list(actor, declaration, query or Query(sort=declaration.default_sort))
        found, params = plan.keys_statement(), run_params(actor, plan, query or Query())
        if query is None:
            found += " AND t.id = ANY(%(ids)s)"
        else:
            found += f" LIMIT {MAX_AT_ONCE + 1}"
        params.update(ids=keys, segment=row.id, at=now(), by=actor.id)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({found}) n", params)
            seen = cursor.fetchone()[0]
            if seen > MAX_AT_ONCE:
                raise Invalid.one(
                    "ids", "too_many", T("一次最多 {limit} 条。", "At most {limit} at once."), limit=MAX_AT_ONCE
                )
            cursor.execute(statement.format(keys=found), params)
            changed = cursor.rowcount
        joined, left = (changed, 0) if statement is _ADD else (0, changed)
        members = SegmentMember.objects.filter(segment=row, left_at__isnull=True).count()
        _keep_size(row, members, joined=joined, left=left, zone=actor.time_zone)
    return {"changed": changed, "already": seen - changed, "missing": max(0, wanted - seen) if query is None else 0}


def _wanted(ids: Any) -> tuple[list[UUID], int]:
    if ids is None:
        return [], 0
    keys = [key for raw in ids if (key := parse_id(raw))] if isinstance(ids, list) else []
    if not keys or len(keys) != len(ids) or len(keys) > MAX_AT_ONCE:
        raise Invalid.one("ids", "not_ids", T("ids 应为记录编号列表。", "ids takes a list of record ids."))
    return list(dict.fromkeys(keys)), len(set(keys))


_SIZE = (
    'INSERT INTO platform_segmentsize (segment_id, day, size, joined, "left") VALUES (%s, %s, %s, %s, %s) '
    "ON CONFLICT (segment_id, day) DO UPDATE SET size = excluded.size, "
    'joined = platform_segmentsize.joined + excluded.joined, "left" = platform_segmentsize."left" + excluded."left"'
)


def _keep_size(row: Segment, size: int, *, joined: int, left: int, zone: str) -> None:
    day = now().astimezone(ZoneInfo(zone)).date()
    row.size, row.counted_at, row.problem = size, now(), ""
    row.save(update_fields=["size", "counted_at", "problem"])
    with connection.cursor() as cursor:
        cursor.execute(_SIZE, [row.id, day, size, joined, left])


# Counting dynamic segments --------------------------------------------------------------------------------------------

#: One statement: who is in now, who of the kept members is not any more, who came. Cheap when little changed: two hash joins.
_COUNT = """
WITH now_in AS MATERIALIZED ({keys}),
gone AS (
  UPDATE platform_segmentmember m SET left_at = %(at)s WHERE m.segment_id = %(segment)s AND m.left_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM now_in n WHERE n.id = m.record_id) RETURNING 1),
come AS (
  INSERT INTO platform_segmentmember (segment_id, record_id, joined_at) SELECT %(segment)s, n.id, %(at)s FROM now_in n
  WHERE NOT EXISTS (SELECT 1 FROM platform_segmentmember m
    WHERE m.segment_id = %(segment)s AND m.record_id = n.id AND m.left_at IS NULL) RETURNING 1)
SELECT (SELECT count(*) FROM now_in), (SELECT count(*) FROM come), (SELECT count(*) FROM gone)
"""


def count_segment(segment_id: UUID) -> tuple[int, int, int]:
    """Bring size, members and trend of a segment up to now, by its owner's rights: (size, joined, left).

    A static list is only counted: of its members those that still live and that the owner still sees.
    """
    with act(COUNTER, "segment.count", object="segments", record_id=segment_id):
        row = Segment.objects.select_for_update().get(pk=segment_id)
        owner = actor_of(row.owner_id)
        plan, params = _members_plan(owner, row)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '10min'")
            if row.kind == "static":
                cursor.execute(f"SELECT count(*), 0, 0 FROM ({plan.keys_statement()}) n", params)
            else:
                cursor.execute(_COUNT.format(keys=plan.keys_statement()), {**params, "segment": row.id, "at": now()})
            size, joined, left = cursor.fetchone()
        _keep_size(row, size, joined=joined, left=left, zone=owner.time_zone)
    return size, joined, left


def _members_plan(actor: Actor, row: Segment) -> tuple[ListPlan, dict[str, Any]]:
    declaration = get_object(row.object)
    tree = put_in(actor, declaration, {"in_segment": str(row.id)})
    query = Query(filter=orjson.dumps(tree).decode(), sort=declaration.default_sort)
    plan = plan_list(actor, declaration, query)
    return plan, run_params(actor, plan, query)


@job_kind("segment", T("统计名单", "Counting a segment"))
def run_count(run: JobRun) -> None:
    """Count one segment, watched by the person who asked."""
    size, joined, left = count_segment(UUID(run.params["segment"]))
    run.step(succeeded=1)
    run.result(size=size, joined=joined, left=left)


def start_count(actor: Actor, segment_id: UUID) -> Job:
    """Queue a count of a segment this person may open."""
    row = get_segment_for(actor, segment_id)
    label = LABEL.to(name=row.name)
    return start_job(actor.id, "segment", label=T(label, label), params={"segment": str(row.id)}, total=1)


def count_all() -> int:
    """The nightly count of every dynamic segment; one that cannot be counted says why and keeps nobody else waiting."""
    done = 0
    for key in Segment.objects.filter(kind="dynamic").order_by("counted_at").values_list("pk", flat=True):
        try:
            count_segment(key)
            done += 1
        except KemaiError as error:
            with act(COUNTER, "segment.count", object="segments", record_id=key):
                Segment.objects.filter(pk=key).update(problem=error.detail())
        except Exception as error:
            log.error("segment not counted", segment=str(key), exc_info=error)
    SegmentMember.objects.filter(left_at__lt=now() - timedelta(days=HISTORY_DAYS.value()))._raw_delete("default")
    return done


# Joins and leaves -----------------------------------------------------------------------------------------------------


def segment_changes(actor: Actor, segment_id: UUID, *, cursor: str = "") -> dict[str, Any]:
    """Who came and who went, newest first, of the records the reader sees: fifty at a time. One statement."""
    row = get_segment_for(actor, segment_id)
    refuse_withheld(actor, row)
    declaration = get_object(row.object)
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    title = output(actor, declaration, declaration.by_name[declaration.title]) or "NULL"
    place = place_after(cursor)
    if place and (not place[1].isdecimal() or len(place[1]) > 19):
        raise Malformed(what="cursor")
    before, last = (place[0], int(place[1])) if place else (now(), 2**62)
    parts = [
        f"(SELECT m.{word}_at AS at, m.id * 2 + {n} AS k, m.record_id, '{word}' AS what, m.{word}_by AS by "
        f"FROM platform_segmentmember m JOIN {declaration.table} t ON t.id = m.record_id AND t.deleted_at IS NULL "
        f"WHERE m.segment_id = %(segment)s AND m.{word}_at IS NOT NULL AND {scope.sql} "
        f"AND (m.{word}_at, m.id * 2 + {n}) < (%(before)s::timestamptz, %(last)s) "
        f"ORDER BY m.{word}_at DESC, m.id DESC LIMIT {PAGE + 1})"
        for n, word in enumerate(("joined", "left"))
    ]
    sql = (
        f"SELECT c.at, c.k, c.record_id, c.what, {on('t', title)}, u.name FROM ({' UNION ALL '.join(parts)}) c "
        f"JOIN {declaration.table} t ON t.id = c.record_id LEFT JOIN accounts_user u ON u.id = c.by "
        f"ORDER BY c.at DESC, c.k DESC LIMIT {PAGE + 1}"
    )
    rows = fetch_rows(sql, {**scope.params, "me": actor.id, "segment": row.id, "before": before, "last": last})
    items = [
        {"at": at, "what": what, "record": {"id": key, "label": label}, "by": by}
        for at, _, key, what, label, by in rows[:PAGE]
    ]
    more = cursor_at(*rows[PAGE - 1][:2]) if len(rows) > PAGE else None
    return {"items": items, "next_cursor": more, "object": declaration.name}
