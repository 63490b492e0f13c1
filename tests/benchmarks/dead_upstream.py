"""Whether a dead outside service is in anybody's way: `python -m tests.benchmarks.dead_upstream [--queries 1000]`.

A server of its own, on a SQLite file with twenty films, asks an emulated TMDB. A hundred clients ask the same at once, and the calls
that TMDB gets are counted. Then TMDB hangs: a query that needs only the database is timed on the idle server, while a hundred other
clients (each with an address of its own) wait for TMDB, and once they have gone.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

import click

from db.database import open_database
from db.migrate import upgrade
from tests.cinegraph import Cinegraph
from tests.clients import Client, over_http
from tests.databases import sqlite_url
from tests.films import store_films
from tests.upstream import Upstream
from tests.upstream.misbehaviour import hang, late

CLIENTS = 100
MOVIES = "{ movies(first: 20) { totalCount nodes { title year genres averageRating ratingCount } } }"
SEARCH = "query ($words: String!) { searchTmdb(query: $words) { results { title } } }"


def address(number: int) -> str:
    return f"192.0.2.{number}"


async def search(client: Client, words: str, number: int) -> str:
    """What came of a search: its code, or OK."""
    body = (await client.post(SEARCH, {"words": words}, X_Forwarded_For=address(number))).json()
    return str(body["errors"][0]["extensions"]["code"]) if "errors" in body else "OK"


async def time_queries(client: Client, queries: int) -> Sequence[float]:
    """Milliseconds, of one query after the other."""
    times = []
    for _ in range(queries):
        started = time.perf_counter()
        response = await client.post(MOVIES, X_Forwarded_For=address(200))
        times.append(1000 * (time.perf_counter() - started))
        assert len(response.json()["data"]["movies"]["nodes"]) == 20
    return times


def report(name: str, times: Sequence[float]) -> None:
    click.echo(
        f"{name:>28}: median {median(times):6.2f} ms, 99th percentile {quantiles(times, n=100)[98]:6.2f} ms, worst {max(times):6.2f} ms"
    )


async def measure(server: Cinegraph, upstream: Upstream, queries: int) -> None:
    async with over_http(server.address) as client:
        await ask_the_same(server, upstream)
        await time_queries(client, 200)
        report("idle", await time_queries(client, queries))
        outcomes = await measure_beside_a_crowd(server, client, upstream, queries)
        report("they have gone", await time_queries(client, queries))
        click.echo(f"what the {CLIENTS} were told: {sorted(set(outcomes))}")


async def ask_the_same(server: Cinegraph, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(late(0.5))
    async with over_http(server.address) as crowd:
        outcomes = await asyncio.gather(*(search(crowd, "matrix", number) for number in range(CLIENTS)))
    click.echo(f"{CLIENTS} clients asked the same at once: {outcomes.count('OK')} answers, {len(upstream.tmdb.calls)} call")


async def measure_beside_a_crowd(server: Cinegraph, client: Client, upstream: Upstream, queries: int) -> Sequence[str]:
    upstream.tmdb.misbehave(hang())
    async with over_http(server.address) as crowd:
        hanging = [asyncio.create_task(search(crowd, f"film {number}", number)) for number in range(CLIENTS)]
        await asyncio.sleep(2)
        times = await time_queries(client, queries)
        still = sum(not task.done() for task in hanging)
        report(f"{still} of {CLIENTS} hang on TMDB", times)
        return await asyncio.gather(*hanging)


@click.command()
@click.option("--queries", default=1000, show_default=True, help="How many queries each figure is made of.")
@click.option("--one-address", is_flag=True, help="Let all clients come from one address, as behind a router.")
def main(queries: int, one_address: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, Upstream() as upstream:
        url = sqlite_url(Path(folder) / "cinegraph.db")
        upgrade(url)
        asyncio.run(fill(url))
        proxies = "" if one_address else "127.0.0.1"  # which is believed about where its clients are
        with Cinegraph(Path(folder), url, workers=1, TRUSTED_PROXIES=proxies, **upstream.settings) as server:
            asyncio.run(measure(server, upstream, queries))


async def fill(url: str) -> None:
    async with open_database(url) as database:
        await store_films(database)


if __name__ == "__main__":
    main()
