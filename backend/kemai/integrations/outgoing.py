"""One POST to a stranger: the address resolved once and pinned, no redirect followed, time and size bounded (F-9, S-11).

A client of our own because the usual ones resolve again when they connect, which is the hole of DNS rebinding.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from dataclasses import dataclass
from functools import lru_cache

from kemai.integrations.rules.addresses import BadAddress, Target, is_listed, is_metadata, is_outside, read_target

SECONDS = 10.0
ANSWER_LIMIT = 64 * 1024
HEAD_LIMIT = 16 * 1024
EXCERPT = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a POST went: a status where the receiver gave one, else a code saying what was in the way."""

    status: int | None
    milliseconds: int
    error: str = ""
    excerpt: str = ""

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class BadAnswer(Exception):
    """What came back is no HTTP, or too much of it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


async def post(
    url: str, body: bytes, headers: dict[str, str], *, ports: frozenset[int], allowed: frozenset[str]
) -> Outcome:
    """Send ``body``; never raises. All of it, resolving included, takes ten seconds at most."""
    start = time.monotonic()

    def spent() -> int:
        return round((time.monotonic() - start) * 1000)

    try:
        async with asyncio.timeout(SECONDS):
            target = read_target(url, ports=ports, allowed=allowed)
            address = await pick_address(target, allowed)
            status, answer = await _exchange(target, address, body, headers)
        return Outcome(status, spent(), "" if 200 <= status < 300 else "status", answer[:EXCERPT])
    except TimeoutError:
        return Outcome(None, spent(), "timeout")
    except BadAddress as error:
        return Outcome(None, spent(), f"address_{error.code}")
    except BadAnswer as error:
        return Outcome(None, spent(), error.code)
    except ssl.SSLCertVerificationError:
        return Outcome(None, spent(), "certificate")
    except ssl.SSLError:
        return Outcome(None, spent(), "tls")
    except ConnectionRefusedError:
        return Outcome(None, spent(), "refused")
    except (OSError, asyncio.IncompleteReadError, EOFError):
        return Outcome(None, spent(), "broken_off")


async def pick_address(target: Target, allowed: frozenset[str]) -> str:
    """Resolve once; :class:`BadAddress` when any of the addresses is one of the inside, since a resolver may give them in any order."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadAddress("unresolved") from error
    addresses = [str(entry[4][0]) for entry in found]
    listed = is_listed(target, allowed)
    for address in addresses:
        if is_metadata(address) or not (listed or is_outside(address)):
            raise BadAddress("inside")
    if not addresses:
        raise BadAddress("unresolved")
    return addresses[0]


async def _exchange(target: Target, address: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection(
        address,
        target.port,
        ssl=_tls() if target.secure else None,
        server_hostname=target.host if target.secure else None,
        limit=HEAD_LIMIT,
    )
    try:
        lines = [f"POST {target.path} HTTP/1.1", f"Host: {target.authority}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)
        await writer.drain()
        status, head = await _read_head(reader)
        return status, await _read_body(reader, head)
    finally:
        writer.transport.abort()  # at once: a receiver that does not close must not hold us


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    for _ in range(4):  # a few interim answers (100 Continue) may come first
        try:
            text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.LimitOverrunError as error:
            raise BadAnswer("not_http") from error
        first, _, rest = text.partition("\r\n")
        parts = first.split(" ", 2)
        if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or len(parts[1]) != 3 or not parts[1].isdecimal():
            raise BadAnswer("not_http")
        if int(parts[1]) >= 200:
            pairs = (line.partition(":") for line in rest.split("\r\n") if ":" in line)
            return int(parts[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}
    raise BadAnswer("not_http")


async def _read_body(reader: asyncio.StreamReader, head: dict[str, str]) -> str:
    """The beginning of the answer, for the log. What is longer than the limit is not waited for; the status has been given."""
    if "chunked" in head.get("transfer-encoding", "").lower():
        data = await _read_chunks(reader)
    else:
        length = head.get("content-length", "")
        wanted = min(int(length), ANSWER_LIMIT) if length.isdecimal() and len(length) < 16 else ANSWER_LIMIT
        data = await _read_some(reader, wanted)
    return data.decode("utf-8", "replace").replace("\x00", "�")


async def _read_some(reader: asyncio.StreamReader, wanted: int) -> bytes:
    parts, size = [], 0
    while size < wanted and (part := await reader.read(min(8192, wanted - size))):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    data = b""
    while len(data) < ANSWER_LIMIT:
        try:
            size = int((await reader.readuntil(b"\n")).split(b";")[0].strip() or b"0", 16)
        except (ValueError, asyncio.LimitOverrunError) as error:
            raise BadAnswer("not_http") from error
        if size <= 0:
            break
        data += await _read_some(reader, min(size, ANSWER_LIMIT - len(data)))
        if len(data) < ANSWER_LIMIT:
            await reader.readuntil(b"\n")
    return data


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
