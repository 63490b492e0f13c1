"""Rows made to order: every column has a value that follows from the row's number, and each test names those that it is about.

    films = [movie(1, "Heat"), movie(2, "Ran", year=1985)]
    ada = user(1, "ada")
    await store(database, users=[ada], movies=films, ratings=[rating(1, ada, films[0], 17)])

Counters are recounted from the stored ratings, so that they are exact however often rows are stored.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Executable, Table, bindparam, case, func, insert, select, update

from db.connection import Transaction
from db.database import Database
from db.search import normalise, sort_title, words
from db.tables import HALF_POINTS, movie_genres, movie_words, movies, ratings, release_order, users

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Row number n was made n minutes after it."""

Columns = dict[str, Any]  # Any: whatever the columns take
_LISTS = ("directors", "actors", "languages", "countries", "external_ratings")


def user(number: int, username: str = "", **columns: Any) -> Columns:  # Any: as in Columns
    """A public user; `user(3)` is called user3."""
    username = username or f"user{number}"
    return {
        "id": number,
        "username": username,
        "username_key": username.lower(),
        "display_name": None,
        "bio": None,
        "is_private": False,
        "is_admin": False,
        "created_at": EPOCH + timedelta(minutes=number),
        **columns,
    }


def movie(number: int, title: str = "", **columns: Any) -> Columns:  # Any: as in Columns
    """A movie with the IMDb id tt and its number in seven digits; lists are given as tuples, `genres` in their canonical names."""
    title = title or f"Film {number}"
    year: int | None = columns.get("year")
    released: date | None = columns.get("release_date")
    original: str | None = columns.get("original_title")
    row = {
        "id": number,
        "imdb_id": f"tt{number:07}",
        "tmdb_id": None,
        "title": title,
        "original_title": None,
        "year": released.year if released else None,
        "release_date": None,
        "runtime_minutes": None,
        "poster_url": None,
        "plot": None,
        "genres": (),
        **dict.fromkeys(_LISTS, ()),
        "sources": ("DATASET",),
        "imported_at": EPOCH + timedelta(minutes=number),
        "updated_at": EPOCH + timedelta(minutes=number),
        "sort_title": sort_title(title),
        "search_title": normalise(title),
        "search_original_title": normalise(original) if original else None,
        "release_order": release_order(released, year),
        **columns,
    }
    return {name: orjson.dumps(value).decode() if isinstance(value, tuple) else value for name, value in row.items()}


def rating(number: int, rater: Columns, rated: Columns, half_points: int, **columns: Any) -> Columns:  # Any: as in Columns
    return {
        "id": number,
        "user_id": rater["id"],
        "movie_id": rated["id"],
        "half_points": half_points,
        "rated_at": EPOCH + timedelta(minutes=number),
        "is_public": not rater["is_private"],
        **columns,
    }


async def store(
    database: Database,
    *,
    users: Sequence[Columns] = (),
    movies: Sequence[Columns] = (),
    ratings: Sequence[Columns] = (),
) -> None:
    """Insert rows, with the genres and words of movies, and recount whatever the ratings are about."""

    async def work(transaction: Transaction) -> None:
        await _insert(transaction, "users", users)
        await _insert(transaction, "movies", movies)
        await _insert(transaction, "movie_genres", [each for film in movies for each in _genres_of(film)])
        await _insert(transaction, "movie_words", [each for film in movies for each in _words_of(film)])
        await _insert(transaction, "ratings", ratings)
        if ratings:
            await transaction.execute(_RECOUNT_USERS, {"ids": sorted({each["user_id"] for each in ratings})})
            await transaction.execute(_RECOUNT_MOVIES, {"ids": sorted({each["movie_id"] for each in ratings})})

    await database.transaction(work)


def _genres_of(film: Mapping[str, Any]) -> list[Columns]:  # Any: as in Columns
    return [{"movie_id": film["id"], "genre": genre} for genre in orjson.loads(film["genres"])]


def _words_of(film: Mapping[str, Any]) -> list[Columns]:  # Any: as in Columns
    titles = [film["search_title"], film["search_original_title"]]
    found = list(dict.fromkeys(word for title in titles if title for word in words(title)))
    return [{"movie_id": film["id"], "word": word, "title_words": len(found)} for word in found]


async def _insert(transaction: Transaction, table: str, rows: Sequence[Columns]) -> None:
    if rows:
        await transaction.execute_many(_INSERTS[table], rows)


def _inserting(table: Table, *left_out: str) -> Executable:
    return insert(table).values({column.name: bindparam(column.name) for column in table.columns if column.name not in left_out})


def _recounting(table: Table, rated: ColumnElement[int], values: Mapping[str, ColumnElement[Any]]) -> Executable:  # Any: integers
    counted = {name: select(value).where(rated == table.c.id).scalar_subquery() for name, value in values.items()}
    return update(table).where(table.c.id.in_(bindparam("ids", expanding=True))).values(counted)


_BUCKETS = [f"rated_{value}" for value in HALF_POINTS]
_INSERTS = {
    "users": _inserting(users, "password_hash", "rating_count", "rating_sum"),
    "movies": _inserting(movies, "rating_count", "rating_sum", "weighted_rating", *_BUCKETS),
    "movie_genres": _inserting(movie_genres),
    "movie_words": _inserting(movie_words),
    "ratings": _inserting(ratings),
}
_COUNT_AND_SUM = {"rating_count": func.count(), "rating_sum": func.coalesce(func.sum(ratings.c.half_points), 0)}
_RECOUNT_USERS = _recounting(users, ratings.c.user_id, _COUNT_AND_SUM)
_RECOUNT_MOVIES = _recounting(
    movies,
    ratings.c.movie_id,
    {**_COUNT_AND_SUM, **{name: func.count(case((ratings.c.half_points == int(name[6:]), 1))) for name in _BUCKETS}},
)
