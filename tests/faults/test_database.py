"""What may befall the database: it is killed, it loses its connections, it cannot be reached, or others stand in the way."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncmy
import pytest
from asyncmy.cursors import Cursor
from asyncmy.errors import Error
from sqlalchemy.engine import make_url

from db.mysql import connection_options
from tests.cinegraph import Cinegraph
from tests.faults.conftest import Note, addresses
from tests.faults.endurance import endure
from tests.faults.proxy import TcpProxy
from tests.faults.traffic import AWAY, MOVIES
from tests.servers import MariaDB

OTHERS = "SELECT id FROM information_schema.processlist WHERE db = 'films' AND id != CONNECTION_ID()"


@asynccontextmanager
async def session(url: str) -> AsyncIterator[Cursor]:
    """A connection of somebody else to the same database."""
    connection = await asyncmy.connect(**connection_options(make_url(url)))
    try:
        async with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


async def test_mariadb_is_killed_and_started_again(mariadb: MariaDB, servers: list[Cinegraph], films_url: str, note: Note) -> None:
    async def fault() -> None:
        await asyncio.to_thread(mariadb.kill)
        await asyncio.sleep(3)
        await asyncio.to_thread(mariadb.start)

    endured = note(await endure("MariaDB killed with -9, away for 3 s", fault, addresses(servers), films_url))

    endured.assert_it_is_endured(AWAY)
    assert endured.failed != []


async def test_mariadb_is_killed_and_back_at_once(mariadb: MariaDB, servers: list[Cinegraph], films_url: str, note: Note) -> None:
    """Whoever finds a connection broken tries again at once: most do not notice."""

    async def fault() -> None:
        for _ in range(3):
            await asyncio.to_thread(mariadb.kill)
            await asyncio.to_thread(mariadb.start)
            await asyncio.sleep(1)

    endured = note(await endure("MariaDB killed with -9 three times, back at once", fault, addresses(servers), films_url))

    endured.assert_it_is_endured(AWAY)
    assert len(endured.failed) < len(endured.traffic.sent) / 20


async def test_connections_are_killed_one_by_one(servers: list[Cinegraph], films_url: str, note: Note) -> None:
    killed = 0

    async def fault() -> None:
        nonlocal killed
        end = time.monotonic() + 10
        async with session(films_url) as cursor:
            while time.monotonic() < end:
                await cursor.execute(OTHERS)
                for (connection,) in await cursor.fetchall():
                    with suppress(Error):  # it has just ended by itself
                        await cursor.execute(f"KILL {connection}")
                        killed += 1
                    await asyncio.sleep(0.02)

    endured = note(await endure("connections killed one by one for 10 s", fault, addresses(servers), films_url))

    assert killed > 100
    endured.assert_it_is_endured(AWAY)


@pytest.mark.parametrize("forget", [False, True], ids=["connections survive", "connections stay silent"])
async def test_the_network_swallows_everything(
    mariadb: MariaDB, films_url: str, tmp_path_factory: pytest.TempPathFactory, note: Note, forget: bool
) -> None:
    async with TcpProxy(mariadb.port) as network:
        url = films_url.replace(str(mariadb.port), str(network.port))

        async def fault() -> None:
            network.black_hole()
            await asyncio.sleep(20)
            network.heal(forget=forget)

        servers = [Cinegraph(tmp_path_factory.mktemp(name), url) for name in ("one", "two")]
        try:
            for server in servers:
                await asyncio.to_thread(server.start)
            how = "connections lost" if forget else "late delivery"
            endured = note(await endure(f"network black-holed for 20 s, {how}", fault, addresses(servers), films_url))
        finally:
            for server in servers:
                await asyncio.to_thread(server.stop)

    endured.assert_it_is_endured(AWAY)
    assert endured.failed != []


async def test_deadlocks(servers: list[Cinegraph], films_url: str, note: Note) -> None:
    """Others lock movies before users, where the server locks users before movies."""
    chance = random.Random(7)

    async def stand_in_the_way() -> None:
        async with session(films_url) as cursor:
            await cursor.execute("SET SESSION innodb_lock_wait_timeout = 2")
            while True:
                film, user = chance.randint(1, MOVIES), chance.randint(1, 16)
                with suppress(Error):  # this one was the victim
                    await cursor.execute("BEGIN")
                    await cursor.execute(f"UPDATE movies SET updated_at = updated_at + INTERVAL 1 SECOND WHERE id = {film}")
                    await asyncio.sleep(0.02)
                    await cursor.execute(f"UPDATE users SET bio = UUID() WHERE id = {user}")
                await cursor.execute("COMMIT")

    async def fault() -> None:
        in_the_way = [asyncio.create_task(stand_in_the_way()) for _ in range(8)]
        await asyncio.sleep(8)
        for each in in_the_way:
            each.cancel()
        await asyncio.gather(*in_the_way, return_exceptions=True)

    before = await deadlocks(films_url)
    endured = note(await endure("deadlocks for 8 s", fault, addresses(servers), films_url))

    assert await deadlocks(films_url) - before > 10
    endured.assert_it_is_endured()


async def deadlocks(url: str) -> int:
    async with session(url) as cursor:
        await cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
        return int((await cursor.fetchall())[0][1])


async def test_lock_timeouts(mariadb: MariaDB, films_url: str, tmp_path_factory: pytest.TempPathFactory, note: Note) -> None:
    """Somebody keeps every movie locked for longer than a statement waits for a lock."""
    async with session(films_url) as cursor:
        await cursor.execute("SET GLOBAL innodb_lock_wait_timeout = 1")

    async def fault() -> None:
        async with session(films_url) as cursor:
            await cursor.execute("BEGIN")
            await cursor.execute("SELECT id FROM movies FOR UPDATE")
            await asyncio.sleep(5)
            await cursor.execute("ROLLBACK")

    with Cinegraph(tmp_path_factory.mktemp("one"), films_url) as one, Cinegraph(tmp_path_factory.mktemp("two"), films_url) as two:
        endured = note(await endure("every movie locked for 5 s, locks time out", fault, addresses([one, two]), films_url))

    endured.assert_it_is_endured()


async def test_locks_held_beyond_the_deadline(servers: list[Cinegraph], films_url: str, note: Note) -> None:
    """Who waits too long is told so, and what was asked in vain is not done later, behind everybody's back."""

    async def fault() -> None:
        async with session(films_url) as cursor:
            await cursor.execute("BEGIN")
            await cursor.execute("SELECT id FROM movies FOR UPDATE")
            await asyncio.sleep(15)
            await cursor.execute("ROLLBACK")

    endured = note(await endure("every movie locked for 15 s", fault, addresses(servers), films_url))

    endured.assert_it_is_endured(AWAY)
    assert endured.failed != []


async def test_every_connection_of_the_pool_is_taken(servers: list[Cinegraph], films_url: str, note: Note) -> None:
    """A locked table holds up more clients than two pools have connections."""

    async def fault() -> None:
        async with session(films_url) as cursor:
            await cursor.execute("LOCK TABLES movies WRITE")
            await asyncio.sleep(7)
            await cursor.execute("UNLOCK TABLES")

    endured = note(await endure("pools exhausted for 7 s by 64 clients", fault, addresses(servers), films_url, clients=64))

    endured.assert_it_is_endured(AWAY)
    assert endured.failed != []


async def test_mariadb_refuses_connections(servers: list[Cinegraph], films_url: str, note: Note) -> None:
    """Others use up what MariaDB allows, and the server's own connections are cut: it is told that there are too many."""

    async def fault() -> None:
        async with session(films_url) as cursor:
            await cursor.execute("SET GLOBAL max_connections = 10")
            await cursor.execute(OTHERS)
            for (connection,) in await cursor.fetchall():
                with suppress(Error):
                    await cursor.execute(f"KILL {connection}")
            await asyncio.sleep(5)
            await cursor.execute("SET GLOBAL max_connections = 151")

    endured = note(await endure("ten connections in place of 32 for 5 s", fault, addresses(servers), films_url))

    endured.assert_it_is_endured(AWAY)
