"""The connection breaks when a commit is carried out and before its answer arrives.

What was done is told as done where running it again can tell; else it is told that nobody knows, and never as refused.
"""

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher
from httpx import Response
from sqlalchemy import Table, func, select

from db.database import Database, open_database
from db.tables import movies, sessions, users
from schema.errors import UNKNOWN
from tests.accounts import (
    CHANGE_PASSWORD,
    DELETE_USER,
    LOGIN,
    LOGOUT,
    LOGOUT_EVERYWHERE,
    PASSWORD,
    REFRESH,
    REGISTER,
    UPDATE_USER,
    VIEWER,
    WRONG_LOGIN,
    WRONG_REFRESH_TOKEN,
    Account,
    answer,
    login,
    make_admin,
    register,
    serving,
    set_password_hash,
)
from tests.clients import Client
from tests.factories import movie, store
from tests.faults.proxy import TcpProxy
from tests.recount import miscounts
from tests.resolvers.importing import ADA, PARASITE, asking, import_one
from tests.servers import MariaDB
from tests.services import QUICK_HASHER, services_on
from tests.upstream import Upstream

RATE = 'mutation { rateMovie(input: {imdbId: "tt0000001", value: 7}) { rating { value } errors { code } } }'
DELETE_RATING = 'mutation { deleteRating(input: {imdbId: "tt0000001"}) { deletedRatingId movie { ratingCount } errors { code } } }'
DELETE_MOVIE = 'mutation { answer: deleteMovie(input: {imdbId: "tt0000001"}) { deletedMovieId errors { code } } }'
NEW_PASSWORD = "battery staple"

pytestmark = pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)


@pytest.fixture
async def network(mariadb_server: MariaDB) -> AsyncIterator[TcpProxy]:
    async with TcpProxy(mariadb_server.port) as network:
        yield network


@pytest.fixture
async def behind(migrated_url: str, network: TcpProxy) -> AsyncIterator[Database]:
    """The same as `database`, through `network`."""
    async with open_database(network.url(migrated_url)) as behind:
        yield behind


@pytest.fixture
async def ada(database: Database, behind: Database) -> AsyncIterator[Account]:
    """A user of a server whose database is behind `network`."""
    await store(database, movies=[movie(1, "Ran")])
    async with serving(services_on(behind)) as client:
        yield await register(client, "ada")


async def lose_a_commit(network: TcpProxy, client: Client, document: str, **given: str) -> Response:
    network.lose_commit()
    return await client.post(document, {"input": given} if given else None)


def assert_unknown(response: Response) -> None:
    [error] = response.json()["errors"]
    assert (response.status_code, response.json()["data"]) == (503, {"answer": None})
    assert (error["message"], error["path"], error["extensions"]) == (UNKNOWN, ["answer"], {"code": "SERVICE_UNAVAILABLE"})


async def count_of(database: Database, table: Table) -> int:
    [(rows,)] = await database.reader().fetch(select(func.count()).select_from(table), {})
    return int(rows)


async def test_a_rating_is_given_once(ada: Account, database: Database, network: TcpProxy) -> None:
    network.lose_commit()

    assert await ada.client.ask(RATE) == {"rateMovie": {"rating": {"value": 7}, "errors": []}}
    assert await database.reader().fetch(select(func.sum(movies.c.rating_count)), {}) == ((1,),)
    assert await miscounts(database) == []


async def test_a_deleted_rating_was_there(ada: Account, database: Database, network: TcpProxy) -> None:
    await ada.client.ask(RATE)
    network.lose_commit()

    deleted = (await ada.client.ask(DELETE_RATING))["deleteRating"]

    assert (deleted["movie"], deleted["errors"]) == ({"ratingCount": 0}, [])
    assert (await ada.client.ask(DELETE_RATING))["deleteRating"]["errors"] == [{"code": "NOT_FOUND"}]
    assert await miscounts(database) == []


async def test_a_refreshed_session_goes_on(ada: Account, network: TcpProxy) -> None:
    stranger = Client(ada.client.http)
    network.lose_commit()

    payload = await answer(stranger, REFRESH, refreshToken=ada.refresh_token)

    assert payload["errors"] == []
    tokens = payload["tokens"]
    assert await stranger.signed_in(tokens["accessToken"]).ask(VIEWER) == {"viewer": {"username": "ada"}}
    assert (await answer(stranger, REFRESH, refreshToken=tokens["refreshToken"]))["errors"] == []


async def test_a_renamed_user_has_the_name(ada: Account, network: TcpProxy) -> None:
    network.lose_commit()

    payload = await answer(ada.client, UPDATE_USER, username="countess", bio="Poetical science.")

    assert payload["errors"] == []
    assert (payload["user"]["username"], payload["user"]["bio"]) == ("countess", "Poetical science.")
    assert await ada.client.ask(VIEWER) == {"viewer": {"username": "countess"}}


async def test_sessions_that_have_all_ended_are_refused_at_once(ada: Account, database: Database, network: TcpProxy) -> None:
    network.lose_commit()

    assert await answer(ada.client, LOGOUT_EVERYWHERE) == {"errors": []}
    assert (await ada.client.post(VIEWER)).status_code == 401
    assert await count_of(database, sessions) == 0


async def test_an_imported_film_was_created(database: Database, behind: Database, network: TcpProxy, upstream: Upstream) -> None:
    await store(database, users=[ADA])
    async with asking(upstream, behind) as insider:
        network.lose_commit()

        imported = await import_one(insider, imdbId=PARASITE)

        assert (imported["created"], imported["movie"]["title"], imported["errors"]) == (True, "Parasite", [])
        assert (await import_one(insider, imdbId=PARASITE))["created"] is False
    assert await count_of(database, movies) == 1


async def test_whoever_has_registered_is_not_told_that_the_name_is_taken(ada: Account, database: Database, network: TcpProxy) -> None:
    stranger = Client(ada.client.http)

    assert_unknown(await lose_a_commit(network, stranger, REGISTER, username="bob", password=PASSWORD))

    assert (await count_of(database, users), await count_of(database, sessions)) == (2, 2)
    bob = await login(stranger, "bob")
    assert await bob.client.ask(VIEWER) == {"viewer": {"username": "bob"}}


async def test_whoever_has_a_new_password_is_not_told_that_the_old_one_is_wrong(
    ada: Account, database: Database, network: TcpProxy
) -> None:
    passwords = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}

    assert_unknown(await lose_a_commit(network, ada.client, CHANGE_PASSWORD, **passwords))

    stranger = Client(ada.client.http)
    assert await count_of(database, sessions) == 1  # the one that came with the new password, whose tokens are lost
    assert (await answer(stranger, REFRESH, refreshToken=ada.refresh_token))["errors"] == [WRONG_REFRESH_TOKEN]
    assert (await answer(stranger, LOGIN, username="ada", password=PASSWORD))["errors"] == [WRONG_LOGIN]
    await login(stranger, "ada", NEW_PASSWORD)


async def test_whose_password_was_hashed_anew_is_not_told_that_it_is_wrong(ada: Account, database: Database, network: TcpProxy) -> None:
    await set_password_hash(database, "ada", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD))
    stranger = Client(ada.client.http)

    assert_unknown(await lose_a_commit(network, stranger, LOGIN, username="ada", password=PASSWORD))

    [(stored,)] = await database.reader().fetch(select(users.c.password_hash), {})
    assert not QUICK_HASHER.check_needs_rehash(stored)
    assert await count_of(database, sessions) == 2
    await login(stranger, "ada")


async def test_whoever_has_logged_out_is_not_told_that_the_token_is_wrong(ada: Account, database: Database, network: TcpProxy) -> None:
    stranger = Client(ada.client.http)
    bob = await register(stranger, "bob")

    assert_unknown(await lose_a_commit(network, stranger, LOGOUT, refreshToken=ada.refresh_token))

    assert await count_of(database, sessions) == 1
    assert (await answer(stranger, REFRESH, refreshToken=ada.refresh_token))["errors"] == [WRONG_REFRESH_TOKEN]
    assert (await answer(stranger, REFRESH, refreshToken=bob.refresh_token))["errors"] == []


async def test_whose_account_is_deleted_is_not_told_that_it_was_by_somebody_else(
    ada: Account, database: Database, network: TcpProxy
) -> None:
    await ada.client.ask(RATE)

    assert_unknown(await lose_a_commit(network, ada.client, DELETE_USER, password=PASSWORD))

    assert (await count_of(database, users), await count_of(database, sessions)) == (0, 0)
    assert await database.reader().fetch(select(movies.c.rating_count), {}) == ((0,),)
    assert await miscounts(database) == []


async def test_whoever_has_deleted_a_movie_is_not_told_that_it_was_never_there(ada: Account, database: Database, network: TcpProxy) -> None:
    await ada.client.ask(RATE)
    await make_admin(database, "ada")
    admin = await login(Client(ada.client.http), "ada")

    assert_unknown(await lose_a_commit(network, admin.client, DELETE_MOVIE))

    assert await count_of(database, movies) == 0
    assert await database.reader().fetch(select(users.c.rating_count), {}) == ((0,),)
    assert await miscounts(database) == []
    assert await answer(admin.client, DELETE_MOVIE) == {"deletedMovieId": None, "errors": [{"code": "NOT_FOUND"}]}
