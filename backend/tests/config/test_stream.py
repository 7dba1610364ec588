"""The event stream: what a listener gets, when, and when he stops getting it."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from kemai.config import stream as module
from kemai.config.stream import stream
from tests import database
from tests.conftest import PLACE, WORKER

TABLE = """CREATE TABLE platform_notify_event (id bigint PRIMARY KEY, user_id uuid NOT NULL, kind text NOT NULL,
    payload jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now())"""
WANG, LI = uuid.uuid4(), uuid.uuid4()


@dataclass
class Person:
    id: uuid.UUID
    credential: str


class World:
    """The database behind the stream and who may listen."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.people = {"wang": WANG, "li": LI}
        self.live = {"wang", "li"}

    def call(self, path: str, argument: Any) -> Any:
        if path == module.LIVE_CREDENTIALS:
            return {name for name in argument if name in self.live}
        name = argument.get("authorization", "")
        return Person(self.people[name], name) if name in self.live else None

    def tell(self, row_id: int, user: uuid.UUID, text: str = "hello", age: int = 0) -> None:
        self.connection.execute(
            "INSERT INTO platform_notify_event VALUES (%s, %s, 'notification', jsonb_build_object('text', %s::text), "
            "now() - make_interval(secs => %s))",
            [row_id, user, text, age],
        )


class Page:
    """An open page of somebody."""

    def __init__(self, name: str, *, last: int | None = None) -> None:
        headers = [(b"authorization", name.encode())]
        if last is not None:
            headers.append((b"last-event-id", str(last).encode()))
        self.scope = {"type": "http", "method": "GET", "headers": headers, "query_string": b""}
        self.sent: list[dict[str, Any]] = []
        self.closed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def receive(self) -> dict[str, Any]:
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()

    @property
    def ids(self) -> list[int]:
        return [int(line[4:]) for line in self.text.splitlines() if line.startswith("id: ")]

    @property
    def ended(self) -> bool:
        return bool(self.sent) and self.sent[-1].get("more_body") is False


Opener = Callable[..., Awaitable[Page]]


@asynccontextmanager
async def pages() -> AsyncIterator[Opener]:
    opened: list[Page] = []

    async def open_page(name: str, **options: Any) -> Page:
        page = Page(name, **options)
        page.task = asyncio.create_task(stream(page.scope, page.receive, page.send))
        opened.append(page)
        await until(lambda: bool(page.sent))
        return page

    yield open_page
    for page in opened:
        page.closed.set()
        assert page.task is not None
        await asyncio.wait_for(page.task, 3)
    task = module.hub().task
    if task is not None:
        await asyncio.wait_for(task, 3)


async def until(condition: Callable[[], bool], seconds: float = 3) -> None:
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never happened")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    name = f"stream_{WORKER}"
    with database.admin(PLACE) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        database.create_database(connection, name, "template0")
    url = PLACE.url_for(database.DATABASE_ROLE, name)
    world = World(url)
    world.connection.execute(TABLE)
    monkeypatch.setattr(module, "call_by_path", world.call)
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(module, "get_env", lambda: type("Env", (), {"database_direct_url": url})())
    yield world
    world.connection.close()


def test_a_listener_hears_his_own_events_once_and_nobody_elses(world: World) -> None:
    async def scenario() -> None:
        async with pages() as open_page:
            wang, other_tab, li = await open_page("wang"), await open_page("wang"), await open_page("li")
            world.tell(1, WANG, "回款到账")
            world.tell(2, LI)
            await until(lambda: bool(wang.ids and other_tab.ids and li.ids))
            await asyncio.sleep(0.2)
            assert (wang.ids, other_tab.ids, li.ids) == ([1], [1], [2])
            assert 'event: notification\ndata: {"text": "回款到账"}\n\n' in wang.text
            assert dict(wang.sent[0]["headers"])[b"content-type"].startswith(b"text/event-stream")

    asyncio.run(scenario())


def test_who_comes_back_gets_what_he_missed_and_nothing_twice(world: World) -> None:
    for row_id, age in ((1, 900), (2, 600), (3, 300), (4, 5), (5, 0)):
        world.tell(row_id, WANG, age=age)
    world.tell(6, LI)

    async def scenario() -> None:
        async with pages() as open_page:
            back, fresh = await open_page("wang", last=2), await open_page("wang")
            await asyncio.sleep(0.2)
            assert back.ids == [3, 4, 5]
            assert fresh.ids == []
            world.tell(7, WANG)
            await until(lambda: back.ids[-1] == 7)
            assert fresh.ids == [7]

    asyncio.run(scenario())


def test_a_row_committed_late_under_a_smaller_id_is_not_lost(world: World) -> None:
    async def scenario() -> None:
        async with pages() as open_page:
            wang = await open_page("wang")
            world.tell(10, WANG)
            await until(lambda: wang.ids == [10])
            world.tell(9, WANG, age=2)
            await until(lambda: wang.ids == [10, 9])

    asyncio.run(scenario())


def test_s6_a_revoked_session_stops_hearing_at_the_next_beat(world: World) -> None:
    async def scenario() -> None:
        async with pages() as open_page:
            wang, li = await open_page("wang"), await open_page("li")
            world.live.discard("wang")
            await until(lambda: wang.ended)
            world.tell(1, WANG)
            world.tell(2, LI)
            await until(lambda: li.ids == [2])
            assert wang.ids == []

    asyncio.run(scenario())


def test_strangers_and_other_methods_are_refused(world: World) -> None:
    async def scenario() -> None:
        async with pages() as open_page:
            stranger = await open_page("nobody")
            assert stranger.sent[0]["status"] == 401
        page = Page("wang")
        page.scope["method"] = "POST"
        await stream(page.scope, page.receive, page.send)
        assert page.sent[0]["status"] == 405

    asyncio.run(scenario())


def test_the_stream_goes_on_after_the_database_was_away(world: World) -> None:
    async def scenario() -> None:
        async with pages() as open_page:
            wang = await open_page("wang")
            with database.admin(PLACE) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
                    [f"stream_{WORKER}", world.connection.info.backend_pid],
                )
            world.tell(1, WANG)
            await until(lambda: wang.ids == [1])

    asyncio.run(scenario())


def test_a_reader_too_slow_is_cut_off_to_resume(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        client = module.Client(user_id=WANG, credential="wang", queue=asyncio.Queue(3))
        for row_id in range(5):
            client.put((row_id, WANG, "job", "{}"))
        assert client.queue.get_nowait() is None

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("text", "expected"),
    [(b"12", 12), (b"", None), (b"x", None), (b"-1", None), (b"9" * 30, None), ("１２".encode(), None)],
)
def test_only_a_plain_number_resumes(text: bytes, expected: int | None) -> None:
    scope = {"headers": [(b"last-event-id", text)], "query_string": b""}
    assert module.last_event_id(scope) == expected
    assert module.last_event_id({"headers": [], "query_string": b"last_event_id=7"}) == 7
