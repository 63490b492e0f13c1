"""Nobody waits for the database beyond a deadline, and what was given up leaves nothing behind."""

import asyncio
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread

import pytest
import uvloop
from sqlalchemy import Executable, bindparam, select, update

from db import lookups
from db.connection import Parameters, Transaction
from db.database import Database
from db.errors import DatabaseAway
from db.lookups import SharedLookups
from db.rendering import Rows
from db.tables import movies
from tests.factories import movie, store

RENAME = update(movies).where(movies.c.id == 1).values(title=bindparam("new_title"))
TITLE = select(movies.c.id, movies.c.title).where(movies.c.id.in_(bindparam("ids", expanding=True)))


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
async def test_a_transaction_that_waits_for_a_lock_is_given_up(database: Database) -> None:
    await store(database, movies=[movie(1, "Heat")])
    held, enough = asyncio.Event(), asyncio.Event()

    async def hold(transaction: Transaction) -> None:
        await transaction.execute(RENAME, {"new_title": "Ran"})
        held.set()
        await enough.wait()

    async def rename(transaction: Transaction) -> None:
        await transaction.execute(RENAME, {"new_title": "Alien"})

    holding = asyncio.create_task(database.transaction(hold))
    await held.wait()
    began = time.monotonic()
    with pytest.raises(DatabaseAway):
        await database.transaction(rename, seconds=0.5)
    assert 0.5 <= time.monotonic() - began < 2
    enough.set()
    await holding

    assert await database.reader().fetch(TITLE, {"ids": [1]}) == ((1, "Ran"),)
    await database.transaction(rename)
    assert await database.reader().fetch(TITLE, {"ids": [1]}) == ((1, "Alien"),)


async def test_a_transaction_that_is_undone_again_and_again_is_given_up(database: Database) -> None:
    runs = 0

    async def never(_transaction: Transaction) -> None:
        nonlocal runs
        runs += 1
        raise DatabaseAway("as after a deadlock")

    with pytest.raises(DatabaseAway):
        await database.transaction(never, seconds=0.3)

    assert runs > 2


class Silent:
    """A reader that answers the first statement, and no other."""

    def __init__(self) -> None:
        self.statements = 0

    async def fetch(self, statement: Executable, parameters: Parameters) -> Rows:
        self.statements += 1
        await asyncio.sleep(0.05 if self.statements == 1 else 60)
        return []

    async def fetch_each(self, statement: Executable, parameter_sets: Sequence[Parameters]) -> Rows:
        raise NotImplementedError


async def test_who_waits_behind_a_look_up_that_is_given_up_is_told_along_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "LOOKUP_SECONDS", 0.3)
    reader = Silent()
    shared = SharedLookups(lambda: reader)

    async def look_up(number: int, after: float) -> Rows:
        await asyncio.sleep(after)
        return await shared.fetch(TITLE, {"ids": [number]})

    began = time.monotonic()
    answers = await asyncio.gather(look_up(1, 0), look_up(2, 0.01), look_up(3, 0.15), return_exceptions=True)

    assert [type(answer) for answer in answers] == [list, DatabaseAway, DatabaseAway]
    assert time.monotonic() - began < 0.5
    assert reader.statements == 2


def test_a_server_that_closes_connections_as_they_are_made_is_away() -> None:
    """In uvloop, which serves, the driver has more than one way to say so."""

    def close_each(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()

    async def ping_often(port: int) -> None:
        database = Database(f"mysql+asyncmy://ada:secret@127.0.0.1:{port}/films")
        for _ in range(100):
            with pytest.raises(DatabaseAway):
                await database.ping()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=close_each, args=[listener], daemon=True).start()
        uvloop.run(ping_often(listener.getsockname()[1]))
        listener.shutdown(socket.SHUT_RDWR)
