"""Statements that go along with the next one: they run in their order, and are part of their transaction like any other."""

import pytest
from sqlalchemy import bindparam, insert, select, text, update

from db.connection import Later, Transaction
from db.database import Database
from db.rendering import Rows
from db.tables import users
from tests.factories import EPOCH, movie, rating, store, user

ADA, BOB = user(1, "ada"), user(2, "bob")
ADD = insert(users).values({name: bindparam(name) for name in ("username", "username_key", "created_at")})
SET_BIO = update(users).where(users.c.id == bindparam("user_id")).values(bio=bindparam("new_bio"))
BIOS = select(users.c.username, users.c.bio).order_by(users.c.id)


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA, BOB])


async def test_they_run_before_the_next_statement_in_their_order(database: Database) -> None:
    async def work(transaction: Transaction) -> Rows:
        await transaction.execute_later(SET_BIO, {"user_id": 1, "new_bio": "first"})
        await transaction.execute_later(SET_BIO, {"user_id": 1, "new_bio": "100 %s; second"})
        return await transaction.fetch(BIOS, {})

    assert list(await database.transaction(work)) == [("ada", "100 %s; second"), ("bob", None)]


async def test_the_result_is_that_of_the_statement_they_went_along_with(database: Database) -> None:
    async def work(transaction: Transaction) -> int:
        await transaction.execute_later(SET_BIO, {"user_id": 1, "new_bio": "first"})
        added = await transaction.execute(ADD, {"username": "Zoe", "username_key": "zoe", "created_at": EPOCH})
        await transaction.execute_later(SET_BIO, {"user_id": added.last_id, "new_bio": "last"})
        return added.last_id

    assert await database.transaction(work) == 3
    assert list(await database.reader().fetch(BIOS, {})) == [("ada", "first"), ("bob", None), ("Zoe", "last")]


async def test_the_id_of_a_row_that_is_added_later_is_known_once_it_is_committed(database: Database) -> None:
    async def work(transaction: Transaction) -> list[Later]:
        new = [{"username": name, "username_key": name, "created_at": EPOCH} for name in ("zoe", "eve")]
        added = [await transaction.execute_later(ADD, each) for each in new]
        await transaction.execute_later(SET_BIO, {"user_id": 1, "new_bio": "first"})
        return added

    assert [later.last_id for later in await database.transaction(work)] == [3, 4]
    assert [name for name, _ in await database.reader().fetch(BIOS, {})] == ["ada", "bob", "zoe", "eve"]


async def test_they_run_before_many_rows_are_inserted(database: Database) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.execute_later(ADD, {"username": "Zoe", "username_key": "zoe", "created_at": EPOCH})
        rows = [{"username": name, "username_key": name, "created_at": EPOCH} for name in ("eve", "kim")]
        await transaction.execute_many(ADD, rows)

    await database.transaction(work)

    assert [name for name, _ in await database.reader().fetch(BIOS, {})] == ["ada", "bob", "Zoe", "eve", "kim"]


async def test_one_that_fails_undoes_the_transaction(database: Database) -> None:
    await store(database, movies=[movie(1)], ratings=[rating(1, ADA, movie(1), 12)])

    async def work(transaction: Transaction) -> None:
        await transaction.execute(SET_BIO, {"user_id": 1, "new_bio": "written"})
        await transaction.execute_later(text("UPDATE movies SET rating_count = 2"), {})
        await transaction.execute_later(SET_BIO, {"user_id": 2, "new_bio": "never run"})

    with pytest.raises(Exception, match=r"(?i)constraint"):
        await database.transaction(work)

    assert list(await database.reader().fetch(BIOS, {})) == [("ada", None), ("bob", None)]


async def test_those_of_work_that_fails_are_not_sent_with_what_comes_next(database: Database) -> None:
    async def fail(transaction: Transaction) -> None:
        await transaction.execute_later(SET_BIO, {"user_id": 1, "new_bio": "written"})
        raise LookupError

    with pytest.raises(LookupError):
        await database.transaction(fail)

    async def work(transaction: Transaction) -> Rows:
        return await transaction.fetch(BIOS, {})

    assert list(await database.transaction(work)) == [("ada", None), ("bob", None)]
