"""HTTP as many people speak it at once: one keep-alive connection each, in one event loop."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from bench.place import HOST


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long the whole of it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


class Link:
    """One connection, opened when it is needed and again after it was closed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> Answer:
        """Send one request; ``OSError`` when the connection fails, but for one kept so long that the server closed it."""
        began = time.perf_counter()
        fresh = self.streams is None
        try:
            status, headers, body = await self._exchange(request)
        except (OSError, EOFError):
            self.close()
            if fresh:
                raise OSError("the server closed a new connection") from None
            status, headers, body = await self._exchange(request)
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, body, time.perf_counter() - began)

    async def _exchange(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.streams is None:
            self.streams = await asyncio.open_connection(HOST, self.port, limit=2**20)
        reader, writer = self.streams
        writer.write(request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if "content-length" in headers:
            body = await reader.readexactly(int(headers["content-length"]))
        elif headers.get("transfer-encoding") == "chunked":
            body = await _chunks(reader)
        else:
            body = b""
        return int(head[0].split(" ", 2)[1]), headers, body

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)
