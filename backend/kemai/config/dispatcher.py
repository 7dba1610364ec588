"""Everything on one port: the event stream natively, all else through the WSGI application in one thread.

Django's own ASGI handler answers a fifth of what WSGI does here, and event streams must never hold a WSGI thread.
So this dispatcher takes whole requests in on the event loop, where a slow sender costs nothing, and hands them to
the application one at a time; a second thread would only contend for the interpreter.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import unquote_to_bytes

from kemai.config.stream import STREAM_PATH, lifespan
from kemai.config.transport import strict

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_LIMIT = 25 * 1024 * 1024
"""Above the 20 MB an upload may have, with room for the multipart frame."""
BODY_SECONDS = 60
BODY_IDLE_SECONDS = 20
BODY_IN_MEMORY = 512 * 1024
QUEUE_SECONDS = 1.5
"""Longer than this nobody waits for the thread: an overloaded worker answers 503 at once instead."""
FREE_QUEUE = 16

PART = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answered: the first part, and the rest of a large one still to be read."""

    status: int
    headers: list[tuple[bytes, bytes]]
    first: bytes
    rest: Any
    iterator: Iterator[bytes]


class BodyRefused(Exception):
    """The request's body is too large (413) or too slow (408)."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Gone(Exception):
    """The client went away before its request was complete."""


class Dispatcher:
    """The ASGI application of one process."""

    def __init__(self, wsgi: Callable[..., Iterable[bytes]], stream: Callable[..., Awaitable[None]]) -> None:
        self.wsgi = wsgi
        self.stream = stream
        self.executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wsgi")
        self.waiting = 0
        self.mean_seconds = 0.005

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
        elif scope["type"] == "http":
            if scope["path"] == STREAM_PATH:
                await self.stream(scope, receive, send)
            else:
                await self.answer(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.waiting > FREE_QUEUE and self.waiting * self.mean_seconds > QUEUE_SECONDS:
            await send_problem(send, 503, "overloaded", "The server is busy; try again shortly.", retry_after=2)
            return
        try:
            body = await read_body(scope, receive)
        except BodyRefused as refused:
            await send_problem(send, refused.status, refused.code, "The request's body was not accepted.")
            return
        except Gone:
            return
        self.waiting += 1
        loop = asyncio.get_running_loop()
        try:
            answer = await loop.run_in_executor(self.executor, self.run, scope, body)
        finally:
            self.waiting -= 1
            close(body)
        await self.deliver(answer, send)

    def run(self, scope: Scope, body: Any) -> Answer:
        """In the thread: call the application. A small answer comes whole, a large one with the means to go on."""
        began = time.perf_counter()
        started: list[tuple[int, list[tuple[bytes, bytes]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., None]:
            pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            started[:] = [(int(status[:3]), pairs)]
            return lambda data: None

        response = self.wsgi(make_environ(scope, body), start_response)
        iterator = iter(response)
        try:
            first, more = take(iterator)
        except BaseException:
            close(response)
            raise
        status, headers = started[0]
        if not more:
            close(response)
            if not any(name == b"content-length" for name, _ in headers) and status >= 200 and status not in (204, 304):
                headers.append((b"content-length", str(len(first)).encode()))
        self.mean_seconds += (time.perf_counter() - began - self.mean_seconds) * 0.05
        return Answer(status, headers, first, response if more else None, iterator)

    async def deliver(self, answer: Answer, send: Send) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.first, "more_body": answer.rest is not None})
        if answer.rest is None:
            return
        # Part by part, so that a slow reader of a large file holds the thread only while a part is read.
        loop, more = asyncio.get_running_loop(), True
        try:
            while more:
                part, more = await loop.run_in_executor(self.executor, take, answer.iterator)
                await send({"type": "http.response.body", "body": part, "more_body": more})
        finally:
            await loop.run_in_executor(self.executor, close, answer.rest)


def take(iterator: Iterator[bytes]) -> tuple[bytes, bool]:
    """Up to about PART bytes from an answer, and whether there may be more. File answers come in crumbs of 4 kB."""
    parts: list[bytes] = []
    size = 0
    for chunk in iterator:
        parts.append(chunk)
        size += len(chunk)
        if size >= PART:
            return b"".join(parts), True
    return (parts[0] if len(parts) == 1 else b"".join(parts)), False


def close(response: Any) -> None:
    if hasattr(response, "close"):
        response.close()


async def read_body(scope: Scope, receive: Receive) -> Any:
    """The whole body as a file, taken in on the event loop with limits on size and time."""
    if not any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"]):
        return Body(b"")
    message = await next_message(receive, BODY_IDLE_SECONDS)
    first = message.get("body", b"")
    if not message.get("more_body", False):
        if len(first) > BODY_LIMIT:
            raise BodyRefused(413, "body_too_large")
        return Body(first)
    body = SpooledTemporaryFile(max_size=BODY_IN_MEMORY)  # noqa: SIM115 -- handed to the application
    size, end = 0, time.monotonic() + BODY_SECONDS
    try:
        while True:
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > BODY_LIMIT:
                raise BodyRefused(413, "body_too_large")
            body.write(chunk)
            if not message.get("more_body", False):
                break
            message = await next_message(receive, min(BODY_IDLE_SECONDS, end - time.monotonic()))
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


async def next_message(receive: Receive, seconds: float) -> MutableMapping[str, Any]:
    try:
        message = await asyncio.wait_for(receive(), max(seconds, 0.01))
    except TimeoutError:
        raise BodyRefused(408, "body_too_slow") from None
    if message["type"] == "http.disconnect":
        raise Gone
    return message


class Body:
    """A small body already in memory, with as much of a file as WSGI asks for."""

    __slots__ = ("data", "place")

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def read(self, size: int | None = -1) -> bytes:
        end = len(self.data) if size is None or size < 0 else self.place + size
        part = self.data[self.place : end]
        self.place += len(part)
        return part

    def readline(self, size: int | None = -1) -> bytes:
        newline = self.data.find(b"\n", self.place)
        end = len(self.data) if newline < 0 else newline + 1
        return self.read(end - self.place if size is None or size < 0 else min(size, end - self.place))

    def __iter__(self) -> Any:
        return iter(self.readline, b"")


def make_environ(scope: Scope, body: Any) -> dict[str, Any]:
    """PEP 3333 from an ASGI scope."""
    host, port = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    raw_path = scope.get("raw_path")
    path = unquote_to_bytes(raw_path.split(b"?", 1)[0]) if raw_path else scope["path"].encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name:  # would collide with the dashed name: a way to forge headers a proxy strips
            continue
        if name == "content-type":
            environ["CONTENT_TYPE"] = value
        elif name == "content-length":
            environ["CONTENT_LENGTH"] = value
        else:
            key = "HTTP_" + name.upper().replace("-", "_")
            separator = "; " if key == "HTTP_COOKIE" else ","
            environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    if "CONTENT_LENGTH" not in environ and not isinstance(body, Body):  # chunked: Django reads no further than this
        environ["CONTENT_LENGTH"] = str(body.seek(0, 2))
        body.seek(0)
    elif "CONTENT_LENGTH" not in environ and body.data:
        environ["CONTENT_LENGTH"] = str(len(body.data))
    return environ


async def send_problem(send: Send, status: int, code: str, detail: str, *, retry_after: int | None = None) -> None:
    body = (
        f'{{"type":"about:blank","title":"{detail}","status":{status},"code":"{code}","detail":"{detail}","errors":[]}}'
    )
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
        *strict(),
    ]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
