"""What is measured once and not by turns: the check while typing, a change of many records, and taking it back (PLT-9, CUS-9)."""

from __future__ import annotations

import statistics
import time
from typing import Any
from uuid import uuid4

import orjson

from bench.record import Recorder, all_big_scans, recording
from bench.report import Row

CHECKS = 100
COUNTS = 5
EDITS = 10_000


def measure_check(person: Recorder) -> Row:
    """Somebody types the name and the number of a customer that may exist already; at most two a second and person are answered."""
    times, scans = [], set()
    for n in range(CHECKS):
        body = {"name": f"杭州云帆{n}科技有限公司", "phone": f"1380013{n:04d}"}
        began = time.perf_counter()
        seen = person.send("POST", "/api/v1/customers/check", body)
        times.append((time.perf_counter() - began) * 1000)
        _expect(seen, 200)
        scans.update(all_big_scans(seen.statements) if n == 0 else ())
    times.sort()
    return Row(
        "check while typing", "rep200", 1, 1000 / statistics.fmean(times), statistics.median(times), times[int(CHECKS * 0.95)], kind="work", scans=sorted(scans)
    )  # fmt: skip


def measure_segment(person: Recorder) -> Row:
    """A segment counted anew: own fields, a custom one, and a figure over related records (CUS-7)."""
    followed = {
        "related": {"object": "interactions", "field": "customer"},
        "measure": {"op": "count"},
        "op": "gte",
        "value": 2,
    }
    tree = {
        "and": [
            {"field": "industry", "op": "eq", "value": "it"},
            {"field": "custom.machines", "op": "gte", "value": 100},
            followed,
        ]
    }
    made = person.send(
        "POST", "/api/v1/segments", {"object": "customers", "name": f"基准 {uuid4().hex[:8]}", "filter": tree}
    )
    _expect(made, 201)
    key = orjson.loads(made.body)["id"]
    times, scans = [], []
    for _ in range(COUNTS):
        job, seconds, scans = _run(person, f"segments/{key}/count", {})
        assert job["state"] == "done", job
        times.append(seconds)
    size = orjson.loads(person.send("GET", f"/api/v1/segments/{key}").body)["size"]
    person.send("DELETE", f"/api/v1/segments/{key}", None)
    middle = statistics.median(times)
    return Row(f"segment count, {size:,} in it", "everything", 1, 1 / middle, middle * 1000, max(times) * 1000, kind="work", scans=scans)  # fmt: skip


def measure_bulk(person: Recorder) -> list[Row]:
    """10,000 records get another remark, and the remark they had."""
    from kemai.customers.models import Customer  # noqa: PLC0415 -- needs Django

    ids = list(
        Customer.objects.filter(owner_id=_id_of(person), deleted_at__isnull=True).values_list("id", flat=True)[:EDITS]
    )
    body = {"ids": [str(i) for i in ids], "action": "set", "params": {"remark": f"批量 {uuid4().hex[:8]}"}}
    done, seconds, scans = _run(person, "customers/bulk", body)
    taken, back, back_scans = _run(person, f"undo/{done['undo']}", {})
    assert taken["succeeded"] == done["succeeded"] == len(ids), (done, taken)
    words = f"of {len(ids):,} edits (rows/s)"
    return [
        Row(f"change {words}", "rep15000", 1, len(ids) / seconds, seconds * 1000, seconds * 1000, kind="work", scans=scans),
        Row(f"undo {words}", "rep15000", 1, len(ids) / back, back * 1000, back * 1000, kind="work", scans=back_scans),
    ]  # fmt: skip


def _run(person: Recorder, path: str, body: dict[str, Any]) -> tuple[dict[str, Any], float, list[str]]:
    """Ask for a job and do it here; what became of it, the seconds both took, and large tables it read from end to end."""
    from kemai.base.jobs import run_job  # noqa: PLC0415 -- needs Django

    began = time.perf_counter()
    seen = person.send("POST", f"/api/v1/{path}", body)
    _expect(seen, 202)
    key = orjson.loads(seen.body)["id"]
    with recording() as statements:
        run_job(key)
    seconds = time.perf_counter() - began
    return orjson.loads(person.send("GET", f"/api/v1/jobs/{key}").body), seconds, all_big_scans(statements)


def _id_of(person: Recorder) -> str:
    return str(orjson.loads(person.send("GET", "/api/v1/me").body)["id"])


def _expect(seen: Any, status: int) -> None:
    if seen.status != status:
        raise SystemExit(f"answered {seen.status}: {seen.body[:300]!r}")


SHARE = 0.005
"""Of all held customers that go in the measured night: each of them every two hundred days, more than any rule would take."""


def measure_recycling() -> list[Row]:
    """A night of recycling as POOL-3 asks for it: every customer's day counted, owners warned, one in two hundred taken, and all given back."""
    from django.db import connection  # noqa: PLC0415 -- needs Django

    from kemai.base import parameters  # noqa: PLC0415
    from kemai.base.audit import act  # noqa: PLC0415
    from kemai.base.models import ParameterValue  # noqa: PLC0415
    from kemai.customers.models import RecycleRule, RecycleRun  # noqa: PLC0415
    from kemai.customers.services.kind import CUSTOMERS  # noqa: PLC0415
    from kemai.customers.services.recycle_rules import RECYCLER, refresh_all  # noqa: PLC0415
    from kemai.customers.services.recycle_run import run_recycling, warn_owners  # noqa: PLC0415
    from kemai.customers.services.taking_back import recycling_back  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # as for the worker, whose night this is
    ParameterValue.objects.update_or_create(code="customers.recycle_share", defaults={"value": 100})
    parameters.forget_cache()
    rules = [
        RecycleRule(name="bench", reason="no_contact", days=60, working_days=True, spared_by=["open_opportunity"]),
        RecycleRule(
            name="bench it", reason="no_deal", days=90, condition={"field": "industry", "op": "eq", "value": "it"}
        ),
    ]
    RecycleRun.objects.all().delete()  # one that was broken off
    with act(RECYCLER, "bench", object="recycle-rules"):
        RecycleRule.objects.all().delete()
        RecycleRule.objects.bulk_create(rules)
    first = _timed(lambda: refresh_all(CUSTOMERS))
    print(f"  counted the days of all: {first:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET recycle_on = current_date - 1, recycle_warned_on = recycle_on WHERE id IN (SELECT id FROM "
            "customers_customer WHERE recycle_on < current_date + 8 AND owner_id IS NOT NULL AND deleted_at IS NULL ORDER BY id LIMIT "
            "(SELECT (count(*) * %s)::int FROM customers_customer WHERE owner_id IS NOT NULL AND deleted_at IS NULL))",
            [SHARE],
        )
    warned = _timed(lambda: warn_owners(CUSTOMERS))
    print(f"  warned all who are near: {warned:.0f} s", flush=True)
    runs: list[RecycleRun] = []
    night = _timed(lambda: runs.append(run_recycling(CUSTOMERS, None)))
    done = runs[0]
    assert done.state == "done", done.stopped_by
    print(f"  night: {night:.0f} s", flush=True)

    def back() -> None:
        for step in recycling_back(RECYCLER, {"run": str(done.id)}):
            with act(RECYCLER, "undo", object="customers"):
                step()

    undone = _timed(back)
    with act(RECYCLER, "bench", object="recycle-rules"):
        RecycleRule.objects.filter(pk__in=[rule.pk for rule in rules]).delete()
    refresh_all(CUSTOMERS)
    RecycleRun.objects.filter(pk=done.pk).delete()
    ParameterValue.objects.filter(code="customers.recycle_share").delete()
    parameters.forget_cache()
    words = f"{done.recycled:,} of {done.owned:,}"
    return [
        Row(f"{name} (1/s)", "everything", 1, count / seconds, seconds * 1000, seconds * 1000, kind="work")
        for name, count, seconds in (
            (f"first count of days of {done.owned:,}", done.owned, first),
            ("first warning of all who are near", 1, warned),
            (f"night of recycling, {words}", done.recycled, night),
            (f"undo of recycling, {words}", done.recycled, undone),
        )
    ]


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
