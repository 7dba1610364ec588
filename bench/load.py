"""The load client: each client one process with one keep-alive connection, sending the next request when the answer is whole.

Processes with blocking sockets cost the machine least; the client shares its processors with what it measures. Run as
``python -m bench.load`` with a description on standard input, so that nothing of the product is loaded here.
"""

from __future__ import annotations

import json
import os
import pickle
import socket
import sys
import time
from typing import Any

#: Replaced in every request sent by something never sent before; the same number of bytes each time.
UNIQUE = "〇〇〇〇〇〇"
_DIGITS = [chr(0x4E00 + n * 37) for n in range(256)]


def unique_word() -> bytes:
    """Six characters that no other request has: 48 bits of the clock in base 256."""
    n = time.time_ns() >> 6
    return "".join([_DIGITS[(n >> shift) & 255] for shift in (0, 8, 16, 24, 32, 40)]).encode()


class Connection:
    """One keep-alive connection that understands as much HTTP as our servers speak."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; returns status and body."""
        self.socket.sendall(request)
        data = self.socket.recv(262_144)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower()
        at = head.find(b"content-length:") + 15
        if at < 15:
            return int(head[9:12]), self._chunks(data, end + 4)
        missing = int(head[at:].split(b"\r\n", 1)[0]) - (len(data) - end - 4)
        if missing > 0:
            parts = [data]
            while missing > 0:
                parts.append(self._more())
                missing -= len(parts[-1])
            data = b"".join(parts)
        return int(head[9:12]), data[end + 4 :]

    def _chunks(self, data: bytes, at: int) -> bytes:
        body = []
        while True:
            while (line := data.find(b"\r\n", at)) < 0:
                data += self._more()
            size = int(data[at:line].split(b";", 1)[0], 16)
            while len(data) < line + 2 + size + 2:
                data += self._more()
            body.append(data[line + 2 : line + 2 + size])
            at = line + 2 + size + 2
            if size == 0:
                return b"".join(body)

    def _more(self) -> bytes:
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data


def run_client(number: int, plan: dict[str, Any]) -> dict[str, Any]:
    """Go through the pages from a place of one's own until the time is over. A page is one or more requests in a row."""
    pages: list[list[bytes]] = plan["pages"]
    marker = UNIQUE.encode()
    fresh = any(marker in request for page in pages for request in page)
    pause = plan.get("pause", 0)  # seconds a person looks at a page, on average
    link = Connection(plan["host"], plan["port"])
    times: list[float] = []
    sizes = errors = 0
    first_error = b""
    at = number * 7
    clock = time.perf_counter
    end = clock() + plan["seconds"]
    time.sleep(pause * number / plan["clients"])  # people do not all press a key in the same instant
    while True:
        page = pages[at % len(pages)]
        at += 1
        if fresh:
            page = [request.replace(marker, unique_word()) for request in page]
        began = clock()
        if began >= end:
            break
        for request in page:
            status, body = link.ask(request)
            sizes += len(body)
            if status >= 300:
                errors += 1
                first_error = first_error or body[:300]
        times.append(clock() - began)
        if pause:
            time.sleep(pause * (0.5 + (at * 37 % 100) / 100))
    return {"times": times, "bytes": sizes, "errors": errors, "first_error": first_error.decode(errors="replace")}


def main() -> None:
    plan = pickle.load(sys.stdin.buffer)  # noqa: S301 -- written by our own parent
    pipes = []
    for number in range(plan["clients"]):
        reading, writing = os.pipe()
        if os.fork() == 0:
            with os.fdopen(writing, "w") as out:
                json.dump(run_client(number, plan), out)
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    results = []
    for reading in pipes:
        with os.fdopen(reading) as file:
            text = file.read()
        if text:
            results.append(json.loads(text))
    times = [t for r in results for t in r["times"]]
    json.dump(
        {
            "times": times,
            "bytes": sum(r["bytes"] for r in results),
            "errors": sum(r["errors"] for r in results) + (plan["clients"] - len(results)),
            "first_error": next((r["first_error"] for r in results if r["first_error"]), ""),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
