"""Whether a database has its tables, and what is said of one that has not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from db.errors import DatabaseAway
from db.migrate import is_current, upgrade

ROOT = Path(__file__).parents[2]
NOWHERE = "mysql+asyncmy://nobody@localhost/nothing?unix_socket=/nonexistent/socket"


def run_server(url: str, *command: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "DATABASE_URL": url, "JWT_SECRET": "of no use to anybody but long enough"}
    return subprocess.run(
        [sys.executable, "server.py", *command], cwd=ROOT, env=settings, capture_output=True, text=True, check=False, timeout=30
    )


def test_a_database_is_current_once_it_is_migrated_and_stays_so(database_url: str) -> None:
    assert not is_current(database_url)

    upgrade(database_url)
    assert is_current(database_url)

    upgrade(database_url)
    assert is_current(database_url)


def test_a_database_that_is_not_there_is_away() -> None:
    with pytest.raises(DatabaseAway):
        is_current(NOWHERE)
    with pytest.raises(DatabaseAway):
        upgrade(NOWHERE)


def test_nothing_is_served_from_a_database_without_its_tables(mariadb_url: str) -> None:
    ended = run_server(mariadb_url, "serve", "--port", "0")

    assert ended.returncode == 1
    assert ended.stderr == "Error: The database lacks tables of this version: run `python server.py migrate` first.\n"


@pytest.mark.parametrize("command", [("migrate",), ("load-movielens", "."), ("grant-admin", "somebody")])
def test_a_command_says_that_the_database_is_out_of_reach(command: tuple[str, ...]) -> None:
    ended = run_server(NOWHERE, *command)

    assert ended.returncode == 1
    assert ended.stderr == "Error: The database is out of reach: is DATABASE_URL right, and is it running?\n"
