"""The tables that tests get are those that the migrations make."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from db.migrate import upgrade
from tests.databases import MigratedTables, empty_database, query, run_statements, sqlite_url
from tests.servers import MariaDB, MissingProgram, find_program


def test_a_copy_on_mariadb_equals_a_migrated_database(mariadb_server: MariaDB, migrated_tables: MigratedTables) -> None:
    with empty_database(mariadb_server) as migrated, empty_database(mariadb_server) as copied:
        upgrade(migrated)
        migrated_tables.copy_to(copied, mariadb_server)

        tables = [table for (table,) in query(migrated, "SHOW TABLES")]
        assert "ratings" in tables
        for table in tables:
            assert query(copied, f"SHOW CREATE TABLE {table}") == query(migrated, f"SHOW CREATE TABLE {table}")
        revision = "SELECT version_num FROM alembic_version"
        assert query(copied, revision) == query(migrated, revision)


def test_a_copy_on_sqlite_equals_a_migrated_database(tmp_path: Path, migrated_tables: MigratedTables) -> None:
    migrated, copied = sqlite_url(tmp_path / "migrated.db"), sqlite_url(tmp_path / "copied.db")
    upgrade(migrated)
    migrated_tables.copy_to(copied, None)

    for statement in ("SELECT name, sql FROM sqlite_master ORDER BY name", "SELECT * FROM alembic_version"):
        assert asyncio.run(_rows(copied, statement)) == asyncio.run(_rows(migrated, statement))


@pytest.mark.parametrize("time", ["first", "second"])
async def test_every_test_gets_an_empty_database(migrated_url: str, time: str) -> None:
    assert await _rows(migrated_url, "SELECT count(*) FROM users") == [(0,)]
    engine = create_async_engine(migrated_url)
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO users (username, username_key, created_at) VALUES ('Ada', 'ada', '2026-01-01')"))
    await engine.dispose()
    assert await _rows(migrated_url, "SELECT username FROM users") == [("Ada",)]


def test_a_mariadb_keeps_its_address_and_its_data_when_it_was_killed(tmp_path: Path) -> None:
    with MariaDB(tmp_path) as server:
        run_statements(server.url("mysql"), ["CREATE DATABASE kept", "CREATE TABLE kept.films (title TEXT)"])
        run_statements(server.url("kept"), ["INSERT INTO films VALUES ('Ran')"])
        server.kill()
        with pytest.raises(Exception, match="Can't connect"):
            query(server.url("kept"), "SELECT title FROM films")
        server.start()
        assert query(server.url("kept"), "SELECT title FROM films") == (("Ran",),)


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(MissingProgram, match=r"need no-such-server, .* 'sudo apt-get install no-such-package'"):
        find_program("no-such-server", "no-such-package")


async def _rows(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement))]
    finally:
        await engine.dispose()
