"""All SQL that writes a single movie: what outside services tell about it, now and later, and its end.

db/loading_repository.py writes many at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy import delete as delete_from

from db import movie_repository
from db.connection import Transaction
from db.counters import RatingChange, count
from db.movie_facts import MovieFacts, fact_columns, json_list, searched_words, title_columns
from db.rows import MovieRow
from db.tables import movie_genres, movie_words, movies, ratings, users


class StoredMovie(NamedTuple):
    """A movie as it is until the transaction ends; `sources` are who has told about it."""

    id: int
    facts: MovieFacts
    sources: tuple[str, ...]


_VALUES = ("imdb_id", "tmdb_id", "title", "original_title", "year", "release_date", "runtime_minutes", "poster_url", "plot")
_LISTS = ("genres", "directors", "actors", "languages", "countries", "external_ratings")
_DERIVED = ("sort_title", "search_title", "search_original_title", "release_order")

_BY_IMDB_ID = movies.c.imdb_id == bindparam("wanted_imdb_id")
_LOCKED = select(movies.c.id, movies.c.sources, *(movies.c[name] for name in (*_VALUES, *_LISTS))).where(_BY_IMDB_ID).with_for_update()
_OF_TMDB_ID = select(movies.c.imdb_id).where(movies.c.tmdb_id == bindparam("tmdb_id"))
_WRITTEN: dict[str, Any] = {
    name: bindparam(name) for name in (*_VALUES, *_LISTS, *_DERIVED, "sources", "updated_at")
}  # Any: any column's parameter
_ADD = insert(movies).values({**_WRITTEN, "imported_at": bindparam("imported_at")})
_CHANGE = update(movies).where(movies.c.id == bindparam("stored_id")).values(_WRITTEN)

_WORDS = select(movie_words.c.word).where(movie_words.c.movie_id == bindparam("movie_id"))
_DELETE_WORDS = delete_from(movie_words).where(movie_words.c.movie_id == bindparam("movie_id"))
_DELETE_GENRES = delete_from(movie_genres).where(movie_genres.c.movie_id == bindparam("movie_id"))
_ADD_WORDS = insert(movie_words).values({name: bindparam(name) for name in ("word", "title_words", "movie_id")})
_ADD_GENRES = insert(movie_genres).values({name: bindparam(name) for name in ("genre", "movie_id")})

# Taken from a table of its own, the raters are locked and their ratings not yet: whoever rates locks the two in this order.
_RATERS = select(ratings.c.user_id).join(movies, movies.c.id == ratings.c.movie_id).where(_BY_IMDB_ID).distinct().subquery("raters")
LOCK_RATERS = (
    select(users.c.id)
    .prefix_with("STRAIGHT_JOIN", dialect="mysql")
    .select_from(_RATERS.join(users, users.c.id == _RATERS.c.user_id))
    .with_for_update()
)
_LOCK_ID = select(movies.c.id).where(_BY_IMDB_ID).with_for_update()
_LOCK_RATINGS = select(ratings.c.user_id, ratings.c.half_points).where(ratings.c.movie_id == bindparam("movie_id")).with_for_update()
_DELETE_RATINGS = delete_from(ratings).where(ratings.c.movie_id == bindparam("movie_id"))
_DELETE = delete_from(movies).where(movies.c.id == bindparam("movie_id"))


async def lock(transaction: Transaction, imdb_id: str) -> StoredMovie | None:
    """The movie as committed, which no other transaction changes until this one ends."""
    rows = await transaction.fetch(_LOCKED, {"wanted_imdb_id": imdb_id})
    if not rows:
        return None
    movie_id, sources, *columns = rows[0]
    values, lists = columns[: len(_VALUES)], columns[len(_VALUES) :]
    known: dict[str, Any] = dict(zip(_VALUES, values, strict=True))  # Any: whatever the columns hold
    known |= {name: _parsed(text) for name, text in zip(_LISTS, lists, strict=True)}
    return StoredMovie(movie_id, MovieFacts(**known), _parsed(sources))


def _parsed(text: str) -> tuple[Any, ...]:  # Any: texts, or ExternalRatings
    return tuple(tuple(each) if isinstance(each, list) else each for each in orjson.loads(text))


async def add(transaction: Transaction, facts: MovieFacts, sources: Sequence[str], now: datetime) -> MovieRow:
    """Store a movie; raises DuplicateRow where it is stored already. A TMDB id that another movie has is left out."""
    free = await _with_free_tmdb_id(transaction, facts, otherwise=None)
    added = await transaction.execute(_ADD, {**_columns(free, sources, now), "imported_at": now})
    return await _filed(transaction, added.last_id, free, ())


async def change(transaction: Transaction, stored: StoredMovie, facts: MovieFacts, sources: Sequence[str], now: datetime) -> MovieRow:
    """Write what is told about a locked movie from now on. The words that found it so far go on finding it."""
    free = await _with_free_tmdb_id(transaction, facts, otherwise=stored.facts.tmdb_id)
    words = await transaction.fetch(_WORDS, {"movie_id": stored.id})
    await transaction.execute(_CHANGE, {**_columns(free, sources, now), "stored_id": stored.id})
    await transaction.execute_later(_DELETE_WORDS, {"movie_id": stored.id})
    await transaction.execute_later(_DELETE_GENRES, {"movie_id": stored.id})
    return await _filed(transaction, stored.id, free, [word for (word,) in words])


async def _with_free_tmdb_id(transaction: Transaction, facts: MovieFacts, otherwise: int | None) -> MovieFacts:
    if facts.tmdb_id is None:
        return facts
    owners = await transaction.fetch(_OF_TMDB_ID, {"tmdb_id": facts.tmdb_id})
    return facts if all(imdb_id == facts.imdb_id for (imdb_id,) in owners) else replace(facts, tmdb_id=otherwise)


def _columns(facts: MovieFacts, sources: Sequence[str], now: datetime) -> dict[str, Any]:  # Any: whatever the columns take
    told = {**fact_columns(facts), **title_columns(facts.title, facts.original_title)}
    return {"imdb_id": facts.imdb_id, **told, "sources": json_list(tuple(sources)), "updated_at": now}


async def _filed(transaction: Transaction, movie_id: int, facts: MovieFacts, other_words: Sequence[str]) -> MovieRow:
    """The movie, once its genres and words lead to it."""
    found, title_words = searched_words(facts)
    words = dict.fromkeys([*found, *other_words])
    await transaction.execute_many(_ADD_WORDS, [{"movie_id": movie_id, "word": word, "title_words": title_words} for word in words])
    await transaction.execute_many(_ADD_GENRES, [{"movie_id": movie_id, "genre": genre} for genre in facts.genres])
    [movie] = await movie_repository.get_many(transaction, [movie_id])
    return movie


async def delete(transaction: Transaction, imdb_id: str) -> int | None:
    """Delete a movie with its ratings, whose share of every counter goes too; its id, or None where it is not stored."""
    await transaction.fetch(LOCK_RATERS, {"wanted_imdb_id": imdb_id})
    rows = await transaction.fetch(_LOCK_ID, {"wanted_imdb_id": imdb_id})
    if not rows:
        return None
    [(movie_id,)] = rows
    given = await transaction.fetch(_LOCK_RATINGS, {"movie_id": movie_id})
    await count(transaction, [RatingChange(user_id, movie_id, half_points, -1) for user_id, half_points in given])
    await transaction.execute_later(_DELETE_RATINGS, {"movie_id": movie_id})
    await transaction.execute_later(_DELETE, {"movie_id": movie_id})
    return int(movie_id)
