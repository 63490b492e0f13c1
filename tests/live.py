"""Clients of answers that come one by one, as their protocols say: WebSocket, server-sent events, multipart.

async with connected(address, token) as socket:
    await socket.subscribe("1", 'subscription { ratingChanged(imdbId: "tt0000001") { rating { value } } }')
    assert await socket.receive() == {"id": "1", "type": "next", "payload": {"data": ...}}
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from resolvers.services import Services
from schema.transport.app import build_application
from tests.accounts import settings_of
from tests.servers import free_port
from tests.waiting import SECONDS_TO_WAIT, until

CHANGES = 'subscription { ratingChanged(imdbId: "tt0000008") { movie { title ratingCount } rating { value user { username } } } }'
RATE = 'mutation ($value: Float!) { rateMovie(input: {imdbId: "tt0000008", value: $value}) { rating { value } errors { code } } }'
"""Of a movie in tests/films.py, which twenty have rated."""

MULTIPART = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'
EVENTS = "text/event-stream"

Json = Any  # whatever JSON holds


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # they are for pytest


@asynccontextmanager
async def listening(application: Starlette) -> AsyncIterator[str]:
    """The address at which an application is served, by a real server in this event loop."""
    port = free_port()
    server = _Server(
        uvicorn.Config(application, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1, ws_per_message_deflate=False)
    )
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@asynccontextmanager
async def served_at(services: Services, **settings: str) -> AsyncIterator[str]:
    """The address of a process that stands on `services`."""

    @asynccontextmanager
    async def open_services() -> AsyncIterator[Services]:
        yield services

    application = build_application(settings_of(**settings), open_services)
    async with listening(application) as address:
        yield address


class Socket:
    """One connection in graphql-transport-ws, message by message."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: Json) -> None:
        """Send a text as it stands, and anything else as JSON."""
        await self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def receive(self, waiting_seconds: float = SECONDS_TO_WAIT) -> Json:
        async with asyncio.timeout(waiting_seconds):
            return json.loads(await self.connection.recv())

    async def init(self, payload: Json = None) -> None:
        await self.send({"type": "connection_init", "payload": payload or {}})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, operation_id: str, query: str, variables: Json = None, **payload: Json) -> None:
        given = {"query": query, "variables": variables, **payload}
        await self.send({"id": operation_id, "type": "subscribe", "payload": given})

    async def answers(self, query: str, variables: Json = None) -> list[Json]:
        """The messages that answer one operation, to its end."""
        await self.subscribe("q", query, variables)
        messages = [await self.receive()]
        while messages[-1]["type"] == "next":
            messages.append(await self.receive())
        return messages

    async def close_code(self) -> int:
        """What the server closes the connection with."""
        async with asyncio.timeout(SECONDS_TO_WAIT):
            with suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        code = self.connection.close_code
        assert code is not None
        return code


@asynccontextmanager
async def opened(
    address: str, headers: Mapping[str, str] | None = None, *, subprotocol: str | None = "graphql-transport-ws"
) -> AsyncIterator[Socket]:
    """A connection on which nothing has been said."""
    url = f"{address.replace('http', 'ws', 1)}/graphql"
    subprotocols = [subprotocol] if subprotocol else None
    async with connect(url, subprotocols=subprotocols, additional_headers=headers or {}, proxy=None) as connection:  # type: ignore[arg-type]  # it is a str
        yield Socket(connection)


@asynccontextmanager
async def connected(address: str, token: str | None = None) -> AsyncIterator[Socket]:
    """A connection that has been acknowledged."""
    async with opened(address) as socket:
        await socket.init({"Authorization": f"Bearer {token}"} if token else None)
        yield socket


@asynccontextmanager
async def streamed(address: str, accept: str, query: str, token: str | None = None) -> AsyncIterator[httpx.Response]:
    """The response to a POST, whose body is yet to come."""
    headers = {"Accept": accept, **({"Authorization": f"Bearer {token}"} if token else {})}
    async with (
        httpx.AsyncClient(base_url=address, timeout=SECONDS_TO_WAIT) as http,
        http.stream("POST", "/graphql", json={"query": query}, headers=headers) as response,
    ):
        yield response


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, Json]]:
    """The server-sent events of a body, each with its name; a comment has none, and no data."""
    async for block in _blocks(response, "\n\n"):
        fields = dict(line.partition(":")[::2] for line in block.split("\n"))
        data = fields.get("data", "").strip()
        yield fields.get("event", "").strip(), json.loads(data) if data else None


async def parts(response: httpx.Response) -> AsyncIterator[Json]:
    """The JSON of a multipart body's parts, and "end" for its last boundary."""
    preamble = True
    async for block in _blocks(response, "\r\n--graphql"):
        if preamble:
            assert block == ""
            preamble = False
            continue
        if block == "--\r\n":
            yield "end"
            return
        header, _, body = block.removeprefix("\r\n").partition("\r\n\r\n")
        assert header == "Content-Type: application/json"
        yield json.loads(body)


async def _blocks(response: httpx.Response, delimiter: str) -> AsyncIterator[str]:
    waiting = ""
    async for text in response.aiter_text():
        *complete, waiting = (waiting + text).split(delimiter)
        for block in complete:
            yield block
    if waiting:
        yield waiting


def changed(value: float) -> Json:
    """The answer to CHANGES once ada has rated."""
    movie = {"title": "The Shawshank Redemption", "ratingCount": 21}
    return {"data": {"ratingChanged": {"movie": movie, "rating": {"value": value, "user": {"username": "ada"}}}}}
