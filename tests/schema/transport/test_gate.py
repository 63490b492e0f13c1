"""The gate on real databases: operations that take too long are ended, and leave nothing behind."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from hashlib import sha256

import pytest
from sqlalchemy import select

from db.database import Database
from db.sqlite import BUSY_MILLISECONDS
from db.tables import movies, ratings
from schema.transport.gate import limits_of
from tests.accounts import register, serving, settings_of
from tests.clients import Client
from tests.factories import movie, store
from tests.locks import locked
from tests.services import services_on

SECONDS = 0.5
WHO = "{ viewer { username } }"
TITLES = "{ movies { nodes { title } } }"
TITLE = '{ movie(imdbId: "tt0000001") { title } }'
RATE = 'mutation { rateMovie(input: { imdbId: "tt0000001", value: 8 }) { errors { code } } }'
ENDED = {
    "message": "This took longer than 0.5 seconds and was ended: ask for less at once. "
    "Whether it has changed anything is not known: look before you send it again.",
    "extensions": {"code": "SERVICE_UNAVAILABLE"},
}


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    await store(database, movies=[movie(1, "Ran")])
    async with serving(services_on(database), MAX_OPERATION_SECONDS=str(SECONDS)) as client:
        yield client


async def test_a_mutation_that_waits_too_long_is_ended_and_changes_nothing(client: Client, database: Database, database_url: str) -> None:
    ada = await register(client, "ada")
    async with locked(database_url, "BEGIN; SELECT * FROM movies FOR UPDATE"):
        began = time.monotonic()
        ended = await ada.client.post(RATE)
        took = time.monotonic() - began

    assert (ended.status_code, ended.json()) == (503, {"errors": [ENDED], "data": None})
    # SQLite's driver waits for the lock in a thread, to the end of its own time.
    assert SECONDS <= took < SECONDS + 1 + (BUSY_MILLISECONDS / 1000 if database.dialect_name == "sqlite" else 0)
    assert database.connections.in_use == 0
    assert list(await database.reader().fetch(select(ratings.c.id), {})) == []
    assert list(await database.reader().fetch(select(movies.c.rating_count), {})) == [(0,)]
    assert (await ada.client.ask(RATE)) == {"rateMovie": {"errors": []}}


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)  # SQLite's readers wait for nobody
async def test_a_query_that_waits_too_long_is_ended_and_its_connection_is_not_used_again(
    client: Client, database: Database, database_url: str
) -> None:
    async with locked(database_url, "LOCK TABLES movies WRITE"):
        answers = await asyncio.gather(*(client.post(TITLES) for _ in range(3)))

    assert [answer.status_code for answer in answers] == [503] * 3
    assert database.connections == (0, 0)
    assert await client.ask(TITLES) == {"movies": {"nodes": [{"title": "Ran"}]}}


async def test_a_client_who_has_enough_under_way_waits_and_is_in_nobody_elses_way(database: Database, database_url: str) -> None:
    await store(database, movies=[movie(1, "Ran")])
    async with serving(services_on(database), MAX_OPERATIONS_AT_ONCE="3") as client:
        ada, grace = await register(client, "ada"), await register(client, "grace")
        async with locked(database_url, "BEGIN; SELECT * FROM movies FOR UPDATE"):
            under_way = {asyncio.create_task(ada.client.ask(RATE)) for _ in range(3)}
            await asyncio.wait(under_way, timeout=0.2)
            fourth = asyncio.create_task(ada.client.ask(WHO))
            assert await grace.client.ask(WHO) == {"viewer": {"username": "grace"}}
            assert await asyncio.wait({*under_way, fourth}, timeout=0.2) == (set(), {*under_way, fourth})

        assert await fourth == {"viewer": {"username": "ada"}}
        assert await asyncio.gather(*under_way) == [{"rateMovie": {"errors": []}}] * 3


async def test_a_slow_operation_is_logged_with_its_documents_hash(
    database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await store(database, movies=[movie(1, "Ran")])
    async with serving(services_on(database)) as client:
        ada = await register(client, "ada")
        await ada.client.ask(TITLE)
        async with locked(database_url, "BEGIN; SELECT * FROM movies FOR UPDATE"):
            rating = asyncio.create_task(ada.client.post(RATE, X_Request_ID="slow-1"))
            await asyncio.sleep(1.1)
        assert (await rating).json()["data"] == {"rateMovie": {"errors": []}}

    [slow] = [record.__dict__ for record in caplog.records if record.name == "cinegraph.operations"]
    assert (slow["levelno"], slow["message"]) == (logging.WARNING, "slow operation")
    assert (slow["document_sha256"], slow["request_id"]) == (sha256(RATE.encode()).hexdigest(), "slow-1")
    assert slow["milliseconds"] > 1000


def test_no_operation_may_cost_more_than_a_minutes_points() -> None:
    costs = [limits_of(settings_of(MAX_QUERY_COST="500", RATE_LIMIT_PER_MINUTE=points)).cost for points in ("0", "100", "1200")]

    assert costs == [500, 100, 500]
