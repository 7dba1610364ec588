"""Work a person starts and may watch. The queue carries only the id; the row carries state, progress and reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from procrastinate.contrib.django import app

from kemai.base.models import Job
from kemai.kit.clock import now
from kemai.kit.errors import KemaiError, NotFound
from kemai.kit.words import T

log = structlog.get_logger(__name__)

#: Reasons kept on the row; beyond this only counted (the error workbook of an import has them all).
MAX_FAILURES = 1000

_kinds: dict[str, Callable[[JobRun], None]] = {}


class JobCancelled(Exception):
    """Raised inside a job when the person asked to stop it."""


@dataclass(slots=True)
class JobRun:
    """A running job as its function sees it."""

    job: Job
    failures: list[dict[str, Any]] = field(default_factory=list)

    @property
    def params(self) -> dict[str, Any]:
        return self.job.params

    def total(self, count: int) -> None:
        self.job.total = count
        self.save()

    def step(self, *, succeeded: int = 0, failed: int = 0) -> None:
        """Count progress and stop here when cancellation was asked for. Call between transactions, never inside one."""
        self.job.done += succeeded + failed
        self.job.succeeded += succeeded
        self.job.failed += failed
        self.save()
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise JobCancelled

    def fail(self, record_id: UUID | str | None, label: str, error: KemaiError) -> None:
        """Remember why one record was refused."""
        if len(self.failures) < MAX_FAILURES:
            self.failures.append(
                {
                    "id": str(record_id) if record_id else None,
                    "label": label,
                    "code": error.code,
                    "message": _words(error),
                }
            )

    def result(self, **facts: Any) -> None:
        self.job.result = {**self.job.result, **facts}

    def undoable(self, token: UUID, until: datetime) -> None:
        self.job.undo, self.job.undo_until = token, until

    def save(self) -> None:
        self.job.failures = self.failures
        Job.objects.filter(pk=self.job.pk).update(
            **{
                n: getattr(self.job, n)
                for n in ("total", "done", "succeeded", "failed", "failures", "result", "undo", "undo_until")
            }
        )


def _words(error: KemaiError) -> str:
    errors = getattr(error, "errors", None)
    return "；".join(e.text() for e in errors) if errors else error.detail()


def job_kind(name: str) -> Callable[[Callable[[JobRun], None]], Callable[[JobRun], None]]:
    """Register the function that does jobs of this kind."""

    def register(function: Callable[[JobRun], None]) -> Callable[[JobRun], None]:
        _kinds[name] = function
        return function

    return register


def start_job(
    actor_id: UUID, kind: str, *, label: T, params: dict[str, Any], total: int = 0, queue: bool = True
) -> Job:
    """Make a job in the caller's transaction and queue it; without ``queue`` it waits for :func:`queue_job` (an approval)."""
    assert kind in _kinds, kind
    with transaction.atomic():
        job = Job.objects.create(actor_id=actor_id, kind=kind, label=label.to(), params=params, total=total)
        if queue:
            queue_job(job.id)
    return job


def queue_job(job_id: UUID) -> None:
    """Have a worker do a waiting job, once the caller's transaction commits."""
    app.configure_task("base.run_job", queue="jobs").defer(job_id=str(job_id))


def close_job(job_id: UUID, error: KemaiError) -> bool:
    """End a job that never began, with the reason; whether it was still waiting."""
    result = {"error": _words(error), "code": error.code}
    changed = Job.objects.filter(pk=job_id, state="waiting").update(state="failed", finished_at=now(), result=result)
    return bool(changed)


def run_job(job_id: str | UUID) -> Job:
    """Do a waiting job, or go on with one whose worker died. Never raises: what went wrong is on the row."""
    job = Job.objects.get(pk=job_id)
    if job.state not in ("waiting", "running"):
        return job
    Job.objects.filter(pk=job.pk).update(state="running", started_at=now())
    run = JobRun(job, list(job.failures))
    try:
        _kinds[job.kind](run)
        state = "done"
    except JobCancelled:
        state = "cancelled"
    except KemaiError as error:
        state = "failed"
        run.result(error=_words(error), code=error.code)
    except Exception as error:
        log.error("job failed", job=str(job.id), kind=job.kind, exc_info=error)
        state = "failed"
        run.result(
            error=T(
                "任务因内部错误中止，请联系管理员并提供任务编号。",
                "The job stopped on an internal error; give its number to your administrator.",
            ).to()
        )
    run.save()
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=now())
    job.state = state
    return job


def get_job_for(actor_id: UUID, job_id: UUID) -> Job:
    """One's own job; :class:`NotFound` otherwise."""
    job = Job.objects.filter(pk=job_id, actor_id=actor_id).first()
    if job is None:
        raise NotFound
    return job


def cancel_job(actor_id: UUID, job_id: UUID) -> Job:
    """Ask a job to stop at its next step; one still waiting ends at once."""
    job = get_job_for(actor_id, job_id)
    Job.objects.filter(pk=job.pk, state="waiting").update(state="cancelled", finished_at=now())
    Job.objects.filter(pk=job.pk, state="running").update(cancel_asked=True)
    job.refresh_from_db()
    return job


def job_json(job: Job) -> dict[str, Any]:
    """The job as the API shows it."""
    names = (
        "id",
        "kind",
        "label",
        "state",
        "total",
        "done",
        "succeeded",
        "failed",
        "failures",
        "result",
        "undo",
        "undo_until",
        "created_at",
        "finished_at",
    )
    return {name: getattr(job, name) for name in names}
