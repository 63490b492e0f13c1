"""The database goes away while the server serves: clients are told within seconds, and all is well when it is back."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from db.database import open_database
from db.migrate import upgrade
from schema.errors import AWAY
from tests.cinegraph import Cinegraph
from tests.clients import Client, over_http
from tests.databases import run_statements
from tests.factories import movie, store
from tests.servers import MariaDB

ANSWERS = {
    '{ movie(imdbId: "tt0000001") { title } }': {"movie": {"title": "Ran"}},
    "{ movies { nodes { title ratings { totalCount } } } }": {"movies": {"nodes": [{"title": "Ran", "ratings": {"totalCount": 0}}]}},
    '{ user(username: "nobody") { id } }': {"user": None},
}
ALL_FOUND = [(200, {"data": data}) for data in ANSWERS.values()] * 3
SECONDS_TO_ANSWER = 12.0


@pytest.fixture
def own_mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    with MariaDB(tmp_path_factory.mktemp("own")) as server:
        run_statements(server.url("mysql"), ["CREATE DATABASE films"])
        yield server


@pytest.fixture
async def client(own_mariadb: MariaDB, tmp_path: Path) -> AsyncIterator[Client]:
    """A client of a server on a MariaDB that a test may stop."""
    url = own_mariadb.url("films")
    await asyncio.to_thread(upgrade, url)
    async with open_database(url) as database:
        await store(database, movies=[movie(1, "Ran")])
    with Cinegraph(tmp_path, url) as server:
        async with over_http(server.address) as client:
            yield client


async def ask_all(client: Client) -> list[Any]:  # Any: JSON
    """The answers to operations that run side by side, each with its status."""
    answers = await asyncio.gather(*(client.post(query) for query in list(ANSWERS) * 3))
    return [(answer.status_code, answer.json()) for answer in answers]


async def is_away(client: Client) -> None:
    """Every operation and /readyz say so in time, and the process stays up."""
    started = time.monotonic()
    answers, ready = await asyncio.gather(ask_all(client), client.http.get("/readyz"))
    assert time.monotonic() - started < SECONDS_TO_ANSWER
    for status, body in answers:
        assert (status, set(body["data"].values())) == (503, {None})
        assert [(error["message"], error["extensions"]["code"]) for error in body["errors"]] == [(AWAY, "SERVICE_UNAVAILABLE")]
    assert (ready.status_code, ready.json()["database"]) == (503, "away")
    assert (await client.http.get("/healthz")).status_code == 200
    # What needs no database is answered all the same.
    assert await client.ask("{ __typename }") == {"__typename": "Query"}


async def is_back(client: Client) -> None:
    deadline = time.monotonic() + 10
    while (await client.http.get("/readyz")).status_code != 200:
        assert time.monotonic() < deadline, "the server has not noticed that its database is back"
        await asyncio.sleep(0.05)
    assert await ask_all(client) == ALL_FOUND


async def test_a_database_that_is_stopped_and_started_again(client: Client, own_mariadb: MariaDB) -> None:
    assert await ask_all(client) == ALL_FOUND

    await asyncio.to_thread(own_mariadb.stop)
    await is_away(client)

    await asyncio.to_thread(own_mariadb.start)
    await is_back(client)


async def test_a_database_that_was_killed_and_is_back_goes_unnoticed(client: Client, own_mariadb: MariaDB) -> None:
    """All connections of the pool are dead, and the first operations afterwards find it out without failing."""
    assert await ask_all(client) == ALL_FOUND

    await asyncio.to_thread(own_mariadb.kill)
    await asyncio.to_thread(own_mariadb.start)

    assert await ask_all(client) == ALL_FOUND


@contextmanager
def frozen(server: MariaDB) -> Iterator[None]:
    """A server that accepts connections and says nothing, as behind a broken network."""
    assert server._process is not None
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server._process.pid, signal.SIGCONT)


async def test_a_database_that_does_not_answer(client: Client, own_mariadb: MariaDB) -> None:
    assert await ask_all(client) == ALL_FOUND

    with frozen(own_mariadb):
        await is_away(client)

    await is_back(client)


async def test_a_server_starts_without_its_database_and_serves_when_it_comes(own_mariadb: MariaDB, tmp_path: Path) -> None:
    url = own_mariadb.url("films")
    await asyncio.to_thread(upgrade, url)
    async with open_database(url) as database:
        await store(database, movies=[movie(1, "Ran")])
    await asyncio.to_thread(own_mariadb.stop)

    with Cinegraph(tmp_path, url) as server:
        async with over_http(server.address) as client:
            await is_away(client)
            await asyncio.to_thread(own_mariadb.start)
            await is_back(client)
