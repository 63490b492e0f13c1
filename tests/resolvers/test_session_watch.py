"""Connections end with their token: all of them are looked at together, with one statement for as many sessions as there are."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from db import session_repository
from db.database import Database, open_database
from resolvers import session_watch, sessions
from resolvers.session_watch import SessionWatch
from resolvers.sessions import Sessions
from resolvers.tokens import AccessTokens
from tests.accounts import Clock
from tests.factories import EPOCH, store, user
from tests.services import SECRET
from tests.statements import recorded


class Process:
    """One of several processes over one database, with a session of ada's for each of its tokens."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.tokens = AccessTokens([SECRET], clock.now)
        self.sessions = Sessions(database, self.tokens, timer=clock.seconds)
        self.watch = SessionWatch(self.sessions)

    async def token(self, number: int) -> str:
        session_id, token_hash = number.to_bytes(16), number.to_bytes(32)
        await self.database.transaction(lambda tx: session_repository.add(tx, session_id, 1, token_hash, EPOCH, EPOCH + timedelta(days=1)))
        return self.tokens.issue(1, session_id)[0]

    async def end(self, number: int) -> None:
        await self.database.transaction(lambda tx: session_repository.delete(tx, number.to_bytes(16)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def process(database: Database, clock: Clock) -> Process:
    await store(database, users=[user(1, "ada")])
    return Process(database, clock)


@pytest.fixture(autouse=True)
async def quick_looks(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(session_watch, "SECONDS_BETWEEN_LOOKS", 0.01)
    yield
    await asyncio.sleep(0.03)  # the last look, which ends the looking


async def test_tokens_that_are_valid_cost_one_statement_every_few_seconds(
    process: Process, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_TOGETHER", 10)
    tokens = [await process.token(number) for number in range(1, 26)]
    with recorded() as run:
        for _ in range(3):
            assert await process.sessions.no_longer_valid(tokens) == set()
        assert len(run) == 3  # of ten, ten and five
        clock.advance(seconds=sessions.BELIEVED_SECONDS + 1)
        assert await process.sessions.no_longer_valid(tokens) == set()
        assert len(run) == 6


async def test_tokens_that_are_not_valid_any_more_are_found_whatever_the_reason(process: Process, clock: Clock) -> None:
    old = await process.token(1)
    clock.advance(minutes=10)
    logged_out, ended_elsewhere, valid = [await process.token(number) for number in (2, 3, 4)]
    assert await process.sessions.no_longer_valid([old, logged_out, ended_elsewhere, valid]) == set()

    process.sessions.end([(2).to_bytes(16)])
    assert await process.sessions.no_longer_valid([old, logged_out, ended_elsewhere, valid]) == {logged_out}

    await process.end(3)
    clock.advance(minutes=6)
    assert await process.sessions.no_longer_valid([old, logged_out, ended_elsewhere, valid, "x"]) == {old, logged_out, ended_elsewhere, "x"}


async def test_a_database_that_is_away_ends_no_session_but_time_does(clock: Clock, tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path}/missing/films.db") as away:
        process = Process(away, clock)
        token, _ = process.tokens.issue(1, bytes(16))
        assert await process.sessions.no_longer_valid([token]) == set()
        clock.advance(minutes=16)
        assert await process.sessions.no_longer_valid([token]) == {token}


async def test_every_connection_of_an_ended_session_is_ended_once(process: Process) -> None:
    hers, others = await process.token(1), await process.token(2)
    ended: list[str] = []
    with (
        process.watch.watching(hers, lambda: ended.append("first")),
        process.watch.watching(hers, lambda: ended.append("second")),
        process.watch.watching(others, lambda: ended.append("another")),
    ):
        await asyncio.sleep(0.05)
        assert ended == []
        process.sessions.end([(1).to_bytes(16)])
        await asyncio.sleep(0.1)
        assert sorted(ended) == ["first", "second"]


async def test_a_connection_that_has_gone_is_left_alone_and_looking_begins_again(process: Process) -> None:
    token = await process.token(1)
    ended: list[str] = []
    with process.watch.watching(token, lambda: ended.append("gone")):
        pass
    await asyncio.sleep(0.05)
    with process.watch.watching(token, lambda: ended.append("there")):
        process.sessions.end([(1).to_bytes(16)])
        await asyncio.sleep(0.1)
    assert ended == ["there"]
