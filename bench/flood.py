"""More than the machine can answer (L-3), and people on the end of very slow lines (L-6)."""

from __future__ import annotations

import asyncio
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench import place
from bench.link import Link
from bench.measure import raw_request
from bench.report import Line
from bench.visitors import CSRF, percentile

PATHS = ("customers", "customers?q=%E4%BA%91%E5%B8%86", "opportunities", "opportunities/board", "customers?sort=name", "home")
CLIENTS = 8
FLOOD_SECONDS, TIMES = 60, 4
REFUSED_WITHIN, BACK_WITHIN = 2.0, 30
#: Connections that send a byte a second, and those that read a file as slowly.
SLOW_SENDERS, SLOW_READERS = 200, 20
SLOW_SECONDS = 40
CUT_WITHIN = 30
SLOWER = 1.2


@dataclass(slots=True)
class Met:
    """What came back."""

    good: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    silent: int = 0
    """Refusals that do not say when to come again."""


def _pages(port: int, people: list[tuple[str, str]]) -> list[bytes]:
    return [
        raw_request(port, "GET", f"/api/v1/{path}", Cookie=f"kemai_session={token}; csrftoken={CSRF}")
        for _, token in people
        for path in PATHS
    ]


async def _once(link: Link, page: bytes, met: Met) -> None:
    began = time.perf_counter()
    try:
        answer = await link.ask(page)
    except (OSError, EOFError):
        met.statuses[0] += 1
        return
    met.statuses[answer.status] += 1
    if answer.status in (429, 503):
        met.refused.append(time.perf_counter() - began)
        met.silent += "retry-after" not in answer.headers
    elif answer.status < 300:
        met.good.append(time.perf_counter() - began)


async def _read(port: int, pages: list[bytes], seconds: float, pause: float = 0.0) -> Met:
    """``CLIENTS`` people, each asking for the next page when the last is there."""
    met, loop = Met(), asyncio.get_running_loop()
    until = loop.time() + seconds

    async def one(number: int) -> None:
        link, dice = Link(port), random.Random(number)
        while loop.time() < until:
            await _once(link, dice.choice(pages), met)
            if pause:
                await asyncio.sleep(pause * dice.uniform(0.5, 1.5))
        link.close()

    await asyncio.gather(*(one(number) for number in range(CLIENTS)))
    return met


async def _pour(port: int, pages: list[bytes], rate: float, seconds: float) -> Met:
    """Requests arrive whether or not the earlier ones are answered."""
    met, loop, dice = Met(), asyncio.get_running_loop(), random.Random(1)
    free: list[Link] = []
    going: set[asyncio.Task[None]] = set()

    async def one() -> None:
        link = free.pop() if free else Link(port)
        await _once(link, dice.choice(pages), met)
        free.append(link)

    began = loop.time()
    sent = 0
    while (passed := loop.time() - began) < seconds:
        while sent < passed * rate:
            task = loop.create_task(one())
            going.add(task)
            task.add_done_callback(going.discard)
            sent += 1
        await asyncio.sleep(0.005)
    await asyncio.wait(going, timeout=30)
    for link in free:
        link.close()
    return met


def measure_flood(up: place.Server, people: list[tuple[str, str]]) -> list[Line]:
    """L-3: four times saturation for a minute."""
    pages = _pages(up.port, people)
    workers = _ours(up)
    asyncio.run(_read(up.port, pages, 10))
    base = asyncio.run(_read(up.port, pages, 10, pause=0.4))
    full = asyncio.run(_read(up.port, pages, 10))
    rate = len(full.good) / 10
    flood = asyncio.run(_pour(up.port, pages, rate * TIMES, FLOOD_SECONDS))
    back, normal = 0, percentile(base.good, 0.95)
    after = normal * 99
    while back < BACK_WITHIN and after > normal * 1.5:
        after = percentile(asyncio.run(_read(up.port, pages, 3, pause=0.4)).good, 0.95)
        back += 3
    gone = workers - _ours(up)
    said = f"{len(flood.good):,} answered, {len(flood.refused):,} refused"
    others = {status: n for status, n in flood.statuses.items() if status not in (200, 429, 503)}
    slowest = max(flood.refused, default=0.0)
    return [
        Line(f"L-3: {rate * TIMES:.0f} requests a second where {rate:.0f} fill it", said, "both", bool(flood.good and flood.refused)),
        Line("L-3:   other answers", str(others or "none"), "none", not others),
        Line("L-3:   refused within, with Retry-After", f"{slowest:.2f} s, {flood.silent} without", f"≤ {REFUSED_WITHIN:.0f} s, all", slowest <= REFUSED_WITHIN and not flood.silent),
        Line("L-3:   answered, 95th percentile", f"{percentile(flood.good, 0.95):.0f} ms", "told", True),
        Line("L-3:   processes that died", str(len(gone)), f"none of {len(workers)}", bool(workers) and not gone),
        Line(f"L-3:   back to {normal:.0f} ms (95th percentile)", f"{after:.0f} ms after {back} s", f"within {BACK_WITHIN} s", after <= normal * 1.5),
    ]  # fmt: skip


def _ours(up: place.Server) -> set[int]:
    """The application's processes; those of the database come and go with its connections."""
    found = set()
    for pid in place.children(up.pid):
        words = place.command_line(pid)
        if words and "postgres" not in words[0]:
            found.add(pid)
    return found


# ---------------------------------------------------------------- slow lines


async def _slow_sender(port: int, first: bytes, drip: bytes) -> float:
    """Seconds until the server had enough; a byte a second is sent until then."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(place.HOST, port)
    try:
        writer.write(first)
        for at in range(SLOW_SECONDS):
            writer.write(drip[at % len(drip) : at % len(drip) + 1])
            await writer.drain()
            try:
                if not await asyncio.wait_for(reader.read(4096), 1):
                    break
            except TimeoutError:
                continue
    except OSError:
        pass
    finally:
        writer.close()
    return time.perf_counter() - began


async def _slow_reader(port: int, request: bytes) -> int:
    """Bytes of a large file read in the time, a few thousand a second."""
    reader, writer = await asyncio.open_connection(place.HOST, port, limit=2**12)
    read = 0
    try:
        writer.write(request)
        end = time.perf_counter() + SLOW_SECONDS
        while time.perf_counter() < end:
            got = await reader.read(2048)
            read += len(got)
            if not got:
                break
            await asyncio.sleep(0.5)
    except OSError:
        pass
    finally:
        writer.close()
    return read


async def _beside(work: list[Callable[[], Awaitable[float]]], people: Callable[[], Awaitable[Met]]) -> tuple[list[float], Met]:
    slow = [asyncio.ensure_future(one()) for one in work]
    await asyncio.sleep(2)
    met = await people()
    return list(await asyncio.gather(*slow)), met


def measure_slow(up: place.Server, people: list[tuple[str, str]]) -> list[Line]:
    """L-6: 200 who send a byte a second in headers, bodies and uploads, 20 who read a large file as slowly."""
    pages = _pages(up.port, people)
    cookie = f"kemai_session={people[0][1]}; csrftoken={CSRF}"
    large = raw_request(up.port, "GET", _large_file(up.port, cookie), Cookie=cookie)
    head = f"POST /api/v1/customers HTTP/1.1\r\nHost: {place.HOST}:{up.port}\r\nCookie: {cookie}\r\nX-CSRFToken: {CSRF}\r\n"
    kinds = {
        "headers": (head[:40].encode(), b"a"),
        "body": ((head + "Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n").encode(), b" "),
        "upload": (
            head.replace("/customers", "/files").encode() + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n",
            b"-",
        ),
    }
    base = asyncio.run(_read(up.port, pages, 15, pause=0.4))
    names = [list(kinds)[n % 3] for n in range(SLOW_SENDERS)]
    work: list[Callable[[], Awaitable[float]]] = [
        lambda first=kinds[name][0], drip=kinds[name][1]: _slow_sender(up.port, first, drip) for name in names
    ]
    work += [lambda: _slow_reader(up.port, large)] * SLOW_READERS
    ends, met = asyncio.run(_beside(work, lambda: _read(up.port, pages, 30, pause=0.4)))
    headers = max(seconds for name, seconds in zip(names, ends, strict=False) if name == "headers")
    times = percentile(met.good, 0.95) / percentile(base.good, 0.95)
    errors = sum(n for status, n in met.statuses.items() if status != 200)
    slowest = min(ends[SLOW_SENDERS:])
    return [
        Line(f"L-6: beside {SLOW_SENDERS} slow senders, {SLOW_READERS} slow readers", f"{percentile(met.good, 0.95):.1f} ms, {times:.2f} times {percentile(base.good, 0.95):.1f}", f"≤ {SLOWER} times", times <= SLOWER),
        Line("L-6:   errors of the others", f"{errors} of {sum(met.statuses.values())}", "none", errors == 0),
        Line("L-6:   slow headers are cut", f"after {headers:.0f} s", f"≤ {CUT_WITHIN} s", headers <= CUT_WITHIN),
        Line("L-6:   slow readers go on reading", f"{slowest / 1000:.0f} kB each", "> 0", slowest > 0),
    ]  # fmt: skip


def _large_file(port: int, cookie: str) -> str:
    """The address of a file of 15 MB that was just uploaded."""
    boundary = "x1x2x3"
    with tempfile.SpooledTemporaryFile() as whole:
        whole.write(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'.encode()
        )
        whole.write(os.urandom(7_500_000).hex().encode())
        whole.write(f"\r\n--{boundary}--\r\n".encode())
        whole.seek(0)
        body = whole.read()
    head = (
        f"POST /api/v1/files HTTP/1.1\r\nHost: {place.HOST}:{port}\r\nCookie: {cookie}\r\nX-CSRFToken: {CSRF}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {len(body)}\r\n\r\n"
    )

    async def send() -> str:
        link = Link(port)
        answer = await link.ask(head.encode() + body)
        link.close()
        if answer.status >= 300:
            raise SystemExit(f"the file was not taken: {answer.status} {answer.body[:300]!r}")
        return str(json.loads(answer.body)["id"])

    return f"/api/v1/files/{asyncio.run(send())}/content"
