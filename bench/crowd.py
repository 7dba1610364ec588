"""``python -m bench.crowd N``: many people at work at once on the data of ``bench N``, against ``kemai up`` as a company runs it.

L-1: 200 people, five to ten seconds between two acts. L-2: fifty. L-5: the memory, files and connections of it all after a while. L-3: four
times what the machine can answer. L-6: senders and readers who hardly move. F-9: receivers of webhooks that do not answer. What each of a
crowd was shown is held to the written policy afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from bench import place
from bench.__main__ import _cleaning, _make_data, say
from bench.deaf import measure_deaf
from bench.flood import measure_flood, measure_slow
from bench.report import Line, conclude, told
from bench.scope import strangers
from bench.visitors import Seen, Visitor, percentile

#: p95 of reads and of writes, p99 of both, milliseconds.
CROWD = (100, 200, 1000)
SMALL = (200, 300, 1000)
THINK = (5.0, 10.0)
WARM_SECONDS = 20
MEMORY_GROWTH = 1.05


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=100_000, help="customers there are (default 100,000)")
    parser.add_argument("--minutes", type=float, default=10, help="length of L-1 (with L-5: 15) and L-2")
    parser.add_argument("--users", type=int, default=200, help="people of L-1")
    parser.add_argument("--only", default="L-1,L-2,L-3,L-6,F-9", help="comma-separated; L-5 is L-1 with its processes watched")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place.prepare_environment(arguments.size)
    with place.cluster():
        _make_data(arguments.size, fresh=False)
    # As it is installed: its own number of workers, its own limits, its own database server.
    for name in ("KEMAI_WORKERS", "KEMAI_REQUESTS_PER_MINUTE"):
        os.environ.pop(name)
    wanted = arguments.only.split(",")
    lines: list[Line] = []
    # Its schedule of jobs goes on beside the people, as it does in a company.
    with everything() as up:
        import django  # noqa: PLC0415 -- reads the environment prepared above

        django.setup()
        with _cleaning():
            seconds = arguments.minutes * 60
            if {"L-1", "L-5"} & set(wanted):
                lines += told(_crowd(up, "L-1", arguments.users, seconds, CROWD, watched="L-5" in wanted))
            if "L-2" in wanted:
                lines += told(_crowd(up, "L-2", 50, seconds, SMALL))
        connection.close()
    if {"L-3", "L-6", "F-9"} & set(wanted):
        # One address stands for a whole company here, so the limit of one person's requests is out of the way.
        os.environ["KEMAI_REQUESTS_PER_MINUTE"] = "10000000"
        with everything() as up, _cleaning():
            people = _sign_in(40)
            if "L-3" in wanted:
                lines += told(measure_flood(up, people))
            if "L-6" in wanted:
                lines += told(measure_slow(up, people))
            if "F-9" in wanted:
                lines += told(measure_deaf(up, people))
            connection.close()
    conclude(lines)
    text = json.dumps({"size": arguments.size, "lines": [line.as_json() for line in lines]}, ensure_ascii=False, indent=1)
    (place.OUT / f"crowd-{arguments.size}.json").write_text(text + "\n")


@contextmanager
def everything() -> Iterator[place.Server]:
    """``kemai up`` on the data, with all it starts."""
    with place.serving(["kemai.config.cli", "up"], place.OUT / "up.log", "/readyz", patience=120) as up:
        yield up


def _sign_in(count: int) -> list[tuple[str, str]]:
    """(user name, token of a session of its own) for ``count`` people: everybody in turn, and again with a second device."""
    from kemai.accounts.models import User  # noqa: PLC0415 -- needs Django
    from kemai.accounts.sessions import open_session  # noqa: PLC0415
    from kemai.base.audit import act  # noqa: PLC0415
    from kemai.administration.services.roles import INSTALLER  # noqa: PLC0415

    people = list(User.objects.filter(is_active=True, department__isnull=False).order_by("username"))
    # The few with much to see go first, so that no crowd is without them.
    people.sort(key=lambda user: user.username.startswith("seller"))
    with act(INSTALLER, "bench", object="sessions"):
        found = [
            open_session(people[n % len(people)], address=place.HOST, agent="bench", lasts=timedelta(hours=2))
            for n in range(count)
        ]
    return [(session.user.username, token) for token, session in found]


def _crowd(
    up: place.Server, name: str, count: int, seconds: float, target: tuple[int, int, int], *, watched: bool = False
) -> list[Line]:
    seen = Seen()
    people = _sign_in(count)
    say(f"{name}: {count} sessions of {len({who for who, _ in people})} people, {seconds:.0f} s, {THINK[0]:.0f} to {THINK[1]:.0f} s between acts")
    before: dict[int, tuple[str, int, int]] = {}

    def look() -> None:
        before.update(_processes(up.pid))

    asyncio.run(_work(up.port, people, seen, seconds, look if watched else None, seconds * 0.2))
    asked = len(seen.reads) + len(seen.writes)
    for page, times in sorted(seen.by_page.items(), key=lambda item: -percentile(item[1], 0.95)):
        say(f"    {page:<32}{len(times):>7}   p50 {percentile(times, 0.5):6.1f}   p95 {percentile(times, 0.95):6.1f} ms")
    if seen.refused or seen.odd:
        say(f"    refused: {dict(seen.refused)}; odd: {seen.odd[:5]}")
    failed = sum(n for status, n in seen.statuses.items() if status >= 500 or status in (0, 429))
    foreign = [(who, kind, key) for (who, kind), ids in seen.shown.items() for key in strangers(who, kind, ids, seen.began)]
    rows = sum(map(len, seen.shown.values()))
    both = seen.reads + seen.writes
    lines = [
        Line(f"{name}: {asked:,} requests, {asked / seconds:.0f} a second", f"{len(seen.writes) / max(1, asked):.0%} of them writes", "15 %", 0.1 <= len(seen.writes) / max(1, asked) <= 0.2),
        _time(f"{name}: reads, 95th percentile", percentile(seen.reads, 0.95), target[0]),
        _time(f"{name}: writes, 95th percentile", percentile(seen.writes, 0.95), target[1]),
        _time(f"{name}: 99th percentile", percentile(both, 0.99), target[2]),
        Line(f"{name}: failures (5xx, 429, no answer)", str(failed), "none", failed == 0),
        Line(f"{name}: {rows:,} records shown", f"{len(foreign)} to strangers", "none", not foreign and rows > 0),
    ]  # fmt: skip
    return lines + (_growth(before, _processes(up.pid)) if watched else [])


def _time(what: str, figure: float, target: int) -> Line:
    return Line(what, f"{figure:.1f} ms", f"≤ {target} ms", 0 < figure <= target)


async def _work(
    port: int, people: list[tuple[str, str]], seen: Seen, seconds: float, look: Callable[[], None] | None, after: float
) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    visitors = [Visitor(port, who, token, seen, seed) for seed, (who, token) in enumerate(people)]
    if look:
        loop.call_later(after, look)
    await asyncio.gather(*(visitor.work(THINK, until) for visitor in visitors))


# ---------------------------------------------------------------- the processes after a while


def _processes(pid: int) -> dict[int, tuple[str, int, int]]:
    """pid → (what it is, resident memory in MB, open files) of everything below; database backends come and go and are counted only."""
    found = {}
    for child in place.children(pid):
        words = place.command_line(child)
        name = "postgres" if words and "postgres" in words[0] else " ".join(words[-3:])
        try:
            found[child] = (name, place.rss_mb(child), len(list(Path(f"/proc/{child}/fd").iterdir())))
        except OSError:
            continue
    return found


def _growth(before: dict[int, tuple[str, int, int]], after: dict[int, tuple[str, int, int]]) -> list[Line]:
    lines = []
    for pid, (name, memory, files) in before.items():
        if "postgres" in name or memory < 20:
            continue
        then = after.get(pid)
        met = then is not None and then[1] <= memory * MEMORY_GROWTH + 1 and then[2] <= files + 5
        words = f"{memory} → {then[1]} MB, {files} → {then[2]} files" if then else "gone"
        lines.append(Line(f"L-5: {name or pid}", words, "≤ 5 % more, files flat", met))
    backends = [sum("postgres" in name for name, _, _ in found.values()) for found in (before, after)]
    lines.append(Line("L-5: processes of the database", f"{backends[0]} → {backends[1]}", "flat", backends[1] <= backends[0] + 2))
    return lines


if __name__ == "__main__":
    main()
