"""`kemai up` as a tree of processes, tried with small stand-ins for the application."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kemai.config.env import BACKEND_DIR, read_environment
from kemai.config.processes import is_alive, wait_until
from kemai.config.selfcheck import SelfCheckFailed
from kemai.config.supervisor import MOST_FAILED_STARTS, Child, SourceWatcher, Supervisor, check_port, popen

# A supervisor whose children are sleepers that write down their pids; no database, no application.
TREE = """
import sys
from pathlib import Path
from kemai.config import supervisor as s
from kemai.config.env import read_environment

folder, script = Path(sys.argv[1]), sys.argv[2]

class Small(s.Supervisor):
    def start_database(self): pass
    def prepare_database(self): pass
    def announce(self, began): s.say("ready")
    def start_children(self):
        for name in ("web", "worker"):
            self.add_command(name, [sys.executable, "-c", script, str(folder / name)], folder)
        for child in self.children:
            if sys.argv[3:] == ["hard"]:
                child.spawn = lambda name=child.name: s.popen(
                    [sys.executable, "-c", script, str(folder / name)], cwd=folder, env=s.child_environ())
                s.end(child); self.start(child)

try:
    env = read_environment({"KEMAI_DATA": str(folder / "data"), "PORT": "%d"})
    sys.exit(Small(env, reload=sys.argv[3:] == ["reload"]).run())
except Exception as error:
    sys.exit(f"kemai: {error}")
"""
SLEEPER = """
import os, subprocess, sys, time
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()} {helper.pid}\\n")
print("working", flush=True)
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPER
BROKEN = "print('no such setting'); raise SystemExit(3)"


@pytest.fixture
def tree(tmp_path: Path) -> Iterator["Tree"]:
    tree = Tree(tmp_path)
    yield tree
    tree.kill_all()


class Tree:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, script: str = SLEEPER, *flags: str) -> subprocess.Popen[bytes]:
        with (self.folder / "out").open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", TREE % free_port(), str(self.folder), script, *flags],
                env={**os.environ, "PYTHONPATH": str(BACKEND_DIR)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def births(self, name: str) -> list[list[int]]:
        """The pids of each life of a child, its helper included."""
        try:
            return [[int(pid) for pid in line.split()] for line in (self.folder / name).read_text().splitlines()]
        except FileNotFoundError:
            return []

    def wait_births(self, name: str, count: int) -> list[int]:
        assert wait_until(lambda: len(self.births(name)) >= count, 10), self.output()
        return self.births(name)[count - 1]

    def everybody(self) -> list[int]:
        return [pid for name in ("web", "worker") for life in self.births(name) for pid in life]

    def output(self) -> str:
        return (self.folder / "out").read_text()

    def kill_all(self) -> None:
        for pid in [*([self.process.pid] if self.process else []), *self.everybody()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.process:
            self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_no_process_behind(tree: Tree, how: signal.Signals) -> None:
    process = tree.start()
    tree.wait_births("web", 1)
    tree.wait_births("worker", 1)
    began = time.monotonic()
    process.send_signal(how)
    assert process.wait(10) == 0, tree.output()
    assert time.monotonic() - began < 5
    assert len(tree.everybody()) == 4
    assert wait_until(lambda: not any(map(is_alive, tree.everybody())), 5)


def test_a_child_that_will_not_stop_is_stopped(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    process = tree.start(STUBBORN)
    tree.wait_births("web", 1)
    tree.wait_births("worker", 1)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)  # asked twice: at once
    assert process.wait(5) == 0
    assert wait_until(lambda: not any(map(is_alive, tree.everybody())), 5)


def test_f1_a_killed_child_is_started_again(tree: Tree) -> None:
    tree.start()
    for life in range(1, 5):
        web = tree.wait_births("web", life)
        began = time.monotonic()
        os.kill(web[0], signal.SIGKILL)
        tree.wait_births("web", life + 1)
        assert time.monotonic() - began < 5
        assert not is_alive(web[1])  # what it had started went with it
    assert len(tree.births("worker")) == 1
    assert "web killed by signal 9" in tree.output()
    assert "web      | working" in tree.output()


def test_a_child_that_never_starts_ends_the_whole_with_its_own_words(tree: Tree) -> None:
    process = tree.start(BROKEN)
    assert process.wait(30) == 1
    assert "does not start: no such setting" in tree.output()


def test_while_developing_a_broken_child_waits_for_the_next_change(tree: Tree) -> None:
    process = tree.start(BROKEN, "reload")
    assert wait_until(lambda: tree.output().count("waiting for the next change") == 2, 20), tree.output()
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 0


def test_children_die_with_a_supervisor_killed_hard(tree: Tree) -> None:
    process = tree.start(SLEEPER, "hard")
    assert wait_until(lambda: "ready" in tree.output(), 10)
    time.sleep(0.5)
    leaders = [tree.births(name)[-1][0] for name in ("web", "worker")]
    process.kill()
    process.wait()
    assert wait_until(lambda: not any(map(is_alive, leaders)), 3)


@pytest.mark.parametrize(
    "worked, database_since, is_open, ends",
    [
        (False, 1.0, True, True),  # nothing to excuse it
        (False, 1.0, False, False),  # the database is away
        (False, 9.0, True, False),  # or was, a moment ago
        (True, 1.0, True, False),  # it has worked before: this passes
    ],
)
def test_f2_trouble_with_the_database_never_ends_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worked: bool, database_since: float, is_open: bool, ends: bool
) -> None:
    supervisor = Supervisor(read_environment({"KEMAI_DATA": str(tmp_path)}))
    monkeypatch.setattr(Supervisor, "database_open", lambda self: is_open)
    broken = lambda: popen([sys.executable, "-c", "raise SystemExit(1)"], cwd=tmp_path, env=dict(os.environ))  # noqa: E731
    worker = Child("worker", broken, worked=worked)
    supervisor.children = [Child("database", broken, started=database_since), worker]
    for _ in range(MOST_FAILED_STARTS):
        supervisor.start(worker)
        worker.started = 5.0
        assert worker.process is not None
        worker.process.wait()
        supervisor.note_death(worker, 6.0)
    assert bool(supervisor.failure) is ends


def test_impatience_never_kills_the_database(tmp_path: Path) -> None:
    env = read_environment({"KEMAI_DATA": str(tmp_path)})
    supervisor = Supervisor(env)
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    for name in ("database", "web"):
        child = Child(name, lambda: popen(sleeper, cwd=tmp_path, env=dict(os.environ)))
        supervisor.children.append(child)
        supervisor.start(child)
    database, web = supervisor.children
    try:
        supervisor.on_signal(signal.SIGINT, None)
        supervisor.on_signal(signal.SIGINT, None)
        assert wait_until(lambda: not web.alive, 3)
        assert database.alive
    finally:
        assert database.process is not None
        database.process.kill()
        database.process.wait()


def test_a_port_in_use_names_the_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SelfCheckFailed, match="set PORT"):
            check_port("127.0.0.1", taken.getsockname()[1])


def test_an_unsound_environment_is_refused_before_anything_starts(tmp_path: Path) -> None:
    env = read_environment({"KEMAI_DATA": str(tmp_path), "KEMAI_SECRET_KEY": "short"})
    with pytest.raises(SelfCheckFailed, match="KEMAI_SECRET_KEY"):
        Supervisor(env).run()
    assert env.embedded is not None
    assert not env.embedded.home.exists()


def test_the_watcher_sees_changed_new_and_removed_files(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("1")
    watcher = SourceWatcher(tmp_path)
    assert not watcher.changed()
    os.utime(file, ns=(1, 1))
    assert watcher.changed()
    (tmp_path / "b.py").touch()
    assert watcher.changed()
    file.unlink()
    assert watcher.changed()
    assert not watcher.changed()


def test_a_child_dies_with_its_starter(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kemai.config.supervisor import popen, child_environ\n"
        "p = popen([sys.executable, '-c', 'import time; time.sleep(600)'], cwd=Path('.'), env=child_environ())\n"
        "print(p.pid, flush=True); import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=BACKEND_DIR, env={**os.environ, "PYTHONPATH": "."}, capture_output=True
    )
    assert wait_until(lambda: not is_alive(int(done.stdout)), 3)
