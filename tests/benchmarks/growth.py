"""How Cinegraph behaves as its data grow: `python -m tests.benchmarks.growth FOLDER`, or `make growth FOLDER=...`.

FOLDER is one of MovieLens's, with links.csv, movies.csv and ratings.csv. Its ratings, and ten and a hundred times as many, stand in
three databases of one MariaDB, which holds all of them in memory; a server process stands on each. In every round, each kind of request
goes to one server after the other. What is compared is the CPU time that a request takes the server, and that which it takes MariaDB:
the medians of all rounds. Either may grow by no more than a fifth. Figures and a plot are left in tests/benchmarks/results.
"""

import asyncio
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click

from tests.accounts import register
from tests.benchmarks import growth_data
from tests.benchmarks.growth_data import Contents
from tests.benchmarks.growth_load import CONNECTIONS, DOCUMENTS, PAGES, Catalogue, drive, request
from tests.benchmarks.growth_report import Cost, Costs, faults, table, write
from tests.benchmarks.idle_subscribers import cpu_seconds
from tests.cinegraph import ROOT, Cinegraph
from tests.clients import over_http
from tests.databases import run_statements
from tests.servers import MariaDB

RATERS = 32
WARM_UP_SECONDS = 1.0
RESULTS = ROOT / "tests" / "benchmarks" / "results"


class Roomy(MariaDB):
    """Everything fits into its memory, and its log takes all that the rounds write: it need not go to the disk in between."""

    def command(self) -> Sequence[str]:
        # Indexes are built as full as inserts in any order leave them: full ones would be split by the first ratings that come.
        return [*super().command(), "--innodb-buffer-pool-size=3584M", "--innodb-log-file-size=2G", "--innodb-fill-factor=70"]


class Site(NamedTuple):
    """A server process on a database, and what can be asked for there."""

    contents: Contents
    server: Cinegraph
    catalogue: Catalogue


def prepare(mariadb: MariaDB, movielens: Path, times: int) -> str:
    """The URL of a database with so many times the ratings of MovieLens; one that an earlier run has filled is taken as it is."""
    name, filled = f"times_{times}", mariadb.folder / f"times_{times}.filled"
    url = mariadb.url(name)
    if not filled.exists():
        began = time.monotonic()
        run_statements(mariadb.url("mysql"), [f"CREATE OR REPLACE DATABASE {name}"])
        growth_data.fill(url, movielens, times, mariadb.folder)
        filled.touch()
        click.echo(f"{growth_data.contents(url).ratings:,} ratings were stored in {time.monotonic() - began:.0f} s")
    growth_data.warm(url)
    return url


@contextmanager
def serving(urls: Sequence[str], folder: Path) -> Iterator[Sequence[Site]]:
    """A server on each of the databases, of which the first is the smallest."""
    full_movies = growth_data.imdb_ids(urls[0], at_least=PAGES["movie"])
    with ExitStack() as stack:
        sites = []
        for number, url in enumerate(urls):
            place = folder / f"server_{number}"
            place.mkdir()
            contents, movies = growth_data.contents(url), growth_data.imdb_ids(url)
            usernames = growth_data.usernames(url, at_least=PAGES["user"])
            server = stack.enter_context(Cinegraph(place, url))
            sites.append(Site(contents, server, Catalogue(usernames, movies, full_movies, asyncio.run(raters(server)))))
        yield sites


async def raters(server: Cinegraph) -> Sequence[str]:
    """Access tokens of new users."""
    async with over_http(server.address) as client:
        return [(await register(client, f"rater{time.time_ns()}")).access_token for _ in range(RATERS)]


async def measure(mariadb: MariaDB, sites: Sequence[Site], rounds: int, seconds: float) -> Costs:
    """Medians of the rounds, in which the sites take turns; ratings are given last, for they change what the others read."""
    chance = random.Random(growth_data.SEED)
    costs: dict[str, dict[int, list[Cost]]] = defaultdict(lambda: {site.contents.ratings: [] for site in sites})
    for shape in DOCUMENTS:
        for site in sites:
            await spend(mariadb, site, shape, chance, WARM_UP_SECONDS)
        for number in range(rounds):
            first = number % len(sites)
            for site in (*sites[first:], *sites[:first]):
                costs[shape][site.contents.ratings].append(await spend(mariadb, site, shape, chance, seconds))
        click.echo(f"{shape}: {rounds} rounds are done")
    return {
        shape: {ratings: Cost(*map(median, zip(*each, strict=True))) for ratings, each in by_ratings.items()}
        for shape, by_ratings in costs.items()
    }


async def spend(mariadb: MariaDB, site: Site, shape: str, chance: random.Random, seconds: float) -> Cost:
    processes = (site.server.pid, mariadb.pid)
    before, began = [cpu_seconds(each) for each in processes], time.monotonic()
    answered = await drive(site.server.port, shape, lambda: request(shape, site.catalogue, chance), seconds)
    server, database = (1000 * (cpu_seconds(each) - spent) / answered for each, spent in zip(processes, before, strict=True))
    return Cost(server, database, answered / (time.monotonic() - began))


@click.command(help=__doc__)
@click.argument("movielens", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--times", default=(1, 10, 100), show_default=True, multiple=True, type=click.IntRange(1), help="How many times its ratings.")
@click.option("--rounds", default=21, show_default=True, type=click.IntRange(1), help="How many rounds for each kind of request.")
@click.option("--seconds", default=1.0, show_default=True, type=click.FloatRange(0.1), help="How long each server has in a round.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder where the databases stay for further runs, with all that is rated there.",
)
@click.option("--results", default=RESULTS, type=click.Path(path_type=Path), help="The folder for figures and the plot.")
def main(movielens: Path, times: Sequence[int], rounds: int, seconds: float, keep: Path | None, results: Path) -> None:
    with TemporaryDirectory(prefix="growth-") as name:
        home = (keep or Path(name)).resolve() / "mariadb"
        home.mkdir(parents=True, exist_ok=True)
        with Roomy(home) as mariadb:
            urls = [prepare(mariadb, movielens, each) for each in sorted(set(times))]
            with serving(urls, Path(name)) as sites:
                os.nice(10)  # the clients alone: they wait, rather than what is measured
                costs = asyncio.run(measure(mariadb, sites, rounds, seconds))
    conditions = {
        "again": "make growth FOLDER=" + movielens.resolve().name,
        "cores": os.cpu_count(),
        "seed": growth_data.SEED,
        "rounds": rounds,
        "seconds": seconds,
        "connections": CONNECTIONS,
        "databases": [site.contents._asdict() for site in sites],
    }
    write(results, conditions, costs)
    found = faults(costs)
    click.echo("\n".join([*table(costs), *found]))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
