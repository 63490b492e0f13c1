"""The recount notices every counter that is off by one."""

import pytest
from sqlalchemy import text

from db.connection import Transaction
from db.database import Database
from tests.factories import movie, rating, store, user
from tests.recount import miscounts


async def test_stored_rows_are_counted(database: Database) -> None:
    ada, heat = user(1, "ada"), movie(1, "Heat")
    await store(database, users=[ada, user(2)], movies=[heat, movie(2)], ratings=[rating(1, ada, heat, 17)])

    assert await miscounts(database) == []


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE users SET rating_count = 2", "user 1: counted [2, 17], should be [1, 17]"),
        ("UPDATE users SET rating_sum = 18", "user 1: counted [1, 18], should be [1, 17]"),
        ("UPDATE users SET is_private = 1", "user 1: private is True, ratings are public: {True}"),
        ("UPDATE movies SET rated_17 = 0, rated_16 = 1", "movie 1: counted [14272727, 1, 17, 0, 0"),
        ("UPDATE movies SET rating_sum = 16", "movie 1: counted [14181818, 1, 16, 0, 0"),
    ],
)
async def test_a_wrong_counter_is_found(database: Database, tampering: str, found: str) -> None:
    ada, heat = user(1, "ada"), movie(1, "Heat")
    await store(database, users=[ada], movies=[heat], ratings=[rating(1, ada, heat, 17)])

    async def tamper(transaction: Transaction) -> None:
        await transaction.execute(text(tampering), {})

    await database.transaction(tamper)

    [difference] = await miscounts(database)
    assert difference.startswith(found)
