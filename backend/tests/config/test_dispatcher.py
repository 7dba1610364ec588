"""The one-port dispatcher: what reaches the application, what is refused before it, and what overload gets."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from kemai.config import dispatcher as module
from kemai.config.dispatcher import Dispatcher

Wsgi = Callable[..., Iterable[bytes]]


def scope_of(
    path: str = "/x", method: str = "GET", headers: list[tuple[bytes, bytes]] | None = None, query: bytes = b""
) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": headers or [],
        "server": ("127.0.0.1", 8000),
        "client": ("10.0.0.9", 5),
        "scheme": "http",
        "http_version": "1.1",
    }


async def no_stream(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})


class Line:
    """One request's two ends: parts of a body to receive, messages sent."""

    def __init__(self, *parts: bytes, stall: bool = False, gone: bool = False) -> None:
        self.parts, self.stall, self.gone = list(parts), stall, gone
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if self.parts:
            body = self.parts.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(self.parts) or self.stall or self.gone}
        if self.gone:
            return {"type": "http.disconnect"}
        await asyncio.sleep(60)
        raise AssertionError

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])


def ask(wsgi: Wsgi, scope: dict[str, Any], line: Line | None = None) -> Line:
    line = line or Line()
    asyncio.run(Dispatcher(wsgi, no_stream)(scope, line.receive, line.send))  # type: ignore[arg-type]
    return line


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response(
        "200 OK", [("X-Seen", f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}")]
    )
    return [body, environ.get("CONTENT_LENGTH", "none").encode()]


POST = [(b"content-length", b"5"), (b"content-type", b"text/plain")]
CHUNKED = [(b"transfer-encoding", b"chunked")]


def test_a_request_arrives_whole() -> None:
    line = ask(echo, scope_of("/a%20b", "POST", POST, b"q=1"), Line(b"hel", b"lo"))
    assert (line.status, line.body) == (200, b"hello5")
    assert line.headers[b"x-seen"] == b"POST /a b?q=1"
    assert line.headers[b"content-length"] == b"6"


def test_a_chunked_body_gets_its_length() -> None:
    assert ask(echo, scope_of(method="POST", headers=CHUNKED), Line(b"abc", b"defg")).body == b"abcdefg7"
    assert ask(echo, scope_of(method="POST", headers=CHUNKED), Line(b"abc")).body == b"abc3"


def test_chinese_paths_survive() -> None:
    def path(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ["PATH_INFO"].encode("latin-1")]

    assert ask(path, scope_of("/%E5%AE%A2")).body.decode() == "/客"


def test_headers_cannot_be_forged_with_underscores() -> None:
    def seen(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ.get("HTTP_X_FORWARDED_FOR", "none").encode()]

    assert ask(seen, scope_of(headers=[(b"x_forwarded_for", b"1.2.3.4")])).body == b"none"
    twice = [(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"2.2.2.2")]
    assert ask(seen, scope_of(headers=twice)).body == b"1.1.1.1,2.2.2.2"


def test_l6_a_body_too_large_or_too_slow_never_takes_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(environ: Any, start_response: Any) -> list[bytes]:
        raise AssertionError

    monkeypatch.setattr(module, "BODY_LIMIT", 4)
    assert ask(never, scope_of(method="POST", headers=POST), Line(b"hel", b"lo")).status == 413
    assert ask(never, scope_of(method="POST", headers=POST), Line(b"hello")).status == 413
    monkeypatch.setattr(module, "BODY_IDLE_SECONDS", 0.05)
    assert ask(never, scope_of(method="POST", headers=POST), Line(b"h", stall=True)).status == 408
    assert ask(never, scope_of(method="POST", headers=POST), Line(b"h", gone=True)).sent == []


def test_a_large_answer_comes_in_parts_and_is_closed() -> None:
    closed = []

    class Large:
        def __iter__(self) -> Any:
            return iter([b"x" * 4096] * 500)

        def close(self) -> None:
            closed.append(True)

    def large(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", "2048000")])
        return Large()

    line = ask(large, scope_of())
    assert len(line.body) == 2_048_000
    assert 3 < len(line.sent) < 20
    assert line.sent[-1]["more_body"] is False
    assert closed == [True]


def test_the_thread_is_free_between_the_parts_of_a_large_answer() -> None:
    def wsgi(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return (b"x" * module.PART for _ in range(3)) if environ["PATH_INFO"] == "/large" else [b"small"]

    async def scenario() -> None:
        application = Dispatcher(wsgi, no_stream)
        reading = asyncio.Event()
        slow, quick = Line(), Line()

        async def slow_send(message: Any) -> None:
            slow.sent.append(message)
            if len(slow.sent) == 2:
                await reading.wait()

        task = asyncio.create_task(application(scope_of("/large"), slow.receive, slow_send))
        await asyncio.sleep(0.05)
        await asyncio.wait_for(application(scope_of("/small"), quick.receive, quick.send), 2)
        assert quick.body == b"small"
        reading.set()
        await task
        assert len(slow.body) == 3 * module.PART

    asyncio.run(scenario())


def test_l3_overload_is_refused_at_once_with_a_time_to_come_back() -> None:
    def slow(environ: Any, start_response: Any) -> list[bytes]:
        time.sleep(0.01)
        start_response("200 OK", [])
        return [b"ok"]

    async def scenario() -> list[Line]:
        application = Dispatcher(slow, no_stream)
        application.mean_seconds = 0.05
        lines = [Line() for _ in range(100)]
        await asyncio.gather(*(application(scope_of(), line.receive, line.send) for line in lines))
        after = Line()
        await application(scope_of(), after.receive, after.send)
        assert after.status == 200
        return lines

    lines = asyncio.run(scenario())
    refused = [line for line in lines if line.status == 503]
    assert 40 <= len(refused) < 90
    assert all(line.headers[b"retry-after"] == b"2" for line in refused)
    assert all(line.status in (200, 503) for line in lines)


def test_the_stream_never_takes_the_thread() -> None:
    def never(environ: Any, start_response: Any) -> list[bytes]:
        raise AssertionError

    assert ask(never, scope_of(module.STREAM_PATH)).status == 299
