"""A session's state is believed for seconds, and its end is known at once where it was ended."""

import asyncio
from dataclasses import dataclass

import pytest

from db import session_repository
from db.connection import Connection
from db.database import Database
from db.rows import SessionRow
from resolvers.access import Viewer
from resolvers.errors import Unauthenticated
from resolvers.sessions import BELIEVED_SECONDS, Sessions
from resolvers.tokens import AccessTokens
from tests.accounts import Clock
from tests.factories import EPOCH, store, user
from tests.services import SECRET
from tests.statements import recorded

SESSION_ID = bytes(range(16))


@dataclass
class Process:
    """One of several processes over one database."""

    tokens: AccessTokens
    sessions: Sessions

    async def knows(self, token: str) -> bool:
        try:
            await self.sessions.viewer(token)
        except Unauthenticated:
            return False
        return True


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def token(database: Database, clock: Clock) -> str:
    """An access token of ada's, whose session has begun."""
    await store(database, users=[user(1, "ada", is_private=True)])
    await database.transaction(lambda tx: session_repository.add(tx, SESSION_ID, 1, bytes(32), EPOCH, EPOCH))
    return process(database, clock).tokens.issue(1, SESSION_ID)[0]


def process(database: Database, clock: Clock) -> Process:
    tokens = AccessTokens([SECRET], clock.now)
    return Process(tokens, Sessions(database, tokens, timer=clock.seconds))


async def end(database: Database) -> None:
    await database.transaction(lambda tx: session_repository.delete(tx, SESSION_ID))


async def test_a_viewer_costs_one_statement_every_three_seconds(database: Database, token: str, clock: Clock) -> None:
    one = process(database, clock)
    with recorded() as statements:
        for _ in range(50):
            assert await one.sessions.viewer(token) == Viewer(1, SESSION_ID.hex(), is_admin=False, is_private=True)
        assert len(statements) == 1
        clock.advance(seconds=BELIEVED_SECONDS)
        await one.sessions.viewer(token)
        assert len(statements) == 2


async def test_an_end_is_known_at_once_here_and_within_three_seconds_elsewhere(database: Database, token: str, clock: Clock) -> None:
    here, elsewhere = process(database, clock), process(database, clock)
    assert await here.knows(token)
    assert await elsewhere.knows(token)

    await end(database)
    here.sessions.end([SESSION_ID])

    assert not await here.knows(token)
    clock.advance(seconds=BELIEVED_SECONDS - 0.1)
    assert await elsewhere.knows(token)
    clock.advance(seconds=0.1)
    assert not await elsewhere.knows(token)
    assert not await here.knows(token)


async def test_an_answer_that_was_under_way_does_not_bring_a_session_back(
    database: Database, token: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = process(database, clock)
    read, go_on = asyncio.Event(), asyncio.Event()
    get = session_repository.get

    async def get_slowly(connection: Connection, session_id: bytes) -> SessionRow | None:
        session = await get(connection, session_id)
        read.set()
        await go_on.wait()
        return session

    monkeypatch.setattr(session_repository, "get", get_slowly)
    under_way = asyncio.create_task(one.knows(token))
    await read.wait()
    await end(database)
    one.sessions.end([SESSION_ID])
    go_on.set()

    assert not await under_way
    assert not await one.knows(token)


async def test_a_forgotten_session_is_asked_for_anew(database: Database, token: str, clock: Clock) -> None:
    one = process(database, clock)
    await one.sessions.viewer(token)
    one.sessions.forget(SESSION_ID.hex())
    with recorded() as statements:
        await one.sessions.viewer(token)
    assert len(statements) == 1


async def test_a_session_is_its_own_users_alone(database: Database, token: str, clock: Clock) -> None:
    await store(database, users=[user(2, "bob")])
    one = process(database, clock)
    assert not await one.knows(one.tokens.issue(2, SESSION_ID)[0])
    assert await one.knows(token)
