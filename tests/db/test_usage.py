"""What is counted of statements, rows and connections, on both databases."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, literal, select

from db.connection import Transaction
from db.database import Database
from db.errors import DuplicateRow
from db.tables import users
from db.usage import Connections
from tests.waiting import until

ONE, BOTH = select(literal(1)), select(literal(1)).union_all(select(literal(2)))
NEW_USER = insert(users).values(username="ada", username_key="ada", created_at=datetime(2026, 1, 1, tzinfo=UTC))


async def test_statements_and_their_rows_are_counted(database: Database) -> None:
    usage = database.usage
    before = usage.statements, usage.rows
    await database.reader().fetch(ONE, {})
    await database.reader().fetch(BOTH, {})

    assert (usage.statements - before[0], usage.rows - before[1]) == (2, 3)


async def test_a_transactions_statements_are_counted_each(database: Database) -> None:
    usage = database.usage
    before = usage.statements

    async def work(transaction: Transaction) -> None:
        await transaction.execute_later(NEW_USER, {})
        await transaction.fetch(ONE, {})
        await transaction.execute(NEW_USER, {})

    with pytest.raises(DuplicateRow):
        await database.transaction(work)
    assert usage.statements - before == 2


async def test_connections_are_in_use_while_somebody_holds_them(database: Database) -> None:
    seen = []

    async def work(transaction: Transaction) -> None:
        await transaction.fetch(ONE, {})
        seen.append(database.connections)

    await database.transaction(work)
    await until(lambda: not database.connections.in_use)  # SQLite's takes a moment to give back

    assert seen == [Connections(in_use=1, idle=0)]
    assert database.connections == Connections(in_use=0, idle=1)


async def test_only_those_who_find_every_connection_taken_wait(migrated_url: str) -> None:
    database = Database(migrated_url, pool_size=1)
    try:

        async def hold(_transaction: Transaction) -> None:
            await asyncio.sleep(0.2)

        holding = asyncio.create_task(database.transaction(hold))
        await asyncio.sleep(0.1)
        assert (database.usage.waits, database.usage.wait_seconds) == (0, 0)
        await database.reader().fetch(ONE, {})
        await holding

        assert database.usage.waits == 1
        assert 0.05 < database.usage.wait_seconds < 0.5
    finally:
        await database.close()


@pytest.mark.parametrize("migrated_url", ["mariadb"], indirect=True)
async def test_who_waits_for_a_connection_has_it_before_who_comes_later(migrated_url: str) -> None:
    database, order = Database(migrated_url, pool_size=1), []

    async def take(name: str) -> None:
        async def work(transaction: Transaction) -> None:
            await transaction.fetch(ONE, {})
            order.append(name)

        await database.transaction(work)
        if name == "first":
            await take("first once more")

    try:
        await asyncio.gather(*(take(name) for name in ("first", "second", "third")))
    finally:
        await database.close()

    assert order == ["first", "second", "third", "first once more"]
