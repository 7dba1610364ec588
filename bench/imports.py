"""Import: rows a second from a file to done, by the product's own command in a process of its own."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import place, words
from bench.load import unique_word
from bench.report import Row


def measure_import(count: int) -> Row | None:
    """Import ``count`` new customers as a rep; None where this version has no import."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "customers.csv"
        mark = unique_word().decode()
        with file.open("w", encoding="utf-8", newline="") as handle:
            lines = csv.writer(handle)
            lines.writerow(["客户名称", "行业", "电话", "地区", "地址", "备注"])
            for n in range(count):
                name, _ = words.company(n)
                lines.writerow(
                    [
                        f"{name[:4]}{mark}{n}有限公司",
                        "信息技术",
                        f"1391234{n:04d}",
                        name[:2],
                        f"{name[:2]}市建设路{n}号",
                        "导入测试",
                    ]
                )
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "kemai.config.cli", "import", "customers", str(file), "--as", "rep200", "--json"],
            cwd=place.ROOT, capture_output=True, text=True,
        )  # fmt: skip
        seconds = time.perf_counter() - began
    if done.returncode:
        print(f"import was not measured: {done.stderr.strip()[-300:]}", flush=True)
        return None
    result = json.loads(done.stdout)
    if result["created"] != count:
        print(f"import made {result['created']} of {count} rows", flush=True)
    return Row(
        "import (rows/s)",
        "rep200",
        1,
        result["created"] / result["seconds"],
        result["seconds"] * 1000,
        seconds * 1000,
        kind="import",
    )
