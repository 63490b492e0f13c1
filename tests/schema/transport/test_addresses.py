"""A client's address is what trusted proxies say, and nobody else."""

from ipaddress import ip_network

import pytest
from starlette.requests import Request

from schema.transport.addresses import client_address

PROXIES = tuple(ip_network(each) for each in ("10.0.0.0/8", "fd00::/8"))


def address(peer: str | None, *forwarded: str) -> str:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    client = (peer, 4711) if peer else None
    return client_address(Request({"type": "http", "client": client, "headers": headers}), PROXIES)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9, 10.2.3.4"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1,203.0.113.9", "10.2.3.4"], "203.0.113.9"),
        ("10.0.0.1", ["10.9.9.9, 10.2.3.4"], "10.9.9.9"),
        ("10.0.0.1", ["203.0.113.9, forged, 10.2.3.4"], "10.2.3.4"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("fd00::1", ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["2001:db8:1:2:ffff::1"], "2001:db8:1:2::/64"),
        ("testclient", ["203.0.113.9"], "unknown"),
        (None, ["203.0.113.9"], "unknown"),
    ],
)
def test_the_right_most_hop_that_is_no_proxy_is_the_client(peer: str | None, forwarded: list[str], expected: str) -> None:
    assert address(peer, *forwarded) == expected


def test_without_proxies_nobody_is_believed() -> None:
    scope = {"type": "http", "client": ("10.0.0.1", 1), "headers": [(b"x-forwarded-for", b"203.0.113.9")]}
    assert client_address(Request(scope), ()) == "10.0.0.1"
