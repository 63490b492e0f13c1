"""What may befall the processes: the server is killed or stopped, and so is Redis."""

import asyncio

import pytest

from tests.cinegraph import Cinegraph
from tests.faults.conftest import Note, addresses
from tests.faults.endurance import Fault, endure
from tests.faults.test_database import session
from tests.servers import Redis

GONE = ("ConnectError", "ReadError", "RemoteProtocolError", "WriteError")
"""What a client meets whose server has ended."""


async def test_a_server_is_killed_and_started_again(servers: list[Cinegraph], films_url: str, note: Note) -> None:
    async def fault() -> None:
        for server in servers:
            await asyncio.to_thread(server.kill)
            await asyncio.sleep(1)
            await asyncio.to_thread(server.start)

    endured = note(await endure("both servers killed with -9, one by one", fault, addresses(servers), films_url))

    endured.assert_it_is_endured(*GONE)
    assert endured.failed != []


async def test_a_server_is_told_to_stop(servers: list[Cinegraph], films_url: str, note: Note) -> None:
    """While many requests wait for a lock. Who was let in is answered; who came too late has nothing done."""
    waiting_then: list[str] = []

    async def fault() -> None:
        async with session(films_url) as cursor:
            await cursor.execute("BEGIN")
            await cursor.execute("SELECT id FROM movies FOR UPDATE")
            await asyncio.sleep(1)
            stopping = asyncio.create_task(asyncio.to_thread(servers[0].stop))
            await asyncio.sleep(1)
            waiting_then.extend("running" for _ in range(not stopping.done()))
            await cursor.execute("ROLLBACK")
            await stopping
        await asyncio.to_thread(servers[0].start)

    endured = note(await endure("SIGTERM under load", fault, addresses(servers), films_url))

    assert waiting_then == ["running"]
    endured.assert_it_is_endured(*GONE)
    answered = {line.get("request_id") for line in servers[0].log()}
    assert [each for each in endured.failed if each.id in answered] == []


@pytest.mark.parametrize("seconds", [0, 3])
async def test_redis_is_killed(films_url: str, tmp_path_factory: pytest.TempPathFactory, note: Note, seconds: int) -> None:
    """What it held is kept by each process itself until it is back."""
    with Redis(tmp_path_factory.mktemp("redis")) as redis:
        one, two = (
            Cinegraph(tmp_path_factory.mktemp(name), films_url, REDIS_URL=redis.url, RATE_LIMIT_PER_MINUTE="10000000")
            for name in ("one", "two")
        )
        with one, two:
            endured = note(await endure(f"Redis killed, away for {seconds} s", _killing(redis, seconds), addresses([one, two]), films_url))

    endured.assert_it_is_endured()


def _killing(redis: Redis, seconds: int) -> Fault:
    async def fault() -> None:
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(redis.start)

    return fault
