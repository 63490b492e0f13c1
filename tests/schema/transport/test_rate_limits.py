"""Rate limits: what operations cost their client, what is left, and who is counted as whom."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from db.database import Database
from db.tables import ratings
from tests.accounts import register, serving
from tests.cinegraph import Cinegraph
from tests.clients import Client, over_http
from tests.databases import sqlite_url
from tests.factories import movie, store
from tests.live import EVENTS, connected, events, served_at, streamed
from tests.servers import Redis
from tests.services import services_on

ONE_POINT = "{ viewer { username } }"
FOUR_POINTS = '{ a: viewer { id } b: viewer { id } c: genres { name } movie(imdbId: "tt0000001") { title } }'
TOO_DEAR = "{ movies(first: 100) { nodes { ratings(first: 100) { nodes { value } } } } }"
RATE = 'mutation { rateMovie(input: { imdbId: "tt0000001", value: 8 }) { errors { code } } }'
SUBSCRIPTION = 'subscription { ratingChanged(imdbId: "tt0000001") { rating { value } } }'
ELEVEN_POINTS = "{ movies(first: 100) { nodes { ratings(first: 9) { nodes { value } } } } }"


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    """A client of a process that gives each client eleven points a minute."""
    await store(database, movies=[movie(1, "Ran")])
    async with serving(services_on(database), RATE_LIMIT_PER_MINUTE="11") as client:
        yield client


def cost_of(response: httpx.Response) -> tuple[int, int, int, int]:
    cost = response.json()["extensions"]["cost"]
    return cost["spent"], cost["remaining"], cost["limit"], cost["resetSeconds"]


async def test_each_answer_tells_what_it_cost_and_what_is_left(client: Client) -> None:
    first, second = await client.post(ONE_POINT), await client.post(FOUR_POINTS)

    assert cost_of(first) == (1, 10, 11, 60)
    assert cost_of(second) == (4, 6, 11, 60)
    assert list(second.json()) == ["data", "extensions"]


async def test_what_is_not_left_is_refused_with_429_and_the_seconds_to_wait_and_not_run(client: Client, database: Database) -> None:
    ada = await register(client, "ada")
    for _ in range(2):
        await ada.client.post(FOUR_POINTS)
    await ada.client.post(ONE_POINT)
    await ada.client.post(ONE_POINT)
    assert cost_of(await ada.client.post(ONE_POINT)) == (1, 0, 11, 60)

    refused = await ada.client.post(RATE)

    assert refused.status_code == 429
    assert 59 <= int(refused.headers["retry-after"]) <= 60
    wait = int(refused.headers["retry-after"])
    message = f"This costs 1, and of the 11 points for a minute 0 are left: wait {wait} seconds."
    assert refused.json()["errors"] == [{"message": message, "extensions": {"code": "RATE_LIMITED", "retryAfter": wait}}]
    assert "data" not in refused.json()
    assert cost_of(refused)[:3] == (0, 0, 11)
    [(stored,)] = await database.reader().fetch(select(func.count()).select_from(ratings), {})
    assert stored == 0


async def test_a_dear_operation_leaves_the_points_to_cheaper_ones(client: Client) -> None:
    await client.post(ONE_POINT)
    refused = await client.post(ELEVEN_POINTS)

    assert (refused.status_code, cost_of(refused)[:2]) == (429, (0, 10))
    assert cost_of(await client.post(FOUR_POINTS))[:2] == (4, 6)


async def test_what_no_minute_allows_is_too_complex_and_costs_nothing(client: Client) -> None:
    refused = await client.post(TOO_DEAR)

    [error] = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"], error["extensions"]["maxCost"]) == (200, "QUERY_TOO_COMPLEX", 11)
    assert cost_of(await client.post(ONE_POINT)) == (1, 10, 11, 60)


async def test_introspection_costs_nothing(client: Client) -> None:
    answer = await client.post("{ __typename __schema { queryType { name } } }")

    assert cost_of(answer) == (0, 11, 11, 0)


async def test_viewers_are_counted_by_themselves_and_strangers_by_address(client: Client) -> None:
    ada, grace = await register(client, "ada"), await register(client, "grace")

    # Registering cost the address five points each.
    assert cost_of(await client.post(ONE_POINT))[:2] == (1, 0)
    assert cost_of(await ada.client.post(ONE_POINT))[:2] == (1, 10)
    assert cost_of(await grace.client.post(FOUR_POINTS))[:2] == (4, 7)
    assert cost_of(await ada.client.post(ONE_POINT))[:2] == (1, 9)


async def test_an_address_is_what_a_trusted_proxy_says_and_nobody_else(database: Database) -> None:
    async def spent(client: Client, forwarded_for: str) -> int:
        return cost_of(await client.post(ONE_POINT, X_Forwarded_For=forwarded_for))[1]

    async with serving(services_on(database), RATE_LIMIT_PER_MINUTE="11") as client:
        assert [await spent(client, address) for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")] == [10, 9, 8]
    async with serving(services_on(database), RATE_LIMIT_PER_MINUTE="11", TRUSTED_PROXIES="127.0.0.1") as client:
        assert [await spent(client, address) for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")] == [10, 10, 9]


async def test_without_a_rate_limit_nothing_is_counted_nor_told(database: Database) -> None:
    async with serving(services_on(database), RATE_LIMIT_PER_MINUTE="0") as client:
        assert [(await client.post(ONE_POINT)).json() for _ in range(20)] == [{"data": {"viewer": None}}] * 20


async def test_every_transport_spends_from_the_same_points(database: Database) -> None:
    await store(database, movies=[movie(1, "Ran")])
    async with served_at(services_on(database), RATE_LIMIT_PER_MINUTE="3") as address, over_http(address) as client:
        assert cost_of(await client.post(ONE_POINT))[:2] == (1, 2)
        async with connected(address) as socket:
            [answer, _] = await socket.answers(ONE_POINT)
            assert answer["payload"]["extensions"]["cost"]["remaining"] == 1
            await socket.subscribe("1", SUBSCRIPTION)
            [refused] = await socket.answers(ONE_POINT)
        async with streamed(address, EVENTS, SUBSCRIPTION) as response:
            streamed_events = [data async for _, data in events(response) if data]

    assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
    assert [error["extensions"]["code"] for event in streamed_events for error in event["errors"]] == ["RATE_LIMITED"]


async def statuses(clients: list[Client], count: int) -> list[int]:
    """The statuses of so many operations of one point, sent to each of the clients in turn."""
    return [(await clients[number % len(clients)].post(ONE_POINT)).status_code for number in range(count)]


async def test_processes_on_one_redis_share_a_bucket_and_without_it_each_has_its_own(tmp_path: Path) -> None:
    async def body(client: Client) -> Any:  # Any: JSON
        return (await client.post(ONE_POINT)).json()["extensions"]["cost"]["remaining"]

    for name in ("redis", "one", "other"):
        (tmp_path / name).mkdir()
    one_url, other_url = sqlite_url(tmp_path / "one.db"), sqlite_url(tmp_path / "other.db")
    with (
        Redis(tmp_path / "redis") as redis,
        Cinegraph(tmp_path / "one", one_url, REDIS_URL=redis.url, RATE_LIMIT_PER_MINUTE="20") as one,
        Cinegraph(tmp_path / "other", other_url, REDIS_URL=redis.url, RATE_LIMIT_PER_MINUTE="20") as other,
    ):
        async with over_http(one.address) as first, over_http(other.address) as second:
            assert [await body(first), await body(second), await body(first)] == [19, 18, 17]
            assert await statuses([first, second], 20) == [200] * 17 + [429] * 3
            redis.kill()
            assert await statuses([first], 22) == [200] * 20 + [429] * 2
            assert await statuses([second], 22) == [200] * 20 + [429] * 2


async def test_the_workers_of_one_server_share_a_bucket_on_redis(tmp_path: Path, redis_url: str) -> None:
    database_url = sqlite_url(tmp_path / "cinegraph.db")
    with Cinegraph(tmp_path, database_url, workers=2, REDIS_URL=redis_url, RATE_LIMIT_PER_MINUTE="20") as server:
        answers = []
        for _ in range(25):  # a connection each, which either of the workers takes
            async with over_http(server.address) as client:
                answers.append((await client.post(ONE_POINT)).status_code)
        assert answers == [200] * 20 + [429] * 5
