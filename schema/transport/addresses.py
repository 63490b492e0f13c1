"""Where a request comes from, as far as that can be believed."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

from schema.transport.requests import header_lines

UNKNOWN = "unknown"
IPV6_CLIENT_BITS = 64
"""An IPv6 client is given a whole network of this size, and can take any address in it."""

Address = IPv4Address | IPv6Address


def client_address(request: HTTPConnection, proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """The client's address (of IPv6 its network), to count by.

    X-Forwarded-For is believed as far as trusted proxies have written it: from its right end to the first hop that is none.
    """
    sent_from = request.scope.get("client")
    if sent_from is None:
        return UNKNOWN
    if not proxies:
        return _counted_as(sent_from[0])
    client = _address(sent_from[0])
    if client is None:
        return UNKNOWN
    hops = [hop for line in header_lines(request, b"x-forwarded-for") for hop in line.split(",")]
    while hops and any(client in network for network in proxies):
        hop = _address(hops.pop().strip())
        if hop is None:
            break
        client = hop
    return _network_of(client)


@lru_cache(maxsize=4096)
def _counted_as(host: str) -> str:
    client = _address(host)
    return UNKNOWN if client is None else _network_of(client)


def _network_of(client: Address) -> str:
    return str(ip_network((client, IPV6_CLIENT_BITS), strict=False)) if isinstance(client, IPv6Address) else str(client)


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
