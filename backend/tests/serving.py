"""The real thing for tests from outside: `kemai up` on a free port, on a copy of the migrated template."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kemai.config.env import BACKEND_DIR, EmbeddedPlace, child_environ
from tests.database import fresh_copy
from tests.logwatch import PRIVATE

START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Served:
    """A running Kemai."""

    url: str
    database_url: str
    process: subprocess.Popen[bytes]
    log: Path

    def command(self, *words: str) -> str:
        """Run a kemai command on the same data; returns what it printed."""
        environ = child_environ(DATABASE_URL=self.database_url, KEMAI_DATA=str(self.log.parent / "data"), DEMO="0")
        return subprocess.run(
            kemai(*words), cwd=BACKEND_DIR, env=environ, check=True, capture_output=True, text=True
        ).stdout


def kemai(*words: str) -> list[str]:
    return [sys.executable, "-m", "kemai.config.cli", *words]


@contextmanager
def served(
    place: EmbeddedPlace, name: str, folder: Path, template: str | None = None, **environ: str
) -> Iterator[Served]:
    """Serve a fresh copy called ``name``, its files and log in ``folder``, until the block ends."""
    database_url, port, log = fresh_copy(place, name, template), free_port(), folder / "kemai.log"
    settings = {
        "DATABASE_URL": database_url,
        "KEMAI_DATA": str(folder / "data"),
        "PORT": str(port),
        "DEMO": "0",
        "KEMAI_WORKERS": "1",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            kemai("up"), cwd=BACKEND_DIR, env=child_environ(**settings | environ), stdout=out, stderr=subprocess.STDOUT
        )
    one = Served(f"http://127.0.0.1:{port}", database_url, process, log)
    try:
        wait_ready(one)
        yield one
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    private = [line for line in log.read_text(errors="replace").splitlines() if PRIVATE.search(line)]
    assert not private, "P-8: personal data or a secret in the log:\n" + "\n".join(private[:20])


def wait_ready(one: Served) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and one.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{one.url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    raise RuntimeError(f"kemai up did not become ready:\n{one.log.read_text()[-3000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
