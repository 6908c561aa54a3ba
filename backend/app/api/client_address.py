"""Whose request this is: the peer, or what a trusted proxy in front says.

X-Forwarded-For is read from the right, where our own proxies write; the first address that is not one of
TRUSTED_PROXIES is the client. Anything further left was written by the client itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

type Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
IPV6_CLIENT_PREFIX = 64  # one customer has a whole /64


class TrustedProxies:
    """The networks whose X-Forwarded-For is believed."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(ip_network(text.strip(), strict=False) for text in networks if text.strip())

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def client_address(self, peer: str | None, forwarded_for: Sequence[str]) -> str:
        """Return the client's address; `forwarded_for` holds the header lines in the order they came."""
        client = parse_address(peer or "")
        if client is None:
            return UNKNOWN
        hops = [hop for line in forwarded_for for hop in line.split(",")]
        for hop in reversed(hops):
            if client not in self:
                break
            address = parse_address(hop)
            if address is None:  # a proxy of ours never writes this: whoever did is not believed
                break
            client = address
        return str(client)


def parse_address(text: str) -> Address | None:
    """Parse `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1` or `[2001:db8::1]:80`; None for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def limit_key(address: str) -> str:
    """Return what a limit per address counts by: an IPv4 address, or the /64 of an IPv6 one."""
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, IPV6_CLIENT_PREFIX), strict=False))
    return address


def is_loopback(peer: str | None) -> bool:
    """Whether the connection itself, not a header, comes from this machine."""
    address = parse_address(peer or "")
    return address is not None and address.is_loopback
