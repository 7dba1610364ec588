"""Processes that never outlive the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PR_SET_PDEATHSIG = 1
# Loaded at import: after a fork only calls that are already bound are safe.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


LONG_WORK = 10
"""The niceness of work that nobody waits for at a screen."""


def give_way() -> None:
    """Let this process wait where processors are scarce: long work is never in a hurry, a person at a screen always is."""
    os.nice(LONG_WORK)
    _lower_session(os.getpid(), LONG_WORK)


def lower_backend(pid: int) -> None:
    """Let the database's process behind a connection of ours wait as we do: it does half of long work's work.

    Only for a server on this machine. Where we may not (it runs as somebody else), nothing changes.
    """
    try:
        own = os.getpriority(os.PRIO_PROCESS, 0)
        if own > os.getpriority(os.PRIO_PROCESS, pid):
            os.setpriority(os.PRIO_PROCESS, pid, own)
            _lower_session(pid, own)
    except OSError:
        pass


def _lower_session(pid: int, niceness: int) -> None:
    """Where Linux groups processes by session for scheduling, niceness counts within a session only, and sessions have one of their own.

    Our services are sessions, and so is each process of the database (see sched(7), "autogroup"). A session we only take part in (a
    terminal's) is left as it is.
    """
    group = Path(f"/proc/{pid}/autogroup")
    if not group.exists() or os.getsid(pid) != pid:
        return
    for _ in range(5):
        try:
            group.write_text(str(niceness))
        except BlockingIOError:  # the kernel takes ten of these a second
            time.sleep(0.11)
        except OSError:
            return
        else:
            return


def die_with_parent(how: signal.Signals, parent: int | None = None) -> None:
    """Ask the kernel to signal this process when the thread that started it ends, kill -9 included.

    ``parent`` is the pid it should have; when that one is gone already the signal is sent at once, since the
    kernel only reports deaths that happen later. Elsewhere than on Linux this does nothing, and the next start
    clears up.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), how)


def bound_to_us(how: signal.Signals) -> Callable[[], None]:
    """A ``preexec_fn``. It runs after Popen has changed the user, which would have cleared the kernel's note."""
    parent = os.getpid()
    return lambda: die_with_parent(how, parent)


def is_alive(pid: int) -> bool:
    """Whether the process runs. A zombie does not: it only waits for its parent to look."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return sys.platform != "linux"


def processes_inside(folder: Path) -> set[int]:
    """The processes whose working folder is ``folder``: for a PostgreSQL cluster, its postmaster and children."""
    found: set[int] = set()
    if not Path("/proc").is_dir():
        return found
    target = os.path.realpath(folder)
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                if os.readlink(f"/proc/{entry}/cwd") == target:
                    found.add(int(entry))
            except OSError:
                continue
    found.discard(os.getpid())
    return {pid for pid in found if is_alive(pid)}


def signal_all(pids: Iterable[int], how: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            continue


def wait_until(condition: Callable[[], bool], seconds: float, *, every: float = 0.02) -> bool:
    """Whether the condition came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(every)
    return True


def stop_process(process: subprocess.Popen[bytes], steps: Iterable[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn, giving the process that many seconds after it."""
    for how, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
