"""Many clients at once over HTTP, on two processes and a MariaDB: every counter is what a recount says."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import Database
from tests.accounts import Account, register
from tests.cinegraph import Cinegraph
from tests.clients import Client, errors_of, over_http
from tests.factories import movie, store
from tests.recount import miscounts

CLIENTS = 50
RATE = """mutation ($value: Float!) { rateMovie(input: {imdbId: "tt0000001", value: $value}) {
    rating { value } movie { ratingCount averageRating } errors { message }
} }"""
DELETE = 'mutation { deleteRating(input: {imdbId: "tt0000001"}) { movie { ratingCount } errors { message } } }'
FIGURES = '{ movie(imdbId: "tt0000001") { ratingCount averageRating ratingDistribution { count } ratings(first: 100) { totalCount } } }'

pytestmark = pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)


@pytest.fixture
def server(tmp_path: Path, migrated_url: str) -> Iterator[Cinegraph]:
    with Cinegraph(tmp_path, migrated_url, workers=2) as server:
        yield server


async def rate(client: Client, value: float) -> None:
    answer = (await client.ask(RATE, {"value": value}))["rateMovie"]
    assert answer["errors"] == []
    assert answer["rating"] == {"value": value}
    assert 1 <= answer["movie"]["ratingCount"] <= CLIENTS


async def delete(client: Client) -> None:
    assert (await client.ask(DELETE))["deleteRating"]["errors"] == []


async def register_all(client: Client) -> list[Account]:
    return await asyncio.gather(*(register(client, f"rater{number}") for number in range(CLIENTS)))


async def test_fifty_clients_rate_one_movie_at_once(server: Cinegraph, database: Database) -> None:
    await store(database, movies=[movie(1, "Heat")])

    async def rate_twice_and_perhaps_delete(number: int, account: Account) -> None:
        await rate(account.client, 10)
        await rate(account.client, (number % 20 + 1) / 2)
        if number % 5 == 0:
            await delete(account.client)

    async with over_http(server.address) as client:
        accounts = await register_all(client)
        await asyncio.gather(*(rate_twice_and_perhaps_delete(number, account) for number, account in enumerate(accounts)))
        figures = (await client.ask(FIGURES))["movie"]

    given = [number % 20 + 1 for number in range(CLIENTS) if number % 5]
    assert figures == {
        "ratingCount": 40,
        "averageRating": sum(given) / len(given) / 2,
        "ratingDistribution": [{"count": given.count(half_points)} for half_points in range(1, 21)],
        "ratings": {"totalCount": 40},
    }
    assert await miscounts(database) == []


async def test_one_user_rates_one_movie_fifty_times_at_once(server: Cinegraph, database: Database) -> None:
    await store(database, movies=[movie(1, "Heat")])

    async with over_http(server.address) as client:
        account = await register(client, "ada")
        await asyncio.gather(*(rate(account.client, (number % 20 + 1) / 2) for number in range(CLIENTS)))
        figures = (await client.ask(FIGURES))["movie"]

    assert (figures["ratingCount"], figures["ratings"]) == (1, {"totalCount": 1})
    assert await miscounts(database) == []


async def test_fifty_clients_come_and_go_and_hide_while_they_rate(server: Cinegraph, database: Database) -> None:
    await store(database, movies=[movie(1, "Heat")])
    hide = "mutation ($hidden: Boolean!) { updateUser(input: {isPrivate: $hidden}) { errors { message } } }"
    leave = 'mutation { deleteUser(input: {password: "correct horse"}) { errors { message } } }'

    async def hide_or_leave(number: int, account: Account) -> None:
        if number % 3 == 0:
            await account.client.ask(hide, {"hidden": number % 2 == 0})
        elif number % 5 == 0:
            assert (await account.client.ask(leave))["deleteUser"]["errors"] == []

    async with over_http(server.address) as client:
        accounts = await register_all(client)
        await asyncio.gather(*(rate(account.client, 7) for account in accounts))
        leaving = asyncio.gather(*(hide_or_leave(number, account) for number, account in enumerate(accounts)))
        answers = [answer.json() for answer in await asyncio.gather(*(account.client.post(RATE, {"value": 3}) for account in accounts))]
        await leaving
        figures = (await client.ask(FIGURES))["movie"]

    left = [number for number in range(CLIENTS) if number % 3 and number % 5 == 0]
    refused = {number for number, answer in enumerate(answers) if "errors" in answer}
    assert refused <= set(left)
    assert {errors_of(answers[number])[0]["extensions"]["code"] for number in refused} <= {"UNAUTHENTICATED"}
    assert figures["ratingCount"] == CLIENTS - len(left)
    assert await miscounts(database) == []
