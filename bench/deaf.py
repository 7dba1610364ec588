"""F-9: people at work beside webhook receivers that are dead, refuse, are slow, never end or send elsewhere."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from bench import place
from bench.report import Line
from bench.visitors import Seen, Visitor, percentile

SECONDS, TURNS = 40, 3
THINK = (0.3, 0.9)
PEOPLE = 12
WITHIN = 0.10
HOSTS = "integrations.allowed_hosts"


def measure_deaf(up: place.Server, people: list[tuple[str, str]]) -> list[Line]:
    """The same people with and without receivers, in turn, so that both meet the machine as it is; their writes are what is told."""
    alone, beside, tried = Seen(), Seen(), 0
    _work(up, people, Seen(), SECONDS / 2)
    for turn in range(TURNS):
        _work(up, people, alone, SECONDS, turn)
        with _receivers() as count:
            _work(up, people, beside, SECONDS, turn)
            tried += count()
    normal, met = (percentile(seen.reads, 0.95) for seen in (alone, beside))
    times = met / normal
    failed = sum(n for seen in (alone, beside) for status, n in seen.statuses.items() if status >= 500 or status == 0)
    return [
        Line(f"F-9: beside {len(_KINDS)} bad receivers", f"{met:.1f} ms, {times:.2f} times {normal:.1f}", f"≤ {1 + WITHIN:.1f} times", times <= 1 + WITHIN),
        Line("F-9:   reads measured, alone and beside", f"{len(alone.reads):,}, {len(beside.reads):,}", "told", True),
        Line("F-9:   tries to send meanwhile", f"{tried:,}", "> 0", tried > 0),
        Line("F-9:   failures of the people", str(failed), "none", failed == 0),
    ]  # fmt: skip


def _work(up: place.Server, people: list[tuple[str, str]], seen: Seen, seconds: float, seed: int = 0) -> None:
    async def work() -> None:
        until = asyncio.get_running_loop().time() + seconds
        visitors = [
            Visitor(up.port, who, token, seen, 100 * seed + n) for n, (who, token) in enumerate(people[:PEOPLE])
        ]
        await asyncio.gather(*(visitor.work(THINK, until) for visitor in visitors))

    asyncio.run(work())


@contextmanager
def _receivers() -> Iterator[Callable[[], int]]:
    """One of each kind, told of every customer and follow-up; gives how often they were tried."""
    # All of them need Django.
    from kemai.accounts.models import User  # noqa: PLC0415
    from kemai.administration.services.roles import INSTALLER  # noqa: PLC0415
    from kemai.base.audit import act  # noqa: PLC0415
    from kemai.base.models import ParameterValue  # noqa: PLC0415
    from kemai.integrations.models import Endpoint, Health, Subscription, WebhookDelivery  # noqa: PLC0415
    from kemai.integrations.signing import new_salt  # noqa: PLC0415

    owner = User.objects.get(username="director").id
    ports = [place.free_port() for _ in _KINDS]
    with act(INSTALLER, "bench", object="webhooks"):
        hosts = ", ".join(f"{place.HOST}:{port}" for port in ports)
        ParameterValue.objects.update_or_create(code=HOSTS, defaults={"value": hosts})
        rows = []
        for name, port in zip(_KINDS, ports, strict=True):
            row = Endpoint(owner_id=owner, salt=new_salt(), name=name, url=f"http://{place.HOST}:{port}/hook")
            row.save(force_insert=True)
            rows.append(row)
            Health.objects.create(endpoint=row)
            Subscription.objects.bulk_create(
                [Subscription(endpoint=row, object=name) for name in ("customers", "interactions")]
            )
    receiving = subprocess.Popen([sys.executable, "-m", "bench.deaf", *map(str, ports)], cwd=place.ROOT)
    try:
        yield lambda: sum(WebhookDelivery.objects.values_list("attempts", flat=True))
    finally:
        receiving.kill()
        receiving.wait()
    with act(INSTALLER, "bench", object="webhooks"):
        WebhookDelivery.objects.all()._raw_delete("default")
        for row in rows:
            row.delete()
        ParameterValue.objects.filter(code=HOSTS).delete()


# ---------------------------------------------------------------- the receivers, a process of their own

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def _refuse(out: asyncio.StreamWriter) -> None:
    out.write(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n")


async def _slow(out: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def _endless(out: asyncio.StreamWriter) -> None:
    out.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        out.write(b"y" * 65536)
        await out.drain()


async def _elsewhere(out: asyncio.StreamWriter) -> None:
    out.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


#: What each does; nobody listens at the first.
_KINDS: dict[str, Answer | None] = {
    "dead": None,
    "refuses": _refuse,
    "slow": _slow,
    "endless": _endless,
    "elsewhere": _elsewhere,
}


async def _serve(ports: list[int]) -> None:
    def taken(answer: Answer) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def one(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                await answer(out)
                await out.drain()
            except (OSError, EOFError):
                pass
            finally:
                out.close()

        return one

    for answer, port in zip(_KINDS.values(), ports, strict=True):
        if answer is not None:
            await asyncio.start_server(taken(answer), place.HOST, port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(list(map(int, sys.argv[1:]))))
