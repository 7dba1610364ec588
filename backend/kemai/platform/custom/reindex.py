"""A field made searchable, or not any more: what records that were there before are found by is brought up to it by a job (PLT-1, PLT-2).

Only records that have a value of the field are gone through. What they are found by is no change of theirs: neither version nor history
moves. The job goes by the definitions of the moment, so that whichever of two such jobs ends last leaves the same behind.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kemai.accounts.access import Actor
from kemai.base import epochs
from kemai.base.jobs import JobRun, job_kind, start_job
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.custom.indexes import BUILDING, FAILED, NONE
from kemai.platform.models import CustomField
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.searching import search_columns
from kemai.platform.objects.store import array_text, unpacked

BATCH = 500
#: A process knows new definitions after some two seconds at the latest; what it wrote until then is gone through once more.
_LATE = timedelta(seconds=10)
LABEL = T("更新搜索：{label}", "Update search: {label}")
_LISTS = ("search_terms", "private_terms")


def start_reindex(actor: Actor, row: CustomField) -> None:
    """Queue the job, inside the act that changed the definition."""
    label = T(LABEL.to("zh-CN", label=row.label_zh), LABEL.to("en", label=row.label_en))
    job = start_job(actor.id, "field.reindex", label=label, params={"field": str(row.id)})
    CustomField.objects.filter(pk=row.pk).update(search_state=BUILDING, search_job=job.id)
    row.search_state, row.search_job = BUILDING, job.id


@job_kind("field.reindex", T("字段加入搜索", "Making a field searchable"))
def run_reindex(run: JobRun) -> None:
    """Go through the records that have a value; may be run again from the beginning."""
    row = CustomField.objects.get(pk=run.params["field"])
    mine = CustomField.objects.filter(pk=row.pk, search_job=run.job.id)
    began = now()
    epochs.forget()
    run.job.done = run.job.succeeded = 0
    run.total(_count(get_object(row.object), row.key))
    try:
        _go_through(run, row, since=None)
        _go_through(run, row, since=began - _LATE)
    except BaseException:
        mine.update(search_state=FAILED)
        raise
    mine.update(search_state=NONE)
    epochs.forget()


def _count(declaration: ObjectType, key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {declaration.table} WHERE custom ? %s", [key])
        return int(cursor.fetchone()[0])


def _go_through(run: JobRun, row: CustomField, *, since: Any) -> None:
    after: UUID | None = None
    while True:
        declaration = get_object(row.object)
        with transaction.atomic():
            rows = _rows(declaration, row.key, after, since)
            _mend(declaration, rows)
        if not rows:
            return
        after = rows[-1]["id"]
        run.step(succeeded=len(rows) if since is None else 0)


def _rows(declaration: ObjectType, key: str, after: UUID | None, since: Any) -> list[dict[str, Any]]:
    columns = list(declaration.column_types)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM {declaration.table} WHERE custom ? %(key)s"
            f"{' AND id > %(after)s' if after else ''}{' AND updated_at >= %(since)s' if since else ''} "
            f"ORDER BY id LIMIT {BATCH} FOR UPDATE",
            {"key": key, "after": after, "since": since},
        )
        found = [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]
    return [unpacked(declaration, row) for row in found]


def _mend(declaration: ObjectType, rows: list[dict[str, Any]]) -> None:
    """Write what these records are found by now, where it differs."""
    news = []
    for row in rows:
        wanted = search_columns(declaration, Draft(row["id"], row, {}))
        if any(sorted(row[n]) != sorted(wanted[n]) for n in _LISTS) or row["search_text"] != wanted["search_text"]:
            news.append((row["id"], wanted["search_text"], *(array_text(wanted[n]) for n in _LISTS)))
    if not news:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {declaration.table} t SET search_text = v.text, search_terms = v.terms::text[], private_terms = v.private::text[] "
            "FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS v (id, text, terms, private) WHERE t.id = v.id",
            [list(part) for part in zip(*news, strict=True)],
        )
