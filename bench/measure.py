"""Running the load: the product, the floor and the database by turns, in the same minutes."""

from __future__ import annotations

import json
import pickle
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.place import HOST, ROOT


@dataclass(slots=True)
class Figures:
    """What one side did in all its turns together."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    bytes: int = 0
    errors: int = 0
    first_error: str = ""
    cpu: float = 0.0

    def add(self, result: dict[str, Any], seconds: float, cpu: float = 0.0) -> None:
        self.cpu += cpu
        self.seconds += seconds
        self.times += result["times"]
        self.bytes += result["bytes"]
        self.errors += result["errors"]
        self.first_error = self.first_error or result["first_error"]

    @property
    def rps(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.times) * 1000 if self.times else 0.0

    @property
    def p95_ms(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.95)] * 1000 if self.times else 0.0

    @property
    def cpu_ms(self) -> float:
        """Processor time of the web workers per page."""
        return self.cpu * 1000 / len(self.times) if self.times else 0.0

    @property
    def bytes_each(self) -> int:
        return self.bytes // len(self.times) if self.times else 0


def raw_request(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request as bytes, as a browser on a keep-alive connection would send it."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}:{port}",
        "Accept: application/json",
        "Accept-Language: zh-CN,zh;q=0.9,en;q=0.8",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run_load(port: int, pages: list[list[bytes]], *, clients: int, seconds: float, pause: float = 0) -> dict[str, Any]:
    """One turn of the load client in a process of its own; ``pause``: seconds between an answer and the next request of a client."""
    plan = {"host": HOST, "port": port, "pages": pages, "clients": clients, "seconds": seconds, "pause": pause}
    done = subprocess.run(
        [sys.executable, "-S", "-m", "bench.load"],
        input=pickle.dumps(plan),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
    )
    return json.loads(done.stdout)


class Pgbench:
    """The database alone: the wheel's own pgbench sends the very statements, values written in, one file a page."""

    def __init__(self, program: Path, url: str) -> None:
        self.program, self.url = program, url

    def run(self, pages: list[list[str]], *, clients: int, seconds: float) -> float:
        """Pages a second."""
        with tempfile.TemporaryDirectory() as folder:
            files = []
            for n, statements in enumerate(pages):
                file = Path(folder) / f"{n}.sql"
                # pgbench reads line by line and would take :name for a variable of its own; none is set, so it leaves them be.
                file.write_text("".join(re.sub(r"\s*\n\s*", " ", s) + ";\n" for s in statements))
                files += ["-f", str(file)]
            command = [
                str(self.program),
                "-n",
                "-M",
                "simple",
                "-c",
                str(clients),
                "-j",
                "1",
                "-T",
                str(max(1, round(seconds))),
                *files,
                self.url,
            ]
            done = subprocess.run(command, capture_output=True, text=True)
        found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
        if done.returncode or not found:
            raise SystemExit(f"pgbench failed: {done.stderr[-500:]}")
        return float(found[1])
