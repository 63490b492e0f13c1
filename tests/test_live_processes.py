"""Live ratings between processes: through Redis, through its death, and through the processes' own ends."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import httpx
import pytest

from db.database import open_database
from tests.accounts import LOGOUT_EVERYWHERE, Account, answer, register
from tests.cinegraph import ROOT, Cinegraph
from tests.clients import Client
from tests.databases import MigratedTables, sqlite_url
from tests.films import store_films
from tests.live import CHANGES, EVENTS, RATE, Socket, changed, connected, events, streamed
from tests.servers import Redis


@pytest.fixture
def database_file(migrated_tables: MigratedTables, tmp_path: Path) -> str:
    url = sqlite_url(tmp_path / "films.db")
    migrated_tables.copy_to(url, None)
    return url


@pytest.fixture
async def films(database_file: str) -> str:
    async with open_database(database_file) as database:
        await store_films(database)
    return database_file


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("own")) as redis:
        yield redis


@pytest.fixture
def processes(films: str, own_redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cinegraph, Cinegraph]]:
    """Two servers on one database and one Redis."""
    with ExitStack() as stack:
        one, other = (stack.enter_context(Cinegraph(tmp_path_factory.mktemp("server"), films, REDIS_URL=own_redis.url)) for _ in range(2))
        yield one, other


@pytest.fixture
async def ada(processes: tuple[Cinegraph, Cinegraph]) -> AsyncIterator[Account]:
    """A client of the first server."""
    async with httpx.AsyncClient(base_url=processes[0].address, timeout=10) as http:
        yield await register(Client(http), "ada")


async def rate(ada: Account, value: float) -> None:
    assert (await ada.client.ask(RATE, {"value": value}))["rateMovie"] == {"rating": {"value": value}, "errors": []}


async def hears(socket: Socket, value: float) -> None:
    assert await socket.receive() == {"id": "1", "type": "next", "payload": changed(value)}


async def test_a_rating_made_on_one_process_reaches_subscribers_of_another(processes: tuple[Cinegraph, Cinegraph], ada: Account) -> None:
    one, other = processes
    async with connected(one.address) as here, connected(other.address) as there, streamed(other.address, EVENTS, CHANGES) as stream:
        for socket in (here, there):
            await begin(socket)
        heard = events(stream)
        assert await anext(heard) == ("", None)
        for value in (8.0, 9.5, 3.0):
            await rate(ada, value)
            await hears(here, value)
            await hears(there, value)
            assert await anext(heard) == ("next", changed(value))


async def test_subscribers_outlive_redis(processes: tuple[Cinegraph, Cinegraph], ada: Account, own_redis: Redis) -> None:
    one, other = processes
    async with connected(one.address) as here, connected(other.address) as there:
        for socket in (here, there):
            await begin(socket)
        await rate(ada, 8.0)
        await hears(here, 8.0)
        await hears(there, 8.0)

        own_redis.kill()
        for value in (7.0, 6.0):
            await rate(ada, value)
            await hears(here, value)  # the process's own subscribers need no Redis

        own_redis.start()
        # Those of the other one hear again as soon as it listens again, without having to do anything.
        value = await until_heard(ada, there)
        await rate(ada, value + 0.5)
        while (message := await there.receive()) != {"id": "1", "type": "next", "payload": changed(value + 0.5)}:
            assert message["type"] == "next"


async def until_heard(ada: Account, socket: Socket) -> float:
    """Rate until the subscriber hears of it; the value that was given last."""
    hearing = asyncio.create_task(socket.receive())
    for number in range(1, 19):
        await rate(ada, number / 2)
        done, _ = await asyncio.wait({hearing}, timeout=0.5)
        if done:
            assert hearing.result()["type"] == "next"
            return number / 2
    pytest.fail("nothing was heard")


async def test_what_the_operator_deletes_is_heard_of(processes: tuple[Cinegraph, Cinegraph], ada: Account) -> None:
    one = processes[0]
    await rate(ada, 8.0)
    async with connected(one.address) as socket:
        await begin(socket)
        delete = [sys.executable, os.fspath(ROOT / "server.py"), "delete-user", "ada"]
        await asyncio.to_thread(subprocess.run, delete, env=os.environ | one.settings, check=True, capture_output=True)
        movie = {"title": "The Shawshank Redemption", "ratingCount": 20}
        assert (await socket.receive())["payload"] == {"data": {"ratingChanged": {"movie": movie, "rating": None}}}


async def test_a_session_that_ends_on_one_process_ends_connections_to_another(processes: tuple[Cinegraph, Cinegraph], ada: Account) -> None:
    other = processes[1]
    async with connected(other.address, ada.access_token) as socket:
        await begin(socket)
        ended = time.monotonic()
        await answer(ada.client, LOGOUT_EVERYWHERE)
        assert await socket.close_code() == 4403
        assert time.monotonic() - ended < 5


async def test_a_server_that_is_told_to_stop_lets_subscribers_go_at_once(processes: tuple[Cinegraph, Cinegraph], ada: Account) -> None:
    one = processes[0]
    async with AsyncExitStack() as stack:
        socket = await stack.enter_async_context(connected(one.address))
        await begin(socket)
        heard = events(await stack.enter_async_context(streamed(one.address, EVENTS, CHANGES)))
        assert await anext(heard) == ("", None)

        told = time.monotonic()
        stopping = asyncio.create_task(asyncio.to_thread(one.stop))
        assert await socket.close_code() == 1012  # clients come back after this one,
        assert [each async for each in heard] == []  # and after a stream that does not say that it is complete
        await stopping
        assert time.monotonic() - told < 5


async def begin(socket: Socket) -> None:
    """Subscribe; messages are taken in their order, so that an answered one was asked for later."""
    await socket.subscribe("1", CHANGES)
    await socket.answers("{ genres { name } }")
    await asyncio.sleep(0.2)
