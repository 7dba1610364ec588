"""Where the server may be made to connect: no address of the inside, in whatever spelling (S-11)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

#: IPv6 ranges that carry an IPv4 address, and how many bits stand behind it.
_CARRIERS = (
    (ip_network("::ffff:0:0/96"), 0),
    (ip_network("::/96"), 0),
    (ip_network("::ffff:0:0:0/96"), 0),
    (ip_network("64:ff9b::/96"), 0),
    (ip_network("2002::/16"), 80),
)
#: What `is_global` lets pass or has changed its mind about between versions of Python, and local prefixes of NAT64.
_INSIDE = tuple(
    ip_network(n)
    for n in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "168.63.129.16/32",
        "64:ff9b:1::/48",
        "2001::/23",
        "fec0::/10",
    )
)


class BadAddress(ValueError):
    """An address that is not called; ``code`` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: what to resolve, where to connect, what to ask for."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """For the Host header: the port only where it is not the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def read_target(url: str, *, ports: frozenset[int], allowed: frozenset[str]) -> Target:
    """Take ``url`` apart; :class:`BadAddress` for anything but a plain http(s) address on a port that may be called.

    ``allowed``: ``host`` or ``host:port`` that the administrator listed; a listed ``host:port`` needs its port listed nowhere else.
    """
    if len(url) > 500 or any(ord(c) <= 32 or ord(c) == 127 for c in url) or "\\" in url:
        raise BadAddress("malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
        name = host if ":" in host else host.encode("idna").decode().lower()
    except (ValueError, UnicodeError) as error:
        raise BadAddress("malformed") from error
    if parts.scheme not in ("http", "https"):
        raise BadAddress("scheme")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise BadAddress("userinfo")
    if not name or "%" in name:
        raise BadAddress("malformed")
    secure = parts.scheme == "https"
    port = port if port is not None else (443 if secure else 80)
    if port not in ports and f"{name}:{port}" not in allowed:
        raise BadAddress("port")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise BadAddress("malformed")
    return Target(secure, name, port, path)


def is_listed(target: Target, allowed: frozenset[str]) -> bool:
    """Whether the administrator named this host as one of the inside that may be called."""
    return target.host in allowed or f"{target.host}:{target.port}" in allowed


def is_outside(text: str) -> bool:
    """Whether an address may be connected to without having been listed."""
    address = _bare(ip_address(text))
    if any(address in network for network in _INSIDE if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_metadata(text: str) -> bool:
    """Link-local addresses, where clouds keep keys: never called, listed or not."""
    return _bare(ip_address(text)).is_link_local


def _bare(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one, where there is one."""
    if isinstance(address, IPv6Address):
        for network, behind in _CARRIERS:
            # ::1 and :: are IPv6's own.
            if address in network and int(address) > 0xFFFF:
                return IPv4Address((int(address) >> behind) & 0xFFFFFFFF)
        if address.scope_id:
            return IPv6Address(int(address))
    return address
