"""All SQL about ratings, and the counters of movies and users that must always agree with them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, false, func, select

from db.database import Connection
from db.paging import Ordering, keyset_page, page_of, page_parameters
from db.rendering import Rows
from db.rows import Page, PageRequest, RatingRow, VisibleRatings
from db.tables import movies, ratings

RATING = tuple(ratings.c[name] for name in RatingRow._fields)

ORDERINGS: Mapping[str, Ordering] = {
    "NEWEST": Ordering(ratings.c.rated_at, ratings.c.id, descending=True),
    "OLDEST": Ordering(ratings.c.rated_at, ratings.c.id, descending=False),
    "HIGHEST": Ordering(ratings.c.half_points, ratings.c.id, descending=True),
    "LOWEST": Ordering(ratings.c.half_points, ratings.c.id, descending=False),
}

_BY_ID = select(*RATING).where(ratings.c.id.in_(bindparam("ids", expanding=True)))
_BY_USER_AND_MOVIE = select(*RATING).where(ratings.c.user_id == bindparam("user_id"), ratings.c.movie_id == bindparam("movie_id"))
_BY_USER_AND_IMDB_ID = (
    select(*RATING, movies.c.imdb_id)
    .join(movies, movies.c.id == ratings.c.movie_id)
    .where(ratings.c.user_id == bindparam("user_id"), movies.c.imdb_id == bindparam("imdb_id"))
)
_HIDDEN_COUNTS = (
    select(ratings.c.movie_id, func.count())
    .where(ratings.c.movie_id.in_(bindparam("movie_ids", expanding=True)), ratings.c.is_public == false())
    .where(ratings.c.user_id != bindparam("viewer_id"))
    .group_by(ratings.c.movie_id)
)


async def get_many(connection: Connection, ids: Sequence[int]) -> list[RatingRow]:
    return [RatingRow(*row) for row in await connection.fetch(_BY_ID, {"ids": ids})]


async def get_many_by_user_and_movie(connection: Connection, pairs: Sequence[tuple[int, int]]) -> list[RatingRow]:
    """The ratings that exist among these (user id, movie id) pairs, in any order."""
    parameter_sets = [{"user_id": user_id, "movie_id": movie_id} for user_id, movie_id in pairs]
    return [RatingRow(*row) for row in await connection.fetch_each(_BY_USER_AND_MOVIE, parameter_sets)]


async def get_many_by_user_and_imdb_id(connection: Connection, pairs: Sequence[tuple[int, str]]) -> dict[tuple[int, str], RatingRow]:
    """The ratings that exist among these (user id, IMDb id) pairs, by pair."""
    parameter_sets = [{"user_id": user_id, "imdb_id": imdb_id} for user_id, imdb_id in pairs]
    found = [(row[-1], RatingRow(*row[:-1])) for row in await connection.fetch_each(_BY_USER_AND_IMDB_ID, parameter_sets)]
    return {(rating.user_id, imdb_id): rating for imdb_id, rating in found}


async def count_hidden(connection: Connection, movie_ids: Sequence[int], viewer_id: int | None) -> dict[int, int]:
    """How many of each movie's ratings are by private users other than the viewer; movies without one are left out."""
    rows = await connection.fetch(_HIDDEN_COUNTS, {"movie_ids": movie_ids, "viewer_id": viewer_id or 0})
    return dict(rows)


@lru_cache(maxsize=64)
def _pages_by_user(order: str, backward: bool, after: bool, before: bool) -> Select[Any]:  # Any: a rating's columns and a key
    of_user = select(*RATING).where(ratings.c.user_id == bindparam("user_id"))
    return keyset_page(of_user, ORDERINGS[order], backward=backward, after=after, before=before)


@lru_cache(maxsize=64)
def _pages_by_movie(order: str, backward: bool, after: bool, before: bool, by_one_user: bool) -> Select[Any]:  # Any: as above
    of_movie = select(*RATING).where(ratings.c.movie_id == bindparam("movie_id"), ratings.c.is_public == bindparam("is_public"))
    if by_one_user:
        of_movie = of_movie.where(ratings.c.user_id == bindparam("user_id"))
    return keyset_page(of_movie, ORDERINGS[order], backward=backward, after=after, before=before)


async def list_by_user(connection: Connection, user_ids: Sequence[int], request: PageRequest) -> list[Page[RatingRow]]:
    """One page of each user's ratings, all in one statement."""
    shape = (request.order, request.backward, request.after is not None, request.before is not None)
    parameters = page_parameters(request)
    rows = await connection.fetch_each(_pages_by_user(*shape), [{"user_id": user_id, **parameters} for user_id in user_ids])
    groups = _grouped(rows, user_ids, RatingRow._fields.index("user_id"))
    return [page_of(groups[user_id], request, RatingRow) for user_id in user_ids]


async def list_by_movie(
    connection: Connection, movie_ids: Sequence[int], request: PageRequest, visible: VisibleRatings
) -> list[Page[RatingRow]]:
    """One page of each movie's ratings, as far as the viewer may see them, all in one statement.

    Public and private ratings are two ranges of the same index. Who may see private ones reads both (in a second statement where
    they are only the viewer's own), and they are merged here.
    """
    shape = (request.order, request.backward, request.after is not None, request.before is not None)
    parameters = page_parameters(request)
    ranges = (True, False) if visible.everything else (True,)
    sets = [{"movie_id": movie_id, "is_public": each, **parameters} for movie_id in movie_ids for each in ranges]
    rows = list(await connection.fetch_each(_pages_by_movie(*shape, by_one_user=False), sets))
    if visible.own_of is not None:
        own = {"user_id": visible.own_of, "is_public": False, **parameters}
        sets = [{"movie_id": movie_id, **own} for movie_id in movie_ids]
        rows += await connection.fetch_each(_pages_by_movie(*shape, by_one_user=True), sets)
    groups = _grouped(rows, movie_ids, RatingRow._fields.index("movie_id"))
    if visible.everything or visible.own_of is not None:
        descending = ORDERINGS[request.order].descending is not request.backward
        for group in groups.values():
            group.sort(key=lambda row: (row[-1], row[0]), reverse=descending)
    return [page_of(groups[movie_id], request, RatingRow) for movie_id in movie_ids]


def _grouped(rows: Rows, ids: Sequence[int], index: int) -> dict[int, list[tuple[Any, ...]]]:  # Any: as above
    groups: dict[int, list[tuple[Any, ...]]] = {each: [] for each in ids}
    for row in rows:
        groups[row[index]].append(row)
    return groups
