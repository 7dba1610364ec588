"""Registers the kinds of job of this domain (a worker knows only what it has imported), and forgets what cannot be undone any more."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from kemai.base.queue import declare
from kemai.kit.words import T
from kemai.platform import volume
from kemai.platform.custom import computed, indexes, reindex
from kemai.platform.doubles import finder
from kemai.platform.merging import part
from kemai.platform.objects import bulk, operations, segment_members, takeback
from kemai.platform.quality.service import judge_again
from kemai.platform.transfer import approvals, export, run, undo

__all__ = [
    "approvals",
    "bulk",
    "computed",
    "count_segments",
    "expire_exports",
    "export",
    "fill_keys",
    "find_duplicates",
    "finder",
    "forget_undo",
    "forget_volume",
    "indexes",
    "operations",
    "part",
    "reindex",
    "run",
    "segment_members",
    "takeback",
    "undo",
]

_FORGET = "DELETE FROM platform_importfault f USING platform_import i WHERE i.id = f.run_id AND i.created_at < now() - interval '30 days'"


@declare(T("导出申请到期", "Requests for exports end"))
@app.periodic(cron="23 * * * *", periodic_id="expire_exports")
@app.task(name="platform.expire_exports", queue="system", queueing_lock="expire_exports")
def expire_exports(timestamp: int) -> None:
    """Requests nobody decided on in time end, and say so."""
    approvals.expire()


@declare(T("清理撤销数据", "Forgetting what cannot be undone"), minutes=60)
@app.periodic(cron="41 3 * * *", periodic_id="forget_undo")
@app.task(name="platform.forget_undo", queue="system", queueing_lock="forget_undo")
def forget_undo(timestamp: int) -> None:
    """What is kept for taking changes back is kept as long as that is possible, and no longer (P-4)."""
    operations.forget_inverses()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)


@declare(T("清理读取量统计", "Forgetting how much was read"))
@app.periodic(cron="47 3 * * *", periodic_id="forget_volume")
@app.task(name="platform.forget_volume", queue="system", queueing_lock="forget_volume")
def forget_volume(timestamp: int) -> None:
    """How much somebody read in a day is kept as long as a habit looks back (S-12)."""
    volume.forget()


@declare(T("补全查重键", "Keys against duplicates"), minutes=240)
@app.periodic(cron="*/20 * * * *", periodic_id="fill_keys")
@app.task(name="platform.fill_keys", queue="system", queueing_lock="fill_keys")
def fill_keys(timestamp: int) -> None:
    """Make the keys against doubles of records from before there were any (CUS-9): once, and nothing to do from then on."""
    finder.fill_keys()


@declare(T("夜间查重", "Finding duplicates at night"), minutes=240)
@app.periodic(cron="50 18 * * *", periodic_id="find_duplicates")  # 02:50 in China
@app.task(name="platform.find_duplicates", queue="jobs", queueing_lock="find_duplicates")
def find_duplicates(timestamp: int) -> None:
    """Search everything for doubles anew (CUS-9)."""
    finder.find_nightly()


@declare(T("夜间统计名单", "Counting segments at night"), minutes=240)
@app.periodic(cron="17 2 * * *", periodic_id="count_segments")
@app.task(name="platform.count_segments", queue="jobs", queueing_lock="count_segments")
def count_segments(timestamp: int) -> None:
    """Sizes, members and trends of dynamic segments as of tonight (CUS-7)."""
    segment_members.count_all()


@declare(T("夜间评估资料质量", "Judging quality at night"), minutes=240)
@app.periodic(cron="20 18 * * *", periodic_id="judge_quality")  # 02:20 in China
@app.task(name="platform.judge_quality", queue="system", queueing_lock="judge_quality")
def judge_quality(timestamp: int) -> None:
    """Judge the quality of records anew, so that changed weights count, and note the day's figures (CUS-10)."""
    judge_again()
