"""Receivers of webhooks for tests: real HTTP servers on the loopback that behave, or do not."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Received:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


Behaviour = Callable[[socket.socket, "Receiver"], None]


def answer(status: int = 200, body: bytes = b"ok", extra: str = "") -> Behaviour:
    def act(connection: socket.socket, receiver: Receiver) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
        connection.sendall(head.encode() + body)

    return act


def drop(connection: socket.socket, receiver: Receiver) -> None:
    """Takes the request and hangs up."""


def slow(seconds: float) -> Behaviour:
    def act(connection: socket.socket, receiver: Receiver) -> None:
        receiver.stopping.wait(seconds)
        answer()(connection, receiver)

    return act


def drip(connection: socket.socket, receiver: Receiver) -> None:
    """A head that never ends, a byte at a time: each read succeeds, the whole never does."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not receiver.stopping.wait(0.05):
        connection.sendall(b"x")


def endless(connection: socket.socket, receiver: Receiver) -> None:
    """A body without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not receiver.stopping.is_set():
        connection.sendall(b"y" * 65536)
        receiver.sent += 65536


def garbage(connection: socket.socket, receiver: Receiver) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@dataclass
class Receiver:
    """A server on a free port; ``behaviour`` may be changed between requests."""

    behaviour: Behaviour = field(default_factory=answer)
    got: list[Received] = field(default_factory=list)
    connections: int = 0
    sent: int = 0

    def __post_init__(self) -> None:
        self.stopping = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}/hook"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.listener.close()

    def _serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=[connection], daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.settimeout(20)
                data = b""
                while b"\r\n\r\n" not in data:
                    if not (part := connection.recv(65536)):
                        return
                    data += part
                head, _, body = data.partition(b"\r\n\r\n")
                lines = head.decode().split("\r\n")[1:]
                headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
                while len(body) < int(headers.get("content-length", "0")):
                    body += connection.recv(65536)
                self.got.append(Received(headers, body))
                self.behaviour(connection, self)
            except OSError:
                pass

    def wait_for(self, count: int, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while len(self.got) < count and time.monotonic() < end:
            time.sleep(0.02)
        assert len(self.got) >= count, f"{len(self.got)} of {count}"
