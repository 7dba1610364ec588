"""``kemai up``: the whole of Kemai as one tree of processes that starts, heals and stops together.

One thread only: the kernel binds a child's life to the thread that started it. The supervisor itself never loads
Django; it watches, restarts with a growing pause, and on Ctrl-C stops the database last.
"""

from __future__ import annotations

import math
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg

from kemai.config.env import BACKEND_DIR, PACKAGE_DIR, Environment, child_environ
from kemai.config.localdb import LocalDatabaseProblem, LocalServer
from kemai.config.processes import bound_to_us, wait_until
from kemai.config.schema import is_installed
from kemai.config.selfcheck import SelfCheckFailed, check_database, check_environment

LONGEST_PAUSE = 2.0
HEALTHY_SECONDS = 10.0
MOST_FAILED_STARTS = 5
STOP_SECONDS = 8.0
DEMO_PEOPLE = (
    ("admin", "系统管理员 administrator"),
    ("director", "销售总监 sales director"),
    ("manager", "销售经理 sales manager"),
    ("rep", "销售 sales rep"),
    ("rep2", "同组销售 sales rep, same team"),
    ("rep3", "其他部门销售 sales rep, other department"),
    ("inside", "内勤 inside sales"),
    ("service", "客服 service"),
    ("finance", "财务 finance"),
    ("auditor", "审计 auditor"),
)
DEMO_PASSWORD = "kemai-demo"


@dataclass(eq=False)
class Child:
    """One supervised process and what is known about its life."""

    name: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    again_at: float = 0.0
    failed_starts: int = 0
    worked: bool = False
    """Whether it ever lived long enough to be of use: what fails to start after that meets trouble that passes."""
    tail: bytes = b""
    last_line: str = ""

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass(eq=False)
class Supervisor:
    env: Environment
    reload: bool = False
    children: list[Child] = field(default_factory=list)
    server: LocalServer | None = None
    stopping: bool = False

    def __post_init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.failure = ""
        self.wake_read, self.wake_write = os.pipe()
        os.set_blocking(self.wake_write, False)
        os.set_blocking(self.wake_read, False)
        self.selector.register(self.wake_read, selectors.EVENT_READ, None)

    # --- the whole

    def run(self) -> int:
        """Serve until told to stop; returns the exit status."""
        began = time.monotonic()
        check_environment(self.env)
        check_port(self.env.bind, self.env.port)
        old_wake = signal.set_wakeup_fd(self.wake_write)
        old = {number: signal.signal(number, self.on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        # Nothing to do but wake: a child's death ends the wait in pump() at once.
        old[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda number, frame: None)
        try:
            self.start_database()
            self.prepare_database()
            if not self.stopping:
                self.start_children()
                self.announce(began)
                self.watch()
        finally:
            self.stop()
            signal.set_wakeup_fd(old_wake)
            for number, handler in old.items():
                signal.signal(number, handler)
        if self.failure:
            raise SelfCheckFailed(self.failure)
        return 0

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:  # asked twice: no more patience, except with the database, which has data to put away
            for child in self.children:
                if child.name != "database":
                    kill_group(child.process, signal.SIGKILL)
        self.stopping = True

    def go_on(self) -> bool:
        return not self.stopping

    # --- the steps of a start

    def start_database(self) -> None:
        if self.env.embedded is None:
            return
        self.server = LocalServer(self.env.embedded)
        self.server.say = say
        self.server.start(go_on=self.go_on)
        child = Child("database", self.respawn_database, self.server.process, started=time.monotonic())
        self.children.append(child)

    def respawn_database(self) -> subprocess.Popen[bytes]:
        assert self.server is not None
        return self.server.spawn(go_on=self.go_on)

    def prepare_database(self) -> None:
        """Migrations when this version brings any; the demo company on the first run."""
        if self.stopping:
            return
        check_database(self.env)
        if not is_installed(self.env.database_direct_url):
            say("Bringing the database to this version …")
            self.run_to_end("migrate")
        if self.env.demo and not self.stopping and not has_people(self.env.database_direct_url):
            say("Loading the demo company …")
            self.run_to_end("demo", optional=True)

    def run_to_end(self, word: str, *, optional: bool = False) -> None:
        """One command of ours as a child, its lines passed on."""
        child = Child(word, lambda: self.popen([word]))
        self.children.append(child)
        self.start(child)
        while child.alive and not self.stopping:
            self.pump(0.2)
        self.drain(child)
        self.children.remove(child)
        if self.stopping:
            end(child)
        elif child.process is not None and child.process.returncode:
            if not optional:
                raise SelfCheckFailed(f"`kemai {word}` failed: {child.last_line.removeprefix('kemai: ')}")
            say(f"`kemai {word}` failed; going on without it.")

    def start_children(self) -> None:
        """The web first and alone: loading the application takes all the machine has, and people wait for the page."""
        self.add("web", ["web", "--all-in-one"])
        while self.go_on() and not self.failure and not answers_http(self.env.bind, self.env.port):
            self.tend()
            self.pump(0.05)
        if self.stopping or self.failure:
            return
        self.add("worker", ["worker"])
        if self.env.embedded and self.env.embedded.archive:
            self.add("archive", ["archive", "keep"])
        if self.reload and (vite := vite_command()):
            path = f"{Path(sys.executable).parent}{os.pathsep}{child_environ().get('PATH', '')}"
            self.add_command("vite", *vite, PATH=path, PORT=str(self.env.port))

    def add(self, name: str, words: list[str]) -> None:
        child = Child(name, lambda: self.popen(words))
        self.children.append(child)
        self.start(child)

    def add_command(self, name: str, command: list[str], folder: Path, **environ: str) -> None:
        # npm passes a polite signal on to what it started; a hard one would leave that behind.
        child = Child(name, lambda: popen(command, cwd=folder, env=child_environ(**environ), dies_by=signal.SIGTERM))
        self.children.append(child)
        self.start(child)

    def popen(self, words: list[str]) -> subprocess.Popen[bytes]:
        # The embedded server's address is worked out from KEMAI_DATA by the child as it was by us.
        environ = child_environ(KEMAI_DATA=str(self.env.data_dir), PYTHONUNBUFFERED="1")
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(BACKEND_DIR), environ.get("PYTHONPATH", "")]))
        return popen([sys.executable, "-m", "kemai.config.cli", *words], cwd=BACKEND_DIR, env=environ)

    def announce(self, began: float) -> None:
        """The address and the demo sign-ins."""
        address = self.env.public_url
        if self.stopping or self.failure:
            return
        say(f"\n客脉 Kemai is ready at {address}  (started in {time.monotonic() - began:.1f} s; Ctrl-C stops it)")
        if any(child.name == "vite" for child in self.children):
            say("The screens reload as you edit them at http://localhost:5173")
        if self.env.demo:
            say(f"Demo sign-ins, password {DEMO_PASSWORD}:")
            for username, role in DEMO_PEOPLE:
                say(f"  {username:<10}{role}")
        elif not has_people(self.env.database_direct_url):
            say(f"Create the first administrator at {address}/setup")
        say("")

    # --- while it runs

    def watch(self) -> None:
        watcher = SourceWatcher(PACKAGE_DIR) if self.reload else None
        while self.go_on() and not self.failure:
            self.pump(0.5)
            self.tend()
            if watcher and watcher.changed():
                say("Source changed; restarting web and worker.")
                for child in self.children:
                    if child.name in ("web", "worker"):
                        end(child)
                        child.again_at = child.pause = 0.0
                        self.start(child)

    def tend(self) -> None:
        """Restart what died. A crash at start again and again, never having worked, ends the whole with its reason."""
        now = time.monotonic()
        for child in self.children:
            if child.alive:
                continue
            if child.process is not None:
                self.note_death(child, now)
            ready = child.name == "database" or self.database_open()
            if ready and not self.stopping and not self.failure and now >= child.again_at:
                self.start(child)

    def database_open(self) -> bool:
        """Whether our own PostgreSQL takes connections; one that is not ours is the children's affair."""
        database = next((child for child in self.children if child.name == "database"), None)
        return database is None or (database.alive and self.server is not None and self.server.is_ready())

    def is_to_blame(self, child: Child) -> bool:
        """Whether a child that ended had what it needs: the database open, and the same one as when it started (F-2)."""
        database = next((child for child in self.children if child.name == "database"), None)
        return child is database or database is None or (self.database_open() and database.started < child.started)

    def note_death(self, child: Child, now: float) -> None:
        assert child.process is not None
        self.drain(child)
        status = child.process.returncode
        lived = now - child.started
        kill_group(child.process, signal.SIGKILL)  # whatever it leaves behind
        child.process = None
        child.pause = 0.1 if lived > HEALTHY_SECONDS else min(max(child.pause * 2, 0.1), LONGEST_PAUSE)
        child.again_at = now + child.pause
        # Killed from outside is no fault of its own.
        child.worked = child.worked or lived >= HEALTHY_SECONDS
        failed = status > 0 and not child.worked and self.is_to_blame(child)
        child.failed_starts = child.failed_starts + 1 if failed else 0
        how = f"killed by signal {-status}" if status < 0 else f"ended with status {status}"
        if self.reload and child.failed_starts >= 2:
            say(f"{child.name} {how}; waiting for the next change.")
            child.again_at = math.inf
            return
        say(f"{child.name} {how}; starting it again.")
        if child.failed_starts >= MOST_FAILED_STARTS:
            self.failure = f"{child.name} does not start: {child.last_line}"

    def start(self, child: Child) -> None:
        try:
            child.process = child.spawn()
        except (OSError, LocalDatabaseProblem) as error:
            say(f"{child.name}: {error}")
            child.again_at = time.monotonic() + LONGEST_PAUSE
            return
        child.started = time.monotonic()
        if child.process.stdout is not None:
            os.set_blocking(child.process.stdout.fileno(), False)
            self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def pump(self, seconds: float) -> None:
        """Pass on what the children print, for at most that long."""
        for key, _ in self.selector.select(seconds):
            if key.data is None:
                drop_bytes(self.wake_read)
            else:
                self.read(key.data, key.fileobj)

    def read(self, child: Child, pipe: Any) -> None:
        try:
            data = os.read(pipe.fileno(), 65536)
        except BlockingIOError:
            return
        if not data:
            self.selector.unregister(pipe)
            pipe.close()
        lines = (child.tail + data).split(b"\n")
        child.tail = lines.pop()
        if not data and child.tail:
            lines, child.tail = [*lines, child.tail], b""
        for raw in lines:
            line = raw.decode(errors="replace").rstrip()
            if line:
                child.last_line = line
                say(f"{child.name:<8} | {line}")

    def drain(self, child: Child) -> None:
        pipe = child.process.stdout if child.process else None
        if pipe is not None and not pipe.closed:
            # A grandchild may still hold the other end: read what is there, then let go.
            self.read(child, pipe)
            if not pipe.closed:
                self.selector.unregister(pipe)
                pipe.close()

    # --- the end

    def stop(self) -> None:
        """Clients first, all together; then the database. Nothing of ours is left."""
        self.stopping = True
        clients = [child for child in self.children if child.name != "database"]
        for child in clients:
            kill_group(child.process, signal.SIGTERM, leader_only=True)
        deadline = time.monotonic() + STOP_SECONDS
        while any(child.alive for child in clients) and time.monotonic() < deadline:
            self.pump(0.05)
        for child in clients:
            kill_group(child.process, signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
        if self.server is not None:
            self.server.stop()
        self.selector.close()
        os.close(self.wake_read)
        os.close(self.wake_write)


class SourceWatcher:
    """Whether a source file changed, by looking at the times of all of them: a few hundred calls, no dependency."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.times = self.look()

    def look(self) -> dict[str, int]:
        times: dict[str, int] = {}
        for path in self.folder.rglob("*.py"):
            try:
                times[str(path)] = path.stat().st_mtime_ns
            except OSError:
                continue
        return times

    def changed(self) -> bool:
        now = self.look()
        different, self.times = now != self.times, now
        return different


def say(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError:  # the terminal is gone; the work goes on
        pass


def popen(
    command: list[str], *, cwd: Path, env: dict[str, str], dies_by: signal.Signals = signal.SIGKILL
) -> subprocess.Popen[bytes]:
    """A child that dies with us. Hard, since by then the database is going too and a polite end would wait for it."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C comes to us, who know the order
        preexec_fn=bound_to_us(dies_by),
    )


def end(child: Child) -> None:
    kill_group(child.process, signal.SIGTERM, leader_only=True)
    wait_until(lambda: not child.alive, STOP_SECONDS)
    kill_group(child.process, signal.SIGKILL)
    if child.process is not None:
        child.process.wait()
    child.process = None


def kill_group(process: subprocess.Popen[bytes] | None, how: signal.Signals, *, leader_only: bool = False) -> None:
    """Signal a child, or everything in its group, also after the child itself has ended."""
    if process is None:
        return
    try:
        if leader_only:
            process.send_signal(how)
        else:
            os.killpg(process.pid, how)
    except (ProcessLookupError, PermissionError):
        pass


def check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise SelfCheckFailed(
                f"Port {port} on {host} cannot be used ({error.strerror}): set PORT to a free one."
            ) from None


def answers_http(host: str, port: int) -> bool:
    """Whether the application behind the port answers, not just the port."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))
    try:
        with socket.create_connection((target, port), timeout=2) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return line.recv(64).startswith(b"HTTP/1.")
    except OSError:
        return False


def has_people(url: str) -> bool:
    """Whether anybody was ever created here; asked in SQL, so that the supervisor need not load the application."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        known = connection.execute("SELECT to_regclass('accounts_user')").fetchone()
        if not known or known[0] is None:
            return False
        return connection.execute("SELECT 1 FROM accounts_user LIMIT 1").fetchone() is not None


def vite_command() -> tuple[list[str], Path] | None:
    """The front end's development server, when this is a source tree with its packages installed."""
    folder = BACKEND_DIR.parent / "frontend"
    npm = Path(sys.executable).parent / "npm"
    if (folder / "node_modules").is_dir() and npm.exists():
        return [str(npm), "run", "dev"], folder
    return None


def drop_bytes(handle: int) -> None:
    try:
        os.read(handle, 4096)
    except BlockingIOError:
        pass
