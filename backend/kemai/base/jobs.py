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
GIVEN_UP = "given_up"

MINUTES = 60


@dataclass(frozen=True, slots=True)
class JobKind:
    """What is declared of a kind of job: what does it, its name for people, after how many minutes one try is stopped."""

    function: Callable[[JobRun], None]
    label: T
    minutes: float


_kinds: dict[str, JobKind] = {}


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


def job_kind(
    name: str, label: T, *, minutes: float = MINUTES
) -> Callable[[Callable[[JobRun], None]], Callable[[JobRun], None]]:
    """Register the function that does jobs of this kind. A try that takes longer than ``minutes`` is stopped and counts (F-8)."""

    def register(function: Callable[[JobRun], None]) -> Callable[[JobRun], None]:
        _kinds[name] = JobKind(function, label, minutes)
        return function

    return register


def kind_of_job(name: str) -> JobKind | None:
    """What is declared of a kind; None when nothing is."""
    return _kinds.get(name)


def start_job(
    actor_id: UUID, kind: str, *, label: T, params: dict[str, Any], total: int = 0, queue: bool = True
) -> Job:
    """Make a job in the caller's transaction and queue it; without ``queue`` it waits for :func:`queue_job` (an approval)."""
    assert kind in _kinds, kind
    with transaction.atomic():
        job = Job.objects.create(actor_id=actor_id, kind=kind, label=label.to(), params=params, total=total)
        if queue:
            queue_job(job.id, kind)
    return job


def queue_job(job_id: UUID, kind: str) -> None:
    """Have a worker do a waiting job, once the caller's transaction commits."""
    app.configure_task("base.run_job", queue="jobs").defer(job_id=str(job_id), kind=kind)


def close_job(job_id: UUID, error: KemaiError) -> bool:
    """End a job that never began, with the reason; whether it was still waiting."""
    result = {"error": _words(error), "code": error.code}
    changed = Job.objects.filter(pk=job_id, state="waiting").update(state="failed", finished_at=now(), result=result)
    return bool(changed)


def run_job(job_id: str | UUID) -> Job:
    """The same as :func:`do_job` outside the queue. Never raises: what went wrong is on the row."""
    try:
        return do_job(job_id)
    except Exception as error:
        log.error("job failed", job=str(job_id), exc_info=error)
        return Job.objects.get(pk=job_id)


def do_job(job_id: str | UUID) -> Job:
    """Do a waiting job, or go on with one whose worker died. What went wrong is on the row; an error nobody foresaw is raised, too, so
    that an administrator sees it."""
    job = Job.objects.get(pk=job_id)
    if job.state not in ("waiting", "running"):
        return job
    Job.objects.filter(pk=job.pk).update(state="running", started_at=now())
    run = JobRun(job, list(job.failures))
    try:
        _kinds[job.kind].function(run)
        state = "done"
    except JobCancelled:
        state = "cancelled"
    except KemaiError as error:
        state = "failed"
        run.result(error=_words(error), code=error.code)
    except Exception:
        run.result(
            error=T(
                "任务因内部错误中止，请联系管理员并提供任务编号：{number}",
                "The job stopped on an internal error; give its number to your administrator: {number}",
            ).to(number=str(job.id)[:8])
        )
        _end(run, "failed")
        raise
    _end(run, state)
    return job


def _end(run: JobRun, state: str) -> None:
    run.save()
    Job.objects.filter(pk=run.job.pk).update(state=state, finished_at=now())
    run.job.state = state


def give_up_job(job_id: str | UUID) -> None:
    """End a job that was tried in vain often enough, and say so to whom it belongs."""
    words = T(
        "任务多次尝试后仍未完成，已转给管理员处理。任务编号：{number}",
        "The job was tried several times and did not get done; your administrator has it now. Its number: {number}",
    ).to(number=str(job_id)[:8])
    job = Job.objects.select_for_update().filter(pk=job_id, state__in=("waiting", "running")).first()
    if job is not None:
        job.state, job.finished_at, job.result = "failed", now(), {**job.result, "error": words, "code": GIVEN_UP}
        job.save(update_fields=["state", "finished_at", "result"])


def reopen_job(job_id: str | UUID) -> None:
    """Let a job that was given up wait again; it goes on where it stood."""
    job = Job.objects.select_for_update().filter(pk=job_id, state="failed", result__code=GIVEN_UP).first()
    if job is not None:
        job.state, job.finished_at, job.cancel_asked = "waiting", None, False
        job.result = {name: value for name, value in job.result.items() if name not in ("error", "code")}
        job.save(update_fields=["state", "finished_at", "cancel_asked", "result"])


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
