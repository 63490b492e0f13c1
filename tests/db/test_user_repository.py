"""Writing users: what goes with them goes in the same transaction, in a bounded number of statements and a fixed order."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from db import rating_repository, user_repository
from db.connection import Transaction
from db.database import Database, open_database
from db.errors import DuplicateRow
from db.rendering import Rendered
from db.tables import HALF_POINTS, movies, ratings, users
from tests.databases import MigratedTables
from tests.factories import EPOCH, Columns, movie, rating, store, user
from tests.servers import MariaDB
from tests.statements import recorded

MOVIES = 40
FILMS = [movie(number) for number in range(1, MOVIES + 1)]


def ratings_by(rater: Columns) -> list[Columns]:
    """One of every movie, over all twenty values."""
    first = (rater["id"] - 1) * MOVIES + 1
    return [rating(first + place, rater, film, place % 20 + 1) for place, film in enumerate(FILMS)]


async def filled(database: Database, *names: str) -> list[Columns]:
    raters = [user(number, name) for number, name in enumerate(names, 1)]
    await store(database, users=raters, movies=FILMS, ratings=[each for rater in raters for each in ratings_by(rater)])
    return raters


async def delete(database: Database, user_id: int) -> list[int]:
    async def work(transaction: Transaction) -> list[int]:
        await user_repository.lock(transaction, user_id)
        return list(await user_repository.delete(transaction, user_id))

    return await database.transaction(work)


async def counters(database: Database) -> list[tuple[Any, ...]]:  # Any: integers
    """Each movie's counters as they are kept."""
    kept = (movies.c.id, movies.c.rating_count, movies.c.rating_sum, *(movies.c[f"rated_{value}"] for value in HALF_POINTS))
    return list(await database.reader().fetch(select(*kept).order_by(movies.c.id), {}))


async def recounted(database: Database) -> list[tuple[Any, ...]]:  # Any: integers
    """The same, counted from the ratings."""
    values = [func.coalesce(func.sum(ratings.c.half_points == value), 0) for value in HALF_POINTS]
    counted = (movies.c.id, func.count(ratings.c.id), func.coalesce(func.sum(ratings.c.half_points), 0), *values)
    statement = select(*counted).outerjoin(ratings, ratings.c.movie_id == movies.c.id).group_by(movies.c.id).order_by(movies.c.id)
    return [tuple(map(int, row)) for row in await database.reader().fetch(statement, {})]


async def test_a_deleted_user_takes_ratings_and_their_share_of_every_counter_along(database: Database) -> None:
    await filled(database, "ada", "bob")
    assert await delete(database, 1) == list(range(1, MOVIES + 1))

    assert await database.reader().fetch(select(users.c.username, users.c.rating_count), {}) in ([("bob", MOVIES)], (("bob", MOVIES),))
    assert await counters(database) == await recounted(database)
    assert (await counters(database))[0][:3] == (1, 1, 1)
    assert await delete(database, 2) == list(range(1, MOVIES + 1))
    assert await counters(database) == [(number, *[0] * 22) for number in range(1, MOVIES + 1)]


async def test_deleting_costs_the_same_few_statements_however_much_was_rated(database: Database) -> None:
    await filled(database, "ada")
    with recorded() as statements:
        await delete(database, 1)
    assert len([each for each in statements if each.text not in ("BEGIN", "BEGIN IMMEDIATE", "COMMIT")]) <= 6


async def test_users_who_share_movies_are_deleted_and_rate_at_once(database: Database) -> None:
    names = [f"user{number}" for number in range(1, 9)]
    await filled(database, *names)

    async def rate(user_id: int) -> None:
        for film in FILMS[::-1]:
            rate_it = partial(rating_repository.upsert, user_id=user_id, imdb_id=film["imdb_id"], half_points=user_id, rated_at=EPOCH)
            await database.transaction(rate_it)

    await asyncio.gather(*(delete(database, number) for number in range(1, 5)), *(rate(number) for number in range(5, 9)))

    left = await database.reader().fetch(select(users.c.username).order_by(users.c.id), {})
    assert [name for (name,) in left] == names[4:]
    assert await counters(database) == await recounted(database)
    assert (await counters(database))[0] == (1, 4, 5 + 6 + 7 + 8, *[int(value in (5, 6, 7, 8)) for value in HALF_POINTS])


@pytest.fixture
def migrated_mariadb_url(mariadb_url: str, mariadb_server: MariaDB, migrated_tables: MigratedTables) -> str:
    migrated_tables.copy_to(mariadb_url, mariadb_server)
    return mariadb_url


async def test_movies_are_locked_by_id_through_the_index_that_has_them_so(migrated_mariadb_url: str) -> None:
    async with open_database(migrated_mariadb_url) as database:
        await filled(database, "ada", "bob")
        with recorded() as statements:
            await delete(database, 1)
        [locking] = [each for each in statements if "STRAIGHT_JOIN" in each.text]
        async with database._backend.begin() as connection:
            explained = (await connection.run(Rendered(f"EXPLAIN {locking.text}"), [2])).rows
    table, key, extra = 2, 5, -1
    assert [(row[table], row[key]) for row in explained] == [("ratings", "ratings_one_per_user_id_movie_id"), ("movies", "PRIMARY")]
    assert all("filesort" not in str(row[extra]) for row in explained)


async def test_privacy_changes_with_that_of_every_rating(database: Database) -> None:
    await filled(database, "ada", "bob")

    async def hide(transaction: Transaction, hidden: bool) -> None:
        locked = await user_repository.lock(transaction, 1)
        assert locked is not None
        await user_repository.update_profile(transaction, locked.user, locked.user._replace(is_private=hidden))

    statement = select(ratings.c.user_id, ratings.c.is_public, func.count()).group_by(ratings.c.user_id, ratings.c.is_public)
    for hidden in (True, False):
        await database.transaction(partial(hide, hidden=hidden))
        assert sorted(await database.reader().fetch(statement, {})) == [(1, not hidden, MOVIES), (2, True, MOVIES)]


async def test_a_name_is_one_users_whatever_its_case(database: Database) -> None:
    async def add(transaction: Transaction, username: str) -> int:
        return (await user_repository.add(transaction, username, "$hash", EPOCH)).id

    first = await database.transaction(lambda tx: add(tx, "Ada"))
    with pytest.raises(DuplicateRow):
        await database.transaction(lambda tx: add(tx, "aDA"))
    found = await user_repository.get_credentials_by_username(database.reader(), "ADA")
    assert found is not None
    assert (found.user.id, found.user.username, found.user.created_at, found.password_hash) == (first, "Ada", EPOCH, "$hash")
