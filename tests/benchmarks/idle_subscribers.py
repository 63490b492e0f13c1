"""What idle subscribers cost: `python -m tests.benchmarks.idle_subscribers [--subscribers 1000] [--seconds 20]`.

So many subscribers, each with a session of its own, listen to one movie over each protocol in turn, on a server of its own. Measured are
the server's memory for each of them, its CPU time while nothing happens, and how long it takes until all of them have heard of a rating.
"""

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import click

from db import session_repository
from db.database import Database, open_database
from db.migrate import upgrade
from resolvers.services import utc_now
from resolvers.tokens import REFRESH_TOKEN_LIFE, AccessTokens
from tests.cinegraph import Cinegraph
from tests.clients import over_http
from tests.databases import sqlite_url
from tests.films import store_films
from tests.live import CHANGES, EVENTS, MULTIPART, RATE, connected, events, parts, streamed
from tests.services import SECRET

RATINGS = 5
USER_ID = 1
CONNECTED_AT_ONCE = 50
TICKS = os.sysconf("SC_CLK_TCK")

Heard = AsyncIterator[object]
"""Gives something for each rating."""


@asynccontextmanager
async def over_websocket(address: str, token: str) -> AsyncIterator[Heard]:
    async with connected(address, token) as socket:
        await socket.subscribe("1", CHANGES)

        async def messages() -> Heard:
            while True:
                yield await socket.receive(waiting_seconds=600)

        yield messages()


@asynccontextmanager
async def as_events(address: str, token: str) -> AsyncIterator[Heard]:
    async with streamed(address, EVENTS, CHANGES, token) as response:
        yield (data async for _, data in events(response) if data)


@asynccontextmanager
async def as_parts(address: str, token: str) -> AsyncIterator[Heard]:
    async with streamed(address, MULTIPART, CHANGES, token) as response:
        yield (part async for part in parts(response) if part)


PROTOCOLS = {"WebSocket": over_websocket, "server-sent events": as_events, "multipart": as_parts}


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def new_tokens(database: Database, count: int) -> list[str]:
    """Access tokens of as many sessions of one user."""
    tokens, now = AccessTokens([SECRET], utc_now), utc_now()
    issued = []
    for _ in range(count):
        session_id = secrets.token_bytes(16)
        add = (session_id, USER_ID, secrets.token_bytes(32), now, now + REFRESH_TOKEN_LIFE)
        await database.transaction(lambda tx, add=add: session_repository.add(tx, *add))  # type: ignore[misc]  # as in the line above
        issued.append(tokens.issue(USER_ID, session_id)[0])
    return issued


async def measure(name: str, server: Cinegraph, tokens: Sequence[str], seconds: float) -> None:
    async with over_http(server.address) as http, AsyncExitStack() as stack:
        client = http.signed_in(tokens[0])
        await client.ask(RATE, {"value": 1})
        before = resident_bytes(server.pid)
        subscribers = await enter_all(stack, [PROTOCOLS[name](server.address, token) for token in tokens])
        await asyncio.sleep(2)
        memory = (resident_bytes(server.pid) - before) / len(tokens) / 1024
        began = cpu_seconds(server.pid)
        await asyncio.sleep(seconds)
        idle = (cpu_seconds(server.pid) - began) / seconds

        took, spent = [], cpu_seconds(server.pid)
        for value in range(2, 2 + RATINGS):
            told = time.perf_counter()
            hearing = asyncio.gather(*map(anext, subscribers))
            await client.ask(RATE, {"value": value})
            await hearing
            took.append(time.perf_counter() - told)
        spent = (cpu_seconds(server.pid) - spent) / RATINGS
    click.echo(
        f"{name:20} {len(tokens)} subscribers: {memory:.1f} KiB each, {idle:.1%} of a core while idle;"
        f" all have heard of a rating after {sorted(took)[RATINGS // 2]:.2f} s, {1000 * spent / len(tokens):.2f} ms of CPU each"
    )


async def enter_all(stack: AsyncExitStack, opening: Sequence[AbstractAsyncContextManager[Heard]]) -> list[Heard]:
    entered = []
    for start in range(0, len(opening), CONNECTED_AT_ONCE):
        some = opening[start : start + CONNECTED_AT_ONCE]
        entered += await asyncio.gather(*map(stack.enter_async_context, some))
    return entered


async def run(folder: Path, url: str, subscribers: int, seconds: float) -> None:
    async with open_database(url) as database:
        await store_films(database)
        for name in PROTOCOLS:
            tokens = await new_tokens(database, subscribers)
            with Cinegraph(folder, url, JWT_SECRET=SECRET, LOG_LEVEL="warning") as server:
                await measure(name, server, tokens, seconds)


@click.command(help=__doc__)
@click.option("--subscribers", default=1000, show_default=True, type=click.IntRange(1), help="How many over each protocol.")
@click.option("--seconds", default=20.0, show_default=True, type=click.FloatRange(1), help="How long nothing happens.")
def main(subscribers: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = sqlite_url(Path(folder) / "films.db")
        upgrade(url)
        asyncio.run(run(Path(folder), url, subscribers, seconds))


if __name__ == "__main__":
    main()
