"""Loading a MovieLens folder: movies by IMDb id, users without a password, and their ratings.

Batches are committed one by one with every counter exact, so that an interrupted load leaves nothing wrong, and a second
one goes on without doubling anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from db.connection import Transaction
from db.database import Database
from db.loading import LOADING_SECONDS, commit
from db.loading_repository import NewRating, NewUser, add_movies, add_users, upsert_ratings
from db.movie_facts import MovieFacts
from db.movielens_files import Report, count_rows, open_folder
from db.movielens_records import MovieLensMovie, MovieLensRating, read_movies, read_ratings

MOVIES_A_BATCH = 1000
RATINGS_A_BATCH = 5000
T = TypeVar("T")


class Progress(Protocol):
    def start(self, rows: int) -> None:
        """Told once, before the first row is read, how many there are."""

    def advance(self, rows: int) -> None:
        """Told after each batch how many rows it stored."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of each file are stored now."""

    movies: int
    ratings: int


async def load(database: Database, path: Path, *, report: Report, progress: Progress, now: datetime) -> Loaded:
    """Load the folder at `path`; `report` hears of every row that is left out.

    Users are `ml<userId>`. A movie that another source has told about keeps what it was told. Raises MovieLensError
    where the folder cannot be read.
    """
    folder = open_folder(path)
    progress.start(count_rows(folder.movies) + count_rows(folder.ratings))
    movie_ids: dict[int, int] = {}
    rating_count = 0
    for movies in _batches(read_movies(folder, report), MOVIES_A_BATCH):
        movie_ids |= await commit(database, partial(_store_movies, movies=movies, now=now), LOADING_SECONDS)
        progress.advance(len(movies))
    for ratings in _batches(read_ratings(folder, movie_ids, report), RATINGS_A_BATCH):
        await commit(database, partial(_store_ratings, ratings=ratings, movie_ids=movie_ids, now=now), LOADING_SECONDS)
        progress.advance(len(ratings))
        rating_count += len(ratings)
    return Loaded(len(movie_ids), rating_count)


async def _store_movies(transaction: Transaction, *, movies: Sequence[MovieLensMovie], now: datetime) -> Mapping[int, int]:
    """The movies' ids by their MovieLens ids."""
    ids = await add_movies(transaction, [_facts(movie) for movie in movies], now)
    return {movie.movie_id: ids[movie.imdb_id] for movie in movies}


async def _store_ratings(
    transaction: Transaction, *, ratings: Sequence[MovieLensRating], movie_ids: Mapping[int, int], now: datetime
) -> None:
    usernames = {rating.user_id: f"ml{rating.user_id}" for rating in ratings}
    user_ids = await add_users(transaction, [NewUser(username, now) for username in usernames.values()])
    given = [NewRating(user_ids[usernames[each.user_id]], movie_ids[each.movie_id], each.half_points, each.rated_at) for each in ratings]
    await upsert_ratings(transaction, given)


def _facts(movie: MovieLensMovie) -> MovieFacts:
    return MovieFacts(
        imdb_id=movie.imdb_id,
        tmdb_id=movie.tmdb_id,
        title=movie.title,
        original_title=movie.original_title,
        other_names=movie.other_names,
        year=movie.year,
        genres=movie.genres,
    )


def _batches(records: Iterator[T], size: int) -> Iterator[Sequence[T]]:
    while batch := list(islice(records, size)):
        yield batch
