"""Mixed traffic for a long time, at four fifths of what the server can do, over two thousand connections: `make soak`.

It leaves figures and plots in tests/benchmarks/results, and fails where a request failed, load shedding refused more than a few of
them, memory grew, or a counter is wrong. What the server can do is measured just before: with the same connections, mixture and amount
of stored ratings, and with the clients on the same machine.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncmy
import click
from asyncmy.cursors import Cursor
from sqlalchemy.engine import make_url

from db.database import open_database
from db.mysql import connection_options
from tests.accounts import Account, refresh, register
from tests.cinegraph import ROOT, Cinegraph
from tests.clients import over_http
from tests.databases import run_statements
from tests.faults.conftest import fill
from tests.faults.load import REFUSED, Load
from tests.faults.plots import Line, draw
from tests.faults.samples import TITLES, Sample, file_descriptors, memory_mib, percentile, processes_of
from tests.recount import miscounts
from tests.servers import MariaDB

CONNECTIONS = 2000
USERS = 100
WARM_UP_SECONDS = 5.0
CAPACITY_SECONDS = 15.0
SETTLED_SECONDS = 300.0
RENEW_SECONDS = 600.0
MOST_GROWTH = 0.05
MOST_REFUSED = 0.005
"""Clients, server and database share one machine: when that stands still for a second, more requests are due at once than are taken on."""

FAILURES_TOLD = 20
RESULTS = ROOT / "tests" / "benchmarks" / "results"

Figures = dict[str, object]


async def renew(load: Load, server: Cinegraph, accounts: Sequence[Account]) -> None:
    """Give all raters new access tokens before theirs, which last for a quarter of an hour, expire; until cancelled."""
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        async with over_http(server.address) as client:
            fresh = [await refresh(client, each) for each in accounts]
        load.renewed = {old.access_token: new.access_token for old, new in zip(accounts, fresh, strict=True)}
        accounts = fresh


async def sample(load: Load, server: Cinegraph, cursor: Cursor, every: float) -> list[Sample]:
    """Look at the server every so many seconds, until cancelled."""
    assert server._process is not None
    samples: list[Sample] = []
    began = last = time.monotonic()
    answered, failed = len(load.milliseconds), load.failures.total()
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(every)
            processes = list(processes_of(server._process.pid))
            await cursor.execute("SELECT COUNT(*), SUM(command != 'Sleep') FROM information_schema.processlist WHERE id != CONNECTION_ID()")
            [(opened, at_work)] = await cursor.fetchall()
            now, times = time.monotonic(), load.milliseconds[answered:]
            held = (round(memory_mib(processes), 1), file_descriptors(processes), opened, int(at_work or 0))
            fared = (round(len(times) / (now - last), 1), load.failures.total() - failed)
            waited = (round(percentile(times, 0.5), 1), round(max(times, default=0), 1))
            samples.append(Sample(round(now - began, 1), *held, *fared, *waited))
            last, answered, failed = now, answered + len(times), load.failures.total()
    return samples


async def soak(url: str, server: Cinegraph, minutes: float, share: float) -> tuple[list[Sample], Figures]:
    async with over_http(server.address) as client:
        accounts = [await register(client, f"rater{number}") for number in range(USERS)]
    load = Load(server.port, [each.access_token for each in accounts])
    renewing = asyncio.create_task(renew(load, server, accounts))
    await load.open(CONNECTIONS)
    await load.fill()
    await load.capacity(WARM_UP_SECONDS)
    capacity = await load.capacity(CAPACITY_SECONDS)
    click.echo(f"{capacity:.0f} requests a second are its capacity; {share:.0%} of it for {minutes:g} minutes now")
    before, measured = load.failures.copy(), len(load.milliseconds)
    connection = await asyncmy.connect(**connection_options(make_url(url)))
    async with connection.cursor() as cursor:
        sampling = asyncio.create_task(sample(load, server, cursor, every=min(5.0, minutes)))
        await load.keep_up(capacity * share, 60 * minutes)
        sampling.cancel()
        samples = await sampling
    connection.close()
    renewing.cancel()
    await load.close()
    async with open_database(url) as database:
        miscounted = await miscounts(database)
    figures: Figures = {
        "cores": os.cpu_count(),
        "minutes": minutes,
        "connections": CONNECTIONS,
        "capacity_per_second": round(capacity, 1),
        "share_of_capacity": share,
        **_fared(load, measured),
        **_failed("", load.failures - before),
        **_failed("before_", before),
        **held(samples),
        "miscounted": miscounted,
    }
    return samples, figures


def _fared(load: Load, first: int) -> Figures:
    times = load.milliseconds[first:]
    return {
        "requests": len(times),
        "not_sent_by_the_clients": load.not_sent,
        "reopened_connections": load.reopened,
        "p50_milliseconds": round(percentile(times, 0.5), 1),
        "p99_milliseconds": round(percentile(times, 0.99), 1),
        "longest_milliseconds": round(max(times), 1),
    }


def _failed(prefix: str, failures: Counter[str]) -> Figures:
    """What load shedding has refused is no fault of the server's, but told apart; `before_` is while capacity was measured."""
    others = Counter({message: count for message, count in failures.items() if message != REFUSED})
    return {
        f"{prefix}refused_by_load_shedding": failures[REFUSED],
        f"{prefix}failures": others.total(),
        f"{prefix}failures_by_message": dict(others.most_common(FAILURES_TOLD)),
    }


def held(samples: Sequence[Sample]) -> Figures:
    """What the server held once it had settled, at minute five or a fifth of a shorter run, and at the end: medians of five samples."""
    settled = min(SETTLED_SECONDS, samples[-1].seconds / 5)
    then, now = [each for each in samples if each.seconds >= settled][:5], samples[-5:]
    memory_then, memory_now = (statistics.median(each.memory_mib for each in five) for five in (then, now))
    return {
        "settled_after_seconds": then[0].seconds,
        "memory_mib_settled": memory_then,
        "memory_mib_at_the_end": memory_now,
        "memory_growth_percent": round(100 * (memory_now / memory_then - 1), 2),
        "file_descriptors_settled": statistics.median_low(each.file_descriptors for each in then),
        "file_descriptors_at_the_end": statistics.median_low(each.file_descriptors for each in now),
        "most_connections_to_the_database": max(each.connections_open for each in samples),
    }


def faults(figures: Figures) -> list[str]:
    """Why a run has failed, in words."""
    growth = figures["memory_growth_percent"]
    refused, requests = figures["refused_by_load_shedding"], figures["requests"]
    assert isinstance(growth, float)
    assert isinstance(refused, int)
    assert isinstance(requests, int)
    found = {
        "requests failed": figures["failures"],
        "requests were refused by load shedding": refused > MOST_REFUSED * requests,
        "requests failed or were refused while capacity was measured": figures["before_failures"]
        or figures["before_refused_by_load_shedding"],
        f"memory grew by {growth} %": growth > 100 * MOST_GROWTH,
        "counters are wrong": figures["miscounted"],
    }
    return [words for words, is_so in found.items() if is_so]


@click.command(help=__doc__)
@click.option("--minutes", default=30.0, show_default=True, type=click.FloatRange(0.1), help="How long.")
@click.option("--share", default=0.8, show_default=True, type=click.FloatRange(0.01, 1), help="How much of what the server can do.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="How many processes serve.")
@click.option("--results", default=RESULTS, type=click.Path(path_type=Path), help="The folder for figures and plots.")
def main(minutes: float, share: float, workers: int, results: Path) -> None:
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
    figures = {"workers": workers, **figures, "faults": faults(figures)}
    write(results, samples, figures)
    click.echo(json.dumps(figures, indent=1))
    sys.exit(1 if figures["faults"] else 0)


def write(results: Path, samples: Sequence[Sample], figures: Figures) -> None:
    results.mkdir(exist_ok=True)
    report = {**figures, "samples": [each._asdict() for each in samples]}
    (results / "soak.json").write_text(json.dumps(report, indent=1) + "\n")
    times = [each.seconds for each in samples]
    heading = "{minutes:g} minutes over {connections} connections at {share_of_capacity:.0%} of {capacity_per_second:.0f} requests a second"
    lines = [Line(title, times, [getattr(each, name) for each in samples]) for name, title in TITLES.items()]
    draw(heading.format(**figures), lines, results / "soak.png")


if __name__ == "__main__":
    main()
