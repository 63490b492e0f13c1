"""A reader keeps its connection for a statement that follows at once, and for nothing else."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Executable, literal, select

from db.database import Database, Reader
from tests.statements import recorded
from tests.waiting import until


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """One with a single connection."""
    database = Database(migrated_url, pool_size=1)
    yield database
    await database.close()


def naming(name: str) -> Executable:
    return select(literal(name))


async def read(reader: Reader, *names: str) -> None:
    for name in names:
        assert list(await reader.fetch(naming(name), {})) == [(name,)]


async def test_what_follows_at_once_goes_before_those_who_wait(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.database.KEPT_SECONDS", 60)  # however slow this machine may be
    first, second = database.reader(), database.reader()

    with recorded() as statements:
        await asyncio.gather(read(first, "a1", "a2", "a3"), read(second, "b1", "b2"))

    assert [statement.values[0] for statement in statements] == ["a1", "a2", "a3", "b1", "b2"]


async def test_nobody_keeps_it_for_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.database.KEPT_SECONDS", 0)
    first, second = database.reader(), database.reader()

    with recorded() as statements:
        await asyncio.gather(read(first, "a1", "a2"), read(second, "b1"))

    assert [statement.values[0] for statement in statements] == ["a1", "b1", "a2"]


async def test_a_reader_that_waits_for_something_else_keeps_nobody_waiting(database: Database) -> None:
    first, second = database.reader(), database.reader()
    await read(first, "a1")

    async with asyncio.timeout(2):
        await read(second, "b1")

    await read(first, "a2")


async def test_a_reader_that_is_not_used_any_more_leaves_its_connection(database: Database) -> None:
    await read(database.reader(), "a1")

    await until(lambda: database.connections.in_use == 0)


async def test_one_that_is_cancelled_leaves_its_connection(database: Database) -> None:
    reading = asyncio.create_task(read(database.reader(), "a1"))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)

    async with asyncio.timeout(2):
        await read(database.reader(), "b1")
