"""Mixed traffic for a long time, at four fifths of what the server can do, over two thousand connections: `make soak`.

It leaves figures and plots in tests/benchmarks/results, and fails where requests failed, memory grew, or a counter is wrong.
"""

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncmy
import click
from asyncmy.cursors import Cursor
from sqlalchemy.engine import make_url

from db.database import open_database
from db.mysql import connection_options
from tests.accounts import register
from tests.cinegraph import ROOT, Cinegraph
from tests.clients import over_http
from tests.databases import run_statements
from tests.faults.conftest import fill
from tests.faults.documents import DELETE, RATE, READ
from tests.faults.plots import Line, draw
from tests.faults.samples import Sample, file_descriptors, memory_mib, processes_of
from tests.faults.traffic import MOVIES
from tests.faults.wire import Connection
from tests.recount import miscounts
from tests.servers import MariaDB

CONNECTIONS = 2000
USERS = 100
CAPACITY_SECONDS = 15.0
AT_ONCE = 32
SETTLED_SECONDS = 300.0
MOST_GROWTH = 0.05
LIST = "{ movies(orderBy: TOP_RATED, first: 20) { totalCount nodes { title averageRating ratings(first: 3) { nodes { value } } } } }"
RESULTS = ROOT / "tests" / "benchmarks" / "results"


class Load:
    """Requests over many connections, and what became of them."""

    def __init__(self, port: int, tokens: Sequence[str]) -> None:
        self._port = port
        self._tokens = tokens
        self._random = random.Random(1)
        self._idle: asyncio.Queue[Connection] = asyncio.Queue()
        self.done = self.reopened = 0
        self.failures: list[str] = []
        self.milliseconds: list[float] = []

    async def open(self, count: int) -> None:
        for number in range(count):
            self._idle.put_nowait(await Connection.open(self._port, self._tokens[number % len(self._tokens)]))

    async def ask(self) -> None:
        """One request over the connection that has been idle longest."""
        connection = await self._idle.get()
        movie = f"tt{self._random.randint(1, MOVIES):07}"
        rating = {"movie": movie, "value": self._random.randint(1, 20) / 2}
        mixed: list[tuple[str, Mapping[str, object]]] = [(READ, {"movie": movie}), (LIST, {}), (RATE, rating), (DELETE, {"movie": movie})]
        [(document, variables)] = self._random.choices(mixed, [50, 25, 20, 5])
        began = time.monotonic()
        try:
            answer = await connection.post(document, variables)
            self.failures += [error["message"] for error in answer.get("errors", [])]
        except (OSError, EOFError):
            # The server closes what has been idle for seconds, and may do so while the next request is on its way.
            self.reopened += 1
            await connection.close()
            connection = await Connection.open(self._port, self._tokens[self.reopened % len(self._tokens)])
        self.milliseconds.append(1000 * (time.monotonic() - began))
        self.done += 1
        self._idle.put_nowait(connection)

    async def capacity(self) -> float:
        """Requests a second, when each of a few clients sends its next as soon as it can."""
        end = time.monotonic() + CAPACITY_SECONDS

        async def ask_on() -> None:
            while time.monotonic() < end:
                await self.ask()

        before = self.done
        await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))
        return (self.done - before) / CAPACITY_SECONDS

    async def keep_up(self, per_second: float, seconds: float) -> None:
        """Send so many requests a second, whether or not the last are answered."""
        began, sent = time.monotonic(), 0
        async with asyncio.TaskGroup() as requests:
            while (passed := time.monotonic() - began) < seconds:
                for _ in range(int(passed * per_second) - sent):
                    requests.create_task(self.ask())
                    sent += 1
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        while not self._idle.empty():
            await self._idle.get_nowait().close()


async def sample(load: Load, server: Cinegraph, cursor: Cursor, every: float) -> list[Sample]:
    """Look at the server every so many seconds, until cancelled."""
    assert server._process is not None
    samples: list[Sample] = []
    began, done = time.monotonic(), load.done
    with suppress(asyncio.CancelledError):
        while True:
            load.milliseconds.clear()
            await asyncio.sleep(every)
            processes = list(processes_of(server._process.pid))
            await cursor.execute("SELECT COUNT(*), SUM(command != 'Sleep') FROM information_schema.processlist WHERE id != CONNECTION_ID()")
            [(opened, at_work)] = await cursor.fetchall()
            rate, done = (load.done - done) / every, load.done
            held = (round(memory_mib(processes), 1), file_descriptors(processes), opened, int(at_work or 0))
            samples.append(Sample(round(time.monotonic() - began, 1), *held, round(rate, 1), round(max(load.milliseconds, default=0), 1)))
    return samples


async def soak(url: str, server: Cinegraph, minutes: float, share: float) -> tuple[list[Sample], dict[str, object]]:
    async with over_http(server.address) as client:
        tokens = [(await register(client, f"rater{number}")).access_token for number in range(USERS)]
    load = Load(server.port, tokens)
    await load.open(CONNECTIONS)
    capacity = await load.capacity()
    click.echo(f"{capacity:.0f} requests a second are its capacity; {share:.0%} of it for {minutes:g} minutes now")
    connection = await asyncmy.connect(**connection_options(make_url(url)))
    async with connection.cursor() as cursor:
        sampling = asyncio.create_task(sample(load, server, cursor, every=min(5.0, minutes)))
        await load.keep_up(capacity * share, 60 * minutes)
        sampling.cancel()
        samples = await sampling
    connection.close()
    await load.close()
    async with open_database(url) as database:
        miscounted = await miscounts(database)
    figures: dict[str, object] = {
        "minutes": minutes,
        "connections": CONNECTIONS,
        "capacity_per_second": round(capacity, 1),
        "share_of_capacity": share,
        "requests": load.done,
        "failures": load.failures[:10],
        "reopened_connections": load.reopened,
        "miscounted": miscounted,
        "memory_growth": round(growth(samples), 4),
    }
    return samples, figures


def growth(samples: Sequence[Sample]) -> float:
    """Memory at the end against memory at minute five, or at half time of a shorter run: medians of five samples each."""
    settled = min(SETTLED_SECONDS, samples[-1].seconds / 2)
    then = [each.memory_mib for each in samples if each.seconds >= settled][:5]
    return statistics.median(each.memory_mib for each in samples[-5:]) / statistics.median(then) - 1


@click.command(help=__doc__)
@click.option("--minutes", default=30.0, show_default=True, type=click.FloatRange(0.1), help="How long.")
@click.option("--share", default=0.8, show_default=True, type=click.FloatRange(0.01, 1), help="How much of what the server can do.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="How many processes serve.")
def main(minutes: float, share: float, workers: int) -> None:
    with TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        for part in ("mariadb", "cinegraph"):
            (folder / part).mkdir()
        with MariaDB(folder / "mariadb") as mariadb:
            run_statements(mariadb.url("mysql"), ["CREATE DATABASE films"])
            url = mariadb.url("films")
            asyncio.run(fill(url))
            with Cinegraph(folder / "cinegraph", url, workers=workers, LOG_LEVEL="warning") as server:
                samples, figures = asyncio.run(soak(url, server, minutes, share))
    RESULTS.mkdir(exist_ok=True)
    report = {**figures, "samples": [each._asdict() for each in samples]}
    (RESULTS / "soak.json").write_text(json.dumps(report, indent=1) + "\n")
    times = [each.seconds for each in samples]
    titles = [name.replace("_", " ") for name in Sample._fields[1:]]
    draw(
        [Line(title, times, column) for title, column in zip(titles, list(zip(*samples, strict=True))[1:], strict=True)],
        RESULTS / "soak.png",
    )
    click.echo(json.dumps(figures, indent=1))
    if figures["failures"] or figures["miscounted"] or growth(samples) > MOST_GROWTH:
        sys.exit(1)


if __name__ == "__main__":
    main()
