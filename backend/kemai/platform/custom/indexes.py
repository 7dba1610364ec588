"""Indexes on custom fields, made and dropped while people work (PLT-2). Only then do filter and sort by them hold at any size.

An expression index over the living records, made CONCURRENTLY by a job: writes go on meanwhile. A failed one is cleaned up.
"""

from __future__ import annotations

import re

import structlog
from django.db import DatabaseError, connection

from kemai.accounts.access import Actor
from kemai.base import epochs
from kemai.base.audit import act
from kemai.base.jobs import JobRun, job_kind, start_job
from kemai.base.models import Job
from kemai.base.parameters import Parameter, declare
from kemai.kit.errors import Conflict, Invalid, NotFound
from kemai.kit.words import T
from kemai.platform.custom.kinds import KINDS
from kemai.platform.models import CustomField
from kemai.platform.objects import types
from kemai.platform.objects.declare import declared_object

log = structlog.get_logger(__name__)

NONE, BUILDING, READY, FAILED, DROPPING = "none", "building", "ready", "failed", "dropping"
WORKING = (BUILDING, DROPPING)
LIMIT = declare(
    Parameter(
        "fields.indexes_per_object",
        "int",
        8,
        T("每种记录最多为几个自定义字段建索引", "Indexed custom fields a kind of record may have"),
        T("数据", "Data"),
        minimum=1,
        maximum=20,
    )
)
BUILD = T("建立索引：{label}", "Index: {label}")
DROP = T("删除索引：{label}", "Drop index: {label}")
_UNFIT = (types.LongText, types.Location, types.File)


def index_name(row: CustomField) -> str:
    return f"custom_{row.id.hex}_ix"


def may_index(row: CustomField) -> bool:
    """Whether values of the type are compared by size at all."""
    kind = KINDS[row.type].type
    return kind is not None and not isinstance(kind, _UNFIT)


class IndexNeeded(Conflict):
    """The index serves the rule that a value comes once."""

    code = "index_needed"
    text = T("“不可重复”的字段需要索引，不能移除。", "A field whose values come once needs its index.")


def count_indexes(object_name: str) -> int:
    """How many fields of a kind of record have an index, or are about to. Those that come once have theirs beside the limit."""
    return CustomField.objects.filter(object=object_name, index_state__in=(READY, BUILDING), unique=False).count()


def ask_index(actor: Actor, object_name: str, key: str, *, build: bool) -> Job:
    """Queue the making or dropping of a field's index; :class:`Conflict` while work on it is under way."""
    with act(actor, "field.index" if build else "field.unindex", object=object_name, data={"field": key}):
        row = CustomField.objects.select_for_update().filter(object=object_name, key=key).first()
        if row is None or (build and not row.active):
            raise NotFound
        if row.index_state in WORKING:
            raise Conflict
        if build and not may_index(row):
            raise Invalid.one(
                "type",
                "not_for_type",
                T("“{kind}”类型的字段不能建索引。", "A field of type {kind} cannot be indexed."),
                kind=KINDS[row.type].label,
            )
        if not build and row.unique and row.active:
            raise IndexNeeded
        if build and not row.unique and row.index_state != READY and count_indexes(object_name) >= LIMIT.value():
            raise Invalid.one(
                "index",
                "too_many",
                T("最多为 {limit} 个字段建索引。", "At most {limit} indexed fields."),
                limit=LIMIT.value(),
            )
        job = _start(actor, row, build=build)
    epochs.forget()
    return job


def index_unique(actor: Actor, row: CustomField) -> None:
    """Have a field whose values come once indexed, inside the act that made the rule: each write looks for its value."""
    if row.active and row.unique and row.index_state in (NONE, FAILED):
        _start(actor, row, build=True)


def _start(actor: Actor, row: CustomField, *, build: bool) -> Job:
    words = BUILD if build else DROP
    label = T(words.to("zh-CN", label=row.label_zh), words.to("en", label=row.label_en))
    job = start_job(actor.id, "field.index", label=label, params={"field": str(row.id), "build": build}, total=1)
    _note(row, BUILDING if build else DROPPING, job=job)
    return job


def _note(row: CustomField, state: str, *, error: str = "", job: Job | None = None) -> None:
    facts = {"index_state": state, "index_error": error[:500], **({"index_job": job.id} if job else {})}
    CustomField.objects.filter(pk=row.pk).update(**facts)
    for name, value in facts.items():
        setattr(row, name, value)
    epochs.forget()


@job_kind("field.index", T("字段建索引", "Indexing a field"))
def run_index(run: JobRun) -> None:
    """Make or drop the index. May be run again: what a dead worker left half made is dropped first."""
    row = CustomField.objects.get(pk=run.params["field"])
    try:
        _execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index_name(row)}")
        if run.params["build"]:
            _execute(_statement(row))
            _execute(f"ANALYZE {declared_object(row.object).table}")
    except DatabaseError as error:
        log.error("index not made", field=str(row.id), exc_info=error)
        _clean(row)
        _note(row, FAILED if run.params["build"] else READY, error=str(error).split("\n")[0])
        raise
    _note(row, READY if run.params["build"] else NONE)
    run.step(succeeded=1)


def _clean(row: CustomField) -> None:
    """An index that could not be made stays behind, invalid and still costing every write."""
    try:
        _execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index_name(row)}")
    except DatabaseError as error:
        log.error("a half-made index stays", index=index_name(row), exc_info=error)


def _statement(row: CustomField) -> str:
    kind = KINDS[row.type].type
    assert kind is not None
    expression = re.sub(r"\bt\.", "", kind.extract(row.key))
    table = declared_object(row.object).table
    keys = f"USING gin (({expression}))" if isinstance(kind, types.Tags) else f"(({expression}), id)"
    return f"CREATE INDEX CONCURRENTLY {index_name(row)} ON {table} {keys} WHERE deleted_at IS NULL"


def _execute(statement: str) -> None:
    """One statement outside any transaction, as long as it takes; it waits for people's locks, never they for it."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        try:
            cursor.execute(statement)
        finally:
            cursor.execute("RESET statement_timeout")
            cursor.execute("RESET lock_timeout")
