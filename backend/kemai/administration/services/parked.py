"""Jobs of the queue that were tried in vain: seen, done again or discarded by an administrator, who is told of new ones (F-8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kemai.accounts.access import Actor
from kemai.accounts.errors import NoParkedJob
from kemai.accounts.people import holders_of
from kemai.base.audit import act
from kemai.base.models import ParkedJob
from kemai.base.queue import can_go_on, kind_of, unpark
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.notify import declare_kind, notify
from kemai.platform.objects.logs import log_page

PERMISSION = "administration.parked_job.manage"
PAGE = 50
MOST = 1000
REASONS = {
    "error": T("出错", "It failed"),
    "too_long": T("超过时限，已停止", "It took too long and was stopped"),
    "lost": T("进程意外中止（内存不足或被强制结束）", "Its process ended (out of memory, or killed)"),
}

TOLD = declare_kind("jobs_parked", T("后台任务多次失败", "Background work does not get done"), right=PERMISSION)


def list_parked(actor: Actor, *, cursor: str = "") -> dict[str, Any]:
    """Parked jobs, newest first: what, how often tried, why not done; nothing of what it was about."""
    actor.require(PERMISSION)
    page, following = log_page(ParkedJob.objects.annotate(again=can_go_on()), cursor, PAGE, at="parked_at")
    return {"items": [_json(row) for row in page], "next_cursor": following}


def _json(row: ParkedJob) -> dict[str, Any]:
    return {
        "id": row.id,
        "label": kind_of(row.task, row.arguments).label.to(),
        "task": row.task,
        "about": row.arguments.get("kind") or row.arguments.get("subscriber"),
        "job": row.arguments.get("job_id"),
        "scheduled": row.queueing_lock is not None,
        "again": row.again,  # type: ignore[attr-defined]
        "tries": row.tries,
        "reason": row.reason,
        "reason_label": REASONS[row.reason].to() if row.reason in REASONS else row.reason,
        "detail": row.detail,
        "parked_at": row.parked_at,
    }


def replay(actor: Actor, ids: list[Any] | None) -> int:
    """Queue parked jobs anew that may be done again, all of them when ``ids`` is None; returns how many."""
    return _each(actor, "parked_jobs.replay", ParkedJob.objects.filter(can_go_on()), ids, unpark)


def discard(actor: Actor, ids: list[Any] | None) -> int:
    """Give up parked jobs for good; returns how many."""
    return _each(actor, "parked_jobs.discard", ParkedJob.objects.all(), ids, lambda row: row.delete())


def _each(
    actor: Actor, verb: str, rows: QuerySet[ParkedJob], ids: list[Any] | None, do: Callable[[ParkedJob], Any]
) -> int:
    actor.require(PERMISSION)
    rows = rows.select_for_update(skip_locked=True).order_by("parked_at", "id")
    if ids is not None:
        rows = rows.filter(pk__in=[key for k in ids[:MOST] if (key := parse_id(k))])
    with transaction.atomic():
        found = list(rows[:MOST])
        if not found:
            raise NoParkedJob
        said = {"jobs": [f"{row.task} {row.queued_as}" for row in found[:50]], "count": len(found)}
        with act(actor, verb, object="parked_jobs", data=said):
            for row in found:
                do(row)
    return len(found)


def tell() -> int:
    """Say to whoever may deal with them that there are new ones; one message for all of them."""
    with transaction.atomic():
        fresh = ParkedJob.objects.filter(told=False).update(told=True)
        if fresh:
            title = T("{count} 项后台任务多次失败，请查看", "{count} background jobs did not get done; have a look")
            for user_id in holders_of(PERMISSION):
                notify(user_id, kind=TOLD, title=title, title_params={"count": fresh}, path="/admin/parked-jobs")
    return fresh
