"""``python -m bench.scale N``: imports and exports beside people at work, on the data of ``bench N`` (CUS-12, F-3).

People go on reading at a steady pace while a large file is imported; their 95th percentile is set beside the quiet one. A second
import is killed with SIGKILL once a third of it is there, and started again: every row must be there once. Then a part and the whole of
the table are exported, whose memory must be the same, and the import is undone.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import place
from bench.__main__ import _cleaning, _make_data, _sign_in, say
from bench.load import unique_word
from bench.measure import Figures, raw_request, run_load
from bench.report import Line, conclude, told

READERS = {"rep200": 4, "rep15000": 2, "head": 2}
PAUSE = 0.4
TURN = 3.0
#: The promises are for 100,000 rows; a smaller file has its share of the seconds, and the start of the program on top.
PROMISED_ROWS, PROMISED_SECONDS, START_SECONDS = 100_000, 90, 5
MOST_MB, MOST_TIMES, MEMORY_GROWTH = 400, 1.5, 1.25
WAIT = 600


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=100_000, help="customers there are (default 100,000)")
    parser.add_argument("--rows", type=int, default=PROMISED_ROWS, help="rows of the imported file")
    parser.add_argument("--killed", type=int, default=20_000, help="rows of the file whose import is killed")
    parser.add_argument("--quiet", type=float, default=20, help="seconds of reading before the import")
    parser.add_argument("--no-export", action="store_true")
    parser.add_argument("--fresh", action="store_true", help="make the data anew")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place.prepare_environment(arguments.size)
    with place.cluster():
        _make_data(arguments.size, arguments.fresh)
        import django  # noqa: PLC0415 -- reads the environment prepared above

        django.setup()
        with (
            _cleaning(),
            tempfile.TemporaryDirectory() as folder,
            place.serving(["kemai.config.cli", "web"], place.OUT / "web.log", "/healthz") as web,
        ):
            lines = _run(arguments, web, Path(folder))
    conclude(lines)
    text = json.dumps({"size": arguments.size, "lines": [line.as_json() for line in lines]}, ensure_ascii=False, indent=1)
    (place.OUT / f"scale-{arguments.size}.json").write_text(text + "\n")


def _run(arguments: argparse.Namespace, web: place.Server, folder: Path) -> list[Line]:
    pages = _pages(web.port)
    _read(web.port, pages, 3)  # plans and caches
    quiet = _read(web.port, pages, arguments.quiet)
    say(f"quiet: p50 {quiet.p50_ms:.1f}, p95 {quiet.p95_ms:.1f} ms, {quiet.rps:.0f} requests/s, {quiet.errors} errors")
    done, busy = _beside(web.port, pages, arguments, folder)
    answer = json.loads(done["out"])
    lines = told(_import_lines(arguments.rows, done, answer, quiet, busy))
    lines += told(_killed(folder, arguments.killed))
    if not arguments.no_export:
        lines += told(_exports(folder))
    undone = _command("import", "undo", answer["id"], "--json")
    back = json.loads(undone["out"])
    last = Line(
        f"undo of the import, rows back in {undone['seconds']:.0f} s",
        f"{back['undone']:,}, {undone['mb']} MB",
        "every row",
        back["undone"] == answer["created"],
    )
    return [*lines, *told([last])]


def _beside(port: int, pages: list[list[bytes]], arguments: argparse.Namespace, folder: Path) -> tuple[Any, Figures]:
    """The import, and how people fared meanwhile."""
    file = _write(folder / "many.csv", arguments.rows)
    busy = Figures()
    ended = threading.Event()
    reading = threading.Thread(target=_read_while, args=(port, pages, lambda: not ended.is_set(), busy))
    reading.start()
    try:
        done = _command("import", "customers", str(file), "--as", "rep200", "--json")
    finally:
        ended.set()
        reading.join()
    return done, busy


def _import_lines(
    rows: int, done: dict[str, Any], answer: dict[str, Any], quiet: Figures, busy: Figures
) -> list[Line]:
    allowed = PROMISED_SECONDS * rows / PROMISED_ROWS + (START_SECONDS if rows < PROMISED_ROWS else 0)
    times = busy.p95_ms / quiet.p95_ms if quiet.p95_ms else 0.0
    meanwhile = f"{busy.p95_ms:.1f} ms, {times:.2f} times {quiet.p95_ms:.1f}"
    return [
        Line(
            f"import, {rows:,} rows", f"{answer['created']:,} taken", f"{rows:,} taken", answer["created"] == rows
        ),
        Line("  seconds, start of the program included", f"{done['seconds']:.1f} s", f"≤ {allowed:.0f} s", done["seconds"] <= allowed),
        Line("  most memory", f"{done['mb']} MB", f"≤ {MOST_MB} MB", done["mb"] <= MOST_MB),
        Line("  95th percentile of people reading meanwhile", meanwhile, f"≤ {MOST_TIMES} times", times <= MOST_TIMES),
        Line("  their errors", f"{busy.errors} of {len(busy.times):,}", "none", busy.errors == 0),
    ]  # fmt: skip


def _pages(port: int) -> list[list[bytes]]:
    """What people read: lists, a search, deals, a board, the first records of their lists."""
    pages = []
    for person, weight in READERS.items():
        cookies = _sign_in(port, person)
        cookie = "; ".join(f"{k}={v}" for k, v in cookies.items())
        paths = [
            "customers",
            "customers?q=%E4%BA%91%E5%B8%86",
            "opportunities",
            "opportunities/board",
            "customers?sort=name",
        ]
        pages += [[raw_request(port, "GET", f"/api/v1/{path}", Cookie=cookie)] for path in paths * weight]
    return pages


def _read(port: int, pages: list[list[bytes]], seconds: float) -> Figures:
    figures, end = Figures(), time.monotonic() + seconds
    _read_while(port, pages, lambda: time.monotonic() < end, figures)
    return figures


def _read_while(port: int, pages: list[list[bytes]], going: Callable[[], bool], into: Figures) -> None:
    while going():
        into.add(run_load(port, pages, clients=8, seconds=TURN, pause=PAUSE), TURN)


def _write(file: Path, count: int) -> Path:
    mark = unique_word().decode()
    with file.open("w", encoding="utf-8", newline="") as handle:
        lines = csv.writer(handle)
        lines.writerow(["客户名称", "行业", "电话", "地区", "地址", "备注"])
        for n in range(count):
            lines.writerow(
                [f"苏州{mark}{n}有限公司", "信息技术", f"139{n:08d}", "苏州", f"苏州市建设路{n}号", "导入测试"]
            )
    return file


def _command(*words: str, kill_when: Callable[[], bool] | None = None) -> dict[str, Any]:
    """The product's own command, which gives way as the worker does; its time and the most memory it had. ``kill_when``: SIGKILL then."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kemai.config.cli", *words],
        cwd=place.ROOT,
        start_new_session=True,  # as the worker, or a job of cron
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    while kill_when and process.poll() is None and time.perf_counter() - began < WAIT:
        if kill_when():
            process.send_signal(signal.SIGKILL)
            process.wait()
            return {}
        time.sleep(0.02)
    out, problem = process.stdout.read(), process.stderr.read()
    if process.returncode is not None:
        return {"out": out}  # it ended before it could be killed
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)}: {problem.strip()[-500:]}")
    return {"out": out, "seconds": time.perf_counter() - began, "mb": usage.ru_maxrss // 1024}


def _killed(folder: Path, count: int) -> list[Line]:
    """An import that dies with a third of its rows in, and is given again."""
    from kemai.platform.models import Import  # noqa: PLC0415 -- needs Django

    file = _write(folder / "killed.csv", count)
    words = ("import", "customers", str(file), "--as", "rep200", "--json")
    its = Import.objects.filter(file_name=file.name)
    _command(*words, kill_when=lambda: its.filter(created__gte=count // 3).exists())
    left = its.get().created
    began = time.perf_counter()
    answer = json.loads(_command(*words)["out"])
    seconds = time.perf_counter() - began
    there, different, names = _rows_of(file)
    return [
        Line("kill -9 of an import", f"{left:,} of {count:,} rows in", "in the middle of it", 0 < left < count),
        Line(f"  given again, ended in {seconds:.0f} s", f"{there:,} rows, {different:,} names", f"each of {names:,} once", there == different == names == count and not answer["failed"]),
    ]  # fmt: skip


def _rows_of(file: Path) -> tuple[int, int, int]:
    """(living customers with a name of the file, how many different names they have, names in the file)."""
    from django.db import connection  # noqa: PLC0415

    with file.open(encoding="utf-8", newline="") as handle:
        names = [line[0] for line in csv.reader(handle)][1:]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT name) FROM customers_customer WHERE deleted_at IS NULL AND name = ANY(%s)",
            [names],
        )
        there, different = cursor.fetchone()
    return there, different, len(set(names))


def _exports(folder: Path) -> list[Line]:
    """A part of the table and all of it: the memory must not follow the rows."""
    part = _export(folder / "part.csv", "--filter", json.dumps({"field": "industry", "op": "eq", "value": "it"}))
    whole = _export(folder / "all.csv")
    rows, there = whole["rows"], _living()
    return [
        Line(f"export of {rows:,} rows in {whole['seconds']:.0f} s", f"{whole['size']} MB of file", f"all of {there:,}", rows == there),
        Line("  most memory", f"{whole['mb']} MB", f"≤ {MEMORY_GROWTH} times that of {part['rows']:,} rows, {part['mb']} MB", whole["mb"] <= part["mb"] * MEMORY_GROWTH),
    ]  # fmt: skip


def _export(out: Path, *more: str) -> dict[str, Any]:
    done = _command("export", "customers", str(out), "--as", "director", "--json", *more)
    with out.open(encoding="utf-8-sig", newline="") as handle:
        lines = sum(1 for _ in csv.reader(handle))
    rows = json.loads(done["out"])["rows"]
    assert lines == rows + 2, (lines, rows)  # the headings, and who exported when
    return {**done, "rows": rows, "size": out.stat().st_size // 10**6}


def _living() -> int:
    from kemai.customers.models import Customer  # noqa: PLC0415

    return int(Customer.objects.filter(deleted_at__isnull=True).count())


if __name__ == "__main__":
    main()
