"""As many operations as CASES says, always the same: the server answers each, and never with an error of its own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from math import ceil
from pathlib import Path

import pytest

from db.database import open_database
from db.migrate import upgrade
from db.sample import load_sample
from schema import executable
from tests.accounts import Account, register
from tests.cinegraph import ROOT, Cinegraph
from tests.clients import over_http
from tests.databases import sqlite_url

CASES = int(os.environ.get("CASES", "300"))
SEED = "20261"
ENDING = "logout|logoutEverywhere|changePassword|deleteUser|refreshTokens"
"""What ends the session that the other operations need."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Cinegraph]:
    url = sqlite_url(tmp_path / "cinegraph.db")
    upgrade(url)
    asyncio.run(load(url))
    with Cinegraph(tmp_path, url, MAX_QUERY_DEPTH="50", MAX_QUERY_COST="50000") as server:
        yield server


async def load(url: str) -> None:
    async with open_database(url) as database:
        await load_sample(database)


def test_operations_of_somebody_signed_in(server: Cinegraph) -> None:
    account = asyncio.run(registered(server))

    fuzz(server, "--exclude-name-regex", rf"\.({ENDING})$", "--header", f"Authorization: Bearer {account.access_token}")


def test_operations_of_strangers(server: Cinegraph) -> None:
    fuzz(server)


async def registered(server: Cinegraph) -> Account:
    async with over_http(server.address) as client:
        return await register(client, "ada")


def fuzz(server: Cinegraph, *options: str) -> None:
    """Send CASES operations, the same number for each root field; fails with schemathesis' own account of what it found."""
    roots = [root for root in (executable.query_type, executable.mutation_type) if root is not None]
    each = ceil(CASES / sum(len(root.fields) for root in roots))
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.address}/graphql"]
    checks = ["--checks", "nothing_unexpected", "--phases", "fuzzing", "--mode", "positive", "--continue-on-failure"]
    sizes = ["--max-examples", str(each), "--seed", SEED, "--generation-database", "none", "--suppress-health-check", "all", "--no-color"]
    done = subprocess.run(
        [*command, *checks, *sizes, *options],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.checks", "PYTHONPATH": str(ROOT)},
        cwd=server.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in server.log() if line["level"] in ("ERROR", "CRITICAL")] == []
