"""Load shedding on real databases: who comes while a process has as much under way as it may is refused at once, and may come back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from db.database import Database
from db.tables import ratings
from integrations.redis_state import RedisState
from integrations.shared_state import InProcessState, SharedState
from resolvers.services import Services
from tests.accounts import Account, register, serving
from tests.clients import over_http
from tests.factories import movie, store
from tests.live import EVENTS, MULTIPART, Socket, connected, served_at, streamed
from tests.locks import locked
from tests.schema.transport.test_metrics import labelled, samples
from tests.services import services_on
from tests.statements import Statement, recorded
from tests.waiting import SECONDS_TO_WAIT, until

GENRES = "{ genres { name } }"
RATE = 'mutation { rateMovie(input: { imdbId: "tt0000001", value: 8 }) { errors { code } } }'
RATE_ANOTHER = 'mutation { rateMovie(input: { imdbId: "tt0000002", value: 8 }) { errors { code } } }'
RATED: Any = {"data": {"rateMovie": {"errors": []}}}  # Any: JSON
CHANGES = 'subscription { ratingChanged(imdbId: "tt0000002") { rating { value } } }'
FULL = {
    "message": "The server has as much to do as it can do in time, and has run nothing of this: try again in a second.",
    "extensions": {"code": "SERVICE_UNAVAILABLE", "retryAfter": 1},
}


@pytest.fixture
async def services(database: Database) -> Services:
    await store(database, movies=[movie(1, "Ran"), movie(2, "Heat")])
    return services_on(database)


async def until_under_way(http: httpx.AsyncClient, count: int) -> None:
    async with asyncio.timeout(SECONDS_TO_WAIT):
        while (await samples(http))["operations_under_way",] != count:  # noqa: ASYNC110  # nothing tells when
            await asyncio.sleep(0.01)


@asynccontextmanager
async def rating(ada: Account, database_url: str) -> AsyncIterator[Sequence[Statement]]:
    """Ada's rating waits in the block for a lock that somebody else holds; what else is run there."""
    with recorded() as statements:
        async with locked(database_url, "BEGIN; SELECT * FROM users FOR UPDATE; SELECT * FROM movies WHERE id = 1 FOR UPDATE"):
            waiting = asyncio.create_task(ada.client.post(RATE))
            await until(lambda: any(each.text == "BEGIN IMMEDIATE" or "FOR UPDATE" in each.text for each in statements))
            statements.clear()
            yield statements
        assert (await waiting).json()["data"] == RATED["data"]


def forget(services: Services, account: Account) -> None:
    """Let the next request cost a statement before it is known whose it is."""
    services.sessions.forget(services.tokens.verify(account.access_token).session_id.hex())


def assert_refused(response: httpx.Response) -> None:
    assert (response.status_code, response.headers["retry-after"], response.json()) == (503, "1", {"errors": [FULL]})


async def test_who_comes_beyond_the_bound_is_refused_at_once_and_nothing_is_run_nor_spent(services: Services, database_url: str) -> None:
    async with serving(services, MAX_OPERATIONS_UNDER_WAY="1", RATE_LIMIT_PER_MINUTE="20") as client:
        ada, grace = await register(client, "ada"), await register(client, "grace")
        async with rating(ada, database_url) as others:
            forget(services, grace)
            for _ in range(3):
                assert_refused(await grace.client.post(RATE_ANOTHER))
            assert_refused(await client.http.get("/graphql", params={"query": GENRES}))
            assert others == []

        answer = await grace.client.post(GENRES)
        assert (answer.status_code, answer.json()["extensions"]["cost"]["remaining"]) == (200, 19)
        [(stored,)] = await services.database.reader().fetch(select(func.count()).select_from(ratings), {})
        assert stored == 1


@pytest.mark.parametrize("shared", ["in process", "on Redis"])
async def test_of_many_that_come_in_one_moment_as_many_are_let_in_as_there_is_room_for(
    database: Database, database_url: str, shared: str, request: pytest.FixtureRequest
) -> None:
    await store(database, movies=[movie(1, "Ran")])
    state: SharedState = InProcessState() if shared == "in process" else RedisState(request.getfixturevalue("redis_url"))
    services = services_on(database, shared_state=state)
    async with serving(services, MAX_OPERATIONS_UNDER_WAY="3", RATE_LIMIT_PER_MINUTE="20") as client:
        ada = await register(client, "ada")
        forget(services, ada)
        async with locked(database_url, "BEGIN; SELECT * FROM movies FOR UPDATE"):
            sent = [asyncio.create_task(ada.client.post(RATE)) for _ in range(10)]
            await until(lambda: sum(each.done() for each in sent) == 7)
            for each in sent:
                if each.done():
                    assert_refused(each.result())
        assert sorted([(await each).status_code for each in sent]) == [200] * 3 + [503] * 7

        cost = (await ada.client.post(GENRES)).json()["extensions"]["cost"]
        assert (cost["spent"], cost["remaining"]) == (1, 16)
    await state.close()


async def test_over_websocket_and_in_streams_it_is_the_operations_error(services: Services, database_url: str) -> None:
    async with served_at(services, MAX_OPERATIONS_UNDER_WAY="1") as address, over_http(address) as client, connected(address) as socket:
        ada = await register(client, "ada")
        async with rating(ada, database_url) as others:
            for query in (GENRES, CHANGES):
                assert await socket.answers(query) == [{"id": "q", "type": "error", "payload": [FULL]}]
            for accept in (EVENTS, MULTIPART):
                async with streamed(address, accept, CHANGES) as response:
                    await response.aread()
                    assert_refused(response)
            assert (others, services.shared_state.subscribers) == ([], 0)

        [answer, end] = await socket.answers(GENRES)
        assert (answer["payload"], end["type"]) == ({"data": {"genres": []}}, "complete")


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)  # on SQLite nobody could rate while somebody waits for a lock
async def test_a_live_subscription_takes_no_room_and_gets_its_events_however_full_it_is(services: Services, database_url: str) -> None:
    async with (
        served_at(services, MAX_OPERATIONS_UNDER_WAY="1") as address,
        served_at(services) as another_process,
        over_http(address) as client,
        over_http(another_process) as elsewhere,
        connected(address) as socket,
    ):
        ada, grace = await register(client, "ada"), await register(elsewhere, "grace")
        await socket.subscribe("1", CHANGES)
        await until(lambda: services.shared_state.subscribers == 1)
        assert await client.ask(GENRES) == {"genres": []}

        async with locked(database_url, "BEGIN; SELECT * FROM movies WHERE id = 1 FOR UPDATE"):
            waiting = asyncio.create_task(ada.client.post(RATE))
            await until_under_way(client.http, 1)
            assert_refused(await client.post(GENRES))
            assert (await grace.client.post(RATE_ANOTHER)).json() == RATED
            assert (await socket.receive())["payload"] == {"data": {"ratingChanged": {"rating": {"value": 8.0}}}}
        assert (await waiting).json() == RATED


async def test_an_operation_that_fails_makes_room(services: Services) -> None:
    async with serving(services, MAX_OPERATIONS_UNDER_WAY="1") as client:
        for query, code in (("{ movies(first: 0) { totalCount } }", "BAD_USER_INPUT"), (RATE, "UNAUTHENTICATED")):
            for _ in range(2):
                assert (await client.errors(query))[0]["extensions"]["code"] == code
        assert await client.ask(GENRES) == {"genres": []}


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)  # SQLite's driver waits for the lock to the end of its own time
async def test_an_operation_that_is_ended_makes_room(services: Services, database_url: str) -> None:
    async with serving(services, MAX_OPERATIONS_UNDER_WAY="1", MAX_OPERATION_SECONDS="0.3") as client:
        ada = await register(client, "ada")
        async with locked(database_url, "BEGIN; SELECT * FROM movies FOR UPDATE"):
            [ended] = await ada.client.errors(RATE)
            assert ended["message"].startswith("This took longer than 0.3 seconds and was ended")
            assert await client.ask(GENRES) == {"genres": []}


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)  # as above
@pytest.mark.parametrize("leaving", ["completes it", "closes the connection"])
async def test_an_operation_that_its_client_leaves_makes_room(services: Services, database_url: str, leaving: str) -> None:
    async with served_at(services, MAX_OPERATIONS_UNDER_WAY="1") as address, over_http(address) as client:
        ada = await register(client, "ada")
        async with locked(database_url, "BEGIN; SELECT * FROM movies FOR UPDATE"), connected(address, ada.access_token) as socket:
            await socket.subscribe("1", RATE)
            await until_under_way(client.http, 1)
            assert_refused(await client.post(GENRES))
            await leave(socket, leaving)
            await until_under_way(client.http, 0)
            assert await client.ask(GENRES) == {"genres": []}


async def leave(socket: Socket, how: str) -> None:
    if how == "completes it":
        await socket.send({"id": "1", "type": "complete"})
    else:
        await socket.connection.close()


async def test_what_is_no_operation_is_answered_all_the_same_and_refusals_are_counted(services: Services, database_url: str) -> None:
    async with serving(services, MAX_OPERATIONS_UNDER_WAY="1") as client:
        ada = await register(client, "ada")
        async with rating(ada, database_url):
            assert_refused(await client.post(GENRES))
            for path in ("/healthz", "/readyz"):
                assert (await client.http.get(path)).json()["status"] == "ok"
            page = await client.http.get("/graphql", headers={"Accept": "text/html"})
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            seen = await samples(client.http)

    assert seen["operations_under_way",] == 1
    assert labelled(seen, "refusals_total") == {("operations_under_way",): 1}
    assert labelled(seen, "refused_requests_total") == {("SERVICE_UNAVAILABLE",): 1}
