"""What tests of loading share: MovieLens folders made of a few rows, loads, and the recount that every load must pass."""

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, func, select

from db.database import Database
from db.movielens import Loaded, load
from db.tables import HALF_POINTS, movies, ratings, users

NOW = datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
LATER = datetime(2024, 2, 3, tzinfo=UTC)

LINKS = ("1,0111161,278", "2,0133093,603", "3,1049413,14160")
MOVIES = (
    '1,"Shawshank Redemption, The (1994)",Crime|Drama',
    '2,"Matrix, The (1999)",Action|Sci-Fi|Thriller',
    "3,Up (2009),Adventure|Animation|Children|Drama",
)
RATINGS = ("1,1,5.0,964982703", "1,2,4.5,964981247", "2,1,0.5,1445714835", "2,3,4.0,1445714994")


def movielens_folder(
    path: Path,
    links: Sequence[str] = LINKS,
    movies: Sequence[str] = MOVIES,
    ratings: Sequence[str] = RATINGS,
    *,
    packed: bool = False,
) -> Path:
    """Write the three files as MovieLens does, with CRLF; `packed` ratings are gzipped."""
    path.mkdir(exist_ok=True)
    (path / "links.csv").write_bytes(_file("movieId,imdbId,tmdbId", links))
    (path / "movies.csv").write_bytes(_file("movieId,title,genres", movies))
    content = _file("userId,movieId,rating,timestamp", ratings)
    if packed:
        (path / "ratings.csv.gz").write_bytes(gzip.compress(content))
    else:
        (path / "ratings.csv").write_bytes(content)
    return path


def _file(header: str, rows: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in (header, *rows)).encode(errors="surrogateescape")


class Rows:
    """Remembers what a load told about its progress."""

    total = 0
    done = 0

    def start(self, rows: int) -> None:
        self.total = rows

    def advance(self, rows: int) -> None:
        self.done += rows


async def load_quietly(database: Database, path: Path, now: datetime = NOW) -> tuple[Loaded, list[str]]:
    reports: list[str] = []
    loaded = await load(database, path, report=reports.append, progress=Rows(), now=now)
    return loaded, reports


async def rows_of(database: Database, statement: Executable) -> Sequence[tuple[Any, ...]]:  # Any: whatever it selects
    return list(await database.reader().fetch(statement, {}))


async def assert_counters_are_exact(database: Database) -> None:
    """Every counter equals a recount of the ratings."""
    for table, key in ((movies, ratings.c.movie_id), (users, ratings.c.user_id)):
        counted = select(key, func.count(), func.sum(ratings.c.half_points)).group_by(key)
        stored = select(table.c.id, table.c.rating_count, table.c.rating_sum).where(table.c.rating_count > 0)
        assert sorted(await rows_of(database, stored)) == sorted(
            (row_id, count, int(total)) for row_id, count, total in await rows_of(database, counted)
        )
    buckets = {
        (movie_id, half_points): count
        for movie_id, half_points, count in await rows_of(
            database,
            select(ratings.c.movie_id, ratings.c.half_points, func.count()).group_by(ratings.c.movie_id, ratings.c.half_points),
        )
    }
    for movie_id, *counts in await rows_of(database, select(movies.c.id, *(movies.c[f"rated_{value}"] for value in HALF_POINTS))):
        assert counts == [buckets.get((movie_id, value), 0) for value in HALF_POINTS]
