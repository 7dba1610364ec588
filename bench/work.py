"""What is measured once and not by turns: the check while typing, a change of many records, and taking it back (PLT-9, CUS-9)."""

from __future__ import annotations

import statistics
import time
from typing import Any
from uuid import uuid4

import orjson

from bench.record import Recorder
from bench.report import Row

CHECKS = 100
EDITS = 10_000


def measure_check(person: Recorder) -> Row:
    """Somebody types the name and the number of a customer that may exist already; at most two a second and person are answered."""
    times = []
    for n in range(CHECKS):
        body = {"name": f"杭州云帆{n}科技有限公司", "phone": f"1380013{n:04d}"}
        began = time.perf_counter()
        seen = person.send("POST", "/api/v1/customers/check", body)
        times.append((time.perf_counter() - began) * 1000)
        _expect(seen, 200)
    times.sort()
    return Row(
        "check while typing", "rep200", 1, 1000 / statistics.fmean(times), statistics.median(times), times[int(CHECKS * 0.95)], kind="work"
    )  # fmt: skip


def measure_bulk(person: Recorder) -> list[Row]:
    """10,000 records get another remark, and the remark they had."""
    from kemai.customers.models import Customer  # noqa: PLC0415 -- needs Django

    ids = list(
        Customer.objects.filter(owner_id=_id_of(person), deleted_at__isnull=True).values_list("id", flat=True)[:EDITS]
    )
    body = {"ids": [str(i) for i in ids], "action": "set", "params": {"remark": f"批量 {uuid4().hex[:8]}"}}
    done, seconds = _run(person, "customers/bulk", body)
    taken, back = _run(person, f"undo/{done['undo']}", {})
    assert taken["succeeded"] == done["succeeded"] == len(ids), (done, taken)
    words = f"of {len(ids):,} edits (rows/s)"
    return [
        Row(f"change {words}", "rep15000", 1, len(ids) / seconds, seconds * 1000, seconds * 1000, kind="work"),
        Row(f"undo {words}", "rep15000", 1, len(ids) / back, back * 1000, back * 1000, kind="work"),
    ]


def _run(person: Recorder, path: str, body: dict[str, Any]) -> tuple[dict[str, Any], float]:
    """Ask for a job and do it here; what became of it, and the seconds both took."""
    from kemai.base.jobs import run_job  # noqa: PLC0415 -- needs Django

    began = time.perf_counter()
    seen = person.send("POST", f"/api/v1/{path}", body)
    _expect(seen, 202)
    key = orjson.loads(seen.body)["id"]
    run_job(key)
    seconds = time.perf_counter() - began
    return orjson.loads(person.send("GET", f"/api/v1/jobs/{key}").body), seconds


def _id_of(person: Recorder) -> str:
    return str(orjson.loads(person.send("GET", "/api/v1/me").body)["id"])


def _expect(seen: Any, status: int) -> None:
    if seen.status != status:
        raise SystemExit(f"answered {seen.status}: {seen.body[:300]!r}")
