"""Clients that others' tools generate from schema.graphql: they compile as strictly as their languages can, and work against a server.

Their operations are GraphiQL's examples, the README's, and for Relay its components' own. `make clients` runs these tests.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import open_database
from db.migrate import upgrade
from tests.cinegraph import ROOT, Cinegraph
from tests.databases import sqlite_url
from tests.films import store_films
from tests.upstream import Upstream

pytestmark = pytest.mark.clients

CLIENTS = ROOT / "tests" / "clients"
GENERATED = CLIENTS / ".generated"
PYTHON = CLIENTS / ".venv" / "bin" / "python"
FRONTEND = "http://frontend.example"


@pytest.fixture(scope="module", autouse=True)
def generated() -> None:
    """All that is generated, anew."""
    for folder in ("relay", "readme-samples"):
        (GENERATED / folder).mkdir(parents=True, exist_ok=True)
    samples = re.findall(r"^```ts\n(.*?)^```$", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    for number, sample in enumerate(samples):
        (GENERATED / "readme-samples" / f"{number}.ts").write_text(sample)
    run("node_modules/.bin/graphql-codegen")
    run("node_modules/.bin/relay-compiler", "relay.config.json")
    run(".venv/bin/ariadne-codegen", "--config", "ariadne.toml")


@pytest.fixture(scope="module")
def films_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A SQLite file with the films of tests/films.py."""
    url = sqlite_url(tmp_path_factory.mktemp("films") / "cinegraph.db")
    upgrade(url)
    asyncio.run(fill(url))
    return url


async def fill(url: str) -> None:
    async with open_database(url) as database:
        await store_films(database)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, films_url: str) -> Iterator[Cinegraph]:
    """A server that asks the emulated services, and lets a frontend on another origin ask it."""
    folder = tmp_path_factory.mktemp("server")
    with Upstream() as upstream, Cinegraph(folder, films_url, workers=1, CORS_ORIGINS=FRONTEND, **upstream.settings) as server:
        yield server


def test_what_is_generated_and_what_stands_on_it_is_strictly_typed() -> None:
    """The README's TypeScript too."""
    assert run("node_modules/.bin/tsc") == ""


@pytest.mark.parametrize("client", ["apollo", "relay", "urql"])
def test_it_signs_in_reads_pages_rates_and_listens(client: str, server: Cinegraph) -> None:
    """What it meets is asserted in CLIENT.test.ts."""
    run("node_modules/.bin/vitest", "run", client, CINEGRAPH_URL=server.address, FRONTEND_ORIGIN=FRONTEND)


def test_a_server_runs_the_documents_that_graphql_codegen_lists_alone(tmp_path: Path, films_url: str) -> None:
    manifest = GENERATED / "examples" / "persisted-documents.json"

    with Cinegraph(tmp_path, films_url, workers=1, TRUSTED_DOCUMENTS=str(manifest)) as server:
        run("node_modules/.bin/vitest", "run", "trusted", CINEGRAPH_URL=server.address)


def test_the_python_client_is_strictly_typed() -> None:
    mypy = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--python-executable", str(PYTHON)]

    assert run(*mypy, "ariadne_client.py", ".generated/cinegraph_client").startswith("Success")


def test_the_python_client_signs_in_reads_pages_rates_and_listens(server: Cinegraph) -> None:
    met = json.loads(run(str(PYTHON), "ariadne_client.py", server.address, PYTHONPATH=".generated"))

    assert met == {
        "dramas": [["The Shawshank Redemption", "Up in the Air"], ["Schindler's List"]],
        "rating": [9.5, "UTC"],
        "rated": ["Spirited Away", 9.5, 1],
        "refused": [["INVALID", ["input", "value"]]],
        "live": ["Spirited Away", 10.0, "ariadne"],
    }


def run(program: str, *arguments: str, folder: Path = CLIENTS, **environment: str) -> str:
    """What a program prints, if it succeeds."""
    done = subprocess.run(
        [program, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{program} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout
