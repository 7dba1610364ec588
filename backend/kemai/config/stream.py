"""Server-sent events: what concerns a person, sent to his open pages as it is stored.

Events are rows of ``platform_notify_event``. One task in each process asks for new rows once a second, for all its
open streams together, on one connection of its own; the same beat asks which of the open streams' credentials are
still good, so a revoked session stops hearing within a second. A client that lost the line comes back with
``Last-Event-ID`` and gets what it missed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from django.utils.module_loading import import_string

from kemai.config.env import get_env
from kemai.config.transport import strict

STREAM_PATH = "/api/v1/stream"

log = logging.getLogger(__name__)

#: ``(headers) -> listener | None``, with ``id`` (the person's) and ``credential`` (a word for his session or token).
#: By name, since this module loads before Django's tables.
AUTHENTICATOR = "kemai.accounts.sessions.actor_for_scope_headers"
#: ``(credentials) -> set`` of those still good, in one query.
LIVE_CREDENTIALS = "kemai.accounts.sessions.live_credentials"

BEAT_SECONDS = 1.0
PING_SECONDS = 15.0
RESUME_LIMIT = 500
QUEUE_LIMIT = 1000
PING = b": ping\n\n"
LATE_SECONDS = 15
"""Ids are given before commit, so a smaller one may appear after a larger. Rows this young are looked at again."""

COLUMNS = "SELECT id, user_id, kind, payload::text"
RECENT = "at > now() - make_interval(secs => %(late)s)"
NEW_ROWS = f"{COLUMNS} FROM platform_notify_event WHERE {RECENT} AND user_id = ANY(%(users)s) ORDER BY id"
"""Every beat: what is young, for all listeners. Who was told what is kept per stream."""
JOIN_ROWS = f"""{COLUMNS}, id > %(after)s FROM platform_notify_event
    WHERE user_id = %(user)s AND (id > %(after)s OR {RECENT}) ORDER BY id LIMIT %(limit)s"""
"""On joining: what was missed, and what is young but known already."""

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Row = tuple[int, UUID, str, str]


@dataclass(eq=False, slots=True)
class Client:
    """One open stream."""

    user_id: UUID
    credential: str
    queue: asyncio.Queue[Row | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))
    told: set[int] = field(default_factory=set)
    """The young rows he has already, so that looking at them again tells him nothing twice."""

    def put(self, row: Row | None) -> None:
        """Hand over a row; None ends the stream. Who reads too slowly is cut off and resumes later."""
        try:
            self.queue.put_nowait(row)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Hub:
    """All open streams of a process."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.connection: psycopg.AsyncConnection[Any] | None = None
        self.task: asyncio.Task[None] | None = None
        # Its own thread: a long request in the application's must not delay a revocation.
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream")
        self.lock = asyncio.Lock()

    async def in_thread(self, path: str, argument: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.thread, call_by_path, path, argument)

    async def query(self, statement: str, **values: Any) -> list[Row]:
        async with self.lock:
            if self.connection is None or self.connection.closed:
                self.connection = await psycopg.AsyncConnection.connect(
                    get_env().database_direct_url, autocommit=True, connect_timeout=5, prepare_threshold=None
                )
            return await (await self.connection.execute(statement, values)).fetchall()

    def join(self, client: Client) -> None:
        self.clients.add(client)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.run())

    def leave(self, client: Client) -> None:
        self.clients.discard(client)

    async def run(self) -> None:
        """Beat as long as anybody listens."""
        while self.clients:
            began = time.monotonic()
            try:
                await self.beat()
            except (psycopg.Error, OSError) as error:
                log.warning("event stream: the database does not answer: %s", type(error).__name__)
            except Exception:
                log.exception("event stream")
            await asyncio.sleep(max(0.05, BEAT_SECONDS - (time.monotonic() - began)))
        if self.connection is not None:
            await self.connection.close()
            self.connection = None

    async def beat(self) -> None:
        await self.drop_revoked()
        users = list({client.user_id for client in self.clients})
        by_user: dict[UUID, list[Row]] = {user: [] for user in users}
        for row in await self.query(NEW_ROWS, late=LATE_SECONDS, users=users):
            by_user[row[1]].append(row)
        for client in list(self.clients):
            rows = by_user.get(client.user_id)
            if rows is None:  # joined while we asked
                continue
            for row in rows:
                if row[0] not in client.told:
                    client.put(row)
            client.told = {row[0] for row in rows}

    async def drop_revoked(self) -> None:
        held = list({client.credential for client in self.clients})
        good = await self.in_thread(LIVE_CREDENTIALS, held)
        for client in [c for c in self.clients if c.credential not in good]:
            self.leave(client)
            client.put(None)


def call_by_path(path: str, argument: Any) -> Any:
    """Call a domain's function by name in this thread, leaving no broken database connection behind."""
    close_old_connections = import_string("django.db.close_old_connections")
    close_old_connections()
    try:
        return import_string(path)(argument)
    finally:
        close_old_connections()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """One GET of the stream, until the client leaves or loses the right to listen."""
    if scope["method"] != "GET":
        await refuse(send, 405, "method_not_allowed")
        return
    try:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        listener = await hub().in_thread(AUTHENTICATOR, headers)
    except Exception:
        log.exception("event stream: signing in")
        await refuse(send, 503, "unavailable")
        return
    if listener is None:
        await refuse(send, 401, "not_signed_in")
        return
    client = Client(user_id=listener.id, credential=listener.credential)
    try:
        missed = await join(client, last_event_id(scope))
    except (psycopg.Error, OSError):
        await refuse(send, 503, "unavailable")
        return
    try:
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, *strict()]})
        await talk(client, missed, receive, send)
    finally:
        hub().leave(client)


async def join(client: Client, after: int | None) -> list[Row]:
    """Make the client a listener; returns what he missed since ``after``."""
    values = {"after": after if after is not None else 2**62, "user": client.user_id, "late": LATE_SECONDS}
    rows = await hub().query(JOIN_ROWS, limit=RESUME_LIMIT, **values)
    client.told = {row[0] for row in rows}
    hub().join(client)
    return [row[:4] for row in rows if row[4]]  # type: ignore[misc]


async def talk(client: Client, missed: list[Row], receive: Receive, send: Send) -> None:
    gone = asyncio.create_task(wait_gone(receive))
    try:
        first = b"retry: 2000\n\n" + b"".join(as_event(row) for row in missed)
        await send({"type": "http.response.body", "body": first, "more_body": True})
        while True:
            waiting = asyncio.create_task(client.queue.get())
            done, _ = await asyncio.wait({waiting, gone}, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if waiting not in done:
                waiting.cancel()
            if gone in done:
                return
            row = waiting.result() if waiting in done else None
            if waiting in done and row is None:
                break
            await send({"type": "http.response.body", "body": as_event(row) if row else PING, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def wait_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def as_event(row: Row) -> bytes:
    row_id, _, kind, payload = row
    return f"id: {row_id}\nevent: {kind}\ndata: {payload}\n\n".encode()


def last_event_id(scope: Scope) -> int | None:
    """The browser's own header, or the query of a client that cannot set headers."""
    text = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"last-event-id"), "")
    if not text:
        text = parse_qs(scope["query_string"].decode("latin-1")).get("last_event_id", [""])[0]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


COMMON = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no"), *COMMON]


async def refuse(send: Send, status: int, code: str) -> None:
    body = f'{{"type":"about:blank","title":"{code}","status":{status},"code":"{code}","detail":"{code}","errors":[]}}'
    kind = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*kind, *COMMON, *strict()]})
    await send({"type": "http.response.body", "body": body.encode()})


async def lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The stream alone, for ``kemai stream`` behind a proxy."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == STREAM_PATH:
        await stream(scope, receive, send)
    elif scope["type"] == "http":
        await refuse(send, 404, "not_found")
