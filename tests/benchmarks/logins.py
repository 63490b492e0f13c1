"""How long logins take, and whether they are in anybody's way: `python -m tests.benchmarks.logins [--logins 200]`.

Failed logins with known and unknown usernames alternate against a server of its own on a SQLite file; their medians must be
within 10% of each other. Then queries are timed alone, and while a burst of logins is going on.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

import click
import httpx

from tests.accounts import LOGIN
from tests.clients import Client, over_http
from tests.databases import sqlite_url
from tests.servers import LocalServer

SERVER = Path(__file__).parents[2] / "server.py"
QUERY = '{ user(username: "known") { username bio ratings { totalCount nodes { value } } } }'
TOLERANCE = 0.10


class Cinegraph(LocalServer):
    """The server, on an embedded database with one user, who is called known."""

    hello = b"GET /healthz HTTP/1.0\r\n\r\n"

    def command(self) -> Sequence[str]:
        return [sys.executable, str(SERVER), "serve", "--port", str(self.port)]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    await work()
    return 1000 * (time.perf_counter() - started)


def login(client: Client, username: str, password: str = "wrong password") -> Callable[[], Awaitable[object]]:
    return lambda: client.ask(LOGIN, {"input": {"username": username, "password": password}})


async def compare(client: Client, logins: int) -> float:
    """Prints both distributions; gives by how much the medians differ."""
    known, unknown = [], []
    for number in range(logins):
        known.append(await timed(login(client, "known")))
        unknown.append(await timed(login(client, f"nobody{number}")))
    for name, times in (("known", known), ("unknown", unknown)):
        print_distribution(f"failed login, {name} username", times)
    return abs(median(known) / median(unknown) - 1)


async def time_queries(client: Client, until: Callable[[int], bool]) -> list[float]:
    times: list[float] = []
    while not until(len(times)):
        times.append(await timed(lambda: client.ask(QUERY)))
    return times


async def burst(client: Client, logins: int) -> None:
    print_distribution("query, alone", await time_queries(client, lambda count: count >= logins))
    started = time.perf_counter()
    going_on = asyncio.gather(*(login(client, "known", "correct horse")() for _ in range(logins)))
    print_distribution(f"query, beside {logins} logins at once", await time_queries(client, lambda _count: going_on.done()))
    await going_on
    click.echo(f"{logins} logins at once took {time.perf_counter() - started:.1f} s")


def print_distribution(name: str, times: Sequence[float]) -> None:
    cuts = quantiles(times, n=100)
    figures = ", ".join(f"{percent}% {cuts[percent - 1]:.2f}" for percent in (5, 50, 95, 99))
    click.echo(f"{name:36} {len(times):5} times, in ms: {figures}")


async def measure(address: str, logins: int) -> float:
    async with over_http(address) as client:
        client.http.timeout = httpx.Timeout(120)
        await compare(client, 5)
        difference = await compare(client, logins)
        await burst(client, logins)
        return difference


@click.command(help=__doc__)
@click.option("--logins", default=200, show_default=True, type=click.IntRange(10), help="How many of each.")
def main(logins: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": sqlite_url(Path(folder) / "logins.db"), "RATE_LIMIT_PER_MINUTE": "0", "LOG_LEVEL": "warning"}
        subprocess.run([sys.executable, str(SERVER), "create-admin", "known"], input=b"correct horse", check=True, capture_output=True)
        with Cinegraph(Path(folder)) as server:
            difference = asyncio.run(measure(server.address, logins))
    click.echo(f"The medians of known and unknown usernames differ by {difference:.1%}.")
    sys.exit(difference > TOLERANCE)


if __name__ == "__main__":
    main()
