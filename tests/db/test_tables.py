"""The migrated tables are the models, to the last collation and constraint, and they hold the rules against any SQL."""

import asyncio
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from asyncmy.errors import MySQLError
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from db.connection import Transaction
from db.database import Database
from db.errors import DuplicateRow
from db.migrate import upgrade
from db.rendering import Rendered
from db.tables import metadata, movies, users
from tests.databases import empty_database, query, sqlite_url
from tests.factories import EPOCH, movie, rating, store, user
from tests.servers import MariaDB

TABLES = sorted(metadata.tables)


def test_the_migrated_tables_on_mariadb_are_the_models(mariadb_server: MariaDB) -> None:
    with empty_database(mariadb_server) as migrated, empty_database(mariadb_server) as modelled:
        upgrade(migrated)
        create_all(modelled)

        assert sorted(table for (table,) in query(migrated, "SHOW TABLES")) == ["alembic_version", *TABLES]
        for table in TABLES:
            [[_, statement]] = query(migrated, f"SHOW CREATE TABLE {table}")
            [[_, expected]] = query(modelled, f"SHOW CREATE TABLE {table}")
            assert parts(statement) == parts(expected)


def test_the_migrated_tables_on_sqlite_are_the_models(tmp_path: Path) -> None:
    upgrade(sqlite_url(tmp_path / "migrated.db"))
    create_all(sqlite_url(tmp_path / "modelled.db"))

    migrated, modelled = (definitions(tmp_path / name) for name in ("migrated.db", "modelled.db"))
    assert set(migrated) == {*modelled, "alembic_version", "sqlite_autoindex_alembic_version_1"}
    for name, expected in modelled.items():
        assert migrated[name] == expected


def create_all(url: str) -> None:
    async def create() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await engine.dispose()

    asyncio.run(create())


def definitions(file: Path) -> dict[str, list[str]]:
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
    connection.close()
    return {name: parts(sql or "") for name, sql in rows}


def parts(statement: str) -> list[str]:
    """A CREATE statement's lines, in an order that does not depend on which was written first."""
    return sorted(line.strip().rstrip(",") for line in statement.splitlines())


ADA, BEA = user(1, "Ada"), user(2, "Bea")
HEAT = movie(1, "Heat", tmdb_id=949)
ONE_OF_EACH = {"users": [ADA, BEA], "movies": [HEAT], "ratings": [rating(1, ADA, HEAT, 17)]}
NOW = "'2026-01-01 00:00:00'"
DUPLICATE, FOREIGN_KEY = "a row with this key is there already", "foreign key constraint"
A_USER = f"INSERT INTO users (username, username_key, created_at) VALUES ({{}}, {NOW})"
A_MOVIE = (
    "INSERT INTO movies (title, genres, directors, actors, languages, countries, external_ratings, sources, imported_at, updated_at,"
    " sort_title, search_title, release_order, imdb_id{names})"
    f" VALUES ('', '[]', '[]', '[]', '[]', '[]', '[]', '[]', {NOW}, {NOW}, '', '', 0, {{values}})"
)

REFUSED = {
    "a second rating of one movie by one user": (f"INSERT INTO ratings VALUES (9, 1, 1, 12, {NOW}, 1)", DUPLICATE),
    "a value below half a point": (f"INSERT INTO ratings VALUES (9, 2, 1, 0, {NOW}, 1)", "ratings_half_points_is_on_the_scale"),
    "a value above ten points": (f"INSERT INTO ratings VALUES (9, 2, 1, 21, {NOW}, 1)", "ratings_half_points_is_on_the_scale"),
    "a value that grows too large": ("UPDATE ratings SET half_points = half_points + 4", "ratings_half_points_is_on_the_scale"),
    "a rating without a time": ("INSERT INTO ratings VALUES (9, 2, 1, 12, NULL, 1)", "rated_at"),
    "a rating by nobody": (f"INSERT INTO ratings VALUES (9, 3, 1, 12, {NOW}, 1)", FOREIGN_KEY),
    "a rating of no movie": (f"INSERT INTO ratings VALUES (9, 2, 2, 12, {NOW}, 1)", FOREIGN_KEY),
    "a user who goes while their rating stays": ("DELETE FROM users WHERE id = 1", FOREIGN_KEY),
    "a movie that goes while its rating stays": ("DELETE FROM movies WHERE id = 1", FOREIGN_KEY),
    "a username in other case": (A_USER.format("'ADA', 'ada'"), DUPLICATE),
    "a username's key that is not its own": (A_USER.format("'Ada', 'ada2'"), "users_username_key_is_lower_case"),
    "a user with less than no ratings": ("UPDATE users SET rating_count = -1 WHERE id = 2", "users_counters_are_not_negative"),
    "a movie stored twice": (A_MOVIE.format(names="", values="'tt0000001'"), DUPLICATE),
    "an IMDb id of another kind": (A_MOVIE.format(names="", values="'nm0000001'"), "movies_imdb_id_begins_with_tt"),
    "a TMDB id stored twice": (A_MOVIE.format(names=", tmdb_id", values="'tt0000002', 949"), DUPLICATE),
    "a count without its bucket": ("UPDATE movies SET rating_count = 2, rating_sum = 30", "movies_rating_count_is_that_of_its_buckets"),
    "a bucket without its count": ("UPDATE movies SET rated_3 = 1", "movies_rating_count_is_that_of_its_buckets"),
    "a sum too large for its count": ("UPDATE movies SET rating_sum = 21", "movies_rating_sum_fits_rating_count"),
    "a sum without a rating": (A_MOVIE.format(names=", rating_sum", values="'tt0000002', 1"), "movies_rating_sum_fits_rating_count"),
    "a genre of no movie": ("INSERT INTO movie_genres VALUES ('Crime', 7)", FOREIGN_KEY),
    "a word of no movie": ("INSERT INTO movie_words VALUES ('heat', 1, 7)", FOREIGN_KEY),
}


@pytest.mark.parametrize(("statement", "reason"), REFUSED.values(), ids=REFUSED)
async def test_a_constraint_refuses(database: Database, statement: str, reason: str) -> None:
    await store(database, **ONE_OF_EACH)
    before = await contents(database)

    with pytest.raises((DuplicateRow, IntegrityError, MySQLError), match=f"(?i){reason}"):
        await run(database, statement)

    assert await contents(database) == before


async def test_an_imdb_id_beyond_ascii_is_refused_by_mariadb_alone(database: Database) -> None:
    """SQLite's texts have no character set; resolvers ask for digits."""
    statement = A_MOVIE.format(names="", values="'ttü'")
    if database.dialect_name == "sqlite":
        await run(database, statement)
    else:
        with pytest.raises(MySQLError, match="Incorrect string value"):
            await run(database, statement)


async def test_genres_and_words_go_with_their_movie(database: Database) -> None:
    await store(database, movies=[movie(1, "Heat", genres=("Crime", "Drama"))])

    await run(database, "DELETE FROM movies")

    assert await run(database, "SELECT * FROM movie_genres") == []
    assert await run(database, "SELECT * FROM movie_words") == []


@pytest.mark.parametrize("title", ["千と千尋の神隠し", "🦈🌪️ Sharknado", "Amélie", "Ame\u0301lie", "'\";--\\ %_", "trailing blank "])
async def test_a_title_is_kept_as_it_was_written(database: Database, title: str) -> None:
    await store(database, movies=[movie(1, title, original_title=title)])

    rows = await database.reader().fetch(select(movies.c.title, movies.c.original_title), {})
    assert list(rows) == [(title, title)]


async def test_times_are_kept_in_utc_with_their_microseconds(database: Database) -> None:
    in_tokyo = datetime(2026, 3, 1, 5, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    await store(database, users=[user(1, created_at=in_tokyo)])

    [(created_at,)] = await database.reader().fetch(select(users.c.created_at), {})
    assert (created_at, created_at.tzinfo) == (datetime(2026, 2, 28, 20, 0, 0, 123456, tzinfo=UTC), UTC)
    assert [str(value) for (value,) in await run(database, "SELECT created_at FROM users")] == ["2026-02-28 20:00:00.123456"]


async def test_rows_get_numbers_that_were_never_used(database: Database) -> None:
    adding = insert(users).values({name: bindparam(name) for name in ("username", "username_key", "created_at")})

    async def add(transaction: Transaction) -> int:
        result = await transaction.execute(adding, {"username": "Ada", "username_key": "ada", "created_at": EPOCH})
        return result.last_id

    first = await database.transaction(add)
    await run(database, "DELETE FROM users")
    assert await database.transaction(add) == first + 1


@pytest.mark.parametrize(
    ("half_points", "weighted"),
    [([], 0), ([20], 14545455), ([20] * 30, 18500000), ([1, 20, 7], 12923077)],
)
async def test_the_weighted_rating_follows_from_the_counters(database: Database, half_points: list[int], weighted: int) -> None:
    """(sum + 10 x 14) / (count + 10), in millionths."""
    raters = [user(number) for number in range(1, len(half_points) + 1)]
    given = [rating(each["id"], each, HEAT, value) for each, value in zip(raters, half_points, strict=True)]
    await store(database, users=raters, movies=[HEAT], ratings=given)

    assert await run(database, "SELECT weighted_rating FROM movies") == [(weighted,)]


async def run(database: Database, statement: str) -> Sequence[Any]:  # Any: rows of anything
    """Run SQL as it stands, in a transaction of its own."""
    async with database._backend.begin() as connection:
        return list((await connection.run(Rendered(statement), ())).rows)


async def contents(database: Database) -> list[Sequence[Any]]:  # Any: as above
    return [await run(database, f"SELECT * FROM {table}") for table in TABLES]
