"""The connection breaks after a commit was sent and before its answer arrives: what was done is told as done."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from db.database import Database, open_database
from db.tables import movies
from tests.accounts import REFRESH, VIEWER, Account, answer, register, serving
from tests.clients import Client
from tests.factories import movie, store
from tests.faults.proxy import TcpProxy
from tests.recount import miscounts
from tests.servers import MariaDB
from tests.services import services_on

RATE = 'mutation { rateMovie(input: {imdbId: "tt0000001", value: 7}) { rating { value } errors { code } } }'
DELETE = 'mutation { deleteRating(input: {imdbId: "tt0000001"}) { deletedRatingId movie { ratingCount } errors { code } } }'

pytestmark = pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)


@pytest.fixture
async def network(mariadb_server: MariaDB) -> AsyncIterator[TcpProxy]:
    async with TcpProxy(mariadb_server.port) as network:
        yield network


@pytest.fixture
async def ada(database: Database, mariadb_server: MariaDB, migrated_url: str, network: TcpProxy) -> AsyncIterator[Account]:
    """A user of a server whose database is behind `network`."""
    await store(database, movies=[movie(1, "Ran")])
    async with (
        open_database(migrated_url.replace(str(mariadb_server.port), str(network.port))) as behind,
        serving(services_on(behind)) as client,
    ):
        yield await register(client, "ada")


async def test_a_rating_is_given_once(ada: Account, database: Database, network: TcpProxy) -> None:
    network.break_after(b"COMMIT")

    assert await ada.client.ask(RATE) == {"rateMovie": {"rating": {"value": 7}, "errors": []}}
    assert await database.reader().fetch(select(func.sum(movies.c.rating_count)), {}) == ((1,),)
    assert await miscounts(database) == []


async def test_a_deleted_rating_was_there(ada: Account, database: Database, network: TcpProxy) -> None:
    await ada.client.ask(RATE)
    network.break_after(b"COMMIT")

    deleted = (await ada.client.ask(DELETE))["deleteRating"]

    assert (deleted["movie"], deleted["errors"]) == ({"ratingCount": 0}, [])
    assert (await ada.client.ask(DELETE))["deleteRating"]["errors"] == [{"code": "NOT_FOUND"}]
    assert await miscounts(database) == []


async def test_a_refreshed_session_goes_on(ada: Account, network: TcpProxy) -> None:
    stranger = Client(ada.client.http)
    network.break_after(b"COMMIT")

    payload = await answer(stranger, REFRESH, refreshToken=ada.refresh_token)

    assert payload["errors"] == []
    tokens = payload["tokens"]
    assert await stranger.signed_in(tokens["accessToken"]).ask(VIEWER) == {"viewer": {"username": "ada"}}
    assert (await answer(stranger, REFRESH, refreshToken=tokens["refreshToken"]))["errors"] == []
