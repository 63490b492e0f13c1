"""What a transaction raises tells whether it may have been committed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import bindparam, select, text, update

from db.connection import Transaction
from db.database import Database, open_database
from db.errors import CommitUnknown, DatabaseAway
from db.tables import movies
from tests.factories import movie, store
from tests.faults.proxy import TcpProxy
from tests.servers import MariaDB

RENAME = update(movies).where(movies.c.id == 1).values(title=bindparam("new_title"))
TITLE = select(movies.c.title)
WAIT_FOR_NO_LOCK = text("SET innodb_lock_wait_timeout = 0")

pytestmark = pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)


class Refused(Exception):
    pass


class RenameOnce:
    """Renames the movie in its first run, and raises `then` in any other."""

    def __init__(self, then: Exception) -> None:
        self._then = then
        self.runs = 0

    async def __call__(self, transaction: Transaction) -> None:
        self.runs += 1
        if self.runs > 1:
            raise self._then
        await transaction.execute(WAIT_FOR_NO_LOCK, {})
        await transaction.execute_later(RENAME, {"new_title": "Ran"})


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, movies=[movie(1, "Heat")])


@pytest.fixture
async def losing(mariadb_server: MariaDB, migrated_url: str) -> AsyncIterator[Database]:
    """The same as `database`, where the answer to the first COMMIT is lost."""
    async with TcpProxy(mariadb_server.port) as network, open_database(network.url(migrated_url)) as losing:
        network.lose_commit()
        yield losing


async def title_in(database: Database) -> str:
    [(title,)] = await database.reader().fetch(TITLE, {})
    return str(title)


async def test_a_refusal_after_a_lost_answer_tells_nothing(losing: Database, database: Database) -> None:
    rename = RenameOnce(then=Refused())

    with pytest.raises(CommitUnknown) as unknown:
        await losing.transaction(rename)

    assert isinstance(unknown.value.__cause__, Refused)
    assert rename.runs == 2
    assert await title_in(database) == "Ran"


async def test_no_more_time_after_a_lost_answer_tells_nothing(losing: Database, database: Database) -> None:
    with pytest.raises(CommitUnknown):
        await losing.transaction(RenameOnce(then=TimeoutError("as when all of it is used up")))

    assert await title_in(database) == "Ran"


async def test_no_more_time_before_a_commit_was_sent_is_known_to_have_changed_nothing(database: Database) -> None:
    rename = RenameOnce(then=TimeoutError("as when all of it is used up"))
    rename.runs = 1

    with pytest.raises(DatabaseAway) as away:
        await database.transaction(rename)

    assert not isinstance(away.value, CommitUnknown)


async def test_a_refusal_after_a_commit_that_was_refused_stands(database: Database) -> None:
    held, enough = asyncio.Event(), asyncio.Event()

    async def hold(transaction: Transaction) -> None:
        await transaction.execute(RENAME, {"new_title": "Alien"})
        held.set()
        await enough.wait()

    holding = asyncio.create_task(database.transaction(hold))
    await held.wait()
    rename = RenameOnce(then=Refused())
    with pytest.raises(Refused):
        await database.transaction(rename)
    enough.set()
    await holding

    assert rename.runs == 2
    assert await title_in(database) == "Alien"
