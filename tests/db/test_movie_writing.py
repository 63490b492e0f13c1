"""Deleting a movie on MariaDB locks its raters before it, as whoever rates does, and nobody else."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import Executable, select

from db import movie_writing
from db.connection import Transaction
from db.database import Database
from db.tables import ratings, users
from tests.factories import movie, rating, store, user

SECONDS_TO_BE_BLOCKED = 0.5

HEAT, RAN = movie(1, "Heat"), movie(2, "Ran")
RATERS, OTHERS = [user(number) for number in range(1, 11)], [user(number) for number in range(11, 101)]

pytestmark = pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    of_heat = [rating(number, rater, HEAT, 10) for number, rater in enumerate(RATERS, start=1)]
    of_ran = [rating(number, rater, RAN, 10) for number, rater in enumerate(OTHERS, start=11)]
    await store(database, users=[*RATERS, *OTHERS], movies=[HEAT, RAN], ratings=[*of_heat, *of_ran])


async def is_blocked(database: Database, locking: Executable) -> bool:
    """Whether a transaction of its own has to wait for the rows that `locking` locks."""

    async def work(transaction: Transaction) -> None:
        await transaction.fetch(locking, {})

    try:
        await asyncio.wait_for(database.transaction(work), SECONDS_TO_BE_BLOCKED)
    except TimeoutError:
        return True
    return False


async def while_open(database: Database, step: Callable[[Transaction], Awaitable[object]], look: Callable[[], Awaitable[None]]) -> None:
    async def work(transaction: Transaction) -> None:
        await step(transaction)
        await look()

    await database.transaction(work)


async def test_raters_are_locked_and_not_yet_their_ratings(database: Database) -> None:
    async def lock_raters(transaction: Transaction) -> None:
        await transaction.fetch(movie_writing.LOCK_RATERS, {"wanted_imdb_id": "tt0000001"})

    async def look() -> None:
        assert await is_blocked(database, select(users.c.id).where(users.c.id == 1).with_for_update())
        assert await is_blocked(database, select(users.c.id).where(users.c.id == 10).with_for_update())
        assert not await is_blocked(database, select(users.c.id).where(users.c.id == 11).with_for_update())
        assert not await is_blocked(database, select(users.c.id).where(users.c.id == 100).with_for_update())
        assert not await is_blocked(database, select(ratings.c.id).where(ratings.c.id == 1).with_for_update())

    await while_open(database, lock_raters, look)


async def test_a_deletion_leaves_others_free(database: Database) -> None:
    async def delete(transaction: Transaction) -> None:
        assert await movie_writing.delete(transaction, "tt0000001") == 1

    async def look() -> None:
        assert await is_blocked(database, select(users.c.id).where(users.c.id == 5).with_for_update())
        assert not await is_blocked(database, select(users.c.id).where(users.c.id == 50).with_for_update())
        assert not await is_blocked(database, select(ratings.c.id).where(ratings.c.user_id == 50).with_for_update())

    await while_open(database, delete, look)
