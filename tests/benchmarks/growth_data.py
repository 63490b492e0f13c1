"""A database with all that a MovieLens folder holds, and its ratings many times over: users are cloned, with a fixed seed.

A clone gives as many ratings as the user it is made from, at the same intervals, until the moment when some user of the folder gave
the last one. What it rates is drawn from all ratings of the folder: movies are as popular as there, and are rated as they are there.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from db.database import open_database
from db.migrate import upgrade
from db.tables import HALF_POINTS, ratings
from tests.databases import query, run_statements
from tests.db.loading import load_quietly

SEED = 20261122

_COUNTERS = {"rating_count": "COUNT(*)", "rating_sum": "SUM(half_points)"}
_BUCKETS = {f"rated_{value}": f"SUM(half_points = {value})" for value in HALF_POINTS}


class Rating(NamedTuple):
    """`seconds` are those since 1970."""

    user_id: int
    movie_id: int
    half_points: int
    seconds: int

    def line(self) -> str:
        """As LOAD DATA reads it."""
        return f"{self.user_id}\t{self.movie_id}\t{self.half_points}\t{self.seconds}\n"


def fill(url: str, folder: Path, times: int, scratch: Path) -> None:
    """Fill the empty database at `url` with so many times the ratings of `folder`; its server has to be able to read `scratch`."""
    upgrade(url)
    given = asyncio.run(_load(url, folder))
    users, rated = scratch / "users.tsv", scratch / "ratings.tsv"
    _write(users, rated, given, times)
    run_statements(
        url,
        [
            # What comes into an empty table unchecked is sorted first, and its indexes are built in one go.
            "SET foreign_key_checks = 0, unique_checks = 0",
            f"LOAD DATA INFILE '{users}' INTO TABLE users (id, username, username_key) SET created_at = UTC_TIMESTAMP()",
            "TRUNCATE ratings",
            f"LOAD DATA INFILE '{rated}' INTO TABLE ratings (user_id, movie_id, half_points, @seconds)"
            " SET rated_at = FROM_UNIXTIME(@seconds), is_public = TRUE",
            _recount("users", "user_id", _COUNTERS),
            _recount("movies", "movie_id", {**_COUNTERS, **_BUCKETS}),
            "ANALYZE TABLE users, movies, ratings",
        ],
    )
    users.unlink()
    rated.unlink()


async def _load(url: str, folder: Path) -> Sequence[Rating]:
    """The folder's ratings as they are stored, each user's in the order of time."""
    async with open_database(url) as database:
        await load_quietly(database, folder)
        columns = (ratings.c.user_id, ratings.c.movie_id, ratings.c.half_points, ratings.c.rated_at)
        rows = await database.reader().fetch(select(*columns).order_by(ratings.c.user_id, ratings.c.rated_at, ratings.c.id), {})
    return [Rating(user_id, movie_id, half_points, int(rated_at.timestamp())) for user_id, movie_id, half_points, rated_at in rows]


def _write(users: Path, rated: Path, given: Sequence[Rating], times: int) -> None:
    """Two files for LOAD DATA: the clones, and the ratings of everybody."""
    by_user: dict[int, list[Rating]] = defaultdict(list)
    for rating in given:
        by_user[rating.user_id].append(rating)
    profiles, chance = list(by_user.values()), random.Random(SEED)
    with users.open("w") as to_users, rated.open("w") as to_ratings:
        to_ratings.writelines(rating.line() for rating in given)
        for user_id, profile in enumerate(profiles * (times - 1), start=max(by_user) + 1):
            to_users.write(f"{user_id}\tclone{user_id}\tclone{user_id}\n")
            moved = chance.choice(profiles)[-1].seconds - profile[-1].seconds
            to_ratings.writelines(rating.line() for rating in _clone(user_id, profile, given, moved, chance))


def _clone(user_id: int, profile: Sequence[Rating], given: Sequence[Rating], moved: int, chance: random.Random) -> Iterator[Rating]:
    drawn: dict[int, int] = {}
    while missing := len(profile) - len(drawn):
        drawn.update((rating.movie_id, rating.half_points) for rating in chance.choices(given, k=missing))
    for (movie_id, half_points), original in zip(drawn.items(), profile, strict=True):
        yield Rating(user_id, movie_id, half_points, original.seconds + moved)


def _recount(table: str, key: str, counters: dict[str, str]) -> str:
    """Counters of all who have given ratings, or been given some."""
    sums = ", ".join(f"{value} AS {name}" for name, value in counters.items())
    values = ", ".join(f"{table}.{name} = counted.{name}" for name in counters)
    return f"UPDATE {table} JOIN (SELECT {key}, {sums} FROM ratings GROUP BY {key}) counted ON counted.{key} = {table}.id SET {values}"


class Contents(NamedTuple):
    ratings: int
    users: int
    movies: int
    mebibytes: int


def contents(url: str) -> Contents:
    """What is stored in a database, and the memory that its tables and their indexes take."""
    ratings, users, movies = (int(query(url, f"SELECT COUNT(*) FROM {table}")[0][0]) for table in ("ratings", "users", "movies"))
    size = "SELECT SUM(data_length + index_length) DIV 1048576 FROM information_schema.tables WHERE table_schema = DATABASE()"
    return Contents(ratings, users, movies, int(query(url, size)[0][0]))


def usernames(url: str, *, at_least: int) -> Sequence[str]:
    """Those who have given so many ratings."""
    return [name for (name,) in query(url, f"SELECT username FROM users WHERE rating_count >= {at_least} ORDER BY id")]


def imdb_ids(url: str, *, at_least: int = 0) -> Sequence[str]:
    """The movies that have so many ratings."""
    return [imdb_id for (imdb_id,) in query(url, f"SELECT imdb_id FROM movies WHERE rating_count >= {at_least} ORDER BY id")]


def warm(url: str) -> None:
    """Read every index, so that all of it is in the server's memory."""
    indexes = (
        "SELECT DISTINCT table_name, index_name FROM information_schema.statistics"
        " WHERE table_schema = DATABASE() AND table_name IN ('users', 'movies', 'movie_genres', 'ratings')"
    )
    run_statements(url, [f"SELECT COUNT(*) FROM {table} FORCE INDEX ({index})" for table, index in query(url, indexes)])
