"""Whether a database has its tables, and what is said of one that has not."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select
from sqlalchemy.engine import make_url

from db.database import open_database
from db.errors import DatabaseAway
from db.migrate import alembic_config, is_current, upgrade
from db.tables import ratings
from tests.factories import movie, rating, store, user

ROOT = Path(__file__).parents[2]
NOWHERE = "mysql+asyncmy://nobody@localhost/nothing?unix_socket=/nonexistent/socket"

RATINGS = select(*ratings.columns).order_by(ratings.c.id)


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


@pytest.mark.parametrize("ended_half_way", [False, True])
async def test_ratings_outlive_their_new_indexes(database_url: str, *, ended_half_way: bool) -> None:
    """On SQLite a run that is killed may have dropped an index, and made none in its place."""
    await asyncio.to_thread(command.upgrade, alembic_config(database_url), "0002")
    raters, films = [user(1), user(2)], [movie(1), movie(2)]
    given = [rating(number, raters[number % 2], films[number // 3], number) for number in range(1, 5)]
    async with open_database(database_url) as database:
        await store(database, users=raters, movies=films, ratings=given)
        before = await database.reader().fetch(RATINGS, {})
    if ended_half_way and database.dialect_name == "sqlite":
        with closing(sqlite3.connect(str(make_url(database_url).database))) as connection:
            connection.execute("DROP INDEX ratings_by_user_and_time")

    await asyncio.to_thread(upgrade, database_url)

    async with open_database(database_url) as database:
        assert list(await database.reader().fetch(RATINGS, {})) == list(before)
    assert len(before) == 4
    assert await asyncio.to_thread(is_current, database_url)


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
