"""Databases for single tests.

The migrations make the newest tables once a session; each test gets a copy.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncmy
import pytest
from sqlalchemy.engine import make_url

from db.database import Database, open_database
from db.migrate import upgrade
from db.mysql import connection_options
from tests.servers import MariaDB


def sqlite_url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


class MigratedTables:
    """The newest tables of both dialects, ready to be copied into empty databases."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "migrated.db"
        self._statements: list[str] = []

    def copy_to(self, url: str, mariadb_server: MariaDB | None) -> None:
        """Make the tables in the empty database at `url`, which `mariadb_server` holds unless it is a SQLite file."""
        if mariadb_server is None:
            self._copy_file(url)
        else:
            run_statements(url, self._statements_to_copy(mariadb_server))

    def _copy_file(self, url: str) -> None:
        if not self._file.exists():
            upgrade(sqlite_url(self._file))
        database = make_url(url).database
        assert database is not None, f"{url} names no file"
        shutil.copyfile(self._file, database)

    def _statements_to_copy(self, mariadb_server: MariaDB) -> Sequence[str]:
        if not self._statements:
            template = "migrated"
            run_statements(mariadb_server.url("mysql"), [f"CREATE DATABASE {template}"])
            upgrade(mariadb_server.url(template))
            tables = [table for (table,) in query(mariadb_server.url(template), "SHOW TABLES")]
            self._statements = [
                "SET foreign_key_checks = 0",
                *(query(mariadb_server.url(template), f"SHOW CREATE TABLE {table}")[0][1] for table in tables),
                # The only rows that migrations leave.
                f"INSERT INTO alembic_version SELECT * FROM {template}.alembic_version",
            ]
        return self._statements


@contextmanager
def empty_database(mariadb_server: MariaDB) -> Iterator[str]:
    """The URL of a new database, which is dropped on leaving."""
    name = mariadb_server.new_name()
    run_statements(mariadb_server.url("mysql"), [f"CREATE DATABASE {name}"])
    yield mariadb_server.url(name)
    run_statements(mariadb_server.url("mysql"), [f"DROP DATABASE IF EXISTS {name}"])


DIALECTS = ("sqlite", "mariadb")


@contextmanager
def filled_database(request: pytest.FixtureRequest, fill: Callable[[Database], Awaitable[None]]) -> Iterator[str]:
    """The URL of a database that `fill` has filled, for a fixture with params=DIALECTS that many tests read and none changes."""
    tables: MigratedTables = request.getfixturevalue("migrated_tables")
    if request.param == "sqlite":
        url = sqlite_url(request.getfixturevalue("tmp_path_factory").mktemp("filled") / "cinegraph.db")
        tables.copy_to(url, None)
        asyncio.run(_fill(url, fill))
        yield url
    else:
        server: MariaDB = request.getfixturevalue("mariadb_server")
        with empty_database(server) as url:
            tables.copy_to(url, server)
            asyncio.run(_fill(url, fill))
            yield url


async def _fill(url: str, fill: Callable[[Database], Awaitable[None]]) -> None:
    async with open_database(url) as database:
        await fill(database)


def run_statements(url: str, statements: Sequence[str]) -> None:
    """Run SQL as it stands on a MariaDB; synchronous, for fixtures."""
    asyncio.run(_run(url, statements))


def query(url: str, statement: str) -> Sequence[tuple[str, ...]]:
    """The rows of one statement on a MariaDB; synchronous, for fixtures."""
    return asyncio.run(_run(url, [statement]))


async def _run(url: str, statements: Sequence[str]) -> Sequence[tuple[str, ...]]:
    connection = await asyncmy.connect(**connection_options(make_url(url)))
    try:
        async with connection.cursor() as cursor:
            for statement in statements:
                await cursor.execute(statement)
            rows: Sequence[tuple[str, ...]] = await cursor.fetchall()
            return rows
    finally:
        await connection.ensure_closed()
