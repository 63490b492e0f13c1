"""All SQL about movies, but for the many-shaped statement behind `movies`, which db/movie_listing.py builds."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, func, select

from db.connection import Connection
from db.movie_listing import MOVIE, counting, listing, parameters_of, shape_of
from db.paging import page_of, page_parameters
from db.rows import (
    Distribution,
    GenreRow,
    MovieDetailsRow,
    MovieFilter,
    MovieRow,
    Page,
    PageRequest,
    as_genre,
    as_movie,
    as_movie_details,
)
from db.tables import HALF_POINTS, movie_genres, movies

_BY_ID = select(*MOVIE).where(movies.c.id.in_(bindparam("ids", expanding=True)))
_BY_IMDB_ID = select(*MOVIE).where(movies.c.imdb_id.in_(bindparam("imdb_ids", expanding=True)))
_BY_TMDB_ID = select(*MOVIE).where(movies.c.tmdb_id.in_(bindparam("tmdb_ids", expanding=True)))
_DETAILS = select(*(movies.c[name] for name in MovieDetailsRow._fields)).where(movies.c.id.in_(bindparam("ids", expanding=True)))
_DISTRIBUTIONS = select(movies.c.id, *(movies.c[f"rated_{value}"] for value in HALF_POINTS)).where(
    movies.c.id.in_(bindparam("ids", expanding=True))
)
_GENRES = select(movie_genres.c.genre, func.count()).group_by(movie_genres.c.genre).order_by(movie_genres.c.genre)

_KEY = itemgetter(-1, 0)
"""The place of a row of listing(), whose last column is the ordering's, and the first the id."""


async def get_many(connection: Connection, ids: Sequence[int]) -> list[MovieRow]:
    return list(map(as_movie, await connection.fetch(_BY_ID, {"ids": ids})))


async def get_many_by_imdb_id(connection: Connection, imdb_ids: Sequence[str]) -> list[MovieRow]:
    return list(map(as_movie, await connection.fetch(_BY_IMDB_ID, {"imdb_ids": imdb_ids})))


async def get_many_by_tmdb_id(connection: Connection, tmdb_ids: Sequence[int]) -> list[MovieRow]:
    return list(map(as_movie, await connection.fetch(_BY_TMDB_ID, {"tmdb_ids": tmdb_ids})))


async def get_details(connection: Connection, ids: Sequence[int]) -> list[MovieDetailsRow]:
    return list(map(as_movie_details, await connection.fetch(_DETAILS, {"ids": ids})))


async def get_rating_distributions(connection: Connection, ids: Sequence[int]) -> dict[int, Distribution]:
    """Each movie's ratings counted by value, from the counters that every write keeps exact."""
    return {row[0]: row[1:] for row in await connection.fetch(_DISTRIBUTIONS, {"ids": ids})}


async def list_by(connection: Connection, wanted: MovieFilter, request: PageRequest) -> Page[MovieRow]:
    """A page of the movies that a filter leaves. The order RELEVANCE needs a search."""
    statement = listing(
        request.order,
        request.backward,
        request.after is not None,
        request.before is not None,
        shape_of(wanted),
    )
    parameters: dict[str, Any] = {**parameters_of(wanted), **page_parameters(request)}  # Any: as there
    return page_of(await connection.fetch(statement, parameters), request, _without_key, _KEY)


def _without_key(row: tuple[Any, ...]) -> MovieRow:  # Any: a movie's columns and a key
    return as_movie(row[:-1])


async def count_by(connection: Connection, wanted: MovieFilter) -> int:
    """How many movies a filter leaves; of a search, how many it ranks."""
    [(count,)] = await connection.fetch(counting(shape_of(wanted)), parameters_of(wanted))
    return int(count)


async def list_genres(connection: Connection) -> list[GenreRow]:
    """The genres that stored movies have, by name."""
    return list(map(as_genre, await connection.fetch(_GENRES, {})))
