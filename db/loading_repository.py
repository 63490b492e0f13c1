"""All SQL that loads many users, movies and ratings at once: what is there already is kept, and nothing is doubled.

Each function first locks the rows that it decides upon, users before movies, so that it decides upon what is committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Insert, Select, Table, bindparam, insert, select, update

from db.connection import Transaction
from db.counters import RatingChange, count
from db.movie_facts import MovieFacts, fact_columns, json_list, release_columns, searched_words, title_columns
from db.tables import movie_genres, movie_words, movies, ratings, users

SOURCE = "DATASET"
_LISTS = ("genres", "directors", "actors", "languages", "countries")
_FILLED = ("tmdb_id", "year", "release_date", "runtime_minutes", "plot", *_LISTS)
"""What a movie that is stored already is told where it lacks it; its titles stay as they are."""

_UNKNOWN = (None, json_list(()))


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user without a password: nobody can log in as it."""

    username: str
    created_at: datetime
    display_name: str | None = None
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class NewRating:
    user_id: int
    movie_id: int
    half_points: int
    rated_at: datetime


class _StoredRating(NamedTuple):
    id: int
    half_points: int
    rated_at: datetime


def _locking(table: Table, key: str, *columns: str) -> Select[Any]:  # Any: those columns
    """Rows by `key`, locked until the transaction ends."""
    among = table.c[key].in_(bindparam("keys", expanding=True))
    return select(*(table.c[name] for name in columns)).where(among).order_by(table.c[key]).with_for_update()


def _inserting(table: Table, *columns: str) -> Insert:
    return insert(table).values({name: bindparam(name) for name in columns})


_USERS = _locking(users, "username_key", "username_key", "id")
_ADD_USERS = _inserting(users, "username", "username_key", "display_name", "is_private", "created_at")
_USERS_PRIVACY = _locking(users, "id", "id", "is_private")

_STORED_COLUMNS = ("imdb_id", "id", "sources", *_FILLED)
_MOVIES = _locking(movies, "imdb_id", *_STORED_COLUMNS)
_MOVIE_IDS = _locking(movies, "id", "id")
_TAKEN_TMDB_IDS = select(movies.c.tmdb_id).where(movies.c.tmdb_id.in_(bindparam("keys", expanding=True)))
_TITLES = ("title", "original_title", "sort_title", "search_title", "search_original_title")
_ABOUT_LOADING = ("sources", "external_ratings", "imported_at", "updated_at")
_ADD_MOVIES = _inserting(movies, "imdb_id", *_FILLED, "release_order", *_TITLES, *_ABOUT_LOADING)
_ADD_GENRES = _inserting(movie_genres, "genre", "movie_id")
_ADD_WORDS = _inserting(movie_words, "word", "title_words", "movie_id")
_FILL_MOVIE = (
    update(movies)
    .where(movies.c.id == bindparam("stored_id"))
    .values({name: bindparam(name) for name in (*_FILLED, "release_order", "sources", "updated_at")})
)

_STORED_RATINGS = select(ratings.c.user_id, ratings.c.movie_id, ratings.c.id, ratings.c.half_points, ratings.c.rated_at).where(
    ratings.c.user_id.in_(bindparam("user_ids", expanding=True)),
    ratings.c.movie_id.in_(bindparam("movie_ids", expanding=True)),
)
_ADD_RATINGS = _inserting(ratings, "user_id", "movie_id", "half_points", "rated_at", "is_public")
_CHANGE_RATING = (
    update(ratings)
    .where(ratings.c.id == bindparam("stored_id"))
    .values(half_points=bindparam("half_points"), rated_at=bindparam("rated_at"))
)


async def add_users(transaction: Transaction, wanted: Sequence[NewUser]) -> dict[str, int]:
    """Store the users whose names nobody has yet; each one's id by its name."""
    by_key = {user.username.lower(): user for user in wanted}
    ids: dict[str, int] = dict(await transaction.fetch(_USERS, {"keys": list(by_key)}))
    missing = [
        {
            "username": user.username,
            "username_key": key,
            "display_name": user.display_name,
            "is_private": user.is_private,
            "created_at": user.created_at,
        }
        for key, user in by_key.items()
        if key not in ids
    ]
    if missing:
        await transaction.execute_many(_ADD_USERS, missing)
        ids = dict(await transaction.fetch(_USERS, {"keys": list(by_key)}))
    return {user.username: ids[key] for key, user in by_key.items()}


async def add_movies(transaction: Transaction, told: Sequence[MovieFacts], now: datetime) -> dict[str, int]:
    """Store the movies that are new, and tell the others what they lack; each one's id by its IMDb id.

    A TMDB id that a stored movie has already is left out.
    """
    stored = await _stored_movies(transaction, [facts.imdb_id for facts in told])
    tmdb_ids = [facts.tmdb_id for facts in told if facts.tmdb_id is not None]
    taken = {tmdb_id for (tmdb_id,) in await transaction.fetch(_TAKEN_TMDB_IDS, {"keys": tmdb_ids})} if tmdb_ids else set()
    free = [replace(facts, tmdb_id=None) if facts.tmdb_id in taken else facts for facts in told]
    new = [facts for facts in free if facts.imdb_id not in stored]
    for facts in free:
        if facts.imdb_id in stored:
            await _fill_movie(transaction, stored[facts.imdb_id], facts, now)
    if new:
        await _insert_movies(transaction, new, now)
        stored = await _stored_movies(transaction, [facts.imdb_id for facts in told])
    ids = {imdb_id: movie["id"] for imdb_id, movie in stored.items()}
    await _add_words(transaction, [(ids[facts.imdb_id], facts) for facts in new])
    await _add_genres(transaction, [(ids[facts.imdb_id], facts.genres) for facts in new])
    return ids


async def _stored_movies(transaction: Transaction, imdb_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    rows = await transaction.fetch(_MOVIES, {"keys": imdb_ids})
    return {row[0]: dict(zip(_STORED_COLUMNS, row, strict=True)) for row in rows}


async def _insert_movies(transaction: Transaction, new: Sequence[MovieFacts], now: datetime) -> None:
    about_loading = {"sources": json_list((SOURCE,)), "external_ratings": "[]", "imported_at": now, "updated_at": now}
    rows = [
        {
            "imdb_id": facts.imdb_id,
            **fact_columns(facts),
            **title_columns(facts.title, facts.original_title),
            **about_loading,
        }
        for facts in new
    ]
    await transaction.execute_many(_ADD_MOVIES, rows)


async def _fill_movie(transaction: Transaction, movie: Mapping[str, Any], facts: MovieFacts, now: datetime) -> None:
    """Write what the movie lacks and `facts` know; nothing is written where that is nothing."""
    given = fact_columns(facts)
    filled = {name: given[name] if movie[name] in _UNKNOWN else movie[name] for name in _FILLED}
    sources = tuple(dict.fromkeys([*orjson.loads(movie["sources"]), SOURCE]))
    columns = {**filled, **release_columns(filled["release_date"], filled["year"]), "sources": json_list(sources)}
    if all(movie[name] == columns[name] for name in (*_FILLED, "sources")):
        return
    await transaction.execute(_FILL_MOVIE, {**columns, "updated_at": now, "stored_id": movie["id"]})
    if movie["genres"] in _UNKNOWN:
        await _add_genres(transaction, [(movie["id"], facts.genres)])


async def _add_words(transaction: Transaction, new: Sequence[tuple[int, MovieFacts]]) -> None:
    rows = []
    for movie_id, facts in new:
        words, count = searched_words(facts)
        rows += [{"movie_id": movie_id, "word": word, "title_words": count} for word in words]
    await transaction.execute_many(_ADD_WORDS, rows)


async def _add_genres(transaction: Transaction, new: Sequence[tuple[int, Sequence[str]]]) -> None:
    rows = [{"movie_id": movie_id, "genre": genre} for movie_id, genres in new for genre in genres]
    await transaction.execute_many(_ADD_GENRES, rows)


async def upsert_ratings(transaction: Transaction, given: Sequence[NewRating]) -> None:
    """Store ratings, or replace those that their users gave before, and keep every counter exact.

    The last of several by one user of one movie counts. Those of movies that are not there any more are left out.
    """
    privacy: dict[int, bool] = dict(await transaction.fetch(_USERS_PRIVACY, {"keys": sorted({rating.user_id for rating in given})}))
    locked = await transaction.fetch(_MOVIE_IDS, {"keys": sorted({rating.movie_id for rating in given})})
    there = {movie_id for (movie_id,) in locked}
    wanted = {(rating.user_id, rating.movie_id): rating for rating in given if rating.movie_id in there}
    if not wanted:
        return
    keys = {"user_ids": list(privacy), "movie_ids": list(there)}
    stored = {(row[0], row[1]): _StoredRating(*row[2:]) for row in await transaction.fetch(_STORED_RATINGS, keys)}
    new = [rating for pair, rating in wanted.items() if pair not in stored]
    changed = [
        (stored[pair], rating)
        for pair, rating in wanted.items()
        if pair in stored and (stored[pair].half_points, stored[pair].rated_at) != (rating.half_points, rating.rated_at)
    ]
    await transaction.execute_many(_ADD_RATINGS, [_rating_columns(each, privacy[each.user_id]) for each in new])
    for before, after in changed:
        values = {"stored_id": before.id, "half_points": after.half_points, "rated_at": after.rated_at}
        await transaction.execute(_CHANGE_RATING, values)
    changes = [RatingChange(each.user_id, each.movie_id, each.half_points, +1) for each in new]
    for before, after in changed:
        changes.append(RatingChange(after.user_id, after.movie_id, before.half_points, -1))
        changes.append(RatingChange(after.user_id, after.movie_id, after.half_points, +1))
    await count(transaction, changes)


def _rating_columns(rating: NewRating, is_private: bool) -> Mapping[str, Any]:  # Any: ids, a number and a time
    return {
        "user_id": rating.user_id,
        "movie_id": rating.movie_id,
        "half_points": rating.half_points,
        "rated_at": rating.rated_at,
        "is_public": not is_private,
    }
