"""F-8: what the queue tried in vain is seen, done again and discarded by who may, and ends for the person whose job it was."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from kemai.administration.services.organisation import known_permissions
from kemai.administration.services.parked import tell
from kemai.base import queue
from kemai.base.jobs import _kinds, do_job, run_job, start_job
from kemai.base.models import AuditEvent, Job, ParkedJob
from kemai.kit.words import T
from kemai.platform.models import Notification
from tests.calling import Caller
from tests.world import World

Call = Callable[[str], Caller]


def queued(column: str = "task_name") -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def lose(tries: int, task: str = "activities.remind", queueing_lock: str | None = "remind") -> int:
    """A job whose worker died, after so many tries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts, queueing_lock) "
            "VALUES ('system', %s, '{}', 'doing', %s, %s) RETURNING id",
            [task, tries - 1, queueing_lock],
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def clear(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_a_lost_job_waits_longer_each_time_and_is_parked_in_the_end(clear: None) -> None:
    """F-7, F-8."""
    assert [queue.pause_after(n) for n in range(1, 5)] == [3, 9, 27, 81]
    for tries in range(1, queue.TRIES):
        lose(tries, queueing_lock=None)
    last = lose(queue.TRIES, queueing_lock=None)
    assert queue.take_up_lost(30) == queue.TRIES
    assert queued("attempts") == [1, 2, 3, 4]
    assert queued("round(extract(epoch FROM scheduled_at - now()))::int") == [3, 9, 27, 81]
    assert ParkedJob.objects.values_list("queued_as", "tries", "reason").get() == (last, 5, "lost")
    assert queue.take_up_lost(30) == 0


def test_what_the_schedule_has_brought_anew_is_not_queued_twice(clear: None) -> None:
    """F-7: or the lost one could never be taken up, and with it none of the others."""
    lose(1)
    other = lose(1, queueing_lock=None)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, queueing_lock) "
            "VALUES ('system', 'activities.remind', '{}', 'remind')"
        )
    assert queue.take_up_lost(30) == 2
    assert len(queued()) == 2 and other in queued("id")


def test_a_persons_job_given_up_says_so_and_can_go_on(clear: None, call: Call, world: World) -> None:
    """F-8: its person and the administrators are told; done again it goes on. One that erred has ended and is only shown."""
    broken = [True]

    def work(run: object) -> None:
        if broken[0]:
            raise ValueError("13800138000")

    kind = _kinds["bulk"]
    _kinds["bulk"] = type(kind)(work, kind.label, kind.minutes)
    try:
        job = start_job(world.users["rep"], "bulk", label=T("任务", "Job"), params={})
        with pytest.raises(ValueError) as raised:
            do_job(job.id)
        erred, job = job, start_job(world.users["rep"], "bulk", label=T("任务", "Job"), params={})
        for one, reason, detail in ((erred, "error", queue.describe_error(raised.value)), (job, "too_long", "")):
            arguments = {"job_id": str(one.id), "kind": "bulk"}
            queue.park(queue.Taken(one.id.int % 1000, "jobs", "base.run_job", None, None, arguments, 5), reason, detail)
        assert "内部错误" in call("rep").get(f"/jobs/{erred.id}").json()["result"]["error"]
        found = call("rep").get(f"/jobs/{job.id}").json()
        assert (found["state"], "管理员" in found["result"]["error"]) == ("failed", True)
        assert (tell(), tell()) == (2, 0)
        assert Notification.objects.filter(user_id=world.users["admin"], kind="jobs_parked").count() == 1
        admin = call("admin")
        line, other = admin.get("/admin/parked-jobs").json()["items"]
        assert (line["label"], line["tries"], line["reason"], line["again"]) == ("批量操作", 5, "too_long", True)
        assert (other["again"], other["detail"].startswith("ValueError @ base/jobs.py:")) == (False, True)
        assert "13800138000" not in str(other)
        assert admin.post("/admin/parked-jobs/replay", {"ids": [other["id"]]}).status_code == 409
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        assert admin.post("/admin/parked-jobs/replay", {"ids": [line["id"]]}).json() == {"count": 1}
        assert queued() == ["base.run_job"] and Job.objects.get(pk=job.id).state == "waiting"
        broken[0] = False
        assert run_job(job.id).state == "done"
        assert "error" not in Job.objects.get(pk=job.id).result
    finally:
        _kinds["bulk"] = kind


def test_who_may_and_what_is_written_down(clear: None, call: Call, world: World) -> None:
    """S-1, P-7: only who holds the right; each time one line of the audit; nothing left says so."""
    for n in range(2):
        queue.park(queue.Taken(n, "system", "base.tidy", None, None, {}, 5), "lost")
    for person in ("rep", "director"):
        theirs = call(person)
        assert theirs.get("/admin/parked-jobs").status_code == 403
        for verb in ("replay", "discard"):
            assert theirs.post(f"/admin/parked-jobs/{verb}", {}).status_code == 403
    admin, before = call("admin"), AuditEvent.objects.count()
    keys = [line["id"] for line in admin.get("/admin/parked-jobs").json()["items"]]
    assert admin.post("/admin/parked-jobs/discard", {"ids": keys[:1]}).json() == {"count": 1}
    assert admin.post("/admin/parked-jobs/discard", {"ids": [*keys[:1], str(uuid4())]}).status_code == 409
    assert admin.post("/admin/parked-jobs/replay", {}).json() == {"count": 1}
    assert admin.post("/admin/parked-jobs/replay", {}).status_code == 409
    assert queued() == ["base.tidy"] and AuditEvent.objects.count() == before + 2


def test_the_last_failure_of_a_schedule_is_kept_until_it_succeeds(clear: None, call: Call) -> None:
    for n in range(3):
        queue.park(queue.Taken(n, "system", "base.tidy", None, "tidy", {"timestamp": n}, 1), "error")
    assert ParkedJob.objects.get().queued_as == 2
    queue.has_succeeded("tidy")
    assert not ParkedJob.objects.exists()


def test_every_kind_of_work_has_a_name_and_a_limit(clear: None) -> None:
    """F-8: what is stopped or parked is named in words, and nothing may run for ever."""
    app.perform_import_paths()
    ours = {name for name in app.tasks if not name.startswith(("builtin", "procrastinate", "tests."))} - {
        "base.run_job"
    }
    assert len(ours) > 15 and ours <= set(queue._kinds)
    assert all(0 < kind.seconds <= 4 * 3600 for kind in queue._kinds.values())
    assert all(kind.label.zh and kind.label.en and 0 < kind.minutes <= 240 for kind in _kinds.values())
    assert "administration.parked_job.manage" in known_permissions()
