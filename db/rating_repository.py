"""All SQL about ratings. Whatever writes one keeps the counters of its movie and its user exact (db/counters.py)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, bindparam, false, func, insert, select, update
from sqlalchemy import delete as delete_from

from db.connection import Connection, Transaction
from db.counters import count_one
from db.movie_listing import MOVIE
from db.paging import page_of, page_parameters
from db.rating_listing import KEYS, ORDERINGS, RATING, pages_by_movie, pages_by_user, shape_of, split
from db.rows import MovieRow, Page, PageRequest, RatingRow, UserRow, VisibleRatings, as_movie, as_rating, as_user
from db.tables import movies, ratings, users

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


def _stored(column: str) -> ScalarSelect[Any]:  # Any: a number
    """Of the locked user's rating of the locked movie; null where there is none.

    It is read after both rows are locked, and whoever writes a rating locks its user first: so it is the newest.
    """
    of_both = (ratings.c.user_id == users.c.id, ratings.c.movie_id == movies.c.id)
    return select(ratings.c[column]).where(*of_both).correlate(users, movies).scalar_subquery()


_LOCKED = (
    select(users.c.is_private, _stored("id"), _stored("half_points"), *MOVIE)
    .join_from(users, movies, movies.c.imdb_id == bindparam("imdb_id"))
    .where(users.c.id == bindparam("user_id"))
    .with_for_update()
)
_ADD = insert(ratings).values({column.name: bindparam(column.name) for column in ratings.columns if column.name != "id"})
_REPLACE = (
    update(ratings)
    .where(ratings.c.id == bindparam("stored_id"))
    .values(half_points=bindparam("half_points"), rated_at=bindparam("rated_at"))
)
_DELETE = delete_from(ratings).where(ratings.c.id == bindparam("stored_id"))


async def get_many(connection: Connection, ids: Sequence[int]) -> list[RatingRow]:
    return list(map(as_rating, await connection.fetch(_BY_ID, {"ids": ids})))


async def get_many_by_user_and_movie(connection: Connection, pairs: Sequence[tuple[int, int]]) -> list[RatingRow]:
    """The ratings that exist among these (user id, movie id) pairs, in any order."""
    parameter_sets = [{"user_id": user_id, "movie_id": movie_id} for user_id, movie_id in pairs]
    return list(map(as_rating, await connection.fetch_each(_BY_USER_AND_MOVIE, parameter_sets)))


async def get_many_by_user_and_imdb_id(connection: Connection, pairs: Sequence[tuple[int, str]]) -> dict[tuple[int, str], RatingRow]:
    """The ratings that exist among these (user id, IMDb id) pairs, by pair."""
    parameter_sets = [{"user_id": user_id, "imdb_id": imdb_id} for user_id, imdb_id in pairs]
    found = [(row[-1], RatingRow(*row[:-1])) for row in await connection.fetch_each(_BY_USER_AND_IMDB_ID, parameter_sets)]
    return {(rating.user_id, imdb_id): rating for imdb_id, rating in found}


async def count_hidden(connection: Connection, movie_ids: Sequence[int], viewer_id: int | None) -> dict[int, int]:
    """How many of each movie's ratings are by private users other than the viewer; movies without one are left out."""
    rows = await connection.fetch(_HIDDEN_COUNTS, {"movie_ids": movie_ids, "viewer_id": viewer_id or 0})
    return dict(rows)


async def list_by_user(
    connection: Connection, user_ids: Sequence[int], request: PageRequest, *, with_movies: bool = False
) -> tuple[dict[int, Page[RatingRow]], list[MovieRow]]:
    """One page of each user's ratings, all in one statement; `with_movies` also the movies that they are of."""
    parameters = page_parameters(request)
    sets = [{"user_id": user_id, **parameters} for user_id in user_ids]
    rows = await connection.fetch_each(pages_by_user(shape_of(request), with_movies), sets)
    ratings_of, found = split(rows, user_ids, "user_id")
    key_of = KEYS[request.order]
    return {user_id: page_of(group, request, as_rating, key_of) for user_id, group in ratings_of.items()}, list(map(as_movie, found))


async def list_by_movie(
    connection: Connection, movie_ids: Sequence[int], request: PageRequest, visible: VisibleRatings, *, with_users: bool = False
) -> tuple[dict[int, Page[RatingRow]], list[UserRow]]:
    """One page of each movie's ratings, as far as the viewer may see them, all in one statement; `with_users` also who gave them.

    Public and private ratings are two ranges of the same index. Who may see private ones reads both (in a second statement where
    they are only the viewer's own), and they are merged here.
    """
    shape, parameters = shape_of(request), page_parameters(request)
    ranges = (True, False) if visible.everything else (True,)
    sets = [{"movie_id": movie_id, "is_public": each, **parameters} for movie_id in movie_ids for each in ranges]
    rows = await connection.fetch_each(pages_by_movie(shape, with_users, by_one_user=False), sets)
    if visible.own_of is not None:
        own = {"user_id": visible.own_of, "is_public": False, **parameters}
        sets = [{"movie_id": movie_id, **own} for movie_id in movie_ids]
        rows = [*rows, *await connection.fetch_each(pages_by_movie(shape, with_users, by_one_user=True), sets)]
    ratings_of, found = split(rows, movie_ids, "movie_id")
    key_of = KEYS[request.order]
    if visible.everything or visible.own_of is not None:
        descending = ORDERINGS[request.order].descending is not request.backward
        for group in ratings_of.values():
            group.sort(key=key_of, reverse=descending)
    return {movie_id: page_of(group, request, as_rating, key_of) for movie_id, group in ratings_of.items()}, list(map(as_user, found))


class _Locked(NamedTuple):
    """A movie and a user's rating of it, as they are until the transaction ends; 0 half points where there is no rating."""

    user_id: int
    user_is_private: bool
    rating_id: int | None
    half_points: int
    movie: MovieRow


async def _lock(transaction: Transaction, user_id: int, imdb_id: str) -> _Locked | None:
    rows = await transaction.fetch(_LOCKED, {"user_id": user_id, "imdb_id": imdb_id})
    if not rows:
        return None
    user_is_private, rating_id, half_points, *movie = rows[0]
    return _Locked(user_id, user_is_private, rating_id, half_points or 0, MovieRow(*movie))


Upserted = Callable[[], tuple[RatingRow, MovieRow]]
"""To be called once the transaction is committed, which is when a new rating has its id."""


async def upsert(transaction: Transaction, user_id: int, imdb_id: str, half_points: int, rated_at: datetime) -> Upserted | None:
    """Store a user's rating of a movie, or replace the one that is there; what it gives tells both as they are then.

    None where the user or the movie is not stored.
    """
    locked = await _lock(transaction, user_id, imdb_id)
    if locked is None:
        return None
    movie_id, is_public = locked.movie.id, not locked.user_is_private
    given = {"half_points": half_points, "rated_at": rated_at}
    if locked.rating_id is None:
        added = await transaction.execute_later(_ADD, {"user_id": user_id, "movie_id": movie_id, "is_public": is_public, **given})
    else:
        added = None
        await transaction.execute_later(_REPLACE, {"stored_id": locked.rating_id, **given})
    movie = await _counted(transaction, locked, half_points)

    def upserted() -> tuple[RatingRow, MovieRow]:
        rating_id = locked.rating_id or (added.last_id if added else 0)
        return RatingRow(rating_id, user_id, movie_id, half_points, rated_at, is_public), movie

    return upserted


async def delete(transaction: Transaction, user_id: int, imdb_id: str) -> tuple[int, MovieRow] | None:
    """Delete a user's rating of a movie; its id, and the movie as it is then. None where there is no such rating."""
    locked = await _lock(transaction, user_id, imdb_id)
    if locked is None or locked.rating_id is None:
        return None
    await transaction.execute_later(_DELETE, {"stored_id": locked.rating_id})
    return locked.rating_id, await _counted(transaction, locked, 0)


async def _counted(transaction: Transaction, before: _Locked, half_points: int) -> MovieRow:
    """The movie with its rating at `half_points` in every counter; 0 where the rating is gone."""
    movie = before.movie
    if half_points == before.half_points:
        return movie
    await count_one(transaction, before.user_id, movie.id, before.half_points, half_points)
    return movie._replace(
        rating_count=movie.rating_count + bool(half_points) - bool(before.half_points),
        rating_sum=movie.rating_sum + half_points - before.half_points,
    )
