"""S-11: where webhooks may be sent to, and where never."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from kemai.integrations import outgoing
from kemai.integrations.rules.addresses import BadAddress, is_outside, read_target
from tests.calling import Caller
from tests.hooking import everything
from tests.receiving import Receiver
from tests.world import World

Call = Callable[[str], Caller]


# ---------------------------------------------------------------- the inside is not reached

INSIDE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://localhost.localdomain/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
]
MALFORMED = [
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "//example.com/",
    "http:///x",
    "http://user@example.com/",
    "http://user:pw@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://example.com/\r\nHost: x",
    "http://example.com/ x",
    "http://exa mple.com/",
    "http://example.com:22/",
    "http://example.com:99999/",
    "http://[::1%25lo]/",
    "http://" + "a" * 600 + "/",
]


@pytest.mark.parametrize("url", [*INSIDE, *MALFORMED])
def test_no_address_of_the_inside(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-11: in no spelling; the connection is never made."""
    connected: list[Any] = []

    async def connect(*args: Any, **kwargs: Any) -> Any:
        connected.append(args)
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.asyncio, "open_connection", connect)
    found = outgoing.asyncio.run(outgoing.post(url, b"{}", {}, ports=frozenset({80, 443}), allowed=frozenset()))
    assert not connected and found.error.startswith("address_"), found


def test_the_guard_of_addresses_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: without it the connection would be made."""
    monkeypatch.setattr(outgoing, "is_outside", lambda address: True)
    with Receiver() as canary:
        found = outgoing.asyncio.run(
            outgoing.post(canary.url, b"{}", {}, ports=frozenset({canary.port}), allowed=frozenset())
        )
        assert found.ok and canary.connections == 1


def _resolver(*answers: list[str]) -> Callable[..., Any]:
    given = list(answers)

    def resolve(host: str, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        addresses = given.pop(0) if len(given) > 1 else given[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]

    return resolve


def test_rebinding_gets_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-11: one address of the inside among the answers refuses all; and the one that was checked is the one connected to, whatever
    the name server says the next time it is asked."""
    with Receiver() as canary:
        ask = {"ports": frozenset({canary.port}), "allowed": frozenset[str]()}
        url = f"http://rebind.example:{canary.port}/"
        monkeypatch.setattr(socket, "getaddrinfo", _resolver(["8.8.8.8", "127.0.0.1"]))
        mixed = outgoing.asyncio.run(outgoing.post(url, b"{}", {}, **ask))  # type: ignore[arg-type]
        assert mixed.error == "address_inside"
        connected: list[str] = []

        async def connect(address: str, *args: Any, **kwargs: Any) -> Any:
            connected.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(outgoing.asyncio, "open_connection", connect)
        monkeypatch.setattr(socket, "getaddrinfo", _resolver(["8.8.8.8"], ["127.0.0.1"]))
        outgoing.asyncio.run(outgoing.post(url, b"{}", {}, **ask))  # type: ignore[arg-type]
        again = outgoing.asyncio.run(outgoing.post(url, b"{}", {}, **ask))  # type: ignore[arg-type]
        assert connected == ["8.8.8.8"] and again.error == "address_inside" and canary.connections == 0


def test_a_listed_host_may_be_called_but_never_the_clouds_keys() -> None:
    """The parameter opens a host, with its port where one is named; link-local addresses stay shut."""
    listed = frozenset({"erp.inside:8443", "169.254.169.254"})
    assert read_target("https://erp.inside:8443/in", ports=frozenset({443}), allowed=listed).port == 8443
    with pytest.raises(BadAddress):
        read_target("https://erp.inside:9000/in", ports=frozenset({443}), allowed=listed)
    found = outgoing.asyncio.run(
        outgoing.post("http://169.254.169.254/", b"", {}, ports=frozenset({80}), allowed=listed)
    )
    assert found.error == "address_inside"
    assert is_outside("8.8.8.8") and is_outside("2606:4700::1111")


def test_addresses_are_refused_when_written_down(world: World, call: Call) -> None:
    """S-11: in the editor already, with words."""
    admin = call("admin")
    for url in (
        "http://127.0.0.1/",
        "ftp://x.example/",
        "http://u:p@x.example/",
        "http://x.example:22/",
        "http://[::1]/",
    ):
        refused = admin.post("/webhooks", {"name": "x", "url": url, "subscriptions": everything("customers")})
        assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "url", url
