"""How many tries at signing in are allowed, and who is counted together (S-8).

A stranger is counted by account and address, by account alone, and by address alone; so neither many addresses against one account
nor one address against many accounts gets far. A browser in which the person signed in before is counted for itself: whoever locks
the account from elsewhere does not lock him out of his own.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

#: Wrong tries from one address, over all accounts: an office behind one address may mistype as well.
PER_ADDRESS = 100
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """So many wrong tries under one key in so many seconds. ``own``: nobody else's tries are counted here."""

    key: str
    tries: int
    seconds: int
    own: bool = False


def limits_for(username: str, *, address: str, device: str, tries: int, lock_seconds: int) -> tuple[Limit, ...]:
    """What one try is counted under. ``device``: the mark of a browser this person is known by, empty for a stranger."""
    account = f"signin:{username[:60]}"
    if device:
        own = f"{account}:device:{device}"
        return (
            Limit(own, tries, lock_seconds, own=True),
            Limit(f"{own}:hour", 2 * tries, HOUR),
        )
    place = network_of(address)
    return (
        Limit(f"{account}:{place}", tries, lock_seconds, own=True),
        Limit(f"{account}:*", 2 * tries, HOUR),
        Limit(f"signin-from:{place}", PER_ADDRESS, lock_seconds),
    )


def network_of(address: str) -> str:
    """An address as one place: of IPv6 the network, since anybody has 2⁶⁴ addresses in his."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
