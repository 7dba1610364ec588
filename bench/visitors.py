"""People at work: each signed in, on a connection of his own, reading what he was shown before, thinking between, now and then writing."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from bench.link import Answer, Link
from bench.load import unique_word
from bench.measure import raw_request

#: What people search for: two characters as many names hold, and as few do.
WORDS = ("科技", "云帆", "杭州", "设备", "鼎盛", "zhang", "上海")
CSRF = "csrf-token-of-the-bench-0123"


@dataclass(slots=True)
class Seen:
    """What all of them met: seconds of each answer, statuses, and which records were shown to whom."""

    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    by_page: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    shown: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    began: datetime = field(default_factory=lambda: datetime.now(UTC))


def percentile(seconds: list[float], share: float) -> float:
    """Milliseconds that ``share`` of the answers do not take."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000 if seconds else 0.0


class Visitor:
    """One signed-in session."""

    def __init__(self, port: int, username: str, token: str, seen: Seen, seed: int) -> None:
        self.port, self.username, self.seen = port, username, seen
        self.cookie = f"kemai_session={token}; csrftoken={CSRF}"
        self.link = Link(port)
        self.dice = random.Random(seed)
        self.own: list[str] = []

    async def work(self, think: tuple[float, float], until: float) -> None:
        """Act after act with a pause between, the first somewhere within a pause, until the loop's clock says so."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(self.dice.uniform(0, think[1]))
        while clock() < until:
            await self._choose()()
            await asyncio.sleep(self.dice.uniform(*think))
        self.link.close()

    def _choose(self) -> Callable[[], Awaitable[None]]:
        acts: tuple[tuple[int, Callable[[], Awaitable[None]]], ...] = (
            (14, lambda: self.browse("customers")),
            (6, lambda: self.browse("customers", "&sort=name")),
            (10, self.search),
            (14, self.open_customer),
            (8, lambda: self.browse("opportunities")),
            (4, lambda: self.browse("interactions")),
            (4, lambda: self.browse("tasks")),
            (6, lambda: self.read("board", "opportunities/board")),
            (6, lambda: self.read("worklist", "worklist?limit=100")),
            (6, lambda: self.read("home", "home")),
            (4, self.calendar),
            (4, lambda: self.read("analysis", f"analysis/funnel?period={date.today():%Y-%m}")),
            (6, lambda: self.read("notifications", "notifications")),
            (10, self.follow_up),
            (6, self.edit),
            (4, self.create),
            (3, self.plan),
        )
        return self.dice.choices([act for _, act in acts], [weight for weight, _ in acts])[0]

    # ------------------------------------------------------------ reading

    async def read(self, page: str, path: str) -> Any:
        answer = await self._ask("GET", path)
        if answer is None:
            return None
        self.seen.reads.append(answer.seconds)
        self.seen.by_page[page].append(answer.seconds)
        return json.loads(answer.body) if self._fine(path, answer) else None

    async def browse(self, name: str, more: str = "") -> None:
        found = await self.read(f"{name} list", f"{name}?limit=50{more}")
        if found:
            self._note(name, found["items"])

    async def search(self) -> None:
        found = await self.read("search", f"customers?q={quote(self.dice.choice(WORDS))}")
        if found:
            self._note("customers", found["items"])

    async def open_customer(self) -> None:
        key = await self._some_customer()
        if key is None:
            return
        held = quote(json.dumps({"field": "customer", "op": "eq", "value": key}))
        record = await self.read("record", f"customers/{key}")
        if record:
            self._note("customers", [record])
        await self.read("timeline", f"customers/{key}/timeline")
        for name in ("contacts", "opportunities"):
            found = await self.read(f"{name} of a customer", f"{name}?limit=20&filter={held}")
            if found:
                self._note(name, found["items"])

    async def calendar(self) -> None:
        first = date.today().replace(day=1)
        await self.read("calendar", f"calendar?first={first}&last={first + timedelta(days=41)}")

    # ------------------------------------------------------------ writing

    async def follow_up(self) -> None:
        key = await self._some_customer()
        if key:
            await self._write("interactions", {"customer": key, "content": f"电话回访 {_word()}"})

    async def create(self) -> None:
        await self._write("customers", {"name": f"宁波{_word()}设备有限公司", "industry": "it", "source": "visit"})

    async def plan(self) -> None:
        due = datetime.now(UTC) + timedelta(days=2)
        await self._write("tasks", {"title": f"寄样品 {_word()}", "due_at": due.isoformat(timespec="seconds")})

    async def edit(self) -> None:
        key = await self._some_customer()
        answer = key and await self._ask("GET", f"customers/{key}")
        if not answer:
            return
        self.seen.reads.append(answer.seconds)
        if self._fine(f"customers/{key}", answer):
            remark = {"remark": f"已约下周 {_word()}"}
            await self._write(f"customers/{key}", remark, "PATCH", {"If-Match": answer.headers["etag"]})

    async def _write(
        self, path: str, body: dict[str, Any], method: str = "POST", more: dict[str, str] | None = None
    ) -> None:
        answer = await self._ask(method, path, body, more or {"Idempotency-Key": uuid4().hex})
        if answer is not None:
            self.seen.writes.append(answer.seconds)
            self._fine(path, answer)

    # ------------------------------------------------------------ both

    async def _some_customer(self) -> str | None:
        """One of his own list: what lies in a pool is not written to."""
        if not self.own:
            found = await self.read("customers list", f"customers?limit=100{_MINE.get(self.username, _OWN)}")
            self.own = [item["id"] for item in found["items"]] if found else []
        return self.dice.choice(self.own) if self.own else None

    async def _ask(
        self, method: str, path: str, body: Any = None, more: dict[str, str] | None = None
    ) -> Answer | None:
        head = {"Cookie": self.cookie, "X-CSRFToken": CSRF, **(more or {})}
        sent = raw_request(self.port, method, f"/api/v1/{path}", b"" if body is None else json.dumps(body).encode(), **head)
        try:
            return await self.link.ask(sent)
        except (OSError, EOFError) as error:
            self.seen.statuses[0] += 1
            self.seen.odd.append(f"{method} {path}: {error!r}")
            return None

    def _fine(self, path: str, answer: Answer) -> bool:
        """409, 412, 403 of a record another changed or holds are answers like others; the rest is told."""
        self.seen.statuses[answer.status] += 1
        if answer.status in (403, 404, 409, 412):
            self.seen.refused[f"{answer.status} {path.split('?')[0].split('/')[0]}"] += 1
        elif answer.status >= 300:
            self.seen.odd.append(f"{path}: {answer.status} {answer.body[:200].decode(errors='replace')}")
        return answer.status < 300

    def _note(self, name: str, items: list[dict[str, Any]]) -> None:
        self.seen.shown[self.username, name].update(item["id"] for item in items)


_OWN = "&filter=" + quote(json.dumps({"field": "owner", "op": "eq", "value": "me"}))
_HELD = "&filter=" + quote(json.dumps({"field": "owner", "op": "is_null", "value": False}))
#: The customers somebody works on who has none of his own.
_MINE = {"director": _HELD, "head": _HELD}


def _word() -> str:
    return unique_word().decode()
