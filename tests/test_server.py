"""`server.py serve` as a process of its own, over real HTTP."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncmy
import pytest
from sqlalchemy.engine import make_url

from db.database import Database, open_database
from db.mysql import connection_options
from tests.cinegraph import ROOT, Cinegraph
from tests.clients import over_http
from tests.databases import query
from tests.factories import movie, store
from tests.services import SECRET

TITLE = '{ movie(imdbId: "tt0000001") { title } }'


@pytest.fixture
async def server(tmp_path: Path, migrated_url: str, database: Database) -> AsyncIterator[Cinegraph]:
    """A server on SQLite and one on MariaDB, each with one film."""
    await store(database, movies=[movie(1, "Ran")])
    with Cinegraph(tmp_path, migrated_url) as server:
        yield server


async def test_it_answers_queries_and_says_how_it_is(server: Cinegraph) -> None:
    async with over_http(server.address) as client:
        assert await client.ask(TITLE) == {"movie": {"title": "Ran"}}
        by_get = await client.http.get("/graphql", params={"query": TITLE})
        assert (by_get.status_code, by_get.json()) == (200, {"data": {"movie": {"title": "Ran"}}})

        alive, ready = await client.http.get("/healthz"), await client.http.get("/readyz")
        assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
        assert (ready.status_code, ready.json()["status"], ready.json()["database"]) == (200, "ok", "ok")

        browser = await client.http.get("/graphql", headers={"Accept": "text/html"})
        assert browser.headers["content-type"].startswith("text/html")
        assert (await client.http.get("/nowhere")).status_code == 404


async def test_a_request_keeps_its_id_and_is_logged_with_it(server: Cinegraph) -> None:
    async with over_http(server.address) as client:
        own = await client.post(TITLE, X_Request_ID="client.7-a_B")
        made, odd = await client.post(TITLE), await client.post(TITLE, X_Request_ID="two words")
    server.stop()

    assert own.headers["x-request-id"] == "client.7-a_B"
    assert len({each.headers["x-request-id"] for each in (own, made, odd)}) == 3
    assert "two words" not in odd.headers["x-request-id"]
    [line] = [line for line in server.log() if line.get("request_id") == "client.7-a_B"]
    assert {name: line[name] for name in ("level", "message", "method", "path", "status")} == {
        "level": "INFO",
        "message": "request",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
    }
    assert 0 < line["milliseconds"] < 10_000


async def test_two_workers_share_a_sqlite_file(tmp_path: Path) -> None:
    """The embedded database is migrated by the start, and what one process writes the workers read."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'cinegraph.db'}"
    with Cinegraph(tmp_path, url, workers=2) as server:
        async with open_database(url) as database, over_http(server.address) as client:
            for number in range(1, 6):
                await store(database, movies=[movie(number, f"Film {number}")])
                answers = await asyncio.gather(*(client.ask("{ movies(orderBy: TITLE) { totalCount } }") for _ in range(8)))
                assert answers == [{"movies": {"totalCount": number}}] * 8
        wait_until(lambda: len(workers_of(server)) == 2)


def workers_of(server: Cinegraph) -> set[str]:
    return {line["message"] for line in server.log() if line["message"].startswith("Started server process")}


async def test_a_stop_finishes_what_is_in_flight(tmp_path: Path, mariadb_url: str) -> None:
    """The request waits for a lock on its table when the server is told to stop."""
    assert command(mariadb_url, "migrate").returncode == 0
    async with open_database(mariadb_url) as database:
        await store(database, movies=[movie(1, "Ran")])
    with Cinegraph(tmp_path, mariadb_url) as server:
        async with over_http(server.address) as client, locked(mariadb_url, "movies") as release:
            waiting = asyncio.create_task(client.post(TITLE))
            await asyncio.to_thread(wait_until, lambda: len(query(mariadb_url, BLOCKED)) == 1)
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            await asyncio.to_thread(wait_until, lambda: not server._answers())
            assert not waiting.done()
            await release()
            answer = await waiting
            await stopping

    assert (answer.status_code, answer.json()) == (200, {"data": {"movie": {"title": "Ran"}}})
    assert "Finished server process" in server.log()[-1]["message"]


BLOCKED = "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'"


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A table that nobody can read until what this gives is called."""
    connection = await asyncmy.connect(**connection_options(make_url(url)))

    async def run(statement: str) -> None:
        async with connection.cursor() as cursor:
            await cursor.execute(statement)

    await run(f"LOCK TABLES {table} WRITE")
    try:
        yield partial(run, "UNLOCK TABLES")
    finally:
        await connection.ensure_closed()


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_print_schema_prints_the_file_that_is_kept(tmp_path: Path) -> None:
    printed = command(f"sqlite+aiosqlite:///{tmp_path}/none.db", "print-schema")

    assert (printed.returncode, printed.stdout) == (0, (ROOT / "schema.graphql").read_text())


def test_a_wrong_setting_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    done = command("postgresql://localhost/films", "serve")

    sentence = "DATABASE_URL is wrong: it must begin with mysql+asyncmy:// or sqlite+aiosqlite://."
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {sentence}\n")


def test_a_wrong_manifest_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    manifest = tmp_path / "persisted-documents.json"
    manifest.write_text('{"5bd1": "{ nope }"}')
    done = command(f"sqlite+aiosqlite:///{tmp_path}/none.db", "serve", TRUSTED_DOCUMENTS=str(manifest), INTROSPECTION="off")

    sentence = "TRUSTED_DOCUMENTS is wrong: the document 5bd1 cannot be run: Cannot query field 'nope' on type 'Query'."
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {sentence}\n")
    assert not (tmp_path / "none.db").exists()


def command(url: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    settings = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "JWT_SECRET": SECRET, **more}
    return subprocess.run(
        [sys.executable, str(ROOT / "server.py"), *arguments], env=settings, capture_output=True, text=True, check=False, timeout=60
    )
