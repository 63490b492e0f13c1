"""/metrics of a server of several processes: whichever answers tells of all of them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from db.database import Database
from tests.cinegraph import Cinegraph
from tests.clients import over_http
from tests.factories import movie, store
from tests.live import connected
from tests.schema.transport.test_metrics import Samples, labelled, samples

TITLES = "query Titles { movies { nodes { title } } }"
SUBSCRIPTION = 'subscription { ratingChanged(imdbId: "tt0000001") { rating { value } } }'
SAMPLED_SECONDS = 1.5
QUERIES = 30

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def server(tmp_path: Path, database: Database, database_url: str) -> AsyncIterator[Cinegraph]:
    await store(database, movies=[movie(1, "Ran"), movie(2, "Heat")])
    with Cinegraph(tmp_path, database_url, workers=2, TMPDIR=str(tmp_path)) as server:
        for _ in range(QUERIES):
            async with over_http(server.address) as client:  # a connection each, which either process takes
                await client.ask(TITLES)
        yield server


async def seen(server: Cinegraph) -> Samples:
    async with over_http(server.address) as client:
        return await samples(client.http)


async def seen_again(server: Cinegraph) -> Samples:
    """What is seen as soon as new processes have taken the place of those that were killed."""
    async with asyncio.timeout(30):
        while True:
            with suppress(httpx.TransportError):
                return await seen(server)
            await asyncio.sleep(0.1)


def folders(server: Cinegraph) -> list[Path]:
    return list(server.folder.glob("cinegraph-metrics-*"))


def processes(server: Cinegraph) -> set[int]:
    """Those that have counted something."""
    [folder] = folders(server)
    return {int(file.stem.rpartition("_")[2]) for file in folder.glob("histogram_*.db")}


async def test_every_process_tells_what_all_have_counted(server: Cinegraph) -> None:
    await asyncio.sleep(SAMPLED_SECONDS)
    assert len(processes(server)) == 2
    for _ in range(6):
        told = await seen(server)
        assert labelled(told, "operation_seconds_count") == {("OK", "query", "Titles"): QUERIES}
        assert (told["sql_statements_total",], told["sql_rows_total",]) == (QUERIES, 2 * QUERIES)


async def test_what_a_process_held_goes_with_it_and_what_it_counted_stays(server: Cinegraph) -> None:
    async with connected(server.address) as one, connected(server.address) as another:
        await one.subscribe("1", SUBSCRIPTION)
        await another.subscribe("1", SUBSCRIPTION)
        await asyncio.sleep(SAMPLED_SECONDS)
        assert (await seen(server))["subscribers",] == 2

        for process in processes(server):
            os.kill(process, signal.SIGKILL)
        await asyncio.gather(one.connection.wait_closed(), another.connection.wait_closed())

    told = await seen_again(server)
    assert told["subscribers",] == 0
    assert labelled(told, "operation_seconds_count") == {("OK", "query", "Titles"): QUERIES}


async def test_a_server_that_stops_leaves_no_counts_behind(server: Cinegraph) -> None:
    assert len(folders(server)) == 1
    server.stop()

    assert folders(server) == []


async def test_counts_of_an_earlier_server_are_not_taken_over_and_other_files_are_left(
    tmp_path: Path, database_url: str, database: Database
) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"of an earlier time")
    (folder / "notes").write_bytes(b"not ours")
    with Cinegraph(tmp_path, database_url, PROMETHEUS_MULTIPROC_DIR=str(folder)) as server:
        assert (await seen(server))["cost_points_total",] == 0

    assert (folder / "notes").read_bytes() == b"not ours"
    assert not (folder / "counter_1.db").exists()
