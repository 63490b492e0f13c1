"""Who does not read is dropped, whatever the protocol, and keeps nobody else from hearing everything."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from resolvers.services import Services
from schema.transport import streams, websocket
from tests.accounts import Account, register
from tests.clients import Client
from tests.live import EVENTS, MULTIPART, RATE, Socket, connected, served_at
from tests.waiting import until

LARGE = 'subscription {{ ratingChanged(imdbId: "tt0000008") {{ movie {{ {} }} }} }}'.format(
    " ".join(f"r{number}: ratings(first: 100) {{ nodes {{ id user {{ id username }} }} }}" for number in range(9))
)
"""Each of its answers takes some fifteen kilobytes."""


@pytest.fixture
async def address(services: Services, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.setattr(streams, "SEND_SECONDS", 0.3)
    monkeypatch.setattr(websocket, "SEND_SECONDS", 0.3)
    async with served_at(services) as address:
        yield address


@pytest.fixture
async def ada(address: str) -> AsyncIterator[Account]:
    async with httpx.AsyncClient(base_url=address) as http:
        yield await register(Client(http), "ada")


@pytest.mark.parametrize("accept", [EVENTS, MULTIPART])
async def test_a_stream_that_is_not_read_is_dropped(address: str, services: Services, ada: Account, accept: str) -> None:
    body = json.dumps({"query": LARGE})
    headers = ("Host: films", "Content-Type: application/json", f"Accept: {accept}", f"Content-Length: {len(body)}")
    request = "\r\n".join(("POST /graphql HTTP/1.1", *headers, "", body))
    with unread(address) as idle:
        await asyncio.get_running_loop().sock_sendall(idle, request.encode())
        await until(lambda: services.shared_state.subscribers == 1)
        await rate_until_dropped(services, ada, 0)


async def test_a_websocket_that_is_not_read_is_dropped_and_others_hear_everything(address: str, services: Services, ada: Account) -> None:
    async with connected(address) as quick, connected(address) as slow:
        slow.connection.transport.pause_reading()
        await slow.subscribe("1", LARGE)
        await quick.subscribe("1", 'subscription { ratingChanged(imdbId: "tt0000008") { rating { value } } }')
        await until(lambda: services.shared_state.subscribers == 2)
        given = await rate_until_dropped(services, ada, 1)
        assert [await value(quick) for _ in range(given)] == [number % 20 / 2 + 0.5 for number in range(given)]
        slow.connection.transport.abort()


async def test_a_client_that_only_talks_is_dropped(address: str, services: Services) -> None:
    async with connected(address) as socket:
        await socket.subscribe("1", LARGE)
        await until(lambda: services.shared_state.subscribers == 1)
        socket.connection.transport.pause_reading()

        async def talk() -> None:
            while True:
                await socket.send({"type": "ping", "payload": "x" * 500_000})

        talking = asyncio.create_task(talk())
        await until(lambda: services.shared_state.subscribers == 0)
        talking.cancel()
        socket.connection.transport.abort()


def unread(address: str) -> socket.socket:
    """A connection with a small window, from which nothing is read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((urlsplit(address).hostname, urlsplit(address).port))
    connection.setblocking(False)
    return connection


async def rate_until_dropped(services: Services, ada: Account, left: int) -> int:
    """Rate until so many subscribers are left; how often that was."""
    for number in range(1000):
        await ada.client.ask(RATE, {"value": number % 20 / 2 + 0.5})
        if services.shared_state.subscribers == left:
            return number + 1
    pytest.fail("nobody was dropped")


async def value(socket: Socket) -> float:
    changed: float = (await socket.receive())["payload"]["data"]["ratingChanged"]["rating"]["value"]
    return changed
