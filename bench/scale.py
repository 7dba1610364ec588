"""``python -m bench.scale N``: imports and exports beside people at work, on the data of ``bench N`` (CUS-12, F-3).

People go on reading at a steady pace while a large file is imported; their 95th percentile is set beside the quiet one. A second
import is killed half-way and started again: every row must be there once. Then the whole table is exported, and the import undone.
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
from pathlib import Path
from typing import Any

from bench import place
from bench.__main__ import _cleaning, _make_data, _sign_in, say
from bench.load import unique_word
from bench.measure import Figures, raw_request, run_load

READERS = {"rep200": 4, "rep15000": 2, "head": 2}
PAUSE = 0.4


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=100_000, help="customers there are (default 100,000)")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the imported file")
    parser.add_argument("--killed", type=int, default=20_000, help="rows of the file whose import is killed")
    parser.add_argument("--no-export", action="store_true")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place.prepare_environment(arguments.size)
    with place.cluster():
        _make_data(arguments.size, fresh=False)
        import django  # noqa: PLC0415 -- reads the environment prepared above

        django.setup()
        with (
            _cleaning(),
            tempfile.TemporaryDirectory() as folder,
            place.serving(["kemai.config.cli", "web"], place.OUT / "web.log", "/healthz") as web,
        ):
            result = _run(arguments, web, Path(folder))
    (place.OUT / "scale.json").write_text(json.dumps(result, indent=1))


def _run(arguments: argparse.Namespace, web: place.Server, folder: Path) -> dict[str, Any]:
    pages = _pages(web.port)
    _read(web.port, pages, 3)  # plans and caches
    quiet = _read(web.port, pages, 20)
    say(
        f"quiet: p50 {quiet.p50_ms:.1f} ms, p95 {quiet.p95_ms:.1f} ms, {quiet.rps:.0f} requests/s, {quiet.errors} errors"
    )
    result: dict[str, Any] = {"size": arguments.size, "quiet_p95_ms": quiet.p95_ms}

    file = _write(folder / "many.csv", arguments.rows)
    busy = Figures()
    running = threading.Event()
    beside = threading.Thread(target=_read_while, args=(web.port, pages, running, busy))
    beside.start()
    imported = _command("import", "customers", str(file), "--as", "rep200", "--json")
    running.set()
    beside.join()
    answer = json.loads(imported["out"])
    say(
        f"import of {answer['created']:,} rows: {imported['seconds']:.0f} s in all, {imported['mb']} MB; meanwhile p95 {busy.p95_ms:.1f} ms "
        f"({busy.p95_ms / quiet.p95_ms:.2f} times the quiet one), {busy.errors} errors"
    )
    result["import"] = {
        "rows": answer["created"],
        "seconds": imported["seconds"],
        "mb": imported["mb"],
        "busy_p95_ms": busy.p95_ms,
    }

    result["killed"] = _killed(folder, arguments.killed)
    if not arguments.no_export:
        out = folder / "all.csv"
        exported = _command("export", "customers", str(out), "--as", "director")
        with out.open(encoding="utf-8-sig") as handle:
            lines = sum(1 for _ in handle)
        say(
            f"export: {lines:,} lines, {out.stat().st_size // 10**6} MB, in {exported['seconds']:.0f} s, {exported['mb']} MB of memory"
        )
        result["export"] = {"lines": lines, "seconds": exported["seconds"], "mb": exported["mb"]}
    undone = _command("import", "undo", answer["id"], "--json")
    say(f"undo of the import: {undone['seconds']:.0f} s, {undone['mb']} MB: {undone['out'].strip()[:200]}")
    result["undo"] = {"seconds": undone["seconds"], "mb": undone["mb"]}
    return result


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
    figures = Figures()
    figures.add(run_load(port, pages, clients=8, seconds=seconds, pause=PAUSE), seconds)
    return figures


def _read_while(port: int, pages: list[list[bytes]], ended: threading.Event, into: Figures) -> None:
    while not ended.is_set():
        into.add(run_load(port, pages, clients=8, seconds=3, pause=PAUSE), 3)


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


def _command(*words: str, kill_after: float | None = None) -> dict[str, Any]:
    """The product's own command, giving way as the worker does; its time and the most memory it had."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kemai.config.cli", *words],
        cwd=place.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.nice(10),
    )
    if kill_after is not None:
        time.sleep(kill_after)
        process.send_signal(signal.SIGKILL)
    assert process.stdout is not None and process.stderr is not None
    out, problem = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and kill_after is None:
        raise SystemExit(f"{' '.join(words)}: {problem.strip()[-500:]}")
    return {"out": out, "seconds": time.perf_counter() - began, "mb": usage.ru_maxrss // 1024}


def _killed(folder: Path, count: int) -> dict[str, Any]:
    from kemai.customers.models import Customer  # noqa: PLC0415 -- needs Django

    file = _write(folder / "killed.csv", count)
    words = ("import", "customers", str(file), "--as", "rep200", "--json")
    before = Customer.objects.count()
    _command(*words, kill_after=max(3.0, count / 5000))
    left = Customer.objects.count() - before
    answer = json.loads(_command(*words)["out"])
    there = Customer.objects.count() - before
    say(f"killed after {left:,} of {count:,} rows, started again: {there:,} rows are there, {answer['failed']} refused")
    if not 0 < left < count:
        say("  the kill came before or after the work; the figure says nothing")
    return {"rows": count, "at_the_kill": left, "there": there, "failed": answer["failed"]}


if __name__ == "__main__":
    main()
